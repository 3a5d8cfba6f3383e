"""Functions of torch beyond those of layers: each gives the shapes that torch gives."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluate.running import values
from tests.frameworks.torch.comparison import agrees, operations, shapes
from trainlint.values.value import Value

SIZES = {
    "vector": (5,),
    "other": (5,),
    "matrix": (3, 4),
    "same": (3, 4),
    "square": (4, 4),
    "batch": (2, 3, 4),
    "squares": (2, 4, 4),
    "signal": (2, 64),
    "images": (2, 4, 6, 6),
}

EXACT = [
    "torch.hstack([vector, other])", "torch.hstack([matrix, same])", "torch.vstack([vector, other])",
    "torch.vstack([matrix, same])", "torch.dstack([matrix, same])", "torch.dstack([vector, other])",
    "torch.column_stack([vector, other])", "torch.column_stack([matrix, same])",
    "torch.tensor_split(signal, 3, dim=1)", "torch.tensor_split(vector, 3)",
    "torch.std_mean(matrix, dim=1)", "torch.var_mean(matrix)", "torch.aminmax(matrix, dim=0)",
    "torch.kthvalue(matrix, 2)", "torch.mode(matrix)", "torch.cummax(matrix, 1)",
    "torch.outer(vector, other)", "torch.tensordot(batch, square, dims=1)",
    "torch.tensordot(matrix, same, dims=([0, 1], [0, 1]))", "torch.addcmul(matrix, same, same)",
    "torch.addmv(torch.zeros(3), matrix, torch.zeros(4))", "torch.matrix_power(square, 3)",
    "torch.inverse(squares)", "torch.det(squares)", "torch.logdet(square)", "torch.cov(matrix)",
    "torch.linalg.inv(square)", "torch.linalg.pinv(batch)", "torch.linalg.svdvals(batch)",
    "torch.linalg.multi_dot([matrix, square])", "torch.linalg.solve(square, torch.zeros(4, 2))",
    "torch.linalg.cholesky(torch.eye(4))", "torch.linalg.matrix_rank(squares)",
    "torch.gather(matrix, 1, torch.zeros((3, 2), dtype=torch.int64))",
    "torch.take_along_dim(matrix, torch.zeros((3, 1), dtype=torch.int64), 1)",
    "torch.scatter(matrix, 1, torch.zeros((3, 1), dtype=torch.int64), torch.ones(3, 1))",
    "torch.index_add(matrix, 0, torch.zeros(2, dtype=torch.int64), torch.ones(2, 4))",
    "torch.atan2(matrix, same)", "torch.isclose(matrix, same)", "torch.logaddexp(matrix, same)",
    "torch.greater_equal(matrix, 1)", "torch.logical_xor(matrix, same)", "torch.fmod(matrix, 2)",
    "torch.cdist(matrix, same)", "torch.dist(matrix, same)", "torch.cosine_similarity(matrix, same)",
    "torch.cosine_similarity(matrix, same, dim=0)", "torch.pairwise_distance(matrix, same)",
    "torch.broadcast_tensors(torch.zeros(3, 1), torch.zeros(1, 4))",
    "torch.quantile(matrix, 0.5, dim=1)", "torch.diff(matrix)", "torch.diff(matrix, dim=0)",
    "torch.diagonal(squares, dim1=1, dim2=2)", "torch.diag_embed(matrix)", "torch.rot90(matrix)",
    "torch.rot90(images, 2, (2, 3))", "torch.fliplr(matrix)", "torch.argsort(matrix)",
    "torch.view_as_real(torch.view_as_complex(torch.zeros(3, 4, 2)))", "torch.adjoint(batch)",
    "torch.histc(vector, bins=7)", "torch.bucketize(matrix, vector)", "torch.searchsorted(vector, matrix)",
    "torch.multinomial(torch.ones(3, 4), 2)", "torch.triu_indices(4, 5, 1)", "torch.tril_indices(5, 3, -1)",
    "torch.meshgrid(vector, torch.zeros(3), indexing='ij')",
    "torch.meshgrid(vector, torch.zeros(3), indexing='xy')",
    "torch.fft.fft(signal)", "torch.fft.fft(signal, 32)", "torch.fft.rfft(signal)", "torch.fft.rfft2(images)",
    "torch.fft.fft2(images)", "torch.fft.irfft(torch.fft.rfft(signal))", "torch.fft.irfft2(images, s=(6, 6))",
    "torch.fft.rfftfreq(9)", "torch.fft.fftshift(images)", "torch.hann_window(16)",
    "torch.stft(signal, 16, window=torch.hann_window(16), return_complex=True)",
    "torch.stft(signal, 16, 8, center=False, window=torch.hann_window(16), return_complex=True)",
    "torch.full_like(matrix, 2.0)", "torch.masked_fill(matrix, same > 0, 1.0)", "torch.absolute(matrix)",
    "torch.erfc(matrix)", "torch.arctan(matrix)", "torch.clamp_min(matrix, 0.5)",
    "torch.conv2d(images, torch.zeros(5, 4, 3, 3))", "torch.max_pool2d(images, 2)",
    "torch.dropout(matrix, 0.5, True)", "torch.layer_norm(matrix, (4,))", "torch.pixel_shuffle(images, 2)",
    "torch.bilinear(matrix, same, torch.zeros(7, 4, 4))",
    "torch.nn.functional.affine_grid(torch.zeros(2, 2, 3), (2, 3, 8, 9), align_corners=False)",
    "vector.outer(other)", "matrix.t().matmul(matrix)", "images.masked_fill(images > 0, 0).argsort(dim=1)",
    "matrix.lerp(same, 0.5)", "matrix.is_floating_point()", "matrix.dist(same)",
    "matrix.scatter_add(1, torch.zeros((3, 1), dtype=torch.int64), torch.ones(3, 1))",
]  # fmt: skip
"""The shape is known in full."""

FOLLOWED = [
    "torch.nonzero(matrix)", "torch.where(matrix > 0)", "torch.unique(vector)", "torch.masked_select(matrix, same > 0)",
    "torch.unique(vector, return_inverse=True, return_counts=True)", "torch.bincount(torch.ones(5).long())",
    "torch.svd(matrix)", "torch.linalg.svd(matrix)", "torch.linalg.qr(matrix)", "torch.linalg.eigh(square)",
    "torch.linalg.slogdet(square)", "torch.kron(matrix, square)", "torch.block_diag(matrix, square)",
    "torch.cartesian_prod(vector, other)", "torch.combinations(vector)",
    "torch.istft(torch.stft(signal, 16, window=torch.hann_window(16), return_complex=True), 16, window=torch.hann_window(16))",
]  # fmt: skip
"""The shape depends on the values, or is not worked out; the operation is known nevertheless."""


PROGRAM = "\n".join(
    [
        "import torch",
        "torch.manual_seed(0)",
        *(f"{name} = torch.rand({size})" for name, size in SIZES.items()),
    ]
)


def found_and_wanted(text: str) -> tuple[Value, Any]:
    names: dict[str, Any] = {}
    exec(f"{PROGRAM}\nresult = {text}", names)
    return values(f"{PROGRAM}\nresult = {text}\n")["result"], names["result"]


@pytest.mark.parametrize("text", EXACT)
def test_shapes_that_are_known(text: str) -> None:
    found, wanted = found_and_wanted(text)
    assert shapes(found) == shapes(wanted)
    assert "unknown" not in [operation.kind for operation in operations(found)]


@pytest.mark.parametrize("text", FOLLOWED)
def test_shapes_that_depend_on_values(text: str) -> None:
    found, wanted = found_and_wanted(text)
    assert "unknown" not in [operation.kind for operation in operations(found)]
    assert agrees(shapes(found), shapes(wanted), batch=1)
