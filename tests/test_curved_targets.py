"""Targets whose modes are chains of beads: exact to draw from and to measure."""

from __future__ import annotations

import jax
import numpy as np
import pytest

from ganrun.chains import bead_std
from ganrun.config import Experiment, static_key
from ganrun.config.curved_targets import Checkerboard, Rings, SwissRoll, TwoMoons
from ganrun.game.targets import sample_target, target_of
from ganrun.measure.coverage import mode_shares
from ganrun.measure.evaluation import evaluate_samples
from ganrun.measure.outlines import outline_of
from ganrun.measure.showable import coinciding, how_often_covered, warnings_of
from ganrun.mixture import Mixture, mixture_of
from ganrun.page.scene_target import scene_target
from ganrun.report.geometry import mode_rings

TARGETS = {one.layout: one for one in (TwoMoons(), SwissRoll(), Checkerboard(), Rings())}


@pytest.fixture(params=TARGETS)
def target(request):
    return TARGETS[request.param]


def slow_density(x: np.ndarray, mixture: Mixture) -> float:
    """The density at a point: every bead's, one after the other."""
    beads = mixture.gaussians
    total = 0.0
    for mean, covariance, weight in zip(beads.means, beads.covariances, beads.weights, strict=True):
        away = x - mean
        peak = weight / (2 * np.pi * np.sqrt(np.linalg.det(covariance)))
        total += peak * np.exp(-away @ np.linalg.inv(covariance) @ away / 2)
    return total


def test_beads_are_as_many_as_is_said_and_share_their_modes_weight(target):
    mixture = mixture_of(target)
    assert (mixture.modes, mixture.gaussians.modes) == (target.mode_count, target.components)
    assert np.all(np.diff(mixture.mode_of) >= 0)
    np.testing.assert_allclose(mixture.owner @ mixture.gaussians.weights, mixture.weights)
    np.testing.assert_allclose(mixture.gaussians.covariances[:, 0, 0], bead_std(target) ** 2)
    assert coinciding(target) == []


def test_no_two_beads_that_follow_are_further_apart_than_is_said(target):
    if isinstance(target, Checkerboard):
        return
    mixture = mixture_of(target)
    step = np.linalg.norm(np.diff(mixture.gaussians.means, axis=0), axis=1)
    along = step[np.diff(mixture.mode_of) == 0]
    assert 0.97 * target.bead_step < along.max() <= target.bead_step * (1 + 1e-9)


