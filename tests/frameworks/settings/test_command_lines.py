"""Command lines: the defaults of options, which a user may override."""

from __future__ import annotations

from typing import Any

import pytest

from tests.evaluate.running import plain, values
from trainlint.values.origin import Certainty

ARGPARSE = "import argparse\np = argparse.ArgumentParser()\n"
CLICK = "import click\n@click.command()\n"
DATACLASS = "from dataclasses import dataclass, field\n@dataclass\nclass C:\n    lr: float = 1e-3\n    n: int = 4\n"

CASES: list[tuple[str, str, Any]] = [
    ("an option", ARGPARSE + "p.add_argument('--lr', type=float, default=1e-3)\nx = p.parse_args().lr", 1e-3),
    ("text that is converted", ARGPARSE + "p.add_argument('--lr', type=float, default='1e-3')\nx = p.parse_args().lr", 1e-3),
    ("a conversion of the program", ARGPARSE + "p.add_argument('--s', type=lambda t: [int(a) for a in t.split(',')],"
     " default='3,4')\nx = p.parse_args().s", [3, 4]),
    ("only text is converted", ARGPARSE + "p.add_argument('--lr', type=int, default=0.5)\nx = p.parse_args().lr", 0.5),
    ("a list", ARGPARSE + "p.add_argument('--m', nargs='+', type=int, default=[1, 2])\nx = p.parse_args().m", [1, 2]),
    ("flags", ARGPARSE + "p.add_argument('-a', action='store_true')\np.add_argument('--no-b', action='store_false', dest='b')\n"
     "a = p.parse_args()\nx = (a.a, a.b)", (False, True)),
    ("a boolean option", ARGPARSE + "p.add_argument('--amp', action=argparse.BooleanOptionalAction, default=True)\n"
     "x = p.parse_args().amp", True),
    ("dashes", ARGPARSE + "p.add_argument('-lr', '--learning-rate', default=2)\nx = p.parse_args().learning_rate", 2),
    ("no default", ARGPARSE + "p.add_argument('--w')\nx = p.parse_args().w", None),
    ("a required option", ARGPARSE + "p.add_argument('--w', required=True)\nx = p.parse_args().w", ...),
    ("a positional argument", ARGPARSE + "p.add_argument('data')\nx = p.parse_args().data", ...),
    ("an optional positional argument", ARGPARSE + "p.add_argument('data', nargs='?', default='d')\nx = p.parse_args().data", "d"),
    ("a group", ARGPARSE + "g = p.add_argument_group('train')\ng.add_argument('--lr', default=3)\nx = p.parse_args().lr", 3),
    ("parents", ARGPARSE + "p.add_argument('--lr', default=3)\nq = argparse.ArgumentParser(parents=[p])\nx = q.parse_args().lr", 3),
    ("set_defaults", ARGPARSE + "p.add_argument('--lr', default=3)\np.set_defaults(lr=4, m=5)\na = p.parse_args()\nx = (a.lr, a.m)", (4, 5)),
    ("two commands", ARGPARSE + "s = p.add_subparsers(dest='c')\na = s.add_parser('a')\nb = s.add_parser('b')\n"
     "a.add_argument('--lr', default=1)\nb.add_argument('--lr', default=2)\nx = p.parse_args().lr", {1, 2}),
    ("parse_known_args", ARGPARSE + "p.add_argument('--lr', default=3)\nx = p.parse_known_args()[0].lr", 3),
    ("unpacked", ARGPARSE + "p.add_argument('--lr', default=3)\na, rest = p.parse_known_args()\nx = a.lr", 3),
    ("a namespace that exists", ARGPARSE + "class O: pass\no = O()\np.add_argument('--lr', default=3)\np.parse_args(namespace=o)\nx = o.lr", 3),
    ("a command line in the program", ARGPARSE + "p.add_argument('--lr', type=float, default=3)\np.add_argument('--f', action='store_true')\n"
     "a = p.parse_args(['--lr', '0.5', '--f'])\nx = (a.lr, a.f)", (0.5, True)),
    ("vars", ARGPARSE + "p.add_argument('--lr', default=3)\nx = vars(p.parse_args())['lr']", 3),
    ("options as arguments", ARGPARSE + "p.add_argument('--lr', default=3)\ndef f(lr, m=1):\n    return lr\nx = f(**vars(p.parse_args()))", 3),
    ("options through vars", ARGPARSE + "p.add_argument('--lr', default=3)\na = p.parse_args()\nvars(a).update({'lr': 7})\nx = a.lr", 7),
    ("assigned later", ARGPARSE + "p.add_argument('--lr', default=3)\na = p.parse_args()\na.lr = a.lr * 2\nx = a.lr", 6),
    ("a parser of the program", ("from argparse import ArgumentParser\nclass P(ArgumentParser):\n    def __init__(self):\n"
     "        super().__init__()\n        self.add_argument('--lr', default=3)\nx = P().parse_args().lr"), 3),
    ("a function that parses", ARGPARSE + "def f(p):\n    p.add_argument('--lr', default=3)\n    return p\nx = f(p).parse_args().lr", 3),
    ("membership", ARGPARSE + "p.add_argument('--lr', default=3)\na = p.parse_args()\nx = ('lr' in a, 'm' in a)", (True, False)),
    ("a namespace", "from argparse import Namespace\nx = Namespace(**{'lr': 3}).lr", 3),
    ("click", CLICK + "@click.option('--lr', '-l', default=1e-3)\n@click.option('--use/--no-use', default=True)\n@click.argument('d')\n"
     "def main(d, lr, use):\n    global x\n    x = (lr, use)\nmain()", (1e-3, True)),
    ("click with a context", ("import click\n@click.command()\n@click.pass_context\n@click.option('--n', 'count', default='5', type=click.INT)\n"
     "def main(ctx, count):\n    global x\n    x = count\nmain()"), 5),
    ("a click group", ("import click\n@click.group()\ndef cli(): pass\n@cli.command()\n@click.option('--lr', default=2)\n"
     "def train(lr):\n    global x\n    x = lr\ntrain()"), 2),
    ("typer", "import typer\ndef main(lr: float = typer.Option(1e-3, '--lr'), n: int = 4):\n    global x\n    x = (lr, n)\ntyper.run(main)", (1e-3, 4)),
    ("a typer application", "import typer\napp = typer.Typer()\n@app.command()\ndef main(lr: float = 2):\n    global x\n    x = lr\nmain()", 2),
    ("absl", ("from absl import app, flags\nFLAGS = flags.FLAGS\nflags.DEFINE_float('lr', 1e-3, 'rate')\ndef main(argv):\n"
     "    global x\n    x = FLAGS.lr\napp.run(main)"), 1e-3),
    ("an absl flag", "from absl import flags\nLR = flags.DEFINE_integer(name='lr', default=3, help='')\nx = LR.value", 3),
    ("flags of TensorFlow", ("import tensorflow as tf\nflags = tf.app.flags\nflags.DEFINE_float('lr', 0.5, '')\n"
     "def main(_):\n    global x\n    x = tf.app.flags.FLAGS.lr\ntf.compat.v1.app.run(main)"), 0.5),
    ("fire", "import fire\ndef main(lr=1e-3):\n    global x\n    x = lr\nfire.Fire(main)", 1e-3),
    ("tyro", "import tyro\n" + DATACLASS + "x = tyro.cli(C).lr", 1e-3),
    ("pyrallis", "import pyrallis\n" + DATACLASS + "x = pyrallis.parse(config_class=C).n", 4),
    ("simple_parsing", "from simple_parsing import ArgumentParser\n" + DATACLASS + "p = ArgumentParser()\np.add_arguments(C, dest='c')\n"
     "x = p.parse_args().c.lr", 1e-3),
    ("dataclasses of transformers", "from transformers import HfArgumentParser\n" + DATACLASS + "p = HfArgumentParser((C,))\n"
     "(c,) = p.parse_args_into_dataclasses()\nx = c.lr", 1e-3),
    ("typed arguments", "from tap import Tap\nclass A(Tap):\n    lr: float = 0.5\nx = A().parse_args().lr", 0.5),
    ("docopt is not known", "from docopt import docopt\nx = docopt(__doc__)['--lr']", ...),
]  # fmt: skip


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_defaults_of_options(code: str, expected: Any) -> None:
    assert plain(values(code)["x"]) == expected


