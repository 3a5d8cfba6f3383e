"""Findings are confirmed by training, from an editor."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.programs import HEALTHY, SLOW
from tests.server.session import Message, Session, ends, session

PROGRESS = {"window": {"workDoneProgress": True}}


@pytest.fixture(scope="module")
def server() -> Iterator[Session]:
    with session() as started:
        started.initialize(PROGRESS)
        yield started
        assert started.end() == 0


def begun(server: Session, uri: str) -> tuple[int, str]:
    """A probe that has begun: the number of its request, the token of its progress."""
    number = server.ask("workspace/executeCommand", {"command": "trainlint.probe", "arguments": [uri]})
    created = server.wait(lambda m: m.get("method") == "window/workDoneProgress/create")
    server.send({"jsonrpc": "2.0", "id": created["id"], "result": None})
    return number, created["params"]["token"]


def command_of(process: int) -> str:
    return Path(f"/proc/{process}/cmdline").read_text()


def children_of(process: int) -> list[int]:
    tasks = Path(f"/proc/{process}/task").iterdir()
    return [int(number) for task in tasks for number in (task / "children").read_text().split()]


def progress(token: str, kind: str) -> object:
    return lambda m: (
        m.get("method") == "$/progress"
        and m["params"]["token"] == token
        and m["params"]["value"]["kind"] == kind
    )


def test_a_finding_is_confirmed_and_its_evidence_shown(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, SLOW)
    server.published(uri)
    [lens] = server.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
    assert lens["command"]["title"] == "Confirm by training briefly"
    assert lens["command"]["arguments"] == [uri]
    number, token = begun(server, uri)
    [judged] = server.answer(number, 100)["result"]
    assert judged["probe"]["verdict"] == "confirmed"
    server.wait(progress(token, "report"))  # type: ignore[arg-type]
    server.wait(progress(token, "end"))  # type: ignore[arg-type]
    [found] = server.published(uri)
    assert "confirmed by training: " in found["message"]
    place: Message = {"textDocument": {"uri": uri}, "position": {"line": 5, "character": 51}}
    assert "**confirmed** by training" in server.call("textDocument/hover", place)["contents"]["value"]
    server.change(uri, 2, {"text": SLOW.replace("1e-8", "1e-9")})
    [found] = server.published(uri, 2)
    assert "by training" not in found["message"]  # another finding


def test_nothing_that_trains_outlives_its_cancelling(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "other.py").as_uri()
    server.open(uri, SLOW.replace("128", "64"))
    server.published(uri)
    number, token = begun(server, uri)
    server.wait(progress(token, "report"), 60)  # type: ignore[arg-type]
    [trainer] = [process for process in server.children() if "prober" in command_of(process)]
    trained = children_of(trainer)
    assert trained
    start = time.monotonic()
    server.notify("window/workDoneProgress/cancel", {"token": token})
    assert server.answer(number)["result"] == []
    assert time.monotonic() - start < 1.0  # 0.2 on a machine with nothing else to do
    assert all(ends(process, 3) for process in (*trained, trainer))


def test_there_is_nothing_to_confirm_in_a_healthy_program(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "healthy.py").as_uri()
    server.open(uri, HEALTHY)
    server.published(uri)
    number, _ = begun(server, uri)
    assert server.answer(number, 100)["result"] == []


def test_what_may_not_train_is_not_offered_to(tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    with session() as server:
        server.initialize(PROGRESS, initializationOptions={"settings": {"probe": {"enable": False}}})
        server.open(uri, SLOW)
        server.published(uri)
        assert not server.call("textDocument/codeLens", {"textDocument": {"uri": uri}})
        asked = {"command": "trainlint.probe", "arguments": [uri]}
        assert server.call("workspace/executeCommand", asked) == []
        assert server.end() == 0


def test_the_program_itself_is_run_as_it_is_saved(tmp_path: Path) -> None:
    program = tmp_path / "train.py"
    program.write_text(HEALTHY, "utf-8")
    with session() as server:
        settings = {"settings": {"probe": {"mode": "script"}}}
        server.initialize(PROGRESS, initializationOptions=settings)
        server.open(program.as_uri(), SLOW)
        server.published(program.as_uri())
        number, _ = begun(server, program.as_uri())
        assert server.answer(number, 100)["result"] == []
        told = server.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
        assert "save it first" in told
        program.write_text(SLOW, "utf-8")
        number, _ = begun(server, program.as_uri())
        [judged] = server.answer(number, 100)["result"]
        assert judged["probe"]["mode"] == "script"
        assert server.end() == 0
