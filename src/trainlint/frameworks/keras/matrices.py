"""Products of matrices in TensorFlow and Keras, and what a matrix is taken apart into."""

from __future__ import annotations

from collections.abc import Callable

from trainlint.frameworks.arithmetic import broadcast, einsum_shape, matmul_shape
from trainlint.frameworks.arrays.subject import Operation, Subject, as_function, dimensions_in, tensor_of
from trainlint.frameworks.call import Call, Handler
from trainlint.values.tensor import Shape
from trainlint.values.value import Items, Value, constant


def einsum(call: Call) -> Value:
    """`tf.einsum("bij,bjk->bik", a, b)`."""
    text = constant(call.argument(0, "equation", "subscripts"))
    tensors = [found for value in call.arguments.positional[1:] if (found := tensor_of(value, "keras", call))]
    if not tensors or len(tensors) < len(call.arguments.positional) - 1:
        return call.unknown()
    shape = einsum_shape(text, [tensor.shape for tensor in tensors]) if isinstance(text, str) else None
    return call.tensor(
        "einsum", tensors, shape, dtype=tensors[0].dtype, library=tensors[0].library, data=None
    )


def _of_two(rule: Callable[[Shape, Shape], Shape | None]) -> Handler:
    def handler(call: Call) -> Value:
        one = tensor_of(call.argument(0, "a", "x1", "matrix", "x"), "keras", call)
        other = tensor_of(call.argument(1, "b", "x2", "vec", "y", "rhs"), "keras", call)
        if one is None or other is None:
            return call.unknown()
        shape = rule(one.shape, other.shape) if one.shape is not None and other.shape is not None else None
        return call.tensor("matmul", (one, other), shape, dtype=one.dtype, library=one.library, data=None)

    return handler


def tensordot(call: Call) -> Value:
    """`tf.tensordot(a, b, axes)`: an axis count, or the axes of each."""
    axes = call.argument(2, "axes")

    def shape(one: Shape, other: Shape) -> Shape | None:
        count = constant(axes)
        if isinstance(count, int):
            return (*one[: len(one) - count], *other[count:])
        pair = axes.items if isinstance(axes, Items) and axes.is_certain else ()
        sides = [dimensions_in(side) for side in pair]
        if len(sides) != 2 or sides[0] is None or sides[1] is None:
            return None
        return (*_without(one, sides[0]), *_without(other, sides[1]))

    return _of_two(shape)(call)


def _without(shape: Shape, axes: Shape) -> Shape:
    gone = {axis % len(shape) for axis in axes if isinstance(axis, int) and shape}
    return tuple(size for axis, size in enumerate(shape) if axis not in gone)


def _vector(one: Shape, other: Shape) -> Shape | None:
    """`tf.linalg.matvec`."""
    return one[:-1] if len(one) >= 2 else None


def _band(subject: Subject) -> Value:
    """`tf.linalg.band_part`, `keras.ops.tril`: a triangle of the matrix, zeros beside it."""
    return subject.made("mask", subject.shape)


def _diagonal(subject: Subject) -> Value:
    """`tf.linalg.diag_part`: the last two axes become one."""
    shape = None
    if subject.shape is not None and len(subject.shape) >= 2:
        rows, columns = subject.shape[-2:]
        least = min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else None
        shape = (*subject.shape[:-2], rows if rows == columns else least)
    return subject.made("select", shape, data=None)


def _square_of(subject: Subject) -> Value:
    """`tf.linalg.diag`: the last axis becomes a square."""
    shape = (*subject.shape, subject.shape[-1]) if subject.shape else None
    return subject.made("reshape", shape, data=None)


def _matrix(subject: Subject) -> Value:
    return subject.made("linear_algebra", subject.shape, low=None, high=None, scale=None, data=None)


def _number(subject: Subject) -> Value:
    shape = subject.shape[:-2] if subject.shape is not None and len(subject.shape) >= 2 else None
    return subject.made("linear_algebra", shape, low=None, high=None, scale=None, data=None)


def _parts(count: int) -> Operation:
    def operation(subject: Subject) -> Value:
        return Items(
            [subject.made("linear_algebra", None, low=None, high=None, data=None) for _ in range(count)],
            "tuple",
        )

    return operation


def _largest_norm(call: Call) -> Value:
    """`tf.linalg.global_norm(gradients)`: one number."""
    return call.tensor("norm", (), (), low=0.0, dtype="float32", library="keras", data=None)


def _sparse_product(call: Call) -> Value:
    """`tf.sparse.sparse_dense_matmul(a, b)`."""
    one = tensor_of(call.argument(0, "sp_a", "a"), "keras", call)
    other = tensor_of(call.argument(1, "b"), "keras", call)
    if one is None or other is None:
        return call.unknown()
    shape = matmul_shape(one.shape, other.shape)
    return call.tensor("matmul", (one, other), shape, dtype=other.dtype, library="keras", data=None)


def _sparse(call: Call) -> Value:
    """`tf.sparse.SparseTensor(indices, values, dense_shape)`: as a full one."""
    values = tensor_of(call.argument(1, "values"), "keras", call)
    shape = dimensions_in(call.argument(2, "dense_shape", "shape"))
    return call.tensor("constant", () if values is None else (values,), shape, library="keras", data=None)


def _dense(subject: Subject) -> Value:
    return subject.made("identity", subject.shape)


_LINALG: dict[str, Handler] = {
    "einsum": einsum,
    "tensordot": tensordot,
    "matvec": _of_two(_vector),
    "cross": _of_two(broadcast),
    "solve": _of_two(lambda one, other: other),
    "global_norm": _largest_norm,
    **{
        name: as_function(operation, "keras")
        for name, operation in (
            ("band_part", _band), ("diag_part", _diagonal), ("diag", _square_of), ("set_diag", _band),
            ("inv", _matrix), ("pinv", _matrix), ("cholesky", _matrix), ("expm", _matrix),
            ("det", _number), ("logdet", _number), ("trace", _number), ("slogdet", _parts(2)),
            ("svd", _parts(3)), ("qr", _parts(2)), ("eigh", _parts(2)), ("eig", _parts(2)),
        )
    },
}  # fmt: skip


def _outer(one: Shape, other: Shape) -> Shape | None:
    return (*one[:1], *other[:1]) if len(one) <= 1 and len(other) <= 1 else None


FUNCTIONS: dict[str, Handler] = {
    **{f"tensorflow.linalg.{name}": handler for name, handler in _LINALG.items()},
    **{
        f"keras.ops.{name}": handler
        for name, handler in _LINALG.items()
        if name not in ("matvec", "global_norm")
    },
    **{f"tensorflow.{name}": _LINALG[name] for name in ("einsum", "tensordot")},
    "tensorflow.matrix_band_part": _LINALG["band_part"],
    **dict.fromkeys(("keras.ops.tril", "keras.ops.triu"), _LINALG["band_part"]),
    "keras.ops.diagonal": _LINALG["diag_part"],
    "keras.ops.outer": _of_two(_outer),
    "tensorflow.global_norm": _largest_norm,
    **dict.fromkeys(
        ("tensorflow.sparse.sparse_dense_matmul", "tensorflow.sparse_tensor_dense_matmul"), _sparse_product
    ),
    **dict.fromkeys(("tensorflow.sparse.SparseTensor", "tensorflow.SparseTensor"), _sparse),
    **{
        f"tensorflow.sparse.{name}": as_function(_dense, "keras")
        for name in ("reorder", "to_dense", "from_dense")
    },
}
"""By canonical name."""
