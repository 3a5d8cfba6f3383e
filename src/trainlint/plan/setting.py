"""A number (or word) that the user chose, or left at its default, with where it comes from."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Generic, TypeVar

from trainlint.plan.part import Part
from trainlint.values.origin import OVERRIDABLE, Certainty, Made, Origin

T = TypeVar("T")


class Setting(Part, Generic[T]):
    """A value, how sure it is, and its origin. No values means unknown; several mean one of these."""

    values: tuple[T, ...] = ()
    certainty: Certainty = Certainty.EXACT
    origins: tuple[Origin, ...] = ()
    reason: str = ""  # why the value is unknown

    @property
    def value(self) -> T | None:
        """The one value, or None when it is unknown or one of several."""
        return self.values[0] if len(self.values) == 1 else None

    @property
    def known(self) -> bool:
        return len(self.values) == 1

    @property
    def origin(self) -> Origin | None:
        return self.origins[0] if self.origins else None

    @property
    def is_library_default(self) -> bool:
        return any(origin.made is Made.LIBRARY for origin in self.origins)

    @property
    def is_written(self) -> bool:
        """Whether anybody chose it: here, in a settings file, on the command line."""
        return bool(self.origins) and not self.is_library_default

    @property
    def searched(self) -> bool:
        return any(origin.searched for origin in self.origins)

    def violates(self, test: Callable[[T], bool]) -> Certainty | None:
        """How sure it is that the value passes `test` (the test for what is wrong).

        None when the value is unknown, part of a search, or fine on every path; possible when wrong on some
        paths only.
        """
        if not self.values or self.searched:
            return None
        wrong = sum(1 for value in self.values if test(value))
        if not wrong:
            return None
        return self.certainty if wrong == len(self.values) else Certainty.POSSIBLE

    @property
    def spoken(self) -> str:
        """The value for people, with the option it is the default of: `1e-8 (default of --lr)`."""
        number = " or ".join(spoken(value) for value in self.values)
        overridable = (
            step.label for origin in self.origins for step in origin.chain() if step.made in OVERRIDABLE
        )
        label = next((label for label in overridable if label), "")
        return f"{number} (default of {label})" if label else number


def spoken(value: object) -> str:
    """A number as people write it: 1e-8, 0.001, 60,000."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return str(value)
    if isinstance(value, int) or (value.is_integer() and abs(value) < 1e6):
        return f"{value:,.0f}" if abs(value) >= 10_000 else f"{value:g}"
    return re.sub(r"e([+-])0*", lambda sign: "e" + sign[1].replace("+", ""), f"{value:.4g}")
