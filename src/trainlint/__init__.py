"""Finds, before training starts, why the loss will not move, will explode, or will lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

if TYPE_CHECKING:
    from trainlint.engine.check import check_source, plan_of
    from trainlint.engine.run import check_paths

__all__ = ["__version__", "check_paths", "check_source", "plan_of"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: `import trainlint` and `trainlint --version` must not pay for libcst and pydantic.
    if name in __all__:
        from trainlint.engine import check, run

        return getattr(run if name == "check_paths" else check, name)
    raise AttributeError(f"module 'trainlint' has no attribute {name!r}")
