"""The automaton behind missing-zero-grad, on event trees written by hand."""

from __future__ import annotations

import pytest

from tests.plan.building import backward, branch, escape, events, leaving, loop, step, zero_grad
from trainlint.plan.gradients import uncleared_step
from trainlint.plan.loop import Sequence
from trainlint.values.origin import Certainty

EXACT, POSSIBLE = Certainty.EXACT, Certainty.POSSIBLE

CLEARED = {
    "at the start of the loop": events(loop(zero_grad(), backward(), step())),
    "right before the backward pass": events(loop(loop(zero_grad(), backward(), step()))),
    "at the end of the loop": events(loop(backward(), step(), zero_grad())),
    "through the network": events(loop(zero_grad(None, (0,)), backward(), step())),
    "through something unknown": events(loop(zero_grad(None), backward(), step())),
    "in a helper that cannot be followed": events(loop(escape(0), backward(), step())),
    "in a helper that gets the network": events(loop(escape(None, (0,)), backward(), step())),
    "a loop that runs once": events(loop(backward(), step(), times=1)),
    "one step, no loop": events(backward(), step()),
    "no step": events(loop(backward())),
    "accumulation, cleared with the step": events(
        loop(backward(), branch("(i + 1) % k == 0", [step(), zero_grad()]))
    ),
    "accumulation, cleared under the same test": events(
        loop(branch("i % k == 0", [zero_grad()]), backward(), branch("i % k == 0", [step()]))
    ),
    "accumulation, cleared under another test": events(
        loop(branch("i % k == 0", [zero_grad()]), backward(), branch("(i + 1) % k == 0", [step()]))
    ),
    "several losses for one step": events(loop(zero_grad(), backward(), backward(), step())),
    "micro-batches": events(loop(loop(backward()), step(), zero_grad())),
    "both paths clear": events(
        loop(branch("amp", [zero_grad(), backward(), step()], [zero_grad(), backward(), step()]))
    ),
    "a warm-up that goes on to the next batch": events(
        loop(zero_grad(), branch("warm", leaving(backward(), step())), backward(), step())
    ),
    "two steps for one backward pass": events(loop(zero_grad(), backward(), step(), step())),
    "a step of an optimizer that is not known": events(loop(backward(), step(None))),
}

UNCLEARED = {
    "never": (events(loop(backward(), step())), EXACT),
    "once, before the loop": (events(zero_grad(), loop(backward(), step())), EXACT),
    "once an epoch": (events(loop(zero_grad(), loop(backward(), step()))), EXACT),
    "a conditional step": (events(loop(backward(), branch("i % 4 == 3", [step()]))), EXACT),
    "two ways to step": (
        events(loop(branch("amp", [backward(), step()], [backward(), step()]))),
        EXACT,
    ),
    "one of two ways": (
        events(loop(branch("amp", [backward(), step()], [zero_grad(), backward(), step()]))),
        POSSIBLE,
    ),
    "the helper runs before the loop": (events(escape(0), loop(backward(), step())), EXACT),
    "twice in a row": (events(zero_grad(), backward(), step(), backward(), step()), EXACT),
}


@pytest.mark.parametrize("tree", CLEARED.values(), ids=CLEARED)
def test_cleared(tree: Sequence) -> None:
    assert uncleared_step(tree, 0, {0: (0,)}) is None


@pytest.mark.parametrize(("tree", "certainty"), UNCLEARED.values(), ids=UNCLEARED)
def test_uncleared(tree: Sequence, certainty: Certainty) -> None:
    found = uncleared_step(tree, 0, {0: (0,)})
    assert found is not None
    assert found.step.kind == "step"
    assert found.backward.kind == "backward"
    assert found.certainty is certainty


GENERATOR, DISCRIMINATOR = 0, 1
ADVERSARIAL = {GENERATOR: (0,), DISCRIMINATOR: (1,)}


def test_adversarial_networks_clear_each_other_s_leftovers() -> None:
    """The generator's backward pass also fills the discriminator, whose gradients are cleared before use."""
    tree = events(
        loop(
            zero_grad(DISCRIMINATOR),
            backward(1),
            step(DISCRIMINATOR),
            zero_grad(GENERATOR),
            backward(0, 1),
            step(GENERATOR),
        )
    )
    assert uncleared_step(tree, GENERATOR, ADVERSARIAL) is None
    assert uncleared_step(tree, DISCRIMINATOR, ADVERSARIAL) is None


def test_clearing_the_other_optimizer_does_not_help() -> None:
    tree = events(
        loop(backward(1), step(DISCRIMINATOR), zero_grad(GENERATOR), backward(0, 1), step(GENERATOR)),
    )
    assert uncleared_step(tree, GENERATOR, ADVERSARIAL) is None
    assert uncleared_step(tree, DISCRIMINATOR, ADVERSARIAL) is not None


def test_two_optimizers_over_one_network() -> None:
    tree = events(loop(zero_grad(0), backward(0), step(0), step(1)))
    assert uncleared_step(tree, 1, {0: (0,), 1: (0,)}) is None


def test_one_of_two_networks_is_left_out() -> None:
    """The optimizer changes both; only one of them is cleared."""
    both = {0: (0, 1)}
    tree = events(loop(zero_grad(None, (0,)), backward(0, 1), step()))
    assert uncleared_step(tree, 0, both) is not None
    tree = events(loop(zero_grad(None, (0,)), zero_grad(None, (1,)), backward(0, 1), step()))
    assert uncleared_step(tree, 0, both) is None
    tree = events(loop(zero_grad(None, (0,)), backward(), step()))
    assert uncleared_step(tree, 0, both) is None, "not known where the gradients go"


def test_too_many_branches_are_not_judged() -> None:
    tree = events(loop(*(branch(f"test {n}", [backward()]) for n in range(12)), step()))
    assert uncleared_step(tree, 0, {0: (0,)}) is None
