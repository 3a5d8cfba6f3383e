"""Comments that silence findings: `# trainlint: ignore[...]`, `off` and `on`, `ignore-file`, `# noqa`."""

from __future__ import annotations

import re
import tokenize
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Literal

from trainlint.sources.document import Document
from trainlint.syntax.positions import Place

Kind = Literal["ignore", "ignore-file", "off", "noqa"]

_DIRECTIVE = re.compile(
    r"#\s*trainlint\s*:\s*(?P<verb>ignore-file|ignore|off|on)(?![\w-])\s*(?P<list>\[[^\]#]*\]?)?"
    r"|#\s*(?P<noqa>noqa)(?![\w-])(?::[ \t]*(?P<codes>[A-Z]+[0-9]+(?:[,\s]+[A-Z]+[0-9]+)*))?",
    re.IGNORECASE,
)
_ALL = ("ALL",)
_CLAUSES = frozenset({"elif", "else", "except", "finally"})


@dataclass(eq=False)
class Suppression:
    """One comment and the rows, inclusive, that it silences; `selectors` as written, ALL for a bare comment.

    `comment` is the whole comment, of which `directive` may be a part. `used` collects the selectors that
    silenced something.
    """

    kind: Kind
    selectors: tuple[str, ...]
    first_row: int
    last_row: int
    comment: Place
    directive: Place
    bare: bool = False
    used: set[str] = field(default_factory=set)


@dataclass
class Suppressions:
    """All such comments of one document."""

    comments: list[Suppression] = field(default_factory=list)

    def silence(self, row: int, code: str, words: Collection[str]) -> bool:
        """Whether a finding on `row` is silenced; the comments that do so count as used from then on."""
        return bool(self.silencers(row, code, words))

    def silencers(self, row: int, code: str, words: Collection[str]) -> list[Suppression]:
        """The comments that silence a finding on `row`; they count as used from then on."""
        silencers = []
        for comment in self.comments:
            if not comment.first_row <= row <= comment.last_row:
                continue
            for selector in comment.selectors:
                if names(selector, code, words):
                    comment.used.add(selector)
                    if comment not in silencers:
                        silencers.append(comment)
        return silencers


def names(selector: str, code: str, words: Collection[str]) -> bool:
    """Whether a selector names a rule: by one of its words (name, family, old codes), by its code or the
    beginning of that, or as ALL."""
    upper = selector.upper()
    return selector in words or upper in words or upper == "ALL" or (bool(upper) and code.startswith(upper))


def suppressions_of(document: Document) -> Suppressions:
    """Finds the comments. Text that breaks off in the middle gives those before the break."""
    lowered = document.text.lower()
    if "trainlint" not in lowered and "noqa" not in lowered:
        return Suppressions()
    tokens = list(_tokens(document))
    statements = list(_statements(tokens))
    found: list[Suppression] = []
    open_regions: list[Suppression] = []
    for token in tokens:
        if token.type != tokenize.COMMENT:
            continue
        row, column = token.start
        place = Place(document.filename, row, column + 1, row, token.end[1] + 1)
        for match in _DIRECTIVE.finditer(token.string):
            if (match["verb"] or "").lower() == "on":
                open_regions = list(_still_open(open_regions, _selectors(match), row))
                continue
            first, last = column + 1 + match.start(), column + 1 + match.end()
            directive = Place(document.filename, row, first, row, last)
            comment = _suppression(match, place, directive, statements, rows=len(document.lines))
            found.append(comment)
            if comment.kind == "off":
                open_regions.append(comment)
    return Suppressions(found)


@dataclass(frozen=True)
class _Statement:
    first_row: int
    last_row: int
    depth: int
    word: str


def _tokens(document: Document) -> Iterator[tokenize.TokenInfo]:
    rows = iter(range(1, len(document.lines) + 1))
    # Every row ends in \n here: tokenize does not know \r as the end of a line.
    readline = lambda: f"{document.lines.line(row)}\n" if (row := next(rows, 0)) else ""  # noqa: E731
    try:
        yield from tokenize.generate_tokens(readline)
    except (tokenize.TokenError, SyntaxError, ValueError):
        return


