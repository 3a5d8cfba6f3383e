"""The form in which a library's meaning is written down: tables of handlers by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trainlint.frameworks.call import Call, Handler
from trainlint.values.value import Value

Handlers = Mapping[str, Handler]

ALONE = "alone"
"""In a table of methods: what happens when a statement makes an object of the class and does no more."""


@dataclass(frozen=True)
class Library:
    """What the names of one library mean. All names are canonical: `keras.layers.Dense`, not `tf.keras.…`.

    A method is looked up in the class of the object and then in its `bases`. `tensor_methods` and
    `tensor_attributes` belong to values.tensor.Tensor objects of this library (`x.view(…)`, `x.shape`).
    """

    functions: Handlers = field(default_factory=dict)  # functions and constructors
    methods: Mapping[str, Handlers] = field(default_factory=dict)  # class name -> method name -> handler
    calls: Handlers = field(default_factory=dict)  # class name -> calling an instance of it
    elements: Handlers = field(
        default_factory=dict
    )  # class name -> what one turn of a for loop over it gives
    attributes: Mapping[str, Handlers] = field(default_factory=dict)  # class name -> attribute -> its value
    assignments: Mapping[str, Handlers] = field(
        default_factory=dict
    )  # class name -> attribute -> what assigning to it does; the value is the first argument
    unused: Handlers = field(
        default_factory=dict
    )  # class name -> what happens to an object of a class of the program that is only used elsewhere
    tensor_methods: Handlers = field(default_factory=dict)
    tensor_attributes: Handlers = field(default_factory=dict)
    tensor_assignments: Handlers = field(default_factory=dict)
    constants: Mapping[str, Any] = field(default_factory=dict)
    decorators: Handlers = field(default_factory=dict)  # what the function or class below `@name` becomes
    shared: frozenset[str] = frozenset()  # objects that a program has once and that programs change
    bases: Callable[[str], tuple[str, ...]] = (
        lambda name: ()
    )  # the library classes that a class inherits from
    fallback: Callable[[Call], Value] | None = None  # for functions of the library that are in no table


def merged(*tables: Mapping[str, Any]) -> dict[str, Any]:
    """Several tables as one.

    Raises:
        ValueError: two tables give the same name a meaning.
    """
    result: dict[str, Any] = {}
    for table in tables:
        for name, entry in table.items():
            if name in result:
                raise ValueError(f"two meanings for {name}")
            result[name] = entry
    return result
