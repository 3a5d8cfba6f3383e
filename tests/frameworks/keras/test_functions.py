"""Functions of keras.ops give the shapes that Keras gives; those of TensorFlow the shapes of its documentation."""

from __future__ import annotations

from typing import Any

import keras
import numpy
import pytest

from tests.evaluate.running import values
from tests.frameworks.torch.comparison import agrees, operations
from trainlint.values.tensor import Tensor
from trainlint.values.value import Items, Known, Value

SIZES: dict[str, tuple[int, ...]] = {
    "vector": (5,),
    "matrix": (3, 4),
    "square": (4, 4),
    "batch": (2, 3, 4),
    "images": (2, 8, 8, 4),
    "kernel": (3, 3, 4, 6),
}

OPS = [
    "ops.take(matrix, [0, 2, 1], axis=1)", "ops.take_along_axis(matrix, [[0], [1], [2]], axis=1)",
    "ops.einsum('bij,jk->bik', batch, square)", "ops.einsum('...ij->...ji', batch)",
    "ops.tensordot(batch, square, axes=1)", "ops.outer(vector, vector)", "ops.slice(matrix, (0, 1), (2, 2))",
    "ops.conv(images, kernel)", "ops.conv(images, kernel, strides=2, padding='same')",
    "ops.max_pool(images, 2)", "ops.average_pool(images, (2, 4), strides=2, padding='same')",
    "ops.moments(images, [1, 2])", "ops.moments(matrix, [0], keepdims=True)", "ops.normalize(matrix)",
    "ops.top_k(matrix, 2)", "ops.segment_sum(matrix, ops.array([0, 1, 1]), 2)", "ops.logsumexp(matrix, axis=1)",
    "ops.scatter([[0], [2]], [1.0, 2.0], (5,))", "ops.slice_update(matrix, (0, 0), square[:2, :2])",
    "ops.meshgrid(vector, [1.0, 2.0, 3.0])", "ops.meshgrid(vector, [1.0, 2.0], indexing='ij')",
    "ops.broadcast_to(vector, (3, 5))", "ops.argsort(matrix)", "ops.tril(square)", "ops.diagonal(square)",
    "ops.floor_divide(matrix, 2)", "ops.logical_and(matrix > 0, matrix < 1)", "ops.arctan(matrix)",
    "ops.vectorized_map(lambda row: row * 2, matrix)", "ops.map(lambda row: ops.sum(row), matrix)",
    "ops.cond(True, lambda: matrix, lambda: square)", "ops.full_like(matrix, 2.0)", "ops.erf(matrix)",

]  # fmt: skip

PROGRAM = "\n".join(
    [
        "import keras",
        "from keras import ops",
        *(f"{name} = keras.random.uniform({size})" for name, size in SIZES.items()),
    ]
)


def shapes(found: Any) -> Any:
    if isinstance(found, Tensor):
        return found.shape
    if isinstance(found, Items):
        return tuple(shapes(item) for item in found.items)
    if isinstance(found, Known):
        return numpy.shape(found.value)
    return None


def real_shapes(found: Any) -> Any:
    if isinstance(found, list | tuple):
        return tuple(real_shapes(item) for item in found)
    return tuple(found.shape)


def followed(found: Value) -> bool:
    return "unknown" not in [operation.kind for operation in operations(found)]


@pytest.mark.parametrize("text", OPS)
def test_functions_of_keras(text: str) -> None:
    real = {name: keras.random.uniform(size) for name, size in SIZES.items()}
    wanted = real_shapes(eval(text, {"ops": keras.ops, **real}))
    found = values(f"{PROGRAM}\nresult = {text}")["result"]
    assert shapes(found) == wanted
    assert followed(found)


