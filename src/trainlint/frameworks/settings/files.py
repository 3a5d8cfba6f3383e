"""Settings files: YAML, JSON, TOML and INI, opened and read in the ways that programs do."""

from __future__ import annotations

from typing import Any

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.python.paths import path_text
from trainlint.frameworks.settings.namespaces import SECTION, opened
from trainlint.frameworks.settings.options import converted
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

FILE = "io.TextIOWrapper"
INI = "configparser.ConfigParser"

RUAMEL = "ruamel.yaml.YAML"


def _open(call: Call) -> Value:
    name = call.argument(0, "file")
    return Instance(Reference(FILE), {"file": name} if name is not None else {}, call.origin)


def text_of(value: Value | None, call: Call) -> Value:
    """The text behind a file that is open, a path, or a text itself."""
    if isinstance(value, Instance) and FILE in value.library_names:
        return call.machine.file_text(path_text(value.arguments.get("file")))
    if isinstance(value, Instance):
        return call.machine.file_text(path_text(value))
    return value if value is not None else Unknown("a text")


def _read(call: Call) -> Value:
    return text_of(call.receiver, call)


def _loader(language: str) -> Handler:
    """A function that takes a text or an open file."""

    def handler(call: Call) -> Value:
        return call.machine.settings_in(text_of(call.argument(0, "stream", "fp", "s", "f"), call), language)

    return handler


def _path_loader(language: str) -> Handler:
    """A function that takes a path or an open file."""

    def handler(call: Call) -> Value:
        source = call.argument(0, "f", "stream")
        text = call.machine.file_text(source) if isinstance(source, Known) else text_of(source, call)
        return call.machine.settings_in(text, language)

    return handler


def _load_all(call: Call) -> Value:
    return Items([_loader("yaml")(call)], complete=False)


def _ini(call: Call) -> Value:
    return Instance(Reference(INI), {}, call.origin)


def _ini_read(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    source = call.argument(0, "filenames", "f", "string")
    names = [source] if source is not None and call.machine.items(source) is None else None
    if isinstance(source, Known | Instance):
        names = [source]
    elif isinstance(source, Items):
        names = list(source.items)
    for name in names or ():
        text = text_of(name, call) if call.title != "read" else call.machine.file_text(path_text(name))
        found = call.machine.settings_in(text, "ini")
        for section, entries in found.slots.items() if isinstance(found, Mapped) else ():
            call.machine.write(call.receiver, section, opened(entries, SECTION))
    return Known(None)


def _ini_get(kind: str | None) -> Handler:
    """`config.getfloat("train", "lr")` and, of one section, `config["train"].getfloat("lr")`."""

    def handler(call: Call) -> Value:
        assert isinstance(call.receiver, Instance)
        section: Any = call.receiver
        words = call.arguments.positional
        if SECTION not in call.receiver.library_names:
            section = call.receiver.slots.get(constant(words[0])) if words else None
            words = words[1:]
        key = constant(words[0]) if words else None
        found = (
            section.slots.get(key.lower()) if isinstance(section, Instance) and isinstance(key, str) else None
        )
        if not isinstance(found, Value):
            fallback = call.arguments.keyword.get("fallback")
            return fallback if fallback is not None else Unknown("an option that is not in the file")
        if kind == "builtins.bool" and isinstance(found, Known):
            return Known(str(found.value).lower() in ("1", "yes", "true", "on"), found.origin)
        return converted(found, Reference(kind) if kind else None, call)

    return handler


INI_GETTERS = {
    "getfloat": _ini_get("builtins.float"), "getint": _ini_get("builtins.int"), "getboolean": _ini_get("builtins.bool"),
    "get": _ini_get(None),
}  # fmt: skip


_YAML = _loader("yaml")
_NAMES: dict[str, Handler] = {
    "yaml.load": _YAML, "yaml.safe_load": _YAML, "yaml.full_load": _YAML, "yaml.unsafe_load": _YAML,
    "yaml.load_all": _load_all, "yaml.safe_load_all": _load_all,
    "ruamel.yaml.load": _loader("yaml 1.2"), "ruamel.yaml.safe_load": _loader("yaml 1.2"),
    "oyaml.safe_load": _YAML, "json.load": _loader("json"), "json.loads": _loader("json"),
    "commentjson.load": _loader("json"), "ujson.load": _loader("json"), "simplejson.load": _loader("json"),
    "tomllib.load": _loader("toml"), "tomllib.loads": _loader("toml"), "tomli.load": _loader("toml"),
    "tomli.loads": _loader("toml"), "toml.load": _path_loader("toml"), "toml.loads": _loader("toml"),
    "pytoml.load": _loader("toml"),
}  # fmt: skip


def _ruamel(call: Call) -> Value:
    return Instance(Reference(RUAMEL), dict(call.arguments.keyword), call.origin)


def _nothing(call: Call) -> Value:
    return Known(None)


FUNCTIONS: dict[str, Handler] = _NAMES | {
    RUAMEL: _ruamel,
    INI: _ini,
    "configparser.RawConfigParser": _ini,
    "configparser.SafeConfigParser": _ini,
    "yaml.dump": _nothing,
    "yaml.safe_dump": _nothing,
    "json.dump": _nothing,
    "mmcv.load": _path_loader("yaml"),
}

OPENING: dict[str, Handler] = {"builtins.open": _open, "io.open": _open, "codecs.open": _open}
"""For the tables of Python itself."""

METHODS: dict[str, dict[str, Handler]] = {
    RUAMEL: {"load": _path_loader("yaml 1.2")},
    INI: {"read": _ini_read, "read_file": _ini_read, "read_string": _ini_read, **INI_GETTERS},
}

FILE_METHODS: dict[str, dict[str, Handler]] = {
    FILE: {"read": _read, "write": _nothing, "close": _nothing, "flush": _nothing},
}
