"""`trainlint version`."""

from __future__ import annotations

import typer

from trainlint import __version__


def version() -> None:
    """Show the version."""
    typer.echo(f"trainlint {__version__}")
