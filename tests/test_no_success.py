"""Counts above what perfect samples reach, and modes that none can show, in places of their own."""

from types import SimpleNamespace

from benchmarks.shipped import row
from ganrun.arena.measuring_process import Found
from ganrun.arena.slot import Slot
from ganrun.config import Experiment

SHOWN = {"mean": 4.0, "p5": 4.0, "p95": 4.0, "by_mode": [1.0, 1.0, 1.0, 1.0, 0.0]}
REFERENCE = {"modes_recovered": SHOWN, "modes_covered": SHOWN}


def test_a_game_in_the_arena_learns_what_can_be_shown_and_what_is_too_much():
    slot = Slot(1, "one", Experiment())
    slot.learn(Found((0, 1, 2, 3), None, REFERENCE), 500)
    assert slot.showable == (0, 1, 2, 3)
    assert slot.recovered["beyond"] is None
    slot.learn(Found((0, 1, 2, 3, 4), None, REFERENCE), 1000)
    assert slot.recovered["beyond"] == 4
    slot.forget()
    assert slot.showable is None


def test_the_table_of_shipped_configs_says_which_count_is_no_success():
    def run(count):
        summary = {"modes_recovered": count, "modes_total": 5, "reference": REFERENCE}
        return SimpleNamespace(summary=summary, verdict=SimpleNamespace(word="converged"))

    both = row("x", [run(4), run(5)], 1)
    assert "| 4.5 [4, 5] of 5, above what perfect samples reach (4) |" in both
    assert "| 4.0 [4, 4] of 5 |" in row("x", [run(4)], 1)
