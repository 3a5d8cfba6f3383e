"""Where users of TorchFix find their old codes."""

from __future__ import annotations

from collections.abc import Iterable

COUNTERPARTS: dict[str, str | None] = {
    "TOR001": None,
    "TOR002": "requires-grad-misspelt",
    "TOR003": None,
    "TOR004": None,
    "TOR101": None,
    "TOR102": None,
    "TOR103": None,
    "TOR104": None,
    "TOR105": None,
    "TOR106": "unprotected-log",
    "TOR107": "unprotected-log",
    "TOR108": "unprotected-log",
    "TOR201": "pretrained-preprocessing-mismatch",
    "TOR202": "input-not-scaled",
    "TOR203": None,
    "TOR401": None,
    "TOR402": None,
}
"""For each code of TorchFix the rule that covers it; None where trainlint has none, mostly on purpose."""


def explanation(code: str, existing: Iterable[str]) -> str | None:
    """Why a TorchFix code leads to no rule; None when it is no such code, or does lead to one."""
    if code not in COUNTERPARTS:
        return None
    target = COUNTERPARTS[code]
    if target is None:
        return f"TorchFix's `{code}` has no counterpart in trainlint"
    if target in existing:
        return None
    return f"TorchFix's `{code}` leads to `{target}`, which this version does not have yet"


def old_codes(name: str) -> frozenset[str]:
    """The TorchFix codes that lead to a rule."""
    return frozenset(code for code, target in COUNTERPARTS.items() if target == name)
