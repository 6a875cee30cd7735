"""How often `ganrun compare` tells apart what is alike, and what it finds of what is not.

    python -m benchmarks.comparison                      made-up groups, ten minutes on two cores
    python -m benchmarks.comparison --tables 100         a quick look
    python -m benchmarks.comparison --runs A B           groups of runs that there are

Groups are drawn again and again: counts with ties, bounded shares, long tails and undefined values,
all of one run hanging together, and seeds that are good or bad in both groups. Printed are, for
each scene: in how many pairs of groups any metric is told apart (of equal ones in 5 % at most), in
how many the modes recovered are, how often the 95 % intervals of differences hold the truth, on
average and for the metric that is held least often, and how often those of the effects' sizes do.

Of runs that there are (`--runs`, sources as `ganrun compare` takes them), seeds are drawn without
replacement. Equal groups are two parts of the first group, or pairs whose runs change places by a
coin.

Exit code 1 where something is told apart too often, given two standard errors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import sqrt

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from benchmarks.held import print_table
from ganrun.compare import Comparison, Group, Member, compare
from ganrun.compare.comparison import COMPARED
from ganrun.config import Experiment
from ganrun.influence.comparisons import ERROR

MODES = 5
CONFIG = Experiment()
TRUE_RUNS = 200_000
"""Runs that true means are taken of."""
RECOVERED = "modes_recovered"
SHIFT = 2.5
"""By how many standard deviations of luck the second game is better where they differ: from 3.1 to
4.9 modes, as from the plain game to WGAN-GP."""


def runs(luck: Float[ndarray, " n"], rng: np.random.Generator) -> dict[str, ndarray]:
    """The metrics of runs that did well or badly, by how lucky they were."""
    size = luck.shape
    recovered = np.clip(np.rint(3.06 + 1.06 * luck), 0, MODES)
    covered = np.minimum(recovered + rng.binomial(1, 0.3, size), MODES)
    missing = (MODES - covered) / MODES
    quality = 1 / (1 + np.exp(-(2 + 0.6 * luck + 0.5 * rng.normal(size=size))))
    tail = np.exp(rng.normal(size=size))
    return {
        RECOVERED: recovered,
        "mixture_components": recovered + rng.poisson(3, size),
        "high_quality": quality,
        "modes_captured": np.minimum(covered + rng.binomial(1, 0.5, size), MODES),
        "modes_covered": covered,
        "reverse_kl": -np.log(np.maximum(1 - missing, 0.1)) + 0.02 * tail,
        "kl": 6 * missing + 0.05 * tail,
        "js": 0.6 * missing + 0.01 * np.minimum(tail, 5),
        "mode_tv": 1 - (1 - missing) * quality,
        "spread": np.where(covered > 0, 0.8 * np.exp(0.3 * rng.normal(size=size)), np.nan),
        "nll": -1.5 + 40 * (1 - quality) * tail,
        "sliced_wasserstein": 0.06 + missing * (1 + 0.2 * rng.normal(size=size)),
        "precision": np.clip(quality + 0.05 * rng.normal(size=size), 0, 1),
        "recall": np.clip((1 - missing) * rng.beta(20, 2, size), 0, 1),
        "density": 0.9 * np.exp(0.2 * rng.normal(size=size)),
        "coverage": np.clip((1 - missing) * rng.beta(10, 3, size), 0, 1),
    }


def group(name: str, seeds: Sequence[int], metrics: dict[str, ndarray]) -> Group:
    """Runs of those seeds with these metrics."""
    rows = (
        {one: None if np.isnan(metrics[one][n]) else float(metrics[one][n]) for one in COMPARED}
        for n in range(len(seeds))
    )
    members = tuple(Member(seed, row) for seed, row in zip(seeds, rows, strict=True))
    return Group(name, CONFIG, members)


@cache
def truth(shift: float) -> dict[str, float]:
    """The true difference of every metric."""
    rng = np.random.default_rng(0)
    drawn = [runs(at + rng.normal(size=TRUE_RUNS), rng) for at in (0.0, shift)]
    return {
        name: float(np.nanmean(drawn[1][name]) - np.nanmean(drawn[0][name])) for name in COMPARED
    }


@cache
def true_effect(shift: float) -> dict[str, float]:
    """How likely a run of the second game has more, ties by half."""
    rng = np.random.default_rng(1)
    first, second = (runs(at + rng.normal(size=TRUE_RUNS), rng) for at in (0.0, shift))
    gaps = {name: second[name] - first[name] for name in COMPARED}
    return {name: float(np.nanmean((gap > 0) + (gap == 0) / 2)) for name, gap in gaps.items()}


@dataclass(frozen=True)
class MadeUp:
    """A scene that groups are drawn from."""

    name: str
    seeds: tuple[int, int]
    paired: bool
    shift: float = 0.0
    in_common: float = 0.0
    """Of the variance of luck, what a seed has in common in both groups."""
    groups: int = 2

    def draw(self, rng: np.random.Generator) -> list[Group]:
        """Groups, the first one plain and the others better by the shift."""
        common = rng.normal(size=max(self.seeds)) * sqrt(self.in_common)
        drawn = []
        for place in range(self.groups):
            size = self.seeds[min(place, 1)]
            own = rng.normal(size=size) * sqrt(1 - self.in_common)
            start = 0 if self.paired or not place else 1000 * place
            luck = common[:size] + own + (self.shift if place else 0.0)
            drawn.append(group(f"g{place}", range(start, start + size), runs(luck, rng)))
        return drawn

    @property
    def differs(self) -> bool:
        """Whether there is anything to tell."""
        return self.shift != 0

    def held(self, comparison: Comparison) -> tuple[ndarray, ndarray]:
        """Of every metric, whether the intervals of its difference and effect hold the truth."""
        gaps, likely = truth(self.shift), true_effect(self.shift)
        metrics = comparison.pairs[0].metrics
        return (
            np.array([_holds(one.difference, gaps[one.metric]) for one in metrics]),
            np.array([_holds(one.larger, likely[one.metric]) for one in metrics]),
        )


@dataclass(frozen=True)
class Real:
    """Seeds of two groups of runs that there are."""

    name: str
    groups_: tuple[Group, Group]
    seeds: tuple[int, int]
    paired: bool
    differs: bool

    def draw(self, rng: np.random.Generator) -> list[Group]:
        """Some seeds of both; of equal groups, which run stands in which is luck."""
        first, second = (one.with_result for one in self.groups_)
        size = self.seeds[0]
        if not self.differs and not self.paired:
            chosen = rng.permutation(len(first))[: 2 * size]
            halves = [first[n] for n in chosen[:size]], [first[n] for n in chosen[size:]]
            return [_renumbered(self.groups_[0], half, n, f"g{n}") for n, half in enumerate(halves)]
        chosen = rng.permutation(min(len(first), len(second)))[:size]
        couples = [(first[n], second[n]) for n in chosen]
        if not self.differs:
            couples = [pair[::-1] if rng.random() < 0.5 else pair for pair in couples]
        here, there = ([pair[n] for pair in couples] for n in (0, 1))
        part = 0 if self.paired else 1
        both = zip((here, there), (0, part), ("g0", "g1"), strict=True)
        return [_renumbered(self.groups_[0], one, place, name) for one, place, name in both]

    def held(self, comparison: Comparison) -> tuple[ndarray, ndarray]:
        """The truth is not known."""
        nothing = np.full(len(comparison.pairs[0].metrics), np.nan)
        return nothing, nothing


def _renumbered(of: Group, members: Sequence[Member], part: int, name: str) -> Group:
    """A group of these runs, whose seeds are counted anew from the part's own beginning."""
    anew = (replace(one, seed=1000 * part + n) for n, one in enumerate(members))
    return Group(name, of.config, tuple(anew))


