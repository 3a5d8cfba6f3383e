"""Which versions of libraries a program is written for, as its project says it."""

from __future__ import annotations

import ast
import io
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator
from configparser import ConfigParser
from configparser import Error as ConfigParserError
from functools import lru_cache
from pathlib import Path
from typing import Any

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from trainlint.evaluate.project import Project
from trainlint.sources import disk
from trainlint.sources.settings_entry import NotSettings
from trainlint.sources.yaml_positions import parse_yaml

DISTRIBUTIONS = {
    "torch": "torch", "torchvision": "torchvision", "keras": "keras", "tensorflow": "tensorflow", "tensorflow-gpu": "tensorflow",
    "tensorflow-cpu": "tensorflow", "tensorflow-macos": "tensorflow", "lightning": "lightning",
    "pytorch-lightning": "pytorch_lightning", "transformers": "transformers", "accelerate": "accelerate", "timm": "timm",
    "pytorch": "torch", "numpy": "numpy", "scikit-learn": "sklearn", "tf-keras": "tf_keras",
}  # fmt: skip
"""The package that a distribution (or a conda package) brings, for those whose version matters."""

NEWEST = {"keras": "keras at most", "tensorflow": "tensorflow at most"}
"""Under which name the newest version of a library stands that a project allows, where that is asked for."""

KERAS = frozenset({"keras", "tensorflow", "tf_keras"})
"""Packages that bring Keras: a project that states one of them says nothing by what else is installed here."""

Reader = Callable[[str], Iterable[tuple[str, str]]]

LARGEST = 4 * 1024 * 1024
"""Bytes of a lock file that is read."""

_OTHER_FORM = (
    OSError, ValueError, RecursionError, ConfigParserError, NotSettings, SyntaxError, TypeError, AttributeError, KeyError,
)  # fmt: skip
"""What reading a file raises that is not of the form it should have."""

_BOUNDS = ("==", "===", "~=", ">=", ">")

_CAPS = ("==", "===", "<=", "<")
"""What says that a project is never run with a newer version; of `<2.11` the number itself is close enough."""


def versions_of(project: Project) -> dict[str, str]:
    """The versions of libraries that a project is written for; the files that say so count as read."""
    found: dict[str, str] = {}
    for path, read in _files(project.root) if project.root is not None else ():
        stated = _said_by(path, read)
        if stated:
            project.files_read.append(path)
        for package, version in stated:
            found.setdefault(package, version)
    installed = _installed_versions()
    if found.keys() & KERAS:
        installed = {package: version for package, version in installed.items() if package not in KERAS}
    return installed | found


def _said_by(path: Path, read: Reader) -> tuple[tuple[str, str], ...]:
    try:
        return _read(disk.read(path, LARGEST), read)
    except OSError:
        return ()


@lru_cache(maxsize=256)
def _read(data: bytes, read: Reader) -> tuple[tuple[str, str], ...]:
    """What the content of a file says, read once."""
    try:
        return tuple(read(io.TextIOWrapper(io.BytesIO(data), "utf-8-sig").read()))
    except _OTHER_FORM:
        return ()  # a file that others will complain about


def _installed_versions() -> dict[str, str]:
    """What is installed here: it counts only for a library that no file of the project mentions."""
    found: dict[str, str] = {}
    for distribution, package in DISTRIBUTIONS.items():
        if package not in found and (version := disk.installed(distribution)):
            found[package] = version
    return found


def _files(root: Path) -> Iterator[tuple[Path, Reader]]:
    """Files that say versions, the most precise first."""
    for name, read in _READERS.items():
        path = root / name
        if disk.is_file(path):
            yield path, read
    for folder in (root, root / "requirements"):
        for path in disk.matching(folder, "*requirements*.txt" if folder == root else "*.txt"):
            if path.name not in _READERS:
                yield path, _requirements


