"""Functions of torch that multiply and take apart matrices."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from trainlint.frameworks.arithmetic import binary, broadcast, einsum_shape, matmul_shape
from trainlint.frameworks.call import Call, Handler, as_tensor
from trainlint.frameworks.signatures import Signature
from trainlint.frameworks.torch.meaning import Meaning, function_of
from trainlint.frameworks.torch.shapes import ShapeRule, same
from trainlint.frameworks.torch.sizes import Bound, axis_of, dimensions
from trainlint.values.tensor import Dimension, Shape, Tensor
from trainlint.values.value import Items, Value, constant


def matmul(call: Call) -> Value:
    left, right = call.argument(0, "input"), call.argument(1, "other", "mat2", "tensor", "vec")
    if as_tensor(left) is None or as_tensor(right) is None or left is None or right is None:
        return call.unknown()
    return binary("@", left, right, call)


def _added_product(call: Call) -> Value:
    """torch.addmm, torch.baddbmm."""
    values = [call.argument(position) for position in range(3)]
    tensors = [tensor for value in values if (tensor := as_tensor(value)) is not None]
    if len(tensors) < 3:
        return call.unknown()
    shape = matmul_shape(tensors[1].shape, tensors[2].shape)
    return call.tensor("matmul", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


def _einsum(call: Call) -> Value:
    text = constant(call.argument(0, "equation"))
    operands = list(call.arguments.positional[1:])
    if len(operands) == 1 and isinstance(operands[0], Items):
        operands = list(operands[0].items)
    tensors = [tensor for value in operands if (tensor := as_tensor(value)) is not None]
    if not tensors:
        return call.unknown()
    shape = einsum_shape(text, [tensor.shape for tensor in tensors]) if isinstance(text, str) else None
    return call.tensor("einsum", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


def _sparse_product(call: Call) -> Value:
    """torch.sparse.mm, torch.spmm: as for full matrices."""
    left, right = call.argument(0, "input", "sparse", "mat1"), call.argument(1, "mat2", "dense", "other")
    if as_tensor(left) is None or as_tensor(right) is None or left is None or right is None:
        return call.unknown()
    return binary("@", left, right, call)


def _outer(call: Call) -> Value:
    """Vectors of N and M give (N, M)."""
    return _made_of_two(call, lambda one, other: (*one[:1], *other[:1]), "input", "vec2")


def _kronecker(call: Call) -> Value:
    return _made_of_two(call, lambda one, other: None, "input", "other")


def _cross(call: Call) -> Value:
    return _made_of_two(call, broadcast, "input", "other")


def _tensordot(call: Call) -> Value:
    arguments = call.bind(Signature("a, b, dims=2"))
    axes = constant(arguments["dims"])

    def shape(one: Shape, other: Shape) -> Shape | None:
        given = arguments["dims"]
        if isinstance(axes, int) and not isinstance(axes, bool):
            return (*one[: len(one) - axes], *other[axes:])
        pair = given.items if isinstance(given, Items) and given.is_certain else ()
        lists = [dimensions(item) for item in pair]
        if len(lists) != 2 or lists[0] is None or lists[1] is None:
            return None
        gone = (
            {axis_of(len(one), axis) for axis in lists[0]},
            {axis_of(len(other), axis) for axis in lists[1]},
        )
        return (
            *(size for axis, size in enumerate(one) if axis not in gone[0]),
            *(size for axis, size in enumerate(other) if axis not in gone[1]),
        )

    return _made_of_two(call, shape, "a", "b")


def _made_of_two(call: Call, rule: Callable[[Shape, Shape], Shape | None], first: str, second: str) -> Value:
    one, other = as_tensor(call.argument(0, first)), as_tensor(call.argument(1, second))
    if one is None or other is None:
        return call.unknown()
    known = one.shape is not None and other.shape is not None
    shape = (
        rule(one.shape, other.shape) if known and one.shape is not None and other.shape is not None else None
    )
    return call.tensor("matmul", (one, other), shape, dtype=one.dtype, library="torch", data=None)


def _added_outer(call: Call) -> Value:
    """torch.addmv, torch.addr, torch.addbmm: the shape is that of what is added to."""
    tensors = [tensor for position in range(3) if (tensor := as_tensor(call.argument(position))) is not None]
    if len(tensors) < 3:
        return call.unknown()
    return call.tensor(
        "matmul", tensors, tensors[0].shape, dtype=tensors[0].dtype, library="torch", data=None
    )


# -- what a matrix is taken apart into --------------------------------------------------------------------


def _matrix(rule: ShapeRule = same, kind: str = "linear_algebra", text: str = "A") -> Handler:
    return function_of(Meaning(Signature(text), kind, rule, carries_data=False))


def _without_matrix(arguments: Bound, shape: Shape | None) -> Shape | None:
    """A number for each matrix: a determinant."""
    return None if shape is None or len(shape) < 2 else shape[:-2]


def _diagonal(arguments: Bound, shape: Shape | None) -> Shape | None:
    """A vector for each matrix: eigenvalues, singular values."""
    return None if shape is None or len(shape) < 2 else (*shape[:-2], _smaller(shape[-2], shape[-1]))


def _smaller(rows: Dimension, columns: Dimension) -> Dimension:
    if rows == columns:
        return rows
    return min(rows, columns) if isinstance(rows, int) and isinstance(columns, int) else None


def _turned(arguments: Bound, shape: Shape | None) -> Shape | None:
    return None if shape is None or len(shape) < 2 else (*shape[:-2], shape[-1], shape[-2])


def _parts(*fields: str) -> Handler:
    """A decomposition: so many tensors, whose shapes are not followed."""

    def handler(call: Call) -> Value:
        tensor = as_tensor(call.argument(0, "A", "input"))
        if tensor is None:
            return call.unknown()
        parts: list[Value] = [
            call.tensor("linear_algebra", (tensor,), None, dtype=tensor.dtype, library="torch", data=None)
            for _ in fields
        ]
        made = Items(parts, "tuple", origin=call.origin)
        made.fields = fields
        return made

    return handler


def _solved(call: Call) -> Value:
    """torch.linalg.solve(A, B): the shape of B."""
    return _made_of_two(call, lambda one, other: other, "A", "B")


def _chained(call: Call) -> Value:
    """torch.linalg.multi_dot and torch.chain_matmul."""
    given = call.argument(0, "tensors", "matrices")
    matrices = given.items if isinstance(given, Items) else call.arguments.positional
    tensors: Sequence[Tensor] = [tensor for value in matrices if (tensor := as_tensor(value)) is not None]
    if not tensors:
        return call.unknown()
    shape: Shape | None = tensors[0].shape
    for tensor in tensors[1:]:
        shape = matmul_shape(shape, tensor.shape)
    return call.tensor("matmul", tensors, shape, dtype=tensors[0].dtype, library="torch", data=None)


def _power(call: Call) -> Value:
    tensor = as_tensor(call.argument(0, "input", "A"))
    if tensor is None:
        return call.unknown()
    return call.tensor("matmul", (tensor,), tensor.shape, dtype=tensor.dtype, library="torch", data=None)


def _covariance(call: Call) -> Value:
    tensor = as_tensor(call.argument(0, "input"))
    if tensor is None:
        return call.unknown()
    rows = tensor.shape[:1] if tensor.shape is not None and len(tensor.shape) == 2 else None
    shape = None if rows is None else (*rows, *rows)
    return call.tensor("covariance", (tensor,), shape, dtype=tensor.dtype, library="torch", data=None)


PRODUCTS: dict[str, Handler] = {
    **dict.fromkeys(("matmul", "mm", "bmm", "mv", "dot", "inner", "vdot"), matmul),
    "addmm": _added_product,
    "baddbmm": _added_product,
    **dict.fromkeys(("addmv", "addr", "addbmm"), _added_outer),
    **dict.fromkeys(("outer", "ger"), _outer),
    "kron": _kronecker,
    "cross": _cross,
    "tensordot": _tensordot,
    "matrix_power": _power,
    "matrix_exp": _power,
    "cov": _covariance,
    "corrcoef": _covariance,
    **dict.fromkeys(("spmm", "smm"), _sparse_product),
    **dict.fromkeys(("inverse", "pinverse"), _matrix(_turned, text="input")),
    **dict.fromkeys(("det", "logdet"), _matrix(_without_matrix, text="input")),
    "slogdet": _parts("sign", "logabsdet"),
    "cholesky": _matrix(text="input, upper=False"),
    "svd": _parts("U", "S", "V"),
    "qr": _parts("Q", "R"),
}
"""By name in torch; each is a method, too."""

LISTS: dict[str, Handler] = {"einsum": _einsum, "chain_matmul": _chained, "block_diag": _kronecker}
"""By name in torch; what they multiply is no first argument, so they are no methods."""

LINALG: dict[str, Handler] = {
    "matmul": matmul,
    "multi_dot": _chained,
    "matrix_power": _power,
    "matrix_exp": _power,
    "cross": _cross,
    "vecdot": matmul,
    **dict.fromkeys(("inv", "pinv"), _matrix(_turned)),
    **dict.fromkeys(("det", "logdet", "matrix_rank", "cond"), _matrix(_without_matrix)),
    "cholesky": _matrix(text="A, upper=False"),
    **dict.fromkeys(("svdvals", "eigvals", "eigvalsh"), _matrix(_diagonal)),
    "slogdet": _parts("sign", "logabsdet"),
    "svd": _parts("U", "S", "Vh"),
    "qr": _parts("Q", "R"),
    **dict.fromkeys(("eig", "eigh"), _parts("eigenvalues", "eigenvectors")),
    "lstsq": _parts("solution", "residuals", "rank", "singular_values"),
    **dict.fromkeys(("solve", "solve_triangular"), _solved),
}
"""By name in torch.linalg."""
