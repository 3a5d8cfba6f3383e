"""Training loops in JAX with Keras' stateless calls."""

from __future__ import annotations

import pytest

from tests.frameworks.planning import kinds, plan, within

SETUP = """
import jax
import keras

model = keras.Sequential([keras.Input((20,)), keras.layers.Dense(4)])
optimizer = keras.optimizers.Adam(1e-2)
measure = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
"""

LOSS = """
def loss_of(trained, others, x, y):
    scores, others = model.stateless_call(trained, others, x, training=True)
    return measure(y, scores), others
"""

STEP = """
def step(state, x, y):
    trained, others, moments = state
    (loss, others), gradients = differentiate(trained, others, x, y)
    trained, moments = optimizer.stateless_apply(moments, gradients, trained)
    return loss, (trained, others, moments)

state = model.trainable_variables, model.non_trainable_variables, optimizer.variables
for x, y in batches:
    loss, state = step(state, x, y)
"""


@pytest.mark.parametrize("decorator", ["", "@jax.jit"])
def test_the_loop_is_followed(decorator: str) -> None:
    made = plan(SETUP, LOSS, "differentiate = jax.value_and_grad(loss_of, has_aux=True)", decorator, STEP)
    assert within(["forward", "loss", "backward", "step"], kinds(made))
    assert [objective.loss for objective in made.objectives] == ["sparse_categorical_cross_entropy"]
    assert [run.network for run in made.runs] == [0]
    assert [run.optimizer for run in made.runs] == [0]


def test_a_gradient_without_the_value() -> None:
    made = plan(
        SETUP,
        """
        def loss_of(trained, others, x, y):
            return measure(y, model.stateless_call(trained, others, x)[0])

        gradient = jax.grad(loss_of)
        for x, y in batches:
            gradients = gradient(model.trainable_variables, [], x, y)
            optimizer.stateless_apply(optimizer.variables, gradients, model.trainable_variables)
        """,
    )
    assert within(["forward", "loss", "backward", "step"], kinds(made))


def test_the_losses_of_layers_come_third() -> None:
    made = plan(
        SETUP,
        """
        def loss_of(trained, others, x, y):
            scores, others, losses = model.stateless_call(trained, others, x, return_losses=True)
            return measure(y, scores) + sum(losses), others

        differentiate = jax.value_and_grad(loss_of, has_aux=True)
        """,
        STEP,
    )
    assert [objective.loss for objective in made.objectives] == ["sparse_categorical_cross_entropy"]
    assert within(["loss", "backward", "step"], kinds(made))


def test_variables_may_be_passed_by_name() -> None:
    made = plan(
        SETUP,
        """
        scores, _ = model.stateless_call(trainable_variables=[], non_trainable_variables=[], inputs=x)
        """,
    )
    assert "forward" in kinds(made)


def test_a_function_that_is_not_known() -> None:
    made = plan(SETUP, "differentiate = jax.value_and_grad(mystery, has_aux=True)", STEP)
    assert within(["backward", "step"], kinds(made))
    assert made.objectives == ()
