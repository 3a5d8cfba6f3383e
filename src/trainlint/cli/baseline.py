"""`trainlint baseline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trainlint.cli.configuration import CONFIG_HELP, configured
from trainlint.cli.console import fail, remark
from trainlint.cli.running import Means

if TYPE_CHECKING:
    from trainlint.engine.baseline import Baseline
    from trainlint.engine.run import RunResult


def baseline(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders.", show_default="this folder")
    ] = None,
    file: Annotated[
        Path | None,
        typer.Option("--baseline", metavar="FILE", help="The file to write; else what settings name."),
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Only drop what is not found any more.")] = False,
    config: Annotated[list[str] | None, typer.Option(metavar="FILE|KEY=VALUE", help=CONFIG_HELP)] = None,
    isolated: Annotated[bool, typer.Option("--isolated", help="Read no settings files.")] = False,
) -> None:
    """Write down the findings there are, so that `check` reports new ones only."""
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.baseline import USUAL_NAME, Baseline, WrongBaseline, updated
    from trainlint.sources.discovery import MissingPath, discover, shown_name

    means = Means()
    with means.cache() as cache:
        settings = configured(config, cache, isolated=isolated)
        unheeded = configured([*(config or []), "baseline = ''"], cache, isolated=isolated)
        try:
            named = settings.settings_for(Path()).baseline
            target = Path(file or named or USUAL_NAME).absolute()
            shown = shown_name(target)
            if target.exists():
                old = Baseline.read(target, shown)
            elif prune:
                fail(f"baseline `{shown}` does not exist, so there is nothing to drop")
            else:
                old = Baseline(target)
            files = discover(paths or [Path()], unheeded.choice_for)
            result = means.check(files, unheeded)
        except (WrongSettings, WrongBaseline, MissingPath) as error:
            fail(error)
    new = updated(old, result, prune=prune)
    _write(target, shown, new)
    remark(_summary(old, new, result, shown))
    if not named and file is None:
        remark(f'`check` heeds it with `--baseline {shown}`, or `baseline = "{shown}"` in the settings')


def _write(target: Path, shown: str, new: Baseline) -> None:
    from trainlint.sources.writing import Changed, replace_content

    content = new.text().encode()
    try:
        if target.exists():
            replace_content(target, target.read_bytes(), content)
        else:
            target.write_bytes(content)
    except Changed:
        fail(f"`{shown}` was changed in the meantime")
    except OSError as error:
        fail(f"`{shown}` cannot be written: {error.strerror or error}")


def _summary(old: Baseline, new: Baseline, result: RunResult, shown: str) -> str:
    from trainlint.report.text import counted

    added, dropped = (new.counts - old.counts).total(), (old.counts - new.counts).total()
    checked = counted(len(result.filenames), "file")
    return f"{shown}: {counted(new.counts.total(), 'known finding')} ({added} added, {dropped} dropped); {checked} checked"
