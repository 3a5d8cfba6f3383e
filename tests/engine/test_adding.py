"""A comment beside each finding silences it, and changes nothing else of the file."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.engine.conftest import Bench, RateTooLow
from trainlint.engine.adding import add_comments
from trainlint.engine.run import check_files

NOTE = "# trainlint: ignore[rate-too-low]"


@pytest.fixture(autouse=True)
def project(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    bench.install(RateTooLow)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def added(content: str | bytes, name: str = "a.py", reason: str = "") -> bytes:
    """The file after comments were added; after that nothing is found."""
    path = Path(name)
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    add_comments(check_files([path]), reason)
    assert check_files([path]).diagnostics == []
    return path.read_bytes()


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("opt = Adam(1e-8)\n", f"opt = Adam(1e-8)  {NOTE}\n"),
        ("opt = Adam(1e-8)", f"opt = Adam(1e-8)  {NOTE}"),
        ("opt = Adam(1e-8)   \n", f"opt = Adam(1e-8)  {NOTE}\n"),
        ("opt = Adam(1e-8)  # low\n", f"opt = Adam(1e-8)  # low  {NOTE}\n"),
        ("opt = Adam(1e-8)  # noqa: E501\n", f"opt = Adam(1e-8)  # noqa: E501  {NOTE}\n"),
        ("make(\n    Adam(1e-8),\n    1,\n)\nx = 1\n", f"make(\n    Adam(1e-8),\n    1,\n)  {NOTE}\nx = 1\n"),
        ('x = Adam(1e-8), """\ntext\n"""\n', f'x = Adam(1e-8), """\ntext\n"""  {NOTE}\n'),
        ("x = Adam(1e-8), \\\n    1\n", f"x = Adam(1e-8), \\\n    1  {NOTE}\n"),
        ("for x in Adam(1e-8):\n    pass\n", f"for x in Adam(1e-8):  {NOTE}\n    pass\n"),
        ("a = 1; b = Adam(1e-8)\n", f"a = 1; b = Adam(1e-8)  {NOTE}\n"),
    ],
)
def test_a_comment_stands_at_the_end_of_the_statement(before: str, after: str) -> None:
    assert added(f"import torch\n{before}") == f"import torch\n{after}".encode()


def test_a_list_that_is_there_is_extended() -> None:
    before = "import torch\nopt = Adam(1e-8)  # trainlint: ignore[TL900] why\n"
    assert added(before).endswith(b"# trainlint: ignore[TL900, rate-too-low] why\n")


def test_a_reason_is_written_after_the_names() -> None:
    assert added("import torch\nAdam(1e-8)\n", reason="see 12").endswith(f"{NOTE} see 12\n".encode())


def test_two_findings_of_a_statement_share_a_comment() -> None:
    after = added("import torch\nx = [\n    Adam(1e-8),\n    Adam(1e-9),\n]\n")
    assert after.count(b"trainlint") == 1


@pytest.mark.parametrize("newline", ["\r\n", "\r", "\n"])
def test_line_ends_and_a_byte_order_mark_stay(newline: str) -> None:
    before = f"import torch{newline}opt = Adam(1e-8){newline}x = 'é'{newline}".encode()
    after = added(b"\xef\xbb\xbf" + before)
    assert after == b"\xef\xbb\xbf" + before.replace(b"Adam(1e-8)", f"Adam(1e-8)  {NOTE}".encode())


def test_a_declared_encoding_stays() -> None:
    before = "# coding: latin-1\nimport torch\nAdam(1e-8)  # é\n".encode("latin-1")
    assert added(before) == before.replace(b"\xe9", b"\xe9  " + NOTE.encode())


def test_a_notebook_gets_its_comment_in_the_cell() -> None:
    cells = [
        {"cell_type": "code", "source": ["import torch\n", "%matplotlib inline"]},
        {"cell_type": "markdown", "source": ["text"]},
        {"cell_type": "code", "source": ["x = 1\n", "opt = Adam(1e-8)\n", "y = 1"]},
    ]
    after = json.loads(added(json.dumps({"cells": cells}), "n.ipynb"))
    assert after["cells"][2]["source"] == ["x = 1\n", f"opt = Adam(1e-8)  {NOTE}\n", "y = 1"]
    assert after["cells"][:2] == cells[:2]


def test_mode_stays_and_nothing_is_left_behind(project: Path) -> None:
    path = project / "a.py"
    path.touch(0o640)
    path.chmod(0o640)
    added("import torch\nAdam(1e-8)\n")
    assert path.stat().st_mode & 0o777 == 0o640
    assert [each.name for each in project.iterdir()] == ["a.py"]


def test_what_is_about_a_file_is_left(project: Path) -> None:
    (project / "a.py").write_bytes(b"torch \xff")
    done = add_comments(check_files([Path("a.py")]))
    assert (done.comments, done.files, done.left) == (0, [], {})


def test_a_file_that_cannot_be_written_is_told(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (project / "a.py").write_text("import torch\nAdam(1e-8)\n")

    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("trainlint.engine.adding.replace_content", refuse)
    done = add_comments(check_files([Path("a.py")]))
    assert (done.comments, done.left) == (0, {"a.py": "it cannot be written: Permission denied"})


def test_adding_twice_adds_once() -> None:
    once = added("import torch\nopt = Adam(1e-8)\n")
    assert added(once) == once
