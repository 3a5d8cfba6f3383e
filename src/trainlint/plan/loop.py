"""The training loop as a tree of sequences, loops and branches over events."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Literal

from trainlint.plan.part import Part
from trainlint.values.origin import Certainty, Origin

EventKind = Literal[
    "zero_grad", "forward", "loss", "backward", "unscale", "clip", "step", "scheduler_step", "scaler_update",
    "train_mode", "eval_mode", "no_grad_enter", "no_grad_exit", "grad_enter", "grad_exit", "grad_off", "grad_on",
    "scale", "autocast_enter", "autocast_exit", "fit", "fit_step_done", "evaluate", "keep", "escape",
    "differentiate", "volatile",
]  # fmt: skip


class Event(Part):
    """Something that happens to a network, loss, optimizer or schedule.

    Objects are numbers that are equal for the same object: compare them, nothing else. `escape` means that
    the objects were handed to code that could not be followed, so anything may have happened to them.

    `differentiate`: gradients are computed for their own sake, as by `torch.autograd.grad`. `volatile`: an input
    says that nothing computed from it has gradients, as up to PyTorch 0.3.

    `keep`: a loss is kept for the next turn of the loop, with its graph; it `trains` when it was the start of
    a backward pass and what it is added to is not.

    `trains`, of a forward pass or a loss: a backward pass starts from what was computed with it. `cut_by`,
    of a backward pass: the context without gradients in which all that it starts from was computed, or the
    forward pass that a tape did not record. `told_to_train`, of a forward pass: Keras' `training=True`.
    `gradients`, of a backward pass: whether they are added to those that are there, as in PyTorch, or given
    as a result, as by a tape of TensorFlow, which the program may have `dropped`.
    """

    kind: EventKind
    optimizer: int | None = None
    networks: tuple[int, ...] = ()
    loss: int | None = None
    scaler: int | None = None
    schedule: int | None = None
    trains: bool = False
    cut_by: Origin | None = None
    gradients: Literal["added", "given", "dropped"] = "added"
    told_to_train: bool = False
    origin: Origin | None = None


class Sequence(Part):
    """Events and trees one after the other. `leaves` says that what follows is passed over: the path of a
    branch ends the turn of the loop, or the function."""

    items: tuple[Event | Loop | Branch, ...] = ()
    leaves: bool = False

    def walk(self) -> Iterator[Event]:
        """All events, in the order of the text."""
        for item in self.items:
            if isinstance(item, Event):
                yield item
            else:
                yield from item.walk()

    @cached_property
    def stepped(self) -> frozenset[int | None]:
        """The optimizers that step somewhere in it; None among them for one that is not known."""
        return frozenset(event.optimizer for event in self.walk() if event.kind == "step")


class Loop(Part):
    """A body that runs any number of times. `over` says what it runs over."""

    body: Sequence
    over: Literal["batches", "epochs", "unknown"] = "unknown"
    times: int | None = None
    origin: Origin | None = None

    def walk(self) -> Iterator[Event]:
        yield from self.body.walk()


class Branch(Part):
    """Exactly one of the paths is taken. An `if` without `else` has an empty second path."""

    paths: tuple[Sequence, ...]
    condition: str = ""  # the text of the test: branches with the same test are taken together
    certainty: Certainty = Certainty.POSSIBLE
    origin: Origin | None = None

    def walk(self) -> Iterator[Event]:
        for path in self.paths:
            yield from path.walk()


Sequence.model_rebuild()
