"""Messages that are malformed or come out of order, and how the server ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.programs import SLOW
from tests.server.session import Message, Session, ends, session

URI = "file:///nowhere/train.py"


@pytest.fixture
def server() -> Iterator[Session]:
    with session() as started:
        yield started


@pytest.fixture(scope="module")
def lasting() -> Iterator[Session]:
    """A server for tests that must not be able to harm it."""
    with session() as started:
        started.initialize()
        yield started
        assert started.end() == 0


def error_of(answer: Message) -> int:
    code: int = answer["error"]["code"]
    return code


def works(server: Session) -> bool:
    """Whether the server still does its work."""
    uri = f"file:///nowhere/{time.monotonic_ns()}.py"
    server.open(uri, SLOW)
    return len(server.published(uri, 1)) == 1


def test_nothing_is_done_before_the_beginning(server: Session) -> None:
    server.open(URI, SLOW)
    assert error_of(server.answer(server.ask("textDocument/hover", {}))) == -32002
    server.initialize()
    assert (
        error_of(server.answer(server.ask("initialize", {"processId": None, "capabilities": {}}))) == -32600
    )
    assert server.hears_nothing_more(lambda m: m.get("method") == "textDocument/publishDiagnostics")


def test_nothing_is_done_after_the_end(server: Session) -> None:
    server.initialize()
    server.call("shutdown")
    assert error_of(server.answer(server.ask("textDocument/hover", {}))) == -32600
    server.notify("exit")
    assert server.process.wait(10) == 0


def test_an_exit_without_a_shutdown_is_told_by_the_status(server: Session) -> None:
    server.notify("exit")
    assert server.process.wait(10) == 1


@pytest.mark.parametrize(
    ("message", "number", "code"),
    [
        (
            {"jsonrpc": "2.0", "id": "a", "method": "textDocument/hover", "params": {"nonsense": 1}},
            "a",
            -32602,
        ),
        ({"jsonrpc": "2.0", "id": "b", "method": "textDocument/hover"}, "b", -32602),
        ({"jsonrpc": "2.0", "id": "c", "method": "no/such", "params": {}}, "c", -32601),
        ({"jsonrpc": "1.0", "id": "d", "method": "textDocument/hover", "params": {}}, "d", -32600),
        ({"id": "e", "method": "textDocument/hover", "params": {}}, "e", -32600),
        ({"jsonrpc": "2.0", "id": "f", "method": 5, "params": {}}, "f", -32600),
        ({"jsonrpc": "2.0", "id": [1], "method": "textDocument/hover", "params": {}}, None, -32600),
        ([], None, -32600),
        (7, None, -32600),
        (
            {"jsonrpc": "2.0", "id": "g", "method": "workspace/executeCommand", "params": {"command": "x"}},
            "g",
            -32602,
        ),
    ],
)
def test_malformed_requests_are_answered(
    lasting: Session, message: object, number: str | None, code: int
) -> None:
    lasting.send(message)
    assert error_of(lasting.answer(number)) == code  # type: ignore[arg-type]
    assert works(lasting)


@pytest.mark.parametrize(
    "message",
    [
        {"jsonrpc": "2.0", "method": "textDocument/didChange", "params": {"nonsense": 1}},
        {
            "jsonrpc": "2.0",
            "method": "textDocument/didChange",
            "params": {
                "textDocument": {"uri": "file:///never/opened.py", "version": 2},
                "contentChanges": [{"text": "x"}],
            },
        },
        {
            "jsonrpc": "2.0",
            "method": "textDocument/didClose",
            "params": {"textDocument": {"uri": "file:///never/opened.py"}},
        },
        {
            "jsonrpc": "2.0",
            "method": "notebookDocument/didChange",
            "params": {"notebookDocument": {"uri": "file:///n.ipynb", "version": 2}, "change": {}},
        },
        {"jsonrpc": "2.0", "method": "$/cancelRequest", "params": {"id": 4711}},
        {"jsonrpc": "2.0", "method": "window/workDoneProgress/cancel", "params": {"token": "x"}},
        {"jsonrpc": "2.0", "method": "$/unknown", "params": None},
        {"jsonrpc": "2.0", "id": 4711, "result": None},
        {"jsonrpc": "2.0", "id": 4711, "error": {"code": 1, "message": "x"}},
    ],
)
def test_other_malformed_messages_do_no_harm(lasting: Session, message: object) -> None:
    lasting.send(message)
    assert works(lasting)


def test_what_is_no_json_is_refused(lasting: Session) -> None:
    lasting.send_raw(b"Content-Length: 5\r\n\r\n{nope")
    assert error_of(lasting.answer(None)) == -32700
    assert works(lasting)


def test_headers_are_read_in_any_spelling(lasting: Session) -> None:
    message = {"jsonrpc": "2.0", "id": "low", "method": "no/such", "params": {}}
    lasting.send(message, "content-length")
    assert error_of(lasting.answer("low")) == -32601  # type: ignore[arg-type]
    lasting.send_raw(b"Content-Length: many\r\n")
    lasting.send({**message, "id": "x"}, "Content-Type: y\r\nCONTENT-LENGTH")
    assert error_of(lasting.answer("x")) == -32601  # type: ignore[arg-type]


def test_the_server_ends_when_its_input_does(server: Session) -> None:
    server.initialize()
    server.open(URI, SLOW)
    server.published(URI)
    [child] = server.children()
    assert server.process.stdin is not None
    server.process.stdin.close()
    assert server.process.wait(10) == 1
    assert ends(child)


def test_a_server_that_is_killed_leaves_no_process_behind(server: Session) -> None:
    server.initialize()
    server.open(URI, SLOW)
    server.published(URI)
    [child] = server.children()
    server.process.kill()
    assert ends(child)


def test_the_server_ends_when_the_client_is_gone(server: Session) -> None:
    client = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    server.initialize(processId=client.pid)
    [child] = server.children()
    assert client.stdin is not None
    client.stdin.close()
    client.wait()
    assert server.process.wait(15) == 1  # though its input is still open
    assert ends(child)


def test_an_analysis_process_that_dies_is_replaced(server: Session) -> None:
    server.initialize()
    assert works(server)
    [child] = server.children()
    os.kill(child, signal.SIGKILL)
    assert works(server)
    assert server.children() != [child]
    assert server.end() == 0


def test_what_is_printed_does_not_get_into_the_messages(tmp_path: Path) -> None:
    """By plugins of rules that print when they are imported and when they are asked, and by what they start."""
    (tmp_path / "trainlint.toml").write_text('plugins = ["noisy"]\n', "utf-8")
    (tmp_path / "noisy").mkdir()
    (tmp_path / "noisy" / "loud.py").write_text(
        "import os, sys, trainlint.api\nprint('imported')\nos.write(1, b'raw')\n"
        "os.system('echo from a shell')\nsys.__stdout__.write('original')\n",
        "utf-8",
    )
    with session() as server:
        server.initialize(rootUri=tmp_path.as_uri())
        uri = (tmp_path / "train.py").as_uri()
        server.open(uri, SLOW)
        assert [found["code"] for found in server.published(uri)] == ["learning-rate-too-low"]
        assert server.end() == 0
        assert b"from a shell" in server.errors


@pytest.mark.parametrize("trusted", [True, False])
def test_rules_of_a_workspace_run_only_where_it_is_trusted(tmp_path: Path, trusted: bool) -> None:
    (tmp_path / "trainlint.toml").write_text('plugins = ["rules"]\n', "utf-8")
    (tmp_path / "rules").mkdir()
    trace = tmp_path / "trace"
    (tmp_path / "rules" / "local.py").write_text(
        f"import trainlint.api\nfrom pathlib import Path\nPath({str(trace)!r}).touch()\n", "utf-8"
    )
    with session() as server:
        server.initialize(rootUri=tmp_path.as_uri(), initializationOptions={"trusted": trusted})
        uri = (tmp_path / "train.py").as_uri()
        server.open(uri, SLOW)
        assert "learning-rate-too-low" in [found["code"] for found in server.published(uri)]
        assert server.end() == 0
    assert trace.exists() is trusted
