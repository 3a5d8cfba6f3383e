"""Hydra: a configuration put together from files and groups, and objects made of what it says."""

from __future__ import annotations

import posixpath
import re

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.settings.namespaces import (
    OMEGACONF,
    entries,
    is_complete,
    mark_overridable,
    merge,
    opened,
)
from trainlint.frameworks.settings.omegaconf import configuration, resolve
from trainlint.values.value import (
    Instance,
    Items,
    Known,
    Mapped,
    Partial,
    Reference,
    Unknown,
    Value,
    constant,
)

STORE = "hydra.core.config_store.ConfigStore"
MAIN = "hydra.main"

DEEPEST = 10
"""Groups within groups that are followed."""

_PACKAGE = re.compile(r"^#\s*@package\s+(\S+)", re.MULTILINE)


class _Composer:
    """Puts a configuration together from its defaults list."""

    def __init__(self, call: Call, folder: str) -> None:
        self.call = call
        self.folder = folder
        self.root = Instance(Reference(OMEGACONF), {}, call.origin)
        self.known = False  # whether any part of it was found

    def add(self, name: str, group: str, package: str, depth: int = 0) -> None:
        """One configuration of a group, after those that its own defaults list names."""
        found, declared = self._load(name, group)
        if found is None or depth > DEEPEST:
            self.root.arguments["*incomplete"] = Known(True)
            return
        self.known = True
        if declared is not None:
            package = self._absolute(declared, group)
        defaults = found.slots.get("defaults")
        own = Mapped(
            {key: entry for key, entry in entries(found).items() if key != "defaults"}, origin=found.origin
        )
        listed = list(defaults.items) if isinstance(defaults, Items) else []
        if not any(constant(item) == "_self_" for item in listed):
            listed.append(Known("_self_"))
        for item in listed:
            if constant(item) == "_self_":
                self._write(own, package)
            else:
                self._default(item, group, package, depth)

    def _default(self, item: Value, group: str, package: str, depth: int) -> None:
        if isinstance(item, Known) and isinstance(item.value, str):
            name, at, where = item.value.partition("@")
            inner = (
                posixpath.join(group, posixpath.dirname(name))
                if not name.startswith("/")
                else posixpath.dirname(name)[1:]
            )
            self.add(
                posixpath.basename(name), inner, self._absolute(where, group) if at else package, depth + 1
            )
            return
        for key, choice in entries(item).items():
            words = str(key).split()
            if words[:1] == ["override"] or not words:
                continue
            name, at, where = words[-1].partition("@")
            inner = name[1:] if name.startswith("/") else posixpath.join(group, name)
            below = inner.replace("/", ".")
            if at:
                below = where if where.startswith("_global_") or not package else f"{package}.{where}"
                below = below.removeprefix("_global_").strip(".")
            for option in choice.items if isinstance(choice, Items) else (choice,):
                if isinstance(constant(option), str):
                    self.add(str(constant(option)).removesuffix(".yaml"), inner, below, depth + 1)

    def _absolute(self, declared: str, group: str) -> str:
        """The place that `# @package …` or `name@…` asks for."""
        here = group.replace("/", ".")
        return declared.replace("_group_", here).replace("_global_", "").replace("_here_", here).strip(".")

    def _load(self, name: str, group: str) -> tuple[Mapped | None, str | None]:
        store = self.call.machine.shared(STORE)
        kept = store.slots.get((group, name))
        if isinstance(kept, Value):
            made = configuration(kept, self.call)
            return (Mapped(entries(made)), None) if isinstance(made, Instance) else (None, None)
        path = posixpath.join(self.folder, group, f"{name}.yaml")
        text = self.call.machine.file_text(Known(path))
        found = self.call.machine.settings_in(text, "yaml 1.2")
        if isinstance(found, Known) and found.value is None:
            found = Mapped({}, origin=found.origin)  # an empty file
        declared = _PACKAGE.search(text.value) if isinstance(text, Known) else None
        return (found if isinstance(found, Mapped) else None), declared[1] if declared else None

    def _write(self, own: Mapped, package: str) -> None:
        target: Instance = self.root
        for step in package.split(".") if package else ():
            below = target.slots.get(step)
            if not isinstance(below, Instance):
                below = Instance(Reference(OMEGACONF), {}, own.origin)
                target.slots[step] = below
            target = below
        merge(self.call, target, own, OMEGACONF)


def compose(call: Call, folder: str, name: str) -> Value:
    """The configuration of an application when its user overrides nothing, though any of it can be."""
    composer = _Composer(call, folder)
    composer.add(name.removesuffix(".yaml"), "", "")
    if not composer.known:
        return Unknown(f"the configuration {name} is not found")
    mark_overridable(call, composer.root)
    return resolve(composer.root, call)


