"""The built-in functions: len, range, zip, getattr, isinstance and the like."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from trainlint.frameworks import catalogue
from trainlint.frameworks.call import Arguments, Call, Handler, contains_tensor
from trainlint.frameworks.settings.command_line import dictionary_of
from trainlint.frameworks.settings.namespaces import closed, is_open
from trainlint.values.join import either
from trainlint.values.origin import Made, Origin
from trainlint.values.tensor import Symbol, Tensor
from trainlint.values.value import (
    Bound,
    Class,
    Function,
    Instance,
    Items,
    Known,
    Mapped,
    Method,
    OneOf,
    Partial,
    Reference,
    Unknown,
    Value,
    has_absent,
)  # fmt: skip

_ATTEMPT = (TypeError, ValueError, OverflowError, ZeroDivisionError)


def _values(call: Call) -> list[Value]:
    return list(call.arguments.positional)


def _computed(call: Call, *values: Value | None) -> Origin:
    parents = tuple(value.origin for value in values if value is not None and value.origin is not None)
    return Origin(Made.COMPUTED, call.site, call.title, parents)


def _pure(function: Any) -> Handler:
    """A function that is worked out when all its arguments are constants."""

    def handler(call: Call) -> Value:
        values = _values(call)
        if len(values) == 1 and not isinstance(values[0], Known):
            inner = call.machine.items(values[0])
            if inner is not None and all(isinstance(item, Known) for item in inner):
                return _attempt(
                    call, function, [[item.value for item in inner if isinstance(item, Known)]], inner
                )
        if any(contains_tensor(value) for value in values):
            return call.unknown()
        if not all(isinstance(value, Known) and not isinstance(value.value, Symbol) for value in values):
            return _several(call, function, values)
        return _attempt(call, function, [value.value for value in values if isinstance(value, Known)], values)

    return handler


def _several(call: Call, function: Any, values: list[Value]) -> Value:
    if len(values) == 1 and isinstance(values[0], OneOf):
        found = [
            _attempt(call, function, [option.value], [option]) if isinstance(option, Known) else option
            for option in values[0].options
        ]
        return either(found)
    reasons = [value.reason for value in values if isinstance(value, Unknown) and value.reason]
    return Unknown(reasons[0] if reasons else f"{call.title} of something unknown")


def _attempt(call: Call, function: Any, arguments: list[Any], values: Any) -> Value:
    try:
        result = function(*arguments)
    except _ATTEMPT:
        return Unknown(f"{call.title} fails")
    return Known(result, _computed(call, *values))


def _convert(function: Any) -> Handler:
    """int, float, str, bool: a number stays the number it was, so its place can still be edited."""
    pure = _pure(function)

    def handler(call: Call) -> Value:
        values = _values(call)
        if len(values) == 1 and isinstance(values[0], Known) and type(values[0].value) is function:
            return values[0]
        if not values:
            return Known(function(), call.origin)
        return pure(call)

    return handler


def _length(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Items) and value.is_certain:
        return Known(len(value.items), _computed(call, value))
    if isinstance(value, Mapped) and value.complete:
        return Known(len(value.slots), _computed(call, value))
    if isinstance(value, Known) and isinstance(value.value, str | range | bytes):
        return Known(len(value.value), _computed(call, value))
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


def _range(call: Call) -> Value:
    values = _values(call)
    numbers = [value.value for value in values if isinstance(value, Known) and type(value.value) is int]
    if len(numbers) == len(values) and values and (len(numbers) < 3 or numbers[2] != 0):
        return Known(range(*numbers), _computed(call, *values))
    return (
        Instance(Reference("builtins.range"), {"stop": values[-1] if len(values) == 1 else values[1]})
        if (values)
        else Unknown("range()")
    )


def _enumerate(call: Call) -> Value:
    iterable = call.argument(0, "iterable")
    if iterable is None:
        return Unknown("enumerate()")
    known = call.machine.items(iterable)
    start = call.argument(1, "start")
    first = start.value if isinstance(start, Known) and isinstance(start.value, int) else 0
    if known is not None and not any(has_absent(item) for item in known):
        return Items([Items([Known(first + i), item], "tuple") for i, item in enumerate(known)])
    return Instance(Reference("builtins.enumerate"), {"iterable": iterable}, call.origin)


def _zip(call: Call) -> Value:
    if not _values(call):
        return Items()
    columns = [call.machine.items(value) for value in _values(call)]
    if all(column is not None for column in columns):
        rows = zip(*[column for column in columns if column is not None], strict=False)
        return Items([Items(row, "tuple") for row in rows])
    arguments = {f"*{i}": value for i, value in enumerate(_values(call))}
    return Instance(Reference("builtins.zip"), arguments | {"iterable": _values(call)[0]}, call.origin)


def _enumerate_element(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    return Items(
        [Unknown("a loop's counter"), call.machine.element(call.receiver.arguments["iterable"], call.site)],
        "tuple",
    )


def _zip_element(call: Call) -> Value:
    assert isinstance(call.receiver, Instance)
    columns = [value for name, value in call.receiver.arguments.items() if name.startswith("*")]
    return Items([call.machine.element(column, call.site) for column in columns], "tuple")


def _container(kind: Any) -> Handler:
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


def _dict(call: Call) -> Value:
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


def _getattr(call: Call) -> Value:
    values = _values(call)
    if len(values) >= 2 and isinstance(values[1], Known) and isinstance(values[1].value, str):
        if len(values) == 3 and isinstance(values[0], Instance) and values[1].value not in values[0].slots:
            found = call.machine.attribute(values[0], values[1].value, call.site)
            return values[2] if isinstance(found, Unknown | Method) else found
        return call.machine.attribute(values[0], values[1].value, call.site)
    if len(values) >= 2 and isinstance(values[1], OneOf):
        options = [option for option in values[1].options if isinstance(option, Known)]
        if len(options) == len(values[1].options):
            return either(
                call.machine.attribute(values[0], str(option.value), call.site) for option in options
            )
    return Unknown("an attribute whose name is not known")


def _setattr(call: Call) -> Value:
    values = _values(call)
    if len(values) == 3 and isinstance(values[1], Known) and isinstance(values[0], Instance | Class):
        call.machine.write(values[0], values[1].value, values[2])
    return Known(None)


def _hasattr(call: Call) -> Value:
    values = _values(call)
    if len(values) == 2 and isinstance(values[1], Known) and isinstance(values[0], Instance):
        if values[1].value in values[0].slots:
            return Known(True)
        if not values[0].library_names:
            found = call.machine.attribute(values[0], str(values[1].value), call.site)
            return Known(not isinstance(found, Unknown))
    return Unknown("whether there is an attribute")


_TYPES = {"int": int, "float": float, "str": str, "bool": bool, "bytes": bytes, "complex": complex}


def _isinstance(call: Call) -> Value:
    values = _values(call)
    if len(values) != 2:
        return Unknown("isinstance()")
    kinds = values[1].items if isinstance(values[1], Items) else (values[1],)
    verdicts = [_is_instance(values[0], kind) for kind in kinds]
    if True in verdicts:
        return Known(True, call.origin)
    return Unknown("the type of something") if None in verdicts else Known(False, call.origin)


def _is_instance(value: Value, kind: Value) -> bool | None:
    if isinstance(kind, Class):
        if isinstance(value, Instance):
            return isinstance(value.cls, Class) and kind in list(value.cls.ancestors())
        return None if isinstance(value, Unknown | OneOf) else False
    if not isinstance(kind, Reference):
        return None
    name = kind.name.removeprefix("builtins.")
    if isinstance(value, Known) and name in _TYPES:
        return isinstance(value.value, _TYPES[name])
    if isinstance(value, Items):
        return {"list": "list", "tuple": "tuple", "set": "set"}[value.kind] == name or name in (
            "Iterable",
            "Sequence",
        )
    if isinstance(value, Mapped):
        return name in ("dict", "collections.OrderedDict", "collections.abc.Mapping", "typing.Mapping")
    if isinstance(value, Instance):
        if catalogue.is_a(value, kind.name):
            return True
        return False if not value.library_names or catalogue.library_of(kind.name) is not None else None
    if isinstance(value, Tensor):
        return True if name in ("torch.Tensor", "tensorflow.Tensor") and value.library != "numpy" else None
    if isinstance(value, Known):
        return False
    return None


def _issubclass(call: Call) -> Value:
    values = _values(call)
    kinds = values[1].items if len(values) > 1 and isinstance(values[1], Items) else values[1:]
    if values and isinstance(values[0], Class) and all(isinstance(kind, Class | Reference) for kind in kinds):
        ancestors = list(values[0].ancestors())
        names = [ancestor.name for ancestor in ancestors if isinstance(ancestor, Reference)]
        if any(kind in ancestors or (isinstance(kind, Reference) and kind.name in names) for kind in kinds):
            return Known(True, call.origin)
        return Unknown("whether a class inherits") if names else Known(False, call.origin)
    return Unknown("whether a class inherits")


def _super(call: Call) -> Value:
    from trainlint.values.value import Super

    values = _values(call)
    if len(values) == 2 and isinstance(values[0], Class):
        return Super(values[0], values[1])
    return Unknown("super() of something unknown")


def _map(call: Call) -> Value:
    values = _values(call)
    columns = [call.machine.items(value) for value in values[1:]]
    if not columns or any(column is None for column in columns):
        return Unknown("map() over something unknown")
    rows = zip(*[column for column in columns if column is not None], strict=False)
    return Items([call.machine.call(values[0], Arguments(tuple(row)), call.site) for row in rows])


def _filter(call: Call) -> Value:
    source = call.argument(1)
    if isinstance(source, Instance):
        return source  # filter(lambda p: p.requires_grad, model.parameters())
    known = call.machine.items(source) if source is not None else None
    return Items(known or (), complete=False)


def _next(call: Call) -> Value:
    source = call.argument(0)
    if source is None:
        return Unknown("next()")
    if isinstance(source, Items):
        return source.items[0] if source.items else Unknown("next() of an empty list")
    return call.machine.element(source, call.site)


def _first(call: Call) -> Value:
    """A function that hands on its argument: iter(x), tqdm(x), deepcopy(x)."""
    return call.argument(0, "iterable", "x", "sequence") or Unknown(f"{call.title}()")


def _reversed(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known is None:
        return Unknown(f"{call.title}() of something unknown")
    return Items(known[::-1])


def _quantifier(verdict_of_one: bool) -> Handler:
    from trainlint.values.value import options_of

    def handler(call: Call) -> Value:
        source = call.argument(0)
        known = call.machine.items(source) if source is not None else None
        if known is None or not all(isinstance(o, Known) for item in known for o in options_of(item)):
            return Unknown(f"{call.title}() of something unknown")
        found = [bool(item.value) for item in known if isinstance(item, Known)]
        return Known(verdict_of_one if verdict_of_one in found else not verdict_of_one, call.origin)

    return handler


def _sum(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known and any(isinstance(item, Tensor) for item in known):
        total: Value = known[0]
        from trainlint.frameworks.arithmetic import binary

        for item in known[1:]:
            total = binary("+", total, item, Call("+", Arguments((total, item)), call.site, call.machine))
        return total
    return _pure(sum)(call)


def _type(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance):
        return value.cls
    return Unknown("the type of something")


def _nothing(call: Call) -> Value:
    return Known(None)


def _callable(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Function | Class | Bound | Partial | Reference):
        return Known(True)
    return (
        Known(False)
        if isinstance(value, Known | Items | Mapped)
        else Unknown("whether something is callable")
    )


def _object(call: Call) -> Value:
    return Instance(Reference("builtins.object"), {}, call.origin)


def _vars(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance):
        found = dictionary_of(value)
        # A library's object has more attributes than are kept here.
        found.complete = found.complete and (is_open(value) or not value.library_names)
        return found
    return Instance(Reference("builtins.globals"), {}, call.origin) if value is None else Unknown("vars()")


def _record_as_dictionary(call: Call) -> Value:
    value = call.argument(0)
    if isinstance(value, Instance) and not value.library_names:
        return closed(value)
    return _vars(call)


def _evaluate(call: Call) -> Value:
    """`eval(name)` of a name or of a literal that is known."""
    text = call.argument(0)
    if not isinstance(text, Known) or not isinstance(text.value, str) or len(text.value) > 1000:
        return Unknown("code that is not known")
    first, *rest = text.value.strip().split(".")
    if all(part.isidentifier() for part in (first, *rest)) and first not in ("True", "False", "None"):
        found = call.machine.name(first)
        for part in rest:
            found = call.machine.attribute(found, part, call.site)
        return found
    try:
        return _literal(ast.literal_eval(text.value), text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return _called(call, text)


def _called(call: Call, text: Known) -> Value:
    """`eval(f"{name}(num_classes=10)")`: a call of a name with constants."""
    try:
        node = ast.parse(text.value.strip(), mode="eval").body
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return Unknown("code in a text")
    if not isinstance(node, ast.Call):
        return Unknown("code in a text")
    function = _evaluate(Call("eval", Arguments((Known(ast.unparse(node.func)),)), call.site, call.machine))
    try:
        positional = tuple(_literal(ast.literal_eval(argument), text) for argument in node.args)
        keyword = {
            k.arg: _literal(ast.literal_eval(k.value), text) for k in node.keywords if k.arg is not None
        }
    except (ValueError, TypeError, MemoryError, RecursionError):
        return call.machine.call(function, Arguments(complete=False), call.site)
    complete = all(k.arg is not None for k in node.keywords)
    return call.machine.call(function, Arguments(positional, keyword, complete), call.site)


def _literal(found: Any, text: Known) -> Value:
    if isinstance(found, list | tuple | set):
        kind: Any = {list: "list", tuple: "tuple", set: "set"}[type(found)]
        return Items([_literal(item, text) for item in found], kind, origin=text.origin)
    if isinstance(found, dict):
        return Mapped({key: _literal(entry, text) for key, entry in found.items()}, origin=text.origin)
    return Known(found, text.origin)


def _text(call: Call) -> Value:
    """`str(x)`, of objects as they say it."""
    value = call.argument(0)
    if isinstance(value, Instance):
        handler = catalogue.method(value, "__str__")
        if handler is not None:
            return handler(Call("__str__", Arguments(), call.site, call.machine, value))
        own = call.machine.attribute(value, "__str__", call.site)
        return call.machine.call(own, Arguments(), call.site) if isinstance(own, Bound) else Unknown("a text")
    return _convert(str)(call)


def _extreme(function: Any) -> Handler:
    """min and max, with a key or without."""
    pure = _pure(function)

    def handler(call: Call) -> Value:
        key, values = call.arguments.keyword.get("key"), call.arguments.positional
        known = call.machine.items(values[0]) if len(values) == 1 else values
        if known == () and "default" in call.arguments.keyword:
            return call.arguments.keyword["default"]
        if key is None or (isinstance(key, Known) and key.value is None):
            return pure(call)
        ranks = _ranks(call, known, key)
        if not ranks or known is None:
            return Unknown(f"{call.title} of something unknown")
        return known[ranks.index(function(ranks))]

    return handler


def _ranks(call: Call, values: Sequence[Value] | None, key: Value | None) -> list[Any] | None:
    """What values are ordered by; None when that is not known or has no order."""
    ranks = []
    for value in values or ():
        rank = value
        if key is not None and not (isinstance(key, Known) and key.value is None):
            rank = call.machine.call(key, Arguments((value,)), call.site)
        plain = _plain(rank)
        if plain is None:
            return None
        ranks.append(plain[0])
    try:
        sorted(ranks)
    except TypeError:
        return None
    return ranks


def _plain(value: Value) -> tuple[Any] | None:
    if isinstance(value, Known) and not isinstance(value.value, Symbol):
        return (value.value,)
    if isinstance(value, Items) and value.is_certain:
        parts = [_plain(item) for item in value.items]
        return None if None in parts else (tuple(part[0] for part in parts if part is not None),)
    return None


def _sorted(call: Call) -> Value:
    source = call.argument(0)
    known = call.machine.items(source) if source is not None else None
    if known is None:
        return Unknown("sorted() of something unknown")
    ranks = _ranks(call, known, call.arguments.keyword.get("key"))
    if ranks is None:
        return Items(known, complete=False)
    reverse = call.arguments.keyword.get("reverse")
    order = sorted(range(len(ranks)), key=ranks.__getitem__)
    if isinstance(reverse, Known) and reverse.value:
        order = sorted(range(len(ranks)), key=ranks.__getitem__, reverse=True)
    return Items([known[index] for index in order])


_BUILTIN: dict[str, Handler] = {
    "len": _length, "range": _range, "enumerate": _enumerate, "zip": _zip, "list": _container("list"),
    "tuple": _container("tuple"), "set": _container("set"), "frozenset": _container("set"), "dict": _dict,
    "int": _convert(int), "float": _convert(float), "str": _text, "bool": _convert(bool),
    "abs": _pure(abs),
    "min": _extreme(min), "max": _extreme(max), "round": _pure(round), "pow": _pure(pow),
    "divmod": _pure(divmod),
    "sum": _sum, "getattr": _getattr, "setattr": _setattr, "hasattr": _hasattr,
    "isinstance": _isinstance,
    "super": _super, "map": _map, "filter": _filter, "next": _next, "iter": _first,
    "sorted": _sorted, "issubclass": _issubclass, "eval": _evaluate,
    "reversed": _reversed, "any": _quantifier(True), "all": _quantifier(False), "type": _type,
    "print": _nothing,
    "callable": _callable, "object": _object, "vars": _vars, "slice": _pure(slice),
}  # fmt: skip

FUNCTIONS: dict[str, Handler] = {f"builtins.{name}": handler for name, handler in _BUILTIN.items()}

ELEMENTS: dict[str, Handler] = {"builtins.enumerate": _enumerate_element, "builtins.zip": _zip_element}

METHODS: dict[str, dict[str, Handler]] = {}

record_as_dictionary = _record_as_dictionary
first_argument = _first
"""For other tables: what hands on its first argument."""
