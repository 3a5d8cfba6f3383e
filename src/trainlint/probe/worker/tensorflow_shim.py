"""A package `tensorflow` that stands on Keras 3, so that programs of tf.keras can be probed without TensorFlow.

It has `tf.keras` and the few names that training programs use beside it; any other says that TensorFlow is needed.
Keras 3 is not equal to tf.keras 2 to the bit.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import sys
import types
from typing import Any


class ShimMissing(AttributeError):
    """A name of TensorFlow that this package does not have."""


def install() -> None:
    """Puts it where `import tensorflow` finds it."""
    import keras

    tensorflow = types.ModuleType("tensorflow")
    tensorflow.__path__ = []
    for name, value in {**_types(), **_functions(keras), **_modules(keras)}.items():
        setattr(tensorflow, name, value)

    def missing(name: str) -> Any:
        raise ShimMissing(f"tf.{name}")

    tensorflow.__getattr__ = missing  # type: ignore[method-assign]
    sys.modules["tensorflow"] = tensorflow
    sys.meta_path.insert(0, _Finder(keras))


def _types() -> dict[str, Any]:
    plain = ("float16", "float32", "float64", "int32", "int64", "uint8", "bool")
    return {"__version__": "2.16.0", "string": "str", **{name: name for name in plain}}


def _functions(keras: Any) -> dict[str, Any]:
    ops = keras.ops

    def converted(value: Any, dtype: Any = None, **more: Any) -> Any:
        return ops.convert_to_tensor(value, dtype=dtype)

    def reduced(name: str) -> Any:
        return lambda tensor, axis=None, keepdims=False: getattr(ops, name)(tensor, axis, keepdims)

    same = (
        "reshape", "expand_dims", "squeeze", "square", "sqrt", "abs", "exp", "matmul", "stack", "equal", "maximum",
        "minimum", "zeros", "ones", "shape",
    )  # fmt: skip
    return {
        **{name: getattr(ops, name) for name in same},
        "constant": converted,
        "convert_to_tensor": converted,
        "cast": lambda tensor, dtype: ops.cast(tensor, dtype),
        "one_hot": lambda indices, depth, **more: ops.one_hot(indices, depth),
        "transpose": lambda tensor, perm=None: ops.transpose(tensor, perm),
        "concat": lambda tensors, axis: ops.concatenate(tensors, axis),
        "argmax": lambda tensor, axis=None, **more: ops.argmax(tensor, axis),
        **{f"reduce_{name}": reduced(name) for name in ("mean", "sum", "max", "min")},
        "function": lambda function=None, **more: function if function else (lambda inner: inner),
        "set_random_seed": keras.utils.set_random_seed,
        "get_logger": lambda: __import__("logging").getLogger("tensorflow"),
    }


def _modules(keras: Any) -> dict[str, Any]:
    ops, space = keras.ops, types.SimpleNamespace
    devices: dict[str, Any] = {"list_physical_devices": lambda *kind: []}
    activations = ("relu", "softmax", "sigmoid", "tanh", "leaky_relu")
    return {
        "keras": keras,
        "random": space(
            set_seed=keras.utils.set_random_seed, normal=keras.random.normal, uniform=keras.random.uniform
        ),
        "config": space(**devices, experimental=space(**devices, set_memory_growth=lambda *device: None)),
        "nn": space(**{name: getattr(ops, name) for name in activations}),
        "test": space(is_gpu_available=lambda: False),
        "compat": space(
            v1=space(
                set_random_seed=keras.utils.set_random_seed,
                logging=space(set_verbosity=lambda level: None, ERROR=40),
            )
        ),
    }


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """`tensorflow.keras.layers` and `tensorflow.python.keras.layers` are `keras.layers`."""

    def __init__(self, keras: Any) -> None:
        self.keras = keras

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name.startswith(("tensorflow.keras", "tensorflow.python")):
            return importlib.machinery.ModuleSpec(name, self, is_package=True)
        return None

    def create_module(self, spec: Any) -> Any:
        module = types.ModuleType(spec.name)
        module.__path__ = []
        if spec.name == "tensorflow.python":
            module.keras = self.keras  # type: ignore[attr-defined]
            return module
        meant = spec.name.replace("tensorflow.python.keras", "keras").replace("tensorflow.keras", "keras")
        try:
            real = importlib.import_module(meant)
        except ImportError:
            raise ShimMissing(spec.name) from None
        hidden = ("__spec__", "__loader__", "__name__", "__path__")
        module.__dict__.update({name: value for name, value in vars(real).items() if name not in hidden})
        module.__getattr__ = lambda name: getattr(real, name)  # type: ignore[method-assign]
        return module

    def exec_module(self, module: Any) -> None:
        return None
