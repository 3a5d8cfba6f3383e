"""The settings file nearest to a file holds, with what it inherits."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.config.files import layer, write
from trainlint.config.mistakes import WrongSettings
from trainlint.config.resolve import Resolver, nearest


def fail_on(root: Path, path: str, **given: object) -> str:
    return Resolver(**given).settings_for(root / path).fail_on  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["trainlint", ".trainlint"])
def test_a_file_of_our_own_is_read(tmp_path: Path, name: str) -> None:
    write(tmp_path, **{name: 'fail-on = "error"'})
    assert fail_on(tmp_path, "a.py") == "error"
    assert fail_on(tmp_path, "deep/er/a.py") == "error"


def test_the_table_of_a_pyproject_is_read(tmp_path: Path) -> None:
    write(tmp_path, pyproject='[project]\nname = "x"\n[tool.trainlint]\nfail-on = "error"')
    assert fail_on(tmp_path, "a.py") == "error"


@pytest.mark.parametrize("content", ["", '[project]\nname = "trainlint"', "[tool.other]\nx = 'trainlint'"])
def test_a_pyproject_that_does_not_speak_of_us_is_passed_over(tmp_path: Path, content: str) -> None:
    write(tmp_path, trainlint_toml='fail-on = "error"', sub__pyproject=content)
    assert fail_on(tmp_path, "sub/a.py") == "error"


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ("tool = 3  # trainlint", "tool"),
        ("[[tool]]\ntrainlint = {}", "tool"),
        ("[tool]\ntrainlint = 3", "tool.trainlint"),
        ("[[tool.trainlint]]", "tool.trainlint"),
    ],
)
def test_a_pyproject_whose_table_is_none_is_named(tmp_path: Path, content: str, key: str) -> None:
    write(tmp_path, trainlint_toml='fail-on = "error"', sub__pyproject=content)
    with pytest.raises(
        WrongSettings, match=rf"pyproject\.toml: `{key}` is no table; .*`\[tool\.trainlint\]`"
    ):
        fail_on(tmp_path, "sub/a.py")


def test_the_nearest_file_holds_alone(tmp_path: Path) -> None:
    write(tmp_path, trainlint='fail-on = "error"\nignore = ["TL1"]', sub__trainlint='fail-on = "never"')
    settings = Resolver().settings_for(tmp_path / "sub" / "a.py")
    assert (settings.fail_on, settings.ignore) == ("never", ())
    assert fail_on(tmp_path, "a.py") == "error"


def test_in_one_folder_the_hidden_file_comes_first(tmp_path: Path) -> None:
    table = '[tool.trainlint]\nfail-on = "info"'
    write(
        tmp_path, **{".trainlint": 'fail-on = "error"', "trainlint": 'fail-on = "never"', "pyproject": table}
    )
    assert fail_on(tmp_path, "a.py") == "error"
    (tmp_path / ".trainlint.toml").unlink()
    assert fail_on(tmp_path, "a.py") == "never"
    (tmp_path / "trainlint.toml").unlink()
    assert fail_on(tmp_path, "a.py") == "info"


def test_a_file_inherits(tmp_path: Path) -> None:
    write(
        tmp_path,
        base='fail-on = "error"\nprofile = "strict"',
        middle='extend = "base.toml"\nfail-on = "info"',
        sub__trainlint='extend = "../middle.toml"\nignore = ["TL1"]',
    )
    settings = Resolver().settings_for(tmp_path / "sub" / "a.py")
    assert (settings.fail_on, settings.profile, settings.ignore) == ("info", "strict", ("TL1",))


def test_a_pyproject_can_be_inherited(tmp_path: Path) -> None:
    write(
        tmp_path,
        pyproject='[tool.trainlint]\nfail-on = "error"',
        sub__trainlint='extend = "../pyproject.toml"',
    )
    assert fail_on(tmp_path, "sub/a.py") == "error"


def test_inheriting_in_a_circle_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, trainlint='\nextend = "b.toml"', b='extend = "trainlint.toml"')
    with pytest.raises(WrongSettings) as caught:
        fail_on(tmp_path, "a.py")
    assert str(caught.value) == (
        "b.toml:1: `extend` leads back to where it began: trainlint.toml -> b.toml -> trainlint.toml"
    )


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('extend = "none.toml"', "trainlint.toml:1: `extend` names `none.toml`, which is no file"),
        ("x = [", "trainlint.toml: is no TOML: "),
        ("\n\nslect = []", "trainlint.toml:3: unknown key `slect`; did you mean `select`?"),
        ('[severity]\nTL1 = "loud"', "trainlint.toml:2: `severity.TL1` is 'loud'; allowed: "),
        ("extend = 3", "trainlint.toml:1: `extend` is 3: "),
        ('extend = "pyproject.toml"', "pyproject.toml: has no table `[tool.trainlint]`"),
    ],
)
def test_mistakes_have_a_file_and_a_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: str, message: str
) -> None:
    monkeypatch.chdir(tmp_path)
    write(tmp_path, trainlint=content, pyproject="[project]")
    with pytest.raises(WrongSettings) as caught:
        fail_on(tmp_path, "a.py")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("data", [b"\xff\xfe", b"\x00", 'fail-on = "error"'.encode("utf-16")])
def test_a_file_of_other_bytes_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "trainlint.toml").write_bytes(data)
    with pytest.raises(WrongSettings, match=r"trainlint\.toml: is no TOML"):
        fail_on(tmp_path, "a.py")


def test_a_broken_pyproject_that_names_us_is_told(tmp_path: Path) -> None:
    write(tmp_path, pyproject="[tool.trainlint\n")
    with pytest.raises(WrongSettings, match="is no TOML"):
        fail_on(tmp_path, "a.py")


def test_a_file_may_be_given_for_all(tmp_path: Path) -> None:
    write(tmp_path, trainlint='fail-on = "error"', other='fail-on = "never"')
    assert fail_on(tmp_path, "a.py", file=tmp_path / "other.toml") == "never"


def test_an_isolated_run_reads_none(tmp_path: Path) -> None:
    write(tmp_path, trainlint='fail-on = "error"')
    assert fail_on(tmp_path, "a.py", isolated=True) == "warning"


def test_what_is_laid_above_holds(tmp_path: Path) -> None:
    write(tmp_path, trainlint='fail-on = "error"')
    assert fail_on(tmp_path, "a.py", above=[layer(fail_on="info")]) == "info"


def test_a_byte_order_mark_and_other_newlines_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "trainlint.toml").write_bytes(b'\xef\xbb\xbf\r\nfail-on = "error"\r\n')
    assert fail_on(tmp_path, "a.py") == "error"


def test_a_folder_with_the_name_is_no_settings_file(tmp_path: Path) -> None:
    (tmp_path / "sub" / "trainlint.toml").mkdir(parents=True)
    write(tmp_path, trainlint="")
    assert nearest(tmp_path / "sub") == tmp_path / "trainlint.toml"
