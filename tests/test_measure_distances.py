"""The sliced Wasserstein distance and the neighbour metrics, against plain Python loops."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganrun.config.targets import Ring
from ganrun.measure.distances import DIRECTIONS, project, sliced_wasserstein
from ganrun.measure.neighbours import neighbour_metrics, neighbourhoods
from ganrun.mixture import mixture_of

RING = mixture_of(Ring())
NAMES = ("precision", "recall", "density", "coverage")


def draw(n, seed):
    return RING.sample(n, np.random.default_rng(seed))[0]


def sliced_by_loops(a, b):
    squares = []
    for step in range(DIRECTIONS):
        angle = math.pi * (step + 0.5) / DIRECTIONS
        along = [sorted(math.cos(angle) * x + math.sin(angle) * y for x, y in c) for c in (a, b)]
        squares += [(p - q) ** 2 for p, q in zip(*along, strict=True)]
    return math.sqrt(sum(squares) / len(squares))


def neighbours_by_loops(real, fake, k=5):
    """Naeem et al. 2020: every distance, every ball."""

    def radius(points, i):
        others = sorted(math.dist(points[i], p) for j, p in enumerate(points) if j != i)
        return others[k - 1] * (1 + 1e-9)

    real_radii = [radius(real, i) for i in range(len(real))]
    fake_radii = [radius(fake, j) for j in range(len(fake))]
    in_real = [[math.dist(x, y) <= r for x, r in zip(real, real_radii, strict=True)] for y in fake]
    in_fake = [[math.dist(x, y) <= r for y, r in zip(fake, fake_radii, strict=True)] for x in real]
    return {
        "precision": sum(any(row) for row in in_real) / len(fake),
        "recall": sum(any(row) for row in in_fake) / len(real),
        "density": sum(sum(row) for row in in_real) / (k * len(fake)),
        "coverage": sum(any(column) for column in zip(*in_real, strict=True)) / len(real),
    }


def neighbours(real, fake):
    return neighbour_metrics(neighbourhoods(real), fake)


def fakes():
    rng = np.random.default_rng(3)
    return {
        "perfect": draw(60, 1),
        "one mode": RING.means[2] + 0.05 * rng.standard_normal((70, 2)),
        "wide": rng.uniform(-30, 30, (80, 2)),
        "constant": np.tile(draw(1, 5), (40, 1)),
        "duplicates": np.repeat(draw(9, 6), 7, axis=0),
        "the real ones": draw(50, 0),
        "on a line": np.stack([np.linspace(-3, 3, 60), np.zeros(60)], axis=1),
        "some astray": np.concatenate([draw(40, 7), rng.uniform(-900, 900, (30, 2))]),
    }


@pytest.mark.parametrize("name", fakes())
def test_the_neighbour_metrics_are_their_definitions(name):
    real, fake = draw(50, 0), fakes()[name]
    assert neighbours(real, fake) == pytest.approx(neighbours_by_loops(real, fake))


def test_many_points_far_from_every_centre_are_still_found_in_wide_neighbourhoods():
    # More points than are tried by nearest centre, and centres that all lie elsewhere.
    rng = np.random.default_rng(0)
    real = np.concatenate([rng.normal(size=(300, 2)) * 0.01, rng.uniform(-9, 9, (40, 2))])
    fake = np.concatenate([rng.uniform(-9, 9, (300, 2)), np.full((100, 2), 0.5)])
    assert neighbours(real, fake) == pytest.approx(neighbours_by_loops(real, fake))


def test_samples_like_the_real_ones_score_high_and_collapsed_ones_do_not():
    real = draw(1000, 0)
    good = neighbours(real, draw(1000, 1))
    assert min(good[name] for name in NAMES) > 0.93
    collapsed = neighbours(
        real, RING.means[0] + 0.05 * np.random.default_rng(2).normal(size=(1000, 2))
    )
    assert collapsed["precision"] > 0.95
    assert collapsed["recall"] < 0.3
    assert collapsed["coverage"] < 0.3


def test_samples_that_are_not_finite_lie_nowhere():
    real, fake = draw(100, 0), draw(100, 1)
    clean = neighbours(real, fake[20:])
    fake[:20] = math.nan
    found = neighbours(real, fake)
    assert found["precision"] == pytest.approx(0.8 * clean["precision"])
    assert found["density"] == pytest.approx(0.8 * clean["density"])
    assert found["recall"] == clean["recall"]
    assert found["coverage"] == clean["coverage"]


@pytest.mark.parametrize("few", [0, 1, 5])
def test_too_few_samples_have_no_fifth_neighbour(few):
    undefined = dict.fromkeys(NAMES)
    assert neighbours(draw(20, 0), draw(few, 1)) == undefined
    assert neighbours(draw(few, 0), draw(20, 1)) == undefined
    assert neighbours(draw(20, 0), np.full((20, 2), math.nan)) == undefined


def test_the_sliced_distance_is_its_definition():
    a, b = draw(40, 0), draw(40, 1) + 0.3
    assert sliced_wasserstein(project(a), project(b)) == pytest.approx(sliced_by_loops(a, b))


@given(st.floats(-50, 50), st.floats(-50, 50))
@settings(max_examples=30)
def test_the_sliced_distance_of_a_shift_is_its_length_over_root_two(x, y):
    a = draw(30, 0)
    distance = sliced_wasserstein(project(a), project(a + np.array([x, y])))
    assert distance == pytest.approx(math.hypot(x, y) / math.sqrt(2), abs=1e-9)


def test_the_sliced_distance_is_a_distance_between_sets():
    a, b, c = project(draw(50, 0)), project(draw(50, 1)), project(draw(50, 2) * 1.5)
    assert sliced_wasserstein(a, a) == 0
    assert sliced_wasserstein(a, b) == sliced_wasserstein(b, a) > 0
    assert sliced_wasserstein(a, c) <= sliced_wasserstein(a, b) + sliced_wasserstein(b, c)
    assert sliced_wasserstein(project(draw(50, 0)[::-1]), a) == pytest.approx(0, abs=1e-12)


def test_the_sliced_distance_wants_equally_many():
    with pytest.raises(ValueError, match="equally many points are needed, not 3 and 4"):
        sliced_wasserstein(project(draw(3, 0)), project(draw(4, 0)))
