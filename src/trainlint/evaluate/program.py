"""One file of the program: which of its statements matter, run in order, the rest on demand."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from trainlint.evaluate import names, selection
from trainlint.evaluate.contents import Contents
from trainlint.evaluate.deferred import Deferred
from trainlint.evaluate.flow import Frame
from trainlint.frameworks import catalogue
from trainlint.syntax.chunks import Chunk
from trainlint.syntax.nodes import within
from trainlint.values.value import Known, Module, Reference, Scope, Unknown, Value

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine
    from trainlint.evaluate.project import Project


class Program:
    """A file as chunks, with the scope that they fill."""

    def __init__(
        self,
        project: Project,
        filename: str,
        contents: Contents,
        package: str = "",
        path: Path | None = None,
        real_path: Path | None = None,
    ) -> None:
        self.project = project
        self.filename = filename
        self.path = path
        self.package = package  # dotted name of the folder, for relative imports
        self.real_path = real_path
        self.folder, self.top = _folders(path, package)
        self.contents = contents
        self.chunks = contents.chunks
        self.scope = Scope("module", None, filename)
        self.module = Module(self.scope, filename)
        self.scope.slots["__file__"] = Known(str(real_path or filename))
        self.scope.slots["__name__"] = Known(filename.rpartition("/")[2].removesuffix(".py"))
        self.training_names = contents.training_names
        self._stars: list[str | Program] = []
        self._done: set[int] = set()
        self._asked: set[str] = set()
        self._trains: dict[int, bool] = {}

    @property
    def whole(self) -> Chunk:
        """A chunk for what happens in the module but at none of its statements."""
        return self.chunks[0] if self.chunks else Chunk(self.filename, "", 1, ())

    # -- running ------------------------------------------------------------------------------------------

    def run(self, machine: Machine, *, everything: bool = False) -> None:
        """Runs the statements that training depends on, in the order of the text."""
        chosen = range(len(self.chunks)) if everything else self.contents.that_train
        for number in chosen:
            self._run_chunk(machine, number)

    def demand(self, machine: Machine, name: str) -> Value | None:
        """The value of a name of this module that has none yet: runs what it depends on."""
        binders = self.contents.binders(name)
        if not binders <= self._done:
            with machine.for_good():
                for number in self.contents.needed_for(binders):
                    self._run_chunk(machine, number)
        found = self.scope.slots.get(name)
        return found if isinstance(found, Value) else self._starred(machine, name)

    def _run_chunk(self, machine: Machine, number: int) -> None:
        if number in self._done:
            return
        self._done.add(number)
        chunk = self.chunks[number]
        if chunk.definition is not None and chunk.readable:
            self.scope.slots[chunk.definition.name] = Deferred(self, chunk)
        else:
            self._execute(machine, chunk)

    def _execute(self, machine: Machine, chunk: Chunk) -> None:
        if not chunk.readable:
            for name in chunk.binds:
                self.scope.slots[name] = Unknown("code that is not read")
            return
        with machine.within(Frame(self.scope, chunk, self)):
            machine.execute(chunk.statements)

    def define(self, machine: Machine, number: int) -> bool:
        """Reads a definition whether somebody asked for its name or not; whether it was there to read."""
        chunk = self.chunks[number]
        if chunk.definition is None:
            return False
        name = chunk.definition.name
        found = self.scope.slots.get(name)
        if number in self._done and not isinstance(found, Deferred):
            return False
        self._done.add(number)
        self.resolve(machine, name, Deferred(self, chunk))
        return True

    @cached_property
    def imported_files(self) -> tuple[Program, ...]:
        """The files of the project that this one imports, as its text says."""
        names: set[str] = set()
        for chunk in self.chunks:
            for statement in chunk.statements if chunk.is_import else ():
                if isinstance(statement, ast.Import):
                    names.update(alias.name for alias in statement.names)
                elif isinstance(statement, ast.ImportFrom):
                    base = self._relative(statement.module or "", statement.level)
                    names.add(base)
                    names.update(
                        f"{base}.{alias.name}" if base.strip(".") else base + alias.name
                        for alias in statement.names
                    )
        found = (self.project.find(name, self) for name in sorted(names))
        return tuple(program for program in found if program is not None)

    def resolve(self, machine: Machine, name: str, deferred: Deferred) -> Value:
        """Reads a `def` or `class` that somebody asks for."""
        self.scope.slots[name] = Unknown("a definition that needs itself")
        with machine.for_good():
            self._execute(machine, deferred.chunk)
        found = self.scope.slots.get(name)
        return found if isinstance(found, Value) else Unknown(f"{name} is not defined")

    # -- what trains --------------------------------------------------------------------------------------

    def trains(self, machine: Machine, body: Sequence[ast.stmt]) -> bool:
        """Whether some statements mention anything that trains."""
        known = self._trains.get(id(body))
        if known is None:
            known = self._trains[id(body)] = self._mentions_training(body)
        return known

    def _mentions_training(self, body: Sequence[ast.stmt]) -> bool:
        waiting: list[ast.AST] = list(body)
        while waiting:
            current = waiting.pop()
            if isinstance(current, ast.Name):
                if not selection.is_variable(current.id) and self._trains_by_name(current.id):
                    return True
                continue
            if isinstance(current, ast.Attribute) and self._trains_by_name(current.attr):
                return True
            if isinstance(current, ast.Call) and self._calls_what_trains(current):
                return True
            waiting += within(current)
        return False

    def _calls_what_trains(self, call: ast.Call) -> bool:
        """`step(batch)`: what is called is no variable, whatever its name."""
        return isinstance(call.func, ast.Name) and call.func.id in self.training_names

    def _trains_by_name(self, word: str) -> bool:
        return word in selection.TRAINING_WORDS or word in self.training_names or self._imported_trains(word)

    def _imported_trains(self, word: str) -> bool:
        return any(word in program.training_names for program in self.project.imported_by(self))

    # -- imports ------------------------------------------------------------------------------------------

    def run_import(self, machine: Machine, node: ast.Import | ast.ImportFrom) -> None:
        scope = machine.frame.scope
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.asname is not None:
                    machine.write(scope, alias.asname, self._import(machine, alias.name))
                else:
                    first = alias.name.partition(".")[0]
                    machine.write(scope, first, self._import(machine, first))
                    if "." in alias.name:
                        self._import(machine, alias.name)
            return
        base = self._relative(node.module or "", node.level)
        for alias in node.names:
            if alias.name == "*":
                self._import_star(base)
            else:
                machine.write(scope, alias.asname or alias.name, self._import_name(machine, base, alias.name))

    def _relative(self, base: str, level: int) -> str:
        if not level:
            return base
        parts = self.package.split(".") if self.package else []
        parents = parts[: len(parts) - (level - 1)]
        return "." + ".".join([*parents, *([base] if base else [])])

    def _import(self, machine: Machine, full: str) -> Value:
        program = self.project.find(full, self)
        if program is not None:
            return program.module
        return Reference(catalogue.canonical(full.lstrip(".")))

    def _import_name(self, machine: Machine, base: str, name: str) -> Value:
        program = self.project.find(base, self)
        if program is not None:
            return machine.attribute(program.module, name, machine.site(ast.Name(name)))
        submodule = self.project.find(f"{base}.{name}" if base.strip(".") else base + name, self)
        if submodule is not None:
            return submodule.module
        if base.startswith("."):
            return Unknown(f"{name} of a file that is not found")
        return machine.attribute(Reference(catalogue.canonical(base)), name, machine.site(ast.Name(name)))

    def module_named(self, dotted: str) -> Module | None:
        """A file of the project by its dotted name; a leading dot means the package of this file."""
        if dotted.startswith("."):
            dotted = f".{self.package}{dotted}" if self.package else dotted
        program = self.project.find(dotted, self)
        return program.module if program is not None else None

    def locate(self, machine: Machine, dotted: str) -> Value:
        """What a dotted name means: something in a file of the project, else something of a library."""
        parts = dotted.split(".")
        for count in range(len(parts), 0, -1):
            found: Value | None = self.module_named(".".join(parts[:count]))
            if found is not None:
                for name in parts[count:]:
                    found = machine.attribute(found, name, machine.site(ast.Name(name or "_")))
                return found
        return Reference(catalogue.canonical(dotted))

    def _import_star(self, base: str) -> None:
        program = self.project.find(base, self)
        self._stars.append(program if program is not None else catalogue.canonical(base.lstrip(".")))

    def _starred(self, machine: Machine, name: str) -> Value | None:
        """A name that `from library import *` may have brought."""
        if not self._stars or name.startswith("_") or name in self._asked:
            return None
        self._asked.add(name)  # files may import everything from each other
        try:
            for source in reversed(self._stars):
                found = (
                    names.known_library_name(source, name)
                    if isinstance(source, str)
                    else names.own(machine, source.scope, name)
                )
                if found is not None:
                    return found
            return None
        finally:
            self._asked.discard(name)

    def submodule(self, machine: Machine, name: str) -> Value | None:
        """A file in the folder of which this one is the `__init__`."""
        if self.path is None or self.path.name != "__init__.py":
            return None
        program = self.project.find(f".{self.package}.{name}" if self.package else f".{name}", self)
        return program.module if program is not None else None


def _folders(path: Path | None, package: str) -> tuple[str, str]:
    """The folder of a file, and the one that its outermost package lies in."""
    if path is None:
        return "", ""
    folder = top = path.parent
    for _ in package.split(".") if package else ():
        top = top.parent
    return str(folder), str(top)
