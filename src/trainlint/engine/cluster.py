"""Checks files on a Dask cluster. Its machines need trainlint, but none of the files."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import Any

from distributed import Client, KilledWorker, as_completed
from distributed.comm.addressing import get_address_host_port

import trainlint
from trainlint.config.plugin import Plugin
from trainlint.engine.diagnostic import Diagnostic
from trainlint.engine.pages import page_url
from trainlint.engine.registry import registry
from trainlint.engine.rule import Rule
from trainlint.engine.shipping import Answers, Parcel, Reply, answer, unpack
from trainlint.engine.work import NoCluster, Outcome, Task, gave_up, perform
from trainlint.sources import disk
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.gate import is_relevant

IN_FLIGHT = 8
"""Parcels under way for each thread of the cluster: enough to keep it busy, few enough to hold in memory."""

MOST_ROUNDS = 80
"""Times that a file may come back with questions: a step of a chain of imports takes one or two."""

MOST_FOLDERS = 10_000
"""Folders of which answers are remembered for their other files."""

_PATIENCE = 10


class Cluster:
    """A runner on a cluster, for one run. A machine that dies costs nothing: what it had is done by another; a
    file that ends every process that takes it becomes a finding.

    Raises:
        NoCluster: nobody answers at the address, or workers have no trainlint or another version of it.
    """

    def __init__(self, address: str) -> None:
        try:
            get_address_host_port(address)  # a client of what is no address waits when it is thrown away
            self.client = Client(address, timeout=_PATIENCE, set_as_default=False)
        except (OSError, ValueError) as error:
            raise NoCluster(f"no Dask scheduler answers at `{address}`: {error}") from error
        try:
            self.client.wait_for_workers(1, timeout=_PATIENCE)
            versions = self.client.run(_version)
        except TimeoutError as error:
            self.client.close()
            raise NoCluster(f"the Dask scheduler at `{address}` has no workers") from error
        except ImportError as error:
            self.client.close()
            raise NoCluster(f"the workers at `{address}` have no trainlint: {error}") from error
        for worker, version in versions.items():
            if version != trainlint.__version__:
                self.client.close()
                raise NoCluster(f"worker {worker} has trainlint {version}, here is {trainlint.__version__}")

    def __call__(self, tasks: Sequence[Task]) -> Iterator[tuple[int, Outcome]]:
        try:
            self._ensure_rules(tasks)
            yield from _Run(self.client, tasks).outcomes()
        finally:
            self.client.close()

    def _ensure_rules(self, tasks: Sequence[Task]) -> None:
        """A rule that a worker does not have would be silent there. Folders of rules travel with the files."""
        plugins = tuple({plugin for task in tasks for plugin in task.settings.plugins if not plugin.path})
        wanted = _rules(plugins)
        for worker, there in self.client.run(_rules, plugins).items():
            if missing := sorted(wanted - there):
                raise NoCluster(f"worker {worker} has no rule `{missing[0]}`: install its package there")


def _version() -> str:
    return trainlint.__version__


def _rules(plugins: tuple[Plugin, ...]) -> frozenset[str]:
    return frozenset(registry(plugins).rules)


class _Run:
    def __init__(self, client: Client, tasks: Sequence[Task]) -> None:
        self.client = client
        self.tasks = tasks
        self.working_folder = str(disk.working_folder())
        self.folders: dict[str, Answers] = {}
        self.answers: dict[int, Answers] = {}
        self.rounds: dict[int, int] = {}
        self.under_way: dict[str, int] = {}

    def outcomes(self) -> Iterator[tuple[int, Outcome]]:
        waiting = deque(range(len(self.tasks)))
        most = IN_FLIGHT * max(1, sum(self.client.nthreads().values()))
        replies = as_completed(loop=self.client.loop)
        while waiting or self.under_way:
            while waiting and len(self.under_way) < most:
                number = waiting.popleft()
                if self._is_for_others(number):
                    replies.add(self._sent(number))
                else:
                    yield number, perform(self.tasks[number])
            if not self.under_way:
                continue
            future = next(replies)
            number = self.under_way.pop(future.key)
            outcome = self._outcome(number, future)
            if outcome is None:
                replies.add(self._sent(number))
            else:
                del self.answers[number]
                yield number, outcome

    def _is_for_others(self, number: int) -> bool:
        """Whether a file takes longer to check than to send: most files train nothing."""
        task = self.tasks[number]
        path = disk.absolute(task.path)
        try:
            relevant = is_relevant(Document.from_path(path, task.filename).text)
        except Unreadable:
            return False
        if relevant:
            question = f"content None {path}"
            self.answers[number] = {question: answer(question)}
            for folder in (str(path.parent), *map(str, path.parent.parents), ""):
                self.answers[number].update(self.folders.get(folder, {}))
        return relevant

    def _sent(self, number: int) -> Any:
        parcel = Parcel(self.tasks[number], self.working_folder, self.answers[number])
        future = self.client.submit(unpack, parcel, pure=False)
        self.under_way[future.key] = number
        return future

    def _outcome(self, number: int, future: Any) -> Outcome | None:
        """What came back; None when there were questions, which are answered now."""
        task = self.tasks[number]
        try:
            reply: Reply = future.result()
        except KilledWorker:
            return gave_up(task, "it ends the process of every worker that takes it")
        except Exception as error:
            return gave_up(task, f"{type(error).__name__}: {error}")
        if reply.outcome is not None:
            rules = registry(task.settings.plugins).rules
            reply.outcome.diagnostics = [_at_home(found, rules) for found in reply.outcome.diagnostics]
            return reply.outcome
        self.rounds[number] = self.rounds.get(number, 0) + 1
        if self.rounds[number] > MOST_ROUNDS:
            return gave_up(task, "it needs too many other files")
        for question in reply.questions:
            self._learn(number, question)
        return None

    def _learn(self, number: int, question: str) -> None:
        about, _, rest = question.partition(" ")
        known = self.answers[number]
        known[question] = answer(question)
        if about == "content":
            return  # what files hold travels only with those that ask for it
        folder = ""
        if about == "kind":
            folder = str(PurePath(rest).parent)
        elif about == "names":
            folder = rest.partition(" ")[2]
        if len(self.folders) > MOST_FOLDERS:
            self.folders.clear()
        self.folders.setdefault(folder, {})[question] = known[question]


def _at_home(found: Diagnostic, rules: Mapping[str, type[Rule]]) -> Diagnostic:
    """A finding whose link leads to a page on this machine, not on the worker's."""
    rule = rules.get(found.name)
    if rule is None or not found.url.startswith("file:"):
        return found
    return found.model_copy(update={"url": page_url(rule)})
