"""tf.data and stored data sets: the batch size of what is fitted, and what an element is."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import plan

MODEL = """
import tensorflow as tf
from tensorflow import keras
model = keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(10)])
model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
"""

DATA = [
    (
        ("import tensorflow_datasets as tfds\n"
        "data = tfds.load('mnist', split='train', as_supervised=True).shuffle(1000).batch(64).prefetch(2)"),
        64,
    ),
    ("import tensorflow_datasets as tfds\ndata = tfds.load('some/data', split='train').batch(16)", 16),
    ("import tensorflow_datasets as tfds\ndata = tfds.load('mnist', batch_size=32)['train']", 32),
    (("import tensorflow_datasets as tfds\nsets, info = tfds.load('cifar10', with_info=True)\n"
     "data = sets['train'].batch(8)"), 8),
    (("import tensorflow_datasets as tfds\nbuilder = tfds.builder('mnist')\nbuilder.download_and_prepare()\n"
     "data = builder.as_dataset(split='train', as_supervised=True).batch(12)"), 12),
    ("import numpy as np\ndata = keras.utils.timeseries_dataset_from_array(np.zeros((100, 4)), np.zeros(100), 10)", 128),
    ("data = tf.data.experimental.make_csv_dataset('a.csv', batch_size=20, label_name='y')", 20),
    ("data = tf.data.Dataset.from_generator(iter, tf.float32).apply(lambda ds: ds.batch(6))", 6),
    (("files = tf.data.Dataset.list_files('*.tfrecord')\n"
     "data = files.interleave(tf.data.TFRecordDataset, cycle_length=4).shuffle(100).batch(48)"), 48),
]  # fmt: skip


@pytest.mark.parametrize(("code", "size"), DATA)
def test_the_batch_size_of_a_data_set(code: str, size: int) -> None:
    made = plan(MODEL, f"{code}\nmodel.fit(data, epochs=2)")
    assert made.runs[0].batch_size.values == (size,)


def test_a_stored_data_set_is_known() -> None:
    code = """
    import tensorflow_datasets as tfds
    data, info = tfds.load("mnist", split="train", as_supervised=True, with_info=True)
    count = info.splits["train"].num_examples
    data = data.map(lambda image, label: (tf.cast(image, tf.float32) / 255.0, label))
    model.fit(data.shuffle(count).batch(64))
    """
    run = plan(MODEL, code).runs[0]
    assert run.data.samples.values == (60_000,)
    assert (run.data.low, run.data.high) == (0.0, 1.0)
    assert run.data.shape == ("batch", 28, 28, 1)


def test_a_model_that_is_fitted_is_one_network() -> None:
    code = """
    import numpy as np
    class Net(keras.Model):
        def __init__(self):
            super().__init__()
            self.head = keras.layers.Dense(3)
        def call(self, x):
            return self.head(x)
    net = Net()
    net.compile("adam", "mse")
    net.fit(np.zeros((8, 4)), np.zeros((8, 3)))
    """
    made = plan("import tensorflow as tf\nfrom tensorflow import keras", code)
    assert [network.parameters for network in made.networks] == [15]


def test_a_network_from_a_store_is_one_layer() -> None:
    code = """
    import tensorflow_hub as hub
    layer = hub.KerasLayer("https://tfhub.dev/x/1", output_shape=[20], input_shape=[], dtype=tf.string)
    net = keras.Sequential([layer, keras.layers.Dense(1)])
    net.compile("adam", "mse")
    """
    made = plan("import tensorflow as tf\nfrom tensorflow import keras", code)
    assert [layer.kind for layer in made.networks[0].layers] == ["input", "backbone", "linear"]
    assert made.networks[0].layers[-1].parameters == 21


def test_a_generator_of_the_program_says_how_large_its_batches_are() -> None:
    code = """
    import numpy as np
    def batches(x, y, batch_size=20):
        while True:
            yield x[:batch_size], y[:batch_size]
    def endless():
        while True:
            yield np.zeros((7, 4)), np.zeros(7)
    x, y = np.zeros((100, 4)), np.zeros(100)
    model.fit_generator(batches(x, y, batch_size=50), steps_per_epoch=2)
    model.fit(batches(x, y), steps_per_epoch=5)
    model.fit_generator(endless(), steps_per_epoch=5)
    """
    sizes = [run.batch_size.values for run in plan(MODEL, code).runs]
    assert sizes == [(50,), (20,), ()]


def test_a_model_is_trained_as_it_was_compiled_before() -> None:
    code = """
    import numpy as np
    x, y = np.zeros((100, 4)), np.zeros(100)
    model.compile(keras.optimizers.SGD(0.1), "mse")
    model.fit(x, y)
    model.compile(keras.optimizers.SGD(0.01), "mse")
    model.fit(x, y)
    """
    made = plan(MODEL, code)
    rates = [
        made.optimizers[run.optimizer].learning_rate.values for run in made.runs if run.optimizer is not None
    ]
    assert rates == [(0.1,), (0.01,)]


def test_a_step_of_ones_own_is_one_run() -> None:
    code = """
    import numpy as np
    data = tf.data.Dataset.from_tensor_slices((np.zeros((90, 4)), np.zeros(90))).batch(30)
    optimizer = keras.optimizers.Adam(1e-4)
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    @tf.function
    def step(x, y):
        with tf.GradientTape() as tape:
            value = loss(y, model(x))
        optimizer.apply_gradients(zip(tape.gradient(value, model.trainable_variables), model.trainable_variables))
    def train(data, epochs):
        for epoch in range(epochs):
            for x, y in data:
                step(x, y)
    train(data, 50)
    """
    made = plan(MODEL, code)
    assert [(run.batch_size.values, run.epochs.values) for run in made.runs] == [((30,), (50,))]


def test_a_model_that_trains_others_is_no_network() -> None:
    code = """
    import numpy as np
    class Trainer(keras.Model):
        def __init__(self, net):
            super().__init__()
            self.net = net
        def train_step(self, data):
            x, y = data
            with tf.GradientTape() as tape:
                loss = tf.reduce_mean(tf.square(self.net(x) - y))
            self.optimizer.apply_gradients(zip(tape.gradient(loss, self.net.weights), self.net.weights))
            return {"loss": loss}
    trainer = Trainer(keras.Sequential([keras.layers.Dense(3)]))
    trainer.compile(keras.optimizers.Adam(1e-4))
    trainer.fit(np.zeros((8, 4)), np.zeros((8, 3)), epochs=2)
    """
    made = plan("import tensorflow as tf\nfrom tensorflow import keras", code)
    assert [network.name for network in made.networks] == ["Sequential"]
    assert made.runs[0].network is None
