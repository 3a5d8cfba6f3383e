"""The patterns of `match`: constants, sequences, dictionaries, classes."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from trainlint.evaluate import names, operators
from trainlint.frameworks.call import Arguments
from trainlint.values.value import Instance, Items, Known, Mapped, Reference, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def matches(machine: Machine, case: ast.match_case, subject: Value) -> bool | None:
    """Whether a case is taken; None when that is not known. Names in the pattern are bound."""
    verdict = pattern(machine, case.pattern, subject)
    if case.guard is None or verdict is False:
        return verdict
    guard = machine.truth(machine.evaluate(case.guard))
    return False if guard is False else (verdict if guard else None)


def pattern(machine: Machine, node: ast.pattern, subject: Value) -> bool | None:
    if isinstance(node, ast.MatchValue):
        return operators.compare(subject, ast.Eq(), machine.evaluate(node.value))
    if isinstance(node, ast.MatchSingleton):
        return operators.compare(subject, ast.Is(), Known(node.value))
    if isinstance(node, ast.MatchOr):
        found = [pattern(machine, option, subject) for option in node.patterns]
        return True if True in found else (None if None in found else False)
    if isinstance(node, ast.MatchAs):
        verdict = pattern(machine, node.pattern, subject) if node.pattern is not None else True
        if node.name is not None:
            names.bind(machine, node.name, subject)
        return verdict
    if isinstance(node, ast.MatchSequence):
        return _sequence(machine, node.patterns, subject)
    if isinstance(node, ast.MatchMapping):
        return _mapping(machine, node, subject)
    if isinstance(node, ast.MatchClass):
        return _class(machine, node, subject)
    return None


def _all(verdicts: Sequence[bool | None]) -> bool | None:
    return False if False in verdicts else (None if None in verdicts else True)


def _sequence(machine: Machine, parts: Sequence[ast.pattern], subject: Value) -> bool | None:
    if isinstance(subject, Known | Mapped | Instance):
        return False if not (isinstance(subject, Known) and isinstance(subject.value, range)) else None
    if not isinstance(subject, Items) or not subject.is_certain:
        for part in parts:
            if not isinstance(part, ast.MatchStar):
                pattern(machine, part, Unknown("an item of something unknown"))
        return None
    star = next((index for index, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    items = subject.items
    if len(items) < len(parts) - (star is not None) or (star is None and len(items) != len(parts)):
        return False
    verdicts: list[bool | None] = []
    for index, part in enumerate(parts):
        if isinstance(part, ast.MatchStar):
            if part.name is not None:
                rest = items[index : len(items) - (len(parts) - index - 1)]
                names.bind(machine, part.name, Items(rest))
            continue
        position = index if star is None or index < star else index - len(parts)
        verdicts.append(pattern(machine, part, items[position]))
    return _all(verdicts)


def _mapping(machine: Machine, node: ast.MatchMapping, subject: Value) -> bool | None:
    if isinstance(subject, Known | Items):
        return False
    verdicts: list[bool | None] = []
    for written_key, part in zip(node.keys, node.patterns, strict=True):
        key = machine.evaluate(written_key)
        found: Value | None = None
        if isinstance(subject, Mapped) and isinstance(key, Known):
            found = subject.slots.get(key.value)
            if found is None and subject.complete:
                return False
        unknown = Unknown("an entry of something unknown")
        verdict = pattern(machine, part, found if found is not None else unknown)
        verdicts.append(verdict if found is not None else None)
    if node.rest is not None:
        names.bind(machine, node.rest, Mapped(complete=False))
    return _all(verdicts)


def _class(machine: Machine, node: ast.MatchClass, subject: Value) -> bool | None:
    site = machine.site(node)
    arguments = Arguments((subject, machine.evaluate(node.cls)))
    decided = machine.truth(machine.call(Reference("builtins.isinstance"), arguments, site))
    if decided is False:
        return False
    verdicts: list[bool | None] = [decided]
    verdicts += [
        pattern(machine, part, machine.attribute(subject, name, site))
        for name, part in zip(node.kwd_attrs, node.kwd_patterns, strict=True)
    ]
    for part in node.patterns:
        pattern(machine, part, Unknown("a part of something unknown"))
        verdicts.append(None)
    return _all(verdicts)
