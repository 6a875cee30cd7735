"""Which modes perfect samples show, and so which a run can be blamed for."""

import pytest

from ganrun.config.targets import Custom
from ganrun.measure.reference import measure_reference
from ganrun.measure.showable import recoverable_modes, showable_modes
from ganrun.mixture import mixture_of

CORNERS = ((-2, -2), (-2, 2), (2, -2), (2, 2), (0, 0))


def reference_of(**target):
    one = Custom(**{"means": CORNERS, "stds": (0.05,) * len(target.get("means", CORNERS))} | target)
    return measure_reference(mixture_of(one), 500)


def test_a_mode_without_samples_cannot_be_shown():
    found = reference_of(weights=(1, 1, 1, 1, 0.000001))
    assert found["modes_covered"]["by_mode"] == [1.0, 1.0, 1.0, 1.0, 0.0]
    assert showable_modes(found, 5) == recoverable_modes(found, 5) == (0, 1, 2, 3)


def test_of_two_modes_with_one_mean_only_one_can_be_shown():
    found = reference_of(means=(*CORNERS[:4], CORNERS[3]))
    assert showable_modes(found, 5) == recoverable_modes(found, 5) == (0, 1, 2, 3)


def test_of_modes_that_overlap_samples_may_cover_both_but_recover_one():
    found = reference_of(means=((0, 0), (0.05, 0), (4, 0)), stds=(0.5, 0.5, 0.5))
    assert showable_modes(found, 3) == (0, 1, 2)
    assert found["modes_recovered"]["mean"] == 2
    assert sum(found["modes_recovered"]["by_mode"]) == pytest.approx(2)


@pytest.mark.parametrize(
    "reference",
    [
        None,
        {},
        {"modes_covered": {"mean": 4.0, "p5": 4.0, "p95": 4.0}},
        {"modes_covered": {"by_mode": [1.0, 0.0]}},
    ],
    ids=["none", "empty", "older", "of another target"],
)
def test_where_nothing_is_told_by_mode_all_can_be_shown(reference):
    assert showable_modes(reference, 3) == recoverable_modes(reference, 3) == (0, 1, 2)


def test_a_mode_that_half_of_the_draws_show_is_not_showable():
    reference = {"modes_covered": {"by_mode": [0.5, 0.55, 1.0]}}
    assert showable_modes(reference, 3) == (1, 2)
