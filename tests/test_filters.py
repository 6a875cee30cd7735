"""The language of filters: one table of cases, by which pages are tested too (tests/web)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganrun.filters import Condition, FilterError, column_called, conditions, fits_nothing

CASES = json.loads((Path(__file__).parent / "web" / "filters.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Shown:
    name: str
    label: str
    numeric: bool
    values: tuple


COLUMNS = [Shown(**{**column, "values": tuple(column["values"])}) for column in CASES["columns"]]


@dataclass(frozen=True)
class Line:
    row: int

    @property
    def words(self) -> str:
        return words(self.row)

    def value(self, column: Shown) -> object:
        return column.values[self.row]


def words(row: int) -> str:
    said = (column.values[row] for column in COLUMNS if not column.numeric)
    return " ".join(word for word in said if word).lower()


def kept(text: str) -> list[int] | str:
    try:
        wanted = conditions(text, COLUMNS)
    except FilterError as error:
        return str(error)
    return [row for row in range(len(COLUMNS[0].values)) if all_hold(wanted, row)]


def all_hold(wanted: list[Condition], row: int) -> bool:
    return all(one.holds(lambda column: column.values[row], lambda: words(row)) for one in wanted)


@pytest.mark.parametrize("case", CASES["cases"], ids=lambda case: case[0])
def test_a_filter_keeps_what_it_says_or_says_why_not(case):
    text, expected, nothing = (*case, "")[:3]
    assert kept(text) == expected
    if isinstance(expected, list):
        rows = [Line(row) for row in range(len(COLUMNS[0].values))]
        assert fits_nothing(conditions(text, COLUMNS), rows) == nothing


@given(st.text(alphabet="ab.<>=! 0-1e", max_size=12))
def test_any_text_is_a_filter_or_one_clear_line(text):
    found = kept(text)
    assert isinstance(found, list) or (found and "\n" not in found)


def test_a_column_is_found_by_its_name_its_label_or_the_one_beginning_that_fits():
    for name in ("optimizer.learning_rate_ratio", "RATIO", "rat"):
        assert column_called(name, COLUMNS).label == "ratio"
    with pytest.raises(FilterError, match="may be"):
        column_called("modes", COLUMNS)
