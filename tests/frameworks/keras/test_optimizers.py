"""Optimizers, schedules, losses and callbacks: their defaults are those of Keras."""

from __future__ import annotations

import inspect
from typing import Any

import keras
import pytest

from tests.frameworks.keras.defaults import python_of
from tests.frameworks.pretend import SITE, PretendMachine, value_of
from trainlint.frameworks import catalogue
from trainlint.frameworks.facts import OptimizerMade, ScheduleMade
from trainlint.frameworks.keras.callback_signatures import CALLBACKS
from trainlint.frameworks.keras.configuration_signatures import INITIALIZERS, METRICS, REGULARIZERS
from trainlint.frameworks.keras.loss_signatures import LOSS_CLASSES, LOSS_FUNCTIONS
from trainlint.frameworks.keras.losses import ALIASES, WORDS, function_name
from trainlint.frameworks.keras.optimizer_signatures import OPTIMIZERS, SCHEDULES
from trainlint.frameworks.keras.optimizers import SPELLINGS, optimizer_from
from trainlint.frameworks.keras.schedules import peak_of
from trainlint.frameworks.losses import LOSSES
from trainlint.frameworks.signatures import Signature
from trainlint.values.origin import Made
from trainlint.values.value import Unknown, constant

TABLES: list[tuple[str, Any, dict[str, Signature]]] = [
    ("optimizers", keras.optimizers, OPTIMIZERS),
    ("schedules", keras.optimizers.schedules, SCHEDULES),
    ("losses", keras.losses, LOSS_CLASSES | LOSS_FUNCTIONS),
    ("callbacks", keras.callbacks, CALLBACKS),
    ("regularizers", keras.regularizers, REGULARIZERS),
    ("initializers", keras.initializers, INITIALIZERS),
    ("metrics", keras.metrics, METRICS),
]


def classes_of(module: Any, base: type) -> set[str]:
    found = {name for name in dir(module) if inspect.isclass(getattr(module, name))}
    return {
        name
        for name in found
        if issubclass(getattr(module, name), base) and getattr(module, name) is not base
    }


@pytest.mark.parametrize(
    ("module", "signature", "name"),
    [
        pytest.param(module, table[name], name, id=f"{title}-{name}")
        for title, module, table in TABLES
        for name in table
    ],
)
def test_parameters_and_defaults_are_those_of_keras(module: Any, signature: Signature, name: str) -> None:
    real = inspect.signature(getattr(module, name)).parameters
    by_position = [p.name for p in real.values() if p.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD]
    assert list(signature.names) == by_position
    bound = signature.bind((), {}, True, name)
    for parameter in real.values():
        if parameter.default is not inspect.Parameter.empty:
            assert python_of(bound[parameter.name]) == parameter.default, parameter.name


def test_every_optimizer_of_keras_is_known() -> None:
    assert set(OPTIMIZERS) == classes_of(keras.optimizers, keras.optimizers.Optimizer)


def test_every_schedule_of_keras_is_known() -> None:
    base = keras.optimizers.schedules.LearningRateSchedule
    assert set(SCHEDULES) == classes_of(keras.optimizers.schedules, base)


@pytest.mark.parametrize("text", ["adam", "SGD", "RMSprop", "adamw", "Nadam", "adadelta", "lion"])
def test_a_string_makes_an_optimizer_with_library_defaults(text: str) -> None:
    machine = PretendMachine()
    optimizer = optimizer_from(value_of(text), machine, SITE)
    real = keras.optimizers.get(text)
    assert catalogue.is_a(optimizer, "keras.optimizers.Optimizer")
    assert optimizer.title == type(real).__name__  # type: ignore[attr-defined]
    rate = optimizer.arguments["learning_rate"]  # type: ignore[attr-defined]
    assert rate.value == pytest.approx(float(real.learning_rate))
    assert rate.origin.made is Made.LIBRARY
    assert len(machine.noted(OptimizerMade)) == 1


def test_all_strings_are_those_of_keras() -> None:
    for text, name in SPELLINGS.items():
        assert type(keras.optimizers.get(text)).__name__ == name


def test_an_unknown_string_is_unknown() -> None:
    assert isinstance(optimizer_from(value_of("adamm"), PretendMachine(), SITE), Unknown)


def test_the_old_name_of_the_rate_is_read() -> None:
    machine = PretendMachine()
    optimizer = machine.of("keras.optimizers.Adam", lr=1e-8)
    assert constant(optimizer.arguments["learning_rate"]) == 1e-8
    assert constant(optimizer.arguments["lr"]) == 1e-8


def test_legacy_optimizers_are_optimizers() -> None:
    machine = PretendMachine()
    optimizer = machine.of("tensorflow.keras.optimizers.legacy.Adam", learning_rate=0.1, decay=1e-4)
    assert optimizer.library_names == ("keras.optimizers.legacy.Adam",)
    assert catalogue.is_a(optimizer, "keras.optimizers.Adam")


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("ExponentialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9}),
        ("InverseTimeDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "decay_rate": 0.9}),
        ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10}),
        ("PolynomialDecay", {"initial_learning_rate": 0.1, "decay_steps": 10, "end_learning_rate": 0.3}),
        ("CosineDecay", {"initial_learning_rate": 0.1, "decay_steps": 10}),
        (
            "CosineDecay",
            {"initial_learning_rate": 0.0, "decay_steps": 10, "warmup_target": 0.2, "warmup_steps": 4},
        ),
        ("CosineDecayRestarts", {"initial_learning_rate": 0.1, "first_decay_steps": 4}),
        ("PiecewiseConstantDecay", {"boundaries": [3, 6], "values": [0.1, 0.5, 0.01]}),
    ],
)
def test_the_peak_is_the_highest_rate_that_keras_reaches(name: str, arguments: dict[str, Any]) -> None:
    machine = PretendMachine()
    schedule = machine.of(f"keras.optimizers.schedules.{name}", **arguments)
    real = getattr(keras.optimizers.schedules, name)(**arguments)
    highest = max(float(real(step)) for step in range(40))
    assert constant(peak_of(schedule)) == pytest.approx(highest)
    assert len(machine.noted(ScheduleMade)) == 1


def test_words_of_losses_are_words_of_plans() -> None:
    assert set(WORDS.values()) <= LOSSES
    assert set(WORDS) == set(LOSS_FUNCTIONS)


def test_every_name_that_keras_takes_for_a_loss_is_known() -> None:
    from keras.src.losses import ALL_OBJECTS_DICT

    for name, found in ALL_OBJECTS_DICT.items():
        if name.lower() not in ("loss", "lossfunctionwrapper") and found.__name__ not in ("Loss",):
            assert function_name(name) is not None, name


def test_old_names_of_losses() -> None:
    assert set(ALIASES.values()) <= set(WORDS)
    assert function_name("MSE") == "mean_squared_error"
    assert function_name("KLDivergence") == "kl_divergence"
    assert function_name("accuracy") is None


def test_tape_and_optimizer_give_the_events_of_a_step() -> None:
    machine = PretendMachine()
    tape = machine.of("tensorflow.GradientTape")
    optimizer = machine.of("keras.optimizers.SGD", 0.1)
    machine.do(tape, "gradient", Unknown("loss"), Unknown("variables"))
    machine.do(optimizer, "apply_gradients", Unknown("pairs"))
    assert [kind for kind, _ in machine.happened] == ["backward", "step"]
    assert machine.happened[1][1]["optimizer"] is optimizer
