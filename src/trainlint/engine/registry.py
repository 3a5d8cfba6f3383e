"""The rules that are installed: trainlint's own and those of plugins, through one door."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType

from trainlint.engine.own_rules import OWN_RULES
from trainlint.engine.rule import Rule
from trainlint.engine.torchfix import COUNTERPARTS, explanation, old_codes

GROUP = "trainlint.rules"


class UnknownRule(Exception):
    """A selector that names no rule; the text says which one was probably meant. `key` is the setting that
    holds it, where that is known."""

    def __init__(self, text: str, word: str = "") -> None:
        super().__init__(text)
        self.word = word
        self.key: tuple[str, ...] = ()


@dataclass(frozen=True)
class PluginProblem:
    """A plugin, or a part of it, that could not be taken in."""

    plugin: str
    reason: str


@dataclass
class Registry:
    """Rules by name, in the order of their codes, and what went wrong while collecting them."""

    rules: dict[str, type[Rule]] = field(default_factory=dict)
    problems: list[PluginProblem] = field(default_factory=list)

    def find(self, selector: str) -> type[Rule]:
        """The one rule with this name or code; a code of TorchFix leads to our rule."""
        word = selector.strip()
        code = word.upper()
        for rule in self.rules.values():
            if word.lower() == rule.name or code == rule.code:
                return rule
        target = COUNTERPARTS.get(code)
        if target in self.rules:
            return self.rules[target]
        raise UnknownRule(self._unknown(word), selector)

    def matching(self, selector: str) -> frozenset[str]:
        """Names of the rules that a selector stands for: a name, a code or its beginning, a family, ALL."""
        word = selector.strip()
        code = word.upper()
        if code == "ALL":
            return frozenset(self.rules)
        members = {
            rule.name
            for rule in self.rules.values()
            if word.lower() in (rule.name, rule.family) or (code and rule.code.startswith(code))
        }
        return frozenset(members) if members else frozenset({self.find(word).name})

    def add(self, rule: type[Rule], plugin: str) -> None:
        """Takes a rule in, unless its name or code is taken."""
        rival = next((r for r in self.rules.values() if r.name == rule.name or r.code == rule.code), None)
        if rival is rule:
            return
        if rival:
            reason = f"`{rule.name}` ({rule.code}) clashes with `{rival.name}` ({rival.code})"
            self.problems.append(PluginProblem(plugin, reason))
        else:
            self.rules[rule.name] = rule

    def _unknown(self, word: str) -> str:
        reason = explanation(word.upper(), self.rules)
        if reason:
            return reason
        families = {rule.family for rule in self.rules.values()}
        known = [*self.rules, *sorted(families), *(rule.code for rule in self.rules.values())]
        near = get_close_matches(word.lower(), known, n=1) or get_close_matches(word.upper(), known, n=1)
        advice = f"; did you mean `{near[0]}`?" if near else "; `trainlint rule --all` lists them"
        return f"unknown rule `{word}`{advice}"


def words_of(rule: type[Rule]) -> frozenset[str]:
    """The words, beside the beginning of its code, under which users speak of a rule."""
    return old_codes(rule.name) | {rule.name, rule.family}


@cache
def registry() -> Registry:
    """All installed rules. Plugins are imported once."""
    return collect(entry_points(group=GROUP))


def collect(plugins: Iterator[EntryPoint] | tuple[EntryPoint, ...] | list[EntryPoint]) -> Registry:
    """Imports plugins and gathers their rules; what cannot be imported becomes a problem."""
    collected = Registry()
    for rule in OWN_RULES:
        collected.add(rule, "trainlint")
    # The built-in rules come first, so that a plugin cannot take their names.
    for plugin in sorted(plugins, key=lambda point: (point.name != "trainlint", point.name, point.value)):
        for module in _modules(plugin, collected):
            for rule in _rules_in(module):
                collected.add(rule, plugin.value)
    collected.rules = dict(sorted(collected.rules.items(), key=lambda item: item[1].code))
    return collected


def _modules(plugin: EntryPoint, collected: Registry) -> Iterator[ModuleType]:
    """The module that an entry point names and all modules below it."""
    waiting = [plugin.module]
    while waiting:
        name = waiting.pop(0)
        try:
            # What a plugin prints must not get into the report.
            with contextlib.redirect_stdout(sys.stderr):
                module = importlib.import_module(name)
        except (Exception, SystemExit) as error:
            collected.problems.append(PluginProblem(name, f"{type(error).__name__}: {error}"))
            continue
        yield module
        path = getattr(module, "__path__", None)
        if path is not None:
            waiting += sorted(
                found.name
                for found in pkgutil.iter_modules(path, f"{name}.")
                if not found.name.endswith(".__main__")
            )


def _rules_in(module: ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if (
            inspect.isclass(value)
            and issubclass(value, Rule)
            and value.__module__ == module.__name__
            and hasattr(value, "code")  # a base class of rules has none
        ):
            yield value
