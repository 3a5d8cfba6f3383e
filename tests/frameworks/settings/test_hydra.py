"""Hydra: configurations put together from groups, objects made of them."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest

from tests.evaluate.running import plain, values
from trainlint.values.origin import Certainty, Made

FILES = {
    "conf/config.yaml": """\
        defaults:
          - _self_
          - optimizer: adam
          - model/encoder: small
          - optional local: default
          - override hydra/launcher: basic
        seed: 1
        dim: 32
    """,
    "conf/optimizer/adam.yaml": "_target_: program.Thing\nlr: 1e-3\nwidth: ${dim}\n",
    "conf/model/encoder/small.yaml": "defaults: [base]\nlayers: 3\n",
    "conf/model/encoder/base.yaml": "layers: 2\nwidth: 64\n",
    "conf/other.yaml": "defaults:\n  - experiment: one\n  - optimizer: adam\nlr: 1\n",
    "conf/experiment/one.yaml": "# @package _global_\nepochs: 7\n",
    "program.py": "class Thing:\n    def __init__(self, lr, width, more=0):\n        self.made = (lr, width, more)\n",
}

MAIN = "import hydra\nfrom omegaconf import DictConfig\n@hydra.main(version_base=None, config_path='conf', config_name='{}')\ndef main(cfg: DictConfig):\n    global x\n    x = {}\nmain()"
STORE = """\
import hydra
from dataclasses import dataclass, field
from hydra.core.config_store import ConfigStore
@dataclass
class Optimizer:
    lr: float = 0.1
@dataclass
class Config:
    seed: int = 5
    optimizer: Optimizer = field(default_factory=Optimizer)
cs = ConfigStore.instance()
cs.store(name="config", node=Config)
@hydra.main(config_name="config")
def main(cfg):
    global x
    x = (cfg.seed, cfg.optimizer.lr)
if __name__ == "__main__":
    main()
"""

CASES: list[tuple[str, str, Any]] = [
    ("a value", MAIN.format("config", "cfg.seed"), 1),
    ("a group", MAIN.format("config", "(cfg.optimizer.lr, cfg['optimizer']['width'])"), (1e-3, 32)),
    ("a group in a group", MAIN.format("config", "(cfg.model.encoder.layers, cfg.model.encoder.width)"), (3, 64)),
    ("a global package", MAIN.format("other", "(cfg.epochs, cfg.lr)"), (7, 1)),
    ("an object", MAIN.format("config.yaml", "hydra.utils.instantiate(cfg.optimizer, more=2).made"), (1e-3, 32, 2)),
    ("a part of an object", ("from functools import partial\nfrom hydra.utils import instantiate\n"
     "x = instantiate({'_target_': 'program.Thing', '_partial_': True, 'lr': 1})(width=2).made"), (1, 2, 0)),
    ("an object of a library", "from hydra.utils import instantiate\nx = instantiate({'_target_': 'math.sqrt', '_args_': [16]})", 4.0),
    ("a configuration that is not there", MAIN.format("missing", "cfg.seed"), ...),
    ("structured configurations", STORE, (5, 0.1)),
    ("compose", "from hydra import compose, initialize\nwith initialize(config_path='conf'):\n    x = compose(config_name='config').dim", 32),
]  # fmt: skip


@pytest.fixture
def script(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(dedent(text))
    return tmp_path / "train.py"


@pytest.mark.parametrize(("code", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
def test_configurations(script: Path, code: str, expected: Any) -> None:
    assert plain(values(code, script)["x"]) == expected


def test_a_setting_of_a_group_may_be_overridden_and_knows_its_line(script: Path) -> None:
    origin = values(MAIN.format("config", "cfg.optimizer.lr"), script)["x"].origin
    assert origin is not None
    assert origin.certainty is Certainty.DEFAULT
    option = next(step for step in origin.chain() if step.made is Made.OPTION)
    assert option.label == "optimizer.lr"
    assert option.site is not None
    assert option.site.place.filename.endswith("conf/optimizer/adam.yaml")
    assert option.site.place.row == 2
