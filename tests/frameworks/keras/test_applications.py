"""Known architectures, compared with those that Keras builds."""

from __future__ import annotations

import math
from typing import Any

import keras
import pytest

from tests.frameworks.pretend import PretendMachine
from trainlint.frameworks.keras.applications import BACKBONES, rescales_itself


@pytest.mark.parametrize("name", ["VGG16", "MobileNetV2", "DenseNet121", "EfficientNetB0", "ConvNeXtTiny"])
def test_feature_map_and_weights_are_those_of_keras(name: str) -> None:
    arguments: dict[str, Any] = {"include_top": False, "weights": None, "input_shape": (96, 96, 3)}
    real = getattr(keras.applications, name)(**arguments)
    machine = PretendMachine()
    ours = machine.get(machine.of(f"keras.applications.{name}", **arguments), "outputs")
    assert ours.shape[1:] == real.output_shape[1:]
    assert ours.operation.parameters == sum(math.prod(weight.shape) for weight in real.trainable_weights)


@pytest.mark.parametrize("name", BACKBONES)
def test_every_architecture_exists(name: str) -> None:
    assert callable(getattr(keras.applications, name))


@pytest.mark.parametrize("name", ["EfficientNetB0", "MobileNetV3Small", "ConvNeXtTiny"])
def test_some_architectures_scale_images_themselves(name: str) -> None:
    real = getattr(keras.applications, name)(weights=None, input_shape=(96, 96, 3), include_top=False)
    kinds = {type(layer).__name__ for layer in real.layers}
    assert kinds & {"Rescaling", "Normalization"}
    assert rescales_itself(name)
    assert not rescales_itself("ResNet50")
