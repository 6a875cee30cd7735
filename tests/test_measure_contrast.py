"""A heap of samples stands out from its surroundings; a stretch of a thread does not."""

import numpy as np
import pytest

from ganrun.config.targets import Custom, Grid, Ring
from ganrun.measure.contrast import Heap, stands_out
from ganrun.measure.modes import count_modes
from ganrun.mixture import mixture_of

N = 10_000


def on_a_circle(n, rng, scatter=0.0):
    angle = rng.uniform(0, 2 * np.pi, n)
    points = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return points + scatter * rng.standard_normal((n, 2))


@pytest.mark.parametrize("std", [0.1, 0.2, 0.3])
def test_a_circle_through_the_means_holds_no_mode(std):
    target = mixture_of(Ring(modes=8, std=std))
    assert count_modes(on_a_circle(N, np.random.default_rng(0)), target).recovered == 0


def test_heaps_on_a_circle_are_modes():
    target = mixture_of(Ring(modes=8, std=0.1))
    rng = np.random.default_rng(1)
    both = np.concatenate([on_a_circle(N // 2, rng), target.sample(N // 2, rng)[0]])
    assert count_modes(both, target).recovered == 8


def heaps_that_stand_out(samples, target):
    return [
        mode
        for mode, mean in enumerate(target.means)
        if stands_out(samples, target, mode, Heap(mean, 1.0))
    ]


@pytest.mark.parametrize("n", [15 * 5, 500, N])
def test_perfect_samples_stand_out_however_few_they_are(n):
    target = mixture_of(Ring())
    per_mode = np.repeat(np.arange(5), n // 5)
    rng = np.random.default_rng(2)
    samples = target.means[per_mode] + 0.05 * rng.standard_normal((len(per_mode), 2))
    assert heaps_that_stand_out(samples, target) == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("spacing", [0.25, 0.5])
def test_a_neighbours_heap_is_no_moat(spacing):
    target = mixture_of(Grid(rows=3, columns=3, spacing=spacing, std=0.05))
    samples = target.sample(N, np.random.default_rng(3))[0]
    assert heaps_that_stand_out(samples, target) == list(range(9))


def test_where_a_thread_ends_there_is_no_heap():
    target = mixture_of(Custom(means=((0, 0), (2, 0)), stds=(0.1, 0.1)))
    along = np.random.default_rng(4).uniform(0, 2, N)
    samples = np.stack([along, np.zeros(N)], axis=1)
    for mode, inward in ((0, 0.1), (1, -0.1)):
        assert not stands_out(samples, target, mode, Heap(target.means[mode], 1.0))
        shifted = target.means[mode] + [inward, 0]
        assert not stands_out(samples, target, mode, Heap(shifted, 1.0))


def test_of_two_modes_on_one_place_the_heap_stands_out():
    target = mixture_of(Custom(means=((0, 0), (0.01, 0), (3, 0)), stds=(0.1, 0.1, 0.1)))
    samples = target.sample(2000, np.random.default_rng(5))[0]
    assert 0 in heaps_that_stand_out(samples, target)


def test_huge_and_no_samples_are_no_heap_and_no_warning():
    target = mixture_of(Ring())
    assert heaps_that_stand_out(np.full((10, 2), 1e308), target) == []
    assert heaps_that_stand_out(np.zeros((0, 2)), target) == []
