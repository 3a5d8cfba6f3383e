"""Functions of torch and methods of tensors, on random shapes, compared with torch itself."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from torch.nn import functional

from tests.frameworks.pretend import SITE, PretendMachine
from tests.frameworks.torch.comparison import agrees, shapes, with_symbolic_batch
from trainlint.frameworks.arithmetic import binary
from trainlint.frameworks.call import Arguments, Call
from trainlint.frameworks.indexing import index
from trainlint.values.tensor import Tensor
from trainlint.values.value import Items, Known, Value

SHAPES = st.lists(st.integers(1, 5), min_size=1, max_size=4).map(tuple)


def pair(shape: tuple[int, ...], dtype: str = "float32") -> tuple[Tensor, torch.Tensor]:
    return Tensor(shape=shape, dtype=dtype, library="torch"), torch.ones(shape, dtype=getattr(torch, dtype))


def compared(shape: tuple[int, ...], name: str, *arguments: Any, **keyword: Any) -> None:
    """A method of a tensor gives the shape that torch gives, and never another one for a symbolic batch."""
    machine = PretendMachine()
    tensor, made = pair(shape)
    wanted = shapes(getattr(made, name)(*arguments, **keyword))
    assert shapes(machine.do(tensor, name, *arguments, **keyword)) == wanted
    if shape:
        symbolic = machine.do(with_symbolic_batch(tensor), name, *arguments, **keyword)
        if shape[0] != 1:
            assert agrees(shapes(symbolic), wanted, shape[0])


@given(SHAPES, st.data())
def test_permute_and_transpose(shape: tuple[int, ...], data: st.DataObject) -> None:
    axes = data.draw(st.permutations(range(len(shape))))
    compared(shape, "permute", *axes)
    compared(shape, "permute", tuple(axes))
    axis = st.integers(-len(shape), len(shape) - 1)
    compared(shape, "transpose", data.draw(axis), data.draw(axis))


@given(SHAPES, st.data())
def test_view_and_reshape(shape: tuple[int, ...], data: st.DataObject) -> None:
    split = data.draw(st.integers(0, len(shape)))
    compared(shape, "view", *shape[:split], -1)
    compared(shape, "reshape", (*shape[:split], -1))
    compared(shape, "view", -1)
    compared(shape, "reshape", math.prod(shape), 1)


@given(SHAPES, st.data())
def test_flatten_squeeze_and_unsqueeze(shape: tuple[int, ...], data: st.DataObject) -> None:
    first = data.draw(st.integers(0, len(shape) - 1))
    last = data.draw(st.integers(first, len(shape) - 1))
    compared(shape, "flatten", first, last)
    compared(shape, "unsqueeze", data.draw(st.integers(-len(shape) - 1, len(shape))))
    compared(shape, "squeeze")
    compared(shape, "squeeze", data.draw(st.integers(-len(shape), len(shape) - 1)))


@given(SHAPES, st.data())
def test_reductions(shape: tuple[int, ...], data: st.DataObject) -> None:
    axis = data.draw(st.integers(-len(shape), len(shape) - 1))
    keep = data.draw(st.booleans())
    for name in ("sum", "mean", "argmax", "amax", "logsumexp", "max", "median", "sort"):
        if name == "sort":
            compared(shape, name, axis)
        else:
            compared(shape, name, axis, keep)
    for name in ("sum", "mean", "max", "min", "argmin"):
        compared(shape, name)


@given(SHAPES, st.data())
def test_chunk_split_and_unbind(shape: tuple[int, ...], data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    count = data.draw(st.integers(1, 6))
    tensor, made = pair(shape)
    machine = PretendMachine()
    for name, arguments in (("chunk", (count, axis)), ("split", (count, axis)), ("unbind", (axis,))):
        assert shapes(machine.do(tensor, name, *arguments)) == shapes(getattr(made, name)(*arguments))


@given(SHAPES, st.data())
def test_expand_and_repeat(shape: tuple[int, ...], data: st.DataObject) -> None:
    times = data.draw(st.lists(st.integers(1, 3), min_size=len(shape), max_size=len(shape) + 1))
    compared(shape, "repeat", *times)
    compared(shape, "expand", 2, *(-1 for _ in shape))


@given(SHAPES, SHAPES, st.data())
def test_cat_and_stack(shape: tuple[int, ...], other: tuple[int, ...], data: st.DataObject) -> None:
    axis = data.draw(st.integers(0, len(shape) - 1))
    second = (*shape[:axis], other[0], *shape[axis + 1 :])
    (one, real_one), (two, real_two) = pair(shape), pair(second)
    machine = PretendMachine()
    found = machine.of("torch.cat", [one, two], dim=axis)
    assert shapes(found) == shapes(torch.cat([real_one, real_two], dim=axis))
    assert shapes(machine.of("torch.stack", [one, one], axis)) == shapes(
        torch.stack([real_one, real_one], axis)
    )


@given(SHAPES, SHAPES)
def test_broadcasting(first: tuple[int, ...], second: tuple[int, ...]) -> None:
    (one, real_one), (two, real_two) = pair(first), pair(second)
    machine = PretendMachine()
    call = Call("+", Arguments((one, two)), SITE, machine)
    try:
        wanted: Any = shapes(real_one + real_two)
    except RuntimeError:
        wanted = None
    assert shapes(binary("+", one, two, call)) == wanted


@st.composite
def factors(draw: st.DrawFn) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Two shapes whose inner sizes meet."""
    first, second = draw(SHAPES), list(draw(SHAPES))
    second[max(len(second) - 2, 0)] = first[-1]
    return first, tuple(second)


