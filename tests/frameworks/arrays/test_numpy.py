"""Shapes and bounds of arrays, compared with what NumPy gives."""

from __future__ import annotations

from typing import Any

import numpy
import pytest
from hypothesis import assume, given
from hypothesis import strategies as some

from tests.frameworks.pretend import PretendMachine
from trainlint.values.tensor import Tensor
from trainlint.values.value import Items, Unknown, constant, integer

SHAPES = some.lists(some.integers(1, 5), min_size=1, max_size=4).map(tuple)


def ours(array: Any) -> Tensor:
    low, high = float(array.min()), float(array.max())
    return Tensor(array.shape, str(array.dtype), low, high, library="numpy")


def filled(shape: tuple[int, ...]) -> Any:
    return numpy.arange(numpy.prod(shape), dtype="float64").reshape(shape) - 3


def agrees(found: Any, real: Any) -> None:
    assert isinstance(found, Tensor)
    assert found.shape == real.shape
    if real.size and found.low is not None:
        assert found.low <= real.min() + 1e-9
    if real.size and found.high is not None:
        assert found.high >= real.max() - 1e-9


@given(SHAPES, some.data())
def test_reshape(shape: tuple[int, ...], data: Any) -> None:
    array = filled(shape)
    wanted = data.draw(some.permutations(shape))
    if data.draw(some.booleans()):
        wanted[data.draw(some.integers(0, len(wanted) - 1))] = -1
    agrees(PretendMachine().do(ours(array), "reshape", *wanted), array.reshape(wanted))
    agrees(PretendMachine().of("numpy.reshape", ours(array), tuple(wanted)), array.reshape(wanted))


@given(SHAPES, some.data())
def test_transpose(shape: tuple[int, ...], data: Any) -> None:
    array = filled(shape)
    order = tuple(data.draw(some.permutations(range(len(shape)))))
    agrees(PretendMachine().of("numpy.transpose", ours(array), order), array.transpose(order))
    agrees(PretendMachine().do(ours(array), "transpose"), array.transpose())
    agrees(PretendMachine().get(ours(array), "T"), array.T)


@given(SHAPES, some.integers(-6, 6))
def test_expand_dims_and_squeeze(shape: tuple[int, ...], axis: int) -> None:
    array = filled(shape)
    assume(-len(shape) - 1 <= axis <= len(shape))
    agrees(PretendMachine().of("numpy.expand_dims", ours(array), axis=axis), numpy.expand_dims(array, axis))
    agrees(PretendMachine().of("numpy.squeeze", ours(array)), numpy.squeeze(array))


@given(some.lists(SHAPES, min_size=1, max_size=3), some.integers(-4, 3))
def test_concatenate(shapes: list[tuple[int, ...]], axis: int) -> None:
    first = shapes[0]
    assume(-len(first) <= axis < len(first))
    sized = []
    for shape in shapes:
        sizes = list(first)
        sizes[axis] = shape[0]
        sized.append(tuple(sizes))
    arrays = [filled(shape) for shape in sized]
    found = PretendMachine().of("numpy.concatenate", [ours(array) for array in arrays], axis=axis)
    agrees(found, numpy.concatenate(arrays, axis=axis))


@given(SHAPES, some.integers(1, 3), some.integers(-5, 4))
def test_stack(shape: tuple[int, ...], number: int, axis: int) -> None:
    assume(-len(shape) - 1 <= axis <= len(shape))
    arrays = [filled(shape)] * number
    found = PretendMachine().of("numpy.stack", [ours(array) for array in arrays], axis=axis)
    agrees(found, numpy.stack(arrays, axis=axis))


@given(some.lists(SHAPES, min_size=1, max_size=3))
def test_hstack_and_vstack(shapes: list[tuple[int, ...]]) -> None:
    arrays = [filled(shapes[0])] * len(shapes)
    for name in ("hstack", "vstack"):
        agrees(
            PretendMachine().of(f"numpy.{name}", [ours(array) for array in arrays]),
            getattr(numpy, name)(arrays),
        )


