"""`trainlint server`."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from tests.server.programs import SLOW
from trainlint.cli.app import app


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--stdio", "--tcp", "localhost:1"], "--stdio and --tcp exclude each other"),
        (["--tcp", "localhost"], "`localhost` is not of the form HOST:PORT"),
        (["--tcp", "localhost:99999"], "is not of the form HOST:PORT"),
    ],
)
def test_wrong_addresses_are_told(arguments: list[str], told: str) -> None:
    done = CliRunner().invoke(app, ["server", *arguments])
    assert done.exit_code == 2
    assert told in done.stderr


def test_a_client_may_connect_by_tcp() -> None:
    command = [sys.executable, "-m", "trainlint", "server", "--tcp", "127.0.0.1:0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL) as server:
        assert server.stderr is not None
        port = int(server.stderr.readline().rpartition(b":")[2])
        with (
            socket.create_connection(("127.0.0.1", port), 30) as connection,
            connection.makefile("rwb") as wire,
        ):

            def send(**message: object) -> None:
                body = json.dumps({"jsonrpc": "2.0", **message}).encode()
                wire.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
                wire.flush()

            def read() -> dict[str, object]:
                length = int(wire.readline().partition(b":")[2])
                while wire.readline().strip():
                    pass
                message: dict[str, object] = json.loads(wire.read(length))
                return message

            send(id=1, method="initialize", params={"processId": None, "rootUri": None, "capabilities": {}})
            assert read()["id"] == 1
            send(method="initialized", params={})
            item = {"uri": "untitled:a.py", "languageId": "python", "version": 1, "text": SLOW}
            send(method="textDocument/didOpen", params={"textDocument": item})
            assert "learning-rate-too-low" in json.dumps(read())
            send(id=2, method="shutdown")
            assert read()["id"] == 2
            send(method="exit")
        assert server.wait(20) == 0
