"""OmegaConf: configurations that are loaded, merged and refer to each other by `${…}`."""

from __future__ import annotations

import re

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.python.paths import path_text
from trainlint.frameworks.settings.files import text_of
from trainlint.frameworks.settings.namespaces import (
    OMEGACONF,
    closed,
    copied,
    entries,
    mark_overridable,
    merge,
    opened,
)
from trainlint.frameworks.settings.options import overridable
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Class, Instance, Items, Known, Mapped, Reference, Unknown, Value, constant

DEEPEST = 12
"""References through references that are followed."""

_REFERENCE = re.compile(r"\$\{([^${}]*)\}")


def configuration(value: Value | None, call: Call) -> Value:
    """A dictionary, a dataclass or an object of one as a configuration."""
    if isinstance(value, Class):
        value = call.machine.call(value, Arguments(), call.site)
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        value = Mapped(
            {key: _plain(entry, call) for key, entry in entries(value).items()}, origin=value.origin
        )
    if isinstance(value, Known) and isinstance(value.value, str):
        value = call.machine.settings_in(value, "yaml 1.2")
    return opened(value, OMEGACONF) if value is not None else Instance(Reference(OMEGACONF), {}, call.origin)


def _plain(value: Value, call: Call) -> Value:
    return (
        configuration(value, call) if isinstance(value, Instance) and isinstance(value.cls, Class) else value
    )


def resolve(value: Value, call: Call) -> Value:
    """Follows the references within a configuration, in place."""
    if isinstance(value, Instance | Mapped):
        _resolve_below(value, value, (), call, set())
    return value


def _resolve_below(
    node: Instance | Mapped, root: Instance | Mapped, path: tuple[str, ...], call: Call, seen: set[int]
) -> None:
    if id(node) in seen:
        return
    seen.add(id(node))
    for key, entry in entries(node).items():
        below = (*path, str(key))
        if isinstance(entry, Instance | Mapped):
            _resolve_below(entry, root, below, call, seen)
        elif isinstance(entry, Items):
            items = tuple(_followed(item, root, path, call) for item in entry.items)
            if any(new is not old for new, old in zip(items, entry.items, strict=True)):
                call.machine.write(entry, "items", items)
            for item in items:
                if isinstance(item, Instance | Mapped):
                    _resolve_below(item, root, below, call, seen)
        else:
            followed = _followed(entry, root, path, call)
            if followed is not entry:
                call.machine.write(node, key, followed)


def _followed(value: Value, root: Value, path: tuple[str, ...], call: Call, depth: int = 0) -> Value:
    if not isinstance(value, Known) or not isinstance(value.value, str):
        return value
    if value.value == "???":
        return Unknown("a setting that must be given", value.origin)
    if "${" not in value.value or depth > DEEPEST:
        return value if "${" not in value.value else Unknown("a reference that is not followed", value.origin)
    whole = _REFERENCE.fullmatch(value.value)
    if whole is not None:
        found = _followed(_referred(whole[1], root, path, call), root, path, call, depth + 1)
        if isinstance(found, Known) and found.origin is not None:
            return Known(
                found.value,
                Origin(Made.BOUND, value.origin.site if value.origin else None, "", (found.origin,)),
            )
        return found
    text = value.value
    for match in reversed(list(_REFERENCE.finditer(text))):
        part = _followed(_referred(match[1], root, path, call), root, path, call, depth + 1)
        if not isinstance(part, Known):
            return Unknown("a reference that is not followed", value.origin)
        text = f"{text[: match.start()]}{part.value}{text[match.end() :]}"
    origin = Origin(
        Made.COMPUTED,
        value.origin.site if value.origin else None,
        "",
        (value.origin,) if value.origin else (),
    )
    return _followed(Known(text, origin), root, path, call, depth + 1)


