"""A rule's page in Markdown, made from the rule itself; it is shipped beside the rules as a file."""

from __future__ import annotations

import inspect
import os
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from pathlib import Path

from trainlint.engine.record import sentence
from trainlint.engine.rule import Example, Rule

_FRAMEWORK_TITLES = {"torch": "PyTorch", "keras": "Keras", "lightning": "Lightning"}


def page_of(rule: type[Rule]) -> str:
    """The whole page: what the rule is, its docstring, its options, its examples."""
    blocks = [
        f"# {rule.name} ({rule.code})",
        _facts(rule),
        inspect.cleandoc(rule.__doc__ or ""),
        *_measured(rule),
        *_options(rule),
        *_examples("Reported", rule.bad),
        *_examples("Not reported", rule.good),
        *_silencing(rule),
    ]
    return "\n\n".join(block for block in blocks if block) + "\n"


def page_path(rule: type[Rule]) -> Path | None:
    """Where the page of a rule lies: in the folder `pages` of the package that the rule comes from."""
    package = sys.modules.get(rule.__module__.partition(".")[0])
    source = getattr(package, "__file__", None)
    return Path(source).parent / "pages" / f"{rule.name}.md" if source else None


def page_url(rule: type[Rule]) -> str:
    """A link that opens the page; empty when the rule's package ships none."""
    path = page_path(rule)
    return _url(path) if path else ""


@cache
def _url(path: Path) -> str:
    return path.as_uri() if path.is_file() else ""


def generated_files(
    rules: Iterable[type[Rule]], root: Path, page: Callable[[type[Rule]], str] = page_of
) -> dict[Path, str]:
    """What the pages and the index of the rules that lie below `root` should hold. `page` makes a page."""
    paths = {rule: path for rule in rules if (path := page_path(rule)) and path.is_relative_to(root)}
    index = root / "rules" / "README.md"
    return {
        **{path: page(rule) for rule, path in paths.items()},
        index: _index({rule: os.path.relpath(path, index.parent) for rule, path in paths.items()}),
    }


def _index(links: dict[type[Rule], str]) -> str:
    rows = [
        "# Rules",
        "",
        "Made from the rules themselves by `tests/generate`.",
        "",
        "| code | name | severity | profile | frameworks | what it finds |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for rule, path in links.items():
        link = f"[{rule.name}]({Path(path).as_posix()})"
        cells = (rule.code, link, rule.severity, rule.profile, _frameworks(rule), summary_of(rule))
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def _facts(rule: type[Rule]) -> str:
    return "\n".join(
        (
            "| severity | profile | family | frameworks | since |",
            "| --- | --- | --- | --- | --- |",
            f"| {rule.severity} | {rule.profile} | {rule.family} | {_frameworks(rule)} | {rule.since} |",
        )
    )


def _frameworks(rule: type[Rule]) -> str:
    return ", ".join(_FRAMEWORK_TITLES.get(name, name) for name in rule.frameworks) or "any"


def summary_of(rule: type[Rule]) -> str:
    """The first sentence of a rule's docstring, for a cell of a table."""
    return inspect.cleandoc(rule.__doc__ or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def _measured(rule: type[Rule]) -> Iterator[str]:
    words = sentence(rule)
    if words:
        yield "## Measured"
        yield textwrap.fill(words, 110)


def _options(rule: type[Rule]) -> Iterator[str]:
    fields = rule.options_model.model_fields
    if not fields:
        return
    yield "## Options"
    yield f"In `[tool.trainlint.rules.{rule.name}]`:"
    rows = [f"| `{name}` | `{info.default!r}` | {info.description or ''} |" for name, info in fields.items()]
    yield "\n".join(("| option | default | meaning |", "| --- | --- | --- |", *rows))


def _examples(title: str, examples: list[Example]) -> Iterator[str]:
    if not examples:
        return
    yield f"## {title}"
    for example in examples:
        yield f"{example.title[:1].upper()}{example.title[1:]}:"
        yield f"```python\n{_code(example.code)}\n```"
        for name, content in example.files.items():
            yield f"with `{name}`:\n\n```\n{_code(content)}\n```"
        if example.fixed:
            yield f"The fix makes of it:\n\n```python\n{_code(example.fixed)}\n```"


def _silencing(rule: type[Rule]) -> Iterator[str]:
    if rule.family == "tool":
        return  # it is about a file, not about a line
    yield "## Silencing it"
    yield f"`# trainlint: ignore[{rule.name}]` at the end of the line, or alone above the statement."


def _code(text: str) -> str:
    return textwrap.dedent(text).strip("\n")