@given(factors())
def test_matmul(shapes_of_factors: tuple[tuple[int, ...], tuple[int, ...]]) -> None:
    first, second = shapes_of_factors
    (one, real_one), (two, real_two) = pair(first), pair(second)
    try:
        wanted = shapes(real_one @ real_two)
    except RuntimeError:
        assume(False)
    call = Call("@", Arguments((one, two)), SITE, PretendMachine())
    assert shapes(binary("@", one, two, call)) == wanted


KEYS = st.one_of(
    st.integers(-1, 0),
    st.none(),
    st.builds(
        slice, st.none() | st.integers(-3, 3), st.none() | st.integers(-3, 5), st.none() | st.integers(1, 3)
    ),
    st.lists(st.integers(0, 0), min_size=1, max_size=3),
)


@given(SHAPES, st.lists(KEYS, min_size=1, max_size=5), st.integers(0, 5))
@settings(max_examples=300)
def test_indexing(shape: tuple[int, ...], keys: list[Any], ellipsis: int) -> None:
    if ellipsis < len(keys):
        keys.insert(ellipsis, Ellipsis)
    tensor, made = pair(shape)
    try:
        wanted = shapes(made[tuple(keys)])
    except (IndexError, ValueError):
        assume(False)
    given_keys: list[Value] = [
        Items([Known(n) for n in key]) if isinstance(key, list) else Known(key) for key in keys
    ]
    found = index(tensor, given_keys, Call("[]", Arguments(), SITE, PretendMachine()))
    assert found.shape is None or found.shape == wanted
    if not any(isinstance(key, list) for key in keys):
        assert found.shape == wanted


FUNCTIONAL: list[tuple[str, tuple[int, ...], tuple[Any, ...], dict[str, Any]]] = [
    ("relu", (2, 3), (), {}),
    ("leaky_relu", (2, 3), (0.2,), {}),
    ("softmax", (2, 3), (), {"dim": 1}),
    ("log_softmax", (2, 3), (1,), {}),
    ("gelu", (2, 3), (), {}),
    ("glu", (2, 4), (), {}),
    ("dropout", (2, 3), (0.1,), {}),
    ("max_pool2d", (2, 3, 9, 9), (2,), {}),
    ("max_pool2d", (2, 3, 9, 9), (3,), {"stride": 2, "padding": 1, "ceil_mode": True}),
    ("avg_pool2d", (2, 3, 9, 9), (2, 1), {}),
    ("avg_pool1d", (2, 3, 9), (2,), {}),
    ("adaptive_avg_pool2d", (2, 3, 9, 9), (1,), {}),
    ("adaptive_avg_pool2d", (2, 3, 9, 9), ((2, 3),), {}),
    ("adaptive_max_pool1d", (2, 3, 9), (2,), {}),
    ("interpolate", (2, 3, 9, 9), (), {"scale_factor": 2}),
    ("interpolate", (2, 3, 9, 9), ((4, 5),), {}),
    ("pad", (2, 3, 9), ((1, 2),), {}),
    ("pad", (2, 3, 9), ((1, 2, 0, 1), "constant", 0), {}),
    ("layer_norm", (2, 3, 4), ((4,),), {}),
    ("group_norm", (2, 4, 3), (2,), {}),
    ("normalize", (2, 3), (), {"dim": -1}),
    ("unfold", (2, 3, 8, 8), (2,), {"stride": 2}),
    ("pixel_shuffle", (2, 4, 3, 3), (2,), {}),
    ("hardtanh", (2, 3), (), {}),
    ("softplus", (2, 3), (), {}),
]


