"""GANs per answer, and what stopping at a precision does to intervals: `benchmarks.coverage
--precision`.

Made-up sweeps of the shipped question, drawn from a logistic surface in the detective's ratio of
learning rates, its steps and the learning rate. First every design has a fixed number of seeds:
how many GANs it takes, and how wide its intervals are. Then seeds are added by the rule of
`ganrun.sweep.precision` until the widest main interval is narrow enough: how many GANs that took,
and how often each interval holds the truth where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from multiprocessing import get_context

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from scipy.stats import qmc

from benchmarks.surfaces import logistic
from ganrun.influence.components import effect
from ganrun.influence.polynomials import contrasts, legendre
from ganrun.influence.precision import Interval
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import PartTest, Replicates, Share
from ganrun.influence.surrogate import surrogate_shares
from ganrun.sweep.precision import Precision

LEVELS = (7, 3, 3)
NAMES = ("rate", "ratio", "steps", "learning rate")
MOST_SEEDS = 64


COEFFICIENTS = (-0.7, 2.6, 3.8, 0.9, 0.2, 2.7, 1.1, 0.4)
"""Of `terms`, fitted to 126 GANs of the shipped sweep: whether a mode is missing at the end."""


def terms(ratio: ndarray, steps: ndarray, rate: ndarray) -> Float[ndarray, "P T"]:
    """What the logit is a sum of: each factor from -1 to 1, on its scale."""
    pairs = (ratio * steps, ratio * rate, steps * rate)
    return np.stack([np.ones_like(ratio), ratio, ratio**2, steps, rate, *pairs], axis=1)


def logit(ratio: ndarray, steps: ndarray, rate: ndarray) -> Float[ndarray, " P"]:
    """Of missing a mode."""
    return terms(ratio, steps, rate) @ np.array(COEFFICIENTS)


def places(unit: Float[ndarray, "P 3"]) -> Float[ndarray, "P 3"]:
    """From -1 to 1: the ratio as it is, of the others their three levels."""
    levels = np.minimum((3 * unit[:, 1:]).astype(int), 2) - 1
    return np.column_stack([2 * unit[:, 0] - 1, levels])


@dataclass(frozen=True)
class Plan:
    """A design: the full factorial one, or so many points drawn at random."""

    points: int | None
    seeds: int
    luck: float

    def __str__(self) -> str:
        name = "factorial, 63 points" if self.points is None else f"random, {self.points} points"
        return f"{name:20} luck {self.luck:3.1f}"

    def unit(self, rng: np.random.Generator) -> Float[ndarray, "P 3"]:
        """Its points in the unit cube."""
        if self.points is not None:
            return qmc.LatinHypercube(3, seed=rng).random(self.points)
        grid = product(*(((np.arange(n) + 0.5) / n).tolist() for n in LEVELS))
        # The factorial design's outermost ratios are the ends of the range.
        unit = np.array(list(grid))
        unit[:, 0] = (unit[:, 0] - 1 / 14) * 7 / 6
        return unit

    @property
    def size(self) -> int:
        """How many points it has."""
        return 63 if self.points is None else self.points


@dataclass(eq=False)
class Sweep:
    """A made-up sweep, which can be given more seeds."""

    plan: Plan
    rng: np.random.Generator

    def __post_init__(self) -> None:
        self.points = self.plan.unit(self.rng)
        self.logits = logit(*places(self.points).T)
        self.y = np.empty((0, len(self.points)))
        self.add(self.plan.seeds)

    def add(self, seeds: int) -> None:
        """So many more seeds at every point."""
        luck = self.plan.luck * self.rng.normal(size=(seeds, 1))
        chance = logistic(self.logits + luck)
        self.y = np.concatenate([self.y, (self.rng.random(chance.shape) < chance).astype(float)])

    def rate(self) -> float:
        """The true rate at its own points."""
        return float(over_luck(self.logits, self.plan.luck).mean())

    def shares(self) -> list[Share]:
        """The rate, then each factor's own share."""
        return [student(self.y.mean(axis=1)), *self._own()]

    def _own(self) -> list[Share]:
        if self.plan.points is None:
            y, table = self.y.reshape(-1, *LEVELS), Replicates(self.y)
            return [
                PartTest(
                    table,
                    np.broadcast_to(effect(y, (i,)), y.shape).reshape(self.y.shape),
                    LEVELS[i] - 1,
                ).interval()
                for i in range(3)
            ]
        level = np.minimum((3 * self.points[:, 1:]).astype(int), 2)
        bases = [legendre(self.points[:, :1])]
        bases += [contrasts(level[:, i, None], ordered=True) for i in range(2)]
        return surrogate_shares(self.y[:, :, None], bases).mains


def student(means: Float[ndarray, " S"]) -> Share:
    """The interval of a rate over seeds."""
    from scipy.special import stdtrit

    value = float(means.mean())
    half = float(stdtrit(len(means) - 1, 0.975)) * float(means.std(ddof=1)) / np.sqrt(len(means))
    return Share(value, max(0.0, value - half), min(1.0, value + half))


CUBE = (300, 3, 3)


def cube() -> Float[ndarray, "P 3"]:
    """Points everywhere in the unit cube."""
    return np.array(list(product(*(((np.arange(n) + 0.5) / n).tolist() for n in CUBE))))


def over_luck(logits: Float[ndarray, " P"], luck: float) -> Float[ndarray, " P"]:
    """The probability over all seeds, each of which moves every logit."""
    points, weights = np.polynomial.hermite_e.hermegauss(21)
    return logistic(logits[:, None] + luck * points) @ (weights / weights.sum())


