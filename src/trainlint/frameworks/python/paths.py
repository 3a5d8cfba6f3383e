"""Paths: os.path and pathlib, worked out where they are constants."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from pathlib import PurePosixPath

from trainlint.frameworks.call import Call, Handler
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Items, Known, Reference, Unknown, Value, constant

PATH = "pathlib.Path"
_CLASSES = (PATH, "pathlib.PurePath", "pathlib.PosixPath", "pathlib.PurePosixPath", "upath.UPath")

_UNKNOWN = Unknown("a path that is not known")


def path_text(value: Value | None) -> Value:
    """A path as text, whether it is an object or text already."""
    if isinstance(value, Instance) and any(name in _CLASSES for name in value.library_names):
        return value.arguments.get("path", _UNKNOWN)
    return value if value is not None else _UNKNOWN


def path(text: Value, call: Call) -> Value:
    return Instance(Reference(PATH), {"path": text}, call.origin)


def _texts(values: tuple[Value, ...]) -> list[str] | None:
    found = [constant(path_text(value)) for value in values]
    return (
        [text for text in found if isinstance(text, str)] if all(isinstance(t, str) for t in found) else None
    )


def _known(text: str, call: Call, *values: Value) -> Known:
    parents = tuple(origin for value in values if (origin := path_text(value).origin) is not None)
    return Known(text, Origin(Made.COMPUTED, call.site, "", parents))


def _unknown_like(*values: Value) -> Unknown:
    """A path that is not known because the first of its parts is not: the option that would name it."""
    first = path_text(values[0]) if values else None
    if isinstance(first, Unknown):
        return first
    return Unknown(_UNKNOWN.reason, first.origin if first is not None else None)


def _worked_out(function: Callable[..., str]) -> Handler:
    """A function of os.path."""

    def handler(call: Call) -> Value:
        values = call.arguments.positional
        texts = _texts(values)
        if not texts:
            return _unknown_like(*values)
        return _known(function(*texts), call, *values)

    return handler


def _split(function: Callable[[str], tuple[str, str]]) -> Handler:
    def handler(call: Call) -> Value:
        texts = _texts(call.arguments.positional)
        if not texts:
            return _UNKNOWN
        return Items([_known(part, call, *call.arguments.positional) for part in function(texts[0])], "tuple")

    return handler


def _make(call: Call) -> Value:
    values = call.arguments.positional
    texts = _texts(values)
    return path(
        _known(posixpath.join(*texts) if texts else ".", call, *values)
        if texts is not None
        else _unknown_like(*values),
        call,
    )


def _receiver(call: Call) -> Value:
    return path_text(call.receiver)


def _joined(call: Call) -> Value:
    texts = _texts((_receiver(call), *call.arguments.positional))
    if texts is None:
        return path(_UNKNOWN, call)
    return path(_known(posixpath.join(*texts), call, _receiver(call), *call.arguments.positional), call)


def _joined_before(call: Call) -> Value:
    texts = _texts((*call.arguments.positional, _receiver(call)))
    return path(_known(posixpath.join(*texts), call, *call.arguments.positional) if texts else _UNKNOWN, call)


def _part(function: Callable[[PurePosixPath], str], *, is_path: bool) -> Handler:
    """An attribute of a path."""

    def handler(call: Call) -> Value:
        text = constant(_receiver(call))
        if not isinstance(text, str):
            return path(_UNKNOWN, call) if is_path else _UNKNOWN
        found = _known(function(PurePosixPath(text)), call, _receiver(call))
        return path(found, call) if is_path else found

    return handler


def _parents(call: Call) -> Value:
    text = constant(_receiver(call))
    if not isinstance(text, str):
        return _UNKNOWN
    return Items(
        [path(_known(str(parent), call, _receiver(call)), call) for parent in PurePosixPath(text).parents],
        "tuple",
    )


def _with_suffix(call: Call) -> Value:
    texts = _texts((_receiver(call), *call.arguments.positional))
    if texts is None or len(texts) != 2:
        return path(_UNKNOWN, call)
    try:
        changed = getattr(PurePosixPath(texts[0]), call.title)(texts[1])
    except ValueError:
        return path(_UNKNOWN, call)
    return path(_known(str(changed), call, _receiver(call)), call)


def _same(call: Call) -> Value:
    return call.receiver or _UNKNOWN


def _text(call: Call) -> Value:
    return _receiver(call)


def _read_text(call: Call) -> Value:
    return call.machine.file_text(_receiver(call))


def _open(call: Call) -> Value:
    return Instance(Reference("io.TextIOWrapper"), {"file": _receiver(call)}, call.origin)


def _nothing(call: Call) -> Value:
    return Known(None)


FUNCTIONS: dict[str, Handler] = {
    "os.path.join": _worked_out(posixpath.join),
    "os.path.dirname": _worked_out(posixpath.dirname),
    "os.path.basename": _worked_out(posixpath.basename),
    "os.path.normpath": _worked_out(posixpath.normpath),
    "os.path.abspath": _worked_out(posixpath.normpath),
    "os.path.realpath": _worked_out(posixpath.normpath),
    "os.path.expanduser": _worked_out(str),
    "os.fspath": _worked_out(str),
    "os.path.splitext": _split(posixpath.splitext),
    "os.path.split": _split(posixpath.split),
    "os.makedirs": _nothing,
    "os.mkdir": _nothing,
    **dict.fromkeys(_CLASSES, _make),
}

_METHODS: dict[str, Handler] = {
    "__truediv__": _joined, "__rtruediv__": _joined_before, "joinpath": _joined, "resolve": _same, "absolute": _same,
    "expanduser": _same, "as_posix": _text, "__str__": _text, "__fspath__": _text, "read_text": _read_text, "open": _open,
    "with_suffix": _with_suffix, "with_name": _with_suffix, "with_stem": _with_suffix, "mkdir": _nothing,
    "exists": lambda call: Unknown("whether a file is there"), "is_file": lambda call: Unknown("whether a file is there"),
    "is_dir": lambda call: Unknown("whether a folder is there"), "glob": lambda call: Unknown("the files of a folder"),
}  # fmt: skip

METHODS: dict[str, dict[str, Handler]] = dict.fromkeys(_CLASSES, _METHODS)

_ATTRIBUTES: dict[str, Handler] = {
    "parent": _part(lambda found: str(found.parent), is_path=True),
    "name": _part(lambda found: found.name, is_path=False),
    "stem": _part(lambda found: found.stem, is_path=False),
    "suffix": _part(lambda found: found.suffix, is_path=False),
    "parents": _parents,
}

ATTRIBUTES: dict[str, dict[str, Handler]] = dict.fromkeys(_CLASSES, _ATTRIBUTES)
