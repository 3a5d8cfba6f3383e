"""The command `trainlint`: one file for each verb."""

# Nothing here may import libcst or pydantic: `trainlint --version` and shell completion must be quick.

from __future__ import annotations

import contextlib
import os
import sys

import typer

from trainlint import __version__
from trainlint.cli.adding import with_value
from trainlint.cli.baseline import baseline
from trainlint.cli.check import check
from trainlint.cli.clean import clean
from trainlint.cli.config import config
from trainlint.cli.console import remark
from trainlint.cli.inspect import inspect
from trainlint.cli.probe import probe
from trainlint.cli.rule import rule
from trainlint.cli.server import server
from trainlint.cli.test import run_examples
from trainlint.cli.version import version

# The base of what typer raises for wrong arguments; typer has no name for it that all its releases share.
_WrongUse: type[typer.BadParameter] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    name="trainlint",
    help="Finds, before training starts, why the loss will not move, will explode, or will lie.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
for verb in (check, probe, rule, inspect, baseline, server, clean, version):
    app.command()(verb)
app.command("test")(run_examples)
app.add_typer(config, name="config")


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"trainlint {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def options(
    context: typer.Context,
    version: bool = typer.Option(
        False, "--version", "-V", help="Show the version.", callback=_print_version, is_eager=True
    ),
) -> None:
    """Finds, before training starts, why the loss will not move, will explode, or will lie."""
    if context.invoked_subcommand is None:
        typer.echo(context.get_help(), err=True)
        raise typer.Exit(2)


def main() -> None:
    """Runs the command and exits with its status."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that cannot show a character gets its escape; a report never ends in a traceback.
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    sys.exit(_status())


def _status() -> int:
    try:
        status = app(args=with_value(sys.argv[1:]), standalone_mode=False)
    except _WrongUse as error:
        remark(f"error: {error.format_message()}".replace("Value error, ", ""))
        return 2
    except typer.Abort:
        remark("interrupted")
        return 130
    except Exception as error:
        if os.environ.get("TRAINLINT_DEBUG"):
            raise
        reason = f"{type(error).__name__}: {error}"
        remark(f"error: trainlint itself failed: {reason} (TRAINLINT_DEBUG=1 shows where; please report it)")
        return 2
    return status if isinstance(status, int) else 0
