"""The settings of each file, tried against the rules that are installed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from trainlint.config.merge import Merged
from trainlint.config.mistakes import WrongSettings, meant
from trainlint.config.resolve import Resolver
from trainlint.config.settings import Settings
from trainlint.sources.choice import FileChoice

if TYPE_CHECKING:
    from trainlint.engine.cache import Cache


@dataclass
class Configured:
    """What every surface asks for settings: a rule or an option that does not exist comes to light here, with
    the line that names it. Where a `cache` knows that settings fit the rules, no rule is imported to try them."""

    resolver: Resolver = field(default_factory=Resolver)
    cache: Cache | None = None
    _tried: set[int] = field(default_factory=set, repr=False)

    def settings_for(self, path: Path) -> Settings:
        """The settings of a file or folder.

        Raises:
            WrongSettings: they cannot be used.
        """
        merged = self.resolver.merged_for(path)
        if id(merged) not in self._tried:
            if not (self.cache and self.cache.fits(merged.settings)):
                _try(merged)
                if self.cache:
                    self.cache.keep_fit(merged.settings)
            self._tried.add(id(merged))
        return merged.settings

    def choice_for(self, folder: Path) -> FileChoice:
        """Which files of a folder are checked."""
        return self.settings_for(folder).file_choice


SettingsOf = Callable[[Path], Settings]


def settings_of(settings: Settings | Configured | None) -> SettingsOf:
    """How to get from a file to its settings: the same for all, or by the nearest settings file."""
    if isinstance(settings, Settings):
        return lambda path: settings
    return (settings or Configured()).settings_for


def _try(merged: Merged) -> None:
    from trainlint.engine.registry import UnknownRule
    from trainlint.engine.selection import WrongOption, selection_for

    try:
        selection_for(merged.settings)
    except UnknownRule as error:
        raise WrongSettings(f"{merged.place(error.key, error.word) or 'settings'}: {error}") from None
    except WrongOption as error:
        raise WrongSettings(f"{merged.place(error.key) or 'settings'}: {error}") from None
    for name in merged.settings.framework_versions:
        _try_library(name, merged)


def _try_library(name: str, merged: Merged) -> None:
    from trainlint.evaluate.versions import DISTRIBUTIONS

    known = sorted(set(DISTRIBUTIONS.values()))
    if name not in known:
        place = merged.place(("framework-versions", name)) or "settings"
        guess = meant(name, known) or f"; known are {', '.join(f'`{library}`' for library in known)}"
        raise WrongSettings(f"{place}: no version of `{name}` matters to `framework-versions`{guess}")