LABELS = [
    (ARGPARSE + "p.add_argument('-l', '--lr', default=1e-3)\nx = p.parse_args().lr", "--lr"),
    (CLICK + "@click.option('--lr', default=1e-3)\ndef main(lr):\n    global x\n    x = lr\nmain()", "--lr"),
    ("from absl import flags\nflags.DEFINE_float('lr', 1e-3, '')\nx = flags.FLAGS.lr", "--lr"),
    ("import fire\ndef main(lr=1e-3):\n    global x\n    x = lr\nfire.Fire(main)", "--lr"),
    ("import tyro\n" + DATACLASS + "x = tyro.cli(C).lr", "--lr"),
]


@pytest.mark.parametrize(("code", "label"), LABELS)
def test_an_option_is_known_by_its_flag_and_the_text_of_its_default(code: str, label: str) -> None:
    origin = values(code)["x"].origin
    assert origin is not None
    assert origin.certainty is Certainty.DEFAULT
    option = next(step for step in origin.chain() if step.made.name == "OPTION")
    assert option.label == label
    assert option.site is not None
    assert option.site.text == "1e-3"


def test_what_the_program_writes_on_its_own_command_line_is_exact() -> None:
    found = values(ARGPARSE + "p.add_argument('--lr', default=1e-3)\nx = p.parse_args([]).lr")["x"].origin
    assert found is not None
    assert found.certainty is Certainty.EXACT


def test_flags_are_found_although_nothing_in_the_program_depends_on_them() -> None:
    from trainlint.evaluate.evaluate import evaluate
    from trainlint.sources.document import Document

    plan = evaluate(
        Document.from_text(
            "import torch\nfrom absl import app, flags\nFLAGS = flags.FLAGS\nflags.DEFINE_float('lr', 1e-3, '')\n"
            "def main(argv):\n    o = torch.optim.SGD(torch.nn.Linear(1, 1).parameters(), lr=FLAGS.lr)\n    o.step()\n"
            "if __name__ == '__main__':\n    app.run(main)\n"
        )
    )
    assert [optimizer.learning_rate.values for optimizer in plan.optimizers] == [(1e-3,)]
