"""Whatever is typed, what is shown in the end is what a fresh look at the same text finds."""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.programs import SLOW
from tests.server.session import Message, Session, session
from trainlint.engine.registry import registry
from trainlint.server.analysis import Analysis
from trainlint.server.editor_settings import EditorSettings
from trainlint.server.preferences import configured

BURSTS = int(os.environ.get("TRAINLINT_TEST_BURSTS", "40"))
"""Bursts of edits; 400 make the two thousand edits of the whole test."""

EDITS = 5
"""Edits of a burst: typed so quickly that not each of them is analysed."""

PIECES = (
    "1e-8", "1e-3", "\n", "\r\n", "    ", "(", ")", "lr=1e-9", "optimizer.step()\n", "# \N{SMILING FACE WITH SUNGLASSES}",
    "\x0c", "\u2028", '"""', "nn.Sigmoid(), ", "x = 1\n", "  # trainlint: ignore[learning-rate-too-low]",
    "\ndef f(x):\n    return x\n", "softmax", ",", "zero_grad", "nn.Softmax(dim=1)", "\t", "é", "\r",
)  # fmt: skip


def programs() -> list[str]:
    """Real programs: the example of the README, and those of all rules, joined to files of some length."""
    from textwrap import dedent

    bad = [dedent(example.code) for rule in registry().rules.values() for example in rule.bad]
    example = Path(__file__).parents[2] / "rules" / "examples" / "static_loss.py"
    return [example.read_text("utf-8"), SLOW, *("".join(bad[n : n + 3]) for n in range(0, len(bad), 40))]


@pytest.fixture(scope="module")
def server() -> Iterator[Session]:
    with session() as started:
        started.initialize()
        yield started
        assert started.end() == 0


def random_edit(text: str, draw: random.Random) -> tuple[str, Message]:
    """A text after an edit, and the edit as a client tells it; lines and columns found the slow way."""
    start = draw.randint(0, len(text))
    end = min(len(text), start + draw.choice((0, 0, 0, 1, 2, 10, 60)))
    start, end = (_between(text, place) for place in (start, end))
    new = draw.choice(PIECES) if draw.random() < 0.7 else ""
    if draw.random() < 0.3:  # a piece of the text itself, as in copying
        place = draw.randint(0, len(text))
        new = text[_between(text, place) : _between(text, min(len(text), place + 40))]
    edit = {"range": {"start": _position(text, start), "end": _position(text, end)}, "text": new}
    return text[:start] + new + text[end:], edit


def _between(text: str, place: int) -> int:
    """A place that is not within a line's end, where no client has a position."""
    return place - 1 if text[place - 1 : place + 1] == "\r\n" else place


def _position(text: str, place: int) -> Message:
    before = text[:place].replace("\r\n", "\n").replace("\r", "\n")
    line = before.rpartition("\n")[2]
    return {"line": before.count("\n"), "character": len(line.encode("utf-16-le")) // 2}


def fresh(text: str) -> list[tuple[object, ...]]:
    """What a first look at a text finds."""
    settings = configured(EditorSettings().model_dump(mode="json"), Path.cwd())
    analysis = Analysis.of({"path": None, "name": "train.py", "text": text}, "utf-16", settings)
    return sorted(
        (finding["name"], *finding["range"], finding["severity"]) for finding in analysis.findings()
    )


def shown(found: list[Message]) -> list[tuple[object, ...]]:
    words = {1: "error", 2: "warning", 3: "info"}
    return sorted(
        (
            diagnostic["code"],
            diagnostic["range"]["start"]["line"],
            diagnostic["range"]["start"]["character"],
            diagnostic["range"]["end"]["line"],
            diagnostic["range"]["end"]["character"],
            words[diagnostic["severity"]],
        )
        for diagnostic in found
    )


def test_after_each_burst_of_edits_the_findings_are_those_of_a_fresh_look(server: Session) -> None:
    seed = random.randrange(1 << 32)
    draw = random.Random(seed)
    texts = programs()
    for burst in range(BURSTS):
        if burst % 10 == 0:
            text, version, uri = draw.choice(texts), 1, f"untitled:train-{burst}.py"
            server.open(uri, text)
            assert shown(server.published(uri, version)) == fresh(text)
        for _ in range(EDITS):
            version += 1
            text, edit = random_edit(text, draw)
            server.change(uri, version, edit)
        assert shown(server.published(uri, version)) == fresh(text), f"seed {seed}, burst {burst}:\n{text!r}"
        server.said.clear()


def test_memory_stays_flat_and_nothing_is_left_over(server: Session) -> None:
    """Two hundred quick edits in each of some documents; the first one lets caches fill."""
    sizes = []
    for number in range(4):
        uri = f"untitled:soak-{number}.py"
        server.open(uri, SLOW)
        for version in range(2, 202):
            line = {"line": 5, "character": 50}
            text = f"1e-{version % 9 + 1}"
            server.change(
                uri, version, {"range": {"start": line, "end": {"line": 5, "character": 54}}, "text": text}
            )
        assert len(server.published(uri, 201)) <= 1
        server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
        server.said.clear()
        processes = [server.process.pid, *server.children()]
        assert len(processes) == 2
        sizes.append([_resident(process) for process in processes])
    for first, last in zip(sizes[1], sizes[-1], strict=True):
        assert last < 1.1 * first + 5_000, sizes


def _resident(process_id: int) -> int:
    """The memory of a process in kilobytes."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])
