"""What a user may decide: which rules run, how loud they are, and their own options."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


def _kebab(name: str) -> str:
    return name.replace("_", "-")


class Settings(BaseModel):
    """Settings of one run. A selector is a rule's name or code, the beginning of a code, a family, or ALL.

    `select` replaces what `profile` chooses; of a `select` and an `ignore` that both name a rule, the more
    specific one holds.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=_kebab, populate_by_name=True)

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    profile: Literal["default", "strict", "all"] = "default"
    severity: dict[str, Literal["error", "warning", "info"]] = {}
    fail_on: Literal["error", "warning", "info", "never"] = "warning"
    respect_gitignore: bool = True
    rules: dict[str, dict[str, Any]] = {}
