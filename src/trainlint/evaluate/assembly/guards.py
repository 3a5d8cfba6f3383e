"""Code that only runs while a network trains: it stands under `if self.training`."""

from __future__ import annotations

import ast

from trainlint.syntax.positions import NodeSite, Site


def runs_in_training_only(site: Site | None) -> bool:
    """Whether a test that mentions `training` stands around a piece of code."""
    if not isinstance(site, NodeSite) or "training" not in site.chunk.words:
        return False
    row = site.place.row
    tests = (
        node
        for statement in site.chunk.statements
        for node in ast.walk(statement)
        if isinstance(node, ast.If | ast.IfExp) and node.lineno <= row <= (node.end_lineno or node.lineno)
    )
    return any(_mentions_training(node.test) for node in tests)


def _mentions_training(test: ast.expr) -> bool:
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "training")
        or (isinstance(node, ast.Name) and node.id == "training")
        for node in ast.walk(test)
    )