@pytest.mark.parametrize(("name", "shape", "arguments", "keyword"), FUNCTIONAL)
def test_functional(
    machine: PretendMachine,
    name: str,
    shape: tuple[int, ...],
    arguments: tuple[Any, ...],
    keyword: dict[str, Any],
) -> None:
    tensor, made = pair(shape)
    wanted = shapes(getattr(functional, name)(made, *arguments, **keyword))
    assert shapes(machine.of(f"torch.nn.functional.{name}", tensor, *arguments, **keyword)) == wanted


WITH_WEIGHTS: list[tuple[str, tuple[int, ...], tuple[int, ...], dict[str, Any]]] = [
    ("linear", (2, 3, 4), (5, 4), {}),
    ("conv1d", (2, 3, 9), (6, 3, 3), {"padding": 1}),
    ("conv2d", (2, 4, 9, 9), (6, 2, 3, 3), {"groups": 2, "stride": 2}),
    ("conv_transpose2d", (2, 4, 9, 9), (4, 3, 3, 3), {"stride": 2, "output_padding": 1}),
]


@pytest.mark.parametrize(("name", "shape", "weight", "keyword"), WITH_WEIGHTS)
def test_functions_that_are_given_their_weights(
    machine: PretendMachine,
    name: str,
    shape: tuple[int, ...],
    weight: tuple[int, ...],
    keyword: dict[str, Any],
) -> None:
    (one, real_one), (two, real_two) = pair(shape), pair(weight)
    wanted = shapes(getattr(functional, name)(real_one, real_two, **keyword))
    assert shapes(machine.of(f"torch.nn.functional.{name}", one, two, **keyword)) == wanted


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("randn", (2, 3)), ("zeros", ((2, 3),)), ("ones", (4,)), ("arange", (7,)), ("arange", (1, 9, 3)),
        ("linspace", (0, 1, 5)), ("eye", (3,)), ("full", ((2, 2), 3.5)), ("tensor", ([[1, 2], [3, 4]],)),
        ("tensor", (3.5,)), ("randint", (0, 10, (5,))), ("randint", (10, (5, 2))), ("randperm", (6,)),
    ],
)  # fmt: skip
def test_creation(machine: PretendMachine, text: str, arguments: tuple[Any, ...]) -> None:
    wanted = getattr(torch, text)(*arguments)
    found = machine.of(f"torch.{text}", *arguments)
    assert found.shape == tuple(wanted.shape)
    assert found.dtype in (None, str(wanted.dtype).removeprefix("torch."))


@given(st.lists(st.floats(-100, 100), min_size=1, max_size=4), st.floats(-50, 50), st.sampled_from("+-*/"))
def test_values_stay_within_the_bounds(values: list[float], number: float, op: str) -> None:
    assume(op != "/" or abs(number) > 1e-3)
    tensor = Tensor((len(values),), "float32", min(values), max(values), library="torch")
    call = Call(op, Arguments(), SITE, PretendMachine())
    for left, right, function in (
        (tensor, Known(number), lambda x: _apply(op, x, number)),
        (Known(number), tensor, lambda x: _apply(op, number, x)),
    ):
        found = binary(op, left, right, call)
        assert isinstance(found, Tensor)
        for value in values:
            if op == "/" and left is not tensor and value == 0:
                continue
            result = function(value)
            slack = 1e-9 * max(1.0, abs(result))
            assert found.low is None or found.low - slack <= result
            assert found.high is None or result <= found.high + slack


def _apply(op: str, a: float, b: float) -> float:
    return {"+": a + b, "-": a - b, "*": a * b, "/": a / b if b else math.inf}[op]


def test_scaling_bytes_gives_zero_to_one() -> None:
    image = Tensor((28, 28), "uint8", 0.0, 255.0, library="torch")
    found = binary("/", image, Known(255), Call("/", Arguments(), SITE, PretendMachine()))
    assert isinstance(found, Tensor)
    assert (found.low, found.high) == (0.0, 1.0)
