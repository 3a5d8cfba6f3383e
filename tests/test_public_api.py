"""What `import trainlint` promises."""

import subprocess
import sys
from pathlib import Path

import pytest

import trainlint


def test_the_names_exist() -> None:
    assert all(getattr(trainlint, name) for name in trainlint.__all__)


def test_other_names_do_not() -> None:
    with pytest.raises(AttributeError, match="fit"):
        trainlint.fit  # noqa: B018


def test_importing_costs_nothing() -> None:
    code = "import sys, trainlint; print([m for m in ('libcst', 'pydantic', 'rich') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_paths_are_checked(tmp_path: Path) -> None:
    (tmp_path / "train.py").write_text("import torch\nx = (\n")
    [found] = trainlint.check_paths([tmp_path])
    assert (found.code, found.place.row) == ("TL900", 2)


def test_text_is_checked() -> None:
    assert trainlint.check_source("x = 1") == []
    [found] = trainlint.check_source("import torch\nx = )\n", filename="train.py")
    assert str(found.place) == "train.py:2:5"


def test_a_plan_is_made() -> None:
    assert trainlint.plan_of("x = 1", filename="a.py").is_empty
