"""What continuations say of a run, on courses of training made up so that the word is known."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy import ndarray

from ganrun.verdict import WORDS, Word
from ganrun.verdict.continued import Continued, Ending, continued, ending, plurality

REFERENCE = {
    "high_quality": {"mean": 0.99},
    "mode_tv": {"mean": 0.02},
    "nll": {"mean": 1.0},
}
T, EVERY, MODES = 1000, 25, 5
GOOD = (0.198,) * MODES
TWO_LOST = (0.33, 0.33, 0.33, 0.0, 0.0)
NOWHERE = (0.01,) * MODES
Course = dict[str, ndarray]


def course(steps: ndarray, shares: Any, **columns: Any) -> Course:
    """Metrics at these rounds of a game with these shares, one set for all or `[R, K]`.

    All that is not in a share is off the modes. A column that is given replaces what follows from
    the shares, so that what a test is about can be set apart from all else.
    """
    shares = np.broadcast_to(np.asarray(shares, float), (len(steps), MODES))
    quality = shares.sum(axis=1)
    derived = {
        "high_quality": quality,
        "mode_tv": (np.abs(shares - 1 / MODES).sum(axis=1) + 1 - quality) / 2,
        "spread": 1.0,
        "nll": 1.0,
    }
    return {
        "step": steps,
        **{f"share_{k}": shares[:, k].copy() for k in range(MODES)},
        **{
            name: np.broadcast_to(np.asarray(column, float), steps.shape).copy()
            for name, column in (derived | columns).items()
        },
    }


RUN_STEPS = np.arange(0, T + 1, EVERY)


def a_run(shares: Any = GOOD, **columns: Any) -> Course:
    return course(RUN_STEPS, shares, **columns)


def steps_after(lengths: int) -> ndarray:
    return np.arange(T + EVERY, lengths * T + 1, EVERY)


def a_branch(shares: Any = GOOD, *, lengths: int = 4, **columns: Any) -> Course:
    return course(steps_after(lengths), shares, **columns)


def told(before: Course, after: Course, **options: Any) -> Continued:
    return continued(before, after, REFERENCE, np.full(MODES, 1 / MODES), **options)


def word(before: Course, after: Course, **options: Any) -> Word:
    return told(before, after, **options).word


def changing(table: ndarray, changes: Sequence[int]) -> ndarray:
    """From each of these rows on, modes 0 and 4 have changed places."""
    table = table.copy()
    for row in changes:
        table[row:, [0, 4]] = table[row:, [4, 0]]
    return table


def late_rows(lengths: int) -> ndarray:
    steps = steps_after(lengths)
    return np.flatnonzero(steps > T + (lengths - 1) * T / 2)


def last_quarter(lengths: int) -> ndarray:
    steps = steps_after(lengths)
    return np.flatnonzero(steps > T + (lengths - 1) * T * 3 / 4)


# diverged


def test_a_continuation_that_diverges_says_so_whatever_came_before() -> None:
    for before in (a_run(), a_run(TWO_LOST), a_run(NOWHERE)):
        assert word(before, a_branch(), diverged=True) == "diverged"


def test_one_that_diverges_at_once_leaves_what_is_known_of_the_run() -> None:
    nothing = {name: column[:0] for name, column in a_branch().items()}
    found = told(a_run(TWO_LOST), nothing, diverged=True)
    assert found.word == "diverged"
    assert found.ending.missing == (3, 4)
    assert found.covered == (3, 3)
    reference, weights = REFERENCE, np.full(MODES, 1 / MODES)
    assert ending(nothing, reference, weights, from_round=T) is None


# undertrained


@pytest.mark.parametrize(("after", "expected"), [(0.449, "sharpening"), (0.451, "imprecise")])
def test_a_rise_of_five_hundredths_is_material(after: float, expected: str) -> None:
    assert word(a_run(mode_tv=0.5), a_branch(mode_tv=after)) == expected


def test_a_fall_is_not_a_rise() -> None:
    assert word(a_run(mode_tv=0.4), a_branch(mode_tv=0.8)) == "imprecise"


@pytest.mark.parametrize(("found_at", "expected"), [(0, "undertrained"), (1, "collapsed")])
def test_one_more_mode_is_material_but_not_nine_tenths_of_one(found_at: int, expected: str) -> None:
    """One of the two missing modes is found before the late part, or an evaluation later."""
    late = late_rows(4)
    shares = np.tile(TWO_LOST, (len(steps_after(4)), 1))
    shares[late[found_at] :, 3] = 0.2
    assert word(a_run(TWO_LOST, mode_tv=0.5), a_branch(shares, mode_tv=0.5)) == expected


def test_it_is_the_late_part_that_counts_and_not_what_was_good_for_a_while() -> None:
    quality = np.full(len(steps_after(4)), 0.5)
    quality[: late_rows(4)[0]] = 0.02
    assert word(a_run(mode_tv=0.5), a_branch(mode_tv=quality)) == "imprecise"


@pytest.mark.parametrize("better", [slice(20, -4), slice(-4, None)])
def test_the_run_is_measured_by_its_last_tenth_or_half_whichever_is_better(better: slice) -> None:
    """What it had reached by then it need not be trained for."""
    distance = np.full(len(RUN_STEPS), 0.5)
    assert word(a_run(mode_tv=distance), a_branch(mode_tv=0.4)) == "sharpening"
    distance[better] = 0.3
    found = told(a_run(mode_tv=distance), a_branch(mode_tv=0.4))
    assert found.word == "imprecise"
    assert found.well_placed[0] >= 0.63


def test_samples_that_gather_on_the_same_few_modes_are_no_improvement() -> None:
    before = a_run(np.array(TWO_LOST) * 0.6, mode_tv=0.42)
    assert word(before, a_branch(TWO_LOST, mode_tv=0.4)) == "collapsed"


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ({"mode_tv": 0.119}, "converged"),
        ({"mode_tv": 0.121}, "sharpening"),
        ({"mode_tv": 0.119, "high_quality": 0.941}, "converged"),
        ({"mode_tv": 0.119, "high_quality": 0.939}, "sharpening"),
        ({"mode_tv": 0.119, "spread": 1.99}, "converged"),
        ({"mode_tv": 0.119, "spread": 2.01}, "sharpening"),
    ],
)
def test_a_run_that_is_within_tolerance_need_not_sharpen(
    run: dict[str, float], expected: str
) -> None:
    """However much better its continuation is: here by 0.1."""
    assert word(a_run(**run), a_branch(mode_tv=0.019)) == expected


@pytest.mark.parametrize(("good", "expected"), [(10, "converged"), (9, "sharpening")])
def test_it_is_within_tolerance_by_half_of_its_last_tenth(good: int, expected: str) -> None:
    steps = np.arange(0, T + 1, 5)
    assert np.sum(steps > 0.9 * T) == 20
    distance = np.full(len(steps), 0.2)
    distance[len(distance) - good :] = 0.119
    assert word(course(steps, GOOD, mode_tv=distance), a_branch(mode_tv=0.019)) == expected


def test_a_run_of_a_single_evaluation_can_be_judged() -> None:
    start = course(np.array([T]), TWO_LOST)
    assert word(start, a_branch()) == "undertrained"
    assert word(start, a_branch(TWO_LOST)) == "collapsed"


# undertrained, of samples that are on no mode


@pytest.mark.parametrize(("nll", "expected"), [(101.0, "undertrained"), (101.5, "stuck")])
def test_samples_on_no_mode_must_have_come_half_the_way(nll: float, expected: str) -> None:
    """Of an excess of 200 nats over perfect samples, which have 1."""
    assert word(a_run(NOWHERE, nll=201.0), a_branch(NOWHERE, nll=nll)) == expected


@pytest.mark.parametrize(("before", "after"), [(0.19, 0.201), (0.201, 0.19)])
def test_samples_that_are_on_modes_are_not_judged_by_their_distance(
    before: float, after: float
) -> None:
    far = a_run(NOWHERE, nll=201.0, high_quality=before, mode_tv=0.9)
    near = a_branch(NOWHERE, nll=2.0, high_quality=after, mode_tv=0.9)
    assert word(far, near) == "collapsed"
    nowhere = a_branch(NOWHERE, nll=2.0, high_quality=0.19, mode_tv=0.9)
    assert word(a_run(NOWHERE, nll=201.0, high_quality=0.19, mode_tv=0.9), nowhere) == (
        "undertrained"
    )


@pytest.mark.parametrize(("before", "after"), [(np.nan, np.nan), (np.nan, 2.0), (201.0, np.nan)])
def test_a_distance_that_is_not_known_is_not_shorter(before: float, after: float) -> None:
    """A likelihood that was not finite is empty in the table."""
    assert word(a_run(NOWHERE, nll=before), a_branch(NOWHERE, nll=after)) == "stuck"


def test_without_a_reference_for_it_no_distance_is_shorter() -> None:
    found = continued(
        a_run(NOWHERE, nll=201.0), a_branch(NOWHERE, nll=2.0), {}, np.full(MODES, 1 / MODES)
    )
    assert found.word == "stuck"


# stuck


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [(0.199, 0.199, "stuck"), (0.201, 0.199, "collapsed"), (0.199, 0.201, "collapsed")],
)
def test_a_run_is_stuck_that_has_hardly_a_sample_on_a_mode_then_and_late(
    before: float, after: float, expected: str
) -> None:
    far = a_run(NOWHERE, high_quality=before, mode_tv=0.9, nll=201.0)
    later = a_branch(NOWHERE, high_quality=after, mode_tv=0.9, nll=201.0)
    assert word(far, later) == expected


def test_samples_off_the_modes_that_get_better_or_hop_are_not_stuck() -> None:
    assert word(a_run(NOWHERE), a_branch(GOOD)) == "undertrained"
    one = np.array((0.15, 0.0, 0.0, 0.0, 0.0))
    hopping = changing(np.tile(one, (len(steps_after(4)), 1)), range(0, 120, 4))
    assert word(a_run(one, nll=9.0), a_branch(hopping, nll=9.0)) == "oscillating"
    assert word(a_run(one, nll=9.0), a_branch(one, nll=9.0)) == "stuck"


@pytest.mark.parametrize(("before", "after"), [(0.0, 1e-9), (1e-9, 0.0), (np.nan, 0.0)])
def test_a_generator_without_any_slope_is_stuck_wherever_its_samples_are(
    before: float, after: float
) -> None:
    for shares in (GOOD, TWO_LOST, NOWHERE):
        dead = word(a_run(shares, grad_norm_g=0.0), a_branch(shares, grad_norm_g=0.0))
        assert dead == "stuck"
    moves = a_run(TWO_LOST, grad_norm_g=before), a_branch(TWO_LOST, grad_norm_g=after)
    assert word(*moves) == "collapsed"


def test_modes_that_perfect_samples_do_not_show_are_not_missing() -> None:
    lacking = (0.2475, 0.2475, 0.2475, 0.2475, 0.0)
    weights = np.array([0.25 - 2.5e-7] * 4 + [1e-6])
    shown = {"by_mode": [1.0, 1.0, 1.0, 1.0, 0.0]}
    reference = {**REFERENCE, "modes_covered": {"mean": 4.0, **shown}}
    courses = [course(steps, lacking, mode_tv=0.02) for steps in (RUN_STEPS, steps_after(4))]
    assert continued(*courses, reference, weights).word == "converged"
    assert continued(*courses, REFERENCE, weights).word == "collapsed"


# sharpening


@pytest.mark.parametrize(
    ("shares", "expected"),
    [
        ((0.11,) * 5, "sharpening"),
        ((0.098,) * 5, "undertrained"),
        ((0.2, 0.2, 0.2, 0.2, 0.041), "sharpening"),
        ((0.2, 0.2, 0.2, 0.2, 0.039), "undertrained"),
    ],
)
def test_a_run_that_gets_better_is_sharpening_once_it_covers_all_with_most_samples_on_modes(
    shares: Sequence[float], expected: str
) -> None:
    assert word(a_run(shares), a_branch(GOOD)) == expected


# oscillating


@pytest.mark.parametrize(("changes", "expected"), [(3, "oscillating"), (2, "collapsed")])
def test_modes_come_and_go_where_the_set_changes_three_times(changes: int, expected: str) -> None:
    late = late_rows(4)
    table = np.tile(TWO_LOST, (len(steps_after(4)), 1))
    rows = late[10 : 10 * (changes + 1) : 10]
    assert len(rows) == changes
    assert word(a_run(TWO_LOST), a_branch(changing(table, rows))) == expected


@pytest.mark.parametrize(("busy", "expected"), [(2, "oscillating"), (1, "collapsed")])
def test_over_ten_lengths_half_of_the_stretches_are_enough(busy: int, expected: str) -> None:
    """The late part is cut into four, each about as long as the run."""
    late = late_rows(10)
    table = np.tile(TWO_LOST, (len(steps_after(10)), 1))
    stretches = np.array_split(late, 4)
    rows = [row for stretch in stretches[:busy] for row in stretch[5:25:5]]
    assert word(a_run(TWO_LOST), a_branch(changing(table, rows), lengths=10)) == expected


def test_changes_before_the_late_part_are_forgotten() -> None:
    table = np.tile(TWO_LOST, (len(steps_after(4)), 1))
    early = range(5, late_rows(4)[0] - 1, 10)
    assert len(early) > 3
    assert word(a_run(TWO_LOST), a_branch(changing(table, early))) == "collapsed"


def test_a_run_that_oscillates_and_then_finds_everything_is_undertrained() -> None:
    before = a_run(changing(np.tile(TWO_LOST, (len(RUN_STEPS), 1)), range(20, 40, 4)))
    assert word(before, a_branch()) == "undertrained"


def test_modes_that_take_turns_in_a_run_that_was_good_are_oscillating_too() -> None:
    table = changing(np.tile(TWO_LOST, (len(steps_after(4)), 1)), range(0, 120, 4))
    assert word(a_run(), a_branch(table)) == "oscillating"


# collapsed, imprecise, converged


@pytest.mark.parametrize(("short", "expected"), [(0, "converged"), (1, "collapsed")])
def test_a_mode_is_missing_that_is_covered_at_fewer_than_half_of_the_last_evaluations(
    short: int, expected: str
) -> None:
    end = last_quarter(4)
    assert len(end) % 2 == 0
    table = np.tile(GOOD, (len(steps_after(4)), 1))
    table[end[len(end) // 2 - short] :, 3] = 0
    found = told(a_run(), a_branch(table))
    assert found.word == expected
    assert found.ending.missing == ((3,) if short else ())


@pytest.mark.parametrize(("share", "expected"), [(0.04, "imprecise"), (0.039, "collapsed")])
def test_a_mode_is_covered_from_a_fifth_of_its_weight(share: float, expected: str) -> None:
    shares = (0.25, 0.25, 0.23, 0.22, share)
    assert word(a_run(shares), a_branch(shares)) == expected


@pytest.mark.parametrize(("short", "expected"), [(0, "converged"), (1, "imprecise")])
def test_the_numbers_must_be_good_at_half_of_the_last_evaluations(
    short: int, expected: str
) -> None:
    end = last_quarter(4)
    distance = np.full(len(steps_after(4)), 0.02)
    distance[end[len(end) // 2 - short] :] = 0.13
    assert word(a_run(), a_branch(mode_tv=distance)) == expected


def test_a_run_that_was_good_and_loses_modes_later_is_collapsed() -> None:
    assert word(a_run(), a_branch(TWO_LOST)) == "collapsed"


def test_what_is_told_beside_the_word_are_the_means_that_it_rests_on() -> None:
    found = told(
        a_run(TWO_LOST, mode_tv=0.4),
        a_branch(TWO_LOST, mode_tv=0.38, high_quality=np.linspace(0, 1, len(steps_after(4)))),
    )
    assert found.word == "collapsed"
    assert found.well_placed == pytest.approx((0.6, 0.62))
    assert found.covered == (3, 3)
    assert found.ending == Ending(
        covered=3,
        high_quality=pytest.approx(0.878, abs=1e-3),
        mode_tv=pytest.approx(0.38),
        missing=(3, 4),
        good=False,
    )


# always


def tables(rows: int) -> st.SearchStrategy[ndarray]:
    """Shares that leave and enter, with some that are not known."""
    levels = st.sampled_from([0.0, 0.019, 0.03, 0.1, 0.2]) | st.floats(0, 0.2) | st.just(np.nan)
    return arrays(float, (rows, MODES), elements=levels)


COARSE_RUN, COARSE_BRANCH = np.arange(0, T + 1, 100), np.arange(T + 100, 4 * T + 1, 100)
runs = tables(len(COARSE_RUN)).map(lambda shares: course(COARSE_RUN, shares))
branches = tables(len(COARSE_BRANCH)).map(lambda shares: course(COARSE_BRANCH, shares))


def permuted(metrics: Course, order: Sequence[int]) -> Course:
    return metrics | {f"share_{new}": metrics[f"share_{old}"] for new, old in enumerate(order)}


@settings(max_examples=60)
@given(runs, branches, st.permutations(range(MODES)))
def test_the_word_does_not_depend_on_the_order_of_the_modes(
    before: Course, after: Course, order: list[int]
) -> None:
    weights = np.array([0.1, 0.15, 0.2, 0.25, 0.3])
    one = continued(before, after, REFERENCE, weights)
    other = continued(
        permuted(before, order), permuted(after, order), REFERENCE, weights[list(order)]
    )
    assert other.word == one.word
    assert sorted(order[mode] for mode in other.ending.missing) == list(one.ending.missing)
    assert (other.covered, other.well_placed) == (one.covered, one.well_placed)


@settings(max_examples=60)
@given(runs, branches)
def test_columns_without_numbers_change_nothing(before: Course, after: Course) -> None:
    def widened(metrics: Course) -> Course:
        empty = np.full(len(metrics["step"]), np.nan)
        return metrics | {f"share_{MODES}": empty, "loss_d": empty, "accuracy_d": empty}

    assert told(widened(before), widened(after)) == told(before, after)


@settings(max_examples=60)
@given(runs, branches, st.sampled_from([2, 7, 1000]))
def test_the_word_does_not_depend_on_the_unit_in_which_rounds_are_counted(
    before: Course, after: Course, factor: int
) -> None:
    def slower(metrics: Course) -> Course:
        return metrics | {"step": metrics["step"] * factor}

    assert told(slower(before), slower(after)) == told(before, after)


@settings(max_examples=60)
@given(runs, branches, branches)
def test_the_first_half_of_a_continuation_moves_no_level(
    before: Course, after: Course, other: Course
) -> None:
    late = COARSE_BRANCH > T + 1.5 * T
    mixed = {name: np.where(late, after[name], other[name]) for name in after}
    one, two = told(before, after), told(before, mixed)
    assert (one.well_placed, one.covered, one.ending) == (two.well_placed, two.covered, two.ending)


@settings(max_examples=60)
@given(runs, branches, st.booleans())
def test_whatever_the_numbers_there_is_a_word_and_its_ending_agrees(
    before: Course, after: Course, diverged: bool
) -> None:
    found = told(before, after, diverged=diverged)
    weights = np.full(MODES, 1 / MODES)
    assert found.ending == ending(after, REFERENCE, weights, from_round=T)
    assert (found.word == "diverged") == diverged
    if found.word == "converged":
        assert found.ending.good
        assert not found.ending.missing
    if found.word == "collapsed":
        assert found.ending.missing
    if found.word == "imprecise":
        assert not found.ending.missing
        assert not found.ending.good
    assert np.isfinite([*found.well_placed, *found.covered]).all()


# several of them


def test_the_word_that_most_give_is_theirs() -> None:
    found = plurality(["converged", "collapsed", "converged", "imprecise", "converged"])
    assert found == ("converged", 3 / 5)


def test_of_words_given_equally_often_the_first_in_the_verdicts_order_is_taken() -> None:
    tied: list[Word] = ["converged", "collapsed", "converged", "collapsed", "imprecise"]
    assert plurality(tied) == plurality(tied[::-1]) == ("collapsed", 2 / 5)
    assert plurality(WORDS[::-1]) == ("diverged", 1 / 8)


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=12))
def test_no_word_is_commoner_than_the_one_that_is_taken(words: list[Word]) -> None:
    found, share = plurality(words)
    counts = Counter(words)
    assert share == counts[found] / len(words)
    assert counts[found] == max(counts.values())
    earlier = WORDS[: WORDS.index(found)]
    assert all(counts[one] < counts[found] for one in earlier)
