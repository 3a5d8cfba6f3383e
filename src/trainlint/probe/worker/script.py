"""Runs the user's own program under a recorder, until it has taken its steps or its time."""

from __future__ import annotations

import importlib.util
import os
import random
import re
import runpy
import sys
import threading
import time
import traceback
from typing import Any

from trainlint.probe.worker.guard import Guard, limit
from trainlint.probe.worker.recorder import Recorder, Stop
from trainlint.probe.worker.stream import VERSION, Stream

GRACE = 3.0
"""Seconds that a program may take to end once it was stopped: it may hold what stops it."""

_NEEDS_GPU = re.compile(r"CUDA|NVIDIA|cuda device|no kernel image|mps device", re.IGNORECASE)


def run(request: dict[str, Any], stream: Stream) -> None:
    """Runs the program of a request and reports; never returns."""
    stream.send("hello", protocol=VERSION, python=sys.version.split()[0], pid=os.getpid())
    limit(request["seconds"] + 60, request["memory"], stream)
    begin = time.perf_counter()
    random.seed(request["seed"])
    session = _Session(request, stream)
    try:
        versions = session.prepare()
    except ImportError as error:
        stream.send("unready", reason=f"{error}", module=error.name or "")
        os._exit(0)
    stream.send("ready", seconds=time.perf_counter() - begin, versions=versions, forks=False)
    session.go()


def _require_keras_3() -> None:
    """Raises an ImportError with an older Keras, which has other hooks."""
    import keras

    if int(keras.__version__.partition(".")[0]) < 3:
        raise ImportError("an old Keras", name=f"Keras 3, but {keras.__version__}")


