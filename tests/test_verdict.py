"""The quick verdict, on courses of training that were made up so that the word is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy import ndarray

from ganrun.measure.dynamics import LEAST_CHANGES
from ganrun.verdict import RULE, Verdict, quick_verdict

REFERENCE = {
    "high_quality": {"mean": 0.99, "p5": 0.98, "p95": 1.0},
    "mode_tv": {"mean": 0.02, "p5": 0.01, "p95": 0.03},
}
EVERY = 250
Course = dict[str, ndarray]


def course(shares: Any, *, noise: float = 0.0, weights: Sequence[float] | None = None) -> Course:
    """Metrics of a run with these shares `[R, K]`, evaluated every 250 rounds.

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


def judge(
    metrics: Course,
    *,
    final: dict[str, Any] | None = None,
    weights: Sequence[float] | None = None,
    diverged_at: int | None = None,
) -> Verdict:
    modes = sum(name.startswith("share_") for name in metrics)
    weights = weights or [1 / modes] * modes
    return quick_verdict(metrics, final or {}, REFERENCE, weights, diverged_at=diverged_at)


def steady(rows: int = 41, shares: Sequence[float] = (0.198,) * 5) -> ndarray:
    """The same shares at every evaluation but the first, which finds nothing anywhere."""
    table = np.tile(np.array(shares, float), (rows, 1))
    table[0] = 0
    return table


def rising(start: float, end: float, rows: int = 41, modes: int = 5) -> ndarray:
    return np.tile(np.linspace(start, end, rows)[:, None] / modes, (1, modes))


# diverged


def test_a_run_that_stopped_being_finite_diverged_whatever_else_it_did() -> None:
    verdict = judge(course(steady()), diverged_at=1234)
    assert verdict.word == "diverged"
    assert "round 1,234" in verdict.evidence


def test_a_run_that_diverged_before_any_evaluation_is_judged_too() -> None:
    nothing = {name: column[:0] for name, column in course(steady()).items()}
    assert judge(nothing, diverged_at=1).word == "diverged"


# undertrained


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_quality_that_still_rises_is_undertrained(noise: float) -> None:
    verdict = judge(course(rising(0.1, 0.7), noise=noise))
    assert verdict.word == "undertrained"
    assert verdict.evidence.startswith("Still improving: over the last 5,000 rounds the share of ")
    assert verdict.evidence.endswith("rose from 44% to 65%.")


def test_modes_that_are_still_being_found_are_undertrained_too() -> None:
    table = np.zeros((41, 5))
    for mode, found in enumerate((1, 8, 16, 24, 32)):
        table[found:, mode] = 1
    shares = table / np.maximum(table.sum(axis=1, keepdims=True), 1) * 0.99
    verdict = judge(course(shares[:31]))
    assert verdict.word == "undertrained"
    assert "where they belong" in verdict.evidence


def test_samples_that_gather_on_the_same_few_modes_are_not_undertrained() -> None:
    """High quality rises from 60 % to 95 %, but nothing goes where samples are wanting."""
    shares = steady(shares=(0, 0, 0, 0, 0))
    shares[:, :2] = np.linspace(0.3, 0.475, 41)[:, None]
    assert judge(course(shares)).word == "collapsed"


def test_samples_on_their_way_to_the_modes_are_undertrained() -> None:
    metrics = course(steady(shares=(0.01,) * 5)) | {"nll": np.geomspace(400, 150, 41)}
    verdict = judge(metrics)
    assert verdict.word == "undertrained"
    assert verdict.evidence.startswith("The samples have not reached the modes, and are still mov")
    assert verdict.evidence.endswith("5% of them are high-quality at the end.")


def test_samples_that_wander_off_the_modes_are_undertrained() -> None:
    wandering = 300 + 200 * np.sin(np.arange(41))
    assert judge(course(steady(shares=(0.01,) * 5)) | {"nll": wandering}).word == "undertrained"


