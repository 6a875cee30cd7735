"""Which rows of a table are meant: the language of `--where` and of the filters on pages.

A filter is words and comparisons with blanks between them, all of which must hold:

    high_quality>0.9 verdict=collapsed ring

A word is looked for anywhere in what a row says, in small letters or large. A comparison names a
column, by its whole name, its label, or a beginning that fits one label alone. Columns of numbers
take `<`, `<=`, `>`, `>=`, `=` and `!=`, those of words the last two; a number that is not there
fits no comparison. What only looks like a condition (`verdict:collapsed`, `or`) is an error, and
where nothing is left one is told which term fits nothing at all.

`report/web/assets/filters.js` is the same for pages, to the word; a test holds both to one table.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from ganrun.errors import ArgumentError

Value = str | float | None

_BLANKS = " \t\n\r\f\v"
_SIGN = "<=|>=|!=|==?|<|>"
_AROUND_A_SIGN = re.compile(f"[{_BLANKS}]*({_SIGN})[{_BLANKS}]*")
_TERM = re.compile(f"[^{_BLANKS}]+")
_COMPARISON = re.compile(f"([\\w.]+)({_SIGN})([^<>=]+)", re.ASCII)
_ALMOST = re.compile("([\\w.]+)[:~!\u2260\u2264\u2265].*", re.ASCII)
"""A column and what is no sign of this language."""
_JOINS = ("and", "or", "not", "&", "&&", "|", "||")
_NUMBER = re.compile(r"[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[-+]?[0-9]+)?", re.IGNORECASE)
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "=": operator.eq,
    "==": operator.eq,
    "!=": operator.ne,
}


class FilterError(ArgumentError):
    """A filter that cannot be used, in one line that says why."""


class Column(Protocol):
    """What a filter must know of a column: its name, what heads it, whether it holds numbers."""

    @property
    def name(self) -> str:
        """As files have it."""

    @property
    def label(self) -> str:
        """As its heading has it."""

    @property
    def numeric(self) -> bool:
        """Whether it holds numbers; else it holds words."""


@dataclass(frozen=True)
class Condition:
    """One term: a comparison, or words to be found anywhere where there is no column."""

    column: Column | None
    sign: str
    wanted: str | float
    given: str
    """As it was written."""

    def holds(self, value: Callable[[Column], Value], words: Callable[[], str]) -> bool:
        """Whether it is true of a row, by its value in a column and all its words in small."""
        if self.column is None:
            return str(self.wanted) in words()
        found = value(self.column)
        if self.column.numeric:
            return found is not None and _COMPARE[self.sign](found, self.wanted)
        return _COMPARE[self.sign]("" if found is None else str(found).lower(), self.wanted)


class Row(Protocol):
    """What a filter must know of a row."""

    @property
    def words(self) -> str:
        """All its words in small letters."""

    def value(self, column: Any) -> Value:
        """What stands in a column."""


def fits_nothing(wanted: Sequence[Condition], rows: Sequence[Row]) -> str:
    """The first term that fits none of the rows by itself, in words; empty where each fits one."""
    for term in wanted:
        if not any(_fits(term, row) for row in rows):
            return _nowhere(term, rows)
    return ""


def _fits(term: Condition, row: Row) -> bool:
    return term.holds(row.value, lambda: row.words)


def _nowhere(term: Condition, rows: Sequence[Row]) -> str:
    column, sign = term.column, term.sign
    if column is None:
        return f"'{term.given}' is nowhere"
    given = term.given if column.numeric else f"'{term.given}'"
    other = {"=": "", "==": "", "!=": "other than "}.get(sign, sign)
    hint = ""
    if not column.numeric and not other:
        there = sorted({str(row.value(column)) for row in rows if row.value(column)})
        hint = _meant(term.given.lower(), there)
    return f"no {column.label} is {other}{given}{hint}"


def conditions(text: str, columns: Sequence[Column]) -> list[Condition]:
    """What a filter asks for; raises `FilterError` for the first term that cannot be used."""
    glued = _AROUND_A_SIGN.sub(r"\1", text)
    return [_condition(term, columns) for term in _TERM.findall(glued)]


def _condition(term: str, columns: Sequence[Column]) -> Condition:
    if not re.search("[<>=]", term):
        _see_that_it_is_a_word(term, columns)
        return Condition(None, "", term.lower(), term)
    match = _COMPARISON.fullmatch(term)
    if match is None:
        raise _no_condition(term)
    name, sign, wanted = match.groups()
    column = column_called(name, columns)
    if not column.numeric:
        if _COMPARE[sign] not in (operator.eq, operator.ne):
            raise FilterError(f"'{column.label}' holds words: use = or !=")
        return Condition(column, sign, wanted.lower(), wanted)
    if not _NUMBER.fullmatch(wanted):
        raise FilterError(f"'{wanted}' is not a number")
    return Condition(column, sign, float(wanted), wanted)


def _see_that_it_is_a_word(term: str, columns: Sequence[Column]) -> None:
    if term.lower() in _JOINS:
        raise FilterError(f"'{term}' joins nothing: all terms of a filter must hold")
    almost = _ALMOST.fullmatch(term)
    if almost and any(almost[1].lower() in (c.name.lower(), c.label.lower()) for c in columns):
        raise _no_condition(term)


def _no_condition(term: str) -> FilterError:
    return FilterError(f"'{term}' is no condition: that is a column, a sign and a value")


def column_called(name: str, columns: Sequence[Column]) -> Column:
    """The column of that name or label, or the only one whose label begins so.

    Raises `FilterError`, which names the one that may be meant.
    """
    name = name.lower()
    for column in columns:
        if name in (column.name.lower(), column.label.lower()):
            return column
    begun = [column for column in columns if column.label.lower().startswith(name)]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise FilterError(f"'{name}' may be '{begun[0].label}' or '{begun[1].label}'")
    meant = _meant(name, [column.label for column in columns])
    raise FilterError(f"no column is called '{name}'{meant}")


def _meant(word: str, there: Sequence[str]) -> str:
    nearest = _nearest(word, there)
    return f"; did you mean '{nearest}'?" if nearest else ""


def _nearest(word: str, labels: Sequence[str]) -> str | None:
    """The first label that holds a word of three letters or more, else the one spelt most alike."""
    held = (label for label in labels if len(word) > 2 and word in label.lower())
    if (found := next(held, None)) is not None:
        return found
    distances = {label: _distance(word, label.lower()) for label in labels}
    nearest = min(labels, key=distances.__getitem__, default="")
    return nearest if nearest and distances[nearest] <= len(word) // 3 else None


def _distance(one: str, other: str) -> int:
    """How many letters must be put in, taken out or changed to make one word of another."""
    *_, last = _rows_of_distances(one, other)
    return last[-1]


def _rows_of_distances(one: str, other: str) -> Iterator[list[int]]:
    row = list(range(len(other) + 1))
    yield row
    for place, letter in enumerate(one, start=1):
        above, row = row, [place]
        for column, opposite in enumerate(other):
            changed = above[column] + (letter != opposite)
            row.append(min(changed, above[column + 1] + 1, row[column] + 1))
        yield row
