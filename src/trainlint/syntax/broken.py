"""Text that is not Python while somebody types: what its healthy statements would be without the others.

A statement that cannot be read gives way to one that says nothing but what it may have done: its names are bound to
something unknown, and the names that it mentions were handed to something unknown. Rows stay where they are.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator

from trainlint.syntax.gate import SyntaxProblem, parse

_ROW = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")
_GOES_ON = re.compile(r"[\s#)\]}]|(?:else|elif|except|finally)\b|\Z")
"""Beginnings of rows that belong to the statement above."""

_DEFINITION = re.compile(r"(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)")
_DECORATED = re.compile(r"@")
_BINDING = re.compile(
    r"^\s*(?:async\s+)?(?:for\s+)?(?P<targets>[A-Za-z_]\w*(?:\s*,\s*[A-Za-z_]\w*)*)\s*"
    r"(?::[^=\n]*)?(?:[-+*/|&^%@]|//|\*\*|<<|>>)?(?:=(?!=)|\bin\b)"
    r"|\bas\s+(?P<alias>[A-Za-z_]\w*)|(?P<walrus>[A-Za-z_]\w*)\s*:=",
    re.MULTILINE,
)
_BLOCK = re.compile(r"(?:async|for|while|if|with|try|match)\b")
_IMPORT = re.compile(r"\s*(?:from\s+[\w.]+\s+)?import\s+(?P<names>[\w\s.,()]*)")
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_QUOTES = ('"""', "'''")

_MOST_JOINED = 6
"""Pieces that may belong to one statement though each begins a row, as in brackets that are not indented."""

STAND_IN = "_unread_"


def healed(text: str) -> str | None:
    """The text with its unreadable statements replaced; None where nothing readable is left of it."""
    pieces = list(_pieces(text))
    parts: list[tuple[str, bool]] = []
    number = 0
    while number < len(pieces):
        length = _readable(pieces, number)
        part = "".join(pieces[number : number + (length or 1)])
        parts.append((part, length > 0))
        number += length or 1
    if not any(sound for _, sound in parts):
        return None
    known = {name for part, sound in parts if sound for name in _NAME.findall(part)}
    whole = "".join(part if sound else _stand_in(part, known) for part, sound in parts)
    return whole if _is_python(whole) else None


def _pieces(text: str) -> Iterator[str]:
    """The text cut before each row that may begin a statement of the module."""
    piece = ""
    for row in _ROW.findall(text):
        if piece and not _GOES_ON.match(row):
            yield piece
            piece = ""
        piece += row
    if piece:
        yield piece


def _readable(pieces: list[str], number: int) -> int:
    """How many pieces from this one on are Python together; 0 when it belongs to none."""
    if _is_python(pieces[number]):
        return 1
    for end in _ends(pieces, number):
        if _is_python("".join(pieces[number:end])):
            return end - number
    return 0


def _ends(pieces: list[str], number: int) -> Iterator[int]:
    """Where a statement may end that goes on in further pieces."""
    piece = pieces[number]
    for quote in _QUOTES:
        if piece.count(quote) % 2:
            closing = (n for n in range(number + 1, len(pieces)) if quote in pieces[n])
            yield from (n + 1 for n, _ in zip(closing, range(2), strict=False))
    last = min(number + _MOST_JOINED, len(pieces))
    if _DECORATED.match(piece) or not _DEFINITION.match(piece):
        for end in range(number + 2, last + 1):
            yield end
            if _DEFINITION.match(pieces[end - 1]):
                return  # what begins with a definition belongs to nothing before, but to its decorators


def _stand_in(part: str, known: set[str]) -> str:
    """A statement with as many rows that binds the same names, as far as one can see."""
    definition = _DEFINITION.match(part.lstrip("\ufeff \t\r\n")) or next(
        (found for row in part.split("\n") if (found := _DEFINITION.match(row))), None
    )
    bound = [definition[1]] if definition else list(dict.fromkeys(_bound(part)))
    mentioned = [name for name in dict.fromkeys(_NAME.findall(part)) if name in known]
    if definition and _is_python(f"{_first_row(part, definition)}\n    pass\n"):
        mentioned = []  # else what follows the broken head may belong to the statement above
    call = f"{STAND_IN}({', '.join(name for name in mentioned if not keyword.iskeyword(name))})"
    statement = " = ".join([*(name for name in bound if not keyword.iskeyword(name)), call])
    ends = "".join(re.findall(r"\r\n|\r|\n", part))
    return statement + ends


def _first_row(part: str, definition: re.Match[str]) -> str:
    return next((row for row in part.split("\n") if definition.group() in row), "").strip()


def _bound(part: str) -> Iterator[str]:
    found = _IMPORT.match(part)
    if found:
        for alias in found["names"].replace("(", " ").replace(")", " ").split(","):
            words = alias.split()
            if words:
                yield words[-1].partition(".")[0]
        return
    rows = part.lstrip("\r\n")
    if not _BLOCK.match(rows):  # what stands further in is an argument
        rows = rows.partition("\n")[0]
    for match in _BINDING.finditer(rows):
        if match["targets"]:
            yield from (name.strip() for name in match["targets"].split(","))
        elif match["alias"] or match["walrus"]:
            yield match["alias"] or match["walrus"]


def _is_python(text: str) -> bool:
    try:
        parse(text)
    except SyntaxProblem:
        return False
    return True
