"""Which Keras a program is written for, as far as it or its project says so (see plan/context.py)."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping

from trainlint.evaluate.program import Program
from trainlint.evaluate.versions import NEWEST
from trainlint.plan import context
from trainlint.syntax.chunks import Chunk
from trainlint.syntax.nodes import walk

_NEW = frozenset({"ops", "KerasTensor", "StatelessScope"})
"""Names of the module `keras` that Keras 3 brought (keras.io/keras_3)."""

_BACKEND = "KERAS_BACKEND"  # the environment variable that chooses the backend of Keras 3


def keras_of(program: Program, versions: Mapping[str, str]) -> frozenset[str]:
    """`versions` are those that the project states: at least these, and for some the newest it allows."""
    found: set[str] = set()
    keras, tensorflow = _version(versions.get("keras")), _version(versions.get("tensorflow"))
    if keras >= (3,) or tensorflow >= (2, 16):  # TensorFlow 2.16 brought Keras 3 as tf.keras
        found.add(context.KERAS_3)
    elif max(keras, tensorflow) >= (2, 11):  # new classes of optimizers, in both packages
        found.add(context.KERAS_2_11)
    elif _is_old(versions):
        found.add(context.BEFORE_KERAS_2_11)
    for chunk in program.chunks:
        if _BACKEND in chunk.text:
            found.add(context.KERAS_3)
            if any(backend in ("jax", "torch", "numpy", "openvino") for backend in _strings(chunk)):
                found.add(context.OTHER_BACKEND)
        elif context.KERAS_3 not in found and _asks_for_what_is_new(chunk):
            found.add(context.KERAS_3)
    return frozenset(found)


def _is_old(versions: Mapping[str, str]) -> bool:
    """Whether a project allows no release of Keras that has the new classes of optimizers."""
    return any(_version(versions.get(name)) <= (2, 11) for name in NEWEST.values() if name in versions)


def _version(text: str | None) -> tuple[int, ...]:
    return tuple(int(number) for number in re.findall(r"\d+", text or "")[:2])


def _strings(chunk: Chunk) -> Iterator[str]:
    constants = (node for node in walk(chunk.statements) if isinstance(node, ast.Constant))
    return (node.value for node in constants if isinstance(node.value, str))


def _asks_for_what_is_new(chunk: Chunk) -> bool:
    """Whether a chunk has something that Keras 3 brought from the package `keras`."""
    if _NEW.isdisjoint(chunk.words) and _NEW.isdisjoint(chunk.binds):
        return False
    names_keras = "keras" in chunk.names or _FROM_KERAS.search(chunk.text) is not None
    return names_keras and any(map(_is_new, walk(chunk.statements)))


_FROM_KERAS = re.compile(r"\bfrom\s+keras\s+import\b")


def _is_new(node: ast.AST) -> bool:
    """`keras.ops`, `from keras import ops`: the standalone package, not the one within TensorFlow."""
    if isinstance(node, ast.Attribute):
        return isinstance(node.value, ast.Name) and node.value.id == "keras" and node.attr in _NEW
    if isinstance(node, ast.ImportFrom):
        return node.module == "keras" and any(name.name in _NEW for name in node.names)
    return False
