"""Starts the worker in any interpreter, whether trainlint is installed there or not: `python start.py`.

This package is made importable by where it lies, and nothing else of its environment is.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path


def load() -> None:
    """Makes `trainlint` importable without putting anything on the path."""
    here = Path(__file__).resolve().parent
    package = here.parent.parent
    sys.path[:] = [folder for folder in sys.path if Path(folder or ".").resolve() != here]
    spec = importlib.util.spec_from_file_location(
        "trainlint", package / "__init__.py", submodule_search_locations=[str(package)]
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["trainlint"] = module
    spec.loader.exec_module(module)


if __name__ == "__main__":
    load()
    if sys.argv[1:] == ["script"]:
        import json

        from trainlint.probe.worker.script import run
        from trainlint.probe.worker.stream import take_over

        run(json.loads(sys.stdin.readline()), take_over())
    else:
        from trainlint.probe.worker.serve import main

        main()
