"""Programs that define networks, and what trainlint understands of one when it is called on some inputs."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import trainlint
from trainlint.plan.network import Network

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Case:
    """A network of a program: how it is made and what it is called on, both as one would write them."""

    program: str
    make: str
    inputs: str

    def __str__(self) -> str:
        return f"{self.program}: {self.make}"


def text_of(case: Case, folder: str) -> str:
    return (FOLDER / folder / f"{case.program}.py").read_text("utf-8")


def understood(text: str, name: str) -> Network:
    """The one network of a program."""
    plan = trainlint.plan_of(text, f"{name}.py")
    assert plan.networks, "no network was found"
    return plan.networks[0]


def executed(text: str, name: str) -> dict[str, Any]:
    """The names of a program that really ran."""
    module = ModuleType(f"{__package__}.{name}")
    sys.modules[module.__name__] = module  # dataclasses look there
    exec(compile(text, f"{name}.py", "exec"), module.__dict__)
    return module.__dict__


def shapes_of(network: Network) -> list[tuple[object, ...] | None]:
    """The shapes of what a network gives."""
    return [network.layers[index].output_shape for index in network.outputs]
