"""Which of the files below a folder are checked."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trainlint.sources.patterns import Pattern, matches

SUFFIXES = (".py", ".ipynb")

DEFAULT_EXCLUDES = frozenset(
    ".bzr .cache .direnv .eggs .git .git-rewrite .hg .ipynb_checkpoints .mypy_cache .nox .pants.d .pyenv "
    ".pytest_cache .pytype .ruff_cache .svn .tox .trainlint_cache .venv .vscode __pycache__ __pypackages__ "
    "_build buck-out build dist node_modules site-packages venv".split()
)
"""Folders of generated or foreign code, looked for below the folder that a user names, never above it."""


@dataclass(frozen=True)
class FileChoice:
    """What settings say about files. `exclude` None: the usual folders of generated and foreign code."""

    respect_gitignore: bool = True
    exclude: tuple[Pattern, ...] | None = None
    extend_exclude: tuple[Pattern, ...] = ()
    include: tuple[Pattern, ...] | None = None

    def excludes(self, path: Path, *, is_folder: bool = False) -> bool:
        """Whether a file, or a folder with all that it holds, is passed over."""
        if self.exclude is None and is_folder and path.name in DEFAULT_EXCLUDES:
            return True
        return matches((*(self.exclude or ()), *self.extend_exclude), path, is_folder=is_folder)

    def includes(self, file: Path) -> bool:
        """Whether a file of a folder is one to check, by its name."""
        return file.name.endswith(SUFFIXES) if self.include is None else matches(self.include, file)
