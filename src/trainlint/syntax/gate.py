"""Which files are worth reading, and how deeply nested a statement may be that is followed, and handed to libcst."""

from __future__ import annotations

import ast
import re
import warnings

WATCHED = ("torch", "keras", "tensorflow", "lightning", "transformers", "accelerate", "timm", "fastai")
"""Packages whose mention makes a file worth reading."""

_MENTION = re.compile("|".join(WATCHED))

DEEPEST = 150
"""Nesting of syntax nodes above which a statement is not read. libcst 1.9 crashes the process from about
2 000 nested parentheses and needs minutes for 9 000 chained calls. Of 355 public training files the deepest has 50,
the next one 21."""


class SyntaxProblem(Exception):
    """The text is not Python. Row and column count from 1."""

    def __init__(self, message: str, row: int, column: int) -> None:
        super().__init__(message)
        self.message = message
        self.row = row
        self.column = column


def is_relevant(text: str) -> bool:
    """Whether the text mentions a package that trains."""
    return _MENTION.search(text) is not None


def parse(text: str) -> ast.Module:
    """The syntax tree of the standard library, which is quick and never crashes.

    Raises:
        SyntaxProblem: the text is not Python, or is nested deeper than Python itself allows.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # "\d" in somebody's string is none of our business
            return ast.parse(text)
    except SyntaxError as error:
        raise SyntaxProblem(error.msg, error.lineno or 1, max(error.offset or 1, 1)) from None
    except ValueError as error:  # a null byte, a surrogate
        raise SyntaxProblem(str(error), 1, 1) from None
    except (RecursionError, MemoryError):
        raise SyntaxProblem("nested too deeply", 1, 1) from None
