"""Which columns of a table are shown where there is no room for all."""

from __future__ import annotations

import pytest

from ganrun.report.fitting_columns import FittingColumns

ROWS = [["modes", "high", "W2"], ["3 of 5", "0.93", "0.061"]]
"""Columns of 6, 4 and 5 cells, each with a gap of two before it: 21 in all."""


def test_all_columns_stand_where_they_fit_and_nothing_is_said():
    columns = FittingColumns(ROWS, 21)
    assert (columns.shown, columns.hidden, columns.width, columns.more) == (3, 0, 21, "")
    assert columns.line(ROWS[0]) == "   modes  high     W2"
    assert columns.line(ROWS[1]) == "  3 of 5  0.93  0.061"


@pytest.mark.parametrize(("room", "shown"), [(20, 1), (19, 1), (23, 3), (0, 1)])
def test_where_not_all_fit_the_first_ones_stand_beside_how_many_do_not(room, shown):
    columns = FittingColumns(ROWS, room)
    assert columns.shown == shown
    assert columns.more == (f"  + {3 - shown} more" if shown < 3 else "")


def test_without_such_words_their_room_is_the_columns():
    assert FittingColumns(ROWS, 20, counts_hidden=False).shown == 2
    assert FittingColumns(ROWS, 20, gap=" ", counts_hidden=False).shown == 3


def test_so_many_columns_stand_whatever_the_room():
    assert FittingColumns(ROWS, 5, at_least=2).shown == 2


def test_wide_characters_take_two_cells():
    columns = FittingColumns([["名前"], ["ab"]], 80)
    assert columns.line(["ab"]) == "    ab"
    assert columns.line(["名前"]) == "  名前"
