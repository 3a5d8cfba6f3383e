"""Circumstances in which some advice does not hold (see plan/context.py)."""

from __future__ import annotations

import re
from contextlib import suppress

from trainlint.evaluate.assembly.gathered import DemoRun, FitCalled, Gathered, LossApplied, NetworkApplied
from trainlint.evaluate.assembly.networks import ordered
from trainlint.evaluate.program import Program
from trainlint.plan import context
from trainlint.plan.network import Network
from trainlint.plan.optimizer import Optimizer
from trainlint.plan.run import TrainingRun
from trainlint.values.tensor import Tensor

_TEST_FILE = re.compile(r"(^|/)(tests?|testing)/|(^|/)(test_[^/]*|[^/]*_test|conftest)\.py$")
_DEMO_NAME = re.compile(r"overfit|sanity|smoke|debug|dry_?run|toy|dummy", re.IGNORECASE)
_SPEED_NAME = re.compile(r"profil|benchmark", re.IGNORECASE)

_WORDS: dict[str, frozenset[str]] = {
    context.REINFORCEMENT_LEARNING: frozenset(
        "gym gymnasium ReplayBuffer ReplayMemory replay_buffer log_prob".split()
    ),
    context.META_LEARNING: frozenset("higher learn2learn create_graph inner_loop fast_weights".split()),
    context.MUP: frozenset("mup set_base_shapes MuAdam MuSGD MuAdamW".split()),
    context.SEARCH: frozenset(
        "optuna ray keras_tuner kerastuner hyperopt suggest_float suggest_loguniform".split()
    ),
    context.FINE_TUNING: frozenset(
        "from_pretrained pretrained get_peft_model IMAGENET1K_V1 IMAGENET1K_V2".split()
    ),
}
"""Names whose presence says what kind of program this is."""


def context_of(
    gathered: Gathered,
    program: Program,
    networks: tuple[Network, ...],
    optimizers: tuple[Optimizer, ...],
    runs: tuple[TrainingRun, ...],
) -> frozenset[str]:
    words = program.contents.words
    found = {name for name, marks in _WORDS.items() if not words.isdisjoint(marks)}
    # A program that saves its weights loads them to go on; one that only loads them got them elsewhere.
    loads_others = "load_state_dict" in words and "state_dict" not in words
    if loads_others or any(network.pretrained for network in networks):
        found.add(context.FINE_TUNING)
    trains = any(optimizer.trains for optimizer in optimizers) or any(True for _ in gathered.of(FitCalled))
    if not trains and not any(event.kind in ("backward", "step") for event in gathered.walk()):
        found.add(context.INFERENCE_ONLY)
    if any(optimizer.optimises_inputs for optimizer in optimizers):
        found.add(context.INPUT_OPTIMISATION)
    if _rebuilds_its_input(gathered):
        found.add(context.SELF_SUPERVISED)
    if _several(optimizers):
        found.add(context.GAN)
    if any(True for _ in gathered.of(DemoRun)):
        found.add(context.DEMO)
    if _TEST_FILE.search(_below_root(program)):
        found |= {context.DEMO, context.TEST}
    elif _is_named(program, _DEMO_NAME):
        found.add(context.DEMO)
    elif _is_named(program, _SPEED_NAME):
        found |= {context.DEMO, context.MEASURES_SPEED}
    return frozenset(found)


def _several(optimizers: tuple[Optimizer, ...]) -> bool:
    """At least two optimizers that change different networks."""
    held = [set(optimizer.networks) for optimizer in optimizers if optimizer.networks]
    return any(not (one & other) for number, one in enumerate(held) for other in held[:number])


def _rebuilds_its_input(gathered: Gathered) -> bool:
    """Whether what a network gets is also what its output is compared with."""
    inputs = {id(tensor) for fact, _ in gathered.of(NetworkApplied) for tensor in fact.inputs}
    targets = [loss.target for loss, _ in gathered.of(LossApplied) if isinstance(loss.target, Tensor)]
    if any(id(tensor) in inputs for target in targets for tensor in ordered([target])):
        return True
    return any(fit.inputs is not None and fit.inputs is fit.targets for fit, _ in gathered.of(FitCalled))


def _below_root(program: Program) -> str:
    """The path of a program within its project: folders above it say nothing about it."""
    path, root = program.real_path, program.project.root
    if path is not None and root is not None:
        with suppress(ValueError):
            return path.relative_to(root.resolve()).as_posix()
    return program.filename.replace("\\", "/")


def _is_named(program: Program, words: re.Pattern[str]) -> bool:
    return bool(words.search(program.filename.rpartition("/")[2]))
