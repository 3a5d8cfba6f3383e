"""Work for machines that do not have the files: contents travel with the task, and what is missing is asked for."""

from __future__ import annotations

import base64
import errno
from dataclasses import dataclass, field
from threading import Lock

from trainlint.engine.work import Outcome, Task, perform
from trainlint.sources import disk

_ONE_AT_A_TIME = Lock()

Answers = dict[str, str]
"""What the disk at home says, by question. Contents are base64, empty with a leading `!` for what cannot be read."""


@dataclass(frozen=True)
class Parcel:
    """A task with all answers that are known to matter for it."""

    task: Task
    working_folder: str
    answers: Answers


@dataclass
class Reply:
    """An outcome, or the questions without whose answers it would be a guess."""

    outcome: Outcome | None
    questions: list[str] = field(default_factory=list)


def unpack(parcel: Parcel) -> Reply:
    """Does a parcel's task with nothing but its answers, whatever lies on the disk here."""
    away = _Away(parcel)
    # Threads of one process would only wait for each other, and undo each other's limit of recursion.
    with _ONE_AT_A_TIME, disk.seen_through(away):
        outcome = perform(parcel.task)
    return Reply(None, sorted(away.open)) if away.open else Reply(outcome)


def answer(question: str) -> str:
    """What the disk here has to say to a question."""
    about, _, rest = question.partition(" ")
    here = disk.Disk()
    if about == "kind":
        return here.kind(rest)
    if about == "installed":
        return here.installed(rest)
    detail, _, name = rest.partition(" ")
    if about == "names":
        return "\0".join(here.names(name, detail))
    try:
        return base64.b64encode(here.content(name, None if detail == "None" else int(detail))).decode()
    except OSError as error:
        return f"!{error.strerror or error}"


class _Away(disk.Disk):
    """A disk that consists of answers. What it is not told counts as absent, and is asked for."""

    def __init__(self, parcel: Parcel) -> None:
        self.parcel = parcel
        self.open: set[str] = set()

    def kind(self, path: str) -> disk.Kind:
        answer = self._answer(f"kind {path}")
        return "file" if answer == "file" else "folder" if answer == "folder" else "absent"

    def content(self, path: str, at_most: int | None) -> bytes:
        answer = self._answer(f"content {at_most} {path}")
        if answer is None or answer.startswith("!"):
            raise OSError(errno.ENOENT, answer[1:] if answer else "not here yet", path)
        return base64.b64decode(answer)

    def names(self, folder: str, pattern: str) -> tuple[str, ...]:
        answer = self._answer(f"names {pattern} {folder}")
        return tuple(answer.split("\0")) if answer else ()

    def installed(self, distribution: str) -> str:
        return self._answer(f"installed {distribution}") or ""

    def working_folder(self) -> str:
        return self.parcel.working_folder

    def _answer(self, question: str) -> str | None:
        answer = self.parcel.answers.get(question)
        if answer is None:
            self.open.add(question)
        return answer
