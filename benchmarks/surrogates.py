"""Shares of Sobol and random designs: the part `--surrogates` of `benchmarks.coverage`.

Tables of 0/1 outcomes are drawn from surfaces whose shares are known: the surrogate's own and total
shares, beside pick-freeze (Sobol designs) and the forest (random designs) on the same GANs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from benchmarks.held import print_table, verdict_of
from benchmarks.surfaces import (
    FACTORS,
    LEVELS,
    SMOOTH,
    SURFACES,
    in_levels,
    latin_hypercube,
    outcomes,
    saltelli,
    truth,
)
from ganrun.influence.forest import forest_importance
from ganrun.influence.polynomials import Basis, contrasts, legendre
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import Share
from ganrun.influence.sobol import sobol_shares
from ganrun.influence.surrogate import surrogate_shares

Found = dict[str, list[Share]]
"""Method and kind of share -> one for each factor; empty where the method refused to speak."""
HEAD = (
    f"{'surface, design and seeds':44} {'share of':20} {'truth':>6} {'estimate':>8} {'error':>6} "
    f"{'held':>7} {'half':>6}"
)
LEAST_SHARE = 0.015
FOREST_TABLES = 40
"""A forest takes a second."""


@dataclass(frozen=True)
class Scene:
    """What tables are drawn from."""

    surface: str
    design: str
    """`sobol` or `random`."""
    number: int
    """Base count or points."""
    seeds: int
    luck: float
    """By how much a seed moves every logit."""

    def __str__(self) -> str:
        points = self.number * (FACTORS + 2 if self.design == "sobol" else 1)
        return (
            f"{self.surface:11} {self.design:6} {self.number:3} x {self.seeds:2} seeds, "
            f"luck {self.luck:3.1f} {points * self.seeds:5}"
        )


def scenes() -> Iterator[Scene]:
    """All that is tried."""
    for surface in SURFACES:
        yield Scene(surface, "random", 100, 4, 0.0)
        yield Scene(surface, "random", 100, 4, 0.5)
        for base in (8, 16, 32):
            yield Scene(surface, "sobol", base, 4, 0.0)
        yield Scene(surface, "sobol", 16, 4, 0.5)
    yield Scene("smooth", "random", 400, 2, 0.0)
    yield Scene("smooth", "random", 50, 8, 0.5)


def bases_of(unit: Float[ndarray, "P F"]) -> list[Basis]:
    """The factors' polynomials at points of the unit cube."""
    return [
        contrasts((unit[:, i, None] * levels).astype(int), ordered=True)
        if levels
        else legendre(unit[:, i, None])
        for i, levels in enumerate(LEVELS)
    ]


def estimates(scene: Scene, rng: np.random.Generator, *, forest: bool) -> tuple[Found, int]:
    """What each method says of one table; 1 if the surrogate refused."""
    sobol = scene.design == "sobol"
    unit = (saltelli if sobol else latin_hypercube)(scene.number, rng)
    y = outcomes(scene.surface, in_levels(unit), scene.seeds, scene.luck, rng)
    found: Found = {}
    refused = 0
    try:
        surrogate = surrogate_shares(y, bases_of(unit), FACTORS + 2 if sobol else 1)
        found |= {"own": surrogate.mains, "total": surrogate.totals}
    except NoShares:
        refused = 1
    if sobol:
        shares, _ = sobol_shares(y, FACTORS)
        found |= {
            "own, pick-freeze": [own for own, _ in shares],
            "total, pick-freeze": [total for _, total in shares],
        }
    elif forest:
        found["total, forest"] = forest_importance(y, in_levels(unit)[:, None])[0]
    return found, refused


@dataclass(frozen=True)
class Row:
    """A line of the table: a factor with some share, or all without any."""

    scene: Scene
    name: str
    truth: float
    shares: Float[ndarray, "T 3"]

    @property
    def held(self) -> float:
        """How often the interval holds the truth."""
        low, high = self.shares[:, 1], self.shares[:, 2]
        return float(np.mean((low <= self.truth + 1e-6) & (self.truth - 1e-6 <= high)))

    def verdict(self) -> str:
        """Empty where all is well, or nothing is promised."""
        promised = self.scene.surface in SMOOTH and self.name.startswith("own of")
        if not promised or (self.scene.design, self.scene.number) == ("sobol", 8):
            return ""
        return verdict_of(self.held, len(self.shares), effect=self.truth != 0)

    def __str__(self) -> str:
        estimate, low, high = self.shares.mean(axis=0)
        error = np.sqrt(np.mean((self.shares[:, 0] - self.truth) ** 2))
        return (
            f"{self.scene!s:44} {self.name:20} {self.truth:6.3f} {estimate:8.3f} {error:6.3f} "
            f"{self.held:7.1%} {(high - low) / 2:6.3f}  {self.verdict()}"
        )


def clipped(share: Share) -> tuple[float, float, float]:
    """As the package writes it: the interval holds the estimate."""
    value = min(max(share.value, 0.0), 1.0)
    return share.value, min(share.low, value), max(share.high, value)


def rows_of(scene: Scene, tables: int) -> list[Row]:
    """Draw the tables of a scene, and compare."""
    rng = np.random.default_rng(list(str(scene).encode()))
    by_method: dict[str, list[list[tuple[float, float, float]]]] = {}
    refused = 0
    for table in range(tables):
        found, silent = estimates(scene, rng, forest=table < FOREST_TABLES)
        refused += silent
        for name, of_factors in found.items():
            by_method.setdefault(name, []).append([clipped(share) for share in of_factors])
    known = truth(scene.surface, scene.luck)
    rows = [Row(scene, "refused", 0.0, np.full((1, 3), refused / tables))]
    for name, of_tables in by_method.items():
        shares = np.array(of_tables)
        kind, comma, method = name.partition(",")
        of_kind = known[0 if kind == "own" else 1]
        end = f"{comma}{method}"
        rows += [
            Row(scene, f"{kind} of {i}{end}", of_kind[i], shares[:, i])
            for i in np.flatnonzero(of_kind > LEAST_SHARE)
        ]
        without = shares[:, known[1] == 0].reshape(-1, 3)
        rows.append(Row(scene, f"{kind} of none{end}", 0.0, without))
    return rows


def print_surrogates(tables: int, workers: int) -> int:
    """Print the table; 0 if the surrogate's intervals are what is promised of them."""
    return print_table(HEAD, scenes(), rows_of, tables, workers)
