"""Sobol and random designs: indices that are known, with luck and cases added to them."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from numpy import ndarray
from scipy.stats import qmc

from ganrun.influence import influence_of
from ganrun.influence.crossed import Estimate, cross_product, ratio
from ganrun.influence.forest import forest_importance
from ganrun.influence.polynomials import contrasts, legendre
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import Share
from ganrun.influence.sobol import sobol_shares
from ganrun.influence.surrogate import Surrogate, surrogate_shares
from tests.influence_examples import trials_of, words

FIRST, TOTAL = (0.3139, 0.4424, 0.0), (0.5576, 0.4424, 0.2437)
"""Ishigami's indices for a = 7, b = 0.1 (Saltelli et al. 2000)."""
VARIANCE = 13.8446


def saltelli(base: int, factors: int, seed: int = 0) -> ndarray:
    """SALib's points in the unit cube."""
    sample = pytest.importorskip("SALib.sample.sobol").sample
    problem = {
        "num_vars": factors,
        "names": [f"x{i}" for i in range(factors)],
        "bounds": [[0, 1]] * factors,
    }
    return sample(problem, base, calc_second_order=False, seed=seed)


def ishigami(unit: ndarray) -> ndarray:
    x = (2 * unit - 1) * np.pi
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def near(share: Share, truth: float, within: float) -> bool:
    return abs(share.value - truth) < within and share.low <= truth <= share.high


# Sobol


def test_ishigami_s_indices_are_found() -> None:
    f = ishigami(saltelli(1024, 3))
    shares, _ = sobol_shares(np.stack([f, f])[:, :, None], 3)
    for (first, total), known_first, known_total in zip(shares, FIRST, TOTAL, strict=True):
        assert near(first, known_first, 0.05)
        assert near(total, known_total, 0.05)


def test_without_luck_the_values_are_exactly_those_of_salib() -> None:
    analyze = pytest.importorskip("SALib.analyze.sobol").analyze
    f = ishigami(saltelli(128, 3))
    shares, _ = sobol_shares(np.stack([f, f])[:, :, None], 3)
    problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
    # SALib centres by all points, this by the random ones alone.
    a_and_b = f.reshape(-1, 5)[:, [0, -1]]
    centred = (f - a_and_b.mean()) / f.std()
    salib = analyze(problem, f, calc_second_order=False, seed=1)
    shift = centred.mean()
    assert [total.value for _, total in shares] == pytest.approx(salib["ST"], rel=1e-9)
    assert [first.value for first, _ in shares] == pytest.approx(salib["S1"], abs=abs(shift))


def test_luck_takes_its_share_of_the_variance_and_none_of_it_passes_for_influence() -> None:
    """Half of the variance is luck; plain total indices would all be near or above 0.5."""
    unit = saltelli(512, 3)
    luck = np.random.default_rng(3).normal(size=(4, len(unit))) * np.sqrt(VARIANCE)
    shares, _ = sobol_shares((ishigami(unit) + luck)[:, :, None], 3)
    for (first, total), known_first, known_total in zip(shares, FIRST, TOTAL, strict=True):
        assert near(first, known_first / 2, 0.06)
        assert near(total, known_total / 2, 0.06)


def test_intervals_of_sobol_shares_hold_the_truth_with_few_points_and_seeds() -> None:
    held = np.zeros((3, 2))
    tables = 60
    for table in range(tables):
        rng = np.random.default_rng(table)
        unit = saltelli(64, 3, seed=table)
        noise = rng.normal(size=(4, len(unit))) * 0.9 + rng.normal(size=(4, 1)) * np.sqrt(0.19)
        y = ishigami(unit) + noise * np.sqrt(VARIANCE)
        for i, shares in enumerate(sobol_shares(y[:, :, None], 3)[0]):
            for j, truth in enumerate((FIRST[i] / 2, TOTAL[i] / 2)):
                held[i, j] += shares[j].low <= truth <= shares[j].high
    assert 0.92 <= held.mean() / tables <= 1
    assert held.min() / tables >= 0.85


