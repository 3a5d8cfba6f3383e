"""Whatever a program or a settings file holds, evaluation ends in a plan: only text that is no Python is refused."""

from __future__ import annotations

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trainlint.evaluate.evaluate import evaluate
from trainlint.sources.document import Document
from trainlint.sources.settings_entry import NotSettings
from trainlint.sources.settings_file import parse
from trainlint.syntax.gate import SyntaxProblem

PIECES = [
    "import torch", "from torch import nn, optim", "import argparse, yaml, json", "from dataclasses import dataclass, field",
    "from enum import Enum", "p = argparse.ArgumentParser()", "p.add_argument('--lr', type=float, default='1e-3')",
    "args = p.parse_args()", "cfg = yaml.safe_load(open('config.yaml'))", "lr = cfg['lr']", "x = vars(args)",
    ("class Net(nn.Module):\n    def __init__(self, n=3, **kw):\n        super().__init__()\n        self.a = nn.Linear(n, n)\n"
    "    def forward(self, x):\n        return self.a(x)"),
    "class E(Enum):\n    A = 1\n    B = 'b'", "@dataclass\nclass C:\n    lr: float = 1e-3\n    n: list = field(default_factory=list)",
    "net = Net(*args, **x)", "opt = getattr(optim, 'Adam')(net.parameters(), lr=lr)", "x = {k: v for k, v in x.items()}",
    "x = [a for a in x if a]", "x, *y = x", "x = x + 1", "x = x[0]", "x = x[1:2]", "x = x.lr", "x.lr = x", "x[x] = x",
    "del x", "x = f'{x:>{lr}}'", "x = '%s %d' % x", "x = x @ x", "x = sorted(x, key=lambda a: a)", "x = min(x, key=len)",
    "x = eval(str(x))", "x = globals()[x]", "x = dict(x)", "x = list(zip(*x))", "x = C(**x)", "x = E(x).value", "x = E[x]",
    "def f(x=x, *a, **k):\n    global y\n    yield x\n    y = f(*a, **k)\n    return y", "x = f(x)(x)", "x = lambda: x",
    "while x:\n    x = x - 1", "for i, x in enumerate(x):\n    loss.backward()\n    opt.step()",
    "match x:\n    case [a, *b]:\n        x = a\n    case {'k': v, **r}:\n        x = r\n    case C(lr=l) | l:\n        x = l",
    "try:\n    x = 1 / 0\nexcept* ValueError as e:\n    x = e\nelse:\n    y = x", "with open(x) as x:\n    x = x.read()",
    "assert (x := x)", "x = x if x else y", "x = not x and -x or ~x", "x = x in x", "x = x < x <= y",
    "from .config import *", "import program", "from config import x", "x = type(x)(x)", "x = super()", "x = None",
    "x = 10 ** 400", "x = 1e400", "x = {}", "x = []", "x = ()", "x = {1, 2}", "x = 'ä'", "x = b'a'", "y = ...", "x = 1j",
    "x: int", "nonlocal_ = 1", "raise x", "if x:\n    raise y\nelse:\n    x = y", "async def g():\n    async for x in y:\n        await x",
    "x = x.format(x, lr=x)", "x = ','.join(x)", "x = isinstance(x, (int, C))", "x = hasattr(x, 'lr')", "setattr(x, 'lr', x)",
]  # fmt: skip

programs = st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join)
texts = st.one_of(
    st.text(max_size=200),
    st.lists(
        st.sampled_from(["lr: 1e-4\n", "a: &x [1, *x]\n", "<<: *x\n", "- 1\n", "  b: ${a}\n", "!Foo {a: b}\n", "? [a]\n: 1\n", "[a]\n",
                         "k = 1\n", '{"a": ', "}", "1e999", "\t", "'", '"', ": ", "#", "\n---\n", "0x", "12:30:45\n", "= {", "]"]),
        max_size=12,
    ).map("".join),
)  # fmt: skip
relaxed = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def _evaluate(text: str, path: Path | None = None) -> None:
    with contextlib.suppress(SyntaxProblem):
        evaluate(Document.from_text(text, "program.py", path))


@relaxed
@given(programs)
def test_any_program_has_a_plan(text: str) -> None:
    _evaluate(text + "\n# torch")


@relaxed
@given(programs, st.integers(0, 2000), st.text(max_size=4), st.integers(0, 30))
def test_a_program_that_is_being_typed_has_a_plan(text: str, at: int, typed: str, removed: int) -> None:
    at %= len(text) + 1
    _evaluate(text[:at] + typed + text[at + removed :] + "\n# torch")


@relaxed
@given(texts, st.sampled_from(["yaml", "yaml 1.2", "json", "toml", "ini"]))
def test_any_settings_are_read_or_refused(text: str, language: str) -> None:
    with contextlib.suppress(NotSettings):
        parse(text, language)  # type: ignore[arg-type]


READERS = [
    "import yaml, torch\ncfg = yaml.safe_load(open('config.yaml'))",
    "import torch\nfrom omegaconf import OmegaConf\ncfg = OmegaConf.load('config.yaml')",
    "import torch, hydra\n@hydra.main(config_path='.', config_name='config')\ndef main(cfg):\n    torch.optim.SGD([], cfg.lr).step()\nmain()",
    "import torch\nfrom yacs.config import CfgNode\ncfg = CfgNode({'lr': 1})\ncfg.merge_from_file('config.yaml')",
]


@pytest.mark.parametrize("program", READERS)
@settings(relaxed, max_examples=40)
@given(text=texts)
def test_any_settings_file_leaves_a_plan(program: str, text: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "train.py"
        (path.parent / "config.yaml").write_bytes(text.encode("utf-8", "surrogatepass"))
        _evaluate(program + "\ntorch.optim.SGD([], lr=cfg['lr']).step()\n" if "main" not in program else program, path)
