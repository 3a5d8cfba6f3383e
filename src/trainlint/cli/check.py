"""`trainlint check`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trainlint.cli.console import Colour, fail, remark, rendered, wants_colour, write

if TYPE_CHECKING:
    from trainlint.config.settings import Settings
    from trainlint.engine.run import RunResult


class OutputFormat(StrEnum):
    """The forms of a report."""

    FULL = "full"
    CONCISE = "concise"
    JSON = "json"


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
    profile: Annotated[Profile | None, typer.Option(help="The set of rules to start from.")] = None,
    fail_on: Annotated[FailOn | None, typer.Option(help="Exit with 1 from this severity on.")] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    output_format: Annotated[OutputFormat, typer.Option(help="The form of the report.")] = OutputFormat.FULL,
    output_file: Annotated[Path | None, typer.Option(help="Write the report to this file.")] = None,
    stdin_filename: Annotated[str, typer.Option(help="The name for what is read from `-`.")] = "<stdin>",
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings files.")] = False,
    respect_gitignore: Annotated[bool, typer.Option(help="Pass over what git ignores.")] = True,
    show_files: Annotated[bool, typer.Option("--show-files", help="List the files, check nothing.")] = False,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")] = False,
) -> None:
    """Lint training code.

    Exits with 0 when clean, 1 with findings, 2 when trainlint itself could not work.
    """
    settings = _settings(
        select=_split(select),
        extend_select=_split(extend_select),
        ignore=_split(ignore),
        profile=profile and profile.value,
        fail_on=fail_on and fail_on.value,
        respect_gitignore=respect_gitignore,
    )
    if show_files:
        write("".join(f"{name}\n" for name in _file_names(paths or ["."], settings)), output_file)
        return
    result = _result(paths or ["."], stdin_filename, settings, verbose=verbose)
    report = _report(result, output_format, colour=wants_colour(color, output_file))
    write(report, output_file)
    if not quiet:
        from trainlint.report.summary import summary

        remark(summary(result))
    if result.fails(settings.fail_on) and not exit_zero:
        raise typer.Exit(1)


def _split(selectors: list[str] | None) -> tuple[str, ...] | None:
    if selectors is None:
        return None
    return tuple(word.strip() for selector in selectors for word in selector.split(",") if word.strip())


def _settings(**given: Any) -> Settings:
    from trainlint.config.settings import Settings

    return Settings.model_validate({key: value for key, value in given.items() if value is not None})


def _result(paths: list[str], stdin_filename: str, settings: Settings, *, verbose: bool) -> RunResult:
    from trainlint.engine.registry import UnknownRule
    from trainlint.engine.run import check_bytes, check_files
    from trainlint.engine.selection import WrongOption
    from trainlint.sources.discovery import MissingPath, discover

    try:
        if paths == ["-"]:
            return check_bytes(sys.stdin.buffer.read(), stdin_filename, settings)
        if "-" in paths:
            fail("`-` (standard input) cannot be checked together with other paths")
        files = discover([Path(path) for path in paths], respect_gitignore=settings.respect_gitignore)
        result = check_files(files, settings)
    except (MissingPath, UnknownRule, WrongOption) as error:
        fail(error)
    if verbose:
        for filename in result.filenames:
            remark(f"checked {filename}")
    return result


def _file_names(paths: list[str], settings: Settings) -> list[str]:
    from trainlint.sources.discovery import MissingPath, discover, shown_name

    try:
        files = discover([Path(path) for path in paths], respect_gitignore=settings.respect_gitignore)
    except MissingPath as error:
        fail(error)
    return [shown_name(file) for file in files]


def _report(result: RunResult, output_format: OutputFormat, *, colour: bool) -> str:
    match output_format:
        case OutputFormat.FULL:
            from trainlint.report import full

            return rendered([full.render(result)], colour=colour) if result.diagnostics else ""
        case OutputFormat.CONCISE:
            from trainlint.report import concise

            return concise.render(result)
        case OutputFormat.JSON:
            from trainlint.report import json_format

            return json_format.render(result)