def _holds(numbers: dict, true: float) -> float:
    if numbers["low"] is None:
        return np.nan
    return float(numbers["low"] - 1e-6 <= true <= numbers["high"] + 1e-6)


AnyScene = MadeUp | Real


def scenes() -> Iterator[MadeUp]:
    """All that is tried."""
    for seeds in (3, 5, 8, 16):
        size = (seeds, seeds)
        yield MadeUp("alike", size, paired=True)
        yield MadeUp("alike, seeds in common", size, paired=True, in_common=0.5)
        yield MadeUp("alike", size, paired=False)
    yield MadeUp("alike", (8, 5), paired=False)
    yield MadeUp("alike, six groups", (8, 8), paired=True, groups=6)
    yield MadeUp("alike, six groups", (8, 8), paired=False, groups=6)
    for seeds in (3, 5, 6, 8, 16):
        for paired in (True, False):
            yield MadeUp("better", (seeds, seeds), paired, shift=SHIFT, in_common=0.2 * paired)
    yield MadeUp("a little better", (8, 8), paired=True, shift=SHIFT / 3)
    yield MadeUp("a little better", (16, 16), paired=True, shift=SHIFT / 3)


def real_scenes(first: Group, second: Group) -> Iterator[Real]:
    """The same of runs that there are."""
    most = min(len(first.with_result), len(second.with_result))
    for seeds in (3, 5, 6, 8, 12, 16):
        for paired in (True, False):
            if seeds <= most:
                both = (first, second)
                yield Real("as they are", both, (seeds, seeds), paired, differs=True)
                if paired or 2 * seeds <= len(first.with_result):
                    yield Real("alike", both, (seeds, seeds), paired, differs=False)


