"""Tells where a value comes from: the chain of origins as places with a phrase each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from trainlint.engine.diagnostic import Related
from trainlint.syntax.positions import Place, Site
from trainlint.values.origin import Made, Origin

_MOST = 6


def places_of(because: Iterable[Origin], primary: Place) -> tuple[Related, ...]:
    """The places that a finding's values went through, newest first. A long chain keeps its beginning and
    the place where the value itself stands."""
    told = list(_steps(because, primary))
    if len(told) > _MOST:
        told = [*told[: _MOST - 1], told[-1]]
    return tuple(told)


def _steps(because: Iterable[Origin], primary: Place) -> Iterator[Related]:
    seen = {primary}
    for origin in because:
        for step in origin.chain():
            site = step.site
            if site is None or site.place in seen or _lies_in_one_row(site.place, primary):
                continue
            seen.add(site.place)
            yield Related(message=_phrase(step, site), place=site.place)


def _lies_in_one_row(place: Place, primary: Place) -> bool:
    """Whether a place is already under the caret of the finding."""
    return primary.row == primary.end_row and primary.contains(place)


def _phrase(step: Origin, site: Site) -> str:
    label = step.label
    match step.made:
        case Made.WRITTEN:
            return f"{_quoted(site.text, 'the value')} stands here"
        case Made.BOUND:
            return f"{_quoted(label, 'the value')} is set here"
        case Made.COMPUTED:
            verb = "called" if label and site.text.endswith(")") else "computed"
            return f"{_quoted(label, 'the value')} is {verb} here"
        case Made.PASSED:
            return f"passed as argument `{label}`" if label else "passed here"
        case Made.OPTION:
            return f"default of `{label}`" if label else "default of an option"
        case Made.PARAMETER:
            return f"default of parameter `{label}`" if label else "default of a parameter"
        case Made.LIBRARY:
            return label or "default of the library"
        case Made.SETTINGS_FILE:
            return f"{_quoted(label, 'the value')} is read from here"
        case Made.MACHINE:
            return f"{label}, unless the program is started on more"
        case Made.SEARCHED:
            return "one of several values that are tried here"


def _quoted(text: str, otherwise: str) -> str:
    """Text in backticks when it is short enough to be read at a glance."""
    return f"`{text}`" if 0 < len(text) <= 30 and "\n" not in text and "`" not in text else otherwise
