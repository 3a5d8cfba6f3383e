"""`trainlint check`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated

import typer

from trainlint.cli import adding
from trainlint.cli.configuration import CONFIG_HELP, configured, per_file, selectors
from trainlint.cli.console import Colour, fail, remark, wants_colour, write
from trainlint.cli.fixing import Fixing
from trainlint.cli.formats import OutputFormat, ensure_countable, report, statistics
from trainlint.cli.running import Executor, Means

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
    baseline: Annotated[
        str | None, typer.Option(metavar="FILE", help="Known findings, which are not reported.")
    ] = None,
    add_ignore: Annotated[
        str | None,
        typer.Option(metavar="[REASON]", help="Write a comment beside each finding that silences it."),
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
    fix: Annotated[bool, typer.Option("--fix", help="Apply safe fixes.")] = False,
    unsafe_fixes: Annotated[
        bool, typer.Option("--unsafe-fixes", help="Fix also what changes how is trained.")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="Show what fixes would change, and write nothing.")
    ] = False,
    show_fixes: Annotated[
        bool, typer.Option("--show-fixes", help="List the fixes by file and rule.")
    ] = False,
    watch: Annotated[bool, typer.Option("--watch", "-w", help="Check again when files change.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no findings, use none.")] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option(help="Where findings are kept.", show_default=".trainlint_cache in the repository"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Processes at once.", show_default="one a processor"),
    ] = None,
    executor: Annotated[Executor, typer.Option(help="Who does the work.")] = Executor.PROCESS,
    dask_scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The scheduler of a Dask cluster.")
    ] = None,
    counts: Annotated[
        bool, typer.Option("--statistics", help="Count the findings of each rule instead of listing them.")
    ] = False,
    timings: Annotated[bool, typer.Option("--timings", help="Say where the time goes.")] = False,
    show_files: Annotated[bool, typer.Option("--show-files", help="List the files, check nothing.")] = False,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Findings only.")] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is done.")] = False,
) -> None:
    """Lint training code.

    Exits with 0 when clean, 1 with findings, 2 when trainlint itself could not work.
    """
    once = {**locals(), "watch": False}
    if watch:
        from trainlint.cli.watching import watch as watch_files

        watch_files(paths or ["."], lambda: check(**once))
        return
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.baseline import WrongBaseline
    from trainlint.engine.work import NoCluster

    start = perf_counter()
    fixing = Fixing(fix, unsafe_fixes, diff, show_fixes, quiet)
    fixing.warn()
    if counts:
        ensure_countable(output_format)
    reason = adding.checked_reason(add_ignore) if add_ignore is not None else None
    if reason is not None and (fixing.wanted or paths == ["-"]):
        fail("--add-ignore changes files, and goes neither with `--fix`, `--diff` nor with standard input")
    means = Means(jobs, executor, dask_scheduler, not no_cache, cache_dir, quiet)
    with means.cache() as cache:
        settings = configured(
            config,
            cache,
            isolated=isolated,
            select=selectors(select),
            extend_select=selectors(extend_select),
            ignore=selectors(ignore),
            per_file_ignores=per_file(per_file_ignores),
            profile=profile and profile.value,
            fail_on=fail_on and fail_on.value,
            respect_gitignore=respect_gitignore,
            baseline=baseline,
        )
        if show_files:
            names = _file_names(paths or ["."], settings, force_exclude=force_exclude)
            write("".join(f"{name}\n" for name in names), output_file)
            return
        piped = sys.stdin.buffer.read() if paths == ["-"] else None
        try:
            if piped is not None:
                result = _piped(piped, stdin_filename, settings, means, force_exclude=force_exclude)
            else:
                files = _files(paths or ["."], settings, force_exclude=force_exclude)
                result = means.check(files, settings)
        except (WrongSettings, WrongBaseline, NoCluster) as error:
            fail(error)
    if verbose:
        for merged in settings.resolver.all_merged():
            remark(f"settings from {merged.files or 'no file'}")
        for filename in result.filenames:
            remark(f"checked {filename}")
    if reason is not None:
        raise typer.Exit(adding.add_ignore(result, reason))
    if fixing.wanted:
        done = fixing.applied(result, piped, stdin_filename)
        result = done.result
        if diff:
            raise typer.Exit(1 if done.rewrites and not exit_zero else 0)
    if counts:
        told = statistics(result, output_format)
    else:
        told = report(result, output_format, colour=wants_colour(color, output_file))
    if fix and piped is not None and output_file is None:
        remark(told.rstrip("\n"))  # standard output has the fixed program
    else:
        write(told, output_file)
    if timings:
        from trainlint.report.timings import render

        remark(render(result, perf_counter() - start).rstrip("\n"))
    if not quiet:
        from trainlint.report.summary import fixable, stale_entries, summary

        for line in stale_entries(result):
            remark(line)
        remark(summary(result))
        if hint := fixable(result):
            remark(hint)
    if result.fails() and not exit_zero:
        raise typer.Exit(1)


def _piped(
    data: bytes, filename: str, settings: Configured, means: Means, *, force_exclude: bool
) -> RunResult:
    from trainlint.engine.run import RunResult, check_bytes
    from trainlint.sources.discovery import is_excluded

    if means.executor is Executor.DASK:
        fail("standard input is checked here, not on a cluster: leave out `--executor dask`")
    path = Path(filename)
    if force_exclude and is_excluded(path, settings.choice_for(path.parent)):
        return RunResult([], [])
    return check_bytes(data, filename, settings, means.runner(1))


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