@dataclass(frozen=True)
class Row:
    """What came of a scene."""

    scene: AnyScene
    tables: int
    any_told: float
    recovered_told: float
    held: Float[ndarray, " M"]
    effect_held: float

    def verdict(self) -> str:
        """Whether anything is told apart too often."""
        allowed = ERROR + 2 * sqrt(ERROR * (1 - ERROR) / self.tables)
        return "TOO OFTEN" if not self.scene.differs and self.any_told > allowed else ""

    def __str__(self) -> str:
        scene = self.scene
        how = "paired" if scene.paired else "not"
        size = str(scene.seeds[0]) if len(set(scene.seeds)) == 1 else f"{scene.seeds}"
        told = [self.any_told, self.recovered_told]
        held = [np.nan, np.nan]
        if not np.isnan(self.held).all():
            held = [np.nanmean(self.held), np.nanmin(self.held)]
        cells = "".join(
            f"{100 * one:10.1f} %" if np.isfinite(one) else f"{'-':>12}"
            for one in (*told, *held, self.effect_held)
        )
        return f"{scene.name:24}{size:>8}  {how:8}{cells}  {self.verdict()}"


HEAD = (
    f"{'scene':24}{'seeds':>8}  {'':8}{'any told':>12}{'recovered':>12}{'held':>12}{'least':>12}"
    f"{'effects':>12}"
)


def rows_of(scene: AnyScene, tables: int) -> list[Row]:
    """Draw so many groups of a scene, and compare them."""
    told, recovered, held, effects = [], [], [], []
    for number in range(tables):
        comparison = compare(scene.draw(np.random.default_rng([number, len(scene.name)])))
        told.append(any(pair.told for pair in comparison.pairs))
        recovered.append(any(pair.metric(RECOVERED).told for pair in comparison.pairs))
        gaps, likely = scene.held(comparison)
        held.append(gaps)
        effects.append(likely)
    share = np.nanmean(effects) if np.isfinite(effects).any() else np.nan
    known = np.isfinite(held).any()
    by_metric = np.nanmean(held, axis=0) if known else np.array([np.nan])
    any_told, of_recovered = (float(np.mean(one)) for one in (told, recovered))
    return [Row(scene, tables, any_told, of_recovered, by_metric, float(share))]


def main() -> int:
    """Print the table; 0 if nothing is told apart too often."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.comparison", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--tables", type=int, default=1000, help="pairs of groups of each kind")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", nargs=2, metavar=("A", "B"), help="groups that there are")
    options = parser.parse_args()
    chosen: list[AnyScene] = [*scenes()]
    if options.runs:
        from ganrun.report.comparison_groups import gather

        found, problems = gather(options.runs)
        print(*problems, sep="\n", end="\n" if problems else "", file=sys.stderr)
        chosen = [*real_scenes(*(one.group for one in found))]
    return print_table(HEAD, chosen, rows_of, options.tables, options.workers)


if __name__ == "__main__":
    sys.exit(main())
