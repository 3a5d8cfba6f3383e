"""`trainlint probe`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trainlint.cli.configuration import CONFIG_HELP, configured, selectors
from trainlint.cli.console import Colour, fail, remark, rendered, wants_colour, write
from trainlint.cli.running import Executor, Means

if TYPE_CHECKING:
    from trainlint.config.settings import ProbeSettings, Settings
    from trainlint.engine.configured import Configured
    from trainlint.engine.diagnostic import Diagnostic
    from trainlint.engine.verdict import Verdict
    from trainlint.plan.plan import TrainingPlan
    from trainlint.probe.cache import Verdicts
    from trainlint.probe.probe import Progress
    from trainlint.sources.document import Document


class ProbeFormat(StrEnum):
    """The forms of an answer: for people, as one list, or line by line while it goes on."""

    TEXT = "text"
    JSON = "json"
    JSON_LINES = "json-lines"


def probe(
    files: Annotated[
        list[str], typer.Argument(metavar="FILE... [-- ARGUMENTS]", help="Python files, notebooks, folders.")
    ],
    script: Annotated[
        bool, typer.Option("--script", help="Run the program itself, watched and kept apart.")
    ] = False,
    select: Annotated[
        list[str] | None, typer.Option(help="Put the findings of these rules to the test.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=5, max=1000, help="Steps of each run.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=20, help="Runs, which must agree.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for the runs of one network.")
    ] = None,
    interpreter: Annotated[
        str | None, typer.Option(help="The Python that has the framework.", show_default="the environment's")
    ] = None,
    output_format: Annotated[ProbeFormat, typer.Option(help="The form of the answer.")] = ProbeFormat.TEXT,
    html: Annotated[
        Path | None,
        typer.Option("--report", metavar="FILE.html", help="Write a page with curves and layers, too."),
    ] = None,
    output_file: Annotated[Path | None, typer.Option(help="Write the answer to this file.")] = None,
    config: Annotated[list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help=CONFIG_HELP)] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings files.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Keep no answers, use none.")] = False,
    cache_dir: Annotated[
        Path | None,
        typer.Option(help="Where answers are kept.", show_default=".trainlint_cache in the repository"),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option("--jobs", "-j", min=1, help="Programs at once.", show_default="one a processor"),
    ] = None,
    executor: Annotated[Executor, typer.Option(help="Who does the work.")] = Executor.PROCESS,
    dask_scheduler: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="The scheduler of a Dask cluster.")
    ] = None,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Answers only.")] = False,
) -> None:
    """Train for a second to confirm or refute what `check` finds.

    Trains what the program would train, on made-up data, in a process of its own; no code of the program runs.
    With --script the program itself runs for a few steps: without network where the system allows that, its writes
    sent elsewhere, stopped after its steps or its time. Arguments for it stand after `--`.

    Exits with 0 when nothing is left that fails, 1 with findings, 2 when trainlint itself could not work.
    """
    from trainlint.report.probe_text import render, summary

    start = perf_counter()
    given = {"steps": steps, "seeds": seeds, "seconds": seconds, "interpreter": interpreter}
    if script and seconds is not None:
        given |= {"seconds": None, "script_seconds": seconds}
    budget = {"probe": {key.replace("_", "-"): value for key, value in given.items() if value is not None}}
    options: dict[str, Any] = {"select": selectors(select), **(budget if budget["probe"] else {})}
    settings = configured(config, isolated=isolated, **options)
    means = Means(jobs, executor, dask_scheduler, not no_cache, cache_dir, quiet)
    streams = output_format is ProbeFormat.JSON_LINES
    paths = [Path(files[0])] if script else _found(files, settings)
    if len(paths) == 1 and executor is Executor.PROCESS:
        with means.kept_verdicts() as known:
            one = _One(*_understood(paths[0], settings), streams=streams, quiet=quiet, known=known)
            judged = one.run(tuple(files[1:])) if script else one.train()
        failing = _fails(judged, one.settings)
    else:
        result = means.probe(paths, settings)
        judged, failing = result.diagnostics, result.fails()
        for diagnostic in judged if streams else ():
            _say(diagnostic)
    if output_format is ProbeFormat.JSON:
        from trainlint.report.json_format import as_json

        write(json.dumps([as_json(diagnostic) for diagnostic in judged], indent=2) + "\n", output_file)
    elif not streams:
        write(rendered(render(judged), colour=wants_colour(color, output_file)), output_file)
    told = summary(judged, perf_counter() - start)
    if html is not None:
        from trainlint.report import probe_html

        write(probe_html.render(judged, ", ".join(files[:1] if script else files), told), html)
    if not quiet:
        remark(told)
    if failing and not exit_zero:
        raise typer.Exit(1)


@dataclass
class _One:
    """One program, whose answers are shown as they come."""

    document: Document
    settings: Settings
    found: list[Diagnostic]
    plan: TrainingPlan
    streams: bool
    quiet: bool
    known: Verdicts | None

    def train(self) -> list[Diagnostic]:
        """Its findings with answers from made-up data."""
        from trainlint.probe.many import options_of
        from trainlint.probe.probe import Workers
        from trainlint.probe.probe import probe as train

        judged: list[Diagnostic] = []
        if not self.found:
            return judged

        def answered(number: int, verdict: Verdict) -> None:
            judged.append(self.found[number].judged(verdict))
            if self.streams:
                _say(judged[-1])

        with ExitStack() as stack:
            workers = stack.enter_context(Workers())
            tell = stack.enter_context(self.progress())
            train(
                self.document, self.found, self.plan, options=options_of(self.settings.probe), workers=workers,
                known=self.known, on_progress=tell, on_verdict=answered,
            )  # fmt: skip
        return judged

    def run(self, arguments: tuple[str, ...]) -> list[Diagnostic]:
        """Its findings with answers from one run of the program itself."""
        from trainlint.probe.probe import Progress
        from trainlint.probe.script import probe_script

        if not self.found:
            return []
        with self.progress() as tell:
            verdicts = probe_script(
                self.document, self.found, self.plan, options=_script_options(self.settings.probe, arguments),
                on_progress=lambda done, of, loss: tell(Progress(done, of, "the program", loss)),
            )  # fmt: skip
        judged = [finding.judged(verdict) for finding, verdict in zip(self.found, verdicts, strict=True)]
        for diagnostic in judged if self.streams else ():
            _say(diagnostic)
        return judged

    @contextmanager
    def progress(self) -> Iterator[Callable[[Progress], None]]:
        """A bar on a terminal, lines in a stream, nothing else."""
        if self.streams:
            yield lambda told: _line("progress", done=told.done, of=told.of, rule=told.rule, loss=told.loss)
            return
        if self.quiet or not sys.stderr.isatty():
            yield lambda told: None
            return
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn
        from rich.progress import Progress as Bar

        columns = (
            TextColumn("Training"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f} % {task.description}"),
        )
        with Bar(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("starts", total=None)
            yield lambda told: bar.update(task, completed=told.done, total=told.of, description=told.rule)


def _script_options(settings: ProbeSettings, arguments: tuple[str, ...]) -> Any:
    from trainlint.probe.script import ScriptOptions

    return ScriptOptions(
        steps=settings.steps,
        seconds=settings.script_seconds,
        memory=settings.memory,
        interpreter=settings.interpreter,
        arguments=arguments,
    )


def _found(files: list[str], settings: Configured) -> list[Path]:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.sources.discovery import MissingPath, discover

    if any(file.startswith("-") for file in files):
        fail("arguments are for the program itself: they need `--script`")
    try:
        return discover([Path(file) for file in files], settings.choice_for, force_exclude=False)
    except (MissingPath, WrongSettings) as error:
        fail(error)


def _understood(
    file: Path, configured_files: Configured
) -> tuple[Document, Settings, list[Diagnostic], TrainingPlan]:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.check import check_document, plan_of_document
    from trainlint.probe.many import to_be_judged
    from trainlint.sources.discovery import shown_name
    from trainlint.sources.document import Document, Unreadable
    from trainlint.syntax.gate import SyntaxProblem

    try:
        settings = configured_files.settings_for(file)
        document = Document.from_path(file, shown_name(file))
        plan = plan_of_document(document, settings.framework_versions)
        found = to_be_judged(check_document(document, settings))
    except (Unreadable, WrongSettings) as error:
        fail(error)
    except SyntaxProblem as error:
        fail(f"{shown_name(file)}:{error.row}:{error.column}: not parsed: {error.message}")
    return document, settings, found, plan


def _say(diagnostic: Diagnostic) -> None:
    from trainlint.report.json_format import as_json

    _line("verdict", finding=as_json(diagnostic))


def _line(event: str, **fields: Any) -> None:
    write(json.dumps({"event": event, **fields}) + "\n")


def _fails(judged: list[Diagnostic], settings: Settings) -> bool:
    from trainlint.engine.diagnostic import Severity

    if settings.fail_on == "never":
        return False
    return any(diagnostic.severity.rank <= Severity(settings.fail_on).rank for diagnostic in judged)
