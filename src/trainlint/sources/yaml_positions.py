"""YAML whose values know where they stand."""

from __future__ import annotations

import re
from typing import Any

import yaml

from trainlint.sources.settings_entry import Entry, NotSettings, Span

MOST_NODES = 20_000
"""Nodes of a file that are read, those behind aliases counted each time: nobody sets more than that."""


class _Loader(yaml.SafeLoader):
    """What PyYAML reads: by YAML 1.1, where `1e-4` has no dot and is therefore text."""


class _ModernLoader(yaml.SafeLoader):
    """What OmegaConf and ruamel.yaml read: `1e-4` is a number."""


_FLOAT = re.compile(
    r"^(?:[-+]?(?:[0-9][0-9_]*)\.[0-9_]*(?:[eE][-+]?[0-9]+)?|[-+]?(?:[0-9][0-9_]*)(?:[eE][-+]?[0-9]+)"
    r"|\.[0-9_]+(?:[eE][-+][0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$"
)
_ModernLoader.yaml_implicit_resolvers = {
    first: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:float"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
_ModernLoader.add_implicit_resolver("tag:yaml.org,2002:float", _FLOAT, list("-+0123456789."))


def parse_yaml(text: str, *, modern: bool = False) -> Entry:
    """The entries of the first document of a YAML text. Not `modern`: numbers as PyYAML reads them.

    Raises:
        NotSettings: the text is not YAML, or is too large.
    """
    loader: yaml.SafeLoader | None = None
    try:
        loader = (_ModernLoader if modern else _Loader)(text)
        node = loader.get_node() if loader.check_node() else None
        if node is None:
            return Entry(None, Span(1, 1, 1, 1))
        return _Reader(loader).entry(node)
    except (yaml.YAMLError, ValueError, RecursionError, TypeError, AttributeError, KeyError) as error:
        raise NotSettings(" ".join(str(error).split())) from None  # PyYAML lets errors of its own through
    finally:
        if loader is not None:
            loader.dispose()


class _Reader:
    def __init__(self, loader: yaml.SafeLoader) -> None:
        self.loader = loader
        self.known: dict[int, Entry] = {}
        self.open: set[int] = set()
        self.left = MOST_NODES

    def entry(self, node: yaml.Node) -> Entry:
        found = self.known.get(id(node))
        if found is not None:
            return found  # an alias is the same object, as in Python
        self.left -= 1
        if self.left < 0:
            raise NotSettings("more entries than are read")
        span = _span(node)
        if id(node) in self.open:
            return Entry(None, span, readable=False)
        self.open.add(id(node))
        entry = self._made(node, span)
        self.open.discard(id(node))
        self.known[id(node)] = entry
        return entry

    def _made(self, node: yaml.Node, span: Span) -> Entry:
        if isinstance(node, yaml.MappingNode):
            self.loader.flatten_mapping(node)  # `<<: *base`
            entries: dict[Any, Entry] = {}
            for key_node, value_node in node.value:
                key = self._constant(key_node)
                if key.readable and isinstance(key.content, str | int | float | bool | None):
                    entries[key.content] = self.entry(value_node)
            return Entry(
                entries, span, readable=node.tag in ("tag:yaml.org,2002:map", "tag:yaml.org,2002:omap")
            )
        if isinstance(node, yaml.SequenceNode):
            return Entry([self.entry(item) for item in node.value], span)
        return self._constant(node)

    def _constant(self, node: yaml.Node) -> Entry:
        span = _span(node)
        if not isinstance(node, yaml.ScalarNode):
            return Entry(None, span, readable=False)
        try:
            return Entry(self.loader.construct_object(node), span)
        except (yaml.YAMLError, ValueError, OverflowError):
            return Entry(None, span, readable=False)  # `!Loss`, an impossible date


def _span(node: yaml.Node) -> Span:
    start, end = node.start_mark, node.end_mark
    return Span(start.line + 1, start.column + 1, end.line + 1, end.column + 1)
