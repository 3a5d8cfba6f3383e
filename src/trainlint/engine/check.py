"""One document in, its diagnostics out: the one way that every surface goes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from trainlint.config.settings import Settings
from trainlint.engine.asking import Answer, ask, named
from trainlint.engine.comments import remarks
from trainlint.engine.diagnose import Texts, diagnostic_of, fingerprinted, own_diagnostic, placed_in_cells
from trainlint.engine.diagnostic import Diagnostic, Severity, reported
from trainlint.engine.own_rules import AnalysisGaveUp, FileNotParsed, RuleFailed
from trainlint.engine.registry import words_of
from trainlint.engine.rule import Finding, Rule
from trainlint.engine.selection import Selection, selection_for
from trainlint.engine.stack import with_room
from trainlint.engine.timings import timed
from trainlint.evaluate.understood import Understood
from trainlint.plan import context
from trainlint.plan.plan import TrainingPlan
from trainlint.sources import disk
from trainlint.sources.discovery import repository_root
from trainlint.sources.document import Document, Unreadable
from trainlint.syntax.broken import healed
from trainlint.syntax.gate import SyntaxProblem, is_relevant

if TYPE_CHECKING:
    from trainlint.evaluate.standalone import Standalone

_REST_CHECKED = "the other statements were checked without this one"


def check_document(document: Document, settings: Settings | None = None) -> list[Diagnostic]:
    """All findings of one document, sorted, with suppressions applied.

    Never raises for what the document holds: text that cannot be parsed, a rule or an analysis that breaks
    are findings themselves.

    Raises:
        UnknownRule, WrongOption: the settings name a rule or an option that does not exist.
    """
    return reported(examine(document, settings))


def examine(document: Document, settings: Settings | None = None) -> list[Diagnostic]:
    """The same as `check_document` with the silenced findings among the others, each with its comments.

    Raises:
        UnknownRule, WrongOption: the settings name a rule or an option that does not exist.
    """
    return examination(document, settings).diagnostics


@dataclass(frozen=True)
class Examination:
    """What came of a document: all findings, and what was understood where it is a program. `read` is what was read,
    where that is not the document itself."""

    diagnostics: list[Diagnostic]
    understood: Understood | None = None
    read: Document | None = None

    @property
    def plan(self) -> TrainingPlan | None:
        """The plan that the findings are about."""
        return self.understood.whole if self.understood is not None else None


@with_room
def examination(
    document: Document, settings: Settings | None = None, *, while_typed: bool = False
) -> Examination:
    """The same as `examine` with the plan, for surfaces that also show what was understood. `while_typed`: where
    the text cannot be parsed, the statements that can be are still looked at.

    Raises:
        UnknownRule, WrongOption: the settings name a rule or an option that does not exist.
    """
    selection = selection_for(settings or Settings())
    texts = Texts(document)
    if not is_relevant(document.text):
        return Examination([])
    understood, problems = _understood(document, selection, while_typed=while_typed)
    if understood is None:
        found = _finished(problems, texts, selection)
        return _examination_of_the_rest(document, found, selection) if while_typed else Examination(found)
    found = _finished(_diagnostics(understood, document, selection), texts, selection)
    if any(diagnostic.code == RuleFailed.code for diagnostic in found):
        return Examination(found, understood)  # whether its comments are of use is not known
    notes = remarks(texts, selection, trains=bool(understood.main.runs) or bool(document.cells))
    placed = (placed_in_cells(note, texts) for note in fingerprinted(notes, texts))
    return Examination(sorted([*found, *placed], key=lambda diagnostic: diagnostic.sort_key), understood)


def _examination_of_the_rest(
    document: Document, problems: list[Diagnostic], selection: Selection
) -> Examination:
    """What is found in the healthy statements of a text that cannot be parsed as a whole. Its comments are not
    judged: what they silence may be missing for the moment."""
    unparsed = any(problem.code == FileNotParsed.code for problem in problems)
    text = healed(document.text) if unparsed else None
    if text is None:
        return Examination(problems)
    rest = replace(document, text=text)
    understood, _ = _understood(rest, selection, while_typed=True)
    if understood is None:
        return Examination(problems)
    problems = [problem.model_copy(update={"help": _REST_CHECKED}) for problem in problems]
    found = [*problems, *_finished(_diagnostics(understood, rest, selection), Texts(rest), selection)]
    return Examination(sorted(found, key=lambda diagnostic: diagnostic.sort_key), understood, rest)


def check_source(text: str, filename: str = "<text>", settings: Settings | None = None) -> list[Diagnostic]:
    """All findings of a program given as text; of a notebook when the file name ends in `.ipynb`.

    Without settings, those of the settings file nearest to `filename` hold, if a file is named.
    """
    if settings is None and filename != "<text>":
        from trainlint.engine.configured import Configured

        settings = Configured().settings_for(Path(filename))
    try:
        # Text under the name of a file stands for that file: what it imports is found beside it.
        path = Path(filename)
        document = Document.from_text(text, filename, path if disk.is_file(path) else None)
    except Unreadable as error:
        return unreadable(error, settings or Settings())
    return check_document(document, settings)


def plan_of(text: str, filename: str = "<text>") -> TrainingPlan:
    """What a program would train and how, as far as its text says it.

    Raises:
        SyntaxProblem: the text is not Python.
        Unreadable: the text should be a notebook and is none.
    """
    return plan_of_document(Document.from_text(text, filename))


def plan_of_document(document: Document, versions: dict[str, str] | None = None) -> TrainingPlan:
    """The plan of a document; an empty one when it mentions no deep-learning package. `versions` of libraries
    hold where they differ from what the project's files say."""
    if not is_relevant(document.text):
        return TrainingPlan(filename=document.filename)
    from trainlint.evaluate.evaluate import evaluate

    return evaluate(document, root=_root_of(document), versions=versions)


