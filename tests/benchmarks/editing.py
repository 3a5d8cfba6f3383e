"""From a keystroke to the diagnostics that follow it, through a real server."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import libcst

from tests.benchmarks.measuring import Row
from tests.benchmarks.programs import program

EDITS = 200


class Editor:
    """As much of an editor as it takes to open a file and to type."""

    def __init__(self, folder: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "trainlint", "server"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        capabilities = {"textDocument": {"publishDiagnostics": {"versionSupport": True}}}
        self._send(
            "initialize", {"processId": None, "rootUri": folder.as_uri(), "capabilities": capabilities}, 1
        )
        while self._read().get("id") != 1:
            pass
        self._send("initialized", {})

    def open(self, path: Path) -> None:
        document = {
            "uri": path.as_uri(),
            "languageId": "python",
            "version": 1,
            "text": path.read_text("utf-8"),
        }
        self._send("textDocument/didOpen", {"textDocument": document})
        self._published(1)

    def type(self, path: Path, version: int, line: int, text: str) -> float:
        """Replaces a line; seconds until the diagnostics of this version are there."""
        start = time.perf_counter()
        end = {"line": line + 1, "character": 0}
        change = {"range": {"start": {"line": line, "character": 0}, "end": end}, "text": text + "\n"}
        document = {"uri": path.as_uri(), "version": version}
        self._send("textDocument/didChange", {"textDocument": document, "contentChanges": [change]})
        self._published(version)
        return time.perf_counter() - start

    def close(self) -> None:
        self._send("shutdown", None, 2)
        self._send("exit", None)
        self._process.wait(10)

    def _published(self, version: int) -> None:
        while True:
            message = self._read()
            if (
                message.get("method") == "textDocument/publishDiagnostics"
                and message["params"].get("version") == version
            ):
                return
            if "id" in message and "method" in message:
                self._send(None, None, message["id"])

    def _send(self, method: str | None, params: object, number: object = None) -> None:
        message: dict[str, object] = {"jsonrpc": "2.0"}
        message |= {"method": method, "params": params} if method else {"result": None}
        message |= {"id": number} if number is not None else {}
        body = json.dumps(message).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        self._process.stdin.flush()

    def _read(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        length = 0
        while line := self._process.stdout.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        read: dict[str, Any] = json.loads(self._process.stdout.read(length))
        return read


def keystrokes() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as scratch:
        small, parse = _typed(Path(scratch), 1_500)
        large, _ = _typed(Path(scratch), 10_000, EDITS // 5)
    median = statistics.median(small)
    yield Row("keystroke to diagnostics, 1 500 lines, median / libcst parse", median / parse, 0.4)
    yield Row("the same, 95 of 100", statistics.quantiles(small, n=20)[-1] / parse, 0.8)
    yield Row("keystroke in 10 000 lines / in 1 500", statistics.median(large) / median, 2)


def _typed(folder: Path, lines: int, edits: int = EDITS) -> tuple[list[float], float]:
    """Seconds of each edit, and of one parse of the file by libcst."""
    text = program(lines)
    path = folder / f"train_{lines}.py"
    path.write_text(text, "utf-8")
    rows = text.splitlines()
    line = next(number for number, row in enumerate(rows) if "torch.optim.Adam" in row)
    parse = min(_parsing(text) for _ in range(3))
    editor = Editor(folder)
    try:
        editor.open(path)
        typed = [
            editor.type(path, 2 + n, line, rows[line].replace("args.lr", f"{1 + n % 9}e-{3 + n % 6}"))
            for n in range(edits)
        ]
    finally:
        editor.close()
    return typed, parse


def _parsing(text: str) -> float:
    start = time.perf_counter()
    libcst.parse_module(text)
    return time.perf_counter() - start
