"""Random and Sobol designs: a polynomial surrogate, and the shares that follow from it.

The expected outcome is fitted by least squares as a sum of polynomials that are orthonormal under
the design: every factor's own up to a degree, and pairs of factors that a test shows to interact. A
factor's own share is the sum of its squared coefficients over the variance (Sudret 2008), less what
luck and misfit put there. It needs no special points and takes every GAN for every factor.

What a coefficient would have been with other points and other seeds is told from each trial's
contribution to it, by its leverage-corrected residual (MacKinnon and White's HC2): misfit counts
as luck of the points, so that a surface that no polynomial follows makes intervals wider.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.crossed import variance_of_mean
from ganrun.influence.polynomials import MOST_DEGREE, Basis
from ganrun.influence.replicates import NoShares
from ganrun.influence.share_intervals import TAIL, Share
from ganrun.wording import percent

LEAST_FIT = 0.5
"""Of the expected outcome's variance: a surrogate that foretells less of it is not heard."""
MOST_TERMS = 0.5
"""Terms per point and case."""
PAIR_DEGREES = (2, 3, 4)
"""Total degrees up to which a pair of factors may interact."""
PAIR_LEVEL = 0.05
"""Probability that any pair is taken for one that interacts where none does."""
SURE = 0.001
"""Probability that there seems to be something to foretell where factors have no effect."""
_EVEN = (np.arange(64) + 0.5) / 64


@dataclass(frozen=True)
class Surrogate:
    """Shares of each factor by itself and with interactions, and of pairs that interact."""

    mains: list[Share]
    totals: list[Share]
    pairs: dict[tuple[int, int], Share]
    fit: float | None
    """Share of the expected outcome's variance that is foretold at points that were held out.

    None where the factors do nothing that can be told from luck.
    """
    degree: int
    terms: int


@dataclass(eq=False)
class _Terms:
    """Columns of the fit, and of which factors each is."""

    columns: list[Float[ndarray, " R"]]
    owners: list[tuple[int, ...]] = field(default_factory=lambda: [()])

    def add(self, block: Float[ndarray, "R d"], owner: tuple[int, ...]) -> None:
        self.columns += list(block.T)
        self.owners += [owner] * block.shape[1]

    def matrix(self) -> Float[ndarray, "R T"]:
        return np.stack(self.columns, axis=1)


def surrogate_shares(
    y: Float[ndarray, "S P K"], bases: Sequence[Basis], together: int = 1
) -> Surrogate:
    """Fit the surrogate and read the shares off it.

    Args:
        y: outcome of every seed at every point in every case.
        bases: each factor's polynomials.
        together: so many successive points are no independent draws, but one of their own.

    Raises NoShares if the points are too few, or the surrogate does not foretell the outcome.
    """
    mean = y.mean(axis=0).ravel()
    terms, degree = _own_terms(bases, mean)
    _add_pairs(terms, bases, mean)
    fitted = _Fit(y, terms, together)
    if fitted.quality is not None and fitted.quality < LEAST_FIT:
        raise NoShares(
            f"A polynomial surrogate foretells {percent(max(fitted.quality, 0.0))} of what the "
            "factors do at points that it has not seen, too little to split the variance by it."
        )
    factors = range(len(bases))
    own = [fitted.share([owner == (i,) for owner in terms.owners]) for i in factors]
    whole = [fitted.share([i in owner for owner in terms.owners], fitted.missed) for i in factors]
    pairs = {
        owner: fitted.share([owner == other for other in terms.owners])
        for owner in dict.fromkeys(terms.owners)
        if len(owner) == 2
    }
    return Surrogate(own, whole, pairs, fitted.quality, degree, len(terms.owners))


def _own_terms(bases: Sequence[Basis], mean: Float[ndarray, " R"]) -> tuple[_Terms, int]:
    """Each factor's own polynomials, up to the degree that foretells a left-out mean best."""
    best: tuple[float, int, _Terms] | None = None
    for degree in range(1, MOST_DEGREE + 1):
        terms = _Terms([np.ones(len(mean))])
        for i, basis in enumerate(bases):
            block = basis.up_to(degree)
            terms.add(block.reshape(len(mean), block.shape[-1]), (i,))
        if len(terms.owners) > MOST_TERMS * len(mean):
            break
        residuals, leverage = _residuals(terms.matrix(), mean)
        error = float(np.mean((residuals / (1 - leverage)) ** 2))
        if best is None or error < best[0]:
            best = error, degree, terms
    if best is None:
        raise NoShares(f"{len(mean)} points are too few to fit a surrogate of all the factors.")
    return best[2], best[1]


