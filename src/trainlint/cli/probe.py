"""`trainlint probe`."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trainlint.cli.configuration import CONFIG_HELP, configured, selectors
from trainlint.cli.console import Colour, fail, remark, rendered, wants_colour, write

if TYPE_CHECKING:
    from trainlint.config.settings import Settings
    from trainlint.engine.diagnostic import Diagnostic
    from trainlint.engine.verdict import Verdict
    from trainlint.plan.plan import TrainingPlan
    from trainlint.probe.probe import Progress
    from trainlint.sources.document import Document


class ProbeFormat(StrEnum):
    """The forms of an answer: for people, as one list, or line by line while it goes on."""

    TEXT = "text"
    JSON = "json"
    JSON_LINES = "json-lines"


def probe(
    file: Annotated[Path, typer.Argument(help="A Python file or a notebook.")],
    select: Annotated[
        list[str] | None, typer.Option(help="Put the findings of these rules to the test.")
    ] = None,
    steps: Annotated[int | None, typer.Option(min=5, max=1000, help="Steps of each run.")] = None,
    seeds: Annotated[int | None, typer.Option(min=1, max=20, help="Runs, which must agree.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0.1, help="Seconds for the runs of one network.")
    ] = None,
    script: Annotated[
        bool, typer.Option("--script", help="Run the program itself, watched and kept apart.")
    ] = False,
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="[-- ARGUMENTS]", help="Arguments of the program.", show_default=False),
    ] = None,
    interpreter: Annotated[
        str | None, typer.Option(help="The Python that has the framework.", show_default="the environment's")
    ] = None,
    output_format: Annotated[ProbeFormat, typer.Option(help="The form of the answer.")] = ProbeFormat.TEXT,
    output_file: Annotated[Path | None, typer.Option(help="Write the answer to this file.")] = None,
    config: Annotated[list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help=CONFIG_HELP)] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings files.")] = False,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 whatever is found.")] = False,
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
    files = configured(config, isolated=isolated, select=selectors(select))
    document, settings, diagnostics, plan = _understood(file, files)
    if arguments and not script:
        fail("arguments are for the program itself: they need `--script`")
    given = {"steps": steps, "seeds": seeds, "seconds": seconds, "interpreter": interpreter}
    streams = output_format is ProbeFormat.JSON_LINES
    if script:
        judged = _run(
            document, settings, diagnostics, plan, given, tuple(arguments or ()), streams=streams, quiet=quiet
        )
    else:
        judged = _judged(document, settings, diagnostics, plan, given, streams=streams, quiet=quiet)
    if output_format is ProbeFormat.JSON:
        from trainlint.report.json_format import as_json

        write(json.dumps([as_json(diagnostic) for diagnostic in judged], indent=2) + "\n", output_file)
    elif not streams:
        write(rendered(render(judged), colour=wants_colour(color, output_file)), output_file)
    if not quiet:
        remark(summary(judged, perf_counter() - start))
    if not exit_zero and _fails(judged, settings):
        raise typer.Exit(1)


def _understood(file: Path, files: Any) -> tuple[Document, Settings, list[Diagnostic], TrainingPlan]:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.check import check_document, plan_of_document
    from trainlint.sources.discovery import shown_name
    from trainlint.sources.document import Document, Unreadable
    from trainlint.syntax.gate import SyntaxProblem

    try:
        settings = files.settings_for(file)
        document = Document.from_path(file, shown_name(file))
        plan = plan_of_document(document, settings.framework_versions)
        found = [
            diagnostic
            for diagnostic in check_document(document, settings)
            if not diagnostic.code.startswith("TL9")
        ]
    except (Unreadable, WrongSettings) as error:
        fail(error)
    except SyntaxProblem as error:
        fail(f"{shown_name(file)}:{error.row}:{error.column}: not parsed: {error.message}")
    return document, settings, found, plan


def _judged(
    document: Document,
    settings: Settings,
    diagnostics: list[Diagnostic],
    plan: TrainingPlan,
    given: dict[str, Any],
    *,
    streams: bool,
    quiet: bool,
) -> list[Diagnostic]:
    """The findings with their answers; a stream says each as soon as it is known."""
    from trainlint.probe.probe import Options, Workers
    from trainlint.probe.probe import probe as train

    chosen = {**settings.probe.model_dump(include={"steps", "seeds", "seconds", "interpreter"})}
    chosen.update({name: value for name, value in given.items() if value is not None})
    judged: list[Diagnostic] = []
    if not diagnostics:
        return judged
    with Workers() as workers, _progress(streams=streams, quiet=quiet) as tell:
        verdicts = train(
            document, diagnostics, plan, options=Options(**chosen), workers=workers, on_progress=tell,
            on_verdict=lambda number, verdict: judged.append(_answered(diagnostics[number], verdict, streams)),
        )  # fmt: skip
    assert len(verdicts) == len(judged)
    return judged


def _run(
    document: Document,
    settings: Settings,
    diagnostics: list[Diagnostic],
    plan: TrainingPlan,
    given: dict[str, Any],
    arguments: tuple[str, ...],
    *,
    streams: bool,
    quiet: bool,
) -> list[Diagnostic]:
    """The findings with their answers, from one run of the program."""
    from trainlint.probe.probe import Progress
    from trainlint.probe.script import ScriptOptions, probe_script

    if not diagnostics:
        return []
    own = settings.probe
    options = ScriptOptions(
        steps=given["steps"] or own.steps,
        seconds=given["seconds"] or own.script_seconds,
        memory=own.memory,
        interpreter=given["interpreter"] or own.interpreter,
        arguments=arguments,
    )
    with _progress(streams=streams, quiet=quiet) as tell:
        verdicts = probe_script(
            document,
            diagnostics,
            plan,
            options=options,
            on_progress=lambda done, of, loss: tell(Progress(done, of, "the program", loss)),
        )
    return [
        _answered(diagnostic, verdict, streams)
        for diagnostic, verdict in zip(diagnostics, verdicts, strict=True)
    ]


def _answered(diagnostic: Diagnostic, verdict: Verdict, streams: bool) -> Diagnostic:
    from trainlint.report.json_format import as_json

    judged = diagnostic.judged(verdict)
    if streams:
        _line("verdict", finding=as_json(judged))
    return judged


def _line(event: str, **fields: Any) -> None:
    write(json.dumps({"event": event, **fields}) + "\n")


@contextmanager
def _progress(*, streams: bool, quiet: bool) -> Iterator[Callable[[Progress], None]]:
    """A bar on a terminal, lines in a stream, nothing else."""
    if streams:
        yield lambda progress: _line(
            "progress", done=progress.done, of=progress.of, rule=progress.rule, loss=progress.loss
        )
        return
    if quiet or not sys.stderr.isatty():
        yield lambda progress: None
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
        yield lambda progress: bar.update(
            task, completed=progress.done, total=progress.of, description=progress.rule
        )


def _fails(judged: list[Diagnostic], settings: Settings) -> bool:
    from trainlint.engine.diagnostic import Severity

    if settings.fail_on == "never":
        return False
    return any(diagnostic.severity.rank <= Severity(settings.fail_on).rank for diagnostic in judged)
