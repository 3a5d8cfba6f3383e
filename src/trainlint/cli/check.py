"""`trainlint check`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainlint.cli.configuration import CONFIG_HELP, configured, per_file, selectors
from trainlint.cli.console import Colour, fail, remark, wants_colour, write
from trainlint.cli.formats import OutputFormat, report

if TYPE_CHECKING:
    from trainlint.engine.configured import Configured
    from trainlint.engine.run import RunResult


class Profile(StrEnum):
    """Sets of rules."""

    DEFAULT = "default"
    STRICT = "strict"
    ALL = "all"


class FailOn(StrEnum):
    """The least severe finding that makes the exit status 1."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NEVER = "never"


_SELECTORS = "names, codes, beginnings of codes, families, or ALL; separated by commas"


def check(
    paths: Annotated[
        list[str] | None,
        typer.Argument(help="Files and folders; `-` reads standard input.", show_default="this folder"),
    ] = None,
    select: Annotated[list[str] | None, typer.Option(help=f"Run these rules only: {_SELECTORS}.")] = None,
    extend_select: Annotated[list[str] | None, typer.Option(help="Run these rules as well.")] = None,
    ignore: Annotated[list[str] | None, typer.Option(help="Do not run these rules.")] = None,
    per_file_ignores: Annotated[
        list[str] | None, typer.Option(help="Do not run rules on some files: PATTERN:RULE, ...")
    ] = None,
    profile: Annotated[Profile | None, typer.Option(help="The set of rules to start from.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 from this severity on.")] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    output_format: Annotated[OutputFormat, typer.Option(help="The form of the report.")] = OutputFormat.FULL,
    output_file: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    stdin_filename: Annotated[str, typer.Option(help="The name for what is read from `-`.")] = "<stdin>",
    config: Annotated[list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help=CONFIG_HELP)] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings files.")] = False,
    respect_gitignore: Annotated[
        bool | None,
        typer.Option("--respect-gitignore/--no-respect-gitignore", help="Pass over what git ignores."),
    ] = None,
    force_exclude: Annotated[
        bool, typer.Option("--force-exclude", help="Exclude files even when they are named.")
    ] = False,
    show_files: Annotated[bool, typer.Option("--show-files", help="List the files, check nothing.")] = False,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")] = False,
) -> None:
    """Lint training code.

    Exits with 0 when clean, 1 with findings, 2 when trainlint itself could not work.
    """
    settings = configured(
        config,
        isolated=isolated,
        select=selectors(select),
        extend_select=selectors(extend_select),
        ignore=selectors(ignore),
        per_file_ignores=per_file(per_file_ignores),
        profile=profile and profile.value,
        fail_on=fail_on and fail_on.value,
        respect_gitignore=respect_gitignore,
    )
    if show_files:
        names = _file_names(paths or ["."], settings, force_exclude=force_exclude)
        write("".join(f"{name}\n" for name in names), output_file)
        return
    result = _result(paths or ["."], stdin_filename, settings, force_exclude=force_exclude, verbose=verbose)
    write(report(result, output_format, colour=wants_colour(color, output_file)), output_file)
    if not quiet:
        from trainlint.report.summary import summary

        remark(summary(result))
    if result.fails() and not exit_zero:
        raise typer.Exit(1)


def _result(
    paths: list[str], stdin_filename: str, settings: Configured, *, force_exclude: bool, verbose: bool
) -> RunResult:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.run import check_bytes, check_files

    try:
        if paths == ["-"]:
            return check_bytes(sys.stdin.buffer.read(), stdin_filename, settings)
        result = check_files(_files(paths, settings, force_exclude=force_exclude), settings)
    except WrongSettings as error:
        fail(error)
    if verbose:
        for filename in result.filenames:
            remark(f"checked {filename}")
    return result


def _file_names(paths: list[str], settings: Configured, *, force_exclude: bool) -> list[str]:
    from trainlint.sources.discovery import shown_name

    return [shown_name(file) for file in _files(paths, settings, force_exclude=force_exclude)]


def _files(paths: list[str], settings: Configured, *, force_exclude: bool) -> list[Path]:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.sources.discovery import MissingPath, discover

    if "-" in paths:
        fail("`-` (standard input) cannot be checked together with other paths")
    try:
        return discover([Path(path) for path in paths], settings.choice_for, force_exclude=force_exclude)
    except (MissingPath, WrongSettings) as error:
        fail(error)
