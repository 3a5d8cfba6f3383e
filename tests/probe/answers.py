"""From the text of a program to the answers of a probe."""

from __future__ import annotations

from trainlint.engine.check import check_document, plan_of_document
from trainlint.engine.diagnostic import Diagnostic
from trainlint.probe.probe import Options, Workers, probe
from trainlint.sources.document import Document


def answers(text: str, workers: Workers, options: Options) -> dict[str, Diagnostic]:
    """The findings of a program by their rule, judged."""
    document = Document.from_text(text, "program.py")
    found = check_document(document)
    verdicts = probe(document, found, plan_of_document(document), options=options, workers=workers)
    return {finding.name: finding.judged(verdict) for finding, verdict in zip(found, verdicts, strict=True)}
