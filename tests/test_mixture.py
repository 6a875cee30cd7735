import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganrun.config.targets import Custom, Grid, Line, Random, Ring, Spiral
from ganrun.mixture import Mixture, mixture_of

TARGETS = [
    Ring(),
    Ring(modes=1),
    Grid(rows=2, columns=3, spacing=1.5, std=0.1),
    Line(modes=4),
    Line(modes=1),
    Spiral(modes=7),
    Random(modes=6, seed=3),
    Custom(
        means=((0, 0), (3, 1)),
        covariances=(((0.04, 0.03), (0.03, 0.09)), ((0.01, 0), (0, 0.01))),
        weights=(1, 3),
    ),
]
PICTURES = pytest.mark.parametrize("target", TARGETS, ids=lambda target: repr(target)[:30])


def test_a_ring_of_eight_has_eight_modes_and_not_seven():
    mixture = mixture_of(Ring(modes=8, radius=1.5))
    assert len({tuple(mean) for mean in mixture.means.round(9)}) == 8
    for k, (x, y) in enumerate(mixture.means):
        assert x == pytest.approx(1.5 * math.cos(2 * math.pi * k / 8))
        assert y == pytest.approx(1.5 * math.sin(2 * math.pi * k / 8))


def test_a_grid_is_centred_and_has_columns_along_x():
    mixture = mixture_of(Grid(rows=2, columns=3, spacing=1.5))
    expected = [(x, y) for y in (-0.75, 0.75) for x in (-1.5, 0.0, 1.5)]
    assert mixture.means.tolist() == [list(mean) for mean in expected]


def test_a_line_reaches_half_its_length_to_both_sides():
    assert mixture_of(Line(modes=3, length=4)).means.tolist() == [[-2, 0], [0, 0], [2, 0]]
    assert mixture_of(Line(modes=1)).means.tolist() == [[0, 0]]


def test_a_spiral_winds_outwards_to_its_radius_in_its_turns():
    means = mixture_of(Spiral(modes=40, radius=2, turns=1.25)).means
    distances = np.hypot(*means.T)
    assert (np.diff(distances) > 0).all()
    assert distances[-1] == pytest.approx(2)
    assert means[-1] == pytest.approx([0, 2])  # a quarter turn past the x axis
    gaps = np.hypot(*np.diff(means, axis=0).T)[5:]
    assert gaps.max() < 1.5 * gaps.min()  # about evenly along the arm


@given(
    modes=st.integers(1, 12),
    seed=st.integers(0, 2**31 - 1),
    least_distance=st.floats(0, 0.6),
)
@settings(max_examples=50)
def test_a_random_layout_keeps_its_distances_and_its_square(modes, seed, least_distance):
    target = Random(modes=modes, seed=seed, radius=2, least_distance=least_distance)
    means = mixture_of(target).means
    assert np.abs(means).max() <= 2
    for i in range(modes):
        for j in range(i):
            assert math.dist(means[i], means[j]) >= least_distance
    assert mixture_of(target).means.tolist() == means.tolist()


def test_a_random_layout_that_does_not_fit_says_so():
    target = Random(modes=60, radius=1, least_distance=0.3)
    with pytest.raises(ValueError, match=r"cannot place 60 modes at least 0.3 apart in a square"):
        mixture_of(target)


def test_custom_modes_have_their_own_stds():
    mixture = mixture_of(Custom(means=((0, 0), (1, 1)), stds=(0.1, 0.2)))
    assert mixture.covariances == pytest.approx(np.array([0.01 * np.eye(2), 0.04 * np.eye(2)]))


@PICTURES
def test_weights_are_normalised(target):
    assert mixture_of(target).weights.sum() == pytest.approx(1)
    assert len(mixture_of(target).weights) == target.mode_count


def test_uneven_weights_keep_their_proportions():
    mixture = mixture_of(Ring(modes=3, weights=(1, 2, 5)))
    assert mixture.weights == pytest.approx([0.125, 0.25, 0.625])


@PICTURES
def test_cholesky_and_whitening_belong_to_the_covariances(target):
    mixture = mixture_of(target)
    for k in range(mixture.modes):
        lower, whitening = mixture.cholesky[k], mixture.whitening[k]
        assert lower @ lower.T == pytest.approx(mixture.covariances[k])
        assert whitening @ lower == pytest.approx(np.eye(2), abs=1e-12)
        assert whitening[0, 1] == 0


@PICTURES
def test_distances_are_those_of_the_definition(target):
    mixture = mixture_of(target)
    points = np.random.default_rng(0).normal(size=(20, 2)) * 2
    for point, of_point in zip(points, mixture.mahalanobis(points), strict=True):
        for k in range(mixture.modes):
            offset = point - mixture.means[k]
            squared = offset @ np.linalg.inv(mixture.covariances[k]) @ offset
            assert of_point[k] == pytest.approx(math.sqrt(squared))


@PICTURES
def test_samples_have_the_moments_of_their_modes(target):
    mixture = mixture_of(target)
    points, labels = mixture.sample(40_000, np.random.default_rng(1))
    for k in range(mixture.modes):
        own = points[labels == k]
        assert len(own) / len(points) == pytest.approx(mixture.weights[k], abs=0.015)
        std = math.sqrt(np.trace(mixture.covariances[k]) / 2)
        assert own.mean(axis=0) == pytest.approx(mixture.means[k], abs=0.06 * std)
        assert np.cov(own.T) == pytest.approx(mixture.covariances[k], abs=0.1 * std**2)


def test_the_same_seed_gives_the_same_samples():
    mixture = mixture_of(Ring())
    draws = [mixture.sample(10, np.random.default_rng(4))[0].tolist() for _ in range(2)]
    assert draws[0] == draws[1]


@PICTURES
def test_the_window_is_square_and_holds_practically_all_samples(target):
    mixture = mixture_of(target)
    x_min, x_max, y_min, y_max = mixture.extent
    assert x_max - x_min == pytest.approx(y_max - y_min)
    points, _ = mixture.sample(5000, np.random.default_rng(2))
    assert (points >= [x_min, y_min]).all()
    assert (points <= [x_max, y_max]).all()


def test_a_mixture_is_made_of_float64_arrays():
    mixture = mixture_of(Grid(rows=1, columns=2))
    assert isinstance(mixture, Mixture)
    parts = (mixture.means, mixture.covariances, mixture.weights, mixture.whitening)
    assert {part.dtype for part in parts} == {np.dtype(np.float64)}
