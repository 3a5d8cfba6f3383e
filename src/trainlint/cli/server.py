"""`trainlint server`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from trainlint.cli.console import fail


class LogLevel(StrEnum):
    """How much the server says on standard error."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    DEBUG = "debug"


def server(
    stdio: Annotated[
        bool, typer.Option("--stdio", help="Serve on standard input and output, as without options.")
    ] = False,
    tcp: Annotated[
        str | None, typer.Option(metavar="HOST:PORT", help="Serve the first client that connects.")
    ] = None,
    log_level: Annotated[
        LogLevel, typer.Option(help="How much to say on standard error.")
    ] = LogLevel.WARNING,
) -> None:
    """Serve an editor: the language server."""
    if stdio and tcp:
        fail("--stdio and --tcp exclude each other")
    address = _address(tcp) if tcp else None
    try:
        from trainlint.server.server import serve
    except ImportError as error:
        fail(f"the language server needs pygls ({error}): pip install 'trainlint[server]'")
    try:
        status = serve(address, level=log_level.value)
    except OSError as error:
        fail(f"`{tcp}` cannot be served on: {error.strerror or error}")
    raise typer.Exit(status)


def _address(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65_535:
        fail(f"--tcp: `{text}` is not of the form HOST:PORT, such as `127.0.0.1:2087`")
    return host or "127.0.0.1", int(port)
