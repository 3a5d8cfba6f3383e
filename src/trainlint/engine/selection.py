"""Which rules run on which file, with which options, and how loud they are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache

from pydantic import ValidationError

from trainlint.config.settings import Settings
from trainlint.engine.diagnostic import Severity
from trainlint.engine.own_rules import OwnRule
from trainlint.engine.registry import Registry, UnknownRule
from trainlint.engine.registry import registry as installed
from trainlint.engine.rule import Options, Rule
from trainlint.sources.patterns import Pattern, matches

_PROFILES = {
    "default": frozenset({"default"}),
    "strict": frozenset({"default", "strict"}),
    "all": frozenset({"default", "strict", "off"}),
}
_NOT_NAMED = -1


class WrongOption(Exception):
    """A rule's option that the rule does not accept; the text names key and value."""

    def __init__(self, text: str, key: tuple[str, ...] = ()) -> None:
        super().__init__(text)
        self.key = key


@dataclass(frozen=True)
class Selection:
    """The rules of one run. Made once: it is where wrong selectors and options come to light."""

    registry: Registry
    chosen: tuple[tuple[type[Rule], Options], ...]
    severities: dict[str, Severity]
    framework_versions: dict[str, str]
    docs_url: str | None
    _ignores: tuple[tuple[Pattern, frozenset[str]], ...]

    @classmethod
    def of(cls, settings: Settings, registry: Registry) -> Selection:
        """Resolves all selectors.

        Raises:
            UnknownRule: a selector names no rule.
            WrongOption: an option of a rule is unknown or has a wrong value.
        """
        names = _chosen(settings, registry)
        options = {}
        for selector, given in settings.rules.items():
            with _about("rules", selector):
                rule = registry.find_if_loaded(selector)
            if rule:
                options[rule.name] = _options(rule, given, selector)
        return cls(
            registry=registry,
            chosen=tuple(
                (rule, options.get(name) or rule.options_model())
                for name, rule in registry.rules.items()
                if name in names
            ),
            severities=_severities(settings, registry),
            framework_versions=dict(settings.framework_versions),
            docs_url=settings.docs_url,
            _ignores=tuple(
                (pattern, _members(selectors, registry, "per-file-ignores", pattern.text))
                for pattern, selectors in settings.per_file_ignores
            ),
        )

    def runs_on(self, name: str, filename: str) -> bool:
        """Whether a chosen rule runs on a file, which `per-file-ignores` may prevent."""
        return not any(name in names and matches((pattern,), filename) for pattern, names in self._ignores)

    def chooses(self, name: str) -> bool:
        return any(rule.name == name for rule, _ in self.chosen)


def selection_for(settings: Settings) -> Selection:
    """The rules that the settings choose from those installed and those of their plugins; worked out once for
    equal settings.

    Raises:
        UnknownRule, WrongOption: the settings name a rule or an option that does not exist.
    """
    return _selection(_Choice(settings.model_dump_json(), installed(settings.plugins), settings))


@dataclass(frozen=True)
class _Choice:
    """Settings that can be compared."""

    written: str
    registry: Registry
    settings: Settings = field(compare=False)


@lru_cache(maxsize=32)
def _selection(choice: _Choice) -> Selection:
    return Selection.of(choice.settings, choice.registry)


def _chosen(settings: Settings, registry: Registry) -> frozenset[str]:
    with _about("select"):
        selected = _specificity(settings.select or (), registry)
    with _about("extend-select"):
        extended = _specificity(settings.extend_select, registry)
    with _about("ignore"):
        ignored = _specificity(settings.ignore, registry)
    for name, rank in extended.items():
        selected[name] = max(rank, selected.get(name, _NOT_NAMED))
    profile = _PROFILES[settings.profile]
    names = set()
    for name, rule in registry.rules.items():
        # The tool's own findings are on whatever is selected: an unreadable file is no matter of taste.
        always = issubclass(rule, OwnRule) and rule.always
        standard = always or (settings.select is None and rule.profile in profile)
        rank = max(selected.get(name, _NOT_NAMED), 0 if standard else _NOT_NAMED)
        if rank > ignored.get(name, _NOT_NAMED):
            names.add(name)
    return frozenset(names)


def _specificity(selectors: Iterable[str], registry: Registry) -> dict[str, int]:
    """For each rule that the selectors name, how closely: 0 by ALL, highest by its own name or code."""
    ranks: dict[str, int] = {}
    for selector in selectors:
        members = registry.matching(selector)
        rank = 0 if selector.strip().upper() == "ALL" else 1_000_000 - len(members)
        for name in members:
            ranks[name] = max(rank, ranks.get(name, _NOT_NAMED))
    return ranks


def _severities(settings: Settings, registry: Registry) -> dict[str, Severity]:
    severities: dict[str, Severity] = {}
    for selector in settings.severity:
        _members((selector,), registry, "severity", selector)
    # The widest selectors first, so that narrower ones have the last word.
    for selector in sorted(settings.severity, key=lambda word: -len(registry.matching(word))):
        for name in registry.matching(selector):
            severities[name] = Severity(settings.severity[selector])
    return severities


@contextmanager
def _about(*key: str) -> Iterator[None]:
    """Marks an unknown rule with the setting that names it."""
    try:
        yield
    except UnknownRule as error:
        error.key = error.key or key
        raise


def _members(selectors: Iterable[str], registry: Registry, *key: str) -> frozenset[str]:
    with _about(*key):
        return frozenset().union(*(registry.matching(selector) for selector in selectors))


def _options(rule: type[Rule], given: dict[str, object], selector: str) -> Options:
    try:
        return rule.options_model.model_validate(given)
    except ValidationError as error:
        problem = error.errors()[0]
        key = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            known = list(rule.options_model.model_fields)
            near = get_close_matches(key, known, n=1)
            allowed = ", ".join(f"`{name}`" for name in known) or "none"
            advice = f"did you mean `{near[0]}`?" if near else f"its options: {allowed}"
            reason = f"unknown option `{key}` of rule `{rule.name}`; {advice}"
        else:
            reason = f"option `{key}` of rule `{rule.name}` is {problem['input']!r}: {problem['msg']}"
        raise WrongOption(reason, ("rules", selector, *key.split("."))) from error
