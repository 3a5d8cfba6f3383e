"""How verbs write: reports to standard output or a file, remarks and errors to standard error."""

from __future__ import annotations

import os
import sys
from enum import StrEnum
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import RenderableType


class Colour(StrEnum):
    """When to use colour; `auto` asks the terminal, NO_COLOR and FORCE_COLOR."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


def fail(message: object) -> NoReturn:
    """Ends the command because the tool or its settings failed, not because of findings."""
    remark(f"error: {message}")
    raise typer.Exit(2)


def remark(message: str) -> None:
    """A line beside the report."""
    try:
        sys.stderr.write(f"{message}\n")
        sys.stderr.flush()
    except (OSError, AttributeError):
        return  # nobody reads it


def rendered(parts: Iterable[RenderableType], *, colour: bool, width: int | None = None) -> str:
    """Rich text as a string, with escape sequences where colour is wanted.

    Without a width, lines are as long as they are: a report in a pipe must not depend on a terminal.
    """
    from rich.console import Console

    buffer = StringIO()
    console = Console(
        file=buffer,
        force_terminal=colour,
        no_color=not colour,
        color_system="standard" if colour else None,
        width=width or 10_000,
        highlight=False,
        markup=False,
        emoji=False,
        legacy_windows=False,
    )
    for part in parts:
        console.print(part, soft_wrap=width is None)
    return "".join(f"{line.rstrip()}\n" for line in buffer.getvalue().split("\n")[:-1])


def unstyled(text: str) -> str:
    """The same of text without colours, for which rich need not be imported."""
    return "".join(f"{line.expandtabs().rstrip()}\n" for line in text.split("\n"))


def wants_colour(colour: Colour, output_file: Path | None = None) -> bool:
    """Whether escape sequences belong into the output."""
    if colour is not Colour.AUTO:
        return colour is Colour.ALWAYS
    if output_file or os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return on_terminal() and os.environ.get("TERM") != "dumb"


def on_terminal() -> bool:
    """Whether reports go to a terminal; who closed standard output has none."""
    return sys.stdout is not None and sys.stdout.isatty()


def table_width() -> int:
    """The width that tables may take: the terminal's, or enough for a pipe."""
    from rich.console import Console

    return Console().width if on_terminal() else 120


def write(text: str, output_file: Path | None = None) -> None:
    """Writes a report. A reader that went away (`| head`) is no error."""
    if output_file:
        try:
            output_file.write_text(text, "utf-8", errors="backslashreplace")
        except OSError as error:
            fail(f"`{output_file}` cannot be written: {error.strerror or error}")
        return
    if sys.stdout is None:  # closed by who called
        return
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        # The interpreter flushes once more at its end and would complain then.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
