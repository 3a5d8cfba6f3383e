"""Settings files as trees whose every entry knows where it stands: YAML, JSON, TOML, INI."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from trainlint.sources.json_positions import parse_json
from trainlint.sources.settings_entry import Entry, NotSettings, Span

Language = Literal["yaml", "yaml 1.2", "json", "toml", "ini"]

SUFFIXES: Mapping[str, Language] = {
    ".yaml": "yaml", ".yml": "yaml", ".json": "json", ".toml": "toml", ".ini": "ini", ".cfg": "ini", ".conf": "ini",
}  # fmt: skip
"""Files that hold settings, by their ending."""

_LINE_ENTRY = re.compile(r"^\s*(?P<key>[\w.\-\"' ]+?)\s*[=:]\s*(?P<value>.*?)\s*$")
_SECTION = re.compile(r"^\s*\[\[?\s*(?P<name>[^\]]+?)\s*\]\]?")


def parse(text: str, language: Language) -> Entry:
    """The entries of a settings file.

    Raises:
        NotSettings: the text is not in that language.
    """
    match language:
        case "yaml" | "yaml 1.2":
            from trainlint.sources.yaml_positions import parse_yaml  # brings PyYAML, which TOML does not need

            return parse_yaml(text, modern=language == "yaml 1.2")
        case "json":
            return parse_json(text)
        case "toml":
            try:
                return _placed(tomllib.loads(text), _lines(text), ())
            except (ValueError, RecursionError) as error:
                raise NotSettings(str(error)) from None
        case "ini":
            return _placed(_ini(text), _lines(text), ())


def _ini(text: str) -> dict[str, dict[str, str]]:
    parser = configparser.ConfigParser(strict=False, interpolation=None)
    try:
        parser.read_string(text)
    except configparser.Error as error:
        raise NotSettings(str(error)) from None
    return {section: dict(parser[section]) for section in parser.sections()}


def _lines(text: str) -> dict[tuple[str, ...], Span]:
    """Where the values of `[section]` and `key = value` lines stand, by the path of the key."""
    found: dict[tuple[str, ...], Span] = {}
    section: tuple[str, ...] = ()
    for row, line in enumerate(text.splitlines(), start=1):
        if (heading := _SECTION.match(line)) is not None and "=" not in line.partition("]")[0]:
            section = _key(heading["name"])
            found.setdefault(section, Span(row, heading.start("name") + 1, row, heading.end("name") + 1))
        elif (entry := _LINE_ENTRY.match(line)) is not None:
            value = _without_comment(entry["value"])
            start = entry.start("value") + 1
            span = Span(row, start, row, start + len(value))
            found.setdefault((*section, *_key(entry["key"])), span)
            found.setdefault((*section, *(part.lower() for part in _key(entry["key"]))), span)
    return found


def _key(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _without_comment(value: str) -> str:
    if value[:1] in "\"'[{":
        return value
    return re.split(r"\s[#;]", value, maxsplit=1)[0].rstrip()


def _placed(value: Any, spans: Mapping[tuple[str, ...], Span], path: tuple[str, ...]) -> Entry:
    span = spans.get(path, Span(1, 1, 1, 1))
    if isinstance(value, Mapping):
        return Entry({key: _placed(entry, spans, (*path, key)) for key, entry in value.items()}, span)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        # The items of a list stand where the list does: that is the line to look at.
        return Entry([_within(item, span) for item in value], span)
    return Entry(value, span)


def _within(value: Any, span: Span) -> Entry:
    if isinstance(value, Mapping):
        return Entry({key: _within(entry, span) for key, entry in value.items()}, span)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return Entry([_within(item, span) for item in value], span)
    return Entry(value, span)


__all__ = ["SUFFIXES", "Entry", "Language", "NotSettings", "parse"]
