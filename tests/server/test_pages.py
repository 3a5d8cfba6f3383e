"""What the page about editors says is so."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.server.programs import SLOW
from tests.server.test_neovim import NEOVIM
from trainlint.server.actions import FIX_ALL, OPEN_RULE, PROBE
from trainlint.server.checking import COMMAND
from trainlint.server.showing import UNDERSTOOD

PAGE = (Path(__file__).parents[2] / ".github" / "editors.md").read_text("utf-8")


def snippet(language: str) -> str:
    """The first piece of code in a language."""
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def test_names_are_those_of_the_server() -> None:
    for name in (FIX_ALL, OPEN_RULE, PROBE, COMMAND, UNDERSTOOD):
        assert f"`{name}`" in PAGE


def test_the_settings_are_those_there_are() -> None:
    named = set(re.findall(r"^\| `[a-z][\w.]*`.*? \|", PAGE.partition("## Settings")[2], re.MULTILINE))
    words = set(re.findall(r"`([\w.]+)`", " ".join(named)))
    assert {"enable", "run", "configuration", "profile", "select", "ignore", "showInlayHints"} <= words
    assert {"codeLens", "probe.enable", "probe.mode"} <= words


def test_the_configuration_for_neovim_works(tmp_path: Path) -> None:
    """The very text of the page, in a Neovim that finds trainlint as users' ones do."""
    program = tmp_path / "train.py"
    program.write_text(SLOW, "utf-8")
    (tmp_path / "init.lua").write_text(snippet("lua"), "utf-8")
    wait = "lua assert(vim.wait(30000, function() return #vim.diagnostic.get(0) > 0 end, 50), 'no finding')"
    tell = "lua io.stdout:write(vim.diagnostic.get(0)[1].code)"
    environment = {
        **os.environ,
        "XDG_STATE_HOME": str(tmp_path),
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
    }
    assert shutil.which("trainlint", path=environment["PATH"])
    done = subprocess.run(
        [NEOVIM, "--headless", "-u", tmp_path / "init.lua", "-i", "NONE", program, "+set ft=python", f"+{wait}", f"+{tell}", "+qa!"],
        capture_output=True, timeout=100, env=environment, cwd=tmp_path,
    )  # fmt: skip
    assert b"learning-rate-too-low" in done.stdout, done.stderr.decode()
