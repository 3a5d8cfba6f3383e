"""The patterns of `match`: constants, sequences, dictionaries, classes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import libcst as cst

from trainlint.evaluate import names, operators
from trainlint.frameworks.call import Arguments
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def matches(machine: Machine, case: cst.MatchCase, subject: Value) -> bool | None:
    """Whether a case is taken; None when that is not known. Names in the pattern are bound."""
    verdict = pattern(machine, case.pattern, subject)
    if case.guard is None or verdict is False:
        return verdict
    guard = machine.truth(machine.evaluate(case.guard))
    return False if guard is False else (verdict if guard else None)


def pattern(machine: Machine, node: cst.MatchPattern, subject: Value) -> bool | None:
    if isinstance(node, cst.MatchValue):
        return operators.compare(subject, cst.Equal(), machine.evaluate(node.value))
    if isinstance(node, cst.MatchSingleton):
        return operators.compare(subject, cst.Is(), machine.evaluate(node.value))
    if isinstance(node, cst.MatchOr):
        found = [pattern(machine, option.pattern, subject) for option in node.patterns]
        return True if True in found else (None if None in found else False)
    if isinstance(node, cst.MatchAs):
        verdict = pattern(machine, node.pattern, subject) if node.pattern is not None else True
        if node.name is not None:
            names.bind(machine, node.name.value, subject)
        return verdict
    if isinstance(node, cst.MatchSequence):
        return _sequence(machine, node.patterns, subject)
    if isinstance(node, cst.MatchMapping):
        return _mapping(machine, node, subject)
    if isinstance(node, cst.MatchClass):
        return _class(machine, node, subject)
    return None


def _all(verdicts: Sequence[bool | None]) -> bool | None:
    return False if False in verdicts else (None if None in verdicts else True)


def _sequence(
    machine: Machine, parts: Sequence[cst.MatchSequenceElement | cst.MatchStar], subject: Value
) -> bool | None:
    if isinstance(subject, Known | Mapped | Instance):
        return False if not (isinstance(subject, Known) and isinstance(subject.value, range)) else None
    if not isinstance(subject, Items) or not subject.is_certain:
        for part in parts:
            if isinstance(part, cst.MatchSequenceElement):
                pattern(machine, part.value, Unknown("an item of something unknown"))
        return None
    star = next((index for index, part in enumerate(parts) if isinstance(part, cst.MatchStar)), None)
    items = subject.items
    if len(items) < len(parts) - (star is not None) or (star is None and len(items) != len(parts)):
        return False
    verdicts: list[bool | None] = []
    for index, part in enumerate(parts):
        if isinstance(part, cst.MatchStar):
            if part.name is not None:
                rest = items[index : len(items) - (len(parts) - index - 1)]
                names.bind(machine, part.name.value, Items(rest))
            continue
        position = index if star is None or index < star else index - len(parts)
        verdicts.append(pattern(machine, part.value, items[position]))
    return _all(verdicts)


def _mapping(machine: Machine, node: cst.MatchMapping, subject: Value) -> bool | None:
    if isinstance(subject, Known | Items):
        return False
    verdicts: list[bool | None] = []
    for element in node.elements:
        key = machine.evaluate(element.key)
        found: Value | None = None
        if isinstance(subject, Mapped) and isinstance(key, Known):
            found = subject.slots.get(key.value)
            if found is None and subject.complete:
                return False
        unknown = Unknown("an entry of something unknown")
        verdict = pattern(machine, element.pattern, found if found is not None else unknown)
        verdicts.append(verdict if found is not None else None)
    if node.rest is not None:
        names.bind(machine, node.rest.value, Mapped(complete=False))
    return _all(verdicts)


def _class(machine: Machine, node: cst.MatchClass, subject: Value) -> bool | None:
    site = machine.site(node)
    arguments = Arguments((subject, machine.evaluate(node.cls)))
    decided = machine.truth(machine.call(Reference("builtins.isinstance"), arguments, site))
    if decided is False:
        return False
    verdicts: list[bool | None] = [decided]
    verdicts += [
        pattern(machine, element.pattern, machine.attribute(subject, element.key.value, site))
        for element in node.kwds
    ]
    for element in node.patterns:
        pattern(machine, element.value, Unknown("a part of something unknown"))
        verdicts.append(None)
    return _all(verdicts)
