"""The networks of a program: applied to data, compiled, or only put together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from trainlint.evaluate.assembly.gathered import CompileCalled, Gathered, NetworkApplied
from trainlint.evaluate.assembly.networks import network_of, ordered, tensors_in
from trainlint.evaluate.machine import Machine
from trainlint.frameworks.facts import ModelMade
from trainlint.frameworks.keras.models import only_trains_others, outputs_of
from trainlint.plan.network import Network
from trainlint.syntax.positions import Site
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance


@dataclass(frozen=True)
class Applied:
    """Networks, each once; which one made a tensor, and where data begins."""

    networks: tuple[Network, ...]
    makers: Mapping[int, Instance]  # by the identity of an output
    beginnings: frozenset[int]  # identities of tensors that come from no network


class _Collection:
    """Networks as they are found. Their numbers are those of `gathered.networks`."""

    def __init__(self, gathered: Gathered, machine: Machine) -> None:
        self.gathered = gathered
        self.machine = machine
        self.networks: list[Network] = []
        self.makers: dict[int, Instance] = {}
        self.inputs: list[Tensor] = []
        self._layers: set[int] = set()
        self._unread: list[list[Tensor]] = []  # what networks give whose layers were not asked for yet

    def has(self, network: Instance) -> bool:
        return self.gathered.networks.known(network) is not None

    def add(
        self, network: Instance, tensors: list[Tensor], framework: str, inputs: Sequence[Tensor] = ()
    ) -> None:
        self.makers |= {id(tensor): network for tensor in tensors}
        self.inputs += inputs
        if self.has(network):
            return
        self.gathered.networks.of(network)
        given = {id(tensor) for tensor in inputs}
        made = network_of(tensors, network.title, framework, network.origin, given, network)[0]
        self.networks.append(made)
        self._unread.append(tensors)

    @property
    def layers(self) -> set[int]:
        """Identities of the layers that stand in some network."""
        while self._unread:
            self._layers |= _layers(self._unread.pop())
        return self._layers

    def beginnings(self) -> frozenset[int]:
        """Inputs behind which there is no other network."""
        return frozenset(
            id(tensor)
            for tensor in self.inputs
            if not any(id(source) in self.makers for source in ordered([tensor]))
        )

    def outputs(self, model: Instance, site: Site) -> list[Tensor]:
        return tensors_in(outputs_of(model, self.machine, site))


def applied_networks(gathered: Gathered, machine: Machine) -> Applied:
    """All networks of a program, those that data goes through first."""
    found = _Collection(gathered, machine)
    for fact, _ in gathered.of(NetworkApplied):
        tensors = tensors_in(fact.output)
        if not fact.depth and tensors:
            found.add(fact.network, tensors, fact.framework, fact.inputs)
    for compiled, _ in gathered.of(CompileCalled):
        if not found.has(compiled.model) and not only_trains_others(compiled.model):
            found.add(compiled.model, found.outputs(compiled.model, compiled.site), "keras")
    for made, _ in gathered.of(ModelMade):
        # Code that is not followed may train it; parts of other networks are there already.
        if not found.has(made.model):
            tensors = found.outputs(made.model, made.site)
            if _layers(tensors) - found.layers:
                found.add(made.model, tensors, "keras")
    return Applied(tuple(found.networks), found.makers, found.beginnings())


def _layers(tensors: list[Tensor]) -> set[int]:
    """Identities of the layer objects behind some tensors."""
    operations = (tensor.operation for tensor in ordered(tensors))
    return {id(found.layer) for found in operations if found is not None and found.layer is not None}
