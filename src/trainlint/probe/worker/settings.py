"""The settings of a layer, a loss or an optimizer as they arrive: values that may be missing or unknown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


class CannotBuild(Exception):
    """Something of the plan that cannot be made here; the text names it and says why."""


class Given:
    """Settings by name. One that the program sets to something unknown cannot be replaced by a default."""

    def __init__(self, name: str, values: Mapping[str, Any], unknown: Sequence[str] = ()) -> None:
        self.name = name
        self.values = values
        self.unknown = frozenset(unknown)

    def get(self, *names: str, default: Any = None) -> Any:
        """The first of several names (libraries differ in them) that has a value; else the default.

        Raises:
            CannotBuild: the value is set, but not known.
        """
        for name in names:
            if name in self.unknown:
                raise CannotBuild(f"`{name}` of {self.name} is not known")
            if self.values.get(name) is not None:
                return self.values[name]
        return default

    def whole(self, *names: str) -> int:
        """A whole number that has no default."""
        found = self.get(*names)
        if isinstance(found, bool) or not isinstance(found, (int, float)) or int(found) != found:
            raise CannotBuild(f"`{names[0]}` of {self.name} is not known")
        return int(found)

    def sizes(self, axes: int, *names: str, default: Any = None) -> tuple[int, ...]:
        """A size for each axis: one number stands for all."""
        found = self.get(*names, default=default)
        if isinstance(found, (list, tuple)) and len(found) == 1:
            found = found[0]
        if isinstance(found, (int, float)) and not isinstance(found, bool):
            return (int(found),) * axes
        if isinstance(found, (list, tuple)) and len(found) == axes and all(isinstance(n, int) for n in found):
            return tuple(found)
        raise CannotBuild(f"`{names[0]}` of {self.name} is {found!r}, which says no size for {axes} axes")
