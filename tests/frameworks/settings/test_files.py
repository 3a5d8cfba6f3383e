"""Settings in files: YAML, JSON, TOML, INI, and the objects that programs make of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.evaluate.running import plain, values
from trainlint.values.origin import Certainty, Made

FILES = {
    "config.yaml": """\
        lr: 0.001
        text: 1e-4
        base: &base {decay: 0.5}
        train:
          <<: *base
          epochs: 3
          sizes: [8, 16]
    """,
    "config.json": '{"optimizer": {"type": "Adam", "args": {"lr": 0.001}}}',
    "config.toml": "[train]\nlr = 0.001\nsizes = [1, 2]\n",
    "config.ini": "[train]\nlr = 0.001\nepochs = 3\namp = yes\n",
    "conf/other.yaml": "lr: 0.5\nSOLVER:\n  LR: 0.25\n",
}

YAML = "import yaml\n"
OMEGA = "from omegaconf import OmegaConf\n"

CASES: list[tuple[str, str, Any]] = [
    ("an open file", YAML + "x = yaml.safe_load(open('config.yaml'))['lr']", 0.001),
    ("with", YAML + "with open('config.yaml') as f:\n    c = yaml.load(f, Loader=yaml.FullLoader)\nx = c['train']", {"decay": 0.5, "epochs": 3, "sizes": [8, 16]}),
    ("a number that YAML 1.1 takes for text", YAML + "x = yaml.safe_load(open('config.yaml'))['text']", "1e-4"),
    ("text that is converted", YAML + "x = float(yaml.safe_load(open('config.yaml'))['text'])", 1e-4),
    ("a path", "from pathlib import Path\n" + YAML + "x = yaml.safe_load(Path('config.yaml').read_text())['lr']", 0.001),
    ("beside the script", "import os\n" + YAML + "p = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'conf', 'other.yaml')\n"
     "x = yaml.safe_load(open(p))['lr']", 0.5),
    ("beside the script, by pathlib", "from pathlib import Path\n" + YAML + "p = Path(__file__).resolve().parent / 'conf' / 'other.yaml'\n"
     "with p.open() as f:\n    x = yaml.safe_load(f)['lr']", 0.5),
    ("a path on the command line", ARG := "import argparse\n" + YAML + "p = argparse.ArgumentParser()\np.add_argument('-c', '--config', default='config.yaml')\n"
     "a = p.parse_args()\nx = yaml.safe_load(open(a.config, 'r'))['lr']", 0.001),
    ("JSON", "import json\nwith open('config.json') as f:\n    x = json.load(f)['optimizer']['args']['lr']", 0.001),
    ("JSON as text", "import json\nx = json.loads(open('config.json').read())['optimizer']['type']", "Adam"),
    ("JSON in the program", "import json\nx = json.loads('{\"lr\": 0.1}')['lr']", 0.1),
    ("TOML", "import tomllib\nwith open('config.toml', 'rb') as f:\n    x = tomllib.load(f)['train']", {"lr": 0.001, "sizes": [1, 2]}),
    ("the toml package takes a path", "import toml\nx = toml.load('config.toml')['train']['lr']", 0.001),
    ("INI", ("import configparser\nc = configparser.ConfigParser()\nc.read('config.ini')\n"
     "x = (c['train']['lr'], c.getfloat('train', 'lr'), c['train'].getint('epochs'), c.getboolean('train', 'amp'))"), ("0.001", 0.001, 3, True)),
    ("a file that is not there", YAML + "x = yaml.safe_load(open('missing.yaml'))", ...),
    ("a file outside of the project", YAML + "x = yaml.safe_load(open('/etc/hosts.yaml'))", ...),
    ("YAML in the program", YAML + "x = yaml.safe_load('lr: 0.1\\nn: 2')", {"lr": 0.1, "n": 2}),
    ("EasyDict", "from easydict import EasyDict\n" + YAML + "c = EasyDict(yaml.safe_load(open('config.yaml')))\nx = (c.lr, c.train.epochs, c['train']['decay'])",
     (0.001, 3, 0.5)),
    ("Box", "from box import Box\nc = Box({'a': {'b': 1}})\nc.a.b = 2\nx = c.a.b", 2),
    ("Munch", "from munch import munchify\nx = munchify({'a': {'b': 1}}).a.b", 1),
    ("SimpleNamespace", "from types import SimpleNamespace\n" + YAML + "x = SimpleNamespace(**yaml.safe_load(open('config.yaml'))).lr", 0.001),
    ("ConfigDict", "import ml_collections\nc = ml_collections.ConfigDict()\nc.lr = 0.1\nc.optim = ml_collections.ConfigDict({'b': 2})\nx = (c.lr, c.optim.b)", (0.1, 2)),
    ("yacs", ("from yacs.config import CfgNode as CN\n_C = CN()\n_C.SOLVER = CN()\n_C.SOLVER.LR = 0.1\n_C.SOLVER.N = 3\n"
     "cfg = _C.clone()\ncfg.merge_from_file('conf/other.yaml')\ncfg.merge_from_list(['SOLVER.N', 5])\nx = (cfg.SOLVER.LR, cfg.SOLVER.N, _C.SOLVER.LR)"), (0.25, 5, 0.1)),
    ("settings as arguments", YAML + "def f(lr, **rest):\n    return lr\nx = f(**yaml.safe_load(open('config.yaml')))", 0.001),
    ("OmegaConf", OMEGA + "c = OmegaConf.load('config.yaml')\nx = (c.lr, c.text, c['train'].epochs)", (0.001, 1e-4, 3)),
    ("OmegaConf merged", OMEGA + "c = OmegaConf.merge(OmegaConf.load('config.yaml'), OmegaConf.create({'lr': 1, 'train': {'epochs': 9}}))\n"
     "x = (c.lr, c.train.epochs, c.train.decay)", (1, 9, 0.5)),
    ("OmegaConf of a dataclass", OMEGA + "from dataclasses import dataclass\n@dataclass\nclass C:\n    lr: float = 0.1\nx = OmegaConf.structured(C).lr", 0.1),
    ("references", OMEGA + "c = OmegaConf.create({'model': {'dim': 8}, 'a': '${model.dim}', 'b': {'c': '${..a}', 'd': 'm${a}'}})\nx = (c.a, c.b.c, c.b.d)", (8, 8, "m8")),
    ("a plain dictionary again", OMEGA + "x = OmegaConf.to_container(OmegaConf.create({'a': {'b': 1}}), resolve=True)", {"a": {"b": 1}}),
    ("get", OMEGA + "c = OmegaConf.create({'a': 1})\nx = (c.get('a'), c.get('b', 2), 'a' in c)", (1, 2, True)),
    ("ruamel", "from ruamel.yaml import YAML\nx = YAML(typ='safe').load(open('config.yaml'))['text']", 1e-4),
]  # fmt: skip


@pytest.fixture
def script(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(dedent(text))
    return tmp_path / "train.py"


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_settings(script: Path, code: str, expected: Any) -> None:
    assert plain(values(code, script)["x"]) == expected


PLACES = [
    (YAML + "x = yaml.safe_load(open('config.yaml'))['lr']", ("config.yaml", 1, 5, "0.001"), "lr"),
    (YAML + "x = yaml.safe_load(open('config.yaml'))['train']['epochs']", ("config.yaml", 6, 11, "3"), "train.epochs"),
    ("import json\nx = json.load(open('config.json'))['optimizer']['args']['lr']", ("config.json", 1, 47, "0.001"), "optimizer.args.lr"),
    ("import tomllib\nx = tomllib.load(open('config.toml', 'rb'))['train']['lr']", ("config.toml", 2, 6, "0.001"), "train.lr"),
    ("import configparser\nc = configparser.ConfigParser()\nc.read('config.ini')\nx = c.getint('train', 'epochs')", ("config.ini", 3, 10, "3"), "train.epochs"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "place", "label"), PLACES)
def test_a_setting_knows_its_line(script: Path, code: str, place: tuple[str, int, int, str], label: str) -> None:
    origin = values(code, script)["x"].origin
    assert origin is not None
    step = next(step for step in origin.chain() if step.made is Made.SETTINGS_FILE)
    assert step.site is not None
    found = step.site.place
    assert (Path(found.filename).name, found.row, found.column, step.site.text) == place
    assert step.label == label
    assert origin.certainty is Certainty.EXACT


def test_a_file_that_a_user_may_replace_holds_defaults(script: Path) -> None:
    origin = values(ARG, script)["x"].origin
    assert origin is not None
    assert origin.certainty is Certainty.DEFAULT
    assert origin.root.made is Made.SETTINGS_FILE
