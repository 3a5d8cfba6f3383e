"""What decorators of the program register: `@MODELS.register("resnet")`, found when somebody asks for it.

A definition is read when its name is asked for. One that enters itself into a dictionary is asked for by its
key instead: then the definitions whose decorators mention the key, or that bear its name, are read.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from trainlint.evaluate.program import Program
from trainlint.syntax.chunks import Chunk

if TYPE_CHECKING:
    from trainlint.evaluate.machine import Machine


def register(machine: Machine, key: object) -> bool:
    """Reads what may register itself under a key; whether there was anything."""
    if not isinstance(key, str) or not key or key in machine.registered or not machine.frames:
        return False
    machine.registered.add(key)
    found = False
    for program in _programs(machine.frame.program):
        for number, chunk in enumerate(program.chunks):
            if chunk.readable and _registers(chunk, key):
                found = program.define(machine, number) or found
    return found


def _programs(start: Program) -> list[Program]:
    """A file and those that it imports, directly or through each other."""
    project = start.project
    found = [*project.programs]
    if start not in found:
        found.append(start)
    for program in found:
        found += [other for other in program.imported_files if other not in found]
    return found


def _registers(chunk: Chunk, key: str) -> bool:
    definition = chunk.definition
    if definition is None or not definition.decorator_list:
        return False
    if definition.name == key:
        return True
    return any(
        isinstance(node, ast.Constant) and node.value == key
        for decorator in definition.decorator_list
        for node in ast.walk(decorator)
    )