@lru_cache
def truth(plan: Plan) -> tuple[float, ...]:
    """Each factor's own share, of the design's own points or of the whole cube."""
    if plan.points is None:
        unit, shape = plan.unit(np.random.default_rng(0)), LEVELS
    else:
        unit, shape = cube(), CUBE
    chance = over_luck(logit(*places(unit).T), plan.luck).reshape(shape)
    return tuple(own_shares(chance))


def own_shares(chance: Float[ndarray, " *L"]) -> list[float]:
    """Each factor's own share of the variance of a 0/1 outcome."""
    mean = float(chance.mean())
    parts = [float(np.mean(effect(chance[None], (i,)) ** 2)) for i in range(3)]
    return [part / (mean * (1 - mean)) for part in parts]


def half(share: Share) -> float:
    """Half an interval's width, the interval as it is written."""
    value = min(max(share.value, 0.0), 1.0)
    return (max(share.high, value) - min(share.low, value)) / 2


def holds(share: Share, true: float) -> bool:
    """Whether the interval, as it is written, holds the truth."""
    value = min(max(share.value, 0.0), 1.0)
    return min(share.low, value) <= true <= max(share.high, value)


Found = tuple[Sweep, list[Share]]


def tried(plan: Plan, precision: float | None, rng: np.random.Generator) -> Found:
    """A sweep and its shares, at once or when it is precise."""
    sweep = Sweep(plan, rng)
    while True:
        shares = sweep.shares()
        seeds = len(sweep.y)
        if precision is None:
            return sweep, shares
        widest = Interval(max(map(half, shares)), "")
        more = Precision(precision, widest, seeds, MOST_SEEDS).more_seeds()
        if not more:
            return sweep, shares
        sweep.add(more)


def row_of(plan: Plan, precision: float | None, tables: int) -> str:
    """Many sweeps of a plan: their GANs, their intervals' half-widths and how often they hold."""
    rng = np.random.default_rng(list(f"{plan} {plan.seeds} {precision}".encode()))
    gans, halves, held = [], [], []
    for _ in range(tables):
        try:
            sweep, shares = tried(plan, precision, rng)
        except NoShares:
            continue
        true = (sweep.rate(), *truth(plan))
        gans.append(sweep.y.size)
        halves.append([half(share) for share in shares])
        held.append([holds(share, one) for share, one in zip(shares, true, strict=True)])
    how = f"{plan.seeds} seeds" if precision is None else f"{plan.seeds} seeds on, {precision:g}"
    widths = " ".join(f"{width:6.3f}" for width in np.mean(halves, axis=0))
    rates = " ".join(f"{rate:6.1%}" for rate in np.mean(held, axis=0))
    return f"{plan!s:32} {how:18} {np.mean(gans):6.0f}  {widths}   {rates}"


def bounds() -> Iterator[str]:
    """How narrow an interval of a share can be with 504 GANs, whatever is made of them.

    From the efficient influence function of a share where nothing is known of the surface, with
    points everywhere alike and with the best ones (Neyman's allocation); and from the information
    on the logit's coefficients where nothing but these is unknown (Cramer and Rao).
    """
    x = terms(*places(cube()).T)
    theta = np.array(COEFFICIENTS)
    chance = logistic(x @ theta)
    luck, mean = chance * (1 - chance), float(chance.mean())
    information = (x * luck[:, None]).T @ x / len(x)
    for i, share in enumerate(own_shares(chance.reshape(CUBE))):
        own = np.broadcast_to(effect(chance.reshape(1, *CUBE), (i,))[0], CUBE).ravel()
        weights = (2 * own - share * (1 - 2 * mean)) / (mean * (1 - mean))
        slope = np.array(
            [
                own_shares(logistic(x @ (theta + step)).reshape(CUBE))[i]
                - own_shares(logistic(x @ (theta - step)).reshape(CUBE))[i]
                for step in 1e-4 * np.eye(len(theta))
            ]
        )
        slope /= 2e-4
        alike = float(np.mean(weights**2 * luck))
        best = float(np.mean(np.abs(weights) * np.sqrt(luck))) ** 2
        known = float(slope @ np.linalg.solve(information, slope))
        widths = [1.96 * np.sqrt(variance / 504) for variance in (alike, best, known)]
        yield (
            f"{NAMES[i + 1]:14} share {share:.3f}: {widths[0]:.3f}; with the best points "
            f"{widths[1]:.3f} ({1 - best / alike:.0%} fewer GANs); the logit's form known "
            f"{widths[2]:.3f} ({1 - known / alike:.0%} fewer)"
        )


Case = tuple[Plan, float | None]


def cases() -> Iterator[Case]:
    """All that is tried."""
    for luck in (0.0, 0.5):
        for seeds in (2, 4, 8, 13):
            yield Plan(None, seeds, luck), None
        for points, seeds in ((25, 4), (50, 2), (50, 4), (100, 4), (126, 4), (200, 4)):
            yield Plan(points, seeds, luck), None
    for luck in (0.0, 0.5):
        for start in (2, 4, 8):
            for precision in (0.1, 0.07, 0.05):
                yield Plan(None, start, luck), precision
                yield Plan(63, start, luck), precision


HEAD = (
    f"{'design':32} {'seeds, precision':18} {'GANs':>6}  half-widths, then how often held: "
    + ", ".join(NAMES)
)


def print_precision(tables: int, workers: int) -> int:
    """Print both tables and the bounds; 0, since it judges nothing."""
    print("the least half-width that 504 GANs allow")
    print(*bounds(), HEAD, sep="\n", flush=True)
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        every = list(cases())
        plans, precisions = zip(*every, strict=True)
        for row in pool.map(row_of, plans, precisions, [tables] * len(every)):
            print(row, flush=True)
    return 0
