"""Several inputs, several outputs, parts that are used twice, preparation within the network."""

import keras
from keras import layers, ops


def towers():
    """One network for both inputs."""
    tower = keras.Sequential([keras.Input((12,)), layers.Dense(8, activation="relu"), layers.Dense(4)])
    left, right = keras.Input((12,)), keras.Input((12,))
    distance = layers.Subtract()([tower(left), tower(right)])
    return keras.Model([left, right], layers.Dense(1, activation="sigmoid")(distance))


def tickets(words=60, tags=5):
    title = keras.Input((8,), name="title")
    tag = keras.Input((tags,), name="tags")
    x = layers.Embedding(words, 12)(title)
    x = layers.LSTM(10)(x)
    x = layers.concatenate([x, tag])
    priority = layers.Dense(1, name="priority")(x)
    department = layers.Dense(4, name="department", activation="softmax")(x)
    return keras.Model(inputs=[title, tag], outputs=[priority, department])


def recommender(users=30, items=20, dim=6):
    user, item = keras.Input((1,)), keras.Input((1,))
    a = layers.Flatten()(layers.Embedding(users, dim)(user))
    b = layers.Flatten()(layers.Embedding(items, dim)(item))
    score = layers.Dot(axes=1)([a, b])
    return keras.Model([user, item], score)


def prepared():
    model = keras.Sequential(
        [
            keras.Input((40, 40, 3)),
            layers.Resizing(32, 32),
            layers.Rescaling(1 / 127.5, offset=-1),
            layers.RandomFlip("horizontal"),
            layers.RandomRotation(0.1),
            layers.CenterCrop(28, 28),
            layers.Conv2D(8, 3, strides=2, activation="relu"),
            layers.Cropping2D(1),
            layers.Permute((3, 1, 2)),
            layers.Flatten(),
            layers.Dense(6),
        ]
    )
    return model  # noqa: RET504


class PatchEncoder(layers.Layer):
    def __init__(self, patches, dim):
        super().__init__()
        self.patches = patches
        self.projection = layers.Dense(dim)
        self.positions = layers.Embedding(input_dim=patches, output_dim=dim)

    def call(self, patch):
        positions = ops.expand_dims(ops.arange(start=0, stop=self.patches, step=1), axis=0)
        return self.projection(patch) + self.positions(positions)


def vision_transformer(image=32, patch=8, dim=16):
    inputs = keras.Input((image, image, 3))
    x = layers.Conv2D(dim, patch, strides=patch)(inputs)
    x = layers.Reshape((-1, dim))(x)
    x = PatchEncoder((image // patch) ** 2, dim)(x)
    for _ in range(2):
        y = layers.LayerNormalization()(x)
        y = layers.MultiHeadAttention(num_heads=2, key_dim=dim, dropout=0.1)(y, y)
        x = layers.Add()([x, y])
        y = layers.Dense(2 * dim, activation=keras.activations.gelu)(layers.LayerNormalization()(x))
        x = x + layers.Dense(dim)(y)
    x = layers.Flatten()(layers.LayerNormalization()(x))
    return keras.Model(inputs, layers.Dense(5)(x))


class ConvBlock(layers.Layer):
    def __init__(self, filters, kernel_size=3, **kwargs):
        super().__init__(**kwargs)
        self.conv = layers.Conv2D(filters, kernel_size, padding="same")
        self.norm = layers.BatchNormalization()

    def call(self, x, training=False):
        return ops.relu(self.norm(self.conv(x), training=training))


class ResidualConvBlock(ConvBlock):
    def __init__(self, filters, **kwargs):
        super().__init__(filters, **kwargs)
        self.match = layers.Conv2D(filters, 1)

    def call(self, x, training=False):
        return super().call(x, training=training) + self.match(x)


class Inheriting(keras.Model):
    def __init__(self, widths, classes):
        super().__init__()
        self.blocks = [ResidualConvBlock(width) for width in widths]
        self.pool = layers.GlobalAveragePooling2D()
        self.head = layers.Dense(classes)

    def call(self, x):
        for block in self.blocks:
            x = block(x)
        return self.head(self.pool(x))


class TwoHeads(keras.Model):
    def __init__(self, actions):
        super().__init__()
        self.body = layers.Dense(16, activation="tanh")
        self.actor = layers.Dense(actions)
        self.critic = layers.Dense(1)

    def call(self, state):
        x = self.body(state)
        return self.actor(x), self.critic(x)


class TiedAutoEncoder(keras.Model):
    """The second matrix is the first one, transposed."""

    def __init__(self, code):
        super().__init__()
        self.code = code

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(input_shape[-1], self.code), name="kernel")
        self.back = self.add_weight(shape=(input_shape[-1],), initializer="zeros", name="back")
        self.built = True

    def call(self, x):
        code = ops.tanh(ops.matmul(x, self.kernel))
        return ops.matmul(code, ops.transpose(self.kernel)) + self.back


def frozen_backbone():
    backbone = keras.Sequential([keras.Input((16, 16, 3)), layers.Conv2D(4, 3), layers.BatchNormalization()])
    backbone.trainable = False
    return keras.Sequential([backbone, layers.Flatten(), layers.Dense(2)])


def mixer(patches=16, dim=12):
    inputs = keras.Input((patches, dim))
    x = inputs
    for _ in range(2):
        y = layers.Permute((2, 1))(layers.LayerNormalization()(x))
        y = layers.Dense(patches)(layers.Dense(20, activation="gelu")(y))
        x = layers.Add()([x, layers.Permute((2, 1))(y)])
        y = layers.LayerNormalization()(x)
        x = layers.Add()([x, layers.Dense(dim)(layers.Dense(24, activation="gelu")(y))])
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling1D()(x)))
