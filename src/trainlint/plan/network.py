"""The layers between the data and the loss, with shapes and parameter counts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cached_property
from typing import Literal

from pydantic import SkipValidation

from trainlint.plan import chains, fits
from trainlint.plan.initial import InitialWeights, initial_weights
from trainlint.plan.kinds import AFFINE
from trainlint.plan.misfit import Misfit
from trainlint.plan.part import Part
from trainlint.plan.setting import Setting
from trainlint.values.origin import Origin

Shape = tuple[int | str | None, ...]
"""Sizes by axis, the batch axis first: a number, a name (`batch`), or None where the size is unknown."""


Keeping = Literal["registered", "list", "dict", "attribute", "plain tensor", "made in place"]
"""How a module of PyTorch keeps a layer: as PyTorch wants it, in a plain list or dictionary, as a tensor that was
meant to be a parameter, as one that stays behind when the module is moved, not at all."""


class Layer(Part):
    """One operation on tensors. An activation fused into a layer (Keras) is a layer of its own here.

    `kind` is the same word in every framework: linear, conv, relu, softmax, dropout, batch_norm, add, …
    (the words are in plan/kinds.py). `inputs` are indices of layers of the same network; a network's
    inputs are layers of kind `input`.
    """

    index: int
    kind: str
    title: str  # as the user wrote it: Linear, Dense, F.relu
    settings: SkipValidation[Mapping[str, Setting[object]]] = {}  # what is made here needs no second look
    inputs: SkipValidation[tuple[int, ...]] = ()
    input_shape: SkipValidation[Shape | None] = None
    output_shape: SkipValidation[Shape | None] = None
    parameters: int | None = 0  # None: not known
    trainable: bool | None = True
    optional: bool = False  # it is there on some paths only
    training_only: bool = False  # dropout under `if self.training`, or whose rate may depend on it
    kept: Keeping | None = None  # None: not known
    keeper: Origin | None = None  # where the list or dictionary is written
    origin: Origin | None = None

    def number(self, name: str) -> float | None:
        """The value of a numeric setting, None when it is unknown or absent."""
        setting = self.settings.get(name)
        value = setting.value if setting else None
        return float(value) if isinstance(value, int | float) else None

    @property
    def initial_weights(self) -> InitialWeights | None:
        """What the weights of this layer start as; None where that is the library's default or not known."""
        return initial_weights(self.settings)

    @property
    def units(self) -> int | None:
        """Size of the last axis of the output (for a channels-first convolution, of the channel axis)."""
        setting = self.settings.get("units")
        value = setting.value if setting else None
        if isinstance(value, int):
            return value
        last = self.output_shape[-1] if self.output_shape else None
        return last if isinstance(last, int) else None


class Network(Part):
    """A network as a graph of layers in topological order.

    `complete` is False when some operation could not be followed, so that absence proves nothing.
    """

    name: str
    framework: str
    layers: tuple[Layer, ...] = ()
    outputs: tuple[int, ...] = ()
    complete: bool = True
    reasons: tuple[str, ...] = ()  # why it is not complete
    pretrained: bool = False
    origin: Origin | None = None

    @property
    def parameters(self) -> int | None:
        """Number of weights, None when a layer's number is unknown."""
        return self._sum(only_trainable=False)

    @property
    def trainable_parameters(self) -> int | None:
        return self._sum(only_trainable=True)

    def _sum(self, *, only_trainable: bool) -> int | None:
        total = 0
        for layer in self.layers:
            if only_trainable and layer.trainable is False:
                continue
            if layer.parameters is None:
                return None
            total += layer.parameters
        return total if self.complete else None

    @cached_property
    def users(self) -> Mapping[int, tuple[int, ...]]:
        """For each layer, the layers that read its output."""
        users: dict[int, list[int]] = {layer.index: [] for layer in self.layers}
        for layer in self.layers:
            for source in layer.inputs:
                users[source].append(layer.index)
        return {index: tuple(readers) for index, readers in users.items()}

    def of_kind(self, *kinds: str) -> Iterator[Layer]:
        return (layer for layer in self.layers if layer.kind in kinds)

    def before(self, layer: Layer) -> Layer | None:
        """The layer that feeds this one, None when there is none or more than one."""
        return self.layers[layer.inputs[0]] if len(layer.inputs) == 1 else None

    @cached_property
    def is_normalised(self) -> bool | None:
        """Whether a normalisation stands between any two layers with weights; None: cannot be seen."""
        return chains.is_normalised(self)

    @cached_property
    def linear_chains(self) -> list[tuple[Layer, ...]]:
        """Runs of two or more affine layers with nothing nonlinear between them, which act as one."""
        return chains.linear_chains(self)

    @cached_property
    def hidden(self) -> frozenset[int]:
        """Indices of the layers whose output still meets a layer with weights."""
        return chains.hidden(self)

    def saturating_chains(self, kinds: Collection[str]) -> list[tuple[Layer, ...]]:
        """Runs of hidden activations of these kinds with no normalisation and no skip between them."""
        return chains.saturating_chains(self, kinds)

    def meeting_input(self) -> Iterator[Layer]:
        """The layers that first do something with the values that come in."""
        return chains.meeting_input(self)

    def softmax_size(self, layer: Layer) -> int | None:
        """Over how many values a softmax goes: the size of its axis."""
        return chains.softmax_size(self, layer)

    def features(self, layer: Layer) -> int | None:
        """How many values `layer` gives for each place of its output."""
        return chains.features(self, layer)

    @cached_property
    def misfits(self) -> tuple[Misfit, ...]:
        """The layers that cannot read what the one before gives; of those on one way, the first."""
        return tuple(fits.misfits(self))

    def reads_unflattened(self, layer: Layer) -> Layer | None:
        """The layer whose feature map goes into this linear layer as it is."""
        return fits.reads_unflattened(self, layer)

    def affine(self) -> Iterator[Layer]:
        """Layers that are a product with weights, and maybe a bias: those of a library, and `x @ self.weight`."""
        return (layer for layer in self.layers if layer.kind in AFFINE or chains.is_product(layer))

    def fan_in(self, layer: Layer) -> int | None:
        """How many values each unit of a dense or convolutional layer reads."""
        return fits.fan_in(self, layer)
