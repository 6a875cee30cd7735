"""Which modes perfect samples show, and so which a run can be blamed for."""

import numpy as np
import pytest

from ganrun.config import Experiment
from ganrun.config.targets import LAYOUTS, Custom
from ganrun.measure.coverage import is_covered
from ganrun.measure.reference import measure_reference
from ganrun.measure.showable import (
    beyond,
    coinciding,
    how_often_covered,
    recoverable_modes,
    seen,
    showable_modes,
    warnings_of,
)
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


def test_only_a_count_above_the_upper_point_of_perfect_samples_is_beyond_them():
    reference = {
        "modes_recovered": {"mean": 1.6, "p5": 1.0, "p95": 2.0},
        "modes_covered": {"mean": 2.5, "p5": 2.0, "p95": 2.9},
        "spread": {"mean": 0.9, "p5": 0.8, "p95": 1.0},
    }
    assert beyond(reference, "modes_recovered", 2) is None
    assert (
        beyond(reference, "modes_recovered", 2.25) == beyond(reference, "modes_recovered", 3) == 2
    )
    assert beyond(reference, "modes_covered", 3) is None
    assert beyond(reference, "spread", 4.0) is None, "it counts no modes"
    assert beyond(reference, "modes_recovered", None) is None
    assert beyond(None, "modes_recovered", 9) is None


def test_a_mode_that_no_samples_show_is_seen_only_where_it_is_covered():
    assert seen([True, False, False], (0, 1)) == [True, False, None]
    assert seen([False, True, True], (0, 1)) == [False, True, True]


# What is foretold.


def warned(target, samples=2500):
    return list(
        warnings_of(
            Experiment.model_validate({"target": target, "evaluation": {"samples": samples}})
        )
    )


CUSTOM = {"layout": "custom", "means": CORNERS, "stds": (0.05,) * 5}


def test_a_mode_that_is_too_light_is_warned_of():
    assert warned(CUSTOM | {"weights": (1, 1, 1, 1, 0.000001)}) == [
        "mode 4 is too light to be shown by 2,500 samples: perfect ones would cover it 0.1 % of "
        "the time; raise evaluation.samples or the weight"
    ]
    assert warned(CUSTOM | {"weights": (1, 1, 1, 1, 0.01)}) == []


def test_modes_that_coincide_are_warned_of():
    assert warned(
        {"layout": "custom", "means": [(0, 0), (0.05, 0), (4, 0)], "stds": [0.5] * 3}
    ) == [
        "modes 0 and 1 lie less than 2 std from another mode: perfect samples hardly show them "
        "as modes of their own"
    ]
    assert warned({"modes": 40, "std": 0.3}, 5000)[0].startswith("modes 0, 1, 2")


@pytest.mark.parametrize("layout", sorted({*LAYOUTS} - {"custom", "points"}))
def test_an_ordinary_target_is_not_warned_of(layout):
    assert warned({"layout": layout}) == []


@pytest.mark.parametrize("layout", ["ring", "grid", "line", "random"])
def test_no_means_are_closer_than_the_least_gap(layout):
    target = Experiment.model_validate({"target": {"layout": layout}}).target
    means = mixture_of(target).means
    apart = np.linalg.norm(means[:, None] - means, axis=2) + 1e9 * np.eye(len(means))
    assert apart.min() >= target.least_gap * (1 - 1e-12) > 0


@pytest.mark.parametrize("expected", [0.3, 1, 2.4, 5.1, 9])
def test_how_often_a_mode_is_covered_is_what_draws_say(expected):
    share = expected / 2500
    rng = np.random.default_rng(6)
    high_quality = rng.binomial(2500, share * (1 - np.exp(-4.5)), 40_000)
    assert how_often_covered(share, 2500) == pytest.approx(
        is_covered(high_quality, share, 2500).mean(), abs=0.01
    )


def test_a_single_mode_coincides_with_none():
    assert coinciding(Experiment.model_validate({"target": {"modes": 1}}).target) == []