def test_a_factor_that_does_nothing_has_indices_that_reach_to_0() -> None:
    unit = saltelli(128, 3)
    rng = np.random.default_rng(2)
    happened = rng.random((8, len(unit))) < 1 / (1 + np.exp(-6 * (unit[:, 0] - 0.5)))
    shares, _ = sobol_shares(happened.astype(float)[:, :, None], 3)
    assert shares[0][0].low > 0.1
    for first, total in shares[1:]:
        assert first.low == total.low == 0
        assert total.high < 0.1


def test_cases_are_a_factor_whose_interactions_count_in_all_totals() -> None:
    """y = x0 in one case and -x0 in the other: no main effects, and one interaction."""
    unit = saltelli(256, 2)
    sign = np.array([1.0, -1.0])
    y = np.stack([(unit[:, 0] - 0.5)[:, None] * sign] * 2)
    (first, second), cases = sobol_shares(y, 2)
    assert cases is not None
    for own, total in (first, cases):
        assert abs(own.value) < 0.02
        assert total.value == pytest.approx(1, abs=0.01)
    assert second[1].value == 0


def test_a_case_that_decides_everything_explains_everything() -> None:
    y = np.zeros((3, 4 * 16, 2)) + np.array([0.0, 1.0])
    shares, cases = sobol_shares(y, 2)
    assert cases is not None
    assert [share.value for share in cases] == pytest.approx([1, 1])
    assert all(share.value == 0 for both in shares for share in both)


def test_points_that_are_no_sobol_design_are_an_error() -> None:
    with pytest.raises(ValueError, match="11 points are no Sobol design of 3 factors"):
        sobol_shares(np.zeros((2, 11, 1)), 3)


def sobol_trials(**options: Any) -> Any:
    unit = saltelli(32, 2)
    rng = np.random.default_rng(3)
    happened = rng.random((len(unit), 4)) < unit[:, :1]
    verdict = np.array(words(happened), dtype=object)
    verdict[options.get("failed", [])] = ""
    columns = {"optimizer.b1": list(unit[:, 0]), "target.std": list(unit[:, 1])}
    return trials_of(columns, 4, list(verdict), design="sobol")


def test_a_failed_trial_of_a_sobol_sweep_does_not_disturb_the_order() -> None:
    whole, holed = (influence_of(sobol_trials(failed=failed)) for failed in ([], [5, 77]))
    before, after = (
        answer["outcomes"]["collapsed"]["shares"]["effects"] for answer in (whole, holed)
    )
    assert [e["total"]["value"] for e in after] == pytest.approx(
        [e["total"]["value"] for e in before], abs=0.05
    )


def test_a_point_that_failed_altogether_takes_its_row_of_the_scheme_with_it() -> None:
    answer = influence_of(sobol_trials(failed=[8, 9, 10, 11]))
    shares = answer["outcomes"]["collapsed"]["shares"]
    assert shares["points_left_out"] == 4
    assert shares["effects"][0]["share"]["low"] > 0


# Forests


def test_a_forest_finds_what_matters_about_as_much_as_it_does() -> None:
    rng = np.random.default_rng(4)
    x = rng.random((200, 1, 3))
    signal = np.sqrt(12) * ((x[..., 0] - 0.5) * np.sqrt(0.6) + (x[..., 1] - 0.5) * np.sqrt(0.2))
    y = signal + rng.normal(size=(4, 200, 1)) * np.sqrt(0.2)
    (first, second, nothing), foretold = forest_importance(y, x)
    assert first.value == pytest.approx(0.6, abs=0.15)
    assert second.value == pytest.approx(0.2, abs=0.1)
    assert nothing.low == 0
    assert nothing.high < 0.02
    assert 0.6 < foretold.value < 0.81


def test_seeds_of_one_point_never_help_to_foretell_each_other() -> None:
    """Pure luck that is the same for all seeds of a point: memorising points must not pay."""
    rng = np.random.default_rng(5)
    y = np.repeat(rng.normal(size=(1, 100, 1)), 6, axis=0)
    importances, foretold = forest_importance(y, rng.random((100, 1, 2)))
    assert foretold.value < 0.05
    assert all(share.low == 0 for share in importances)


