"""Which rows of a table are meant: the language of `--where` and of the filters on pages.

A filter is words and comparisons with blanks between them, all of which must hold:

    high_quality>0.9 verdict=collapsed ring

A word is looked for anywhere in what a row says, in small letters or large. A comparison names a
column, by its whole name, its label, or a beginning that fits one label alone. Columns of numbers
take `<`, `<=`, `>`, `>=`, `=` and `!=`, those of words the last two; a number that is not there
fits no comparison.

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

    def holds(self, value: Callable[[Column], Value], words: Callable[[], str]) -> bool:
        """Whether it is true of a row, by its value in a column and all its words in small."""
        if self.column is None:
            return str(self.wanted) in words()
        found = value(self.column)
        if self.column.numeric:
            return found is not None and _COMPARE[self.sign](found, self.wanted)
        return _COMPARE[self.sign]("" if found is None else str(found).lower(), self.wanted)


def conditions(text: str, columns: Sequence[Column]) -> list[Condition]:
    """What a filter asks for; raises `FilterError` for the first term that cannot be used."""
    glued = _AROUND_A_SIGN.sub(r"\1", text)
    return [_condition(term, columns) for term in _TERM.findall(glued)]


def _condition(term: str, columns: Sequence[Column]) -> Condition:
    if not re.search("[<>=]", term):
        return Condition(None, "", term.lower())
    match = _COMPARISON.fullmatch(term)
    if match is None:
        raise FilterError(f"'{term}' is no condition: that is a column, a sign and a value")
    name, sign, wanted = match.groups()
    column = column_called(name, columns)
    if not column.numeric:
        if _COMPARE[sign] not in (operator.eq, operator.ne):
            raise FilterError(f"'{column.label}' holds words: use = or !=")
        return Condition(column, sign, wanted.lower())
    if not _NUMBER.fullmatch(wanted):
        raise FilterError(f"'{wanted}' is not a number")
    return Condition(column, sign, float(wanted))


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
    meant = _nearest(name, [column.label for column in columns])
    hint = f"; did you mean '{meant}'?" if meant else ""
    raise FilterError(f"no column is called '{name}'{hint}")


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