def _residuals(matrix: ndarray, mean: ndarray) -> tuple[ndarray, ndarray]:
    """What a fit leaves of each mean, and each mean's leverage."""
    q, _ = np.linalg.qr(matrix)
    return mean - q @ (q.T @ mean), np.minimum((q**2).sum(axis=1), 1 - 1e-6)


def _add_pairs(terms: _Terms, bases: Sequence[Basis], mean: Float[ndarray, " R"]) -> None:
    """Add pairs of factors one by one, the most certain first, while an F test shows one more."""
    left = list(combinations(range(len(bases)), 2))
    level = PAIR_LEVEL / max(1, len(left) * len(PAIR_DEGREES))
    while left:
        q, _ = np.linalg.qr(terms.matrix())
        residuals = mean - q @ (q.T @ mean)
        tried = [
            (_chance_of(block, q, residuals), pair, block)
            for pair in left
            for block in _products(bases[pair[0]], bases[pair[1]])
            if q.shape[1] + block.shape[1] <= MOST_TERMS * len(mean)
        ]
        if not tried:
            return
        chance, pair, block = min(tried, key=lambda one: one[0])
        if chance >= level:
            return
        terms.add(block, pair)
        left.remove(pair)


def _products(first: Basis, second: Basis) -> list[Float[ndarray, "R d"]]:
    """Products of two factors' polynomials, up to each total degree that makes a difference."""
    rows = first.columns.shape[0] * first.columns.shape[1]
    one, other = (basis.columns.reshape(rows, -1) for basis in (first, second))
    found: dict[int, ndarray] = {}
    for most in PAIR_DEGREES:
        block = [
            one[:, i] * other[:, j]
            for i in range(one.shape[1])
            for j in range(other.shape[1])
            if first.degree(i) + second.degree(j) <= most
        ]
        if block:
            found.setdefault(len(block), np.stack(block, axis=1))
    return list(found.values())


def _chance_of(block: ndarray, q: ndarray, residuals: ndarray) -> float:
    """Probability that terms without effect take so much off the residuals: the F test's."""
    from scipy.special import fdtrc

    new, _ = np.linalg.qr(block - q @ (q.T @ block))
    taken = float(np.sum((new.T @ residuals) ** 2))
    free = len(residuals) - q.shape[1] - block.shape[1]
    rest = max(float(np.sum(residuals**2)) - taken, 1e-12) / free
    return float(fdtrc(block.shape[1], free, taken / block.shape[1] / rest))


