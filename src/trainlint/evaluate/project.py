"""The files that belong to one program: its imports are found here and each is read once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path, PurePath
from weakref import WeakValueDictionary

from trainlint.evaluate.contents import Contents
from trainlint.evaluate.program import Program
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable
from trainlint.sources.settings_file import SUFFIXES, Language
from trainlint.syntax.chunks import anew, split
from trainlint.syntax.gate import WATCHED, SyntaxProblem
from trainlint.values.value import Class, Known, Scope

MOST_FILES = 60
"""Files of a project that are read for one program."""

LARGEST_SETTINGS = 256 * 1024
"""Bytes of a settings file that is read; larger ones hold data."""

_SETTINGS_FOLDERS = ("config", "configs", "conf", "settings")

_OF_TOOLS = frozenset(
    "package.json package-lock.json tsconfig.json environment.yml environment.yaml docker-compose.yml "
    "docker-compose.yaml mkdocs.yml pyproject.toml Cargo.toml setup.cfg tox.ini pytest.ini mypy.ini".split()
)
"""Settings files that are not the program's."""

_ROOT_MARKS = (".git", "pyproject.toml", "setup.py", "setup.cfg", "requirements.txt")


class Project:
    """Finds the files that imports name, beside the program, in its packages and in the project's root."""

    def __init__(self, path: Path | None, root: Path | None = None) -> None:
        self.path = path
        self.root = root or (_root_of(path) if path is not None else None)
        self._roots = (str(self.root), str(self.root / "src")) if self.root is not None else ()
        self._packages: dict[Path, str] = {}
        self._programs: dict[Path, Program | None] = {}
        self._places: dict[tuple[str, str, str], tuple[Path, Path] | None] = {}
        self._settings: dict[Path, str | None] = {}
        self._by_scope: dict[int, Program] = {}
        self._imports: dict[int, list[Program]] = {}
        self.files_read: list[Path] = []

    def _add(self, filename: str, contents: Contents, path: Path | None, real: Path | None) -> Program:
        package = self._package_of(real.parent) if real is not None else ""
        program = Program(self, filename, contents, package, path, real)
        self._by_scope[id(program.scope)] = program
        return program

    def let_go(self) -> None:
        """Takes apart what the program has made, once nobody runs it any more. Scopes, classes and functions refer to
        each other in circles: Python would have to search for them, and for the trees that they hold, in all it has."""
        for chunk in self.programs[0].chunks:  # those of imported files are kept
            chunk.derived.clear()
        for program in self.programs:
            for value in program.scope.slots.values():
                if isinstance(value, Class):
                    value.let_go()
            program.scope.slots.clear()
            program.__dict__.pop("imported_files", None)
        self._programs.clear()
        self._by_scope.clear()
        self._imports.clear()

    def main(self, document: Document) -> Program:
        """The program that a document is.

        Raises:
            SyntaxProblem: the text is not Python.
        """
        real = self.path.resolve() if self.path is not None else None
        program = self._add(document.filename, _contents_of(document), self.path, real)
        program.scope.slots["__name__"] = Known("__main__")
        if real is not None:
            self._programs[real] = program
        return program

    @property
    def programs(self) -> tuple[Program, ...]:
        """The files that were read."""
        return tuple(self._by_scope.values())

    def program_of(self, scope: Scope) -> Program:
        return self._by_scope[id(scope)]

    def imported_by(self, program: Program) -> list[Program]:
        return self._imports.get(id(program), [])

    def find(self, dotted: str, importer: Program) -> Program | None:
        """The file that a dotted name means, seen from the file that imports it; None for libraries.

        A leading dot: relative to the root of the importer's own package.
        """
        if self.path is None or importer.path is None:
            return None
        key = (importer.folder, importer.package, dotted)
        if key not in self._places:
            self._places[key] = self._place(dotted, importer)
        place = self._places[key]
        return self._load(*place, importer) if place is not None else None

    def _place(self, dotted: str, importer: Program) -> tuple[Path, Path] | None:
        """Where the file lies that a dotted name means: as it was found, and with links followed."""
        relative = dotted.startswith(".")
        parts = [part for part in dotted.split(".") if part]
        if not relative and (not parts or parts[0] in WATCHED):
            return None
        inside = "/".join(parts)
        # A package comes before a module of the same name, as in Python.
        names = (f"{inside}/__init__.py", f"{inside}.py") if parts else ("__init__.py",)
        for folder in self._folders(importer, relative):
            for candidate in (f"{folder}/{name}" for name in names):
                if disk.is_file(candidate):
                    return Path(candidate), Path(candidate).resolve()
        return None

    def settings_text(self, name: str, reader: Program) -> tuple[str, str] | None:
        """The settings file that a program names, as users write its path, and its text."""
        path = self._settings_file(name, reader)
        if path is None:
            return None
        if path not in self._settings:
            self._settings[path] = self._read_settings(path)
        text = self._settings[path]
        return (_shown(path), text) if text is not None else None

    def lone_settings(self, language: Language) -> tuple[str, str] | None:
        """The settings file in a language that lies beside the program, where there is just one, and its text."""
        if self.path is None:
            return None
        here = self.path.resolve().parent
        endings = [ending for ending, known in SUFFIXES.items() if known == language.partition(" ")[0]]
        found = [
            path
            for folder in (here, *(here / name for name in _SETTINGS_FOLDERS))
            for ending in endings
            for path in disk.matching(folder, f"*{ending}")
            if not path.name.startswith(".") and path.name not in _OF_TOOLS
        ]
        if len(found) != 1:
            return None
        path = found[0]
        if path not in self._settings:
            self._settings[path] = self._read_settings(path)
        text = self._settings[path]
        return (_shown(path), text) if text is not None else None

    def _settings_file(self, name: str, reader: Program) -> Path | None:
        """Seen from the script, the root, and the file that reads it; nothing outside of the project."""
        if self.path is None or "\0" in name or PurePath(name).suffix.lower() not in SUFFIXES:
            return None
        script = self.path.resolve().parent
        folders = [script, *([self.root.resolve()] if self.root is not None else [])]
        if reader.path is not None:
            folders.append(reader.path.resolve().parent)
        for folder in dict.fromkeys(folders):
            try:
                candidate = (folder / name).resolve()
                if any(candidate.is_relative_to(f) for f in folders) and disk.is_file(candidate):
                    return candidate
            except (OSError, RuntimeError, ValueError):  # too long a name, a loop of links
                return None
        return None

    def _read_settings(self, path: Path) -> str | None:
        if len(self.files_read) >= MOST_FILES:
            return None
        self.files_read.append(path)
        try:
            return _universal(disk.read(path, LARGEST_SETTINGS).decode("utf-8-sig"))
        except (OSError, UnicodeDecodeError):
            return None

    def _folders(self, importer: Program, relative: bool) -> Iterable[str]:
        if relative:
            return (importer.top,)
        assert self.path is not None
        return dict.fromkeys((importer.folder, str(self.path.parent), importer.top, *self._roots))

    def _load(self, path: Path, real: Path, importer: Program) -> Program | None:
        if real not in self._programs:
            self._programs[real] = self._read(path, real)
        program = self._programs[real]
        if program is not None and program is not importer:
            imports = self._imports.setdefault(id(importer), [])
            if program not in imports:
                imports.append(program)
        return program

    def _read(self, path: Path, real: Path) -> Program | None:
        if len(self.files_read) >= MOST_FILES:
            return None
        self.files_read.append(path)
        filename = _shown(path, real)
        try:
            contents = _contents(filename, disk.read(path))
        except (OSError, Unreadable, SyntaxProblem):
            return None
        return self._add(filename, contents, path, real)

    def _package_of(self, folder: Path) -> str:
        """The dotted name of the package that a folder is, empty for one that is none."""
        if folder not in self._packages:
            is_package = disk.is_file(folder / "__init__.py") and folder.parent != folder
            above = self._package_of(folder.parent) if is_package else ""
            self._packages[folder] = ".".join(filter(None, (above, folder.name))) if is_package else ""
        return self._packages[folder]


