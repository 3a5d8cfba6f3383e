"""Code that only runs while a network trains, or may: it stands under, or beside, `if self.training`."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence

from trainlint.syntax.chunks import Chunk, told_once
from trainlint.syntax.nodes import walk
from trainlint.syntax.positions import NodeSite, Site


def runs_in_training_only(site: Site | None) -> bool:
    """Whether a test that mentions `training` stands around a piece of code."""
    if not isinstance(site, NodeSite) or "training" not in site.chunk.words:
        return False
    guarded = _guarded(site.chunk)
    row = site.place.row - site.chunk.moved if guarded else 0
    return any(first <= row <= last for first, last in guarded)


def asks_for_the_mode(sites: Iterable[Site | None]) -> bool:
    """Whether one of several pieces of code stands in a statement that mentions `training` anywhere: what is
    written there may depend on the mode."""
    return any(isinstance(site, NodeSite) and "training" in site.chunk.words for site in sites)


@told_once
def _guarded(chunk: Chunk) -> Sequence[tuple[int, int]]:
    """First and last rows of the tests of a chunk that mention `training`, as its text was read first."""
    return [
        (node.lineno, node.end_lineno or node.lineno)
        for node in walk(chunk.statements)
        if isinstance(node, (ast.If, ast.IfExp)) and _mentions_training(node.test)
    ]


def _mentions_training(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "training")
        or (isinstance(node, ast.Name) and node.id == "training")
        for node in walk([test])
    )
