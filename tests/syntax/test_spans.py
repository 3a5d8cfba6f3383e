"""Places are those that libcst's own provider gives."""

from __future__ import annotations

from textwrap import dedent

import libcst as cst
import pytest
from libcst.metadata import CodeRange, MetadataWrapper, PositionProvider

from trainlint.engine.registry import registry
from trainlint.sources.lines import LineIndex
from trainlint.syntax.spans import spans_of

ODD = {
    "no newline at the end": "x = 1\nif x:\n    y = (2)",
    "comments and blank lines": "# a\n\nx = f(  # b\n    1,\n\n    # c\n    2,\n)\n\n\n# d\n",
    "decorators": "@a\n# between\n@b(1)\nclass C(D, metaclass=E):\n    @property\n    async def f(self, *, x=1): ...\n",
    "semicolons": "x = 1; y = 2 ; z = 3\n",
    "tabs and form feeds": "if x:\n\ty = 1\n\x0c\nz = [1,\t2]\n",
    "carriage returns": "x = 1\r\ny = (\r\n    2\r\n)\r\nz = 3\r",
    "strings over lines": 's = """a\nb""" f"{x!r:>{n}}" \'c\'\n',
    "wide characters": "x = '\N{SMILING FACE WITH SUNGLASSES}', 1e-8\n",
    "clauses": "try:\n    pass\nexcept* E as e:\n    pass\nelse:\n    pass\nfinally:\n    pass\n",
    "match": "match x:\n    case [1, *rest] | {'a': b, **c} if d:\n        pass\n",
    "nothing": "",
}


END_OF_LINES = (cst.Module, cst.Newline, cst.TrailingWhitespace)
"""Nothing is ever reported there; without a newline at the end of a text they end in a line that does not exist."""


def ranges_of(text: str) -> tuple[dict[cst.CSTNode, CodeRange], dict[cst.CSTNode, CodeRange]]:
    """The places of all nodes, by the provider and by ours."""
    module = cst.parse_module(text)
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    theirs = dict(wrapper.resolve(PositionProvider))
    lines = LineIndex(text)
    ours = {}
    for node, span in spans_of(module).items():
        (row, column), (end_row, end_column) = map(lines.position, span)
        ours[node] = CodeRange((row, column - 1), (end_row, end_column - 1))
    for node in [node for node in theirs if isinstance(node, END_OF_LINES)]:
        del theirs[node], ours[node]
    return theirs, ours


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_programs(text: str) -> None:
    theirs, ours = ranges_of(text)
    assert ours == theirs


def test_programs_of_all_rules() -> None:
    for rule in registry().rules.values():
        for example in (*rule.bad, *rule.good):
            theirs, ours = ranges_of(dedent(example.code))
            assert ours == theirs, example.title
