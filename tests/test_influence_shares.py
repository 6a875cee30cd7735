"""Variance components of factorial designs, against loops and planted truth."""

from __future__ import annotations

from itertools import combinations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy import ndarray

from benchmarks.coverage import Scene, rows_of
from ganrun.influence.components import effect, main_and_pair_effects, total_effects
from ganrun.influence.replicates import NoShares, fill_gaps, tabulate
from ganrun.influence.share_intervals import Replicates, chance_shares

SEEDS = 6


def noisy(shape: tuple[int, ...], seed: int = 0, seeds: int = SEEDS) -> ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + rng.normal(size=(seeds, *shape))


# Against sums of squares by loops


def slow_effect(means: ndarray, axes: tuple[int, ...]) -> ndarray:
    """An effect at every cell: averages over subsets of the axes with alternating signs."""
    found = np.zeros(means.shape)
    for cell in product(*map(range, means.shape)):
        for size in range(len(axes) + 1):
            for kept in combinations(axes, size):
                where = tuple(cell[i] if i in kept else slice(None) for i in range(means.ndim))
                found[cell] += (-1) ** (len(axes) - size) * means[where].mean()
    return found


def slow_variance(y: ndarray, axes: tuple[int, ...]) -> float:
    """Mean square of an effect, over cells and all ordered pairs of different seeds."""
    parts = [slow_effect(table, axes) for table in y]
    products = [
        np.mean(parts[s] * parts[t]) for s in range(len(y)) for t in range(len(y)) if s != t
    ]
    return float(np.mean(products))


def slow_total_variance(y: ndarray) -> float:
    """From pairs of trials with different seeds: half the mean squared difference."""
    flat = y.reshape(len(y), -1)
    pairs = [
        (flat[s, c] - flat[t, d]) ** 2 / 2
        for s in range(len(flat))
        for t in range(len(flat))
        if s != t
        for c in range(flat.shape[1])
        for d in range(flat.shape[1])
    ]
    return float(np.mean(pairs))


@pytest.mark.parametrize("shape", [(3,), (2, 3), (3, 2, 2)])
def test_shares_are_those_of_sums_of_squares_by_loops(shape: tuple[int, ...]) -> None:
    y = noisy(shape, seeds=4)
    total = slow_total_variance(y)
    for part in main_and_pair_effects(y):
        axes = part.axes or tuple(range(len(shape)))
        assert part.share.value == pytest.approx(slow_variance(y, axes) / total, rel=1e-9)


def test_a_factor_s_total_is_the_sum_of_all_parts_that_it_has_a_share_in() -> None:
    y = noisy((3, 2, 2))
    parts = list(main_and_pair_effects(y))
    for axis, total in enumerate(total_effects(y)):
        with_axis = sum(p.share.value for p in parts if axis in p.axes or not p.axes)
        assert total.value == pytest.approx(with_axis, rel=1e-9)


def test_the_shares_of_factors_seed_and_luck_sum_to_one() -> None:
    y = noisy((3, 4)) + np.random.default_rng(1).normal(size=(SEEDS, 1, 1))
    parts = sum(part.share.value for part in main_and_pair_effects(y))
    factors, seed, luck, chance = chance_shares(Replicates(y.reshape(SEEDS, -1)))
    assert parts == pytest.approx(factors.value)
    assert factors.value + seed.value + luck.value == pytest.approx(1)
    assert chance.value == pytest.approx(seed.value + luck.value)


def test_one_way_shares_agree_with_the_mean_squares_of_a_textbook() -> None:
    """Two-way layout, factor by seed: (MS_factor - MS_error) over the expected total."""
    y = noisy((5,))
    seeds, levels = y.shape
    factor = seeds * np.sum((y.mean(axis=0) - y.mean()) ** 2) / (levels - 1)
    left = y - y.mean(axis=0) - y.mean(axis=1, keepdims=True) + y.mean()
    error = np.sum(left**2) / ((levels - 1) * (seeds - 1))
    blocks = levels * np.sum((y.mean(axis=1) - y.mean()) ** 2) / (seeds - 1)
    of_factor = (levels - 1) * (factor - error) / (seeds * levels)
    of_seed = (blocks - error) / levels
    (part,) = main_and_pair_effects(y)
    _, seed, luck, _ = chance_shares(Replicates(y))
    total = of_factor + of_seed + error
    assert part.share.value == pytest.approx(of_factor / total)
    assert seed.value == pytest.approx(of_seed / total)
    assert luck.value == pytest.approx(error / total)


