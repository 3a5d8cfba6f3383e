"""Hooks into Keras 3, whatever backend it stands on: the optimizer's steps, the loss, the last batch."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras.src.optimizers.base_optimizer import BaseOptimizer
from keras.src.trainers.trainer import Trainer

from trainlint.probe.worker import loss_inputs
from trainlint.probe.worker.recorder import Parameter, Recorder, Row

_NAMES = {
    # A loss of Keras by its name, as loss_inputs knows it.
    "sparse_categorical_crossentropy": "sparse_categorical",
    "categorical_crossentropy": "categorical",
    "binary_crossentropy": "binary_cross_entropy",
    "mean_squared_error": "mse", "mse": "mse", "mean_absolute_error": "mae", "mae": "mae", "huber": "huber",
}  # fmt: skip


def quiet(seed: int, suppressed: set[str]) -> None:
    """Nothing is saved; random numbers begin at the seed."""
    keras.utils.set_random_seed(seed)

    def nothing_saved(self: Any, *args: Any, **kwargs: Any) -> None:
        suppressed.add("Model.save")

    keras.Model.save = nothing_saved
    keras.Model.save_weights = nothing_saved


class KerasHooks:
    """Tells a recorder what Keras does. `model` and `batch` are those of the last training step, `applied` the model
    that was applied last, by whomever, and to what."""

    def __init__(self, recorder: Recorder) -> None:
        self.recorder = recorder
        self.model: Any = None
        self.batch: Any = None
        self.applied: tuple[Any, Any] | None = None
        self._told = False  # whether the loss of this step is known
        self._depth = 0
        self._numbers: dict[int, int] = {}
        self._kept: list[Any] = []
        self._inside = False

    def install(self) -> str:
        """Hooks in; the version of Keras."""
        self._wrap(Trainer, "compile", self._compile)
        self._wrap(BaseOptimizer, "apply", self._apply)
        self._wrap(Trainer, "_compute_loss", self._compute_loss)
        self._wrap(keras.Model, "__call__", self._call)
        for owner in keras.Model.__mro__:
            if "fit" in vars(owner):
                self._wrap(owner, "fit", self._fit)
                break
        return f"{keras.__version__} on {keras.backend.backend()}"

    def measured(self) -> dict[str, float]:
        """What the trained model does with the last batch."""
        for variable in self._kept:
            shape = tuple(variable.shape)
            if len(shape) == 2 and min(shape) > 1:
                weights = _array(variable.value).T  # Keras has the units on the last axis
                near = np.abs(weights - weights[:1]).max(1) < 1e-7 + 1e-4 * np.abs(weights).max()
                self.recorder.parameters[self._numbers[id(variable)]].identical = float(near.mean())
        found: dict[str, float] = {}
        if self.model is not None:
            # What training may change, whether `trainable` lets it or not: averages and seeds are none of it.
            owned = [(layer, v) for layer in self.model._flatten_layers() for v in layer._trainable_variables]
            found["weights_applied"] = len(owned)
            found["weights_frozen"] = sum(1 for layer, _ in owned if not layer.trainable)
        if self.model is None or self.batch is None or isinstance(self.batch, (list, tuple, dict)):
            return found
        inputs = _array(self.batch)
        if len(inputs) < 2:
            return found
        found |= {"input_largest": float(np.abs(inputs).max()), "input_spread": float(inputs.std())}
        first, second = self._predict(inputs), self._predict(inputs)
        found["output_spread"] = float(first.std(0).mean())
        found["evaluation_difference"] = _difference(first, second)
        if np.issubdtype(inputs.dtype, np.floating):
            changed = inputs.copy()
            changed[:-1] = inputs[:-1][::-1] * -0.5
            found["sample_dependence"] = _difference(first[-1:], self._predict(changed)[-1:])
            far = [self._predict(inputs * times) for times in (100.0, -100.0)] + [first]
            found["reach_low"] = min(float(output.min()) for output in far)
            found["reach_high"] = max(float(output.max()) for output in far)
        return found

    def _predict(self, inputs: Any) -> Any:
        return _array(self.model(inputs, training=False)).astype("float64")

    @staticmethod
    def _wrap(owner: Any, name: str, made: Callable[[Any], Any]) -> None:
        setattr(owner, name, made(getattr(owner, name)))

    def _compile(self, original: Any) -> Any:
        def compile(model: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: A001 - the name in Keras
            kwargs["run_eagerly"] = True
            kwargs.pop("jit_compile", None)
            return original(model, *args, **kwargs)

        return compile

    def _fit(self, original: Any) -> Any:
        def fit(model: Any, *args: Any, **kwargs: Any) -> Any:
            kwargs["verbose"] = 0
            return original(model, *args, **kwargs)

        return fit

    def _compute_loss(self, original: Any) -> Any:
        def compute_loss(
            model: Any, x: Any = None, y: Any = None, y_pred: Any = None, *args: Any, **kwargs: Any
        ) -> Any:
            loss = original(model, x, y, y_pred, *args, **kwargs)
            if kwargs.get("training", True):
                start = time.perf_counter()
                self.model, self.batch = model, x
                self._look_at_loss(model, y_pred, y)
                self.recorder.overhead += time.perf_counter() - start
                self.recorder.went_backward(float(_array(loss)))
                self._told = True
            return loss

        return compute_loss

    def went_backward(self, loss: Any) -> None:
        """Gradients of a loss are computed, by `fit` or by a loop of the program's own."""
        if not self._told:
            self.model, self.batch = self.applied or (self.model, self.batch)
            self.recorder.went_backward(float(_array(loss).mean()))
        self._told = False

    def _call(self, original: Any) -> Any:
        def call(model: Any, *args: Any, **kwargs: Any) -> Any:
            self._depth += 1
            if self._depth == 1 and args:
                self.applied = model, args[0]
            try:
                return original(model, *args, **kwargs)
            finally:
                self._depth -= 1

        return call

    def _look_at_loss(self, model: Any, prediction: Any, target: Any) -> None:
        recorder = self.recorder
        if len(recorder.loss_calls) >= 20 and not recorder.looks:
            return
        loss = model.loss
        name = loss if isinstance(loss, str) else getattr(loss, "name", getattr(loss, "__name__", ""))
        kind = _NAMES.get(str(name))
        if kind is None or isinstance(prediction, (list, tuple, dict)):
            return
        given, wanted = _array(prediction).astype("float64"), _array(target)
        if wanted.ndim == given.ndim - 1 and given.shape[-1] == 1:
            wanted = wanted[..., None]
        logits = bool(getattr(loss, "_fn_kwargs", {}).get("from_logits", getattr(loss, "from_logits", False)))
        recorder.loss_calls.append(
            loss_inputs.facts(np, kind, given, wanted, logits if "cross" in str(name) else None)
        )

    def _apply(self, original: Any) -> Any:
        def apply(optimizer: Any, grads: Any, trainable_variables: Any = None) -> Any:
            if self._inside:
                return original(optimizer, grads, trainable_variables)
            variables = (
                trainable_variables if trainable_variables is not None else optimizer._trainable_variables
            )
            start = time.perf_counter()
            grads = list(grads)
            before = {self._number(variable): _array(variable.value).copy() for variable in variables}
            steps = int(optimizer.iterations)
            self.recorder.overhead += time.perf_counter() - start
            self._inside = True
            try:
                done = original(optimizer, grads, trainable_variables)
            finally:
                self._inside = False
            if int(optimizer.iterations) == steps:
                return done  # gradients of several batches are added up before a step
            start = time.perf_counter()
            row = {}
            for gradient, variable in zip(grads, variables):
                number = self._number(variable)
                size = float(np.linalg.norm(before[number]))
                update = float(np.linalg.norm(_array(variable.value) - before[number]))
                if gradient is None:
                    row[number] = Row(None, size, update, 1.0)
                else:
                    found = _array(gradient)
                    row[number] = Row(float(np.linalg.norm(found)), size, update, float((found == 0).mean()))
            rate = float(_array(optimizer.learning_rate))
            self.recorder.overhead += time.perf_counter() - start
            self.recorder.stepped([rate] if math.isfinite(rate) else [], row)
            return done

        return apply

    def _number(self, variable: Any) -> int:
        key = id(variable)
        if key not in self._numbers:
            self._numbers[key] = len(self._numbers)
            self._kept.append(variable)
            name = getattr(variable, "path", "") or variable.name
            self.recorder.parameters[self._numbers[key]] = Parameter(
                name, tuple(variable.shape), bool(variable.trainable)
            )
        return self._numbers[key]


def _array(value: Any) -> Any:
    return np.asarray(keras.ops.convert_to_numpy(value))


def _difference(one: Any, other: Any) -> float:
    return float(np.linalg.norm(one - other) / max(float(np.linalg.norm(one)), 1e-12))
