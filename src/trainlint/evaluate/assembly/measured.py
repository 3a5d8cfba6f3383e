"""The data that networks are measured on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from trainlint.evaluate.assembly.arguments import argument
from trainlint.evaluate.assembly.data import data_of, first_tensor
from trainlint.evaluate.assembly.gathered import FitCalled, Gathered, NetworkApplied
from trainlint.frameworks.facts import Measured
from trainlint.plan.data import Data
from trainlint.syntax.positions import Site
from trainlint.values.origin import Made, Origin
from trainlint.values.value import Instance, Value

_PLACE = 7  # of `validation_data` among the arguments of Keras' fit


def measured_in(gathered: Gathered) -> Mapping[int | None, tuple[Data, ...]]:
    """By the number of the network; `origin` is where the data are passed."""
    found: dict[int | None, tuple[Data, ...]] = {}
    for model, given, site in _measurements(gathered):
        number = gathered.networks.known(model)
        content = _element(given)
        if number is not None and first_tensor(content) is not None:
            origin = Origin(Made.PASSED, site)
            found[number] = (*found.get(number, ()), data_of(content).model_copy(update={"origin": origin}))
    return found


def _element(value: Value) -> Value:
    """What a pipeline of tf.data gives in one turn; other values as they are."""
    element = value.slots.get("element") if isinstance(value, Instance) else None
    return element if isinstance(element, Value) else value


def _measurements(gathered: Gathered) -> Iterator[tuple[Value | None, Value, Site]]:
    for fitted, _ in gathered.of(FitCalled):
        validation = fitted.settings.get("validation_data")
        if validation is not None:
            yield fitted.model, validation, argument(fitted.site, _PLACE, "validation_data") or fitted.site
    for measured, _ in gathered.of(Measured):
        yield measured.model, measured.inputs, argument(measured.site, 0, "x") or measured.site
    for applied, _ in gathered.of(NetworkApplied):
        tensor = applied.inputs[0] if applied.inputs else None
        if tensor is not None and tensor.data is not None and tensor.data.role in ("test", "validation"):
            yield applied.network, tensor, applied.site
