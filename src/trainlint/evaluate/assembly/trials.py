"""Runs that are not meant in earnest, as names and comments say."""

from __future__ import annotations

import re

from trainlint.syntax.positions import NodeSite, Site

_NAME = re.compile(r"(\b|_)(over_?fit|sanity|smoke|debug|dry_?run)(_|\b|[A-Z])")
_COMMENT = re.compile(
    r"sanity|smoke|debug|dry.?run|over-?fit (on |to )?(a|one|the|this|these|few|tiny|small|single)\b",
    re.IGNORECASE,
)


def is_tried_out(site: Site, name: str) -> bool:
    """Whether the name of the data, or the comment right above a call or a loop, says so."""
    return bool(_NAME.search(name)) or bool(_COMMENT.search(_comment_above(site)))


def _comment_above(site: Site) -> str:
    if not isinstance(site, NodeSite) or "#" not in site.chunk.text:
        return ""
    lines = site.chunk.text.split("\n")
    row = site.place.row - site.chunk.first_row
    first = row
    while 0 < first <= len(lines) and lines[first - 1].lstrip().startswith("#"):
        first -= 1
    return "\n".join(lines[max(first, 0) : row])
