"""The rules that are installed: trainlint's own and those of plugins, through one door."""

from __future__ import annotations

import contextlib
import importlib
import inspect
import pkgutil
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache, lru_cache
from importlib.metadata import EntryPoint
from pathlib import Path
from types import ModuleType

from trainlint.config.plugin import Plugin
from trainlint.engine import folder_plugin
from trainlint.engine.folder_plugin import NoPlugin
from trainlint.engine.limits import TookTooLong, limited
from trainlint.engine.own_rules import OWN_RULES
from trainlint.engine.packages import announced
from trainlint.engine.rule import Rule, flaws
from trainlint.engine.torchfix import COUNTERPARTS, explanation, old_codes
from trainlint.sources.discovery import shown_name

IMPORT_LIMIT = 30.0
"""Seconds that a module of a plugin may take to be imported: it may import a framework."""


class UnknownRule(Exception):
    """A selector that names no rule; the text says which one was probably meant. `key` is the setting that
    holds it, where that is known."""

    def __init__(self, text: str, word: str = "") -> None:
        super().__init__(text)
        self.word = word
        self.key: tuple[str, ...] = ()


@dataclass(frozen=True)
class PluginProblem:
    """A plugin, or a part of it, that could not be taken in: a file or a module, and the row if it is known."""

    plugin: str
    reason: str
    row: int = 1


@dataclass(eq=False)
class Registry:
    """Rules by name, in the order of their codes, and what went wrong while collecting them. `withheld` are
    plugins that were not loaded because the workspace is not trusted."""

    rules: dict[str, type[Rule]] = field(default_factory=dict)
    problems: list[PluginProblem] = field(default_factory=list)
    withheld: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Whether a word that no rule has can be a mistake only."""
        return not self.problems and not self.withheld

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

    def find_if_loaded(self, selector: str) -> type[Rule] | None:
        """The same; None where a rule may be unknown because its plugin could not be loaded."""
        try:
            return self.find(selector)
        except UnknownRule:
            if self.is_complete:
                raise
            return None

    def matching(self, selector: str) -> frozenset[str]:
        """Names of the rules that a selector stands for: a name, a code or its beginning, a family, ALL.

        A word that is unknown because its plugin could not be loaded stands for none.
        """
        word = selector.strip()
        code = word.upper()
        if code == "ALL":
            return frozenset(self.rules)
        members = {
            rule.name
            for rule in self.rules.values()
            if word.lower() in (rule.name, rule.family) or (code and rule.code.startswith(code))
        }
        if members:
            return frozenset(members)
        found = self.find_if_loaded(word)
        return frozenset({found.name} if found else ())

    def add(self, rule: type[Rule], plugin: str) -> None:
        """Takes a rule in, unless it is not complete, or its name or code is taken."""
        if wrong := flaws(rule):
            self.problems.append(PluginProblem(plugin, f"`{rule.__name__}` {wrong[0]}"))
            return
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


def registry(plugins: tuple[Plugin, ...] = ()) -> Registry:
    """All rules that are installed, and those of the plugins that settings name. Each plugin is imported once,
    and again where its files have changed."""
    if not plugins:
        return _installed()
    sources = []
    for plugin in plugins:
        try:
            read = folder_plugin.read(Path(plugin.path)) if plugin.path and plugin.trusted else {}
            sources.append(folder_plugin.package_of(read) if read else "")
        except (OSError, NoPlugin) as error:
            reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            sources.append(f"!{reason}")
    return _extended(plugins, tuple(sources))


@cache
def _installed() -> Registry:
    return collect(announced())


@lru_cache(maxsize=32)
def _extended(plugins: tuple[Plugin, ...], packages: tuple[str, ...]) -> Registry:
    """The installed rules with those of plugins, whose folders were made into these packages."""
    installed = _installed()
    extended = Registry(dict(installed.rules), [*installed.problems])
    for plugin, package in zip(plugins, packages, strict=True):
        if not plugin.trusted:
            extended.withheld += (plugin.name,)
        elif package.startswith("!"):
            extended.problems.append(PluginProblem(plugin.name, package[1:]))
        else:
            _take_in(extended, package or plugin.name, plugin.name)
    extended.rules = dict(sorted(extended.rules.items(), key=lambda item: item[1].code))
    return extended


def collect(plugins: Iterable[EntryPoint]) -> Registry:
    """Imports plugins and gathers their rules; what cannot be imported becomes a problem."""
    collected = Registry()
    for rule in OWN_RULES:
        collected.add(rule, "trainlint")
    # The built-in rules come first, so that a plugin cannot take their names.
    for plugin in sorted(plugins, key=lambda point: (point.name != "trainlint", point.name, point.value)):
        _take_in(collected, plugin.module, plugin.value)
    collected.rules = dict(sorted(collected.rules.items(), key=lambda item: item[1].code))
    return collected


def _take_in(collected: Registry, package: str, plugin: str) -> None:
    for module in _modules(package, collected):
        for rule in _rules_in(module):
            collected.add(rule, plugin)


def _modules(package: str, collected: Registry) -> Iterator[ModuleType]:
    """The module of this name and all modules below it."""
    waiting = [package, *folder_plugin.modules_below(package)]
    while waiting:
        name = waiting.pop(0)
        try:
            # What a plugin prints must not get into the report.
            with contextlib.redirect_stdout(sys.stderr), limited(IMPORT_LIMIT):
                module = importlib.import_module(name)
        except (Exception, SystemExit, TookTooLong) as error:
            collected.problems.append(_problem(name, error))
            continue
        yield module
        path = getattr(module, "__path__", None)
        if path is not None:
            waiting += sorted(
                found.name
                for found in pkgutil.iter_modules(path, f"{name}.")
                if not found.name.endswith(".__main__")
            )


def _problem(module: str, error: BaseException) -> PluginProblem:
    """Why a module could not be imported, and where that happened."""
    reason = f"{type(error).__name__}: {error}" if not isinstance(error, TookTooLong) else f"it {error}"
    path = folder_plugin.path_of(module)
    if path is None:
        return PluginProblem(module, reason)
    if isinstance(error, SyntaxError):
        return PluginProblem(shown_name(path), f"SyntaxError: {error.msg}", error.lineno or 1)
    rows = [
        frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)
    ]
    return PluginProblem(shown_name(path), reason, (rows and rows[-1]) or 1)


def _rules_in(module: ModuleType) -> Iterator[type[Rule]]:
    for value in vars(module).values():
        if (
            inspect.isclass(value)
            and issubclass(value, Rule)
            and value.__module__ == module.__name__
            and hasattr(value, "code")  # a base class of rules has none
        ):
            yield value
