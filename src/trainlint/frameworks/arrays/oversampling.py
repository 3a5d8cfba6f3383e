"""imbalanced-learn, and `resample` of scikit-learn: samples of rare classes that are repeated or made up."""

from __future__ import annotations

from dataclasses import replace

from trainlint.frameworks.arrays.pandas import array_of, frame_like, is_frame
from trainlint.frameworks.arrays.subject import tensor_of
from trainlint.frameworks.call import Call
from trainlint.frameworks.facts import ScalerFitted
from trainlint.values.tensor import Tensor
from trainlint.values.value import Instance, Items, Reference, Unknown, Value, constant

_PREFIX = "imblearn.over_sampling."

OVERSAMPLERS = tuple(
    "resample SMOTE SMOTENC SMOTEN BorderlineSMOTE SVMSMOTE KMeansSMOTE ADASYN RandomOverSampler".split()
)


def construct(call: Call) -> Value:
    return Instance(Reference(_PREFIX + call.title), dict(call.arguments.keyword), call.origin)


def resample(call: Call) -> Value:
    """`fit_resample(X, y)`: the samples and as many more, and their labels."""
    sampler = call.receiver
    assert isinstance(sampler, Instance)
    inputs = tensor_of(call.argument(0, "X"), "numpy", call)
    labels = tensor_of(call.argument(1, "y"), "numpy", call)
    if inputs is None or labels is None:
        return Items([call.unknown(), call.unknown()], "tuple")
    call.machine.note(ScalerFitted(sampler, inputs, call.site))
    return Items([_more(call, inputs, sampler), _more(call, labels, sampler)], "tuple")


def _more(call: Call, tensor: Tensor, sampler: Instance) -> Tensor:
    facts = tensor.data
    if facts is not None:
        facts = replace(facts, samples=Unknown("samples after oversampling"))
    return call.tensor(
        "select",
        (tensor,),
        (None, *tensor.shape[1:]) if tensor.shape else None,
        settings={"scaler": sampler},
        dtype=tensor.dtype,
        low=tensor.low,
        high=tensor.high,
        scale=tensor.scale,
        data=facts,
        library="numpy",
    )


RESAMPLE = "sklearn.utils.resample"


def resampled(call: Call) -> Value:
    """`resample(minority, n_samples=1000)`: samples drawn again and again, unless it is told not to."""
    given = call.arguments.positional
    if len(given) != 1 or constant(call.argument(-1, "replace")) is False:
        return call.unknown("samples that were drawn")
    tensor = array_of(given[0], call) if is_frame(given[0]) else tensor_of(given[0], "numpy", call)
    if tensor is None:
        return call.unknown()
    sampler = Instance(Reference(RESAMPLE), {}, call.origin)
    call.machine.note(ScalerFitted(sampler, tensor, call.site))
    more = _more(call, tensor, sampler)
    if not is_frame(given[0]):
        return more
    frame = frame_like(call)
    call.machine.write(frame, "array", more)
    return frame


FUNCTIONS = {_PREFIX + name: construct for name in OVERSAMPLERS} | {RESAMPLE: resampled}

METHODS = {_PREFIX + name: dict.fromkeys(("fit_resample", "fit_sample"), resample) for name in OVERSAMPLERS}
