"""`trainlint test`."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from trainlint.cli.console import fail, remark, write

if TYPE_CHECKING:
    from collections.abc import Iterator

    from trainlint.config.plugin import Plugin
    from trainlint.engine.rule import Rule


def run_examples(
    plugin: Annotated[
        str | None,
        typer.Argument(
            metavar="[PACKAGE|FOLDER]",
            help="A package, a folder or a file with rules.",
            show_default="the plugins in the settings",
        ),
    ] = None,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what does not hold.")] = False,
) -> None:
    """Run the good and the bad examples inside rules, for those who write rules.

    Exits with 1 when an example does not hold, with 2 when there are no rules.
    """
    from trainlint.engine.registry import registry
    from trainlint.report.text import counted

    plugins = _plugins(plugin)
    collected = registry(plugins)
    for problem in collected.problems:
        write(f"{problem.plugin}:{problem.row}: not loaded: {problem.reason}\n")
    rules = [rule for rule in collected.rules.values() if any(_is_from(rule, source) for source in plugins)]
    if not rules and not collected.problems:
        fail(f"there are no rules in {', '.join(f'`{source.name}`' for source in plugins)}")
    failed = 0
    for rule in rules:
        complaints = list(_complaints(rule, plugins))
        failed += bool(complaints)
        examples = counted(len(rule.good) + len(rule.bad), "example")
        if complaints or not quiet:
            write(f"{rule.name} ({rule.code}): {'does not hold' if complaints else f'{examples} hold'}\n")
        for complaint in complaints:
            write(f"  {complaint}\n")
    remark(f"{counted(len(rules), 'rule')}, {failed} of them with complaints.")
    if failed or collected.problems:
        raise typer.Exit(1)


def _plugins(named: str | None) -> tuple[Plugin, ...]:
    from trainlint.config.mistakes import WrongSettings
    from trainlint.config.plugin import Plugin
    from trainlint.engine.configured import Configured

    if named is not None:
        plugin = Plugin.named(named, Path.cwd())
        if plugin.is_missing:
            fail(f"`{named}` does not exist")
        return (plugin,)
    try:
        plugins = Configured().settings_for(Path.cwd()).plugins
    except WrongSettings as error:
        fail(error)
    if not plugins:
        fail("name a package or a folder with rules: the settings here have no `plugins`")
    return plugins


def _is_from(rule: type[Rule], plugin: Plugin) -> bool:
    from trainlint.engine.folder_plugin import path_of

    path = path_of(rule.__module__)
    if path is None or plugin.path is None:
        return plugin.path is None and f"{rule.__module__}.".startswith(f"{plugin.name}.")
    return path.is_relative_to(plugin.path)


def _complaints(rule: type[Rule], plugins: tuple[Plugin, ...]) -> Iterator[str]:
    from trainlint.config.settings import Settings
    from trainlint.engine.asking import is_built_in
    from trainlint.engine.policing import Complaint, Police, ensure_page

    settings = Settings(plugins=plugins)
    try:
        ensure_page(rule)
    except Complaint as complaint:
        yield str(complaint)
    for kind, examples in (("good", rule.good), ("bad", rule.bad)):
        for example in examples:
            with TemporaryDirectory(prefix="trainlint-") as folder:
                # What else the built-in rules have to say about an example is not a plugin's matter.
                police = Police(rule, example, Path(folder), settings, alone=is_built_in(rule))
                try:
                    police.stays_silent() if kind == "good" else police.speaks()
                except Complaint as complaint:
                    yield f"{kind} example `{example.title}`: {complaint}"
                except Exception as error:
                    yield f"{kind} example `{example.title}`: {type(error).__name__}: {error}"
