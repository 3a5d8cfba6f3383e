"""An option without a default that names a settings file: where there is just one, it is that one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.evaluate.running import plain, values
from trainlint.values.origin import Certainty

PROGRAM = """
import argparse, json
from pathlib import Path
parser = argparse.ArgumentParser()
parser.add_argument("-c", "--config", {option})
args = parser.parse_args()
with open({name}) as stream:
    settings = json.load(stream)
rate = settings["optimizer"]["args"]["lr"]
"""

SETTINGS = {"optimizer": {"type": "Adam", "args": {"lr": 0.5}}}


def program(tmp_path: Path, option: str = "default=None", name: str = "args.config") -> object:
    (tmp_path / "train.py").touch()
    found = values(PROGRAM.format(option=option, name=name), tmp_path / "train.py")
    return found["rate"]


@pytest.mark.parametrize("option", ["default=None", "required=True", "type=str"])
@pytest.mark.parametrize("name", ["args.config", "Path(args.config)"])
def test_the_only_file_counts_as_a_default(tmp_path: Path, option: str, name: str) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SETTINGS))
    (tmp_path / "package.json").write_text("{}")
    rate = program(tmp_path, option, name)
    assert plain(rate) == 0.5  # type: ignore[arg-type]
    assert rate.origin.certainty is Certainty.DEFAULT  # type: ignore[attr-defined]
    assert rate.origin.root.site.place.filename.endswith("config.json")  # type: ignore[attr-defined]


def test_a_folder_of_settings(tmp_path: Path) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / "configs" / "base.json").write_text(json.dumps(SETTINGS))
    assert plain(program(tmp_path)) == 0.5  # type: ignore[arg-type]


def test_of_several_files_none_is_taken(tmp_path: Path) -> None:
    for name in ("one.json", "two.json"):
        (tmp_path / name).write_text(json.dumps(SETTINGS))
    assert plain(program(tmp_path)) is ...  # type: ignore[arg-type]


def test_a_file_that_holds_data_is_not_taken_for_settings(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text(json.dumps(SETTINGS))
    code = PROGRAM.replace("config", "words")
    (tmp_path / "train.py").touch()
    found = values(code.format(option="default=None", name="args.words"), tmp_path / "train.py")
    assert plain(found["rate"]) is ...
