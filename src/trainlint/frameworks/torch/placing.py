"""Where tensors are: on the processor, unless the program says otherwise."""

from __future__ import annotations

from trainlint.values.tensor import Tensor
from trainlint.values.value import Value


def placed(tensor: Tensor, device: Value) -> None:
    """Notes of a tensor made out of nothing that the program has thought of where it is."""
    if tensor.operation is not None and not tensor.operation.inputs and not tensor.is_parameter:
        tensor.operation.settings.setdefault("device", device)
