"""The battery's threads: samples strung along a path through the modes, with heaps or without.

A thread is as dense on a mode as beside it, so it holds no mode, however thin it is and however
close the modes are. A heap is clear-cut if it has 30 samples, or 60 where a thread runs through it
or the next mode is closer than 6 std, but no mode closer than 4.5. On a thread it must besides be
three times as dense, along the thread, as the thread alone, and no mode may be closer than 6 std.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from benchmarks.battery_rows import SIZES, Case
from benchmarks.scenes import LEAST_AMID_OTHERS, Points
from ganrun.config.targets import Grid, Line, Ring, Target
from ganrun.mixture import Mixture, mixture_of

STDS = (0.1, 0.2, 0.3)
RINGS = (2, 3, 5, 8, 12, 16, 25)
CLOSEST, CLOSE = 4.5, 6.0
"""Between modes closer than so many std there is hardly a valley, or a narrow one."""
LEAST_ON_THREAD = 2 * LEAST_AMID_OTHERS
LEAST_LIFT = 3
"""A heap is so many times as dense, along its thread, as the thread."""
MIDDLE = 0.34
"""Share of a heap's samples per std of length in its middle."""

Path = Float[ndarray, "P 2"]


@dataclass(frozen=True, eq=False)
class Strung:
    """A mixture whose modes a path goes through, one after another."""

    name: str
    mixture: Mixture
    std: float
    closed: bool
    """Whether the modes lie on a circle, which the path goes all the way round."""

    @property
    def gap(self) -> float:
        """Distance from any mode to the nearest, in std."""
        means = self.mixture.means
        apart = np.linalg.norm(means[:, None] - means, axis=2)
        return float(apart[~np.eye(len(means), dtype=bool)].min() / self.std)

    def chords(self, first: int, last: int) -> Path:
        """Straight from mode to mode."""
        return self.mixture.means[np.arange(first, last + 1) % self.mixture.modes]

    def curve(self, first: int, last: int) -> Path:
        """Around the circle, from half-way before a mode to half-way after another; or straight."""
        if not self.closed:
            return self.chords(first, last)
        turn = 2 * np.pi / self.mixture.modes
        angles = np.linspace((first - 0.5) * turn, (last + 0.5) * turn, 600)
        return 2.0 * np.stack([np.cos(angles), np.sin(angles)], axis=1)

    def wave(self, first: int, last: int) -> Path:
        """The curve, swinging to and fro between the modes and slanting through each."""
        path = evenly(self.curve(first, last), 600)
        ahead = np.gradient(path, axis=0)
        aside = np.stack([-ahead[:, 1], ahead[:, 0]], 1) / np.linalg.norm(ahead, axis=1)[:, None]
        swings = (last - first + self.closed) / 2
        phase = 2 * np.pi * swings * np.linspace(0, 1, 600) + np.pi / 2 * self.closed
        size = 0.4 * self.std * min(self.gap, 10.0)
        return path + size * np.sin(phase)[:, None] * aside


def strung_targets() -> Iterator[Strung]:
    """Rings, a line and a grid, which is strung row by row, to and fro."""
    for std in STDS:
        for modes in RINGS:
            yield _strung(f"ring of {modes}", Ring(modes=modes, std=std), std, closed=True)
        yield _strung("line of 4", Line(modes=4, std=std), std, closed=False)
        yield _strung("grid of 9", Grid(rows=3, columns=3, spacing=1.5, std=std), std, closed=False)


def _strung(name: str, target: Target, std: float, *, closed: bool) -> Strung:
    mixture = mixture_of(target)
    if name == "grid of 9":
        to_and_fro = [0, 1, 2, 5, 4, 3, 6, 7, 8]
        mixture = Mixture(mixture.means[to_and_fro], mixture.covariances, mixture.weights)
    return Strung(f"{name}, std {std}", mixture, std, closed)


def evenly(path: Path, points: int) -> Path:
    """So many points spaced evenly along a path."""
    return at_lengths(path, np.linspace(0, 1, points))


def at_lengths(path: Path, fractions: Float[ndarray, " N"]) -> Points:
    """The places at these fractions of a path's length."""
    steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
    lengths = np.concatenate([[0.0], np.cumsum(steps)])
    columns = [np.interp(fractions * lengths[-1], lengths, path[:, axis]) for axis in (0, 1)]
    return np.stack(columns, axis=1)


def length_of(path: Path) -> float:
    """How long a path is, in plane units."""
    return float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum())


