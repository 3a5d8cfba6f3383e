"""Text in styles, put together without rich: who reads a report without colours need not wait for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.text import Text

Piece = str | tuple[str, str]
"""Some text, or a text and its style in the words of rich."""


class Styled:
    """Pieces of text one after the other."""

    def __init__(self, *pieces: Piece) -> None:
        self.pieces = pieces

    @property
    def plain(self) -> str:
        """The text alone."""
        return "".join(piece if isinstance(piece, str) else piece[0] for piece in self.pieces)

    def coloured(self) -> Text:
        """The text as rich shows it."""
        from rich.text import Text

        return Text.assemble(*self.pieces)


def in_lines(lines: Iterable[Styled]) -> Styled:
    """Each on a line of its own."""
    pieces: list[Piece] = []
    for number, line in enumerate(lines):
        pieces += ["\n", *line.pieces] if number else line.pieces
    return Styled(*pieces)