# Planted truth


def test_known_components_are_found_in_a_large_table() -> None:
    rng = np.random.default_rng(3)
    first, second = np.linspace(-1, 1, 6)[:, None], np.array([-1.0, 1.0])[None, :]
    parts = [first / first.std() * np.sqrt(0.4), second * np.sqrt(0.2)]
    parts.append(first / first.std() * second * np.sqrt(0.1))
    seed = rng.normal(size=(400, 1, 1)) * np.sqrt(0.1)
    y = sum(parts) + seed + rng.normal(size=(400, 6, 2)) * np.sqrt(0.2)
    found = [part.share for part in main_and_pair_effects(y)]
    for share, truth in zip(found, (0.4, 0.2, 0.1), strict=True):
        assert share.value == pytest.approx(truth, abs=0.02)
        assert share.low < truth < share.high
        assert share.high - share.low < 0.1
    _, of_seed, luck, _ = chance_shares(Replicates(y.reshape(400, -1)))
    assert of_seed.low < 0.1 < of_seed.high
    assert luck.low < 0.2 < luck.high


def test_an_estimate_is_unbiased_also_where_there_is_nothing() -> None:
    rng = np.random.default_rng(4)
    estimates = []
    for _ in range(400):
        y = rng.normal(size=(4, 5))
        table = Replicates(y)
        z = effect(y, (0,))
        square = np.sum(z.mean(axis=0) ** 2) - np.sum((z - z.mean(axis=0)) ** 2) / 3 / 4
        estimates.append(square / 5 / table.total)
    error = np.std(estimates) / 20
    assert abs(np.mean(estimates)) < 3 * error


@pytest.mark.parametrize(
    "scene",
    [
        Scene("gaussian", (7, 3, 3), 0.1, seed=0.1),
        Scene("0/1", (7, 3, 3), 0.6),
        Scene("0/1", (7, 3, 3), 0.05, by_level=0.05),
    ],
    ids=str,
)
def test_intervals_hold_the_truth_about_as_often_as_they_say(scene: Scene) -> None:
    """A glance; `python -m benchmarks.coverage` looks properly."""
    rows = rows_of(scene, 40)
    held = [row.covered for row in rows if row.truth > 0.005]
    assert 0.9 <= np.mean(held) <= 0.99
    assert min(held) >= 0.8
    without = [row.covered for row in rows if row.truth == 0]
    assert len(without) >= 4
    assert np.mean(without) >= 0.95


def test_seeds_that_are_good_everywhere_do_not_widen_a_factor_s_interval() -> None:
    y = noisy((4, 3)) + 5 * np.arange(SEEDS)[:, None, None]
    z = effect(y, (0,))
    plain = effect(noisy((4, 3)), (0,))
    assert np.allclose(z, plain)


@given(
    st.integers(2, 5),
    st.integers(2, 4),
    st.integers(2, 3),
    st.integers(0, 10**6),
    st.floats(0, 1),
)
@settings(max_examples=40)
def test_an_interval_lies_within_0_and_1_whatever_the_table(
    seeds: int, a: int, b: int, seed: int, chance: float
) -> None:
    y = (np.random.default_rng(seed).random((seeds, a, b)) < chance).astype(float)
    if np.ptp(y) == 0:
        return
    shares = [part.share for part in main_and_pair_effects(y)]
    shares += [*total_effects(y), *chance_shares(Replicates(y.reshape(seeds, -1)))]
    for share in shares:
        assert 0 <= share.low <= share.high <= 1
        assert np.isfinite(share.value)


def test_a_factor_that_decides_everything_explains_everything() -> None:
    y = np.zeros((8, 2, 3)) + np.array([0.0, 1.0])[None, :, None]
    first, second, both = (part.share for part in main_and_pair_effects(y))
    assert (first.value, first.low, first.high) == pytest.approx((1, 1, 1), abs=1e-3)
    assert second.value == both.value == 0
    assert max(second.high, both.high) < 1e-3


# Gaps


def test_a_table_without_gaps_is_left_as_it_is() -> None:
    y = noisy((4,))
    assert fill_gaps(y) is y


