"""The same expression for the real torch and for its tables, and what both give side by side."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import torch

from tests.frameworks.pretend import PretendMachine
from trainlint.values.tensor import BATCH, Operation, Shape, Symbol, Tensor
from trainlint.values.value import Items, Known, Value


class Names:
    """`nn.Linear(3, 4)` as a call of the tables."""

    def __init__(self, machine: PretendMachine, prefix: str) -> None:
        self.machine = machine
        self.prefix = prefix

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return lambda *positional, **keyword: self.machine.of(f"{self.prefix}.{name}", *positional, **keyword)


def tabled(machine: PretendMachine, text: str) -> Any:
    """A module as the tables understand the expression that constructs it."""
    return eval(text, {"nn": Names(machine, "torch.nn")})


def real(text: str) -> torch.nn.Module:
    module = eval(text, {"nn": torch.nn})
    assert isinstance(module, torch.nn.Module)
    return module.eval()


def given(shape: tuple[int, ...], dtype: str = "float32") -> tuple[Tensor, torch.Tensor]:
    """A tensor of a shape, tabled and real."""
    made = torch.zeros(shape, dtype=getattr(torch, dtype))
    return Tensor(shape=shape, dtype=dtype, library="torch"), made


def with_symbolic_batch(tensor: Tensor, axis: int = 0) -> Tensor:
    assert tensor.shape is not None
    return tensor.changed(shape=(*tensor.shape[:axis], BATCH, *tensor.shape[axis + 1 :]))


def shapes(output: Any) -> Any:
    """The shapes of a result, nested as the result is."""
    if isinstance(output, Tensor):
        return output.shape
    if isinstance(output, torch.Tensor):
        return tuple(output.shape)
    if isinstance(output, Items):
        return tuple(shapes(item) for item in output.items)
    if isinstance(output, tuple | list):
        return tuple(shapes(item) for item in output)
    if isinstance(output, Known):
        return output.value
    return None if output is None or isinstance(output, Value) else output


def agrees(found: Any, wanted: Any, batch: int) -> bool:
    """Whether a symbolic shape is the real one, wherever it says something."""
    if found is None:
        return True
    if isinstance(found, Symbol):
        return bool(found.factor * batch == wanted)
    if isinstance(found, tuple):
        return len(found) == len(wanted) and all(
            agrees(a, b, batch) for a, b in zip(found, wanted, strict=True)
        )
    return bool(found == wanted)


def is_exact(shape: Shape | None) -> bool:
    return shape is not None and None not in shape


def operations(value: Any) -> Iterator[Operation]:
    """All operations that lead to a value, each once."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        found = waiting.pop()
        if isinstance(found, Items):
            waiting += found.items
        elif isinstance(found, Tensor) and found.operation is not None and id(found.operation) not in seen:
            seen.add(id(found.operation))
            yield found.operation
            waiting += found.operation.inputs


def counted(value: Any) -> int | None:
    """The weights on the way to a value."""
    counts = [operation.parameters for operation in operations(value)]
    return None if None in counts else sum(count for count in counts if count is not None)
