"""Edits of whole lines, each on a small program."""

from __future__ import annotations

import ast
from functools import cache

import pytest

from trainlint.engine import lines
from trainlint.engine.diagnostic import Edit, Fix
from trainlint.engine.policing import applied
from trainlint.syntax.chunks import Chunk, split
from trainlint.syntax.positions import NodeSite
from trainlint.values.origin import Made, Origin

LOOP = """\
for epoch in range(9):
    for x in xs:
        f(x)
        g(x)  # behind
    h(epoch)
end()
"""


@cache
def chunks_of(text: str) -> list[Chunk]:
    return split(text, "program.py")


def place_of(text: str, code: str) -> Origin:
    """The call that is written as `code`, the first one of the program."""
    for chunk in chunks_of(text):
        for node in (node for statement in chunk.statements for node in ast.walk(statement)):
            if isinstance(node, ast.Call) and NodeSite(chunk, node).text == code:
                return Origin(Made.WRITTEN, NodeSite(chunk, node))
    raise AssertionError(f"{code} does not stand in the program")


def after(text: str, *edits: Edit | None) -> str | None:
    """The program with edits made; None when there are none."""
    found = tuple(edit for edit in edits if edit is not None)
    if not found or len(found) < len(edits):
        return None
    made = applied(Fix(applicability="unsafe", message="", edits=found, reason="a test"), text)
    ast.parse(made)
    return made


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("a = f(1)\n", "f(1)", "new()\na = f(1)\n"),
        ("if a:\n\tf(1)\n", "f(1)", "if a:\n\tnew()\n\tf(1)\n"),
        ("# why\nf(1)\n", "f(1)", "# why\nnew()\nf(1)\n"),
        ("for x in f(1):\n    pass\n", "f(1)", "new()\nfor x in f(1):\n    pass\n"),
        ("with f(1):\n    pass\n", "f(1)", "new()\nwith f(1):\n    pass\n"),
        ("a = g(\n    f(1),\n)\n", "f(1)", "new()\na = g(\n    f(1),\n)\n"),
        ("a(); f(1)\n", "f(1)", None),
        ("if a: f(1)\n", "f(1)", None),
    ],
)
def test_a_line_comes_before_a_statement(text: str, code: str, wanted: str | None) -> None:
    assert after(text, lines.line_before(place_of(text, code), "new()")) == wanted


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("f(1)", "f(1)", "f(1)\nnew()"),
        ("if a:\n    f(1)  # one\n    g()\n", "f(1)", "if a:\n    f(1)  # one\n    new()\n    g()\n"),
        ("for x in f(1):\n    g()\nh()\n", "f(1)", "for x in f(1):\n    g()\nnew()\nh()\n"),
        ("for x in f(1):\n    g()\nelse:\n    h()\n", "f(1)", "for x in f(1):\n    g()\nelse:\n    h()\nnew()\n"),
    ],
)
def test_a_line_comes_after_a_statement(text: str, code: str, wanted: str | None) -> None:
    assert after(text, lines.line_after(place_of(text, code), "new()")) == wanted


@pytest.mark.parametrize(
    ("code", "wanted"),
    [
        ("f(x)", LOOP.replace("        f(x)\n", "")),
        ("h(epoch)", LOOP.replace("    h(epoch)\n", "")),
        ("g(x)", None),  # a comment goes with it
        ("end()", None),  # the file itself
    ],
)
def test_a_line_is_taken_out(code: str, wanted: str | None) -> None:
    assert after(LOOP, lines.line_taken_out(place_of(LOOP, code))) == wanted


def test_the_only_line_of_a_block_stays() -> None:
    assert lines.line_taken_out(place_of("if a:\n    f(1)\n", "f(1)")) is None


@pytest.mark.parametrize(
    ("text", "one", "other", "wanted"),
    [
        ("f(1)\ng(2)\n", "f(1)", "g(2)", "g(2)\nf(1)\n"),
        ("f(1)\nfor x in g(2):\n    h(x)\n", "f(1)", "g(2)", "for x in g(2):\n    h(x)\nf(1)\n"),
        ("f(1)\nk()\ng(2)\n", "f(1)", "g(2)", None),  # at the top of a file only neighbours change places
        (LOOP, "h(epoch)", "f(x)", LOOP.replace("    h(epoch)\n", "").replace("f(x)\n", "f(x)\n        h(epoch)\n")),
    ],
)
def test_a_line_moves_behind_another(text: str, one: str, other: str, wanted: str | None) -> None:
    assert after(text, *lines.moved_behind(place_of(text, one), place_of(text, other))) == wanted


def test_the_loop_around_ends_at_the_function() -> None:
    around = lines.loop_around(place_of(LOOP, "f(x)"))
    assert around is not None
    assert around.site is not None
    assert around.site.text.lstrip().startswith("for x in xs")
    nested = "for a in b:\n    def k():\n        f(1)\n"
    assert lines.loop_around(place_of(nested, "f(1)")) is None


def test_names_mean_the_same_within_a_function() -> None:
    text = "f(1)\nfor a in b:\n    g(2)\ndef k():\n    h(3)\n    i(4)\n"
    assert lines.see_the_same(place_of(text, "f(1)"), place_of(text, "g(2)"))
    assert not lines.see_the_same(place_of(text, "f(1)"), place_of(text, "h(3)"))
    assert lines.run_together(place_of(text, "h(3)"), place_of(text, "i(4)"))
    assert not lines.run_together(place_of(text, "f(1)"), place_of(text, "g(2)"))