def _root_of(document: Document) -> Path | None:
    return repository_root(document.path.parent) if document.path else None


def unreadable(problem: Unreadable, settings: Settings) -> list[Diagnostic]:
    """The finding for a file that could not be turned into text."""
    return own_findings(FileNotParsed, problem.filename, problem.reason, settings)


def own_findings(rule: type[Rule], filename: str, reason: str, settings: Settings) -> list[Diagnostic]:
    """What the engine has to say about a file that it has no text of, as far as the settings let it."""
    selection = selection_for(settings)
    found = own_diagnostic(rule, filename, reason, selection.severities.get(rule.name))
    return _finished([found], Texts(Document(filename, "", Path(filename))), selection)


def _finished(found: Iterable[Diagnostic], texts: Texts, selection: Selection) -> list[Diagnostic]:
    """The diagnostics that settings let through, in order, with fingerprints, a notebook's rows, and the
    comments that silence them."""
    wanted = [
        diagnostic
        for diagnostic in _deduplicated(found)
        if selection.chooses(diagnostic.name)
        and selection.runs_on(diagnostic.name, diagnostic.place.filename)
    ]
    rules = selection.registry.rules
    finished = []
    for diagnostic in fingerprinted(sorted(wanted, key=lambda diagnostic: diagnostic.sort_key), texts):
        suppressions = texts.suppressions(diagnostic.place.filename)
        words = words_of(rules[diagnostic.name])
        silencers = suppressions.silencers(diagnostic.place.row, diagnostic.code, words)
        changes: dict[str, object] = {"silenced_by": tuple(comment.directive for comment in silencers)}
        if selection.docs_url:
            changes["url"] = f"{selection.docs_url.rstrip('/')}/{diagnostic.name}.md"
        finished.append(placed_in_cells(diagnostic.model_copy(update=changes), texts))
    return finished


