"""The quick verdict, on courses of training that were made up so that the word is known.

Where a threshold decides, there is a case on either side of it, wherever it lies.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy import ndarray

from ganrun.measure.dynamics import (
    HIGH_QUALITY_BELOW,
    LEAST_CHANGES,
    LEAST_EVALUATIONS,
    MODE_TV_ABOVE,
    SPREAD_RANGE,
    Trajectory,
)
from ganrun.verdict import FROM_THE_WORST, MEANINGS, RULE, WORDS, Verdict, can_judge, quick_verdict
from ganrun.verdict.quick import SURE, THRESHOLDS, Thresholds, grounded

PERFECT_QUALITY, PERFECT_TV, PERFECT_NLL = 0.99, 0.02, 1.0
REFERENCE = {
    "high_quality": {"mean": PERFECT_QUALITY, "p5": 0.98, "p95": 1.0},
    "mode_tv": {"mean": PERFECT_TV, "p5": 0.01, "p95": 0.03},
    "nll": {"mean": PERFECT_NLL, "p5": 0.9, "p95": 1.1},
}
EVERY = 100
ROWS = 101
"""Evaluations of a made-up run: rounds 0 to 10,000, of which these are the parts that count."""
WINDOW, SECOND_QUARTER, LAST_QUARTER, LAST_TENTH = (
    slice(50, ROWS),
    slice(26, 51),
    slice(76, ROWS),
    slice(91, ROWS),
)
CHANCES = 50
"""Evaluations of the window that can differ from the one before."""
BIT = 0.004
"""What puts a number safely on one side of a threshold."""
Metrics = dict[str, ndarray]


def course(shares: Any, *, noise: float = 0.0, weights: Sequence[float] | None = None) -> Metrics:
    """Metrics of a run with these shares `[R, K]`.

    All that is not in a share is off the modes; `noise` is the scatter of samples.
    """
    shares = np.asarray(shares, float)
    shares = np.clip(shares + np.random.default_rng(0).normal(0, noise, shares.shape), 0, None)
    rows, modes = shares.shape
    quality = shares.sum(axis=1)
    return {
        "step": np.arange(rows) * EVERY,
        "high_quality": quality,
        "mode_tv": (np.abs(shares - (weights or 1 / modes)).sum(axis=1) + 1 - quality) / 2,
        "spread": np.ones(rows),
        **{f"share_{k}": shares[:, k] for k in range(modes)},
    }


def table(covered: Any, **columns: Any) -> Metrics:
    """Metrics of a run that covers these modes `[R, K]`, each column as it is wanted.

    They need not fit each other: every number is what one threshold wants to see.
    """
    covered = np.asarray(covered, float)
    rows, modes = covered.shape
    values = {"high_quality": PERFECT_QUALITY, "mode_tv": PERFECT_TV, "spread": 1.0, **columns}
    return {
        "step": np.arange(rows) * EVERY,
        **{name: np.broadcast_to(value, rows).astype(float) for name, value in values.items()},
        **{f"share_{k}": covered[:, k] / modes for k in range(modes)},
    }


def modes_of(metrics: Metrics) -> int:
    return sum(name.startswith("share_") for name in metrics)


def judge(
    metrics: Metrics,
    *,
    final: Mapping[str, Any] | None = None,
    weights: Sequence[float] | ndarray | None = None,
    diverged_at: int | None = None,
) -> Verdict:
    if weights is None:
        weights = [1 / modes_of(metrics)] * modes_of(metrics)
    return quick_verdict(metrics, final or {}, REFERENCE, weights, diverged_at=diverged_at)


def ground(metrics: Metrics, limits: Thresholds = THRESHOLDS) -> tuple[str, str]:
    """The word and what it rests on."""
    weights = np.full(modes_of(metrics), 1 / modes_of(metrics))
    return grounded(Trajectory(metrics, {}, REFERENCE, weights), limits)[:2]


def steady(rows: int = ROWS, shares: Sequence[float] = (0.198,) * 5) -> ndarray:
    """The same shares at every evaluation but the first, which finds nothing anywhere."""
    found = np.tile(np.array(shares, float), (rows, 1))
    found[0] = 0
    return found


def rising(start: float, end: float, modes: int = 5) -> ndarray:
    return np.tile(np.linspace(start, end, ROWS)[:, None] / modes, (1, modes))


def all_of(modes: int = 5) -> ndarray:
    """Every mode is covered all the time."""
    return np.ones((ROWS, modes))


def all_but(*missing: int, modes: int = 5) -> ndarray:
    covered = all_of(modes)
    covered[:, list(missing)] = 0
    return covered


def changing(covered: ndarray, changes: int, before: int = ROWS) -> ndarray:
    """Mode 0 goes and comes, the last time before a row, so many times in all."""
    covered = covered.copy()
    covered[: before - changes - 1, 0] = 1 - changes % 2
    for row in range(changes + 1):
        covered[before - 1 - row, 0] = 1 - row % 2
    return covered


def hopping(at_a_time: int, changes: int, modes: int) -> ndarray:
    """The last of so many covered modes is now one, now another: more in all than at once."""
    covered = np.zeros((ROWS, modes))
    covered[:, : at_a_time - 1] = 1
    there = np.zeros(ROWS, dtype=int)
    for row in range(ROWS - changes, ROWS):
        there[row] = 1 - there[row - 1]
    covered[np.arange(ROWS), at_a_time - 1 + there] = 1
    return covered


def quarters(before: float, now: float) -> ndarray:
    """A `mode_tv` with so many out of place in the second quarter and in the last, beyond perfect.

    The fall lies before the window, which is flat.
    """
    out_of_place = np.full(ROWS, now)
    out_of_place[:50] = before
    # The quarter's last row is the window's first.
    out_of_place[SECOND_QUARTER] = (before * 25 - now) / 24
    out_of_place[50] = now
    return PERFECT_TV + out_of_place


def approaching(log_fall: float) -> ndarray:
    """An `nll` whose excess falls by so much from the second quarter to the last, as a log."""
    nll = np.full(ROWS, PERFECT_NLL + 100.0)
    nll[SECOND_QUARTER] = PERFECT_NLL + 100 * math.exp(log_fall)
    return nll


def below(share: float, of: int) -> int:
    """The most that is certainly less than that share."""
    return math.ceil(share * of - 1e-6) - 1


def above(share: float, of: int) -> int:
    """The least that is certainly more than that share."""
    return math.floor(share * of + 1e-6) + 1


SETTLED = below(THRESHOLDS.changing, CHANCES)
UNSETTLED = above(THRESHOLDS.changing, CHANCES)
RESTLESS = above(THRESHOLDS.restless, CHANCES)
BLURRED = 0.5
"""A high-quality share with which nothing is within tolerance, and nothing hops."""
ARRIVED = PERFECT_QUALITY - THRESHOLDS.arrived + BIT
"""One with which the samples are on modes, as far as they are going to be."""


def scatter(by: float) -> ndarray:
    """A `mode_tv` that is now above and now below its trend by so much."""
    return 0.5 + by * np.where(np.arange(ROWS) % 2, 1, -1)


CASES: dict[str, tuple[str, Metrics]] = {
    "too few": ("undertrained", course(steady(3, shares=(0.3, 0.3, 0, 0, 0)))),
    "approaching": (
        "undertrained",
        table(np.zeros((ROWS, 5)), nll=approaching(THRESHOLDS.approach + BIT), mode_tv=0.99),
    ),
    "unsettled": (
        "undertrained",
        table(changing(all_but(4), UNSETTLED), high_quality=BLURRED, mode_tv=0.5),
    ),
    "rising": ("undertrained", course(rising(0.1, 0.7))),
    "come and go": (
        "oscillating",
        table(
            changing(all_of(), RESTLESS, before=90),
            mode_tv=PERFECT_TV + THRESHOLDS.astray + BIT,
        ),
    ),
    "hopping": (
        "oscillating",
        table(hopping(2, UNSETTLED, modes=5), high_quality=0.97, mode_tv=0.6),
    ),
    "off the modes": (
        "undertrained",
        table(all_but(4), high_quality=ARRIVED - 2 * BIT, mode_tv=0.5),
    ),
    "collapsed": ("collapsed", course(steady(shares=(0.33, 0, 0.33, 0.33, 0)))),
    "standstill": (
        "imprecise",
        table(all_of(), high_quality=BLURRED, mode_tv=PERFECT_TV + THRESHOLDS.moderate - BIT),
    ),
    "almost": (
        "converged",
        table(
            all_of(),
            high_quality=BLURRED,
            mode_tv=quarters(
                THRESHOLDS.near + THRESHOLDS.standstill, now=THRESHOLDS.near - 2 * BIT
            ),
        ),
    ),
    "good": ("converged", course(steady())),
}
"""What a verdict can rest on, beside a divergence: the word, and a run that gets it."""


# confidence


def test_every_ground_has_a_case_and_a_confidence() -> None:
    assert {*CASES, "diverged"} == set(SURE)
    assert all(0 < sure <= 1 for sure in SURE.values())
    assert all(0 <= getattr(THRESHOLDS, field.name) <= 1 for field in fields(Thresholds))


@pytest.mark.parametrize("rests_on", CASES)
def test_a_verdict_is_as_sure_as_what_it_rests_on(rests_on: str) -> None:
    word, metrics = CASES[rests_on]
    assert ground(metrics) == (word, rests_on)
    verdict = judge(metrics)
    assert (verdict.word, verdict.confidence, verdict.rule) == (word, SURE[rests_on], RULE)


# diverged


def test_a_run_that_stopped_being_finite_diverged_whatever_else_it_did() -> None:
    for _, metrics in CASES.values():
        verdict = judge(metrics, diverged_at=1234)
        assert (verdict.word, verdict.confidence) == ("diverged", SURE["diverged"])
        assert "round 1,234" in verdict.evidence


def test_a_run_that_diverged_before_any_evaluation_is_judged_too() -> None:
    nothing = {name: column[:0] for name, column in course(steady()).items()}
    assert judge(nothing, diverged_at=1).word == "diverged"


# converged: within tolerance over the last tenth


BETTER = 1e-4


@pytest.mark.parametrize(
    ("column", "within", "outside", "said"),
    [
        ("high_quality", PERFECT_QUALITY - HIGH_QUALITY_BELOW, -1, "high_quality is 0.94 where"),
        ("mode_tv", PERFECT_TV + MODE_TV_ABOVE, 1, "mode_tv is 0.12 where perfect is 0.02"),
        ("spread", SPREAD_RANGE[0], -1, "the modes have 0.25 times their true variance"),
        ("spread", SPREAD_RANGE[1], 1, "the modes have 2 times their true variance"),
    ],
)
def test_the_tolerances_are_those_of_the_design(
    column: str, within: float, outside: int, said: str
) -> None:
    assert THRESHOLDS.moderate > MODE_TV_ABOVE + BETTER
    inside = judge(table(all_of(), **{column: within - outside * BETTER}))
    assert inside.word == "converged"
    assert inside.evidence.startswith("All 5 modes are covered, 9")
    beyond = judge(table(all_of(), **{column: within + outside * BETTER}))
    assert beyond.word == "imprecise"
    assert beyond.evidence.startswith("All 5 modes are covered, but ")
    assert said in beyond.evidence


@pytest.mark.parametrize(("good", "word"), [(5, "converged"), (4, "imprecise")])
def test_half_of_the_last_tenth_has_to_be_good(good: int, word: str) -> None:
    quality = np.full(ROWS, BLURRED)
    quality[-good:] = PERFECT_QUALITY
    verdict = judge(table(all_of(), high_quality=quality))
    assert verdict.word == word
    assert f"over the last 900 rounds the numbers were {'good' if good == 5 else 'within'}" in (
        verdict.evidence
    )
    assert (
        verdict.evidence.split(", and the samples")[0]
        .rstrip(".")
        .endswith(f"{good} of 10 evaluations")
    )


def test_the_final_metrics_do_not_decide_but_word_the_evidence() -> None:
    good = table(all_of())
    for final in ({"high_quality": 0.5}, {"mode_tv": 0.9}, {"spread": 9.0}, {"spread": None}):
        assert judge(good, final=final).word == "converged"
    assert (
        "50 % of the samples are high-quality" in judge(good, final={"high_quality": 0.5}).evidence
    )
    almost = judge(good, final={"high_quality": 0.996}).evidence
    assert "99.6 % of the samples are high-quality" in almost
    blurred = table(all_of(), high_quality=BLURRED)
    assert "high_quality is 0.61 where" in judge(blurred, final={"high_quality": 0.61}).evidence


def test_a_spread_that_is_not_defined_is_not_out_of_tolerance() -> None:
    assert judge(table(all_of(), spread=np.nan)).word == "converged"


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_a_good_run_converged(noise: float) -> None:
    verdict = judge(course(steady(), noise=noise))
    assert verdict.word == "converged"
    assert "good at 10 of 10 evaluations" in verdict.evidence


def test_what_happened_in_the_first_half_is_forgotten() -> None:
    shares = steady()
    shares[:50:2, 1:] = 0
    assert judge(course(shares)).word == "converged"


def test_a_rise_with_no_room_left_is_not_undertrained() -> None:
    assert judge(course(rising(0.8, 0.98))).word == "converged"


@pytest.mark.parametrize("rows", range(2, LEAST_EVALUATIONS + 2))
def test_a_few_evaluations_of_a_good_run_are_enough(rows: int) -> None:
    assert judge(course(steady(rows))).word == "converged"


def test_a_target_of_one_mode_has_verdicts_too() -> None:
    assert judge(course(steady(shares=(0.99,)))).evidence.startswith("The mode is covered")
    lost = judge(course(steady(shares=(0.1,))))
    assert lost.word == "undertrained"
    assert lost.evidence == (
        "The mode is missing, and only 10 % of the samples are on any: those that are not may yet "
        "find them."
    )
    lost = judge(table(np.zeros((ROWS, 1))))
    assert (lost.word, lost.evidence[:24]) == ("collapsed", "The mode stayed missing ")


def test_perfect_numbers_stand_in_for_a_reference_that_is_not_there() -> None:
    verdict = quick_verdict(course(steady()), {}, {}, [0.2] * 5, diverged_at=None)
    assert verdict.word == "converged"


# undertrained: too early to tell


@pytest.mark.parametrize("rows", range(1, LEAST_EVALUATIONS + 1))
def test_a_few_evaluations_of_a_bad_run_tell_no_more_than_that(rows: int) -> None:
    for shares in ((0.3, 0.3, 0, 0, 0), (0.15,) * 5):
        verdict = judge(course(steady(rows, shares)))
        assert (verdict.word, verdict.confidence) == ("undertrained", SURE["too few"])
        assert "too early to tell" in verdict.evidence
        number = f"only {rows - 1} evaluation{'' if rows == 2 else 's'}"
        assert verdict.evidence.endswith(f"{number} in {(rows - 1) * EVERY:,} rounds.")


def test_one_more_evaluation_tells_a_collapse() -> None:
    rows = LEAST_EVALUATIONS + 1
    assert judge(course(steady(rows, (0.5, 0.48, 0, 0, 0)))).word == "collapsed"


# no mode is missing


def test_a_run_near_the_target_converges_if_it_rose_and_stays_if_it_did_not() -> None:
    """Out of place: within `near`, within `moderate` or beyond; risen by more than `standstill`."""
    near, moderate, standstill = THRESHOLDS.near, THRESHOLDS.moderate, THRESHOLDS.standstill
    told = {
        (now, rise): ground(
            table(all_of(), high_quality=BLURRED, mode_tv=quarters(now + rise, now))
        )
        for now in (near - BIT, near + BIT, moderate - BIT, moderate + BIT)
        for rise in (-standstill, 0.0, standstill - BIT, standstill + BIT)
    }
    for (now, rise), found in told.items():
        if rise > standstill:
            wanted = ("converged", "almost") if now < near else ("undertrained", "rising")
        else:
            wanted = ("imprecise", "standstill") if now < moderate else ("undertrained", "rising")
        assert found == wanted, (now, rise)


@pytest.mark.parametrize("end", [0.8, 0.65, 0.5])
def test_a_run_far_from_the_target_is_undertrained_even_if_it_stands_still_or_falls(
    end: float,
) -> None:
    assert PERFECT_TV + THRESHOLDS.moderate < 1 - 0.72
    for shares in (steady(shares=(0.13,) * 5), rising(0.9, end - 0.2)):
        verdict = judge(course(shares))
        assert verdict.word == "undertrained"
        assert re.fullmatch(
            r"All 5 modes are covered, but only \d+ % of the samples are where they belong, of "
            r"perfect ones 98 %: there is room to improve\.",
            verdict.evidence,
        )


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_a_rise_is_told_with_where_it_began_and_where_it_came_to(noise: float) -> None:
    metrics = course(rising(0.1, 0.7), noise=noise)
    verdict = judge(metrics)
    placed = 1 - metrics["mode_tv"]
    before, now = (placed[part].mean() for part in (SECOND_QUARTER, LAST_QUARTER))
    assert verdict.word == "undertrained"
    assert verdict.evidence == (
        "Still improving: from the second quarter of the run to the last, the share of samples "
        f"where they belong rose from {100 * before:.0f} % to {100 * now:.0f} %."
    )


def test_modes_that_come_and_go_far_from_the_target_oscillate() -> None:
    """Only if they do so often (`restless`) and hardly a sample is in place (`astray`)."""
    for changes in (below(THRESHOLDS.restless, CHANCES), RESTLESS):
        for by in (-BIT, BIT):
            metrics = table(
                changing(all_of(), changes, before=90), mode_tv=PERFECT_TV + THRESHOLDS.astray + by
            )
            oscillates = changes == RESTLESS and by > 0
            word = "oscillating" if oscillates else "undertrained"
            assert ground(metrics)[0] == word, (changes, by)


def test_modes_that_all_come_and_go_together_are_oscillating() -> None:
    """The most at one time is the union, yet no mode stays missing: the open case of the words."""
    shares = steady()
    shares[::3, 2:] = 0
    shares[::3, :2] = 0.02
    verdict = judge(course(shares[:100]))
    assert verdict.word == "undertrained"  # two thirds of the samples are in place
    covered = all_of()
    covered[::2, 2:] = 0
    covered[LAST_TENTH] = 1
    verdict = judge(table(covered, mode_tv=PERFECT_TV + THRESHOLDS.astray + BIT))
    complete = covered[WINDOW].all(axis=1).sum()
    assert (verdict.word, verdict.confidence) == ("oscillating", SURE["come and go"])
    assert complete * 2 >= 51
    assert "the set of covered modes changed at 41 of 50 evaluations" in verdict.evidence


def test_good_numbers_do_not_hide_that_modes_come_and_go() -> None:
    covered = all_of()
    covered[50:91, 2:] = np.arange(41)[:, None] % 4 == 0
    verdict = judge(table(covered))
    assert (verdict.word, verdict.confidence) == ("oscillating", SURE["come and go"])
    complete = int(covered[WINDOW].all(axis=1).sum())
    assert verdict.evidence == (
        "Modes come and go: over the last 5,000 rounds every mode was covered at some time, but "
        f"all of them at only {complete} of 51 evaluations."
    )


@pytest.mark.parametrize(("changes", "word"), [(2, "converged"), (3, "oscillating")])
def test_it_takes_a_number_of_changes_to_oscillate(changes: int, word: str) -> None:
    assert LEAST_CHANGES == 3
    covered = all_of()
    covered[50:91, 0] = 0
    if changes == 3:
        covered[60:80, 0] = 1
        covered[60:80, 1] = 0
    else:
        covered[49:70, 0] = 1
    assert judge(table(covered)).word == word


# some mode is missing: are its samples on their way?


def test_samples_on_no_mode_are_on_their_way_if_they_come_nearer() -> None:
    for by, wanted in ((BIT, "approaching"), (-BIT, "off the modes")):
        nll = approaching(THRESHOLDS.approach + by)
        metrics = table(np.zeros((ROWS, 5)), nll=nll, high_quality=0.05, mode_tv=0.95)
        assert ground(metrics) == ("undertrained", wanted)
    nearer = metrics | {"nll": approaching(THRESHOLDS.approach + BIT)}
    assert judge(nearer).evidence == (
        "The samples have not reached the modes, but come nearer over the last 5,000 rounds: "
        "5 % of them are high-quality at the end."
    )


@pytest.mark.parametrize("nll", [300.0, -1.0, np.nan, np.inf, approaching(-2), None])
def test_samples_that_came_to_rest_off_the_modes_may_yet_find_them(nll: Any) -> None:
    columns = {} if nll is None else {"nll": nll}
    metrics = table(np.zeros((ROWS, 5)), high_quality=0.05, mode_tv=0.95, **columns)
    verdict = judge(metrics)
    assert (verdict.word, verdict.confidence) == ("undertrained", SURE["off the modes"])
    assert verdict.evidence == (
        "All 5 modes are missing, and only 5 % of the samples are on any: those that are not may "
        "yet find them."
    )


def test_samples_that_have_reached_a_mode_are_not_on_their_way() -> None:
    metrics = course(steady(shares=(0.95, 0, 0, 0, 0))) | {"nll": approaching(3)}
    assert judge(metrics).word == "collapsed"


@pytest.mark.parametrize(
    ("by", "wanted"), [(BIT, "collapsed"), (0, "collapsed"), (-3 * BIT, "off the modes")]
)
def test_modes_are_missing_for_good_once_the_samples_are_on_others(by: float, wanted: str) -> None:
    assert ground(table(all_but(4), high_quality=ARRIVED + by, mode_tv=0.3))[1] == wanted


# some mode is missing: are the samples settled?


def test_a_set_of_modes_that_still_changes_is_undertrained_and_a_quiet_one_collapsed() -> None:
    for changes, wanted in ((SETTLED, "collapsed"), (UNSETTLED, "unsettled")):
        metrics = table(changing(all_but(4), changes), high_quality=ARRIVED, mode_tv=0.5)
        assert ground(metrics)[1] == wanted
    assert f"changed at {UNSETTLED} of 50 evaluations." in judge(metrics).evidence


@pytest.mark.parametrize("sharper", [True, False])
@pytest.mark.parametrize("fewer", [True, False])
@pytest.mark.parametrize("swinging", [True, False])
def test_samples_that_hop_are_sharp_and_on_few_modes_or_go_together(
    sharper: bool, fewer: bool, swinging: bool
) -> None:
    quality = THRESHOLDS.sharp + (BIT if sharper else -BIT)
    at_a_time = below(THRESHOLDS.few, 20) if fewer else above(THRESHOLDS.few, 20)
    swing = THRESHOLDS.swing + (BIT if swinging else -BIT)
    metrics = table(
        hopping(at_a_time, UNSETTLED, modes=20), high_quality=quality, mode_tv=scatter(swing)
    )
    hops = (sharper and fewer) or swinging
    assert ground(metrics)[1] == ("hopping" if hops else "unsettled")
    if hops:
        assert judge(metrics).evidence == (
            f"Modes come and go: over the last 5,000 rounds {at_a_time + 1} of 20 modes were "
            f"covered at some time but never more than {at_a_time} at once, and the set changed "
            f"{UNSETTLED} times."
        )


def test_sharp_samples_that_only_lose_and_regain_one_mode_do_not_hop() -> None:
    """No more modes in all than at once, and one that is never found."""
    few = table(changing(all_but(2, 3, 4), UNSETTLED), high_quality=0.97, mode_tv=0.6)
    assert ground(few)[1] == "unsettled"


def test_modes_that_take_turns_are_oscillating() -> None:
    shares = np.zeros((ROWS, 5))
    shares[np.arange(ROWS), np.arange(ROWS) // 2 % 5] = 0.95
    verdict = judge(course(shares, noise=0.003))
    assert (verdict.word, verdict.confidence) == ("oscillating", SURE["hopping"])
    assert (
        "5 of 5 modes were covered at some time but never more than 1 at once" in verdict.evidence
    )


def test_a_mode_at_the_border_does_not_oscillate_with_the_luck_of_the_samples() -> None:
    shares = steady(shares=(0.4, 0.4, 0.04, 0.04, 0.0))
    verdict = judge(course(shares, noise=0.004))
    assert verdict.word == "collapsed"


@pytest.mark.parametrize("weight", [1 / 5, 1 / 3, 1 / 7])
def test_a_mode_is_gone_only_below_half_of_the_share_that_covers_it(weight: float) -> None:
    border = float(np.float32(weight / 10))
    shares = [[weight, weight], [weight, border], [weight, border * (1 - BIT)]]
    metrics = {
        "step": np.arange(3),
        **dict(zip(("share_0", "share_1"), np.transpose(shares), strict=False)),
    }
    seen = Trajectory(metrics, {}, {}, np.array([weight, weight]))
    assert seen.covered[:, 1].tolist() == [True, False, False]
    assert seen.present[:, 1].tolist() == [True, True, False]


# some mode is missing: do more samples find their place?


def test_a_steady_rise_up_to_the_end_is_undertrained_though_modes_are_missing() -> None:
    shares = rising(0.1, 0.7)
    shares[:, 4] = 0
    verdict = judge(course(shares))
    assert (verdict.word, verdict.confidence) == ("undertrained", SURE["rising"])
    assert verdict.evidence.startswith("Still improving: ")


def test_modes_that_are_still_being_found_are_undertrained_too() -> None:
    found = np.zeros((ROWS, 5))
    for mode, row in enumerate((1, 20, 40, 60, 80)):
        found[row:, mode] = 1
    shares = found / np.maximum(found.sum(axis=1, keepdims=True), 1) * 0.99
    verdict = judge(course(shares[:76]))
    assert verdict.word == "undertrained"
    assert "where they belong" in verdict.evidence


def test_samples_that_gather_on_the_same_few_modes_are_not_undertrained() -> None:
    """High quality rises from 60 % to 95 %, but nothing goes where samples are wanting."""
    shares = steady(shares=(0, 0, 0, 0, 0))
    shares[:, :2] = np.linspace(0.3, 0.475, ROWS)[:, None]
    assert judge(course(shares)).word == "collapsed"


def test_a_rise_that_is_over_is_not_undertrained() -> None:
    shares = steady(shares=(0.45, 0.45, 0, 0, 0))
    shares[:70] *= np.linspace(0, 1, 70)[:, None]
    assert judge(course(shares)).word == "collapsed"


def test_a_rise_within_the_scatter_is_not_undertrained() -> None:
    mode_tv = scatter(0.1) - np.linspace(0, 0.2, ROWS)
    assert judge(table(all_but(4), mode_tv=mode_tv)).word == "collapsed"
    steadily = 0.5 - np.linspace(0, 0.2, ROWS)
    assert judge(table(all_but(4), mode_tv=steadily)).word == "undertrained"


# collapsed


def test_modes_that_stay_missing_are_collapsed_and_named() -> None:
    verdict = judge(course(steady(shares=(0.33, 0, 0.33, 0.33, 0)), noise=0.003))
    assert verdict.word == "collapsed"
    assert verdict.evidence == "2 of 5 modes (1 and 4) stayed missing over the last 5,000 rounds."


def test_a_mode_is_missing_below_a_fifth_of_its_weight() -> None:
    for last, word in ((0.04, "imprecise"), (0.039, "collapsed")):
        assert judge(course(steady(shares=(0.25, 0.25, 0.23, 0.23, last)))).word == word


def test_the_border_goes_by_the_mode_s_own_weight() -> None:
    weights = [0.05, 0.95]
    metrics = course(steady(shares=(0.011, 0.98)), weights=weights)
    assert judge(metrics, weights=weights).word == "converged"
    metrics = course(steady(shares=(0.009, 0.98)), weights=weights)
    assert judge(metrics, weights=weights).evidence.startswith("1 of 2 modes (0) stayed missing")


def test_a_mode_that_was_lost_and_did_not_come_back_is_collapsed() -> None:
    shares = steady()
    shares[90:, 3] = 0
    verdict = judge(course(shares))
    assert verdict.word == "collapsed"
    assert verdict.evidence == (
        "1 of 5 modes (3) went missing by round 9,000 and did not come back."
    )


def test_a_mode_that_is_there_at_the_last_evaluation_only_is_not_said_to_be_missing_then() -> None:
    """It is missing at most of the last tenth all the same, and quietly."""
    covered = all_but(3, 4)
    covered[-1, 3] = 1
    verdict = judge(table(covered, mode_tv=0.4))
    assert verdict.word == "collapsed"
    assert verdict.evidence == (
        "1 of 5 modes (4) stayed missing over the last 5,000 rounds, and "
        "1 of 5 modes (3) was covered at no more than 1 of 10 evaluations over the last 900 rounds."
    )
    covered[-1, 4] = 1
    assert judge(table(covered, mode_tv=0.4)).evidence == (
        "2 of 5 modes (3 and 4) were covered at no more than 1 of 10 evaluations over the last "
        "900 rounds."
    )


def test_a_mode_that_only_the_last_evaluation_misses_is_not_missing() -> None:
    covered = all_of()
    covered[-1, 3] = 0
    verdict = judge(table(covered, high_quality=BLURRED))
    assert verdict.word == "imprecise"
    assert verdict.evidence.startswith(
        "Every mode was covered at most evaluations over the last 900 rounds, but high_quality is"
    )


def test_modes_that_stayed_missing_and_modes_that_were_lost_are_told_apart() -> None:
    shares = steady(shares=(0.3, 0.3, 0.38, 0, 0))
    shares[70:] = (0, 0, 0.98, 0, 0)
    verdict = judge(course(shares))
    assert verdict.word == "collapsed"
    assert verdict.evidence == (
        "2 of 5 modes (3 and 4) stayed missing over the last 5,000 rounds, and "
        "2 of 5 modes (0 and 1) went missing by round 7,000 and did not come back."
    )


def test_a_run_that_finds_nothing_at_all_has_not_collapsed_yet() -> None:
    metrics = course(np.zeros((ROWS, 5)))
    metrics["spread"][:] = np.nan
    verdict = judge(metrics, final={"spread": None})
    assert (verdict.word, verdict.confidence) == ("undertrained", SURE["off the modes"])
    assert verdict.evidence.startswith("All 5 modes are missing, and only 0 % of the samples are")


# words


def test_every_word_is_said_something_of_once():
    assert sorted(one.word for one in FROM_THE_WORST) == sorted(MEANINGS) == sorted(WORDS)
    assert len({one.colour for one in FROM_THE_WORST}) == len(WORDS)
    assert all(bool(one.did) == bool(one.do) for one in FROM_THE_WORST)


# always


def hold(verdict: Verdict, metrics: Metrics, weights: Sequence[float] | ndarray) -> None:
    """What holds of any verdict on any course."""
    assert verdict.word in WORDS
    assert verdict.confidence in SURE.values()
    assert re.fullmatch(r"[A-Z0-9][^\n]*\.", verdict.evidence)
    assert not re.search(r"\. [A-Z]|\bnan\b|\binf\b", verdict.evidence), verdict.evidence
    summary = verdict.as_summary()
    assert json.loads(json.dumps(summary, allow_nan=False)) == summary
    assert Verdict.from_summary(summary) == verdict

    steps = metrics["step"]
    shares = np.stack([metrics[f"share_{k}"] for k in range(len(weights))], axis=1)
    shares = np.where(np.isfinite(shares), shares, 0)
    covered = shares / weights >= 0.2 * (1 - 1e-5)
    lately = covered[-max(3, int((steps > 0.9 * steps[-1]).sum())) :].mean(axis=0)
    if verdict.word == "collapsed":
        assert (lately <= 1 / 2).any()
    if verdict.word in ("imprecise", "converged"):
        assert (lately >= 1 / 2).all()
    if "modes are covered" in verdict.evidence or "The mode is covered" in verdict.evidence:
        assert covered[-1].all()
    if found := re.match(r"\d+ of \d+ modes? \(([^)]*)\) (is|are) missing", verdict.evidence):
        named = [int(number) for number in re.findall(r"\d+", found[1])]
        assert named == np.flatnonzero(~covered[-1]).tolist()


def test_the_cases_hold_what_always_holds() -> None:
    for _, metrics in CASES.values():
        hold(judge(metrics), metrics, [0.2] * 5)


NUMBERS = st.floats(0, 1) | st.sampled_from([0.0, 1.0, np.nan, np.inf, -np.inf])
WILD = st.floats(-1e30, 1e30) | st.sampled_from([np.nan, np.inf, -np.inf])


@st.composite
def courses(draw: st.DrawFn) -> tuple[Metrics, ndarray]:
    """Any metrics at all, and the weights of the modes."""
    rows, modes = draw(st.integers(1, 60)), draw(st.integers(1, 25))
    rounds = st.lists(st.integers(0, 10_000), min_size=rows, max_size=rows, unique=True)
    weights = draw(arrays(float, modes, elements=st.floats(0.01, 1), fill=st.nothing()))
    shares = draw(arrays(float, (rows, modes), elements=NUMBERS)) * 2 * weights / weights.sum()
    metrics = {
        "step": np.sort(draw(rounds)),
        "high_quality": draw(arrays(float, rows, elements=NUMBERS)),
        "mode_tv": draw(arrays(float, rows, elements=NUMBERS)),
        "spread": draw(arrays(float, rows, elements=WILD)),
        "nll": draw(arrays(float, rows, elements=WILD)),
        **{f"share_{k}": shares[:, k] for k in range(modes)},
    }
    left_out = draw(st.sets(st.sampled_from(["high_quality", "mode_tv", "spread", "nll"])))
    return {k: v for k, v in metrics.items() if k not in left_out}, weights / weights.sum()


FINAL = st.dictionaries(st.sampled_from(["high_quality", "mode_tv", "spread"]), st.none() | WILD)


@given(courses(), FINAL)
def test_whatever_the_numbers_there_is_a_word_and_one_sentence(
    run: tuple[Metrics, ndarray], final: dict[str, float | None]
) -> None:
    metrics, weights = run
    hold(judge(metrics, final=final, weights=weights), metrics, weights)


@given(
    st.sampled_from(sorted(CASES)),
    st.lists(st.tuples(st.floats(0, 1), st.floats(0, 1), WILD), max_size=40),
    st.integers(1, ROWS),
)
def test_holes_in_a_course_and_its_beginnings_are_judged_too(
    case: str, holes: list[tuple[float, float, float]], rows: int
) -> None:
    metrics = {name: column[:rows].copy() for name, column in CASES[case][1].items()}
    names = sorted(set(metrics) - {"step"})
    length = len(metrics["step"])
    for name, row, _ in holes:
        metrics[names[int(name * (len(names) - 1))]][int(row * (length - 1))] = np.nan
    hold(judge(metrics), metrics, [0.2] * 5)
    for name, row, value in holes:
        if not math.isfinite(value):
            metrics[names[int(name * (len(names) - 1))]][int(row * (length - 1))] = value
    hold(judge(metrics), metrics, [0.2] * 5)


@pytest.mark.parametrize("column", ["high_quality", "mode_tv", "spread", "nll", "share_0"])
@pytest.mark.parametrize("case", CASES)
def test_a_column_without_numbers_is_judged_too(case: str, column: str) -> None:
    metrics = dict(CASES[case][1])
    metrics[column] = np.full(len(metrics["step"]), np.nan)
    hold(judge(metrics), metrics, [0.2] * 5)


@given(courses(), st.randoms(use_true_random=False))
def test_the_verdict_does_not_depend_on_the_order_of_the_modes(
    run: tuple[Metrics, ndarray], random: Any
) -> None:
    metrics, weights = run
    order = list(range(len(weights)))
    random.shuffle(order)
    shuffled = metrics | {f"share_{k}": metrics[f"share_{old}"] for k, old in enumerate(order)}
    one, other = judge(metrics, weights=weights), judge(shuffled, weights=weights[order])
    assert (one.word, one.confidence) == (other.word, other.confidence)


@pytest.mark.parametrize("case", CASES)
def test_the_modes_of_the_cases_can_be_in_any_order_too(case: str) -> None:
    word, metrics = CASES[case]
    shuffled = metrics | {f"share_{k}": metrics[f"share_{4 - k}"] for k in range(5)}
    assert ground(shuffled) == (word, case)


# what is stored


@pytest.mark.parametrize(
    "broken",
    [
        lambda summary: summary.pop("verdict"),
        lambda summary: summary.pop("verdict_confidence"),
        lambda summary: summary.update(verdict="fine"),
        lambda summary: summary.update(verdict_rule=None),
        lambda summary: summary.update(verdict_evidence=3),
        lambda summary: summary.update(verdict_confidence=None),
        lambda summary: summary.update(verdict_confidence=1.5),
        lambda summary: summary.update(verdict_confidence=math.nan),
    ],
)
def test_what_is_no_verdict_is_not_read_as_one(broken: Callable[[dict[str, Any]], Any]) -> None:
    summary = Verdict("converged", "Fine.", 0.8).as_summary()
    broken(summary)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Verdict.from_summary(summary)


def test_a_verdict_by_an_older_rule_is_not_read_and_one_by_a_newer_rule_is() -> None:
    summary = Verdict("converged", "Fine.", 0.8).as_summary()
    older = summary | {"verdict_rule": RULE - 1}
    del older["verdict_confidence"]
    assert Verdict.from_summary(older) is None
    newer = Verdict.from_summary(summary | {"verdict_rule": RULE + 1})
    assert newer is not None
    assert newer.rule == RULE + 1


@pytest.mark.parametrize(
    ("covered", "needed"),
    [
        (all_of(), {"spread"}),
        (all_but(1), set()),
        (np.zeros((ROWS, 5)), {"nll"}),
        (np.zeros((LEAST_EVALUATIONS, 5)), set()),
    ],
)
def test_a_run_can_be_judged_by_the_columns_that_its_word_rests_on(
    covered: ndarray, needed: set[str]
) -> None:
    metrics = table(covered, nll=PERFECT_NLL + 1)
    weights = np.full(5, 1 / 5)
    assert can_judge(metrics, REFERENCE, weights)
    for absent in ("high_quality", "mode_tv", "spread", "nll"):
        left = {name: column for name, column in metrics.items() if name != absent}
        assert can_judge(left, REFERENCE, weights) == (absent not in needed)
