"""Paths become files: what git ignores and what others wrote is passed over, what is named is taken."""

from pathlib import Path

import pytest

from trainlint.sources.choice import FileChoice
from trainlint.sources.discovery import MissingPath, discover, repository_root, shown_name
from trainlint.sources.patterns import Pattern


def make(root: Path, *names: str, **contents: str) -> None:
    """Files below `root`; a name that ends in `/` is a folder."""
    for name in names:
        path = root / name
        if name.endswith("/"):
            path.mkdir(parents=True, exist_ok=True)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
    for name, content in contents.items():
        (root / name).write_text(content)


def names(root: Path, *paths: Path, respect_gitignore: bool = True) -> list[str]:
    found = discover(list(paths) or [root], FileChoice(respect_gitignore=respect_gitignore))
    return [file.relative_to(root).as_posix() for file in found]


def test_python_files_and_notebooks_are_found_sorted(tmp_path: Path) -> None:
    make(tmp_path, "b.py", "a.ipynb", "sub/c.py", "types.pyi", "notes.txt")
    assert names(tmp_path) == ["a.ipynb", "b.py", "sub/c.py"]


def test_folders_of_foreign_code_are_passed_over(tmp_path: Path) -> None:
    make(
        tmp_path,
        "a.py",
        ".venv/b.py",
        "node_modules/c.py",
        "lib/site-packages/d.py",
        "env/pyvenv.cfg",
        "env/e.py",
    )
    assert names(tmp_path) == ["a.py"]


def test_a_folder_above_the_named_one_may_have_any_name(tmp_path: Path) -> None:
    make(tmp_path, "build/project/a.py", "build/project/build/b.py")
    assert names(tmp_path, tmp_path / "build" / "project") == ["build/project/a.py"]
    assert names(tmp_path, tmp_path / "build") == ["build/project/a.py"]


def test_a_named_file_is_always_taken(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "build/a.py", "script", gitignore="")
    (tmp_path / ".gitignore").write_text("*\n")
    named = [tmp_path / "build" / "a.py", tmp_path / "script"]
    assert names(tmp_path, *named) == ["build/a.py", "script"]


def test_what_git_ignores_is_passed_over(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "a.py", "out/b.py", "sub/c.py", "sub/keep.py", "sub/gen_d.py")
    (tmp_path / ".gitignore").write_text("out/\ngen_*.py\nkeep.py\n")
    (tmp_path / "sub" / ".gitignore").write_text("!keep.py\nc.py\n")
    assert names(tmp_path) == ["a.py", "sub/keep.py"]
    assert names(tmp_path, tmp_path / "sub") == ["sub/keep.py"]
    assert len(names(tmp_path, respect_gitignore=False)) == 5


def test_a_gitignore_outside_of_the_repository_means_nothing(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.py\n")
    make(tmp_path, "repo/.git/", "repo/a.py")
    assert names(tmp_path, tmp_path / "repo") == ["repo/a.py"]


def test_a_folder_that_git_ignores_is_read_when_it_is_named(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "scratch/deep/a.py")
    (tmp_path / ".gitignore").write_text("scratch/\n")
    assert names(tmp_path) == []
    assert names(tmp_path, tmp_path / "scratch") == ["scratch/deep/a.py"]
    assert names(tmp_path, tmp_path / "scratch" / "deep") == ["scratch/deep/a.py"]


def test_a_gitignore_that_git_could_not_read_either_is_no_obstacle(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "b.py")
    (tmp_path / ".gitignore").write_bytes(b"\xff\xfe\n!\n\\\nb.py\n")
    assert names(tmp_path) == ["a.py"]


def test_links_make_no_loops_and_no_doubles(tmp_path: Path) -> None:
    make(tmp_path, "sub/a.py")
    (tmp_path / "sub" / "up").symlink_to(tmp_path)
    (tmp_path / "sub" / "z.py").symlink_to(tmp_path / "sub" / "a.py")
    (tmp_path / "sub" / "dead.py").symlink_to(tmp_path / "nowhere.py")
    assert names(tmp_path) == ["sub/a.py"]
    assert names(tmp_path, tmp_path, tmp_path / "sub") == ["sub/a.py"]


def test_a_path_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(MissingPath, match="nowhere"):
        discover([tmp_path / "nowhere"])


def test_names_are_shown_from_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert shown_name(Path("sub") / ".." / "a.py") == "a.py"
    assert shown_name(tmp_path / "sub" / "a.py") == "sub/a.py"
    assert shown_name(Path("/elsewhere/a.py")) == "/elsewhere/a.py"
    assert shown_name(tmp_path) == "."


def test_the_repository_root_is_the_nearest(tmp_path: Path) -> None:
    make(tmp_path, ".git/", "inner/pyproject.toml", "inner/src/", "other/")
    assert repository_root(tmp_path / "inner" / "src") == tmp_path / "inner"
    assert repository_root(tmp_path / "other") == tmp_path


def chosen(root: Path, choice: FileChoice, *paths: Path, force_exclude: bool = False) -> list[str]:
    found = discover(list(paths) or [root], choice, force_exclude=force_exclude)
    return [file.relative_to(root).as_posix() for file in found]


def test_settings_exclude_and_include(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "data/b.py", "deep/data/c.py", "d.ipynb", "e.pyw", "build/f.py")
    here = str(tmp_path)
    assert chosen(tmp_path, FileChoice(extend_exclude=(Pattern("data/", here),))) == ["a.py", "d.ipynb"]
    assert "build/f.py" in chosen(tmp_path, FileChoice(exclude=(Pattern("/data", here),)))
    assert chosen(tmp_path, FileChoice(include=(Pattern("*.pyw", here),))) == ["e.pyw"]


def test_what_is_named_is_taken_unless_exclusions_are_forced(tmp_path: Path) -> None:
    make(tmp_path, "data/a.py", "data/deep/b.py", "c.py")
    choice = FileChoice(extend_exclude=(Pattern("data", str(tmp_path)),))
    data = tmp_path / "data"
    assert chosen(tmp_path, choice, data) == ["data/a.py", "data/deep/b.py"]
    assert chosen(tmp_path, choice, data / "a.py") == ["data/a.py"]
    assert chosen(tmp_path, choice, data, data / "a.py", tmp_path / "c.py", force_exclude=True) == ["c.py"]


def test_forced_exclusions_hold_for_the_usual_folders_below_the_current_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "build"
    make(root, "venv/a.py", "b.py")
    monkeypatch.chdir(root)
    paths = [Path("venv/a.py"), Path("b.py")]
    assert discover(paths, force_exclude=True) == [Path("b.py")]


def test_each_folder_has_its_own_choice(tmp_path: Path) -> None:
    make(tmp_path, "a.py", "sub/b.py", "sub/c.ipynb")
    choices = {tmp_path / "sub": FileChoice(include=(Pattern("*.ipynb", str(tmp_path)),))}
    found = discover([tmp_path], lambda folder: choices.get(folder, FileChoice()))
    assert [file.name for file in found] == ["a.py", "c.ipynb"]
