"""What is imported when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

from trainlint.engine.lazily import Lazily

RULES = """
import sys
from trainlint.engine.registry import registry
registry()
import trainlint.evaluate.evaluate
print("libcst" in sys.modules)
"""


def test_what_only_checks_does_not_import_libcst() -> None:
    done = subprocess.run([sys.executable, "-c", RULES], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_threads_that_ask_at_once_all_get_the_whole_module() -> None:
    module = Lazily("xml.sax.expatreader")
    for name in [name for name in sys.modules if name.startswith("xml.sax")]:
        del sys.modules[name]
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(lambda _: module.create_parser, range(64)))
    assert all(each is found[0] for each in found)