def _stated(name: str, specifiers: str) -> Iterator[tuple[str, str]]:
    """The version that a specifier names: a pin, or the lower bound; and for some libraries, the newest one."""
    package = DISTRIBUTIONS.get(canonicalize_name(name))
    if package is None:
        return
    try:
        stated = [(s.operator, Version(s.version.removesuffix(".*"))) for s in SpecifierSet(specifiers)]
    except (InvalidSpecifier, InvalidVersion):
        return
    bounds = [version for operator, version in stated if operator in _BOUNDS]
    caps = [version for operator, version in stated if operator in _CAPS]
    if bounds:
        yield package, str(max(bounds))
    if caps and package in NEWEST:
        yield NEWEST[package], str(min(caps))


def _each(lines: Iterable[object]) -> Iterator[tuple[str, str]]:
    for line in lines:
        if not isinstance(line, str):
            continue
        try:
            requirement = Requirement(line.partition(" #")[0].partition(" --")[0].strip())
        except InvalidRequirement:
            continue
        yield from _stated(requirement.name, str(requirement.specifier))


def _requirements(text: str) -> Iterator[tuple[str, str]]:
    return _each(text.splitlines())


def _pyproject(text: str) -> Iterator[tuple[str, str]]:
    content = tomllib.loads(text)
    project = content.get("project", {})
    yield from _each(project.get("dependencies", []))
    for group in (
        *project.get("optional-dependencies", {}).values(),
        *content.get("dependency-groups", {}).values(),
    ):
        yield from _each(group if isinstance(group, list) else [])
    poetry = content.get("tool", {}).get("poetry", {})
    yield from _table(poetry.get("dependencies", {}))


def _table(entries: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """`torch = "^2.1"`, as Poetry and Pipenv write it."""
    for name, stated in entries.items():
        version = stated.get("version", "") if isinstance(stated, dict) else stated
        if not isinstance(version, str):
            continue
        version = re.sub(r"^[\^~](?=\d)", ">=", version.strip())
        yield from _stated(name, f"=={version}" if version[:1].isdigit() else version)


def _pipfile(text: str) -> Iterator[tuple[str, str]]:
    return _table(tomllib.loads(text).get("packages", {}))


def _lock(text: str) -> Iterator[tuple[str, str]]:
    """poetry.lock, uv.lock, pdm.lock."""
    for package in tomllib.loads(text).get("package", []):
        if isinstance(package, dict) and isinstance(package.get("version"), str):
            yield from _stated(str(package.get("name", "")), f"=={package['version']}")


def _pipfile_lock(text: str) -> Iterator[tuple[str, str]]:
    content = json.loads(text)
    return _table(content.get("default", {}) if isinstance(content, dict) else {})


def _setup_cfg(text: str) -> Iterator[tuple[str, str]]:
    parser = ConfigParser(interpolation=None, strict=False)
    parser.read_string(text)
    return _each(parser.get("options", "install_requires", fallback="").splitlines())


def _setup_py(text: str) -> Iterator[tuple[str, str]]:
    """Texts in setup.py that read like requirements; the file itself is never run."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.List | ast.Tuple):
            yield from _each(item.value for item in node.elts if isinstance(item, ast.Constant))


def _environment(text: str) -> Iterator[tuple[str, str]]:
    """conda's environment.yml: `pytorch=2.1`, and a list for pip."""
    root = parse_yaml(text).content
    listed = root["dependencies"].content if isinstance(root, dict) and "dependencies" in root else None
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry.content, str):
            name, _, version = re.sub(r"^.*::", "", entry.content).partition("=")
            conda = "=" not in name and version and version[:1].isdigit()
            yield from (
                _stated(name.strip(), f"=={version.partition('=')[0]}") if conda else _each([entry.content])
            )
        elif isinstance(entry.content, dict) and "pip" in entry.content:
            pip = entry.content["pip"].content
            yield from _each(item.content for item in pip if isinstance(pip, list))


_READERS: dict[str, Reader] = {
    "uv.lock": _lock, "poetry.lock": _lock, "pdm.lock": _lock, "Pipfile.lock": _pipfile_lock, "Pipfile": _pipfile,
    "requirements.txt": _requirements, "pyproject.toml": _pyproject, "setup.cfg": _setup_cfg, "setup.py": _setup_py,
    "environment.yml": _environment, "environment.yaml": _environment,
}  # fmt: skip