@dataclass(frozen=True)
class Threads:
    """A row: what share of the samples is on a thread, and which modes have heaps."""

    truth: str
    path: Callable[[Strung, int, int], Path]
    width: float
    """Scatter about the path, in std of the modes."""
    share: float
    """On the thread; the rest is in the heaps."""
    heaps: Callable[[int], Sequence[int]]
    """Which of `K` modes have one."""
    whole: bool = True
    """Whether the thread goes through all modes; else through those without a heap alone."""


def _none(modes: int) -> Sequence[int]:
    return ()


def _all(modes: int) -> Sequence[int]:
    return range(modes)


def _half(modes: int) -> Sequence[int]:
    return range(max(2, (modes + 1) // 2), modes)


def _all_but_one(modes: int) -> Sequence[int]:
    return [mode for mode in range(modes) if mode != modes // 2]


ROWS: dict[str, Threads] = {
    "a circle, 0.05 std wide": Threads("none", Strung.curve, 0.05, 1.0, _none),
    "a circle, half a std wide": Threads("none", Strung.curve, 0.5, 1.0, _none),
    "a circle, 1 std wide": Threads("none", Strung.curve, 1.0, 1.0, _none),
    "chords, 0.05 std wide": Threads("none", Strung.chords, 0.05, 1.0, _none),
    "chords, half a std wide": Threads("none", Strung.chords, 0.5, 1.0, _none),
    "a wave, 0.2 std wide": Threads("none", Strung.wave, 0.2, 1.0, _none),
    "heaps, and a circle through half": Threads("heaps", Strung.curve, 0.2, 0.5, _half, False),
    "heaps, and chords through half": Threads("heaps", Strung.chords, 0.5, 0.5, _half, False),
    "heaps, 50 % on a circle": Threads("all", Strung.curve, 0.2, 0.5, _all),
    "heaps, 30 % on chords": Threads("all", Strung.chords, 0.5, 0.3, _all),
    "heaps but one, 30 % on a circle": Threads("heaps", Strung.curve, 0.2, 0.3, _all_but_one),
    "heaps alone": Threads("all", Strung.curve, 0.2, 0.0, _all),
}


def thread_cases(
    repeats: int = 1,
    sizes: Sequence[int] = SIZES,
    rows: Sequence[str] = tuple(ROWS),
    targets: Sequence[str] | None = None,
) -> Iterator[Case]:
    """Every row on every target and sample size, `repeats` times each; or some by name."""
    strung = list(strung_targets())
    for row in rows:
        for place, target in enumerate(strung):
            if targets is not None and target.name not in targets:
                continue
            for n in sizes:
                for repeat in range(repeats):
                    rng = np.random.default_rng([sum(map(ord, row)), place, n, repeat])
                    yield _case(row, target, n, rng)


def _case(row: str, target: Strung, n: int, rng: np.random.Generator) -> Case:
    threads, mixture = ROWS[row], target.mixture
    heaps = np.array(threads.heaps(mixture.modes), int)
    last = mixture.modes - 1 if threads.whole or not len(heaps) else heaps[0] - 1
    round_ = target.closed and last == mixture.modes - 1 and threads.path is Strung.chords
    path = threads.path(target, 0, last + bool(round_))
    on_thread = round(threads.share * n) if len(heaps) else n
    counts = np.zeros(mixture.modes, int)
    if len(heaps):
        counts[heaps] = rng.multinomial(n - on_thread, np.full(len(heaps), 1 / len(heaps)))
    labels = np.repeat(np.arange(mixture.modes), counts)
    points = [mixture.means[labels] + target.std * rng.standard_normal((len(labels), 2))]
    if on_thread:
        scatter = threads.width * target.std * rng.standard_normal((on_thread, 2))
        points.append(at_lengths(path, rng.uniform(0, 1, on_thread)) + scatter)
    clear = _clear(target, counts, n, on_thread / length_of(path) if threads.whole else 0.0)
    truth = frozenset(np.flatnonzero((counts > 0) & clear).tolist())
    unclear = frozenset(np.flatnonzero((counts > 0) & ~clear).tolist())
    samples = rng.permutation(np.concatenate(points))
    return Case("threads", row, threads.truth, mixture, samples, truth, unclear)


def _clear(
    target: Strung, counts: Int[ndarray, " K"], n: int, thread: float
) -> Bool[ndarray, " K"]:
    """Which heaps are clear-cut, of so many samples, on a thread of so many per unit of length."""
    amid = thread > 0 or target.gap < CLOSE
    clear = counts >= (LEAST_ON_THREAD if amid else LEAST_AMID_OTHERS)
    clear &= MIDDLE * counts >= LEAST_LIFT * thread * target.std
    clear &= counts / n >= 0.4 * target.mixture.weights
    return clear & (target.gap >= (CLOSE if thread else CLOSEST))
