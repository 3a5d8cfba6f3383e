"""`trainlint config`."""

from __future__ import annotations

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from trainlint.cli.configuration import CONFIG_HELP, configured
from trainlint.cli.console import fail, remark, write

config = typer.Typer(rich_markup_mode=None, help="Show which settings hold, and why.")


class ConfigFormat(StrEnum):
    """The forms in which settings are shown."""

    TOML = "toml"
    JSON = "json"


_Config = Annotated[list[str] | None, typer.Option("--config", metavar="FILE|KEY=VALUE", help=CONFIG_HELP)]
_Isolated = Annotated[bool, typer.Option("--isolated", help="Read no settings files.")]
_Format = Annotated[ConfigFormat, typer.Option("--output-format", help="TOML with comments, or data.")]


@config.callback(invoke_without_command=True)
def options(context: typer.Context) -> None:
    """Show which settings hold, and why. Without a word after it: `show`."""
    if context.invoked_subcommand is None:
        _show(Path(), None, False, ConfigFormat.TOML)


@config.command()
def show(
    config: _Config = None, isolated: _Isolated = False, output_format: _Format = ConfigFormat.TOML
) -> None:
    """Show the settings that hold in this folder, with the source of each value."""
    _show(Path(), config, isolated, output_format)


@config.command()
def explain(
    file: Annotated[Path, typer.Argument(help="A file or a folder.")],
    config: _Config = None,
    isolated: _Isolated = False,
    output_format: _Format = ConfigFormat.TOML,
) -> None:
    """Show the settings that hold for a file, with the source of each value."""
    if not file.exists():
        fail(f"`{file}` does not exist")
    _show(file, config, isolated, output_format)


@config.command()
def schema() -> None:
    """Show the JSON schema of settings files."""
    from trainlint.config.schema import schema_text

    write(schema_text())


def _show(file: Path, config: list[str] | None, isolated: bool, output_format: ConfigFormat) -> None:
    from trainlint.config.explain import as_json, as_toml, explained
    from trainlint.config.mistakes import WrongSettings
    from trainlint.sources.discovery import is_excluded, shown_name

    known = configured(config, isolated=isolated)
    try:
        settings = known.settings_for(file)
    except WrongSettings as error:
        fail(error)
    merged = known.resolver.merged_for(file)
    values = explained(merged)
    if output_format is ConfigFormat.JSON:
        write(json.dumps(as_json(values), indent=2) + "\n")
    else:
        write(as_toml(values))
    where = merged.files or "no settings file"
    name = shown_name(file)
    remark(f"{'this folder' if name == '.' else name}: {where}")
    if is_excluded(file, settings.file_choice):
        remark(f"{name} is excluded: it is checked only when it is named")
