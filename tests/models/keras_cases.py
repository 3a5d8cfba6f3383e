"""Networks in Keras, each with inputs of the size that it is meant for."""

from __future__ import annotations

from tests.models.programs import Case


def _normal(*shape: int) -> str:
    return f"keras.random.normal({shape})"


def _tokens(*shape: int) -> str:
    return f"keras.random.randint({shape}, 0, 20)"


_IMAGE = _normal(2, 32, 32, 3)
_DIGIT = _normal(2, 28, 28, 1)

CASES = [
    Case(program, make, inputs)
    for program, rows in {
        "perceptrons": [
            ("in_one_list()", _normal(2, 28, 28)),
            ("added_in_a_loop()", _normal(4, 20)),
            ("functional((6, 5), 3)", _normal(4, 6, 5)),
            ("Subclassed([32, 16], 10)", _DIGIT),
            ("of_own_layers()", _normal(4, 12)),
            ("nested()", _normal(4, 16)),
            ("from_settings(SETTINGS)", _normal(4, 9)),
        ],
        "images": [
            ("small_convnet()", _DIGIT),
            ("blocks_of_convolutions()", _IMAGE),
            ("residual_network()", _IMAGE),
            ("inception_network()", _normal(2, 24, 24, 3)),
            ("dense_network()", _normal(2, 16, 16, 3)),
            ("separable_network()", _IMAGE),
            ("squeeze_network()", _normal(2, 20, 20, 3)),
            ("u_net()", _normal(2, 32, 32, 1)),
            ("volumes()", _normal(2, 12, 16, 16, 1)),
        ],
        "generative": [
            ("autoencoder()", _DIGIT),
            ("VAE()", _DIGIT),
            ("generator()", _normal(3, 16)),
            ("discriminator()", f"[{_normal(2, 16, 16, 3)}, {_tokens(2, 1)}]"),
        ],
        "sequences": [
            ("sentiment()", _tokens(2, 24)),
            ("forecast()", _normal(2, 30, 3)),
            ("signal()", _normal(2, 100, 2)),
            ("words()", _tokens(2, 20)),
            ("film()", _normal(2, 6, 16, 16, 3)),
            ("translator()", f"[{_tokens(2, 9)}, {_tokens(2, 7)}]"),
            ("transformer()", _tokens(2, 16)),
        ],
        "of_several": [
            ("towers()", f"[{_normal(2, 12)}, {_normal(2, 12)}]"),
            ("tickets()", f"[{_tokens(2, 8)}, {_normal(2, 5)}]"),
            ("recommender()", f"[{_tokens(4, 1)}, {_tokens(4, 1)}]"),
            ("prepared()", _normal(2, 40, 40, 3)),
            ("vision_transformer()", _IMAGE),
            ("Inheriting([4, 8], 5)", _IMAGE),
            ("TwoHeads(4)", _normal(3, 8)),
            ("TiedAutoEncoder(5)", _normal(3, 14)),
            ("frozen_backbone()", _normal(2, 16, 16, 3)),
            ("mixer()", _normal(2, 16, 12)),
        ],
    }.items()
    for make, inputs in rows
]
