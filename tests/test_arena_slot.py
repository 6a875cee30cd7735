"""What a game of the arena is called."""

from __future__ import annotations

from ganrun.arena.slot import Slot
from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.config.schema import NAME_LIMIT

DRAWN = {"layout": "custom", "means": [[0.0, 0.0], [1.0, 1.0]], "stds": [0.1, 0.1]}


def test_a_game_that_is_played_for_other_modes_is_called_by_them_until_it_has_its_own_again():
    five = Experiment(name="five_gaussians")
    slot = Slot(1, "five", five)
    for target, called, name in (
        (DRAWN, "five, own modes", "five_gaussians-own-modes"),
        ({"layout": "grid"}, "five, grid", "five_gaussians-grid"),
        ({"layout": "ring", "modes": 8}, "five", "five_gaussians"),
    ):
        slot.config = with_changes(five, {"target": target})
        assert slot.called == called
        assert slot.under_its_name(slot.config) == slot.config.model_copy(update={"name": name})
    longest = slot.under_its_name(with_changes(five, {"name": "a" * NAME_LIMIT, "target": DRAWN}))
    assert Experiment.model_validate(longest.model_dump()).name.endswith("a-own-modes")


def test_other_modes_than_a_game_was_drawn_with_are_its_own_modes_too():
    drawn = with_changes(Experiment(name="mine"), {"target": DRAWN})
    slot = Slot(1, "mine", drawn)
    assert slot.called == "mine"
    slot.config = with_changes(drawn, {"target": {**DRAWN, "means": [[0, 0], [2, 2]]}})
    assert slot.called == "mine, own modes"
