"""Convolutional networks."""

import keras
from keras import layers, regularizers


def small_convnet(shape=(28, 28, 1), classes=10):
    return keras.Sequential(
        [
            keras.Input(shape=shape),
            layers.Conv2D(16, kernel_size=(3, 3), activation="relu"),
            layers.MaxPooling2D(pool_size=(2, 2)),
            layers.Conv2D(32, 3, strides=2, padding="same"),
            layers.ReLU(),
            layers.SpatialDropout2D(0.1),
            layers.Flatten(),
            layers.Dense(classes, activation="softmax", kernel_regularizer=regularizers.l2(1e-4)),
        ]
    )


def blocks_of_convolutions(plan=((1, 8), (2, 16)), classes=5):
    model = keras.Sequential()
    model.add(layers.Rescaling(1.0 / 255, input_shape=(32, 32, 3)))
    for repeats, filters in plan:
        for _ in range(repeats):
            model.add(layers.Conv2D(filters, 3, padding="same", activation="relu"))
        model.add(layers.MaxPool2D())
    model.add(layers.GlobalMaxPooling2D())
    model.add(layers.Dense(classes))
    return model


def residual_block(x, filters, stride=1):
    shortcut = x
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    x = layers.Activation("relu")(x)
    x = layers.Conv2D(filters, 3, padding="same", use_bias=False)(x)
    x = layers.BatchNormalization()(x)
    if stride != 1 or shortcut.shape[-1] != filters:
        shortcut = layers.Conv2D(filters, 1, strides=stride, use_bias=False)(shortcut)
        shortcut = layers.BatchNormalization()(shortcut)
    return layers.ReLU()(layers.add([x, shortcut]))


def residual_network(widths=(8, 16), blocks=2, classes=10):
    inputs = keras.Input((32, 32, 3))
    x = layers.Conv2D(widths[0], 3, padding="same")(inputs)
    for stage, width in enumerate(widths):
        for block in range(blocks):
            x = residual_block(x, width, stride=2 if stage and not block else 1)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(inputs, layers.Dense(classes, activation="softmax")(x))


def inception_block(x, one, three, five, pool):
    a = layers.Conv2D(one, 1, padding="same", activation="relu")(x)
    b = layers.Conv2D(three, 3, padding="same", activation="relu")(x)
    c = layers.Conv2D(five, 5, padding="same", activation="relu")(x)
    d = layers.MaxPooling2D(3, strides=1, padding="same")(x)
    d = layers.Conv2D(pool, 1, activation="relu")(d)
    return layers.concatenate([a, b, c, d], axis=-1)


def inception_network():
    inputs = layers.Input(shape=(24, 24, 3))
    x = inception_block(inputs, 4, 6, 2, 2)
    x = layers.AveragePooling2D(2)(x)
    x = inception_block(x, 8, 8, 4, 4)
    x = layers.Flatten()(x)
    return keras.Model(inputs=[inputs], outputs=layers.Dense(7)(x))


def dense_network(growth=4, repeats=(2, 2)):
    inputs = keras.Input((16, 16, 3))
    x = layers.Conv2D(2 * growth, 3, padding="same")(inputs)
    for stage, repeat in enumerate(repeats):
        for _ in range(repeat):
            new = layers.Conv2D(growth, 3, padding="same", activation="swish")(layers.BatchNormalization()(x))
            x = layers.Concatenate()([x, new])
        if stage < len(repeats) - 1:
            x = layers.Conv2D(x.shape[-1] // 2, 1)(x)
            x = layers.AvgPool2D(2)(x)
    return keras.Model(inputs, layers.Dense(4)(layers.GlobalAvgPool2D()(x)))


def separable_network(alpha=0.5):
    inputs = keras.Input((32, 32, 3))
    x = layers.ZeroPadding2D(1)(inputs)
    x = layers.Conv2D(int(32 * alpha), 3, strides=2, padding="valid", use_bias=False)(x)
    for filters, stride in [(64, 1), (128, 2)]:
        x = layers.DepthwiseConv2D(3, strides=stride, padding="same", use_bias=False)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU(6.0)(x)
        x = layers.Conv2D(int(filters * alpha), 1, use_bias=False)(x)
    x = layers.SeparableConv2D(24, 3, padding="same")(x)
    return keras.Model(inputs, layers.Dense(3)(layers.GlobalAveragePooling2D()(x)))


def squeezed(x, ratio=4):
    channels = x.shape[-1]
    gate = layers.GlobalAveragePooling2D(keepdims=True)(x)
    gate = layers.Dense(channels // ratio, activation="relu")(gate)
    gate = layers.Dense(channels, activation="sigmoid")(gate)
    return layers.Multiply()([x, gate])


def squeeze_network():
    inputs = keras.Input((20, 20, 3))
    x = inputs
    for filters in (8, 16):
        x = squeezed(layers.Conv2D(filters, 3, activation="relu")(x))
    return keras.Model(inputs, layers.Dense(2)(layers.Flatten()(x)))


def u_net(shape=(32, 32, 1), widths=(4, 8, 16)):
    inputs = keras.Input(shape)
    skips, x = [], inputs
    for width in widths[:-1]:
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        skips.append(x)
        x = layers.MaxPooling2D()(x)
    x = layers.Conv2D(widths[-1], 3, padding="same", activation="relu")(x)
    for width, skip in zip(reversed(widths[:-1]), reversed(skips)):  # noqa: B905
        x = layers.Conv2DTranspose(width, 2, strides=2)(x)
        x = layers.Concatenate(axis=3)([x, skip])
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
    return keras.Model(inputs, layers.Conv2D(1, 1, activation="sigmoid")(x))


def volumes():
    return keras.Sequential(
        [
            layers.Input((12, 16, 16, 1)),
            layers.Conv3D(4, 3, activation="elu"),
            layers.MaxPooling3D(2),
            layers.Conv3DTranspose(2, 2, strides=2),
            layers.GlobalAveragePooling3D(),
            layers.Dense(2),
        ]
    )
