"""`trainlint clean`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trainlint.cli.console import fail, remark


def clean(
    cache_dir: Annotated[
        Path | None, typer.Option(help="Where the cache is.", show_default="as for check")
    ] = None,
) -> None:
    """Remove the findings that are kept from earlier runs."""
    from trainlint.engine.database import folder_for, remove

    folder = cache_dir or folder_for(Path.cwd())
    try:
        found = remove(folder)
    except OSError as error:
        fail(f"`{folder}` cannot be removed: {error.strerror or error}")
    remark(f"Removed {folder}." if found else f"Nothing to remove: {folder} holds no cache.")
