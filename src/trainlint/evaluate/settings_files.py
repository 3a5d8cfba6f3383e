"""Settings files of a program as values: each number knows the line of the file it stands in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from trainlint.sources.settings_entry import Entry, NotSettings, Span
from trainlint.sources.settings_file import Language, parse
from trainlint.syntax.positions import Place, Site, TextSite
from trainlint.values.origin import Certainty, Made, Origin
from trainlint.values.value import Items, Known, Mapped, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def file_text(machine: Machine, name: Value | None) -> Value:
    """The text of a settings file that the running program names."""
    if not isinstance(name, Known) or not isinstance(name.value, str):
        return Unknown(UNNAMED if _names_settings(name) else "the text of a file whose name is not known")
    program = machine.frame.program
    found = program.project.settings_text(name.value, program)
    if found is None:
        return Unknown(f"the file {name.value} is not read")
    shown, text = found
    parents = (name.origin,) if name.origin is not None else ()
    return Known(text, _read_from(shown, text, parents))


def _read_from(shown: str, text: str, parents: tuple[Origin, ...] = ()) -> Origin:
    lines = text.splitlines() or [""]
    site = TextSite(Place(shown, 1, 1, len(lines), len(lines[-1]) + 1), text)
    return Origin(Made.SETTINGS_FILE, site, shown, parents)


UNNAMED = "a settings file that an option would name"

_SETTINGS_WORD = re.compile(r"conf|cfg|settings|hparam|hyper|param|yaml|yml|json|toml", re.IGNORECASE)


def _names_settings(name: Value | None) -> bool:
    """Whether an option without a default would name a settings file, by what the option is called."""
    if not isinstance(name, Unknown | Known):
        return False
    words = [step.label for step in name.origin.chain()] if name.origin is not None else []
    if isinstance(name, Unknown) and name.reason.startswith("--"):
        words.append(name.reason.split()[0])
    return any(_SETTINGS_WORD.search(word) for word in words)


def _lone_text(machine: Machine, language: Language) -> Known | None:
    """The only settings file beside the program: a user may name another one."""
    program = machine.frame.program
    found = program.project.lone_settings(language)
    if found is None:
        return None
    shown, text = found
    read = _read_from(shown, text)
    return Known(text, Origin(Made.OPTION, read.site, shown, (read,)))


def settings_in(machine: Machine, text: Value | None, language: Language) -> Value:
    """What a text in a language for settings says."""
    if isinstance(text, Unknown) and text.reason == UNNAMED:
        text = _lone_text(machine, language) or text
    if not isinstance(text, Known) or not isinstance(text.value, str):
        return Unknown(text.reason if isinstance(text, Unknown) else "settings that are not known")
    try:
        root = parse(text.value, language)
    except NotSettings as problem:
        return Unknown(f"settings that cannot be read: {problem}")
    return _Maker(text, text.value).value(root, "")


class _Maker:
    """Makes values of the entries of one text."""

    def __init__(self, text: Known, content: str) -> None:
        self.lines = content.splitlines()
        self.filename = ""
        self.written: Site | None = text.origin.site if text.origin is not None else None
        for step in text.origin.chain() if text.origin is not None else ():
            if step.made is Made.SETTINGS_FILE and step.site is not None and step.site.text == content:
                self.filename = step.site.place.filename
        # A file that a user may replace by another holds defaults.
        self.overridable = text.origin is not None and text.origin.certainty is not Certainty.EXACT
        self.known: dict[int, Value] = {}

    def value(self, entry: Entry, label: str) -> Value:
        found = self.known.get(id(entry))
        if found is None:
            found = self.known[id(entry)] = self._made(entry, label)
        return found

    def _made(self, entry: Entry, label: str) -> Value:
        origin = self._origin(entry.span, label)
        if not entry.readable:
            return Unknown("an entry that only a program could read", origin)
        if isinstance(entry.content, dict):
            entries = {key: self.value(item, _below(label, key)) for key, item in entry.content.items()}
            return Mapped(entries, origin=origin)
        if isinstance(entry.content, list):
            return Items([self.value(item, label) for item in entry.content], origin=origin)
        if entry.content is None or isinstance(entry.content, str | int | float | bool):
            return Known(entry.content, origin)
        return Unknown("a date", origin)

    def _origin(self, span: Span, label: str) -> Origin:
        if not self.filename:
            return Origin(Made.WRITTEN, self.written, label)
        place = Place(self.filename, span.row, span.column, span.end_row, span.end_column)
        site = TextSite(place, self._text(span))
        origin = Origin(Made.SETTINGS_FILE, site, label)
        return Origin(Made.OPTION, site, label, (origin,)) if self.overridable else origin

    def _text(self, span: Span) -> str:
        lines = self.lines[span.row - 1 : span.end_row]
        if not lines:
            return ""
        if span.row == span.end_row:
            return lines[0][span.column - 1 : span.end_column - 1]
        return "\n".join([lines[0][span.column - 1 :], *lines[1:]])


def _below(label: str, key: object) -> str:
    return f"{label}.{key}" if label else str(key)