TENSORFLOW = [
    ("tf.gather(matrix, [0, 2], axis=1)", (3, 2)),
    ("tf.gather_nd(batch, [[0, 1], [1, 2]])", (2, 4)),
    ("tf.nn.conv2d(images, kernel, strides=1, padding='SAME')", (2, 8, 8, 6)),
    ("tf.nn.conv2d(images, kernel, strides=[1, 2, 2, 1], padding='VALID')", (2, 3, 3, 6)),
    ("tf.nn.depthwise_conv2d(images, tf.zeros([3, 3, 4, 2]), [1, 1, 1, 1], 'SAME')", (2, 8, 8, 8)),
    ("tf.nn.max_pool2d(images, ksize=2, strides=2, padding='VALID')", (2, 4, 4, 4)),
    ("tf.nn.max_pool(images, ksize=[1, 2, 2, 1], strides=[1, 2, 2, 1], padding='SAME')", (2, 4, 4, 4)),
    ("tf.nn.bias_add(matrix, tf.zeros([4]))", (3, 4)),
    ("tf.nn.embedding_lookup(matrix, [[0, 1], [2, 0]])", (2, 2, 4)),
    ("tf.nn.l2_loss(matrix)", ()),
    ("tf.nn.depth_to_space(images, 2)", (2, 16, 16, 1)),
    ("tf.nn.space_to_depth(images, 2)", (2, 4, 4, 16)),
    ("tf.nn.moments(images, axes=[0, 1, 2])", ((4,), (4,))),
    ("tf.math.squared_difference(matrix, 1.0)", (3, 4)),
    ("tf.add_n([matrix, matrix])", (3, 4)),
    ("tf.linalg.band_part(square, -1, 0)", (4, 4)),
    ("tf.linalg.diag_part(square)", (4,)),
    ("tf.linalg.matvec(square, tf.zeros([4]))", (4,)),
    ("tf.map_fn(lambda row: tf.reduce_sum(row), matrix)", (3,)),
    ("tf.scan(lambda total, row: total + row, matrix)", (3, 4)),
    ("tf.sequence_mask([1, 2, 3], 4)", (3, 4)),
    ("tf.boolean_mask(batch, batch[:, :, 0] > 0)", (None, 4)),
    ("tf.image.resize(images, [4, 4])", (2, 4, 4, 4)),
    ("tf.image.resize_with_crop_or_pad(images, 12, 12)", (2, 12, 12, 4)),
    ("tf.image.random_crop(images, [2, 5, 5, 4])", (2, 5, 5, 4)),
    ("tf.image.rgb_to_grayscale(tf.zeros([8, 8, 3]))", (8, 8, 1)),
    ("tf.image.ssim(images, images, 1.0)", (2,)),
    ("tf.image.crop_and_resize(images, tf.zeros([7, 4]), tf.zeros([7]), [3, 3])", (7, 3, 3, 4)),
    ("tf.random.categorical(matrix, 5)", (3, 5)),
    ("tf.tensor_scatter_nd_update(matrix, [[0]], tf.zeros([1, 4]))", (3, 4)),
    ("tf.slice(matrix, [1, 0], [-1, 2])", (2, 2)),
    ("tf.einsum('bij,jk->bik', batch, square)", (2, 3, 4)),
    ("tf.sparse.sparse_dense_matmul(tf.sparse.SparseTensor([[0, 0]], [1.0], [4, 4]), square)", (4, 4)),
    ("tf.nn.compute_average_loss(vector, global_batch_size=5)", ()),
]


@pytest.mark.parametrize(("text", "wanted"), TENSORFLOW)
def test_functions_of_tensorflow(text: str, wanted: Any) -> None:
    found = values(f"import tensorflow as tf\n{PROGRAM}\nresult = {text}")["result"]
    assert agrees(shapes(found), wanted, batch=1)
    assert shapes(found) is not None
    assert followed(found)


def test_tensors_that_are_put_together_in_a_loop() -> None:
    code = """
    import tensorflow as tf
    array = tf.TensorArray(tf.float32, size=7)
    for step in tf.range(7):
        array = array.write(step, tf.zeros([2, 3]))
    result = array.stack()
    """
    assert shapes(values(code)["result"]) == (7, 2, 3)


def test_one_replica_is_a_default_of_the_machine() -> None:
    code = """
    import tensorflow as tf
    size = 64 * tf.distribute.MirroredStrategy().num_replicas_in_sync
    """
    found = values(code)["size"]
    assert isinstance(found, Known)
    assert found.value == 64
    assert found.origin is not None
    assert found.origin.certainty.value == "default"
