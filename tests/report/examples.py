"""Results by hand, with the documents that their findings point into."""

from __future__ import annotations

from typing import Any

from trainlint.engine.diagnostic import Diagnostic, Edit, Fix, Related, Severity
from trainlint.engine.run import RunResult
from trainlint.sources.document import Document
from trainlint.syntax.positions import Place


def finding(row: int = 2, column: int = 7, end_column: int = 11, **changes: Any) -> Diagnostic:
    """A finding on one row of `train.py`."""
    place = changes.pop("place", None) or Place("train.py", row, column, row, end_column)
    given: dict[str, Any] = {
        "code": "TL101",
        "name": "learning-rate-too-low",
        "severity": Severity.WARNING,
        "message": "a learning rate of 1e-08 moves nothing",
        "place": place,
    }
    return Diagnostic(**(given | changes))


def explained() -> Diagnostic:
    """A finding with everything."""
    number = Place("train.py", 1, 6, 1, 10)
    return finding(
        severity=Severity.ERROR,
        help="rates from 1e-5 on are usual for Adam",
        url="file:///rules/pages/learning-rate-too-low.md",
        related=(
            Related(message="`LR` is set here", place=Place("train.py", 1, 1, 1, 10)),
            Related(message="`1e-8` stands here", place=number),
        ),
        fix=Fix(
            applicability="unsafe",
            message="Write `1e-3` instead of `1e-8`",
            edits=(Edit(place=number, content="1e-3"),),
            reason="it changes what is trained",
        ),
        fingerprint="f00",
    )


def result(
    *diagnostics: Diagnostic, text: str = "LR = 1e-8\nopt = Adam(lr=LR)\n", **others: str
) -> RunResult:
    """A run over `train.py` with this text, and over notebooks given by name without ending."""
    documents: dict[str, Document | None] = {"train.py": Document.from_text(text, "train.py")}
    for name, content in others.items():
        documents[f"{name}.ipynb"] = Document.from_text(content, f"{name}.ipynb")
    return RunResult(list(diagnostics), list(documents), documents)