def _referred(name: str, root: Value, path: tuple[str, ...], call: Call) -> Value:
    """What `${name}` stands for: a path from the root, one from here (a leading dot), an environment variable."""
    resolver, colon, rest = name.partition(":")
    if colon:
        variable, comma, default = rest.partition(",")
        if resolver in ("oc.env", "env") and comma:
            parsed = call.machine.settings_in(Known(default.strip()), "yaml 1.2")
            return overridable(parsed, variable.strip(), call)
        return Unknown(f"${{{resolver}:…}} is not followed")
    dots = len(name) - len(name.lstrip("."))
    steps = [
        *(path[: len(path) - (dots - 1)] if dots else ()),
        *re.split(r"[.\[\]]+", name.strip().strip(".]")),
    ]
    found: Value | None = root
    for step in steps:
        if isinstance(found, Items):
            items = found.items
            found = items[int(step)] if step.isdigit() and int(step) < len(items) else None
        else:
            found = entries(found).get(step)
        if found is None:
            return Unknown(f"the setting {name} is not there")
    return found if found is not None else Unknown(f"the setting {name} is not there")


def _load(call: Call) -> Value:
    source = call.argument(0, "file_", "f")
    text = call.machine.file_text(source) if isinstance(source, Known) else text_of(source, call)
    if isinstance(text, Unknown) and source is not None and isinstance(path_text(source), Known):
        text = call.machine.file_text(path_text(source))
    return resolve(opened(call.machine.settings_in(text, "yaml 1.2"), OMEGACONF), call)


def _create(call: Call) -> Value:
    return resolve(configuration(call.argument(0, "obj"), call), call)


def _merge(call: Call) -> Value:
    parts = [configuration(part, call) for part in call.arguments.positional]
    if not parts or not isinstance(parts[0], Instance):
        return Unknown("settings that are merged")
    made = copied(parts[0])
    assert isinstance(made, Instance)
    for part in parts[1:]:
        if isinstance(part, Instance):
            merge(call, made, part, OMEGACONF)
        else:
            mark_overridable(call, made)
    return resolve(made, call)


def _from_command_line(call: Call) -> Value:
    return Unknown("options of the command line")


def _container(call: Call) -> Value:
    return closed(call.argument(0, "cfg") or Unknown("settings"))


def _select(call: Call) -> Value:
    config, key = call.argument(0, "cfg"), constant(call.argument(1, "key"))
    if config is None or not isinstance(key, str):
        return Unknown("a setting whose name is not known")
    found = _referred(key, config, (), call)
    default = call.argument(-1, "default")
    return default if isinstance(found, Unknown) and default is not None else found


def _update(call: Call) -> Value:
    config, key, value = call.argument(0), constant(call.argument(1)), call.argument(2, "value")
    if isinstance(key, str) and value is not None:
        *path, last = key.split(".")
        target = config
        for step in path:
            target = entries(target).get(step)
        if isinstance(target, Instance | Mapped):
            call.machine.write(target, last, opened(value, OMEGACONF))
    return Known(None)


def _nothing(call: Call) -> Value:
    return Known(None)


def _is_config(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Unknown):
        return Unknown("the type of something")
    return Known(isinstance(value, Instance) and OMEGACONF in value.library_names)


_FUNCTIONS: dict[str, Handler] = {
    "load": _load, "create": _create, "structured": _create, "merge": _merge, "unsafe_merge": _merge,
    "from_cli": _from_command_line, "from_dotlist": _from_command_line, "to_container": _container, "to_object": _container,
    "select": _select, "update": _update, "set_struct": _nothing, "set_readonly": _nothing, "resolve": _nothing,
    "register_new_resolver": _nothing, "register_resolver": _nothing, "save": _nothing, "is_config": _is_config,
    "is_dict": _is_config, "to_yaml": lambda call: Unknown("settings as text"),
}  # fmt: skip

FUNCTIONS: dict[str, Handler] = {
    **{f"omegaconf.OmegaConf.{name}": handler for name, handler in _FUNCTIONS.items()},
    OMEGACONF: _create,
    "omegaconf.open_dict": lambda call: call.argument(0) or Known(None),
    "omegaconf.read_write": lambda call: call.argument(0) or Known(None),
}
