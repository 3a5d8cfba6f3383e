"""Where the arguments of a call stand."""

from __future__ import annotations

import libcst as cst

from trainlint.syntax.positions import NodeSite, Site


def argument(site: Site | None, position: int, keyword: str) -> NodeSite | None:
    """Where one argument of the call at `site` stands; None when it is not given."""
    node = site.node if isinstance(site, NodeSite) else None
    if not isinstance(node, cst.Call):
        return None
    named = [argument for argument in node.args if argument.keyword and argument.keyword.value == keyword]
    plain = [argument for argument in node.args if argument.keyword is None]
    chosen = named or plain[position : position + 1]
    return NodeSite(site.chunk, chosen[0].value) if chosen and isinstance(site, NodeSite) else None


def keyword(site: Site, name: str) -> NodeSite | None:
    """Where the name of a keyword argument stands in the call at `site`."""
    node = site.node if isinstance(site, NodeSite) else None
    if not isinstance(site, NodeSite) or not isinstance(node, cst.Call):
        return None
    names = (argument.keyword for argument in node.args if argument.keyword is not None)
    return next((NodeSite(site.chunk, word) for word in names if word.value == name), None)