def _main(call: Call) -> Value:
    return Instance(Reference(MAIN), _named(call), call.origin)


def _named(call: Call) -> dict[str, Value]:
    names = ("config_path", "config_name", "version_base")
    return dict(zip(names, call.arguments.positional, strict=False)) | call.arguments.keyword


def _decorate(call: Call) -> Value:
    """`@hydra.main(…)`: the function gets the configuration."""
    function, decorator = call.argument(0), call.receiver
    if function is None or not isinstance(decorator, Instance):
        return function or Unknown("an application")
    folder, name = (constant(decorator.arguments.get(key)) for key in ("config_path", "config_name"))
    if not isinstance(name, str):
        return Partial(function, (Unknown("a configuration that must be given"),))
    return Partial(function, (compose(call, folder if isinstance(folder, str) else "", name),))


def _initialize(call: Call) -> Value:
    folder = call.argument(0, "config_path", "config_dir")
    if folder is not None:
        call.machine.write(call.machine.shared("hydra.initialize"), "config_path", folder)
    return Known(None)


def _compose(call: Call) -> Value:
    folder = constant(call.machine.shared("hydra.initialize").slots.get("config_path"))
    name = constant(call.argument(0, "config_name"))
    if not isinstance(name, str):
        return Unknown("a configuration whose name is not known")
    return compose(call, folder if isinstance(folder, str) else "", name)


def _store(call: Call) -> Value:
    names = ("name", "node", "group", "package")
    given = dict(zip(names, call.arguments.positional, strict=False)) | call.arguments.keyword
    group, name, node = constant(given.get("group")), constant(given.get("name")), given.get("node")
    if isinstance(name, str) and node is not None:
        key = (group if isinstance(group, str) else "", name.removesuffix(".yaml"))
        call.machine.write(call.machine.shared(STORE), key, node)
    return Known(None)


def _instantiate(call: Call) -> Value:
    config = call.argument(0, "config")
    extra = {name: value for name, value in call.arguments.keyword.items() if name != "config"}
    return instantiate(config or Unknown("a configuration"), call, call.arguments.positional[1:], extra)


def instantiate(
    config: Value,
    call: Call,
    positional: tuple[Value, ...] = (),
    extra: dict[str, Value] | None = None,
    depth: int = 0,
) -> Value:
    """The object that a configuration with a `_target_` describes, with those inside of it."""
    if depth > DEEPEST:
        return Unknown("a configuration nested too deeply to follow")
    if isinstance(config, Items):
        return Items(
            [instantiate(item, call, depth=depth + 1) for item in config.items], complete=config.complete
        )
    held = entries(config) if isinstance(config, Instance | Mapped) else None
    if held is None:
        return config
    held = held | (extra or {})
    target = constant(held.get("_target_"))
    nested = constant(held.get("_recursive_")) is not False
    given = {
        str(key): instantiate(entry, call, depth=depth + 1) if nested else entry
        for key, entry in held.items()
        if key not in ("_target_", "_recursive_", "_partial_", "_convert_", "_args_")
    }
    if "_target_" not in held:
        return opened(Mapped(given, origin=config.origin), OMEGACONF)
    if not isinstance(target, str):
        return Unknown("an object whose class is not known")
    made = call.machine.locate(target)
    first = held.get("_args_")
    if isinstance(first, Items):
        positional = (*first.items, *positional)
    complete = isinstance(config, Instance | Mapped) and is_complete(config)
    if constant(held.get("_partial_")) is True:
        return Partial(made, positional, given, call.origin)
    return call.machine.call(made, Arguments(positional, given, complete), call.site)


def _locate(call: Call) -> Value:
    name = constant(call.argument(0, "path"))
    return call.machine.locate(name) if isinstance(name, str) else Unknown("a name that is not known")


FUNCTIONS: dict[str, Handler] = {
    MAIN: _main,
    "hydra.initialize": _initialize,
    "hydra.initialize_config_dir": _initialize,
    "hydra.experimental.initialize": _initialize,
    "hydra.compose": _compose,
    "hydra.experimental.compose": _compose,
    "hydra.utils.instantiate": _instantiate,
    "hydra.utils.call": _instantiate,
    "hydra.instantiate": _instantiate,
    "hydra.utils.get_class": _locate,
    "hydra.utils.get_method": _locate,
    "hydra.utils.get_object": _locate,
    "hydra.utils.get_original_cwd": lambda call: Known("."),
    "hydra.utils.to_absolute_path": lambda call: call.argument(0, "path") or Unknown("a path"),
    f"{STORE}.instance": lambda call: call.machine.shared(STORE),
    STORE: lambda call: call.machine.shared(STORE),
}

METHODS: dict[str, dict[str, Handler]] = {STORE: {"store": _store}}

DECORATORS: dict[str, Handler] = {MAIN: _decorate}
