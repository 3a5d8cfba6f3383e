"""Settings files for tests."""

from __future__ import annotations

from pathlib import Path

from trainlint.config.layer import Layer


def write(root: Path, **files: str) -> None:
    """Files below `root`; in a name `__` stands for a slash and `_toml` for the ending."""
    for name, content in files.items():
        path = root / (name.replace("__", "/").replace("_toml", "") + ".toml")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)


def layer(folder: str = "/p", source: str = "t.toml", **values: object) -> Layer:
    """Settings by key, with underscores for hyphens."""
    given = {key.replace("_", "-"): value for key, value in values.items()}
    return Layer(source, given, Path(folder), Path(folder, source))