def _contents_of(document: Document) -> Contents:
    """The contents of a document; a notebook shows what the last statement of each cell gives."""
    known = _imported.get(document.filename)
    if known is not None and known.text == document.text and not document.cells:
        return known
    chunks = split(document.text, document.filename)
    if document.cells:
        last = {cell.number: chunk for chunk in chunks if (cell := document.cell_at(chunk.last_row))}
        for chunk in chunks:
            chunk.shown = chunk in last.values()
    return Contents(chunks)


@lru_cache(256)
def _contents(filename: str, data: bytes) -> Contents:
    """The contents of an imported file, kept for the next program that imports it as it stands now."""
    contents = Contents(anew(Document.from_bytes(data, filename).text, filename))
    _imported[filename] = contents
    return contents


_imported: WeakValueDictionary[str, Contents] = WeakValueDictionary()
"""The contents of imported files that are kept, by name: such a file need not be read again when its turn comes."""


def _universal(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _root_of(path: Path) -> Path:
    folder = path.resolve().parent
    for parent in (folder, *folder.parents):
        if any(disk.exists(parent / mark) for mark in _ROOT_MARKS):
            return parent
    return folder


def _shown(path: Path, real: Path | None = None) -> str:
    """A path as users write it: seen from the working directory where it lies below it."""
    try:
        return (real or path.resolve()).relative_to(disk.working_folder()).as_posix()
    except ValueError:
        return path.as_posix()
