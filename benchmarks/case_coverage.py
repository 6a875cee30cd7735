"""How often the ranking of cases holds: the part `--cases` of `benchmarks.coverage`.

Counts of five modes are drawn for a plain case and so many others, with seeds that may be good or
bad for all of them. Printed are, for each scene: how often the 95 % intervals of the means hold the
truth, of counts and of shares; in how many sweeps any case is called better or worse than the plain
one that is not (at most 5 %), or the true best is left out (at most 5 %); and of the cases that do
differ, how many are told. In `skewed` all means are equal, but the plain game fails seldom and
badly, which no test of means knows from few seeds.

Exit code 1 where an error is above 5 %, given two standard errors; `skewed` is shown, not judged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import sqrt

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from benchmarks.held import print_table
from ganrun.influence.cases import means
from ganrun.influence.comparisons import ERROR, differences_from, may_be_best, told_apart
from ganrun.influence.trials import Measured

MODES, OTHERS = 5, 38
_HEADS = ("counts held", "shares held", "false", "best lost", "told")
HEAD = f"{'scene':8}{'seeds':>6}" + "".join(f"{head:>13}" for head in _HEADS)


@dataclass(frozen=True)
class Scene:
    """What sweeps are drawn from."""

    name: str
    seeds: int

    def draw(self, rng: np.random.Generator) -> tuple[Float[ndarray, "C S"], Float[ndarray, " C"]]:
        """Counts by case, the plain one first, and their true means."""
        shape = (OTHERS + 1, self.seeds)
        if self.name == "skewed":
            counts = np.where(rng.random(shape) < 0.45, 4, 5)
            counts[0] = np.where(rng.random(self.seeds) < 0.15, 2, 5)
            return counts, np.full(len(counts), 4.55)
        share = np.full(OTHERS + 1, 0.45)
        if self.name == "half":
            share[len(share) // 2 :] = 0.9
        if self.name == "ladder":
            share = np.linspace(0.3, 0.97, OTHERS + 1)
        if self.name != "common":
            return rng.binomial(MODES, share[:, None], shape), MODES * share
        # Half of the seeds are bad for every case, half are good.
        tilt = rng.choice((-0.25, 0.25), self.seeds)
        return rng.binomial(MODES, share[:, None] + tilt), MODES * share


def scenes() -> Iterator[Scene]:
    """All that is tried."""
    for name in ("alike", "common", "half", "ladder", "skewed"):
        for seeds in (8, 12, 16):
            yield Scene(name, seeds)


@dataclass(frozen=True)
class Row:
    """What came of a scene's sweeps."""

    scene: Scene
    tables: int
    held: float
    shares_held: float
    false: float
    best_lost: float
    told: float

    def verdict(self) -> str:
        """Whether anything false is told too often."""
        allowed = ERROR + 2 * sqrt(ERROR * (1 - ERROR) / self.tables)
        judged = self.scene.name != "skewed"
        return "TOO OFTEN" if judged and max(self.false, self.best_lost) > allowed else ""

    def __str__(self) -> str:
        numbers = (self.held, self.shares_held, self.false, self.best_lost, self.told)
        cells = "".join(f"{100 * one:11.1f} %" for one in numbers)
        return f"{self.scene.name:8}{self.scene.seeds:6}{cells}  {self.verdict()}"


def rows_of(scene: Scene, tables: int) -> list[Row]:
    """Draw so many sweeps of a scene."""
    found = np.array([_look(scene, np.random.default_rng(seed)) for seed in range(tables)])
    known = np.where(np.isnan(found).all(axis=0), 0.0, found)
    return [Row(scene, tables, *map(float, known.mean(axis=0)))]


def print_cases(tables: int, workers: int) -> int:
    """Print a row for every scene; returns the exit code."""
    return print_table(HEAD, scenes(), rows_of, tables, workers)


def _look(scene: Scene, rng: np.random.Generator) -> list[float]:
    """Of one sweep: shares held, whether anything false is told, and the share that is told."""
    counts, truth = scene.draw(rng)
    differs = truth[1:] != truth[0]
    by_point = counts[:, :, None].astype(float)
    differences = differences_from(by_point, 0)[1:]
    told = told_apart(differences)
    wrong = np.sign([one.sum() for one in differences]) != np.sign(truth[1:] - truth[0])
    best = may_be_best(by_point)[truth == truth.max()]
    quality = rng.beta(20 * 0.85, 20 * 0.15, counts.shape)
    return [
        _held(counts, truth, MODES, 0),
        _held(quality, np.full(len(truth), 0.85), 1, 2500),
        float((told & (wrong | ~differs)).any()),
        float(not best[0]),
        float(told[differs].mean()) if differs.any() else np.nan,
    ]


def _held(
    values: Float[ndarray, "C S"], truth: Float[ndarray, " C"], most: float, steps: int
) -> float:
    """How often the intervals of the cases' means hold the truth."""
    cases, seeds = values.shape
    case = np.repeat(np.arange(cases), seeds)
    measured = Measured(values.ravel().astype(float), most, steps)
    found = means(measured, (np.tile(np.arange(seeds), cases), case), case, cases)
    held = [
        one["low"] - 1e-6 <= mean <= one["high"] + 1e-6
        for one, mean in zip(found, truth, strict=True)
    ]
    return float(np.mean(held))
