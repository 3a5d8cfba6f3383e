"""Edits that fixes are made of, each on one piece of a small program."""

from __future__ import annotations

import ast

import pytest

from trainlint.engine import mending
from trainlint.engine.diagnostic import Edit, Fix
from trainlint.engine.policing import applied
from trainlint.syntax.chunks import split
from trainlint.syntax.positions import NodeSite
from trainlint.values.origin import Made, Origin


def place_of(text: str, code: str) -> Origin:
    """The expression that is written as `code`, the first one of the program."""
    for chunk in split(text, "program.py"):
        for node in (node for statement in chunk.statements for node in ast.walk(statement)):
            written = isinstance(node, ast.Call | ast.BinOp | ast.Constant)
            if written and NodeSite(chunk, node).text == code:
                return Origin(Made.WRITTEN, NodeSite(chunk, node))
    raise AssertionError(f"{code} does not stand in the program")


def after(text: str, edit: Edit | None) -> str | None:
    if edit is None:
        return None
    made = applied(Fix(applicability="unsafe", message="", edits=(edit,), reason="a test"), text)
    ast.parse(made)
    return made


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("loss(F.softmax(net(x), dim=1), y)\n", "F.softmax(net(x), dim=1)", "loss(net(x), y)\n"),
        ("loss(softmax(x), y)\n", "softmax(x)", "loss(x, y)\n"),
        ("y = F.softmax(x)\n", "F.softmax(x)", "y = x\n"),
        ("y = nn.functional.softmax(x)\n", "nn.functional.softmax(x)", "y = x\n"),
        ("y = x.softmax(-1)\n", "x.softmax(-1)", "y = x\n"),
        ("y = x.softmax(dim=1)\n", "x.softmax(dim=1)", "y = x\n"),
        ("y = net(x).sigmoid()\n", "net(x).sigmoid()", "y = net(x)\n"),
        ("y = x.softmax(axis)\n", "x.softmax(axis)", None),  # or a function of a module x
        ("y = torch.sigmoid(a + b) * 2\n", "torch.sigmoid(a + b)", "y = (a + b) * 2\n"),
        ("y = x / 255\n", "x / 255", "y = x\n"),
        ("y = x.astype('float32') / 255.0\n", "x.astype('float32') / 255.0", "y = x.astype('float32')\n"),
        (
            "y = F.softmax(\n    x,  # scores\n    dim=1,\n)\n",
            "F.softmax(\n    x,  # scores\n    dim=1,\n)",
            None,
        ),
        ("y = F.softmax(*given)\n", "F.softmax(*given)", None),
        (
            "net = nn.Sequential(nn.Linear(2, 3), nn.Softmax(dim=1))\n",
            "nn.Softmax(dim=1)",
            "net = nn.Sequential(nn.Linear(2, 3))\n",
        ),
        (
            "net = Sequential([\n    Dense(3),\n    Softmax(),\n])\n",
            "Softmax()",
            "net = Sequential([\n    Dense(3),\n])\n",
        ),
        ("layers = [nn.Sigmoid(), nn.ReLU()]\n", "nn.Sigmoid()", "layers = [nn.ReLU()]\n"),
        ("net.add(Softmax())\nfit()\n", "Softmax()", "fit()\n"),
        ("y = layers.Softmax()(x)\n", "layers.Softmax()", "y = x\n"),
        ("self.last = nn.Softmax(dim=1)\n", "nn.Softmax(dim=1)", "self.last = nn.Identity()\n"),
        ("last = Softmax(dim=1)\n", "Softmax(dim=1)", None),  # what Identity is called here is not known
        ("x = Dense(1, activation='sigmoid')\n", "'sigmoid'", "x = Dense(1, activation='linear')\n"),
    ],
)
def test_without(text: str, code: str, wanted: str | None) -> None:
    assert after(text, mending.without(place_of(text, code))) == wanted


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("n = Sequential([Conv(), Dense()])\n", "Dense()", "n = Sequential([Conv(), New(), Dense()])\n"),
        (
            "n = Sequential(\n    Conv(),\n    Dense(),\n)\n",
            "Dense()",
            "n = Sequential(\n    Conv(),\n    New(),\n    Dense(),\n)\n",
        ),
        ("if x:\n    n.add(Dense())\n", "Dense()", "if x:\n    n.add(New())\n    n.add(Dense())\n"),
        ("y = Dense()(x)\n", "Dense()", "y = Dense()(New()(x))\n"),
        ("self.head = Dense()\n", "Dense()", None),
        ("n = Net(Conv(), Dense())\n", "Dense()", None),
    ],
)
def test_put_before(text: str, code: str, wanted: str | None) -> None:
    assert after(text, mending.put_before(place_of(text, code), "New()")) == wanted


@pytest.mark.parametrize("text", ["self.head = nn.Dense()\n", "head: Layer = nn.Dense()\n"])
def test_what_gets_a_name_is_not_looked_up_in_libcst(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mending, "surroundings", None)
    origin = place_of(text, "nn.Dense()")
    assert mending.beside(origin, "ReLU") == "nn.ReLU"
    assert mending.put_before(origin, "nn.ReLU()") is None
    assert mending.left_out(origin) is None


@pytest.mark.parametrize(
    ("text", "code", "wanted"),
    [
        ("c = nn.BCELoss()\n", "nn.BCELoss()", "c = nn.BCEWithLogitsLoss()\n"),
        ("c = BCELoss()\n", "BCELoss()", None),  # the other name is not imported
        ("compile(loss='mse')\n", "'mse'", "compile(loss='mae')\n"),
        ("c = nn.BCELoss(w.BCELoss)\n", "nn.BCELoss(w.BCELoss)", None),
    ],
)
def test_called_instead(text: str, code: str, wanted: str | None) -> None:
    names = {"BCELoss": "BCEWithLogitsLoss", "mse": "mae"}
    assert after(text, mending.called_instead(place_of(text, code), names)) == wanted


def test_the_last_statement_of_a_block_stays() -> None:
    text = "if x:\n    n.add(Softmax())\n"
    assert after(text, mending.left_out(place_of(text, "Softmax()"))) is None
