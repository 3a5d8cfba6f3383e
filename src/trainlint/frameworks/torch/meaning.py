"""A row of the tables: what a layer or function does to one tensor, and the handlers made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.bounds import BoundsRule, anything, kept
from trainlint.frameworks.torch.shapes import ShapeRule, same
from trainlint.frameworks.torch.sizes import HIDDEN, Bound
from trainlint.values.tensor import Shape, Tensor
from trainlint.values.value import Unknown, Value

ParameterRule = Callable[[Bound, Shape | None], int | None]
"""Number of weights, from the constructor's arguments and the shape that goes in (for lazy modules)."""

SAME_DTYPE = "same"


def no_parameters(arguments: Bound, shape: Shape | None) -> int | None:
    return 0


@dataclass(frozen=True)
class Meaning:
    """What one layer or function means. `settings` gives common names to arguments: {"rate": "p"}.

    `signature` is that of the constructor for a layer, of the function (tensor first) otherwise.
    """

    signature: Signature
    kind: str
    shape: ShapeRule = same
    bounds: BoundsRule = anything
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: ParameterRule = no_parameters
    dtype: str | None = SAME_DTYPE
    carries_data: bool = True  # the result is still the data, scaled or moved about

    def result(
        self,
        call: Call,
        value: Value,
        arguments: Bound,
        *,
        layer: Value | None = None,
        title: str | None = None,
        more_inputs: tuple[Value, ...] = (),
    ) -> Tensor:
        """The tensor that comes out when `value` goes in."""
        tensor = as_tensor(value) or Tensor()
        low, high = self.bounds(arguments, tensor)
        fields: dict[str, object] = {} if self.carries_data else {"data": None}
        return call.tensor(
            self.kind,
            (tensor, *more_inputs),
            self.shape(arguments, tensor.shape),
            layer=layer,
            settings={common: arguments[name] for common, name in self.settings.items() if name in arguments},
            parameters=self.parameters(arguments, tensor.shape),
            title=title,
            dtype=tensor.dtype if self.dtype == SAME_DTYPE else self.dtype,
            low=low,
            high=high,
            scale=tensor.scale if self.bounds is kept else None,
            library="torch",
            **fields,
        )


def bound(call: Call, signature: Signature) -> dict[str, Value]:
    """Arguments by name; a `*args` that could not be followed stands under the name `HIDDEN`."""
    arguments = call.bind(signature)
    if not call.arguments.complete:
        arguments[HIDDEN] = Unknown("hidden by * or **")
    return arguments


def function_of(meaning: Meaning, prefix: str = "") -> Handler:
    """The handler for a function whose first argument is the tensor."""
    first = meaning.signature.names[0]

    def handler(call: Call) -> Value:
        arguments = bound(call, meaning.signature)
        value = arguments.get(first)
        if as_tensor(value) is None or value is None:
            return call.unknown()
        return meaning.result(call, value, arguments, title=prefix + call.title)

    return handler
