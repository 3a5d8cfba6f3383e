"""Modules of the standard library, and small wrappers, that training scripts build things with."""

from __future__ import annotations

from itertools import pairwise, product
from math import prod

from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.python.builtin_functions import FUNCTIONS
from trainlint.frameworks.python.iterables import first_argument
from trainlint.frameworks.python.objects import record_as_dictionary
from trainlint.frameworks.settings.namespaces import copied
from trainlint.values.origin import Made, Origin
from trainlint.values.value import (
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    Partial,
    Reference,
    Unknown,
    Value,
    constant,
)  # fmt: skip


def _partial(call: Call) -> Value:
    if not call.arguments.positional:
        return Unknown("partial()")
    return Partial(
        call.arguments.positional[0], call.arguments.positional[1:], dict(call.arguments.keyword), call.origin
    )


def _namespace(call: Call) -> Value:
    made = Instance(Reference("types.SimpleNamespace"), {}, call.origin)
    for name, value in call.arguments.keyword.items():
        made.slots[name] = value
    if not call.arguments.complete:
        made.arguments["*incomplete"] = Known(True)
    return made


def _copy(call: Call) -> Value:
    """Dictionaries, lists and plain objects are copied; a network or a tensor stands for its copy."""
    value = call.argument(0, "x")
    if isinstance(value, Instance) and isinstance(value.cls, Class) and not value.library_names:
        made = Instance(value.cls, value.arguments, value.origin)
        made.slots.update(value.slots if call.title == "copy" else _copied_slots(value))
        return made
    return copied(value) if value is not None else Unknown("a copy")


def _copied_slots(value: Instance) -> dict[str, Value]:
    known: dict[int, Value] = {}
    return {name: copied(entry, known) for name, entry in value.slots.items() if isinstance(entry, Value)}


def _replaced(call: Call) -> Value:
    """A record with some fields changed."""
    value = call.argument(0)
    if not isinstance(value, Instance):
        return value or Unknown("a record")
    made = Instance(value.cls, value.arguments, value.origin)
    made.slots.update(value.slots)
    made.slots.update(call.arguments.keyword)
    return made


def _import_module(call: Call) -> Value:
    name, package = constant(call.argument(0, "name")), call.argument(1, "package")
    if not isinstance(name, str):
        return Unknown("a module whose name is not known")
    if name.startswith(".") and isinstance(package, Known) and isinstance(package.value, str):
        name = package.value + name
    return call.machine.locate(name)


def _locate(call: Call) -> Value:
    name = constant(call.argument(0, "path"))
    return call.machine.locate(name) if isinstance(name, str) else Unknown("a name that is not known")


def _instance(call: Call) -> Value:
    """An object whose class means something elsewhere: field(default=…), a context manager."""
    arguments = {f"*{i}": value for i, value in enumerate(call.arguments.positional)} | call.arguments.keyword
    return Instance(Reference(call.name), arguments, call.origin)


def _environment(call: Call) -> Value:
    default = call.argument(1, "default")
    if isinstance(default, Known):
        key = call.argument(0)
        label = str(key.value) if isinstance(key, Known) else "an environment variable"
        parents = (default.origin,) if default.origin else ()
        return Known(default.value, Origin(Made.OPTION, call.site, label, parents))
    return Unknown("an environment variable")


def _reduce(call: Call) -> Value:
    values = call.arguments.positional
    items = call.machine.items(values[1]) if len(values) > 1 else None
    if not items:
        return Unknown("reduce() over something unknown")
    total = values[2] if len(values) > 2 else items[0]
    for item in items if len(values) > 2 else items[1:]:
        total = call.machine.call(values[0], Arguments((total, item)), call.site)
    return total


def _chain(call: Call) -> Value:
    parts = [call.machine.items(value) for value in call.arguments.positional]
    if all(part is not None for part in parts):
        return Items([item for part in parts for item in part or ()])
    return Items(call.arguments.positional, complete=True, origin=call.origin)


def _chain_from(call: Call) -> Value:
    parts = call.machine.items(call.argument(0, "iterable") or Unknown("nothing to chain"))
    if parts is None:
        return Unknown("a chain of something unknown")
    return _chain(Call(call.name, Arguments(parts), call.site, call.machine))


def _pairwise(call: Call) -> Value:
    items = call.machine.items(call.argument(0, "iterable") or Unknown("nothing to pair"))
    if items is None:
        return Unknown("pairs of something unknown")
    return Items([Items(pair, "tuple") for pair in pairwise(items)], origin=call.origin)


def _from_keys(call: Call) -> Value:
    keys, value = call.argument(0), call.argument(1) or Known(None)
    known = call.machine.items(keys) if keys is not None else None
    if known is None or not all(isinstance(key, Known) for key in known):
        return Mapped(complete=False, origin=call.origin)
    return Mapped({key.value: value for key in known if isinstance(key, Known)}, origin=call.origin)


def _itertools_product(call: Call) -> Value:
    """A grid: every combination that a search goes through."""
    columns = [call.machine.items(value) for value in call.arguments.positional]
    repeat = constant(call.arguments.keyword.get("repeat", Known(1)))
    known = [column for column in columns if column is not None]
    if len(known) < len(columns) or repeat != 1 or prod(len(column) for column in known) > MOST_COMBINATIONS:
        return Unknown("a grid of combinations")
    return Items([Items(row, "tuple") for row in product(*known)], origin=call.origin)


MOST_COMBINATIONS = 256
"""Rows of a grid that are written out."""

STANDARD: dict[str, Handler] = {
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "functools.wraps": _instance,
    "types.SimpleNamespace": _namespace,
    "copy.copy": _copy,
    "copy.deepcopy": _copy,
    "collections.OrderedDict": FUNCTIONS["builtins.dict"],
    "collections.deque": FUNCTIONS["builtins.list"],
    "itertools.chain": _chain,
    "itertools.chain.from_iterable": _chain_from,
    "itertools.pairwise": _pairwise,
    "itertools.product": _itertools_product,
    "itertools.cycle": first_argument,
    "itertools.islice": first_argument,
    "itertools.count": _instance,
    "enum.auto": _instance,
    "builtins.dict.fromkeys": _from_keys,
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "dataclasses.field": _instance,
    "dataclasses.dataclass": _instance,
    "dataclasses.asdict": record_as_dictionary,
    "attr.asdict": record_as_dictionary,
    "attrs.asdict": record_as_dictionary,
    "dataclasses.replace": _replaced,
    "attrs.evolve": _replaced,
    "attr.evolve": _replaced,
    "importlib.import_module": _import_module,
    "pydoc.locate": _locate,
    "ast.literal_eval": FUNCTIONS["builtins.eval"],
    "pydantic.Field": _instance,
    "attr.ib": _instance,
    "attrs.field": _instance,
    "attr.s": _instance,
    "attrs.define": _instance,
    "tqdm.tqdm": first_argument,
    "tqdm.trange": FUNCTIONS["builtins.range"],
    "tqdm.auto.tqdm": first_argument,
    "tqdm.auto.trange": FUNCTIONS["builtins.range"],
    "tqdm.notebook.tqdm": first_argument,
    "tqdm.notebook.trange": FUNCTIONS["builtins.range"],
    "tqdm.tqdm_notebook": first_argument,
    "tqdm": first_argument,
    "rich.progress.track": first_argument,
    "progressbar.progressbar": first_argument,
    "contextlib.nullcontext": _instance,
    "typing.cast": lambda call: call.argument(1) or Unknown("cast()"),
}
