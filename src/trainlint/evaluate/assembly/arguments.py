"""Where the arguments of a call stand."""

from __future__ import annotations

import ast

from trainlint.syntax.positions import NameSite, NodeSite, Site


def argument(site: Site | None, position: int, keyword: str) -> NodeSite | None:
    """Where one argument of the call at `site` stands; None when it is not given."""
    if not isinstance(site, NodeSite) or not isinstance(site.node, ast.Call):
        return None
    named = [argument.value for argument in site.node.keywords if argument.arg == keyword]
    chosen = named or site.node.args[position : position + 1]
    node = chosen[0] if chosen else None
    return NodeSite(site.chunk, node.value if isinstance(node, ast.Starred) else node) if node else None


def keyword(site: Site, name: str) -> NameSite | None:
    """Where the name of a keyword argument stands in the call at `site`."""
    if not isinstance(site, NodeSite) or not isinstance(site.node, ast.Call):
        return None
    return next((NameSite(site.chunk, word) for word in site.node.keywords if word.arg == name), None)