def test_a_case_is_dealt_out_like_any_other_factor() -> None:
    rng = np.random.default_rng(6)
    columns = np.zeros((60, 2, 2))
    columns[..., 0] = rng.random((60, 1))
    columns[:, 1, 1] = 1
    y = np.zeros((2, 60, 2)) + np.array([0.0, 1.0])
    (point, case), foretold = forest_importance(y, columns)
    assert (case.value, foretold.value) == pytest.approx((1, 1), abs=0.15)
    assert point.value == pytest.approx(0, abs=0.01)


def test_a_handful_of_points_is_too_few_for_a_forest() -> None:
    with pytest.raises(NoShares, match="9 points are too few"):
        forest_importance(np.zeros((2, 9, 1)), np.zeros((9, 1, 1)))


def test_a_random_sweep_is_answered_with_choices_and_numbers() -> None:
    rng = np.random.default_rng(7)
    rates = list(10 ** rng.uniform(-4, -2, 120))
    objectives = [str(rng.choice(["hinge", "minimax"])) for _ in rates]
    chance = np.array([0.9 if name == "minimax" else 0.1 for name in objectives])
    trials = trials_of(
        {"optimizer.learning_rate": rates, "objective": objectives},
        4,
        words(rng.random((120, 4)) < chance[:, None]),
        design="random",
    )
    answer = influence_of(trials)
    assert answer["ranking"] == ["objective", "optimizer.learning_rate"]
    rate, objective = answer["factors"]
    assert rate["binned"]
    assert len(rate["levels"]) == 5
    assert [level["value"] for level in objective["levels"]] == list(dict.fromkeys(objectives))
    assert "The objective by itself explains" in answer["paragraph"]
    assert "a polynomial surrogate's, which foretells" in answer["paragraph"]


def test_where_no_polynomial_follows_the_points_a_forest_answers_and_why_is_said() -> None:
    rng = np.random.default_rng(12)
    rates, betas = rng.random((2, 300))
    even = (np.floor(9 * rates) + np.floor(9 * betas)) % 2
    trials = trials_of(
        {"optimizer.learning_rate": list(rates), "optimizer.b1": list(betas)},
        3,
        words(rng.random((300, 3)) < np.where(even, 0.95, 0.05)[:, None]),
        design="random",
    )
    answer = influence_of(trials)
    shares = answer["outcomes"]["collapsed"]["shares"]
    assert re.match("A polynomial surrogate foretells . % of", shares["surrogate"]["note"])
    assert shares["effects"][0]["share"] is None
    assert "a forest foretells" in answer["paragraph"]
    assert "So these shares are a forest's." in answer["paragraph"]


@pytest.mark.parametrize(("base", "seeds"), [(8, 8), (16, 2)])
def test_a_small_sobol_design_says_that_it_is(base: int, seeds: int) -> None:
    unit = saltelli(base, 2)
    happened = np.random.default_rng(20).random((len(unit), seeds)) < unit[:, :1]
    columns = {"optimizer.b1": list(unit[:, 0]), "target.std": list(unit[:, 1])}
    small = influence_of(trials_of(columns, seeds, words(happened), design="sobol"))
    assert f"A Sobol design of base {base} with {seeds} seeds is a small one" in small["paragraph"]
    assert "is a small one" not in influence_of(sobol_trials())["paragraph"]


@pytest.mark.parametrize(("points", "is_small"), [(99, True), (100, False)])
def test_a_small_random_design_says_that_it_is(points: int, is_small: bool) -> None:
    rng = np.random.default_rng(21)
    columns = {"optimizer.b1": list(rng.random(points)), "target.std": list(rng.random(points))}
    happened = rng.random((points, 4)) < np.array(columns["optimizer.b1"])[:, None]
    answer = influence_of(trials_of(columns, 4, words(happened), design="random"))
    told = f"A random design of {points} points is a small one" in answer["paragraph"]
    assert told == is_small