def test_samples_that_hop_from_mode_to_mode_are_oscillating() -> None:
    shares = steady(shares=(0,) * 5)
    for row in range(21, 41, 4):
        shares[row, row // 4 % 3] = 0.5
    verdict = judge(course(shares) | {"nll": 300 + 200 * np.sin(np.arange(41))})
    assert verdict.word == "oscillating"


@pytest.mark.parametrize("nll", [np.full(41, 300.0), np.full(41, -1.0), np.full(41, np.nan)])
def test_samples_that_came_to_rest_off_the_modes_are_collapsed(nll: ndarray) -> None:
    assert judge(course(steady(shares=(0.01,) * 5)) | {"nll": nll}).word == "collapsed"


def test_a_run_that_was_on_modes_and_lost_them_all_is_collapsed() -> None:
    shares = steady(shares=(0.3, 0.3, 0, 0, 0))
    shares[28:] = 0
    verdict = judge(course(shares) | {"nll": np.geomspace(2, 500, 41)})
    assert verdict.word == "collapsed"
    assert verdict.evidence == (
        "3 of 5 modes (2, 3 and 4) stayed missing over the last 5,000 rounds, and "
        "2 of 5 modes (0 and 1) went missing by round 7,000 and did not come back."
    )


def test_a_rise_that_is_over_is_not_undertrained() -> None:
    shares = steady(shares=(0.45, 0.45, 0, 0, 0))
    shares[:28] *= np.linspace(0, 1, 28)[:, None]
    assert judge(course(shares)).word == "collapsed"


def test_a_rise_with_no_room_left_is_not_undertrained() -> None:
    assert judge(course(rising(0.8, 0.98))).word == "converged"


def test_a_rise_within_the_scatter_is_not_undertrained() -> None:
    shares = rising(0.50, 0.58)
    shares[:, 3:] = 0
    assert judge(course(shares, noise=0.08)).word != "undertrained"


def test_a_falling_quality_is_not_undertrained() -> None:
    assert judge(course(rising(0.9, 0.5))).word == "imprecise"


@pytest.mark.parametrize("rows", [1, 2, 3, 4])
def test_a_few_evaluations_of_a_bad_run_tell_no_more_than_that(rows: int) -> None:
    verdict = judge(course(steady(rows, shares=(0.3, 0.3, 0, 0, 0))))
    assert verdict.word == "undertrained"
    assert verdict.evidence.startswith(f"Only {rows - 1} evaluation")
    assert "too few" in verdict.evidence


@pytest.mark.parametrize("rows", [2, 3, 4, 5])
def test_a_few_evaluations_of_a_good_run_are_enough(rows: int) -> None:
    assert judge(course(steady(rows))).word == "converged"


# oscillating


def test_modes_that_take_turns_are_oscillating() -> None:
    shares = np.zeros((41, 5))
    shares[np.arange(41), np.arange(41) // 2 % 5] = 0.95
    verdict = judge(course(shares, noise=0.003))
    assert verdict.word == "oscillating"
    assert (
        "5 of 5 modes were covered at some time but never more than 1 at once" in verdict.evidence
    )


def test_modes_that_all_come_and_go_together_are_oscillating() -> None:
    """The most at one time is the union, yet no mode stays missing: the open case of the words."""
    shares = steady()
    shares[::3, 2:] = 0
    verdict = judge(course(shares[:40]))
    assert verdict.word == "oscillating"
    assert "every mode was covered at some time" in verdict.evidence


@pytest.mark.parametrize(("changes", "word"), [(2, "collapsed"), (3, "oscillating")])
def test_it_takes_a_number_of_changes_to_oscillate(changes: int, word: str) -> None:
    assert LEAST_CHANGES == 3
    shares = steady(shares=(0.5, 0.5, 0, 0, 0))
    for change in range(changes):
        shares[26 + 4 * change :] = (0.5, 0, 0.5, 0, 0) if change % 2 == 0 else (0.5, 0.5, 0, 0, 0)
    verdict = judge(course(shares))
    assert verdict.word == word


def test_a_mode_at_the_border_does_not_oscillate_with_the_luck_of_the_samples() -> None:
    shares = steady(shares=(0.4, 0.4, 0.04, 0.04, 0.0))
    verdict = judge(course(shares, noise=0.004))
    assert verdict.word == "collapsed"


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
    shares[36:, 3] = 0
    verdict = judge(course(shares))
    assert verdict.word == "collapsed"
    assert verdict.evidence == (
        "1 of 5 modes (3) went missing by round 9,000 and did not come back."
    )


def test_a_run_that_finds_nothing_at_all_is_collapsed() -> None:
    metrics = course(np.zeros((41, 5)))
    metrics["spread"][:] = np.nan
    verdict = judge(metrics, final={"spread": None})
    assert verdict.word == "collapsed"
    assert verdict.evidence.startswith("All 5 modes stayed missing")


# imprecise and converged


@pytest.mark.parametrize(
    ("final", "word", "said"),
    [
        ({"high_quality": 0.941}, "converged", "94% of the samples"),
        ({"high_quality": 0.939}, "imprecise", "high_quality is 0.94 where perfect is 0.99"),
        ({"mode_tv": 0.119}, "converged", "All 5 modes are covered"),
        ({"mode_tv": 0.121}, "imprecise", "mode_tv is 0.12 where perfect is 0.02"),
        ({"spread": 0.26}, "converged", "All 5 modes are covered"),
        ({"spread": 0.24}, "imprecise", "the modes have 0.24 times their true variance"),
        ({"spread": 1.99}, "converged", "All 5 modes are covered"),
        ({"spread": 2.01}, "imprecise", "the modes have 2 times their true variance"),
        ({"high_quality": None}, "imprecise", "high_quality is nan"),
    ],
)
def test_the_tolerances_are_those_of_the_design(
    final: dict[str, float | None], word: str, said: str
) -> None:
    verdict = judge(course(steady()), final=final)
    assert verdict.word == word
    assert said in verdict.evidence


def test_good_numbers_at_the_very_end_only_are_not_converged() -> None:
    shares = steady(shares=(0.17,) * 5)
    shares[-1] = 0.198
    verdict = judge(course(shares))
    assert verdict.word == "imprecise"
    assert "at only 1 of 11 evaluations" in verdict.evidence


@pytest.mark.parametrize("noise", [0.0, 0.004])
def test_a_good_run_converged(noise: float) -> None:
    verdict = judge(course(steady(), noise=noise))
    assert verdict.word == "converged"
    assert "good at 11 of 11 evaluations" in verdict.evidence


def test_what_happened_in_the_first_half_is_forgotten() -> None:
    shares = steady()
    shares[:20:2, 1:] = 0
    assert judge(course(shares)).word == "converged"


def test_a_target_of_one_mode_has_verdicts_too() -> None:
    assert judge(course(steady(shares=(0.99,)))).evidence.startswith("The mode is covered")
    lost = judge(course(steady(shares=(0.1,))))
    assert (lost.word, lost.evidence[:24]) == ("collapsed", "The mode stayed missing ")


def test_perfect_numbers_stand_in_for_a_reference_that_is_not_there() -> None:
    verdict = quick_verdict(course(steady()), {}, {}, [0.2] * 5, diverged_at=None)
    assert verdict.word == "converged"


# always


def shapes() -> st.SearchStrategy[tuple[int, int]]:
    return st.tuples(st.integers(1, 12), st.integers(1, 4))


@given(shapes().flatmap(lambda s: arrays(float, s, elements=st.floats(0, 1) | st.just(np.nan))))
def test_whatever_the_numbers_there_is_a_word_and_one_sentence(shares: ndarray) -> None:
    with np.errstate(all="ignore"):
        verdict = judge(course(shares))
    assert verdict.rule == RULE
    assert verdict.evidence.endswith(".")
    assert "\n" not in verdict.evidence
    assert json.loads(json.dumps(verdict.as_summary())) == verdict.as_summary()
    assert Verdict.from_summary(verdict.as_summary()) == verdict


@given(arrays(float, (41, 3), elements=st.floats(0, 1 / 3)), st.permutations(range(3)))
def test_the_word_does_not_depend_on_the_order_of_the_modes(
    shares: ndarray, order: list[int]
) -> None:
    assert judge(course(shares)).word == judge(course(shares[:, order])).word


@pytest.mark.parametrize(
    "broken",
    [
        lambda summary: summary.pop("verdict"),
        lambda summary: summary.update(verdict="fine"),
        lambda summary: summary.update(verdict_rule=None),
        lambda summary: summary.update(verdict_evidence=3),
    ],
)
def test_what_is_no_verdict_is_not_read_as_one(broken: Callable[[dict[str, Any]], Any]) -> None:
    summary = Verdict("converged", "Fine.").as_summary()
    broken(summary)
    with pytest.raises((KeyError, TypeError, ValueError)):
        Verdict.from_summary(summary)
