"""Signatures of library functions as text, parsed when first used."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from functools import cached_property

from trainlint.values.origin import Made, Origin
from trainlint.values.value import Items, Known, Reference, Unknown, Value


@dataclass(frozen=True)
class Signature:
    """The parameters of a function as they stand between its parentheses: `params, lr=1e-3, *, foreach=None`."""

    text: str

    @cached_property
    def _parsed(self) -> ast.arguments:
        function = ast.parse(f"def f({self.text}): pass").body[0]
        assert isinstance(function, ast.FunctionDef)
        return function.args

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Parameters that may be given by position, in order."""
        return tuple(parameter.arg for parameter in self._parsed.posonlyargs + self._parsed.args)

    @cached_property
    def defaults(self) -> dict[str, ast.expr]:
        parsed = self._parsed
        positional = parsed.posonlyargs + parsed.args
        given = dict(
            zip(
                [p.arg for p in positional[len(positional) - len(parsed.defaults) :]],
                parsed.defaults,
                strict=True,
            )
        )
        given |= {
            p.arg: d for p, d in zip(parsed.kwonlyargs, parsed.kw_defaults, strict=True) if d is not None
        }
        return given

    @cached_property
    def _library_defaults(self) -> dict[str, dict[str, Value]]:
        return {}  # by title: the values never change, so all calls share them

    def library_defaults(self, title: str) -> dict[str, Value]:
        """The defaults as values whose origin says that they are `title`'s."""
        found = self._library_defaults.get(title)
        if found is None:
            found = {name: default_value(default, title) for name, default in self.defaults.items()}
            self._library_defaults[title] = found
        return found

    def bind(
        self, positional: tuple[Value, ...], keyword: dict[str, Value], complete: bool, title: str
    ) -> dict[str, Value]:
        """Arguments by parameter name. Extra ones keep their own name, or `*` and their position."""
        bound: dict[str, Value] = {}
        for index, value in enumerate(positional):
            bound[self.names[index] if index < len(self.names) else f"*{index}"] = value
        bound |= keyword
        if complete:
            return self.library_defaults(title) | bound
        hidden: dict[str, Value] = {name: Unknown("hidden by * or **") for name in self.defaults}
        return hidden | bound


def default_value(node: ast.expr, title: str) -> Value:
    """A library default as a value whose origin says so."""
    origin = Origin(Made.LIBRARY, None, f"default of {title}")
    if isinstance(node, ast.Tuple | ast.List):
        return Items([default_value(item, title) for item in node.elts], "tuple", origin=origin)
    if isinstance(node, ast.Name | ast.Attribute):
        return Reference(ast.unparse(node), origin)
    return Known(ast.literal_eval(node), origin)


def signature_table(text: str) -> dict[str, Signature]:
    """Signatures by name, from lines such as `Dense(units, activation=None)`; indented lines go on."""
    joined: list[str] = []
    for line in text.strip().splitlines():
        if line[:1].isspace() and joined:
            joined[-1] += " " + line.strip()
        elif line:
            joined.append(line)
    return {
        name: Signature(rest.removesuffix(")")) for name, _, rest in (line.partition("(") for line in joined)
    }
