"""Autoencoders, generators and discriminators."""

import keras
from keras import layers, ops


def autoencoder(code=8):
    inputs = keras.Input(shape=(28, 28, 1))
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(inputs)
    x = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2D(code, 3, activation="relu", padding="same")(x)
    encoded = layers.MaxPooling2D(2, padding="same")(x)
    x = layers.Conv2D(code, 3, activation="relu", padding="same")(encoded)
    x = layers.UpSampling2D(2)(x)
    x = layers.Conv2D(8, 3, activation="relu", padding="same")(x)
    x = layers.UpSampling2D((2, 2))(x)
    return keras.Model(inputs, layers.Conv2D(1, 3, activation="sigmoid", padding="same")(x))


class Sampling(layers.Layer):
    def call(self, inputs):
        mean, log_variance = inputs
        noise = keras.random.normal(shape=ops.shape(mean))
        return mean + ops.exp(0.5 * log_variance) * noise


class VAE(keras.Model):
    def __init__(self, latent=4, **kwargs):
        super().__init__(**kwargs)
        self.encoder = keras.Sequential([layers.Flatten(), layers.Dense(32, activation="relu")])
        self.mean = layers.Dense(latent, name="mean")
        self.log_variance = layers.Dense(latent, name="log_variance")
        self.sampling = Sampling()
        self.decoder = keras.Sequential(
            [
                layers.Dense(7 * 7 * 4, activation="relu"),
                layers.Reshape((7, 7, 4)),
                layers.Conv2DTranspose(4, 3, activation="relu", strides=2, padding="same"),
                layers.Conv2DTranspose(1, 3, activation="sigmoid", strides=2, padding="same"),
            ]
        )

    def call(self, inputs):
        x = self.encoder(inputs)
        z = self.sampling([self.mean(x), self.log_variance(x)])
        return self.decoder(z)


def generator(latent=16):
    model = keras.Sequential(name="generator")
    model.add(layers.Dense(4 * 4 * 16, use_bias=False, input_shape=(latent,)))
    model.add(layers.BatchNormalization())
    model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Reshape((4, 4, 16)))
    for filters in (8, 4):
        model.add(layers.Conv2DTranspose(filters, 4, strides=2, padding="same", use_bias=False))
        model.add(layers.BatchNormalization())
        model.add(layers.LeakyReLU())
    model.add(layers.Conv2DTranspose(3, (5, 5), padding="same", activation="tanh"))
    return model


def discriminator():
    image = keras.Input((16, 16, 3))
    label = keras.Input((1,), dtype="int32")
    plane = layers.Embedding(20, 6)(label)
    plane = layers.Dense(16 * 16)(plane)
    plane = layers.Reshape((16, 16, 1))(plane)
    x = layers.Concatenate()([image, plane])
    x = layers.Conv2D(8, 4, strides=2, padding="same")(x)
    x = layers.PReLU(shared_axes=[1, 2])(x)
    x = layers.Flatten()(x)
    return keras.Model([image, label], layers.Dense(1)(x))
