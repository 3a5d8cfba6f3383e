"""No program is so odd that a table fails on it: every name takes every kind of value."""

from __future__ import annotations

import itertools
from collections.abc import Callable

import pytest

from tests.frameworks.pretend import SITE, PretendMachine, value_of
from trainlint.frameworks.arrays.library import LIBRARY as ARRAYS
from trainlint.frameworks.arrays.pictures import LIBRARY as PICTURES
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.facts import CompileCalled
from trainlint.frameworks.keras.layer_signatures import LAYERS
from trainlint.frameworks.keras.library import LIBRARY as KERAS
from trainlint.frameworks.keras.training import objectives
from trainlint.frameworks.library import Library
from trainlint.values.tensor import BATCH, DataFacts, Tensor
from trainlint.values.value import ABSENT, Instance, Items, Known, OneOf, Reference, Unknown, Value

ODD: list[Callable[[], Value]] = [
    lambda: Unknown("somewhere else"),
    lambda: Known(None),
    lambda: Known("same"),
    lambda: Known(-3),
    lambda: Known(0),
    lambda: Known(2.5),
    lambda: Known(True),
    lambda: value_of([]),
    lambda: value_of((3, None, "x")),
    lambda: value_of({"a": 1}),
    lambda: Items([Known(1)], complete=False),
    lambda: Items([OneOf((Known(1), ABSENT))]),
    lambda: Tensor(),
    lambda: Tensor((BATCH, 4, None, 3), "float32", 0.0, None, library="keras", data=DataFacts()),
    lambda: Tensor((), "int64", 3, 3, library="numpy"),
    lambda: Items([Tensor((2, 3)), Tensor((BATCH,)), Unknown()]),
    lambda: OneOf((Known(1), Known("relu"))),
    lambda: Reference("keras.activations.relu"),
    lambda: Instance(Reference("keras.layers.Dense"), {}),
    lambda: Instance(Reference("keras.Sequential"), {}),
    lambda: Instance(Reference("pandas.DataFrame"), {}),
]
KEYWORDS = ("axis", "shape", "units", "activation", "x", "inputs", "size", "loss", "batch_size", "weights")


def arguments() -> list[Arguments]:
    found = [Arguments(), Arguments(complete=False)]
    found += [Arguments((make(),)) for make in ODD]
    found += [Arguments((one(), other())) for one, other in itertools.product(ODD[::2], ODD[1::3])]
    found += [Arguments((ODD[-1 - i % 8](), make(), make(), make())) for i, make in enumerate(ODD)]
    found += [Arguments((make(),), {name: make() for name in KEYWORDS}) for make in ODD]
    return found


LIBRARIES = [("keras", KERAS), ("arrays", ARRAYS), ("pictures", PICTURES)]


@pytest.mark.parametrize(
    ("library", "name"),
    [pytest.param(library, name, id=name) for _, library in LIBRARIES for name in sorted(library.functions)],
)
def test_functions(library: Library, name: str) -> None:
    for given in arguments():
        found = library.functions[name](Call(name, given, SITE, PretendMachine()))
        assert isinstance(found, Value)


@pytest.mark.parametrize(
    ("library", "owner"),
    [pytest.param(library, owner, id=owner) for _, library in LIBRARIES for owner in sorted(library.methods)],
)
def test_methods(library: Library, owner: str) -> None:
    for name, handler in library.methods[owner].items():
        for given in arguments():
            machine = PretendMachine()
            receiver = Instance(Reference(owner), {})
            assert isinstance(handler(Call(name, given, SITE, machine, receiver)), Value)
            for compiled in machine.noted(CompileCalled):
                objectives(compiled, machine)


@pytest.mark.parametrize(("title", "library"), LIBRARIES)
def test_calls_attributes_elements_and_assignments(title: str, library: Library) -> None:
    tables = {owner: [handler] for owner, handler in (*library.calls.items(), *library.elements.items())}
    for table in (library.attributes, library.assignments):
        for owner, handlers in table.items():
            tables[owner] = tables.get(owner, []) + list(handlers.values())
    for owner, found in tables.items():
        for handler, given in itertools.product(found, arguments()):
            receiver = Instance(Reference(owner), {})
            assert isinstance(handler(Call("it", given, SITE, PretendMachine(), receiver)), Value)


@pytest.mark.parametrize(("title", "library"), LIBRARIES)
def test_methods_and_attributes_of_arrays(title: str, library: Library) -> None:
    tensors = [made for make in ODD if isinstance(made := make(), Tensor)]
    for tensor in tensors:
        for name, handler in (*library.tensor_methods.items(), *library.tensor_attributes.items()):
            for given in arguments():
                assert isinstance(handler(Call(name, given, SITE, PretendMachine(), tensor)), Value)


@pytest.mark.parametrize("name", LAYERS)
def test_layers_on_odd_tensors(name: str) -> None:
    tensors = [made for make in ODD if isinstance(made := make(), Tensor)]
    for given in arguments():
        machine = PretendMachine()
        layer = KERAS.functions.get(f"keras.layers.{name}")
        if layer is None:
            continue
        made = layer(Call(f"keras.layers.{name}", given, SITE, machine))
        for value in (*tensors, Items([tensors[1], tensors[1]]), Unknown()):
            assert isinstance(machine.apply(made, value), Value)