def test_moons_and_a_roll_are_those_of_scikit_learn():
    from sklearn.datasets import make_moons, make_swiss_roll

    moons, which = make_moons(400, shuffle=False)
    beads = mixture_of(TwoMoons(radius=2.0, std=0.2)).gaussians.means
    ways = np.linalg.norm(2 * (moons[:, None] - (0.5, 0.25)) - beads, axis=2)
    assert ways.min(axis=1).max() < 0.1
    np.testing.assert_array_equal(ways.argmin(axis=1) // 40, which)
    roll, _ = make_swiss_roll(400, random_state=0)
    beads = mixture_of(SwissRoll()).gaussians.means
    scale = 2.0 / (4.5 * np.pi)
    assert np.linalg.norm(scale * roll[:, None, [0, 2]] - beads, axis=2).min(axis=1).max() < 0.07


def test_a_board_is_nearly_as_dense_all_over_its_squares_and_empty_between_them():
    mixture = mixture_of(Checkerboard())
    points, labels = mixture.sample(40_000, np.random.default_rng(0))
    inside = (np.floor(points).sum(axis=1) % 2 == 0) & (np.abs(points) < 2).all(axis=1)
    assert inside.mean() > 0.88
    middle = np.abs(points - np.floor(points) - 0.5).max(axis=1) < 0.35
    cells = np.histogram2d(*(points[inside & middle] % 1).T, bins=7, range=[[0.15, 0.85]] * 2)[0]
    assert cells.min() > 0.8 * cells.mean()
    np.testing.assert_allclose(np.bincount(labels) / len(labels), 1 / 8, atol=0.01)


def test_samples_and_densities_are_those_of_a_slow_sum(target):
    mixture = mixture_of(target)
    points, labels = mixture.sample(300, np.random.default_rng(1))
    ways = np.linalg.norm(points[:, None] - mixture.gaussians.means, axis=2) / bead_std(target)
    by_mode = [ways[:, mixture.mode_of == mode].min(axis=1) for mode in range(mixture.modes)]
    np.testing.assert_allclose(mixture.mahalanobis(points), np.stack(by_mode, axis=1))
    assert (ways.min(axis=1) < 5).all()
    found = measured(points, mixture)
    slow = -np.mean([np.log(slow_density(x, mixture)) for x in points])
    assert found["nll"] == pytest.approx(slow)
    high = ways.min(axis=1) <= 3
    nearest = mixture.mode_of[ways.argmin(axis=1)]
    shares = [(high & (nearest == mode)).mean() for mode in range(mixture.modes)]
    np.testing.assert_allclose(found["shares"], shares)
    np.testing.assert_allclose(mode_shares(points, mixture), shares)
    assert found["high_quality"] == pytest.approx(high.mean())
    assert np.isnan(found["spread"])
    assert found["modes_covered"] == mixture.modes
    assert (nearest == labels).mean() > 0.97


def measured(points: np.ndarray, mixture: Mixture):
    parts = mixture.gaussians
    return evaluate_samples(points, parts.means, parts.whitening, parts.weights, mixture.owner)


def test_on_the_device_they_are_the_same():
    mixture = mixture_of(Rings(weights=(1, 2, 3)))
    target = target_of(mixture)
    points = np.asarray(sample_target(jax.random.key(0), target, 4000))
    found = evaluate_samples(
        jax.numpy.asarray(points), target.means, target.whitening, target.weights, target.owner
    )
    slow = measured(points.astype(np.float64), mixture)
    for name in ("high_quality", "modes_covered", "reverse_kl", "mode_tv", "nll", "kl", "js"):
        assert float(found[name]) == pytest.approx(float(slow[name]), abs=1e-4), name
    np.testing.assert_allclose(found["shares"], [1 / 6, 1 / 3, 1 / 2], atol=0.03)
    assert np.isnan(found["spread"])


def test_what_a_program_is_compiled_for_is_the_number_of_beads_and_modes():
    def key(**fields):
        return static_key(Experiment.model_validate({"target": fields}))

    assert key(layout="two_moons", std=0.1) == key(layout="two_moons", radius=1.0)
    assert key(layout="two_moons", beads=80) != key(layout="two_moons")
    assert key(layout="two_moons") != key(modes=2)


def test_beads_that_are_seen_are_told_and_too_many_are_refused():
    def told(**fields):
        return list(warnings_of(Experiment.model_validate({"target": fields})))

    assert told(layout="two_moons") == []
    assert told(layout="two_moons", std=0.01) == [
        "the beads of a mode are 0.118 apart, which a std of 0.01 does not hide: 236 beads would "
        "make it smooth, or a larger std"
    ]
    with pytest.raises(ValueError, match=r"2,051 of them in all; at most 2,048"):
        Rings(modes=7, beads=512)


def test_a_mode_is_surely_covered_by_perfect_samples(target):
    assert min(how_often_covered(share, 500) for share in target.shares) > 0.99


def test_outlines_run_around_the_beads_at_distance_3(target):
    mixture = mixture_of(target)
    for mode in range(mixture.modes):
        loops = outline_of(mixture, mode)
        assert len(loops) == (2 if target.layout == "rings" else 1)
        for loop in loops:
            np.testing.assert_array_equal(loop[0], loop[-1])
            np.testing.assert_allclose(mixture.mahalanobis(loop)[:, mode], 3, rtol=1e-6)
    drawn = scene_target(mixture)["modes"]
    assert [len(one["outline"]) for one in drawn] == [len(loops)] * mixture.modes
    rings = mode_rings(mixture)
    assert len(rings) == mixture.modes
    assert np.isnan(rings).any()
