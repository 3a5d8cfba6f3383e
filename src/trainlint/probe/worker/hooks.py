"""Global hooks of PyTorch that tell a recorder what happens, in code that knows nothing of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn
from torch.optim import optimizer as optimizers

from trainlint.probe.worker import loss_inputs
from trainlint.probe.worker.recorder import Activation, Parameter, Recorder, Row

KINDS = {
    "ReLU": "relu", "ReLU6": "relu", "LeakyReLU": "leaky_relu", "Sigmoid": "sigmoid", "Tanh": "tanh",
    "Softmax": "softmax", "LogSoftmax": "log_softmax", "GELU": "gelu", "ELU": "elu", "SiLU": "silu",
}  # fmt: skip
"""Activations by the name of their module."""

_FUNCTIONS = ("relu", "sigmoid", "tanh", "softmax")

SMALL = 1_000_000
"""Weights up to which every step is looked at; of larger networks every fifth, as the copies cost time."""

LARGEST = 20_000_000
"""Values of an activation up to which it is looked at."""


@contextmanager
def recorded(recorder: Recorder) -> Iterator[TorchHooks]:
    """Within, all training of this process is recorded."""
    hooks = TorchHooks(recorder)
    hooks.install()
    try:
        yield hooks
    finally:
        hooks.remove()


class TorchHooks:
    """Tells a recorder about PyTorch. `root` is the outermost module that was applied while training, `batch`
    what it was last applied to."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.root: nn.Module | None = None
        self.batch: tuple[Any, ...] = ()
        self.names: dict[int, str] = {}
        self.in_optimizer: set[int] = set()
        self.applied: dict[int, nn.Module] = {}
        self._undo: list[Callable[[], object]] = []
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []  # parameters stay alive, so that no number is given twice
        self._before: dict[int, tuple[Any, Any]] = {}
        self._dirty = False
        self._depth = 0
        self._quiet = 0

    def install(self) -> None:
        module = nn.modules.module
        self._undo += [
            optimizers.register_optimizer_step_pre_hook(self._before_step).remove,
            optimizers.register_optimizer_step_post_hook(self._after_step).remove,
            module.register_module_forward_pre_hook(self._before_forward).remove,
            module.register_module_forward_hook(self._after_forward, always_call=True).remove,
        ]
        self._replace(torch.Tensor, "backward", self._backward)
        for name in loss_inputs.LOSSES:
            if hasattr(nn.functional, name):
                self._replace(nn.functional, name, self._loss(name))
        for host in (torch, nn.functional):
            for name in _FUNCTIONS:
                self._replace(host, name, self._function(name))

    def remove(self) -> None:
        while self._undo:
            self._undo.pop()()

    def settle(self) -> None:
        """Looks at the weights once more when the run is over. Only now all have a name: a step with a closure, as
        Lightning takes it, meets weights before any module is applied."""
        for parameter in self._kept:
            told = self.recorder.parameters[self._numbers[id(parameter)]]
            told.name = self._name_of(parameter) or told.name
            if parameter.dim() == 2 and min(parameter.shape) > 1:
                self.recorder.parameters[self._numbers[id(parameter)]].identical = identical_units(parameter)

    def missed(self) -> dict[str, float]:
        """Weights of layers that were applied while training and that no optimizer holds."""
        owned = {id(p): p for module in self.applied.values() for p in module.parameters(recurse=False)}
        if not owned:
            return {}
        left = [parameter for key, parameter in owned.items() if key not in self.in_optimizer]
        return {
            "weights_left_out": sum(1 for parameter in left if parameter.requires_grad),
            "weights_frozen": sum(1 for parameter in owned.values() if not parameter.requires_grad),
            "weights_applied": len(owned),
        }

    def _replace(self, host: Any, name: str, made: Callable[[Any], Any]) -> None:
        original = getattr(host, name)
        setattr(host, name, made(original))
        self._undo.append(lambda: setattr(host, name, original))

    # the optimizer

    def _before_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        start = time.perf_counter()
        parameters = [p for group in optimizer.param_groups for p in group["params"]]
        self.in_optimizer.update(map(id, parameters))
        self._before = {}
        small = sum(p.numel() for p in parameters) <= SMALL
        if small or self.recorder.looks:
            for parameter in parameters:
                weights = parameter.detach()
                self._before[self._number(parameter)] = (parameter, weights.clone())
        self.recorder.overhead += time.perf_counter() - start

    def _after_step(self, optimizer: Any, args: Any, kwargs: Any) -> None:
        # Gradients are read here: with closures (LBFGS, Lightning) they are not there before the step.
        start = time.perf_counter()
        row: dict[int, Row] = {}
        for number, (parameter, before) in self._before.items():
            gradient = parameter.grad
            size = float(torch.linalg.vector_norm(before))
            if gradient is None:
                row[number] = Row(
                    None, size, float(torch.linalg.vector_norm(parameter.detach() - before)), 1.0
                )
                continue
            found = gradient.detach()
            found = found.coalesce().values() if found.is_sparse else found
            update = float(torch.linalg.vector_norm(parameter.detach() - before))
            zero = 1.0 - float(torch.count_nonzero(found)) / max(found.numel(), 1)
            row[number] = Row(float(torch.linalg.vector_norm(found)), size, update, zero)
        self._before = {}
        self._dirty = True
        rates = [float(group["lr"]) for group in optimizer.param_groups if "lr" in group]
        self.recorder.overhead += time.perf_counter() - start
        self.recorder.stepped(rates, row)

    def _number(self, parameter: Any) -> int:
        key = id(parameter)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers)
            self._kept.append(parameter)
            told = Parameter(
                f"weight {len(self._numbers)}", tuple(parameter.shape), bool(parameter.requires_grad)
            )
            self.recorder.parameters[self._numbers[key]] = told
        return self._numbers[key]

    def _name_of(self, parameter: Any) -> str:
        if self.root is not None:
            for place, module in self.root.named_modules():
                for name, found in module.named_parameters(recurse=False):
                    if found is parameter:
                        return f"{getattr(module, 'probe_label', place) or type(module).__name__} {name}"
        for module in self.applied.values():
            for name, found in module.named_parameters(recurse=False):
                if found is parameter:
                    return f"{type(module).__name__} {name}"
        return ""

    # the backward pass

    def _backward(self, original: Any) -> Any:
        def backward(tensor: Any, *args: Any, **kwargs: Any) -> Any:
            start = time.perf_counter()
            if self._dirty:
                self.recorder.after_a_step += 1
                if any(p.grad is not None and bool(p.grad.detach().ne(0).any()) for p in self._kept):
                    self.recorder.stale += 1
                self._dirty = False
            loss = tensor.detach().double()
            number = float(loss.mean()) if loss.numel() else float("nan")
            self.recorder.overhead += time.perf_counter() - start
            self.recorder.went_backward(number)
            return original(tensor, *args, **kwargs)

        return backward

    # losses

    def _loss(self, name: str) -> Callable[[Any], Any]:
        def made(original: Any) -> Any:
            def loss(*args: Any, **kwargs: Any) -> Any:
                prediction = args[0] if args else kwargs.get("input")
                target = args[1] if len(args) > 1 else kwargs.get("target")
                if isinstance(prediction, torch.Tensor) and prediction.requires_grad and not self._quiet:
                    start = time.perf_counter()
                    if len(self.recorder.loss_calls) < 20 or self.recorder.looks:
                        goal = target.detach() if isinstance(target, torch.Tensor) else None
                        told = loss_inputs.facts(torch, name, prediction.detach().float(), goal)
                        self.recorder.loss_calls.append(told)
                    self.recorder.overhead += time.perf_counter() - start
                self._quiet += 1  # one loss may call another
                try:
                    return original(*args, **kwargs)
                finally:
                    self._quiet -= 1

            return loss

        return made

    # activations

    def _before_forward(self, module: Any, inputs: Any) -> None:
        self._depth += 1
        if self._depth == 1 and torch.is_grad_enabled():
            if self.root is None and any(True for _ in module.parameters()):
                self.root = module
            if module is self.root:
                self.batch = inputs

    def _after_forward(self, module: Any, inputs: Any, output: Any) -> None:
        self._depth = max(self._depth - 1, 0)
        if self._quiet:
            return
        name = type(module).__name__
        if isinstance(module, _MODE_DEPENDENT):
            self._mode(module)
        if not torch.is_grad_enabled():
            return
        if module._parameters and id(module) not in self.applied:
            self.applied[id(module)] = module
        if name in KINDS and isinstance(output, torch.Tensor):
            self._activation(KINDS[name], self._module_name(module), output)

    def _mode(self, module: Any) -> None:
        learns = torch.is_grad_enabled()
        statistic = "trained_in_evaluation" if learns else "evaluated_in_training"
        passes = self.recorder.modes.setdefault(statistic, [0, 0])
        passes[0] += 1
        passes[1] += bool(module.training) is not learns

    def _module_name(self, module: Any) -> str:
        if id(module) not in self.names:
            label = getattr(module, "probe_label", None)
            if label is None and self.root is not None:
                label = next((name for name, found in self.root.named_modules() if found is module), None)
            self.names[id(module)] = f"{type(module).__name__} {label or len(self.names)}"
        return self.names[id(module)]

    def _function(self, kind: str) -> Callable[[Any], Any]:
        def made(original: Any) -> Any:
            def function(*args: Any, **kwargs: Any) -> Any:
                output = original(*args, **kwargs)
                caller = sys._getframe(1).f_code
                # Modules are seen when they are applied, and functional relu calls torch.relu.
                if "/torch/nn/" not in caller.co_filename.replace("\\", "/") and not self._quiet:
                    line = sys._getframe(1).f_lineno
                    self._activation(kind, f"{kind} line {line}", output)
                return output

            return function

        return made

    def _activation(self, kind: str, name: str, output: Any) -> None:
        recorder = self.recorder
        if not torch.is_grad_enabled() or not isinstance(output, torch.Tensor) or output.numel() > LARGEST:
            return
        dies = kind == "relu" and recorder.settled
        if not (dies or recorder.looks) or output.dim() < 2 or not output.numel():
            return
        start = time.perf_counter()
        seen = recorder.activations.setdefault(name, Activation(kind))
        values = output.detach()
        if dies:
            axis = getattr(self.root, "channel_axis", 1) % values.dim()
            others = [other for other in range(values.dim()) if other != axis]
            fired = (values.amax(others) > 0).tolist()
            fresh = seen.fired is None or len(seen.fired) != len(fired)
            seen.fired = fired if fresh else [a or b for a, b in zip(seen.fired, fired)]
            seen.samples = values.shape[0] + (0 if fresh else seen.samples)
        if recorder.looks:
            flat = values.reshape(values.shape[0], -1).float()
            seen.means.append(float(flat.mean()))
            seen.spreads.append(float(flat.std(0).mean()) if flat.shape[0] > 1 else 0.0)
            if seen.first_spread is None:
                seen.first_spread = float(flat.std())
        recorder.overhead += time.perf_counter() - start


_MODE_DEPENDENT = (nn.modules.dropout._DropoutNd, nn.modules.batchnorm._BatchNorm)


def identical_units(weights: Any) -> float:
    """The share of units whose incoming weights equal those of the first unit; 1.0: all units are the same."""
    matrix = weights.detach()
    near = (matrix - matrix[:1]).abs().amax(1) < 1e-7 + 1e-4 * matrix.abs().max()
    return float(near.float().mean())
