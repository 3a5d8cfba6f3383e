"""Makes Python of what IPython accepts in a cell: rows stay, and the columns of Python code."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

# Magics that run the rest of their cell, or line, as Python in the notebook's own namespace.
_PYTHON_CELL_MAGICS = frozenset({"time", "timeit", "capture", "prun", "memit", "mprun", "wandb", "heat"})
_PYTHON_LINE_MAGICS = re.compile(r"\s*%(?:time|memit)\s+(?=[^-\s])")

_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
_LINE_MAGIC = re.compile(r"\s*[%!?]")
_ASSIGNED_MAGIC = re.compile(r"(\s*[\w.,\s\[\]'\"]+=\s*)(?:!|%\w)")
_HELP = re.compile(r"\s*%{0,2}[\w.*]+\?{1,2}\s*$")
_STRING_START = re.compile(r"""(?i:[rbuf]{0,2})('''|\"\"\"|'|")""")


def python_of_cell(source: str) -> str:
    """The cell as Python, with as many rows; a cell in another language becomes comments."""
    lines = source.split("\n")
    first = next((number for number, line in enumerate(lines) if line.strip()), 0)
    cell_magic = _CELL_MAGIC.match(lines[first])
    if cell_magic and cell_magic[1] not in _PYTHON_CELL_MAGICS:
        return "\n".join(_comment(line) for line in lines)
    if cell_magic:
        lines[first] = _comment(lines[first])
    elif _is_python(source):
        # A line that begins with % inside brackets is arithmetic, so nothing may be rewritten here.
        return source
    statement_rows = set(_rows_that_begin_a_statement(lines))
    magic_goes_on = False
    for number, line in enumerate(lines):
        if magic_goes_on:
            lines[number] = _comment(line)
        elif number in statement_rows:
            lines[number] = _python_of_line(line)
        magic_goes_on = lines[number] != line and line.rstrip("\r").endswith("\\")
    return "\n".join(lines)


def _comment(line: str) -> str:
    return f"#{line}" if line.strip() else line


def _is_python(source: str) -> bool:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _python_of_line(line: str) -> str:
    timed = _PYTHON_LINE_MAGICS.match(line)
    if timed:
        # `%time x = f()` runs x = f(): a statement of the same width takes the magic's place.
        indent = line[: len(line) - len(line.lstrip())]
        return indent + "0;".ljust(timed.end() - len(indent)) + line[timed.end() :]
    if _LINE_MAGIC.match(line) or _HELP.match(line):
        indent = line[: len(line) - len(line.lstrip())]
        return f"{indent}pass  # {line.lstrip()}"
    assigned = _ASSIGNED_MAGIC.match(line)
    if assigned:
        return f"{assigned[1]}get_ipython()  # {line.lstrip()}"
    return line


def _rows_that_begin_a_statement(lines: list[str]) -> Iterator[int]:
    """Rows, from 0, on which no string, bracket or backslash of an earlier row is still open."""
    depth = 0
    quote = ""
    continued = False
    for number, line in enumerate(lines):
        if not depth and not quote and not continued:
            yield number
            if _LINE_MAGIC.match(line) or _ASSIGNED_MAGIC.match(line):
                continue  # a shell's quotes and brackets are not Python's
        continued = False
        column = 0
        while column < len(line):
            character = line[column]
            if quote:
                if character == "\\":
                    column += 1
                elif line.startswith(quote, column):
                    column += len(quote) - 1
                    quote = ""
            elif character == "#":
                break
            elif string := _STRING_START.match(line, column):
                quote = string[1]
                column = string.end() - 1
            elif character in "([{":
                depth += 1
            elif character in ")]}":
                depth = max(depth - 1, 0)
            elif character == "\\" and not line[column + 1 :].strip():
                continued = True
            column += 1
        if len(quote) == 1 and not line.rstrip("\r").endswith("\\"):
            quote = ""
