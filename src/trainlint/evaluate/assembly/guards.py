"""Code that only runs while a network trains, or may: it stands under, or beside, `if self.training`."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from functools import lru_cache

from trainlint.syntax.chunks import Chunk
from trainlint.syntax.positions import NodeSite, Site


def runs_in_training_only(site: Site | None) -> bool:
    """Whether a test that mentions `training` stands around a piece of code."""
    if not isinstance(site, NodeSite) or "training" not in site.chunk.words:
        return False
    row = site.place.row
    return any(first <= row <= last for first, last in _guarded(site.chunk))


def asks_for_the_mode(sites: Iterable[Site | None]) -> bool:
    """Whether one of several pieces of code stands in a statement that mentions `training` anywhere: what is
    written there may depend on the mode."""
    return any(isinstance(site, NodeSite) and "training" in site.chunk.words for site in sites)


@lru_cache(maxsize=4)
def _guarded(chunk: Chunk) -> tuple[tuple[int, int], ...]:
    """First and last rows of the tests of a chunk that mention `training`."""
    return tuple(
        (node.lineno + chunk.moved, (node.end_lineno or node.lineno) + chunk.moved)
        for statement in chunk.statements
        for node in ast.walk(statement)
        if isinstance(node, ast.If | ast.IfExp) and _mentions_training(node.test)
    )


def _mentions_training(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "training")
        or (isinstance(node, ast.Name) and node.id == "training")
        for node in ast.walk(test)
    )
