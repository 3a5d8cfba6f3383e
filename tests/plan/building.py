"""Plans by hand: networks from lists of words, event trees from nested lists."""

from __future__ import annotations

from typing import Any

from trainlint.plan.loop import Branch, Event, Loop, Sequence
from trainlint.plan.network import Layer, Network


def network(*layers: str | tuple[str, tuple[int, ...]], complete: bool = True) -> Network:
    """A network of layers of these kinds, each reading the one before it, or the layers given with it."""
    built = []
    for index, word in enumerate(layers):
        kind, inputs = word if isinstance(word, tuple) else (word, (index - 1,) if index else ())
        built.append(Layer(index=index, kind=kind, title=kind, inputs=inputs))
    return Network(
        name="net", framework="torch", layers=tuple(built), outputs=(len(built) - 1,), complete=complete
    )


def events(*items: Any) -> Sequence:
    return Sequence(items=items)


def loop(*items: Any, times: int | None = None) -> Loop:
    return Loop(body=events(*items), times=times)


def leaving(*items: Any) -> Sequence:
    """A path that ends in `continue`."""
    return Sequence(items=items, leaves=True)


def branch(condition: str, *paths: list[Any] | Sequence) -> Branch:
    filled = [*paths, []] if len(paths) == 1 else paths
    made = (path if isinstance(path, Sequence) else events(*path) for path in filled)
    return Branch(paths=tuple(made), condition=condition)


def zero_grad(optimizer: int | None = 0, networks: tuple[int, ...] = ()) -> Event:
    return Event(kind="zero_grad", optimizer=optimizer, networks=networks)


def backward(*networks: int) -> Event:
    return Event(kind="backward", networks=networks)


def step(optimizer: int | None = 0) -> Event:
    return Event(kind="step", optimizer=optimizer)


def escape(optimizer: int | None = None, networks: tuple[int, ...] = ()) -> Event:
    return Event(kind="escape", optimizer=optimizer, networks=networks)