# Surrogates


def surrogate_of(y: ndarray, unit: ndarray, together: int = 1) -> Surrogate:
    bases = [legendre(unit[:, i, None]) for i in range(unit.shape[1])]
    return surrogate_shares(y[:, :, None], bases, together)


def test_a_surrogate_finds_shares_by_a_tenth_of_the_points_that_a_scheme_takes() -> None:
    unit = qmc.LatinHypercube(3, seed=0).random(200)
    y = ishigami(unit) + np.random.default_rng(1000).normal(size=(4, 200)) * np.sqrt(VARIANCE / 9)
    found = surrogate_of(y, unit)
    for own, total, known_first, known_total in zip(
        found.mains, found.totals, FIRST, TOTAL, strict=True
    ):
        assert near(own, 0.9 * known_first, 0.1)
        assert total.low <= 0.9 * known_total <= total.high
    assert next(iter(found.pairs)) == (0, 2)
    assert found.fit is not None
    assert found.fit > 0.8


def test_a_surrogate_of_luck_alone_shows_nothing() -> None:
    rng = np.random.default_rng(15)
    unit = rng.random((100, 4))
    found = surrogate_of((rng.random((4, 100)) < 0.4).astype(float), unit)
    assert found.fit is None
    assert not found.pairs
    for share in (*found.mains, *found.totals):
        assert share.low == 0
        assert share.high < 0.15


def test_values_without_order_are_a_factor_and_interact_as_one() -> None:
    rng = np.random.default_rng(16)
    unit, choice = rng.random((120, 1)), rng.integers(3, size=(120, 1))
    slope = np.array([1.0, -1.0, 0.0])[choice]
    y = (unit - 0.5) * slope + rng.normal(size=(3, 120, 1)) * 0.1
    found = surrogate_shares(y, [legendre(unit), contrasts(choice, ordered=False)])
    assert list(found.pairs) == [(0, 1)]
    assert near(found.pairs[0, 1], (1 / 18) / (1 / 18 + 0.01), 0.1)
    assert all(own.value < 0.1 for own in found.mains)


def test_too_few_points_are_refused() -> None:
    unit = np.random.default_rng(17).random((9, 4))
    with pytest.raises(NoShares, match="9 points are too few to fit a surrogate"):
        surrogate_of(np.random.default_rng(18).normal(size=(2, 9)), unit)


@pytest.mark.parametrize("ordered", [True, False])
def test_contrasts_are_orthonormal_under_the_design(ordered: bool) -> None:
    level = np.random.default_rng(19).integers(5, size=(40, 2))
    columns = contrasts(level, ordered=ordered).columns.reshape(80, 4)
    assert columns.T @ columns / 80 == pytest.approx(np.eye(4), abs=1e-9)
    assert columns.mean(axis=0) == pytest.approx(np.zeros(4), abs=1e-9)


# Contributions


def test_contributions_average_to_their_number() -> None:
    rng = np.random.default_rng(8)
    b, d = rng.normal(size=(2, 5, 7, 3))
    estimate = cross_product(b, d)
    slow = [np.mean(b[s] * d[t]) for s in range(5) for t in range(5) if s != t]
    assert estimate.value == pytest.approx(np.mean(slow))
    assert estimate.contributions.mean() == pytest.approx(estimate.value)


def test_an_interval_is_wide_where_few_seeds_disagree_though_points_are_many() -> None:
    rng = np.random.default_rng(9)
    one = Estimate(1.0, np.ones((1000, 4)))
    by_point = rng.normal(size=(1000, 1)) * np.ones(4)
    by_seed = np.array([0.3, 0.4, 0.6, 0.7]) * np.ones((1000, 1))
    narrow = ratio(Estimate(0.5, 0.5 + 0.1 * by_point), one)
    wide = ratio(Estimate(0.5, by_seed), one)
    assert narrow.high - narrow.low < 0.03
    assert wide.high - wide.low > 0.5
