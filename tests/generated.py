"""Files that are made from others: rule pages, the rule index, the README's opening and its picture, the schemas
of settings files and of the JSON report, the settings of the VS Code extension.

`python -m tests.generated` writes them; tests/test_generated.py fails when one is stale.
"""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI

from tests.vscode import manifest
from trainlint.config import schema
from trainlint.config.settings import Settings
from trainlint.engine.pages import generated_files
from trainlint.engine.registry import registry
from trainlint.engine.run import RunResult, check_files
from trainlint.probe.explained import whole_page
from trainlint.report import full, json_schema
from trainlint.report.summary import fixable, summary

ROOT = Path(__file__).parent.parent
SHOWN = Path("rules/examples/static_loss.py")
PICTURE = ROOT / ".github" / "check.svg"
_BLOCK = re.compile(r"(<!-- check -->\n).*?(<!-- /check -->)", re.DOTALL)
_PAGES = re.compile(r"file://\S*/pages/")


def wanted() -> dict[Path, str]:
    """The content that each made file should have."""
    here = Path.cwd()
    os.chdir(ROOT)  # the files are named as a user names them
    try:
        result = check_files([SHOWN], Settings())
        readme = (ROOT / "README.md").read_text("utf-8")
        block = f"```console\n$ trainlint check {SHOWN}\n{_text(result)}\n```\n"
        return {
            **generated_files(registry().rules.values(), ROOT, whole_page),
            ROOT / "README.md": _BLOCK.sub(lambda found: found[1] + block + found[2], readme),
            PICTURE: _picture(result),
            schema.FILE: schema.schema_text(),
            json_schema.FILE: json_schema.schema_text(),
            manifest.FILE: manifest.manifest_text(),
        }
    finally:
        os.chdir(here)


def _text(result: RunResult) -> str:
    console = Console(file=io.StringIO(), width=400, color_system=None)
    console.print(full.render(result).coloured(), soft_wrap=True)
    assert isinstance(console.file, io.StringIO)
    return _PAGES.sub("file:///…/", console.file.getvalue().rstrip() + f"\n\n{_end(result)}")


def _end(result: RunResult) -> str:
    return f"{summary(result)}\n{fixable(result)}".rstrip()


def _picture(result: RunResult) -> str:
    console = Console(
        file=io.StringIO(), record=True, width=124, force_terminal=True, color_system="truecolor"
    )
    console.print(f"[bold green]$[/] trainlint check {SHOWN}\n", highlight=False)
    text = full.render(result).coloured()
    lines = [line for line in text.split("\n") if not _PAGES.search(line.plain)]
    console.print(*lines, sep="\n", end="\n\n", highlight=False, overflow="ellipsis", no_wrap=True)
    console.print(_end(result), highlight=False)
    return console.export_svg(title="trainlint", theme=MONOKAI, unique_id="trainlint-check")


def main() -> None:
    for path, content in wanted().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


if __name__ == "__main__":
    sys.exit(main())