def _statements(tokens: list[tokenize.TokenInfo]) -> Iterator[_Statement]:
    """The logical lines: a header such as `for x in y:` is one, every simple statement is one."""
    depth = 0
    first: tokenize.TokenInfo | None = None
    for token in tokens:
        if token.type == tokenize.INDENT:
            depth += 1
        elif token.type == tokenize.DEDENT:
            depth -= 1
        elif token.type == tokenize.NEWLINE and first:
            yield _Statement(first.start[0], token.start[0], depth, first.string)
            first = None
        elif token.type not in (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE) and first is None:
            first = token


def _suppression(
    match: re.Match[str], place: Place, directive: Place, statements: list[_Statement], rows: int
) -> Suppression:
    selectors = _selectors(match)
    bare = selectors is None
    written = _ALL if selectors is None else selectors
    verb = (match["verb"] or "noqa").lower()
    if verb == "ignore-file":
        return Suppression("ignore-file", written, 1, rows, place, directive, bare)
    if verb == "off":
        return Suppression("off", written, place.row, rows, place, directive, bare)
    first, last = _rows_of_statement(place.row, statements, above=verb == "ignore")
    kind: Kind = "ignore" if verb == "ignore" else "noqa"
    return Suppression(kind, written, first, last, place, directive, bare)


def _selectors(match: re.Match[str]) -> tuple[str, ...] | None:
    """What a comment names, None for a bare one."""
    written = match["codes"] if match["noqa"] else match["list"]
    if written is None:
        return None
    return tuple(word for word in re.split(r"[,\s]+", written.strip("[]")) if word)


def _rows_of_statement(row: int, statements: list[_Statement], *, above: bool) -> tuple[int, int]:
    """The statement that `row` belongs to or, for a comment alone on its row, the whole one that follows."""
    for index, statement in enumerate(statements):
        if statement.first_row <= row <= statement.last_row:
            return statement.first_row, statement.last_row
        if statement.first_row > row:
            return (statement.first_row, _last_row(statements, index)) if above else (row, row)
    return row, row


def _last_row(statements: list[_Statement], index: int) -> int:
    """Where a statement ends, with its decorated definition, its body and its further clauses."""
    head = statements[index]
    last = head.last_row
    decorated = head.word == "@"
    for statement in statements[index + 1 :]:
        inner = statement.depth > head.depth
        if not inner and not decorated and not (statement.depth == head.depth and statement.word in _CLAUSES):
            break
        if not inner:
            decorated = decorated and statement.word == "@"
        last = statement.last_row
    return last


def _still_open(
    regions: list[Suppression], switched_on: tuple[str, ...] | None, row: int
) -> Iterator[Suppression]:
    """Ends the regions that `on` names; a bare `on` ends all."""
    for region in regions:
        if switched_on is None or set(region.selectors) <= set(switched_on):
            region.last_row = row
        else:
            yield region


@dataclass(frozen=True)
class Room:
    """Where a comment about a row can stand: at the end of the last row of its statement. `list_of` is the
    directive that is there already and may name more."""

    place: Place
    list_of: Suppression | None = None


def rooms_for_comments(document: Document, rows: Collection[int]) -> dict[int, Room]:
    """For each row that belongs to a statement, where a comment that silences findings on it can stand."""
    statements = list(_statements(list(_tokens(document))))
    directives = {
        comment.directive.row: comment
        for comment in suppressions_of(document).comments
        if comment.kind == "ignore" and not comment.bare
    }
    rooms = {}
    for row in rows:
        last = next((each.last_row for each in statements if each.first_row <= row <= each.last_row), None)
        if last is not None:
            line = document.lines.line(last)
            place = Place(document.filename, last, len(line.rstrip()) + 1, last, len(line) + 1)
            rooms[row] = Room(place, directives.get(last))
    return rooms