@pytest.mark.parametrize("name", ["sum", "mean", "std", "min", "max", "argmax"])
@given(SHAPES, some.data())
def test_reductions(name: str, shape: tuple[int, ...], data: Any) -> None:
    array = filled(shape)
    axis = data.draw(some.none() | some.integers(-len(shape), len(shape) - 1))
    keeps = data.draw(some.booleans())
    real = numpy.asarray(getattr(numpy, name)(array, axis=axis, keepdims=keeps))
    agrees(PretendMachine().of(f"numpy.{name}", ours(array), axis=axis, keepdims=keeps), real)


@given(SHAPES, some.lists(some.integers(1, 3), min_size=1, max_size=4))
def test_tile(shape: tuple[int, ...], times: list[int]) -> None:
    array = filled(shape)
    agrees(PretendMachine().of("numpy.tile", ours(array), tuple(times)), numpy.tile(array, tuple(times)))


@given(SHAPES, some.integers(1, 3), some.data())
def test_repeat(shape: tuple[int, ...], times: int, data: Any) -> None:
    array = filled(shape)
    axis = data.draw(some.none() | some.integers(-len(shape), len(shape) - 1))
    arguments = {} if axis is None else {"axis": axis}
    agrees(
        PretendMachine().of("numpy.repeat", ours(array), times, **arguments),
        numpy.repeat(array, times, **arguments),
    )


@pytest.mark.parametrize("name", ["abs", "square", "exp", "sin", "tanh", "floor", "sign"])
@given(SHAPES)
def test_bounds_of_functions_hold(name: str, shape: tuple[int, ...]) -> None:
    array = filled(shape) / 10
    agrees(PretendMachine().of(f"numpy.{name}", ours(array)), getattr(numpy, name)(array))


@given(some.integers(-5, 20), some.integers(-5, 20), some.sampled_from([1, 2, 3, -1, 0.5]))
def test_arange(start: int, stop: int, step: float) -> None:
    agrees(PretendMachine().of("numpy.arange", start, stop, step), numpy.arange(start, stop, step))


@given(
    some.recursive(
        some.integers(-9, 9), lambda inner: some.lists(inner, min_size=1, max_size=3), max_leaves=12
    )
)
def test_literals(literal: Any) -> None:
    try:
        real = numpy.array(literal)
    except ValueError:  # lists of different lengths
        return
    found = PretendMachine().of("numpy.array", literal)
    agrees(found, real)
    assert found.dtype == str(real.dtype)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("zeros", ((3, 4),)),
        ("ones", (5,)),
        ("full", ((2, 2), 7)),
        ("linspace", (0, 1, 11)),
        ("eye", (3,)),
        ("random.rand", (100, 10)),
        ("random.randn", (100, 10)),
        ("random.random", ((100, 10),)),
        ("random.normal", (0, 1, (100, 10))),
        ("random.uniform", (-1, 2, (100,))),
        ("random.randint", (0, 5, (100, 1))),
        ("random.randint", (5,)),
        ("random.permutation", (10,)),
    ],
)
def test_creation(name: str, arguments: tuple[Any, ...]) -> None:
    function: Any = numpy
    for part in name.split("."):
        function = getattr(function, part)
    real = function(*arguments)
    found = PretendMachine().of(f"numpy.{name}", *arguments)
    if not isinstance(real, numpy.ndarray):
        assert isinstance(found, Unknown)
        return
    agrees(found, real)
    assert integer(found.data.samples) == real.shape[0]


def test_random_generators_give_arrays() -> None:
    machine = PretendMachine()
    generator = machine.of("numpy.random.default_rng", 0)
    found = machine.do(generator, "normal", size=(7, 2))
    assert found.shape == (7, 2)
    assert found.data.random


def test_the_size_of_an_array_keeps_its_origin() -> None:
    machine = PretendMachine()
    array = machine.of("numpy.zeros", (100, 3))
    shape = machine.get(array, "shape")
    assert isinstance(shape, Items)
    assert shape.items[0].origin is array.data.samples.origin
    assert constant(machine.do(array, "__len__")) == 100


def test_casting_keeps_values() -> None:
    machine = PretendMachine()
    array = Tensor((4,), "uint8", 0, 255, library="numpy")
    found = machine.do(array, "astype", "float32")
    assert (found.dtype, found.low, found.high) == ("float32", 0, 255)
