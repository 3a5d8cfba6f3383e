"""A client that can say anything, in any order, also what no client should say."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

COMMAND = (sys.executable, "-m", "trainlint", "server", "--stdio")
PATIENCE = 30.0

Message = dict[str, Any]


class Session:
    """A server process and what it said so far."""

    def __init__(self, command: tuple[str, ...] = COMMAND, **options: Any) -> None:
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options
        )
        self.said: list[Message] = []
        self.errors = b""
        self._new: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._last_id = 0
        self._threads = [
            threading.Thread(target=each, daemon=True) for each in (self._read, self._read_errors)
        ]
        for thread in self._threads:
            thread.start()

    # -- sending ------------------------------------------------------------------------------------------

    def send_raw(self, data: bytes) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message: object, header: str = "Content-Length") -> None:
        body = json.dumps(message).encode()
        self.send_raw(f"{header}: {len(body)}\r\n\r\n".encode() + body)

    def notify(self, method: str, params: object = None) -> None:
        self.send({"jsonrpc": "2.0", "method": method, "params": params if params is not None else {}})

    def ask(self, method: str, params: object = None) -> int:
        self._last_id += 1
        self.send({"jsonrpc": "2.0", "id": self._last_id, "method": method, "params": params})
        return self._last_id

    def call(self, method: str, params: object = None) -> Any:
        """The result of a request."""
        answer = self.answer(self.ask(method, params))
        assert "error" not in answer, answer
        return answer.get("result")

    # -- hearing ------------------------------------------------------------------------------------------

    def wait(self, wanted: Callable[[Message], bool], patience: float = PATIENCE) -> Message:
        """The first message, of those that came or will come, that is wanted; it is not given again."""
        for number, message in enumerate(self.said):
            if wanted(message):
                return self.said.pop(number)
        end = time.monotonic() + patience
        while True:
            message_or_end = self._new.get(timeout=max(end - time.monotonic(), 0.001))
            assert message_or_end is not None, f"the server ended: {self.errors.decode()}"
            if wanted(message_or_end):
                return message_or_end
            self.said.append(message_or_end)

    def answer(self, number: int | None, patience: float = PATIENCE) -> Message:
        return self.wait(lambda message: "method" not in message and message.get("id") == number, patience)

    def published(self, uri: str, version: int | None = None) -> list[Message]:
        """What is shown at an address, for a version if one is given."""

        def is_it(message: Message) -> bool:
            params = message.get("params", {})
            return (
                message.get("method") == "textDocument/publishDiagnostics"
                and params["uri"] == uri
                and (version is None or params.get("version") == version)
            )

        found: list[Message] = self.wait(is_it)["params"]["diagnostics"]
        return found

    def hears_nothing_more(self, wanted: Callable[[Message], bool], seconds: float = 0.5) -> bool:
        try:
            self.wait(wanted, seconds)
        except queue.Empty:
            return True
        return False

    # -- usual ways ---------------------------------------------------------------------------------------

    def initialize(self, capabilities: Message | None = None, **params: Any) -> Message:
        given = {"processId": None, "rootUri": None, "capabilities": capabilities or {}, **params}
        result: Message = self.call("initialize", given)
        self.notify("initialized")
        return result

    def open(self, uri: str, text: str, version: int = 1) -> None:
        item = {"uri": uri, "languageId": "python", "version": version, "text": text}
        self.notify("textDocument/didOpen", {"textDocument": item})

    def change(self, uri: str, version: int, *changes: Message) -> None:
        self.notify(
            "textDocument/didChange",
            {"textDocument": {"uri": uri, "version": version}, "contentChanges": list(changes)},
        )

    def end(self) -> int:
        """Ends the server as the protocol wants it; the exit status."""
        self.call("shutdown")
        self.notify("exit")
        return self.process.wait(PATIENCE)

    def children(self) -> list[int]:
        """The processes that the server started."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(number) for number in children.read_text().split()]

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        stream = self.process.stdout
        assert stream is not None
        with contextlib.suppress(ValueError, OSError):
            while header := stream.readline():
                assert header.startswith(b"Content-Length: "), header
                length = int(header.partition(b":")[2])
                while stream.readline().strip():
                    pass
                self._new.put(json.loads(stream.read(length)))
        self._new.put(None)

    def _read_errors(self) -> None:
        stream = self.process.stderr
        assert stream is not None
        with contextlib.suppress(ValueError, OSError):
            while data := stream.read1(65_536):  # type: ignore[attr-defined]
                self.errors += data


@contextlib.contextmanager
def session(**options: Any) -> Iterator[Session]:
    """A server for a while."""
    started = Session(**options)
    try:
        yield started
    finally:
        started.close()


def is_alive(process_id: int) -> bool:
    """Whether a process runs; one that ended and that nobody took notice of does not."""
    try:
        os.kill(process_id, 0)
        return Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False


def ends(process_id: int, within: float = 5.0) -> bool:
    """Whether a process is gone before long."""
    end = time.monotonic() + within
    while is_alive(process_id):
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True
