"""`trainlint rule`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from trainlint.cli.console import Colour, fail, rendered, table_width, wants_colour, write

if TYPE_CHECKING:
    from trainlint.engine.rule import Rule


class RuleFormat(StrEnum):
    """The forms of a rule's page."""

    TEXT = "text"
    JSON = "json"


def rule(
    name: Annotated[str | None, typer.Argument(help="A rule's name or code, also of TorchFix.")] = None,
    all_rules: Annotated[bool, typer.Option("--all", help="List all rules.")] = False,
    output_format: Annotated[RuleFormat, typer.Option(help="The form of the page.")] = RuleFormat.TEXT,
    color: Annotated[Colour, typer.Option(help="When to use colour.")] = Colour.AUTO,
) -> None:
    """Explain a rule, or list all of them."""
    from trainlint.config.mistakes import WrongSettings
    from trainlint.engine.configured import Configured
    from trainlint.engine.registry import UnknownRule, registry

    if (name is None) != all_rules:
        fail("name one rule, or list them with `--all`")
    try:
        installed = registry(Configured().settings_for(Path.cwd()).plugins)
        rules = [installed.find(name)] if name else list(installed.rules.values())
    except (UnknownRule, WrongSettings) as error:
        fail(error)
    if output_format is RuleFormat.JSON:
        described = [_as_json(found) for found in rules]
        write(json.dumps(described if all_rules else described[0], indent=2) + "\n")
    elif all_rules:
        write("".join(f"{found.code}  {found.severity:8}{found.profile:9}{found.name}\n" for found in rules))
    else:
        _show_page(rules[0], colour=wants_colour(color))


def _show_page(found: type[Rule], *, colour: bool) -> None:
    from rich.markdown import Markdown

    from trainlint.probe.explained import whole_page

    write(rendered([Markdown(whole_page(found))], colour=colour, width=min(table_width(), 100)))


def _as_json(found: type[Rule]) -> dict[str, Any]:
    from trainlint.engine.pages import page_url
    from trainlint.engine.registry import words_of
    from trainlint.probe.explained import explanation, whole_page

    return {
        "name": found.name,
        "code": found.code,
        "family": found.family,
        "severity": found.severity,
        "profile": found.profile,
        "frameworks": list(found.frameworks),
        "since": found.since,
        "message": found.message,
        "help": found.help,
        "aliases": sorted(words_of(found) - {found.name, found.family}),
        "url": page_url(found),
        "page": whole_page(found),
        "probe": explanation(found.name),
    }
