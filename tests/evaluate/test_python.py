"""What Python programs compute, as far as training scripts use it to choose numbers and build things."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluate.running import plain, values

CASES: list[tuple[str, str, Any]] = [
    ("a literal", "x = 1e-8", 1e-8),
    ("arithmetic", "x = 2 * 3 + 10 ** -3", 6.001),
    ("floor division and remainder", "x = (7 // 2, 7 % 2)", (3, 1)),
    ("a negative number", "x = -0.5", -0.5),
    ("text that is put together", "a = 3\nx = f'layer{a}.weight'", "layer3.weight"),
    ("text that is concatenated", "x = 'a' 'b' + 'c'", "abc"),
    ("text methods", "x = 'ADAM'.lower()", "adam"),
    ("unpacking", "(a, b), c = (1, 2), 3\nx = [a, b, c]", [1, 2, 3]),
    ("unpacking around a star", "a, *b, c = range(5)\nx = (a, b, c)", (0, [1, 2, 3], 4)),
    ("chained assignment", "a = b = 4\nx = a + b", 8),
    ("augmented assignment", "x = 1\nx += 2\nx *= 5", 15),
    ("a list that grows", "x = [1]\nx.append(2)\nx += [3]\nx.extend((4, 5))", [1, 2, 3, 4, 5]),
    ("a list that shrinks", "x = [1, 2, 3]\nx.pop()\nx.insert(0, 9)", [9, 1, 2]),
    ("list arithmetic", "x = [1] * 2 + [3]", [1, 1, 3]),
    ("slices", "a = [1, 2, 3, 4]\nx = a[1:3] + a[-1:]", [2, 3, 4]),
    ("a dictionary", "x = {'lr': 0.1}\nx['momentum'] = 0.9\nx.update(decay=1)",
     {"lr": 0.1, "momentum": 0.9, "decay": 1}),
    ("dictionaries merged", "a = {'a': 1}\nx = {**a, 'b': 2}", {"a": 1, "b": 2}),
    ("get with a default", "x = {'a': 1}.get('b', 7)", 7),
    ("dict()", "x = dict(lr=0.1, **{'m': 2})", {"lr": 0.1, "m": 2}),
    ("a list comprehension", "x = [i * i for i in range(4) if i != 2]", [0, 1, 9]),
    ("nested comprehension", "x = [(a, b) for a in (1, 2) for b in 'uv']", [(1, "u"), (1, "v"), (2, "u"), (2, "v")]),
    ("a dictionary comprehension", "x = {k: k + 1 for k in (1, 2)}", {1: 2, 2: 3}),
    ("zip and enumerate", "x = [(i, a, b) for i, (a, b) in enumerate(zip([1, 2], [3, 4]))]", [(0, 1, 3), (1, 2, 4)]),
    ("a loop that is unrolled", "x = []\nfor i in range(3):\n    x.append(i * 2)", [0, 2, 4]),
    ("a loop with break", "x = []\nfor i in range(9):\n    if i == 2:\n        break\n    x.append(i)", [0, 1]),
    ("a loop with continue", "x = []\nfor i in range(4):\n    if i % 2:\n        continue\n    x.append(i)", [0, 2]),
    ("a decided branch", "a = 3\nif a > 2:\n    x = 1\nelse:\n    x = 2", 1),
    ("an elif", "a = 'b'\nif a == 'a':\n    x = 1\nelif a == 'b':\n    x = 2\nelse:\n    x = 3", 2),
    ("a conditional expression", "x = 1 if 0 else 2", 2),
    ("and, or, not", "x = (0 or 5, 1 and 2, not 3)", (5, 2, False)),
    ("comparison chains", "x = 1 < 2 <= 2 < 3", True),
    ("membership", "x = ('a' in ['a'], 3 not in (1, 2))", (True, True)),
    ("a walrus", "x = [y := 4, y + 1]", [4, 5]),
    ("a function", "def f(a, b=2):\n    return a + b\nx = f(1) + f(1, b=5)", 9),
    ("star arguments", "def f(*a, **k):\n    return a, k\nx = f(1, 2, c=3)", ((1, 2), {"c": 3})),
    ("arguments spread out", "def f(a, b, c):\n    return a * 100 + b * 10 + c\nx = f(*[1, 2], **{'c': 3})", 123),
    ("a lambda", "f = lambda a: a + 1\nx = f(2)", 3),
    ("a closure", "def f(a):\n    def g(b):\n        return a + b\n    return g\nx = f(1)(2)", 3),
    ("partial", "from functools import partial\nf = partial(lambda a, b: a - b, b=1)\nx = f(5)", 4),
    ("early return", "def f(a):\n    if a:\n        return 1\n    return 2\nx = f(0)", 2),
    ("recursion that ends", "def f(n):\n    return n\nx = f(3)", 3),
    ("global", "x = 1\ndef f():\n    global x\n    x = 5\nf()", 5),
    ("nonlocal", "def f():\n    a = 1\n    def g():\n        nonlocal a\n        a = 7\n    g()\n    return a\nx = f()", 7),
    ("a class", "class C:\n    k = 2\n    def __init__(self, a):\n        self.a = a\n    def f(self):\n"
     "        return self.a * self.k\nx = C(3).f()", 6),
    ("inheritance and super", "class A:\n    def __init__(self):\n        self.a = 1\nclass B(A):\n"
     "    def __init__(self):\n        super().__init__()\n        self.b = self.a + 1\nx = B().b", 2),
    ("old super", "class A:\n    def f(self):\n        return 4\nclass B(A):\n    def f(self):\n"
     "        return super(B, self).f() + 1\nx = B().f()", 5),
    ("a property", "class C:\n    @property\n    def a(self):\n        return 9\nx = C().a", 9),
    ("static and class methods", "class C:\n    k = 3\n    @staticmethod\n    def s(a):\n        return a\n"
     "    @classmethod\n    def c(cls):\n        return cls.k\nx = (C.s(1), C().s(2), C.c(), C().c())", (1, 2, 3, 3)),
    ("a dataclass", "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    a: int = 1\n"
     "    b: list = field(default_factory=lambda: [5])\nc = C(a=2)\nx = (c.a, c.b)", (2, [5])),
    ("a dataclass that inherits", "import dataclasses\n@dataclasses.dataclass\nclass A:\n    a: int = 1\n"
     "@dataclasses.dataclass\nclass B(A):\n    b: int = 2\nc = B(7)\nx = (c.a, c.b)", (7, 2)),
    ("a named tuple", "from typing import NamedTuple\nclass C(NamedTuple):\n    a: int\n    b: int = 4\n"
     "c = C(1)\nx = (c.b, c[0])", (4, 1)),
    ("a simple namespace", "from types import SimpleNamespace as N\nc = N(lr=0.1)\nc.b = 2\nx = (c.lr, c.b)", (0.1, 2)),
    ("getattr and setattr", "class C: pass\nc = C()\nsetattr(c, 'a', 3)\nx = (getattr(c, 'a'), getattr(c, 'b', 4))", (3, 4)),
    ("isinstance", "x = (isinstance(3, int), isinstance('a', (int, str)), isinstance([], dict))", (True, True, False)),
    ("built-in functions", "x = (len([1, 2]), max(3, 7), sum([1, 2]), int('4'), round(2.6), abs(-1))", (2, 7, 3, 4, 3, 1)),
    ("math", "import math\nx = (math.ceil(2.1), math.sqrt(16))", (3, 4.0)),
    ("match", "a = 'sgd'\nmatch a:\n    case 'adam':\n        x = 1\n    case 'sgd' | 'asgd':\n        x = 2\n"
     "    case _:\n        x = 3", 2),
    ("with and try", "try:\n    with open('f') as f:\n        x = 1\nexcept OSError:\n    x = 2", 1),
    ("except only after a raise", "def f():\n    raise ValueError\ntry:\n    f()\n    x = 1\nexcept ValueError:\n    x = 2", 1),
    ("a generator", "def f():\n    for i in range(3):\n        yield i\nx = len(list(f())) if False else 0", 0),
    ("an environment default", "import os\nx = float(os.environ.get('LR', 1e-3))", 1e-3),
    ("a default that is text", "import os\nx = int(os.getenv('N', '32'))", 32),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_known(code: str, expected: Any) -> None:
    assert plain(values(code)["x"]) == expected


UNKNOWN = [
    ("input", "x = int(input())"),
    ("a library that is not known", "import somewhere\nx = somewhere.rate()"),
    ("arithmetic with something unknown", "import somewhere\nx = 2 * somewhere.rate"),
    ("a number that changes in a loop that trains", "x = 1\nfor b in loader:\n    loss.backward()\n    x = x + 1"),
    ("a power that is too large", "x = 10 ** 10 ** 10"),
    ("endless recursion", "def f(n):\n    return f(n + 1)\nx = f(0)"),
    ("division by zero", "x = 1 / 0"),
]


@pytest.mark.parametrize("code", [case[1] for case in UNKNOWN], ids=[case[0] for case in UNKNOWN])
def test_unknown_stays_unknown(code: str) -> None:
    assert plain(values(code)["x"]) is ...


JOINED = [
    ("both branches", "if somewhere():\n    x = 1\nelse:\n    x = 2", {1, 2}),
    ("a branch without else", "x = 1\nif somewhere():\n    x = 2", {1, 2}),
    ("branches that agree", "if somewhere():\n    x = 3\nelse:\n    x = 3", 3),
    ("a conditional expression", "x = 1 if somewhere() else 2", {1, 2}),
    ("a path that raises does not count", "if somewhere():\n    raise ValueError\nelse:\n    x = 2", 2),
    ("a path that returns", "def f():\n    if somewhere():\n        return 1\n    return 2\nx = f()", {1, 2}),
    ("arithmetic on alternatives", "a = 1 if somewhere() else 2\nx = a * 10", {10, 20}),
    ("an entry under an unknown key", "x = {'a': 1, 'b': 2}[somewhere()]", {1, 2}),
    ("an attribute set on one path", "class C: pass\nc = C()\nc.a = 1\nif somewhere():\n    c.a = 2\nx = c.a", {1, 2}),
]


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in JOINED], ids=[case[0] for case in JOINED])
def test_branches_are_joined(code: str, expected: Any) -> None:
    assert plain(values("from library import somewhere\n" + code)["x"]) == expected


def test_a_list_that_grows_on_one_path_has_an_optional_item() -> None:
    found = values("from library import somewhere\nx = [1]\nif somewhere():\n    x.append(2)")["x"]
    assert not found.is_certain  # type: ignore[attr-defined]
    assert len(found.items) == 2  # type: ignore[attr-defined]
