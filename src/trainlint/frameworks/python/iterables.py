"""Built-in functions that make and go through containers: len, range, zip, list, map, any."""

from __future__ import annotations

from typing import Any

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, Handler
from trainlint.frameworks.python.numbers_and_text import computed, pure, values_of
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import is_open
from trainlint.values.tensor import Tensor
from trainlint.values.value import (
    Bound,
    Class,
    Instance,
    Items,
    Known,
    Mapped,
    Reference,
    Unknown,
    Value,
    has_absent,
)  # fmt: skip


def length(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Items) and value.is_certain:
        return Known(len(value.items), computed(call, value))
    if isinstance(value, Mapped) and value.complete:
        return Known(len(value.slots), computed(call, value))
    if isinstance(value, Known) and isinstance(value.value, str | range | bytes):
        return Known(len(value.value), computed(call, value))
    if value is not None and (handler := catalogue.method(value, "__len__")) is not None:
        return handler(Call("__len__", Arguments(), call.site, call.machine, value))
    if isinstance(value, Tensor):
        size = value.shape[0] if value.shape else None
        return Known(size, call.origin) if size is not None else Unknown("the length of a tensor")
    if isinstance(value, Instance) and isinstance(value.cls, Class):
        own = call.machine.attribute(value, "__len__", call.site)
        if isinstance(own, Bound):
            return call.machine.call(own, Arguments(), call.site)
    return Unknown("the length of something unknown")


def counted(call: Call) -> Value:
    values = values_of(call)
    numbers = [value.value for value in values if isinstance(value, Known) and type(value.value) is int]
    if len(numbers) == len(values) and values and (len(numbers) < 3 or numbers[2] != 0):
        return Known(range(*numbers), computed(call, *values))
    return (
        Instance(Reference("builtins.range"), {"stop": values[-1] if len(values) == 1 else values[1]})
        if (values)
        else Unknown("range()")
    )


def enumerated(call: Call) -> Value:
    iterable = call.argument(0, "iterable")
    if iterable is None:
        return Unknown("enumerate()")
    known = call.machine.items(iterable)
    start = call.argument(1, "start")
    first = start.value if isinstance(start, Known) and isinstance(start.value, int) else 0
    if known is not None and not any(has_absent(item) for item in known):
        return Items([Items([Known(first + i), item], "tuple") for i, item in enumerate(known)])
    return Instance(Reference("builtins.enumerate"), {"iterable": iterable}, call.origin)


def zipped(call: Call) -> Value:
    if not values_of(call):
        return Items()
    columns = [call.machine.items(value) for value in values_of(call)]
    if all(column is not None for column in columns):
        rows = zip(*[column for column in columns if column is not None], strict=False)
        return Items([Items(row, "tuple") for row in rows])
    arguments = {f"*{i}": value for i, value in enumerate(values_of(call))}
    return Instance(Reference("builtins.zip"), arguments | {"iterable": values_of(call)[0]}, call.origin)


def enumerated_element(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    return Items(
        [Unknown("a loop's counter"), call.machine.element(call.receiver.arguments["iterable"], call.site)],
        "tuple",
    )


def zipped_element(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    columns = [value for name, value in call.receiver.arguments.items() if name.startswith("*")]
    return Items([call.machine.element(column, call.site) for column in columns], "tuple")


def container(kind: Any) -> Handler:
    def handler(call: Call) -> Value:
        source = call.argument(0)
        if source is None:
            return Items((), kind, origin=call.origin)
        known = call.machine.items(source)
        if known is None and isinstance(source, Instance | Tensor):
            return source
        if known is None:
            return Items((), kind, complete=False, origin=call.origin)
        return Items(known, kind, origin=source.origin or call.origin)

    return handler


def dictionary(call: Call) -> Value:
    source = call.argument(0)
    entries: dict[Any, Value] = {}
    complete = call.arguments.complete
    if isinstance(source, Mapped):
        entries.update(source.slots)
        complete = complete and source.complete
    elif isinstance(source, Instance):
        complete = complete and is_open(source) and dictionary_of(source).complete
        entries.update({k: v for k, v in source.slots.items() if isinstance(v, Value)})
    elif source is not None:
        for pair in call.machine.items(source) or ():
            parts = call.machine.items(pair)
            if parts is not None and len(parts) == 2 and isinstance(parts[0], Known):
                entries[parts[0].value] = parts[1]
            else:
                complete = False
        complete = complete and call.machine.items(source) is not None
    entries.update(call.arguments.keyword)
    return Mapped(entries, complete=complete, origin=call.origin)


def mapped(call: Call) -> Value:
    values = values_of(call)
    columns = [call.machine.items(value) for value in values[1:]]
    if not columns or any(column is None for column in columns):
        return Unknown("map() over something unknown")
    rows = zip(*[column for column in columns if column is not None], strict=False)
    return Items([call.machine.call(values[0], Arguments(tuple(row)), call.site) for row in rows])


def filtered(call: Call) -> Value:
    source = call.argument(1)
    if isinstance(source, Instance):
        return source  # filter(lambda p: p.requires_grad, model.parameters())
    known = call.machine.items(source) if source is not None else None
    return Items(known or (), complete=False)


def next_item(call: Call) -> Value:
    source = call.argument(0)
    if source is None:
        return Unknown("next()")
    if isinstance(source, Items):
        return source.items[0] if source.items else Unknown("next() of an empty list")
    return call.machine.element(source, call.site)


def first_argument(call: Call) -> Value:
    """A function that hands on its argument: iter(x), tqdm(x), deepcopy(x)."""
    return call.argument(0, "iterable", "x", "sequence") or Unknown(f"{call.title}()")


def backwards(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known is None:
        return Unknown(f"{call.title}() of something unknown")
    return Items(known[::-1])


def quantifier(verdict_of_one: bool) -> Handler:
    from trainlint.values.value import options_of

    def handler(call: Call) -> Value:
        source = call.argument(0)
        known = call.machine.items(source) if source is not None else None
        if known is None or not all(isinstance(o, Known) for item in known for o in options_of(item)):
            return Unknown(f"{call.title}() of something unknown")
        found = [bool(item.value) for item in known if isinstance(item, Known)]
        return Known(verdict_of_one if verdict_of_one in found else not verdict_of_one, call.origin)

    return handler


def total(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known and any(isinstance(item, Tensor) for item in known):
        total: Value = known[0]
        from trainlint.frameworks.arithmetic import binary

        for item in known[1:]:
            total = binary("+", total, item, Call("+", Arguments((total, item)), call.site, call.machine))
        return total
    return pure(sum)(call)
