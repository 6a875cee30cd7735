"""Groups of runs compared: exact chances, honest intervals, words that say no more than holds."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest

from benchmarks.comparison import SHIFT, MadeUp, rows_of
from ganrun.compare import Comparison, Group, Member, compare, finding, sentences
from ganrun.compare.chance import (
    MOST_TRIED,
    chances,
    chances_of_any,
    dealings,
    exchanged_pairs,
    exchanged_runs,
    least_chance,
    runs_needed,
    sign_choices,
)
from ganrun.compare.comparison import COMPARED
from ganrun.compare.intervals import difference_of_means, larger_in_groups, mean_intervals
from ganrun.config import Experiment
from ganrun.influence.comparisons import ERROR
from ganrun.influence.comparisons import chances as chances_of_counts

PLAIN = Experiment()
POOR = {"modes_recovered": 2.0, "high_quality": 0.9, "reverse_kl": 0.9, "nll": 3.0}


def group(
    name: str, recovered: list[float | None], *, first_seed: int = 0, config: Experiment = PLAIN
) -> Group:
    """Runs that recover so many modes and have the same of all else; None: without a result."""
    members = [
        Member(seed, {**POOR, "modes_recovered": count}, "collapsed", "quick")
        if count is not None
        else Member(seed, {}, status="failed")
        for seed, count in enumerate(recovered, first_seed)
    ]
    return Group(name, config, tuple(members))


def compared(first: list[float | None], second: list[float | None], **options) -> Comparison:
    return compare([group("a", first), group("b", second, **options)])


def told(comparison: Comparison) -> str:
    return " ".join(words for _, words in sentences(comparison))


# Chances ----------------------------------------------------------------------------------------


def test_the_chance_of_pairs_is_that_of_all_choices_of_signs() -> None:
    gaps = np.array([[1.0, 0.5], [2.0, -1.0], [0.0, 3.0], [3.0, 0.25], [-1.0, np.nan]])
    for place in range(2):
        column = gaps[~np.isnan(gaps[:, place]), place]
        sums = [abs((column * signs).sum()) for signs in product((1, -1), repeat=len(column))]
        expected = np.mean([one >= sums[0] - 1e-9 for one in sums])
        assert chances(exchanged_pairs(gaps))[place] == pytest.approx(expected)


def test_of_counts_it_is_the_chance_by_which_cases_are_ranked() -> None:
    counts = np.array([2, -1, 0, 3, 3, 1, 1, 2])
    expected = min(2 * min(chances_of_counts(counts)), 1.0)
    assert chances(exchanged_pairs(counts[:, None].astype(float)))[0] == pytest.approx(expected)


def test_the_chance_of_two_groups_is_that_of_all_ways_to_deal_them() -> None:
    first, second = np.array([1.0, 2.0, 2.0]), np.array([4.0, 2.0, 5.0, 1.0])
    values = np.concatenate([first, second])
    gaps = []
    for chosen in combinations(range(7), 3):
        here = values[list(chosen)]
        gaps.append(abs((values.sum() - here.sum()) / 4 - here.mean()))
    expected = np.mean([gap >= gaps[0] - 1e-9 for gap in gaps])
    found = chances(exchanged_runs(first[:, None], second[:, None]))[0]
    assert found == pytest.approx(expected)


def test_what_is_observed_is_the_first_choice_and_choices_are_not_too_many() -> None:
    for pairs in (1, 6, 16, 40):
        signs = sign_choices(pairs)
        assert signs[0].tolist() == [1.0] * pairs
        assert len(signs) <= MOST_TRIED
    for first, second in ((1, 1), (3, 5), (30, 20)):
        dealt = dealings(first, second)
        assert dealt[0].tolist() == [True] * first + [False] * second
        assert (dealt.sum(axis=1) == first).all()
        assert len(dealt) <= MOST_TRIED


def test_metrics_that_hang_together_cost_nothing_and_others_do() -> None:
    rng = np.random.default_rng(0)
    clear = 1 + 0.1 * rng.random((8, 1))
    alone = chances_of_any(exchanged_pairs(clear))[0]
    together = chances_of_any(exchanged_pairs(np.repeat(clear, 15, axis=1)))
    beside_noise = chances_of_any(exchanged_pairs(np.hstack([clear, rng.normal(size=(8, 14))])))
    assert together.tolist() == [alone] * 15
    assert alone == pytest.approx(2 / 2**8)
    assert alone <= beside_noise[0] <= ERROR
    assert (beside_noise >= chances(exchanged_pairs(clear))[0]).all()


def test_so_many_seeds_are_needed_and_no_fewer() -> None:
    for among in (1, 5, 38):
        for paired in (True, False):
            needed = runs_needed(among, paired=paired)
            assert among * least_chance(needed, needed, paired=paired) <= ERROR
            assert among * least_chance(needed - 1, needed - 1, paired=paired) > ERROR


# Groups that are alike, and such as are not -----------------------------------------------------


@pytest.mark.parametrize("paired", [True, False])
def test_groups_that_are_alike_are_seldom_told_apart(paired: bool) -> None:
    """A light look; `python -m benchmarks.comparison` draws a thousand of every kind."""
    (row,) = rows_of(MadeUp("alike", (8, 8), paired, in_common=0.5 * paired), 40)
    assert row.any_told <= 0.15  # of 40 pairs of groups, three standard errors
    assert np.nanmean(row.held) > 0.9
    assert row.effect_held > 0.9


def test_a_difference_is_found_with_enough_seeds_and_never_claimed_with_too_few() -> None:
    (enough,) = rows_of(MadeUp("better", (8, 8), True, shift=SHIFT), 20)
    (few,) = rows_of(MadeUp("better", (5, 5), True, shift=SHIFT), 20)
    assert enough.recovered_told > 0.5
    assert few.any_told == 0


# Intervals --------------------------------------------------------------------------------------


def test_an_interval_is_within_the_bounds_and_not_empty_where_all_runs_agree() -> None:
    other = np.array([2.0, 1, 2, 3, 2, 2, 1, 2])
    found, _ = mean_intervals([np.full(8, 5.0), other], (0, 5), 0)
    assert found["value"] == 5
    assert found["high"] == 5
    assert 4 < found["low"] < 5
    same = compared([2.0] * 8, [5.0] * 8).pairs[0].metric("modes_recovered").difference
    assert same["value"] == 3
    assert 2 < same["low"] < 3 < same["high"] < 4


def test_one_run_has_no_interval_and_none_has_no_mean() -> None:
    one, none = mean_intervals([np.array([0.5]), np.array([np.nan])], (0, 1), 100)
    assert (one["value"], one["low"]) == (0.5, None)
    assert none["value"] is None
    (alone,) = mean_intervals([np.array([0.5])], (-np.inf, np.inf), 0)
    assert (alone["value"], alone["low"]) == (0.5, None)
    assert difference_of_means(alone, alone)["low"] is None


def test_the_effect_is_the_share_of_choices_in_which_the_second_is_larger() -> None:
    found = larger_in_groups(np.array([1.0, 2.0]), np.array([2.0, 3.0]))
    assert found["value"] == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    pair = compared([1.0, 2.0, 3.0, 3.0], [2.0, 2.0, 4.0, 5.0]).pairs[0]
    assert pair.metric("modes_recovered").larger["value"] == pytest.approx(3.5 / 4)


# Which runs are held against which --------------------------------------------------------------


def test_groups_are_paired_by_the_seeds_that_both_have() -> None:
    comparison = compared([2.0] * 8, [5.0] * 10)
    (pair,) = comparison.pairs
    assert pair.seeds == tuple(range(8))
    assert "8 seeds; 2 runs of b without a partner take no part." in told(comparison)


def test_groups_with_few_seeds_in_common_are_not_paired_and_that_is_said() -> None:
    comparison = compared([2.0] * 8, [5.0] * 8, first_seed=4)
    assert comparison.pairs[0].seeds is None
    assert "not paired, since they share too few seeds: 8 and 8 runs" in told(comparison)
    assert comparison.pairs[0].metric("modes_recovered").told == "higher"


def test_runs_that_diverged_or_failed_are_counted_and_told() -> None:
    first = group("a", [2.0] * 7 + [None])
    diverged = Member(8, POOR, "diverged", "quick", "diverged")
    second = Group("b", PLAIN, (*group("b", [5.0] * 8).members, diverged))
    comparison = compare([first, second])
    assert comparison.pairs[0].seeds == tuple(range(7))
    words = told(comparison)
    assert "1 of 8 runs of a has no result (1 failed) and takes no part." in words
    assert "1 run of b diverged: it counts by its last finite state." in words
    assert "8 collapsed (quick) and 1 diverged (quick)" in words


def test_a_metric_that_is_undefined_in_some_runs_is_compared_where_both_have_it() -> None:
    comparison = compared([2.0] * 8, [5.0] * 8)
    pair = comparison.pairs[0]
    assert pair.metric("spread").adjusted is None
    assert pair.metric("spread").difference["value"] is None
    assert pair.metric("high_quality").adjusted == 1
    assert {one.metric for one in pair.tested} == set(POOR)
    assert comparison.tests == len(POOR)


def test_counts_of_different_targets_are_not_compared_and_that_is_said() -> None:
    eight = Experiment.model_validate({"target": {"modes": 8}})
    comparison = compared([2.0] * 8, [7.0] * 8, config=eight)
    pair = comparison.pairs[0]
    assert pair.metric("modes_recovered").adjusted is None
    assert pair.metric("nll").adjusted is None
    assert pair.metric("reverse_kl").adjusted is not None
    words = told(comparison)
    assert "since the targets have 5 and 8 modes." in words
    assert "The targets differ: each group is measured by its own." in words


def test_all_are_held_against_the_first_or_each_against_each() -> None:
    groups = [group(name, [count] * 8) for name, count in (("a", 1.0), ("b", 3.0), ("c", 5.0))]
    names = [(one.first.name, one.second.name) for one in compare(groups).pairs]
    assert names == [("a", "b"), ("a", "c")]
    every = compare(groups, all_pairs=True)
    assert len(every.pairs) == 3
    alone = compare(groups[:2]).pairs[0].metric("modes_recovered").adjusted
    assert every.pairs[0].metric("modes_recovered").adjusted == pytest.approx(3 * alone)


def test_what_is_no_two_groups_is_an_error() -> None:
    one = group("a", [2.0])
    with pytest.raises(ValueError, match="two groups"):
        compare([one])
    with pytest.raises(ValueError, match="different names"):
        compare([one, one])
    with pytest.raises(ValueError, match="same seed"):
        Group("a", PLAIN, (*one.members, *one.members))


# Words ------------------------------------------------------------------------------------------


def test_what_is_told_apart_is_told_by_how_much_and_what_is_not_by_how_much_it_may_be() -> None:
    comparison = compared([2, 1, 2, 3, 2, 2, 1, 2], [5.0] * 8)
    assert finding(comparison) == "b recovers more modes than a"
    words = told(comparison)
    assert "Told apart: modes recovered are higher (+3.12 [+" in words
    assert "larger in 100 % [" in words
    assert "Not told apart by 8 seeds: high quality (a difference of up to 0.0" in words
    assert "4 comparisons is told apart where there is nothing to tell" in words


def test_what_is_not_told_apart_is_nowhere_called_equal() -> None:
    comparison = compared([2, 1, 2, 3, 2, 2, 1, 2], [2, 2, 1, 3, 2, 2, 2, 1])
    assert finding(comparison) == "b and a are not told apart by 8 seeds"
    words = told(comparison).lower()
    assert "a difference of up to 0." in words
    for claim in ("no difference", "equal", "identical", "the same as", "no effect"):
        assert claim not in words


@pytest.mark.parametrize(("seeds", "needed"), [(1, 6), (2, 6), (3, 6), (5, 6)])
def test_with_few_seeds_nothing_is_claimed_and_it_is_said_how_many_would_do(
    seeds: int, needed: int
) -> None:
    comparison = compared([0.0] * seeds, [5.0] * seeds)
    assert comparison.pairs[0].told == ()
    words = told(comparison)
    assert f"cannot show any difference: a test that supposes nothing of the numbers takes {needed}"
    assert f"takes {needed} seeds in both." in words
    assert "is told apart where there is nothing" not in words


def test_groups_without_a_result_cannot_be_compared() -> None:
    comparison = compared([None, None], [5.0, 5.0])
    assert finding(comparison) == "b and a cannot be compared: too few runs have a result"
    assert "one of them has no result" in told(comparison)


def test_rows_hold_every_metric_of_every_pair_as_plain_data() -> None:
    rows = [*compared([2, 1, 2, 3, 2, 2, 1, 2], [5.0] * 8).rows()]
    assert [row["metric"] for row in rows] == list(COMPARED)
    (recovered,) = [row for row in rows if row["metric"] == "modes_recovered"]
    assert recovered["first_mean"] == 1.875
    assert recovered["second_mean_low"] > 4
    assert recovered["difference"] == 3.125
    assert recovered["second_larger"] == 1
    assert recovered["p_adjusted"] <= ERROR
    assert (recovered["told"], recovered["worth"]) == ("higher", "better")
