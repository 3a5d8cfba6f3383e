"""Edits that fixes of several rules are made of: leave a layer out, put one before, say another name.

Each gives None where the code is not of a form in which the edit is sure to say what it should.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from trainlint.engine.diagnostic import Edit, Fix
from trainlint.engine.lazily import Lazily
from trainlint.syntax.concrete import AnySite
from trainlint.syntax.nodes import walk
from trainlint.syntax.positions import NodeSite, Place, Site
from trainlint.values.origin import Origin

if TYPE_CHECKING:
    from trainlint.syntax import surroundings
else:
    surroundings = Lazily("trainlint.syntax.surroundings")  # brings libcst, which only edits need


def unsafe(message: str, reason: str, *edits: Edit | None) -> Fix | None:
    """An unsafe fix of these edits; None when one of them is not possible."""
    made = tuple(edit for edit in edits if edit is not None)
    if not made or len(made) < len(edits):
        return None
    return Fix(applicability="unsafe", message=message, edits=made, reason=reason)


def safe(message: str, *edits: Edit | None) -> Fix | None:
    """A safe fix of these edits; None when one of them is not possible."""
    made = unsafe(message, "", *edits)
    return made.model_copy(update={"applicability": "safe"}) if made is not None else None


def without(origin: Origin | None) -> Edit | None:
    """The code of an operation or layer taken away, or where a module keeps it `Identity` in its place."""
    site = (origin.source_edit_site or origin.site) if origin is not None else None
    if site is not None and site.text[:1] in "'\"":
        return called_instead(origin, dict.fromkeys(_ACTIVATIONS, "linear"))
    return unwrapped(origin) or left_out(origin) or identity_instead(origin)


_ACTIVATIONS = ("softmax", "log_softmax", "sigmoid", "tanh", "relu", "hard_sigmoid")
"""Words for Keras, where `linear` changes nothing (keras/src/activations)."""


def called_instead(origin: Origin | None, names: Mapping[str, str]) -> Edit | None:
    """Another name for what is chosen at a place: a word in quotes, or the last part of a dotted name."""
    site = (origin.source_edit_site or _site(origin)) if origin is not None else None
    if site is None:
        return None
    for name, other in names.items():
        pattern = re.compile(rf"(?<=['\"]){re.escape(name)}(?=['\"])|(?<=\.){re.escape(name)}\b")
        if len(pattern.findall(site.text)) == 1:
            return Edit(place=site.place, content=pattern.sub(other, site.text))
    return None


def unwrapped(origin: Origin | None) -> Edit | None:
    """What an operation is done to, without the operation: `f(x, …)`, `x.f(…)` and `x / y` become `x`.

    For a call of a name or of a function of a module its first argument stays, for a method its object.
    """
    site = _site(origin)
    inner = surroundings.operand(site) if isinstance(site, AnySite) and "#" not in site.text else None
    if site is None or inner is None:
        return None
    text = inner.text
    return Edit(place=site.place, content=f"({text})" if surroundings.binds_loosely(inner) else text)


def left_out(origin: Origin | None) -> Edit | None:
    """Without a layer of a list or of `Sequential(…)`, the statement `model.add(…)`, or the call `layer(x)`."""
    site = _site(origin)
    if not isinstance(site, AnySite) or _is_given_a_name(site):
        return None
    statement = surroundings.passing_statement(site, "add")
    if statement is not None and not surroundings.ends_its_block(site):
        place = Place(statement.filename, statement.row, 1, statement.end_row + 1, 1)
        return Edit(place=place, content="")
    if (applied := surroundings.application(site)) is not None:
        return Edit(place=applied[0].place, content=applied[1].text)
    around = surroundings.neighbours(site)
    if around is None:
        return None
    before, behind = around
    if before is not None:
        return Edit(place=_between(before.place, site.place, ends=True), content="")
    return Edit(place=_between(site.place, behind.place), content="") if behind is not None else None


def identity_instead(origin: Origin | None) -> Edit | None:
    """`nn.Identity()` for a layer of PyTorch, under the name that the program has for torch.nn."""
    site, nothing = _site(origin), beside(origin, "Identity")
    return Edit(place=site.place, content=f"{nothing}()") if site is not None and nothing else None


def beside(origin: Origin | None, name: str) -> str | None:
    """Another name of the module that a layer is made from: `layers.Flatten` beside `layers.Dense(…)`."""
    module, dot, made = _callee(_site(origin)).rpartition(".")
    return f"{module}.{name}" if dot and made[:1].isupper() else None


def put_before(origin: Origin | None, code: str) -> Edit | None:
    """One more layer before a layer of a list or of `Sequential(…)`, before the statement `model.add(…)`, or
    around what the layer is called with."""
    site = _site(origin)
    if not isinstance(site, AnySite) or _is_given_a_name(site):
        return None
    place, statement = site.place, surroundings.passing_statement(site, "add")
    if statement is not None:
        start = Place(place.filename, statement.row, statement.column, place.row, place.column)
        if place.row != statement.row:
            return None
        adding = text_of_line(site)[statement.column - 1 : place.column - 1]
        return Edit(place=start, content=f"{adding}{code})\n{' ' * (statement.column - 1)}{adding}")
    if (applied := surroundings.application(site)) is not None:
        return Edit(place=applied[1].place, content=f"{code}({applied[1].text})")
    around = surroundings.neighbours(site)
    if around is None:
        return None
    rows = [other.place.row for other in around if other is not None]
    separator = f",\n{' ' * (place.column - 1)}" if rows and place.row not in rows else ", "
    return Edit(place=place, content=f"{code}{separator}{site.text}")


def text_of_line(site: AnySite) -> str:
    """The row of the program on which a piece of code begins."""
    lines = site.chunk.text.splitlines()
    return lines[site.place.row - site.chunk.first_row]


def _between(first: Place, second: Place, *, ends: bool = False) -> Place:
    """From the start of one place to that of another, or with `ends` from end to end."""
    if ends:
        return Place(first.filename, first.end_row, first.end_column, second.end_row, second.end_column)
    return Place(first.filename, first.row, first.column, second.row, second.column)


def _callee(site: Site | None) -> str:
    """What is called at a place, as it is written; empty where nothing is."""
    if not isinstance(site, NodeSite) or not isinstance(site.node, ast.Call):
        return ""
    return NodeSite(site.chunk, site.node.func).text


def _is_given_a_name(site: AnySite) -> bool:
    """Whether a value is assigned as it is: then it stands in no list and is handed to nothing. libcst, which would
    say so as well, takes a tenth of a second to begin."""
    return isinstance(site, NodeSite) and any(
        isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is site.node
        for node in walk(site.chunk.statements)
    )


def _site(origin: Origin | None) -> Site | None:
    return origin.site if origin is not None else None