class _Session:
    """One run of a program. `finish` reports once, from whichever thread comes first."""

    def __init__(self, request: dict[str, Any], stream: Stream) -> None:
        self.request = request
        self.stream = stream
        self.script = os.path.abspath(request["script"])
        self.guard = Guard(request["scratch"], request["project"], stream)
        self.recorder = Recorder(int(request["steps"]), self._on_step)
        self.hooks: Any = None
        self.keras_hooks: Any = None
        self.suppressed: set[str] = set()
        self._lock = threading.Lock()
        self._stopped: float | None = None
        self._exit = os._exit

    def prepare(self) -> dict[str, str]:
        """Imports what the program trains with, and hooks into it; the versions.

        Raises:
            ImportError: a framework is not there.
        """
        wanted = set(self.request["frameworks"])
        versions = {"python": sys.version.split()[0]}
        has_tensorflow = importlib.util.find_spec("tensorflow") is not None
        if "tensorflow" in wanted and not has_tensorflow:
            wanted = (wanted - {"tensorflow"}) | {"keras", "shim"}
        on_torch = "keras" in wanted and "tensorflow" not in wanted and importlib.util.find_spec("torch")
        if on_torch and "KERAS_BACKEND" not in os.environ:
            os.environ["KERAS_BACKEND"] = "torch"
        if "torch" in wanted or os.environ.get("KERAS_BACKEND") == "torch":
            versions["torch"] = self._prepare_torch(records="torch" in wanted)
        if wanted & {"keras", "tensorflow"}:
            _require_keras_3()
            from trainlint.probe.worker import keras_hooks

            self.keras_hooks = keras_hooks.KerasHooks(self.recorder)
            versions["keras"] = self.keras_hooks.install()
            keras_hooks.quiet(self.request["seed"], self.suppressed)
        if "tensorflow" in wanted:
            from trainlint.probe.worker import tensorflow_hooks

            versions["tensorflow"] = tensorflow_hooks.install(self.keras_hooks)
        if "shim" in wanted:
            from trainlint.probe.worker import tensorflow_shim

            tensorflow_shim.install()
            versions["tensorflow"] = "stands on Keras 3"
        return versions

    def _prepare_torch(self, *, records: bool) -> str:
        import torch

        from trainlint.probe.worker import torch_setting

        torch_setting.quiet(self.request["seed"], self.suppressed)
        if records:
            from trainlint.probe.worker.hooks import TorchHooks

            self.hooks = TorchHooks(self.recorder)
            self.hooks.install()
        return str(torch.__version__)

    def go(self) -> None:
        """Runs the program."""
        threading.Thread(target=self._watch, daemon=True).start()
        os._exit = self._exited  # type: ignore[assignment]
        sys.argv = [self.script, *self.request["arguments"]]
        folder = os.path.dirname(self.script)
        sys.path.insert(0, folder)
        os.chdir(self.request["folder"] or folder)
        self.guard.start()
        try:
            runpy.run_path(self.script, run_name="__main__")
            self.finish("script-ended")
        except Stop:
            self.finish("step-limit")
        except SystemExit as end:
            self.finish(*self._about_exit(end))
        except BaseException as error:
            self.finish("exception", self._about(error))

    def _exited(self, status: int = 0) -> None:
        """What `os._exit` does within the program."""
        self.finish("script-ended")

    def finish(self, reason: str, error: dict[str, Any] | None = None) -> None:
        """Reports, and ends the process."""
        if not self._lock.acquire(blocking=False):
            time.sleep(60)  # another thread reports and ends the process
        self.guard.stop()
        statistics, losses, layers = {}, [], []
        try:
            if self.recorder.losses or self.recorder.step:
                statistics = self._statistics()
                losses, layers = self.recorder.losses[: self.recorder.steps], self.recorder.layers()
        except Exception as problem:
            self.stream.send("note", what=f"not measured: {type(problem).__name__}: {problem}")
        self.stream.send(
            "result",
            run=0,
            name="as written",
            seed=self.request["seed"],
            statistics=statistics,
            losses=losses,
            layers=layers,
        )
        self.stream.send(
            "report",
            reason=reason,
            error=error,
            blocked=self.guard.blocked,
            redirected=self.guard.redirected,
            suppressed=sorted(self.suppressed),
        )
        self._exit(0)

    def _statistics(self) -> dict[str, Any]:
        from_measure: dict[str, Any] = {}
        if self.hooks is not None:
            from trainlint.probe.worker import measure

            self.hooks.settle()
            from_measure.update(self.hooks.missed())
            root, batch = self.hooks.root, self.hooks.batch
            if (
                self._stopped is not None
                and root is not None
                and len(batch) == 1
                and self.keras_hooks is None
            ):
                # After the steps, on the last batch of the program itself.
                from_measure.update(measure.outputs(root, batch[0]))
                if getattr(batch[0], "is_floating_point", lambda: False)():
                    from_measure["input_largest"] = float(batch[0].abs().max())
                    from_measure["input_spread"] = float(batch[0].float().std())
                from_measure["weighted_layers"] = sum(
                    1 for m in root.modules() if any(p.dim() > 1 for p in m.parameters(recurse=False))
                )
        if self.keras_hooks is not None:
            from_measure.update(self.keras_hooks.measured())
        return {**self.recorder.statistics(), **from_measure}

    def _on_step(self, recorder: Recorder) -> None:
        loss = recorder.losses[-1] if recorder.losses else None
        self.stream.progress(
            step=max(recorder.step, recorder.backward_passes if recorder.step == 0 else 0),
            of=recorder.steps,
            loss=loss,
        )
        over = recorder.step >= recorder.steps or (
            recorder.step == 0 and recorder.backward_passes > recorder.steps
        )
        if over and self._stopped is None:
            self._stopped = time.monotonic()

    def _watch(self) -> None:
        """Ends a program that takes too long, or that goes on after it was stopped."""
        end = time.monotonic() + self.request["seconds"]
        while True:
            time.sleep(0.1)
            now = time.monotonic()
            if self._stopped is not None and now > self._stopped + GRACE:
                self.finish("step-limit")
            if now > end:
                self.finish("wall-limit")

    def _about_exit(self, end: SystemExit) -> tuple[str, dict[str, Any] | None]:
        if end.code in (None, 0):
            return "script-ended", None
        if end.code == 2:
            return "exception", {
                "type": "SystemExit",
                "message": "the program wants arguments: give them after `--`",
                "line": None,
            }
        return "exception", {
            "type": "SystemExit",
            "message": f"the program ended itself ({end.code})",
            "line": None,
        }

    def _about(self, error: BaseException) -> dict[str, Any]:
        places = [
            place for place in traceback.extract_tb(error.__traceback__) if place.filename == self.script
        ]
        said = str(error).split("\n")[0][:300]
        kind = type(error).__name__
        if _NEEDS_GPU.search(said):
            said = f"the program needs a GPU ({said[:120]})"
        elif kind == "ShimMissing":
            said = f"it needs TensorFlow ({said})"
        elif isinstance(error, ModuleNotFoundError):
            said = f"`{sys.executable}` has no `{error.name}`; `--interpreter` names another Python"
        elif isinstance(error, FileNotFoundError):
            said = f"a file is not there: {error.filename or said}"
        return {"type": kind, "message": said, "line": places[-1].lineno if places else None}
