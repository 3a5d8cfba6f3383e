"""Cases in Markdown: a heading, a sentence, and a program whose comments say what is found on their line.

A line ends with `# error: rule-name`, `# warning: …` or `# info: …` where a finding starts; a program without
such comments gets none. A fenced block with a file name after its language is a file beside the program; with
`=` before the name it is the program itself, in a file of that name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FENCE = re.compile(r"^```(?P<language>\w+)(?: (?P<name>\S+))?\n(?P<code>.*?)^```$", re.MULTILINE | re.DOTALL)
EXPECTED = re.compile(r"# (error|warning|info): ([a-z-]+)")


@dataclass(frozen=True)
class Case:
    """One program and what is said about it: row, rule, severity."""

    title: str
    code: str
    files: dict[str, str] = field(default_factory=dict)
    filename: str = "program.py"

    @property
    def expected(self) -> set[tuple[int, str, str]]:
        return {
            (row, rule, severity)
            for row, line in enumerate(self.code.split("\n"), 1)
            for severity, rule in EXPECTED.findall(line)
        }


def cases_in(path: Path) -> Iterator[Case]:
    """The cases of one file, each below a heading of its own."""
    for section in re.split(r"^#{2,3} ", path.read_text("utf-8"), flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        programs = []
        files = {}
        filename = "program.py"
        for block in FENCE.finditer(body):
            if block["name"] and block["name"].startswith("="):
                filename = block["name"].removeprefix("=")
                programs.append(block["code"])
            elif block["name"]:
                files[block["name"]] = block["code"]
            else:
                programs.append(block["code"])
        assert len(programs) == 1, f"{path.name}, {title}: one program"
        yield Case(title.strip(), programs[0], files, filename)
