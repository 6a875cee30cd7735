"""What a sweep's paragraph says of the surrogate that its shares are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganrun.wording import percent

LEAST_BASE, LEAST_SEEDS = 16, 4
"""Below, a Sobol design's intervals held the truth in as little as 83 % of simulated sweeps."""
LEAST_POINTS = 100
"""Below, those of a random design held in as little as 85 %, and with more seeds no more often."""


def about_surrogate(shares: Mapping[str, Any]) -> list[str]:
    """How well it foretells, or why it is not heard and what is said instead."""
    surrogate = shares.get("surrogate")
    if surrogate is None:
        return []
    return [_of_fit(surrogate, "foretold" in shares), *_of_size(**surrogate)]


def _of_size(base: int | None, points: int, seeds: int, **_: Any) -> list[str]:
    """Whether the design is one whose intervals are known to hold less often than they say."""
    if base is None and points < LEAST_POINTS:
        return [
            f"A random design of {points} points is a small one: below {LEAST_POINTS} points its "
            "intervals may be too narrow, however many seeds there are."
        ]
    if base is not None and (base < LEAST_BASE or base * seeds < LEAST_BASE * LEAST_SEEDS):
        return [
            f"A Sobol design of base {base} with {seeds} seeds is a small one: below base "
            f"{LEAST_BASE} with {LEAST_SEEDS} seeds its intervals may be too narrow."
        ]
    return []


def _of_fit(surrogate: Mapping[str, Any], by_forest: bool) -> str:
    if surrogate["note"] is not None:
        instead = "a forest's" if by_forest else "those of the design's own scheme"
        return f"{surrogate['note']} So these shares are {instead}."
    if surrogate["fit"] is None:
        return "The factors do nothing that a polynomial surrogate could be tried on."
    return (
        "These shares are a polynomial surrogate's, which foretells "
        f"{percent(surrogate['fit'])} of what the factors do at points that it has not seen."
    )