class _Fit:
    """A fit to the means over the seeds, how good it is, and how sure its shares are."""

    def __init__(self, y: Float[ndarray, "S P K"], terms: _Terms, together: int) -> None:
        self.seeds, self.points, self.cases = y.shape
        self.together = together
        q, r = np.linalg.qr(terms.matrix())
        self.smoother = np.linalg.solve(r, q.T)
        self.leverage = np.minimum((q**2).sum(axis=1), 1 - 1e-6)
        self.residuals = self._residuals(y, q)
        table = y.reshape(self.seeds, -1)
        self.coefficients = self.smoother @ table.mean(axis=0)
        self.variances = np.array([self._variance_of(row) for row in self.smoother])
        squares = self._residuals(y**2, q)
        first = self.smoother[0]
        mean = self.coefficients[0]
        self.total = float(first @ (table**2).mean(axis=0) - mean**2 + self.variances[0])
        self.total_parts = self._contributions(first, squares - 2 * mean * self.residuals)
        self.quality, self.missed = self._judged(table, q)

    def _residuals(self, y: Float[ndarray, "S P K"], q: ndarray) -> Float[ndarray, "S R"]:
        """Of every trial, luck as it is and misfit corrected by its point's leverage."""
        table = y.reshape(self.seeds, -1)
        mean = table.mean(axis=0)
        return table - mean + (mean - q @ (q.T @ mean)) / np.sqrt(1 - self.leverage)

    def _contributions(self, weights: ndarray, residuals: ndarray) -> Float[ndarray, "P S"]:
        """What each point and seed contributes to a weighted sum of the means."""
        parts = (weights * residuals).reshape(self.seeds, self.points, self.cases)
        return parts.sum(axis=2).T * self.points

    def _variance(self, contributions: Float[ndarray, "P S"]) -> tuple[float, float]:
        """Of a mean of contributions, and its degrees of freedom.

        Points that belong together may err together, or else tell more of the noise apart.
        """
        groups = contributions.reshape(-1, self.together, self.seeds).mean(axis=1)
        return max(variance_of_mean(groups), variance_of_mean(contributions))

    def _variance_of(self, weights: ndarray) -> float:
        return self._variance(self._contributions(weights, self.residuals))[0]

    def _judged(self, table: ndarray, q: ndarray) -> tuple[float | None, float]:
        """Share of the expected outcome's variance that is foretold, and what of all is missed."""
        from scipy.special import fdtrc

        mean = table.mean(axis=0)
        rows, terms = q.shape
        luck = table - mean - (table.mean(axis=1) - mean.mean())[:, None]
        noise = float(np.sum(luck**2)) / ((self.seeds - 1) * (rows - 1)) / self.seeds
        residuals = mean - q @ (q.T @ mean)
        held_out = float(np.mean((residuals / (1 - self.leverage)) ** 2)) - noise
        known = float(mean.var(ddof=1)) - noise
        missed = float(np.sum(residuals**2)) / (rows - terms) - noise
        # Where the factors do nothing that can be told from luck, there is nothing to foretell.
        ratio = (known + noise) / noise if noise else np.inf
        nothing = fdtrc(rows - 1, (self.seeds - 1) * (rows - 1), ratio) > SURE
        return None if nothing else 1 - held_out / known, max(missed / self.total, 0.0)

    def share(self, chosen: Sequence[bool], missed: float = 0.0) -> Share:
        """The share of some terms; what the fit misses may be theirs as well."""
        which = np.flatnonzero(chosen)
        coefficients, smoother = self.coefficients[which], self.smoother[which]
        squared, noise = float(np.sum(coefficients**2)), float(self.variances[which].sum())
        if squared == 0:
            return Share(0.0, 0.0, missed)
        direction = coefficients / np.sqrt(squared)
        along = self._contributions(direction @ smoother, self.residuals)
        across = max(noise - self._variance(along)[0], 0.0) / self.total
        of_root = (along - np.sqrt(squared) / (2 * self.total) * self.total_parts) / np.sqrt(
            self.total
        )
        low, high, by_luck = _limits(
            squared / self.total, across, len(which) - 1, *self._variance(of_root)
        )
        return Share((squared - noise) / self.total, low, min(high + missed, 1.0), by_luck)


def _limits(
    observed: float, across: float, dimensions: int, variance: float, freedom: float
) -> tuple[float, float, float]:
    """The shares `a^2` that `(a + e)^2 + Q`, the observed square, does not reject.

    `e` is the noise along the estimated direction, Student's with this variance, and `Q` that
    across it. And how likely the observed square is where the share is nothing.
    """
    from scipy.special import chdtri, stdtr

    if variance <= 0:
        return observed, observed, 0.0
    spread = chdtri(dimensions, 1 - _EVEN) / dimensions if dimensions else np.zeros(len(_EVEN))
    radius = np.sqrt(np.maximum(observed - across * spread, 0.0))
    hidden = across * spread >= observed
    deviation = np.sqrt(variance)

    def exceedance(root: float) -> float:
        inside = stdtr(freedom, (radius - root) / deviation)
        inside -= stdtr(freedom, (-radius - root) / deviation)
        return float(np.where(hidden, 1.0, 1 - inside).mean())

    def limit(probability: float) -> float:
        from scipy.optimize import brentq

        if exceedance(0.0) >= probability:
            return 0.0
        if exceedance(1.0) <= probability:
            return 1.0
        return float(brentq(lambda root: exceedance(root) - probability, 0.0, 1.0)) ** 2

    return limit(TAIL), limit(1 - TAIL), exceedance(0.0)