def test_a_few_gaps_hardly_change_the_shares() -> None:
    y = noisy((7, 3), seeds=8)
    holes = y.reshape(8, -1).copy()
    holes[[0, 3, 5], [2, 9, 20]] = np.nan
    filled = fill_gaps(holes)
    assert not np.isnan(filled).any()
    whole = ~np.isnan(holes).any(axis=0)
    assert np.array_equal(filled[:, whole], y.reshape(8, -1)[:, whole])
    for before, after in zip(
        main_and_pair_effects(y), main_and_pair_effects(filled.reshape(y.shape)), strict=True
    ):
        assert after.share.value == pytest.approx(before.share.value, abs=0.03)


def test_a_cell_s_variance_is_that_of_the_trials_it_has() -> None:
    y = noisy((5,), seeds=8)
    y[0, 2] = np.nan
    assert fill_gaps(y)[:, 2].var(ddof=1) == pytest.approx(np.nanvar(y[:, 2], ddof=1), rel=0.3)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda y: y[:1], "With one seed"),
        (lambda y: np.where(np.arange(12) < 2, np.nan, y), "too many to split"),
        (
            lambda y: np.where((np.arange(12) < 1) & (np.arange(6) > 1)[:, None], np.nan, y),
            "1 of 12",
        ),
        (lambda y: np.zeros_like(y), "same in every trial"),
    ],
)
def test_where_shares_cannot_be_had_a_sentence_says_why(spoil, reason: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(NoShares, match=reason) as problem:
        fill_gaps(spoil(noisy((12,))))
    assert str(problem.value).endswith(".")


def test_the_same_trial_twice_is_an_error() -> None:
    with pytest.raises(ValueError, match="same factors and the same seed"):
        tabulate(np.zeros(2), np.array([1, 1]), np.array([0, 0]), (2, 3))


# Seeds that agree by chance


def rare(*happened: tuple[int, int], seeds: int) -> ndarray:
    """A 0/1 outcome that happened in these of 12 cells, by these seeds; two factors."""
    y = np.zeros((seeds, 12))
    for cell, seed in happened:
        y[seed, cell] = 1
    return y.reshape(seeds, 6, 2)


def test_seeds_that_agree_to_the_last_bit_by_chance_make_no_interval_of_no_width() -> None:
    """Once in every seed and each time at one of two levels: an even chance in two seeds."""
    for seeds in (2, 3, 4):
        y = rare(*((2 * seed, seed) for seed in range(seeds)), seeds=seeds)
        second = next(part.share for part in main_and_pair_effects(y) if part.axes == (1,))
        assert second.low == 0
        assert second.high > 2 * second.value
    many = rare(*((2 * (seed % 6), seed) for seed in range(12)), seeds=12)
    second = next(part.share for part in main_and_pair_effects(many) if part.axes == (1,))
    assert 0 < second.low < second.value < second.high


def test_levels_that_tie_by_chance_are_not_excluded_for_certain() -> None:
    """Once at each level: an even chance in two seeds, and no proof of there being no influence."""
    for happened, factor in (
        (((0, 0), (1, 1)), 1),
        (((0, 0), (1, 1), (2, 0), (3, 1)), 1),
        (((0, 1), (3, 1)), 1),
        (((0, 0), (2, 1), (4, 0), (6, 1), (8, 0), (10, 1)), 0),
        (((0, 0), (2, 1), (4, 2), (6, 0), (8, 1), (10, 2)), 0),
    ):
        seeds = 1 + max(seed for _, seed in happened)
        parts = list(main_and_pair_effects(rare(*happened, seeds=seeds)))
        tied = next(part.share for part in parts if part.axes == (factor,))
        assert tied.value <= 0
        assert tied.low == 0
        assert tied.high > 0.1


@pytest.mark.parametrize("seeds", [2, 3, 8])
def test_no_influence_is_excluded_for_certain_where_there_is_luck(seeds: int) -> None:
    rng = np.random.default_rng(seeds)
    for chance in (0.1, 0.3):
        y = (rng.random((seeds, 3, 3, 2)) < chance).astype(float)
        parts = [part.share for part in main_and_pair_effects(y)]
        assert all(share.high > 0.001 for share in [*parts, *total_effects(y)])


def test_levels_that_are_the_same_in_every_trial_explain_nothing_for_certain() -> None:
    y = rare((0, 0), (1, 0), (4, 1), (5, 1), (8, 2), (9, 2), seeds=3)
    second = next(part.share for part in main_and_pair_effects(y) if part.axes == (1,))
    assert (second.low, second.high) == (0, 0)
