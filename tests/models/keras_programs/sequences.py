"""Text, signals and time series."""

import keras
from keras import layers
from keras.layers import GRU, LSTM, Bidirectional, Dense, Embedding, Input, TimeDistributed


def sentiment(vocabulary=200, length=24):
    return keras.Sequential(
        [
            Input((length,)),
            Embedding(vocabulary, 16, mask_zero=True),
            Bidirectional(LSTM(12, return_sequences=True)),
            Bidirectional(LSTM(8)),
            Dense(1, activation="sigmoid"),
        ]
    )


def forecast(window=30, features=3, horizon=5):
    model = keras.Sequential()
    model.add(GRU(16, return_sequences=True, input_shape=(window, features)))
    model.add(GRU(16, dropout=0.1, reset_after=False))
    model.add(layers.RepeatVector(horizon))
    model.add(LSTM(10, return_sequences=True))
    model.add(TimeDistributed(Dense(features)))
    return model


def signal():
    inputs = Input((100, 2))
    x = layers.Conv1D(8, 5, activation="relu", padding="causal", dilation_rate=2)(inputs)
    x = layers.MaxPooling1D(4)(x)
    x = layers.SeparableConv1D(12, 3)(x)
    x = layers.LayerNormalization()(x)
    x = layers.SimpleRNN(6)(x)
    return keras.Model(inputs, Dense(4, activation="softmax")(x))


def words(vocabulary=100, length=20, windows=(2, 3, 4)):
    inputs = keras.Input(shape=(length,), dtype="int64")
    embedded = Embedding(vocabulary, 12)(inputs)
    pooled = []
    for window in windows:
        x = layers.Conv1D(6, window, activation="relu")(embedded)
        pooled.append(layers.GlobalMaxPooling1D()(x))
    x = layers.Concatenate()(pooled)
    return keras.Model(inputs, Dense(3)(layers.Dropout(0.5)(x)))


def film():
    """The same convolutions for each image of a film."""
    return keras.Sequential(
        [
            Input((6, 16, 16, 3)),
            TimeDistributed(layers.Conv2D(4, 3, activation="relu")),
            TimeDistributed(layers.GlobalAveragePooling2D()),
            LSTM(8),
            Dense(2),
        ]
    )


def translator(source=40, target=50, width=16):
    """An encoder's states start the decoder, which looks back at all that was read."""
    read = Input((9,))
    memory, state = GRU(width, return_sequences=True, return_state=True)(Embedding(source, width)(read))
    written = Input((7,))
    x = GRU(width, return_sequences=True)(Embedding(target, width)(written), initial_state=state)
    context = layers.Attention()([x, memory])
    x = layers.Concatenate(axis=-1)([x, context])
    return keras.Model([read, written], TimeDistributed(Dense(target, activation="softmax"))(x))


class Positions(layers.Layer):
    def __init__(self, length, vocabulary, dim):
        super().__init__()
        self.length = length
        self.tokens = Embedding(vocabulary, dim)
        self.places = Embedding(length, dim)

    def call(self, x):
        places = keras.ops.arange(0, self.length, 1)
        return self.tokens(x) + self.places(places)


class TransformerBlock(layers.Layer):
    def __init__(self, dim, heads, hidden, rate=0.1):
        super().__init__()
        self.attention = layers.MultiHeadAttention(num_heads=heads, key_dim=dim // heads)
        self.feed = keras.Sequential([Dense(hidden, activation="relu"), Dense(dim)])
        self.norm1 = layers.LayerNormalization(epsilon=1e-6)
        self.norm2 = layers.LayerNormalization(epsilon=1e-6)
        self.dropout = layers.Dropout(rate)

    def call(self, inputs, training=None):
        x = self.norm1(inputs + self.dropout(self.attention(inputs, inputs), training=training))
        return self.norm2(x + self.feed(x))


def transformer(length=16, vocabulary=80, dim=16, blocks=2):
    inputs = Input((length,))
    x = Positions(length, vocabulary, dim)(inputs)
    for _ in range(blocks):
        x = TransformerBlock(dim, 2, 24)(x)
    x = layers.GlobalAveragePooling1D()(x)
    return keras.Model(inputs, Dense(2, activation="softmax")(x))
