"""The battery's rows of modes that are no Gaussians: what is there and what only looks like it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from benchmarks.battery_rows import SIZES, Case
from benchmarks.scenes import Points
from ganrun.config.curved_targets import Checkerboard, Rings, SwissRoll, TwoMoons
from ganrun.mixture import Mixture, mixture_of

CHAINS: dict[str, Mixture] = {
    "two moons": mixture_of(TwoMoons()),
    "swiss roll": mixture_of(SwissRoll()),
    "checkerboard": mixture_of(Checkerboard()),
    "3 rings": mixture_of(Rings()),
}
"""Targets whose modes are no Gaussians."""


def chain_cases(
    repeats: int = 1, sizes: Sequence[int] = SIZES, targets: Sequence[str] = tuple(CHAINS)
) -> Iterator[Case]:
    """Perfect samples, without a mode or half of one, amid noise, and what is no mode at all."""
    for row, (words, edit) in CHAIN_ROWS.items():
        for target in targets:
            for n in sizes:
                for repeat in range(repeats):
                    seed = [sum(map(ord, row)), list(CHAINS).index(target), n, repeat]
                    mixture, rng = CHAINS[target], np.random.default_rng(seed)
                    samples, lost = edit(mixture, n, rng)
                    truth = frozenset(range(mixture.modes)) - lost
                    yield Case("chains", f"{row}: {target}", words, mixture, samples, truth)


ChainEdit = Callable[[Mixture, int, np.random.Generator], tuple[Points, frozenset[int]]]
"""Samples, and the modes that they lack."""


def _all(mixture: Mixture, n: int, rng: np.random.Generator) -> tuple[Points, frozenset[int]]:
    return mixture.sample(n, rng)[0], frozenset()


def _without_one(
    mixture: Mixture, n: int, rng: np.random.Generator
) -> tuple[Points, frozenset[int]]:
    """Of one mode none; of a lone mode but its middle third."""
    points, labels = mixture.sample(4 * n, rng)
    lost = int(rng.integers(mixture.modes))
    if mixture.modes == 1:
        return _on_beads(mixture, points, 1 / 3, 2 / 3)[:n], frozenset([0])
    return points[labels != lost][:n], frozenset([lost])


def _half_of_each(
    mixture: Mixture, n: int, rng: np.random.Generator
) -> tuple[Points, frozenset[int]]:
    points, _ = mixture.sample(4 * n, rng)
    return _on_beads(mixture, points, 0, 1 / 2)[:n], frozenset(range(mixture.modes))


def _on_beads(mixture: Mixture, points: Points, begin: float, end: float) -> Points:
    """The points near a part of the beads of each mode."""
    assert mixture.mode_of is not None
    place = np.concatenate([np.arange(m) / m for m in np.bincount(mixture.mode_of)])
    at = place[mixture.gaussians.mahalanobis(points).argmin(axis=1)]
    return points[(at >= begin) & (at < end)]


def _with_noise(share: float) -> ChainEdit:
    def edit(mixture: Mixture, n: int, rng: np.random.Generator) -> tuple[Points, frozenset[int]]:
        points = mixture.sample(n, rng)[0]
        x_min, x_max, y_min, y_max = mixture.extent
        noise = rng.uniform([x_min, y_min], [x_max, y_max], (n, 2))
        points = np.where(rng.random((n, 1)) < share, noise, points)
        return points, frozenset(range(mixture.modes)) if share == 1 else frozenset()

    return edit


def _one_blob(mixture: Mixture, n: int, rng: np.random.Generator) -> tuple[Points, frozenset[int]]:
    width = (mixture.extent[1] - mixture.extent[0]) / 5
    middle = np.array([sum(mixture.extent[:2]), sum(mixture.extent[2:])]) / 2
    return middle + width * rng.standard_normal((n, 2)), frozenset(range(mixture.modes))


def _threads(mixture: Mixture, n: int, rng: np.random.Generator) -> tuple[Points, frozenset[int]]:
    """Straight lines across the window."""
    half = (mixture.extent[1] - mixture.extent[0]) / 2
    turn = rng.integers(3, size=n) * np.pi / 3 + 0.3
    along, across = half * rng.uniform(-1, 1, n), 0.02 * rng.standard_normal(n)
    points = np.stack(
        [
            along * np.cos(turn) - across * np.sin(turn),
            along * np.sin(turn) + across * np.cos(turn),
        ],
        axis=1,
    )
    return points, frozenset(range(mixture.modes))


CHAIN_ROWS: dict[str, tuple[str, ChainEdit]] = {
    "perfect": ("all", _all),
    "one mode lost": ("the others", _without_one),
    "half of each mode": ("none", _half_of_each),
    "5% noise": ("all", _with_noise(0.05)),
    "noise alone": ("none", _with_noise(1.0)),
    "one wide Gaussian": ("none", _one_blob),
    "three threads": ("none", _threads),
}
