"""Edits, files, folders, notebooks and settings: what is shown follows all of them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cattrs import Converter
from lsprotocol.converters import get_converter

from tests.server.capabilities import modern
from tests.server.programs import HEALTHY, SLOW
from tests.server.session import Message, Session, session

CONVERTER: Converter = get_converter()

WITH_SETTINGS = SLOW.replace("lr=1e-8", "lr=settings['lr']").replace(
    "import torch\n", "import torch, yaml\n\nsettings = yaml.safe_load(open('config.yaml'))\n", 1
)
IMPORTING = "from models import net\n" + HEALTHY.replace("net = nn", "unused = nn").replace(
    "1e-3", "RATE"
).replace("import torch\n", "import torch\nfrom models import RATE\n", 1)
MODELS = "from torch import nn\n\nRATE = 1e-8\nnet = nn.Sequential(nn.Flatten(), nn.Linear(784, 10))\n"


def capabilities(**options: object) -> Message:
    data: Message = CONVERTER.unstructure(modern(**options))  # type: ignore[arg-type]
    return data


@pytest.fixture(scope="module")
def server() -> Iterator[Session]:
    """A server for a client that knows little: it pushes, in UTF-16, with plain edits."""
    with session() as started:
        started.initialize()
        yield started
        assert started.end() == 0


def names(found: list[Message]) -> list[str]:
    return [diagnostic["code"] for diagnostic in found]


def place(line: int, character: int, end_line: int, end_character: int) -> Message:
    return {
        "start": {"line": line, "character": character},
        "end": {"line": end_line, "character": end_character},
    }


def saved(server: Session, *paths: Path) -> None:
    changes = [{"uri": path.as_uri(), "type": 2} for path in paths]
    server.notify("workspace/didChangeWatchedFiles", {"changes": changes})


def test_a_settings_file_of_the_program_that_changes_changes_findings(
    server: Session, tmp_path: Path
) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("lr: 1.0e-8\n", "utf-8")
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, WITH_SETTINGS)
    [found] = server.published(uri)
    assert found["code"] == "learning-rate-too-low"
    config.write_text("lr: 1.0e-3\n", "utf-8")
    saved(server, config)
    assert names(server.published(uri)) == []


def test_a_fix_is_made_where_the_value_stands(server: Session, tmp_path: Path) -> None:
    config = tmp_path / "config.yaml"
    config.write_text("lr: 1.0e-8\n", "utf-8")
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, WITH_SETTINGS)
    [found] = server.published(uri)
    actions = server.call(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": found["range"], "context": {"diagnostics": []}},
    )
    [[edit]] = actions[0]["edit"]["changes"].values()
    assert list(actions[0]["edit"]["changes"]) == [config.as_uri()]
    assert edit == {"range": place(0, 4, 0, 10), "newText": "1.0e-3"}


def test_an_imported_file_that_is_typed_in_changes_findings(server: Session, tmp_path: Path) -> None:
    models = tmp_path / "models.py"
    models.write_text(MODELS, "utf-8")
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, IMPORTING)
    assert names(server.published(uri)) == ["learning-rate-too-low"]
    server.open(models.as_uri(), MODELS)
    server.change(models.as_uri(), 2, {"text": MODELS.replace("1e-8", "1e-3")})
    while names(server.published(uri)):
        pass  # what was found before the change
    server.notify("textDocument/didClose", {"textDocument": {"uri": models.as_uri()}})
    while not names(server.published(uri)):
        pass  # the file itself counts again


def test_findings_in_imported_files_are_shown_there(server: Session, tmp_path: Path) -> None:
    models = tmp_path / "models.py"
    models.write_text(MODELS.replace("nn.Linear(784, 10)", "nn.Linear(784, 10), nn.Softmax(dim=1)"), "utf-8")
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, IMPORTING.replace("RATE)", "1e-3)"))
    elsewhere = server.published(models.as_uri())
    here = server.published(uri)
    assert "softmax-before-cross-entropy" in names([*elsewhere, *here])
    server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
    if elsewhere:
        assert not server.published(models.as_uri())


def test_settings_files_are_read_again(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, SLOW)
    assert names(server.published(uri)) == ["learning-rate-too-low"]
    settings = tmp_path / "trainlint.toml"
    settings.write_text('ignore = ["learning-rate-too-low"]\n', "utf-8")
    saved(server, settings)
    assert names(server.published(uri)) == []
    settings.write_text('ignore = ["learning-rate-to-low"]\n', "utf-8")
    saved(server, settings)
    told = server.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
    assert "trainlint.toml:1" in told
    assert "learning-rate-too-low" in told


def test_settings_of_the_client_lie_over_those_of_files(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, SLOW)
    server.published(uri)
    told = {"settings": {"trainlint": {"ignore": ["TL101"], "run": "sometimes"}}}
    server.notify("workspace/didChangeConfiguration", told)
    assert names(server.published(uri)) == []
    message = server.wait(lambda m: m.get("method") == "window/showMessage")["params"]["message"]
    assert "`trainlint.run` is 'sometimes'" in message
    server.notify("workspace/didChangeConfiguration", {"settings": {"trainlint": {"enable": False}}})
    server.published(uri)
    server.notify("workspace/didChangeConfiguration", {"settings": {"trainlint": {"ignore": None}}})
    assert names(server.published(uri)) == ["learning-rate-too-low"]


def test_what_is_checked_on_saving_waits_for_that(server: Session, tmp_path: Path) -> None:
    server.notify("workspace/didChangeConfiguration", {"settings": {"trainlint": {"run": "onSave"}}})
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, SLOW)
    assert len(server.published(uri)) == 1
    server.change(uri, 2, {"text": HEALTHY})
    shown = lambda m: m.get("method") == "textDocument/publishDiagnostics" and m["params"]["uri"] == uri  # noqa: E731
    assert server.hears_nothing_more(shown)
    server.notify("textDocument/didSave", {"textDocument": {"uri": uri}})
    assert server.published(uri) == []
    server.notify("workspace/didChangeConfiguration", {"settings": {"trainlint": {"run": "onType"}}})


@pytest.mark.parametrize("odd", ["\x0c", "\u2028", "\x0b", "\x85", "\x1c"])
def test_lines_end_where_python_ends_them(server: Session, tmp_path: Path, odd: str) -> None:
    text = f"# a{odd}b\n\x0c\n" + SLOW.replace("\n", "\r\n") + f"x = '{odd}'\rlast = 1"
    uri = (tmp_path / "odd.py").as_uri()
    server.open(uri, text)
    [found] = server.published(uri)
    assert found["range"] == place(7, 50, 7, 54)
    server.change(uri, 2, {"range": found["range"], "text": "1e-3"})
    assert server.published(uri, 2) == []
    server.change(uri, 3, {"range": place(7, 50, 7, 54), "text": "1e-9"})
    assert "1e-9" in server.published(uri, 3)[0]["message"]


@pytest.mark.parametrize(("encoding", "column"), [("utf-8", 66), ("utf-16", 62), ("utf-32", 60)])
def test_columns_count_in_the_units_of_the_client(encoding: str, column: int, tmp_path: Path) -> None:
    faces = "\N{SMILING FACE WITH SUNGLASSES}" * 2
    text = SLOW.replace("optimizer = ", f"s = '{faces}'; optimizer = ")
    uri = (tmp_path / "train.py").as_uri()
    with session() as server:
        told = server.initialize(capabilities(encodings=(encoding,)))
        assert told["capabilities"]["positionEncoding"] == encoding
        server.open(uri, text)
        [found] = server.published(uri)
        assert found["range"] == place(5, column, 5, column + 4)
        server.change(uri, 2, {"range": found["range"], "text": "1e-3"})
        assert server.published(uri, 2) == []


def test_positions_outside_of_the_text_are_moved_into_it(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, HEALTHY)
    server.published(uri)
    server.change(uri, 2, {"range": place(900, 0, 999, 5), "text": "\nrate = 1\n"})
    server.change(uri, 3, {"range": place(5, 50, 5, 9999), "text": "1e-8)"})
    [found] = server.published(uri, 3)
    assert found["range"] == place(5, 50, 5, 54)


def test_cells_that_a_client_joins_itself_are_a_program(server: Session, tmp_path: Path) -> None:
    uri = (tmp_path / "notebook.ipynb").as_uri()
    server.open(uri, "%matplotlib inline\n!pip install torch\n" + SLOW)
    [found] = server.published(uri)
    assert found["range"] == place(7, 50, 7, 54)


def notebook(uri: str, sources: list[str]) -> Message:
    cells = [{"kind": 2, "document": f"{uri}#{number}"} for number in range(len(sources))]
    return {
        "notebookDocument": {"uri": uri, "notebookType": "jupyter-notebook", "version": 1, "cells": cells},
        "cellTextDocuments": [
            {"uri": f"{uri}#{number}", "languageId": "python", "version": 1, "text": source}
            for number, source in enumerate(sources)
        ],
    }


def test_the_cells_of_a_notebook_are_one_program(tmp_path: Path) -> None:
    uri = (tmp_path / "notebook.ipynb").as_uri()
    first, second = SLOW.split("optimizer = ")
    with session() as server:
        server.initialize(capabilities())
        server.notify(
            "notebookDocument/didOpen", notebook(uri, [first, f"optimizer = {second}", "%time x = 1"])
        )
        assert server.published(f"{uri}#0") == []
        [found] = server.published(f"{uri}#1")
        assert found["range"] == place(0, 50, 0, 54)
        asked = {"textDocument": {"uri": f"{uri}#0"}, "position": {"line": 4, "character": 38}}
        assert "100,480 parameters" in server.call("textDocument/hover", asked)["contents"]["value"]
        asked = {"textDocument": {"uri": f"{uri}#1"}, "range": found["range"], "context": {"diagnostics": []}}
        fix = server.call("textDocument/codeAction", asked)[0]
        [change] = fix["edit"]["documentChanges"]
        assert change["textDocument"]["uri"] == f"{uri}#1"
        server.notify(
            "notebookDocument/didChange",
            {
                "notebookDocument": {"uri": uri, "version": 2},
                "change": {
                    "cells": {
                        "textContent": [
                            {
                                "document": {"uri": f"{uri}#1", "version": 2},
                                "changes": [{"range": found["range"], "text": "1e-3"}],
                            }
                        ]
                    }
                },
            },
        )
        assert server.published(f"{uri}#1", 2) == []
        server.notify(
            "notebookDocument/didClose", {"notebookDocument": {"uri": uri}, "cellTextDocuments": []}
        )
        assert server.end() == 0


def test_a_client_that_asks_for_diagnostics_is_not_told_twice(tmp_path: Path) -> None:
    uri = (tmp_path / "train.py").as_uri()
    with session() as server:
        told = server.initialize(capabilities(pull=True))["capabilities"]
        assert told["diagnosticProvider"]["interFileDependencies"] is True
        server.open(uri, SLOW)
        asked = {"textDocument": {"uri": uri}}
        first = server.call("textDocument/diagnostic", asked)
        assert names(first["items"]) == ["learning-rate-too-low"]
        again = server.call("textDocument/diagnostic", {**asked, "previousResultId": first["resultId"]})
        assert again["kind"] == "unchanged"
        server.change(uri, 2, {"text": HEALTHY})
        assert server.call("textDocument/diagnostic", asked)["items"] == []
        pushed = lambda m: m.get("method") == "textDocument/publishDiagnostics"  # noqa: E731
        assert server.hears_nothing_more(pushed, 0.2)


def test_folders_of_a_workspace_have_settings_of_their_own(tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        folder.mkdir()
        (folder / "train.py").write_text(SLOW, "utf-8")
    (other / "trainlint.toml").write_text('ignore = ["learning-rate-too-low"]\n', "utf-8")
    folders = [{"uri": folder.as_uri(), "name": folder.name} for folder in (one, other)]
    with session() as server:
        server.initialize(capabilities(), workspaceFolders=folders)
        asked = server.wait(lambda m: m.get("method") == "workspace/configuration")
        assert [item.get("scopeUri") for item in asked["params"]["items"]] == [
            None,
            one.as_uri(),
            other.as_uri(),
        ]
        server.send({"jsonrpc": "2.0", "id": asked["id"], "result": [None, None, None]})
        for folder, expected in ((one, ["learning-rate-too-low"]), (other, [])):
            uri = (folder / "train.py").as_uri()
            server.open(uri, SLOW)
            assert names(server.published(uri)) == expected
            server.notify("textDocument/didClose", {"textDocument": {"uri": uri}})
            assert not expected or server.published(uri) == []
        number = server.ask("workspace/executeCommand", {"command": "trainlint.checkWorkspace"})
        created = server.wait(lambda m: m.get("method") == "window/workDoneProgress/create")
        server.send({"jsonrpc": "2.0", "id": created["id"], "result": None})
        assert server.answer(number)["result"] == {"files": 2, "checked": 2, "findings": 1}
        assert names(server.published((one / "train.py").as_uri())) == ["learning-rate-too-low"]
        (one / "train.py").write_text(HEALTHY, "utf-8")
        saved(server, one / "train.py")
        assert server.published((one / "train.py").as_uri()) == []
        assert server.end() == 0


def test_files_with_coding_cookies_are_read_as_they_are_written(server: Session, tmp_path: Path) -> None:
    models = tmp_path / "models.py"
    models.write_bytes(("# -*- coding: latin-1 -*-\nname = 'Müller'\n" + MODELS).encode("latin-1"))
    uri = (tmp_path / "train.py").as_uri()
    server.open(uri, IMPORTING)
    [found] = server.published(uri)
    assert found["code"] == "learning-rate-too-low"
