"""The target in compiled code: points are drawn by the weights, with the modes' own shapes."""

from __future__ import annotations

import jax
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, chisquare

from ganrun.config import Experiment
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import Target, alias_table, sample_target, target_of
from ganrun.mixture import Mixture, mixture_of

pytestmark = pytest.mark.usefixtures("quick_xla")

COUNT = 40_000
SKEWED = {
    "layout": "custom",
    "means": [[0, 0], [4, 1], [-3, 5], [2, -6]],
    "covariances": [
        [[0.01, 0.0], [0.0, 0.01]],
        [[0.04, 0.03], [0.03, 0.09]],
        [[0.25, -0.12], [-0.12, 0.0625]],
        [[0.001, 0.0], [0.0, 0.1]],
    ],
    "weights": [1, 10, 4, 0.5],
}


def mixture(**target: object) -> Mixture:
    return mixture_of(Experiment.model_validate({"target": target}).target)


def on_device(one: Mixture) -> Target:
    return jax.tree.map(jax.numpy.asarray, target_of(one))


@pytest.fixture(scope="module")
def skewed() -> tuple[Mixture, np.ndarray, np.ndarray]:
    """Four well separated modes of all shapes, many points, and whose mode each point is."""
    one = mixture(**SKEWED)
    key = round_key(jax.numpy.uint32(0), Stream.ROUND, 1)
    points = np.asarray(sample_target(key, on_device(one), COUNT), float)
    return one, points, one.mahalanobis(points).argmin(axis=1)


def drawn_by(keep: np.ndarray, alias: np.ndarray) -> np.ndarray:
    """The distribution that a table stands for: each row is drawn as often as any other."""
    shares = np.zeros(len(keep))
    for k in range(len(keep)):
        shares[k] += float(keep[k]) / len(keep)
        shares[alias[k]] += (1 - float(keep[k])) / len(keep)
    return shares


@given(st.lists(st.floats(1e-6, 1e6), min_size=1, max_size=64))
def test_an_alias_table_stands_for_exactly_its_weights(weights: list[float]) -> None:
    wanted = np.array(weights) / np.sum(weights)
    keep, alias = alias_table(wanted)
    assert ((keep >= 0) & (keep <= 1)).all()
    assert ((alias >= 0) & (alias < len(weights))).all()
    np.testing.assert_allclose(drawn_by(keep, alias), wanted, atol=1e-6 / len(weights))


def test_modes_are_drawn_by_their_weights(
    skewed: tuple[Mixture, np.ndarray, np.ndarray],
) -> None:
    one, _, labels = skewed
    counts = np.bincount(labels, minlength=one.modes)
    assert chisquare(counts, COUNT * one.weights).pvalue > 1e-3


@pytest.mark.parametrize("modes", [1, 2, 5, 25])
def test_equal_modes_are_drawn_equally_often(modes: int) -> None:
    one = mixture(layout="ring", modes=modes, radius=10.0)
    points = sample_target(jax.random.key(5), on_device(one), COUNT)
    labels = one.mahalanobis(np.asarray(points, float)).argmin(axis=1)
    assert chisquare(np.bincount(labels, minlength=modes)).pvalue > 1e-3 if modes > 1 else True
    assert set(labels) == set(range(modes))


def test_points_of_a_mode_have_its_mean_and_covariance(
    skewed: tuple[Mixture, np.ndarray, np.ndarray],
) -> None:
    one, points, labels = skewed
    for k in range(one.modes):
        own = points[labels == k]
        error = np.linalg.cholesky(one.covariances[k] / len(own))
        off = np.linalg.solve(error, own.mean(axis=0) - one.means[k])
        assert chi2.sf(off @ off, 2) > 1e-3
        within = np.linalg.solve(np.linalg.cholesky(one.covariances[k]), (own - one.means[k]).T)
        np.testing.assert_allclose(np.cov(within), np.eye(2), atol=5 / np.sqrt(len(own)))


def test_points_are_normal_around_their_mode_and_not_only_of_its_variance(
    skewed: tuple[Mixture, np.ndarray, np.ndarray],
) -> None:
    one, points, _ = skewed
    squared = one.mahalanobis(points).min(axis=1) ** 2
    edges = chi2.ppf(np.linspace(0, 1, 11), 2)
    assert chisquare(np.histogram(squared, edges)[0]).pvalue > 1e-3


def test_other_keys_give_other_points() -> None:
    target = on_device(mixture(**SKEWED))
    first, again, other = (
        np.asarray(sample_target(jax.random.key(seed), target, 64)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert not (first == other).any()


def test_a_target_on_the_device_is_the_mixture_in_float32() -> None:
    one = mixture(**SKEWED)
    target = target_of(one)
    assert {array.dtype for array in jax.tree.leaves(target)} == {np.dtype("f4"), np.dtype("i4")}
    np.testing.assert_allclose(target.means, one.means, rtol=1e-6)
    np.testing.assert_allclose(target.weights, one.weights, rtol=1e-6)
    np.testing.assert_allclose(target.extent, one.extent, rtol=1e-6)
    covariances = target.cholesky @ np.swapaxes(target.cholesky, 1, 2)
    np.testing.assert_allclose(covariances, one.covariances, atol=1e-6)
    np.testing.assert_allclose(
        target.whitening @ target.cholesky, np.tile(np.eye(2), (4, 1, 1)), atol=1e-5
    )
