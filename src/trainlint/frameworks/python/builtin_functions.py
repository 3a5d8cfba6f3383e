"""The built-in functions by name."""

from __future__ import annotations

from trainlint.frameworks.call import Call, Handler
from trainlint.frameworks.python.evaluated_text import evaluated
from trainlint.frameworks.python.iterables import (
    backwards,
    container,
    counted,
    dictionary,
    enumerated,
    enumerated_element,
    filtered,
    first_argument,
    length,
    mapped,
    next_item,
    quantifier,
    total,
    zipped,
    zipped_element,
)
from trainlint.frameworks.python.numbers_and_text import converted, pure, text
from trainlint.frameworks.python.objects import (
    get_attribute,
    has_attribute,
    instance_of,
    is_callable,
    plain_object,
    set_attribute,
    subclass_of,
    super_of,
    type_of,
    variables_of,
)
from trainlint.frameworks.python.ordering import extreme, in_order
from trainlint.values.value import (
    Known,
    Value,
)  # fmt: skip


def _nothing(call: Call) -> Value:
    return Known(None)


_BUILTIN: dict[str, Handler] = {
    "len": length, "range": counted, "enumerate": enumerated, "zip": zipped, "list": container("list"),
    "tuple": container("tuple"), "set": container("set"), "frozenset": container("set"), "dict": dictionary,
    "int": converted(int), "float": converted(float), "str": text, "bool": converted(bool),
    "abs": pure(abs),
    "min": extreme(min), "max": extreme(max), "round": pure(round), "pow": pure(pow),
    "divmod": pure(divmod),
    "sum": total, "getattr": get_attribute, "setattr": set_attribute, "hasattr": has_attribute,
    "isinstance": instance_of,
    "super": super_of, "map": mapped, "filter": filtered, "next": next_item, "iter": first_argument,
    "sorted": in_order, "issubclass": subclass_of, "eval": evaluated,
    "reversed": backwards, "any": quantifier(True), "all": quantifier(False), "type": type_of,
    "print": _nothing,
    "callable": is_callable, "object": plain_object, "vars": variables_of, "slice": pure(slice),
}  # fmt: skip


FUNCTIONS: dict[str, Handler] = {f"builtins.{name}": handler for name, handler in _BUILTIN.items()}


ELEMENTS: dict[str, Handler] = {"builtins.enumerate": enumerated_element, "builtins.zip": zipped_element}