def _understood(
    document: Document, selection: Selection, *, while_typed: bool
) -> tuple[Understood | None, list[Diagnostic]]:
    """What a document is as a program, or why that is not known."""
    severities = selection.severities
    name = document.filename
    try:
        with timed("understanding"):
            versions = selection.framework_versions
            if not while_typed:
                return Understood(plan_of_document(document, versions)), []
            from trainlint.evaluate.evaluate import evaluate_while_typed

            return evaluate_while_typed(document, root=_root_of(document), versions=versions), []
    except SyntaxProblem as problem:
        severity = severities.get(FileNotParsed.name)
        reason = f"not parsed: {problem.message}"
        return None, [own_diagnostic(FileNotParsed, name, reason, severity, problem.row, problem.column)]
    except Exception as error:
        severity = severities.get(AnalysisGaveUp.name)
        return None, [own_diagnostic(AnalysisGaveUp, name, f"not analysed: {named(error)}", severity)]


def _diagnostics(understood: Understood, document: Document, selection: Selection) -> Iterator[Diagnostic]:
    severities = selection.severities
    # What a test does wrong it mostly does on purpose; a severity that the user chose holds there as well.
    usual = Severity.INFO if context.TEST in understood.main.context else None
    findings: list[Finding] = []
    for rule, answer in _answers(understood, selection):
        findings += answer.findings
        if answer.failure:
            yield _rule_failed(rule, answer.failure, document, selection)
        elif answer.printed:
            said = _rule_failed(rule, f"printed `{answer.printed}`", document, selection)
            yield (
                said if RuleFailed.name in severities else said.model_copy(update={"severity": Severity.INFO})
            )
    for finding in _without_silenced(findings):
        try:
            yield diagnostic_of(finding, severities.get(finding.rule.name, usual))
        except Exception as error:
            yield _rule_failed(type(finding.rule), f"raised {named(error)}", document, selection)


def _answers(understood: Understood, selection: Selection) -> Iterator[tuple[type[Rule], Answer]]:
    """What the rules say of the plan, and of each class that stands alone."""
    for rule, options in selection.chosen:
        yield rule, ask(rule, options, understood.main)
    for standalone in understood.standalone:
        yield from _answers_of(standalone, understood.main.context, selection)


def _answers_of(
    standalone: Standalone, circumstances: frozenset[str], selection: Selection
) -> list[tuple[type[Rule], Answer]]:
    """What the rules say of a class that stands alone: what they said before, if that was nothing or if no statement has
    moved since."""
    asked = (selection, circumstances)
    rows = [chunk.first_row for chunk in standalone.rests_on]
    before = standalone.derived.get(Answer)
    if before is not None and before[0] == asked and (not before[2] or before[1] == rows):
        return before[2]  # type: ignore[no-any-return]
    plan = standalone.plan.model_copy(update={"context": circumstances})
    answers = [(rule, ask(rule, options, plan)) for rule, options in selection.chosen if plan.networks]
    told = [(rule, answer) for rule, answer in answers if answer.findings or answer.failure or answer.printed]
    standalone.derived[Answer] = (asked, rows, told)
    return told


def _rule_failed(rule: type[Rule], problem: str, document: Document, selection: Selection) -> Diagnostic:
    severity = selection.severities.get(RuleFailed.name)
    return own_diagnostic(RuleFailed, document.filename, f"`{rule.name}` {problem}", severity)


def _without_silenced(findings: list[Finding]) -> Iterator[Finding]:
    """Findings but those that another finding about the same subject makes redundant."""
    silenced = {(finding.subject, word) for finding in findings for word in finding.rule.silences}
    for finding in findings:
        if not {(finding.subject, finding.rule.name), (finding.subject, finding.rule.code)} & silenced:
            yield finding


def _deduplicated(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """One diagnostic for each place and rule, the most severe: a function may be entered on several paths.

    Two rules that break give two findings at the same place, so the message counts for the tool's own.
    """
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for diagnostic in diagnostics:
        broken_rule = diagnostic.message if diagnostic.code == RuleFailed.code else ""
        key = (diagnostic.place, diagnostic.code, broken_rule)
        rival = kept.get(key)
        if rival is None or diagnostic.severity.rank < rival.severity.rank:
            kept[key] = diagnostic
    return list(kept.values())
