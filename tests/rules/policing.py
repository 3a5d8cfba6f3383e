"""The built-in rules, and what they are held to."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Iterator

import trainlint_rules
from trainlint.engine.policing import Complaint, Police, code_of, ensure_page
from trainlint.engine.rule import Rule

__all__ = ["Complaint", "Police", "code_of", "ensure_page", "every_rule"]


def every_rule() -> Iterator[type[Rule]]:
    """The rule classes of the package, by code."""
    found: set[type[Rule]] = set()
    for module in pkgutil.walk_packages(trainlint_rules.__path__, "trainlint_rules."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, Rule) and hasattr(value, "code"):
                found.add(value)
    yield from sorted(found, key=lambda rule: rule.code)
