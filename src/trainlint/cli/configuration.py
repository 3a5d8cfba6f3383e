"""From the options of a command line to the settings of files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from trainlint.cli.console import fail

if TYPE_CHECKING:
    from trainlint.config.layer import Layer
    from trainlint.engine.cache import Cache
    from trainlint.engine.configured import Configured

CONFIG_HELP = "A settings file that holds for all files, or one setting as KEY=VALUE in TOML."


def configured(
    config: list[str] | None, cache: Cache | None = None, *, isolated: bool, **options: Any
) -> Configured:
    """What settings files, `--config` and other options say together; an option that is None says nothing. The cache
    may know that they fit the rules."""
    from trainlint.config.layer import Layer
    from trainlint.config.merge import merge
    from trainlint.config.mistakes import WrongSettings
    from trainlint.config.resolve import Resolver
    from trainlint.engine.configured import Configured

    folder = Path.cwd()
    files, layers = _sorted(config or [], folder)
    if len(files) > 1:
        fail(f"--config names two settings files, `{files[0]}` and `{files[1]}`; one can `extend` the other")
    if files and isolated:
        fail(f"--isolated reads no settings file, but --config names `{files[0]}`")
    given = {key.replace("_", "-"): value for key, value in options.items() if value is not None}
    if given:
        layers.append(Layer("", given, folder))
    resolver = Resolver(files[0] if files else None, isolated, layers)
    try:
        merge(layers)  # a wrong option comes to light even where there is no file to check
    except WrongSettings as error:
        fail(error)
    return Configured(resolver, cache)


def selectors(given: list[str] | None) -> list[str] | None:
    """The words of an option that may be repeated and whose values may hold commas."""
    if given is None:
        return None
    return [word.strip() for text in given for word in text.split(",") if word.strip()]


def per_file(given: list[str] | None) -> dict[str, list[str]] | None:
    """The table of `PATTERN:SELECTOR`, several separated by commas; a pattern may hold colons itself."""
    if given is None:
        return None
    table: dict[str, list[str]] = {}
    for word in selectors(given) or []:
        pattern, colon, selector = word.rpartition(":")
        if not (pattern and colon and selector):
            _wrong_pair(word)
        table.setdefault(pattern.strip(), []).append(selector.strip())
    return table


def _wrong_pair(word: str) -> NoReturn:
    fail(f"--per-file-ignores: `{word}` is not of the form PATTERN:RULE, such as `tests/*:TL101`")


def _sorted(config: list[str], folder: Path) -> tuple[list[Path], list[Layer]]:
    """What `--config` names: files, and settings."""
    from trainlint.config.layer import layer_of_assignment
    from trainlint.sources.settings_entry import NotSettings

    files: list[Path] = []
    layers: list[Layer] = []
    for text in config:
        if Path(text).is_file():
            files.append(Path(text))
        elif "=" not in text:
            fail(f"--config names `{text}`, which is no file and no KEY=VALUE")
        else:
            try:
                layers.append(layer_of_assignment(text, folder))
            except NotSettings as error:
                fail(error)
    return files, layers


__all__ = ["CONFIG_HELP", "configured", "per_file", "selectors"]
