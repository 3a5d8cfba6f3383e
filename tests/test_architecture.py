"""Imports go one way: from a package to those before it."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import trainlint
import trainlint_rules

SOURCE = Path(trainlint.__file__).parent
RULES = Path(trainlint_rules.__file__).parent

MAY_IMPORT = {
    "sources": set(),
    "config": {"sources"},
    "syntax": {"sources"},
    "values": {"syntax.positions"},
    "plan": {"values"},
    "frameworks": {"plan", "values", "syntax.positions"},
    "evaluate": {"frameworks", "plan", "values", "syntax", "sources"},
    "engine": {"evaluate", "frameworks", "plan", "values", "syntax", "config", "sources"},
    "report": {"engine", "plan", "values", "syntax.positions"},
    "probe": {"engine", "plan", "values", "syntax", "config", "sources"},
    "server": {
        "report",
        "probe",
        "engine",
        "evaluate",
        "frameworks",
        "plan",
        "values",
        "syntax",
        "config",
        "sources",
    },
    "cli": {
        "server",
        "report",
        "probe",
        "engine",
        "evaluate",
        "frameworks",
        "plan",
        "values",
        "syntax",
        "config",
        "sources",
    },
}
"""For each package the others that its modules may import: at the top, in a function, or for types."""

MODULES = sorted(SOURCE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a file imports, wherever in the file it does so."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.relative_to(SOURCE).as_posix())
def test_a_package_imports_only_what_comes_before_it(path: Path) -> None:
    package = path.relative_to(SOURCE).parts[0]
    if package not in MAY_IMPORT:
        assert package.endswith(".py"), f"{package} is missing from the table"
        return
    allowed = [f"trainlint.{name}." for name in (package, *MAY_IMPORT[package])]
    wrong = [
        name
        for name in imported(path)
        if name.startswith("trainlint.")
        and name != "trainlint.__version__"
        and not any(f"{name}.".startswith(prefix) for prefix in allowed)
    ]
    assert not wrong


def test_rules_import_only_what_plugins_may() -> None:
    wrong = {
        path.relative_to(RULES).as_posix(): name
        for path in RULES.rglob("*.py")
        for name in imported(path)
        if name.startswith("libcst")
        or (name.startswith("trainlint.") and not name.startswith("trainlint.api."))
    }
    assert not wrong


def test_what_code_means_is_read_from_pythons_own_tree_and_libcst_serves_edits_only() -> None:
    users = {
        path.relative_to(SOURCE).as_posix()
        for path in MODULES
        if any(name.startswith("libcst") for name in imported(path))
    }
    assert users == {f"syntax/{name}.py" for name in ("concrete", "spans", "statements", "surroundings")}


def test_what_runs_in_the_users_interpreter_needs_nothing_but_python_and_the_framework() -> None:
    allowed = {*sys.stdlib_module_names, "torch", "keras", "numpy", "tensorflow"}
    wrong = [
        (path.name, name)
        for path in (SOURCE / "probe" / "worker").rglob("*.py")
        for name in imported(path)
        if name.partition(".")[0] not in allowed and not name.startswith("trainlint.probe.worker.")
    ]
    assert not wrong


def test_there_are_no_rooms_for_odds_and_ends() -> None:
    words = {"utils", "helpers", "manager", "common", "misc"}
    assert not [path for path in (*MODULES, *RULES.rglob("*.py")) if path.stem in words]
