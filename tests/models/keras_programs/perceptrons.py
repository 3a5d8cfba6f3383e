"""The same perceptron written in the ways that people write it."""

import keras
from keras import layers
from keras.layers import Dense, Dropout, Flatten
from keras.models import Model, Sequential


def in_one_list():
    return Sequential(
        [
            Flatten(input_shape=(28, 28)),
            Dense(64, activation="relu"),
            Dropout(0.2),
            Dense(10, activation="softmax"),
        ]
    )


def added_in_a_loop(units=(32, 16, 8), inputs=20):
    model = keras.Sequential(name="stack")
    model.add(keras.Input(shape=(inputs,)))
    for size in units:
        model.add(layers.Dense(size, kernel_initializer="he_normal", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.Activation("relu"))
    model.add(layers.Dense(1, activation="sigmoid"))
    return model


def functional(shape, classes):
    inputs = keras.Input(shape=shape)
    x = layers.Flatten()(inputs)
    x = layers.Dense(30)(x)
    x = layers.LeakyReLU()(x)
    x = layers.GaussianNoise(0.1)(x)
    outputs = layers.Dense(classes)(x)
    return Model(inputs=inputs, outputs=outputs, name="functional")


class Subclassed(Model):
    def __init__(self, units, classes):
        super().__init__()
        self.flatten = Flatten()
        self.hidden = [Dense(size, activation="gelu") for size in units]
        self.dropout = Dropout(0.5)
        self.classifier = Dense(classes)

    def call(self, inputs, training=False):
        x = self.flatten(inputs)
        for layer in self.hidden:
            x = layer(x)
        if training:
            x = self.dropout(x, training=training)
        return self.classifier(x)


class Highway(layers.Layer):
    """Its weights are made when it meets its input."""

    def __init__(self, activation="relu", **kwargs):
        super().__init__(**kwargs)
        self.activation = keras.activations.get(activation)

    def build(self, input_shape):
        size = input_shape[-1]
        self.kernel = self.add_weight(shape=(size, size), initializer="glorot_uniform", name="kernel")
        self.gate = self.add_weight(name="gate", shape=(size, size), initializer="zeros", trainable=True)
        self.bias = self.add_weight(shape=(size,), initializer="zeros", name="bias")

    def call(self, x):
        gate = keras.ops.sigmoid(keras.ops.matmul(x, self.gate))
        new = self.activation(keras.ops.matmul(x, self.kernel) + self.bias)
        return gate * new + (1 - gate) * x


def of_own_layers(width=12):
    return Sequential([layers.Input((width,)), Highway(), Highway("tanh"), Dense(3)])


def nested():
    encoder = Sequential([keras.Input((16,)), Dense(8, "relu"), Dense(4, "relu")], name="encoder")
    decoder = Sequential([keras.Input((4,)), Dense(8, "relu"), Dense(16)], name="decoder")
    return Sequential([encoder, decoder])


SETTINGS = {"inputs": 9, "layers": [(24, "relu"), (12, "tanh")], "dropout": 0.25, "outputs": 2}


def from_settings(settings):
    inputs = keras.Input((settings["inputs"],))
    x = inputs
    for units, activation in settings["layers"]:
        x = layers.Dense(units, activation=activation)(x)
        if settings.get("dropout"):
            x = layers.Dropout(settings["dropout"])(x)
    return keras.Model(inputs, layers.Dense(settings["outputs"])(x))
