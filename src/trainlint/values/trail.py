"""Undoing and joining the writes of a branch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from trainlint.values.join import either
from trainlint.values.value import ABSENT, Items, Mutable, OneOf, Value

MISSING: Any = object()

Changes = dict[tuple[int, Any], tuple[Mutable, Any]]
"""New content by (identity of the object, slot)."""


class Trail:
    """A log of writes. Between `mark` and `rewind` every write can be taken back."""

    def __init__(self) -> None:
        self._log: list[tuple[Mutable, Any, Any]] = []
        self._watchers: list[tuple[int, list[tuple[Mutable, Any]]]] = []
        self._marks: list[int] = []  # for each open branch, how many mutable values were there before it

    def write(self, target: Mutable, slot: Any, content: Any) -> None:
        """Gives a slot a new content; `MISSING` removes it."""
        for birth, changes in self._watchers:
            if target.birth <= birth:
                changes.append((target, slot))
        if self._marks and target.birth <= self._marks[-1]:
            self._log.append((target, slot, target.slots.get(slot, MISSING)))
        _put(target, slot, content)

    @contextmanager
    def watched(self) -> Iterator[list[tuple[Mutable, Any]]]:
        """Collects what is written meanwhile to values that are there already, undone writes included."""
        changes: list[tuple[Mutable, Any]] = []
        self._watchers.append((Mutable.births, changes))
        try:
            yield changes
        finally:
            self._watchers.pop()

    @property
    def depth(self) -> int:
        """How many branches are open."""
        return len(self._marks)

    def mark(self) -> int:
        self._marks.append(Mutable.births)
        return len(self._log)

    @contextmanager
    def suspended(self) -> Iterator[None]:
        """While something runs that stays, whatever becomes of the branch that asked for it."""
        marks, self._marks = self._marks, []
        log, self._log = self._log, []
        try:
            yield
        finally:
            self._marks, self._log = marks, log

    def rewind(self, mark: int) -> Changes:
        """Takes back all writes since the mark and returns what they had made of the slots."""
        changes: Changes = {}
        while len(self._log) > mark:
            target, slot, old = self._log.pop()
            changes.setdefault((id(target), slot), (target, target.slots.get(slot, MISSING)))
            _put(target, slot, old)
        self._marks.pop()
        return changes

    def join(self, paths: Sequence[Changes]) -> None:
        """Writes what holds after one of several paths, all of which started from the present state."""
        if len(paths) == 1:
            for (_, slot), (target, content) in paths[0].items():
                self.write(target, slot, content)
            return
        touched = {key: target for changes in paths for key, (target, _) in changes.items()}
        for key, target in touched.items():
            slot = key[1]
            before = target.slots.get(slot, MISSING)
            contents = [changes[key][1] if key in changes else before for changes in paths]
            self.write(target, slot, _joined(target, slot, contents))


def _put(target: Mutable, slot: Any, content: Any) -> None:
    if content is MISSING:
        target.slots.pop(slot, None)
    else:
        target.slots[slot] = content


def _joined(target: Mutable, slot: Any, contents: list[Any]) -> Any:
    present = [content for content in contents if content is not MISSING]
    if not present:
        return MISSING
    if all(content is present[0] for content in present):
        return present[0]
    if isinstance(target, Items):
        if slot == "items":
            return _joined_items(present)
        return all(present)  # complete only when complete on every path
    if all(isinstance(content, Value) for content in present):
        # A name bound on some paths only is read only where it is bound: the others do not count.
        return either(present)
    return present[-1]


def _joined_items(lists: list[tuple[Value, ...]]) -> tuple[Value, ...]:
    """Lists that agree up to additions at the end keep their length; what is not in all is optional."""
    longest = max(len(items) for items in lists)
    joined: list[Value] = []
    for index in range(longest):
        column = [items[index] if index < len(items) else ABSENT for items in lists]
        joined.append(column[0] if all(item is column[0] for item in column) else _one_of(column))
    return tuple(joined)


def _one_of(column: list[Value]) -> Value:
    found = either(column)
    return found if isinstance(found, OneOf) else OneOf((found,))
