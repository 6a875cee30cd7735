"""What a sweep's paragraph says of the surrogate that its shares are of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganrun.wording import percent

LEAST_BASE, LEAST_SEEDS = 16, 4
"""Below, a Sobol design's intervals held the truth in as little as 83 % of simulated sweeps."""


def about_surrogate(shares: Mapping[str, Any]) -> list[str]:
    """How well it foretells, or why it is not heard and what is said instead."""
    surrogate = shares.get("surrogate")
    if surrogate is None:
        return []
    sentences = [_of_fit(surrogate, "foretold" in shares)]
    base, seeds = surrogate["base"], surrogate["seeds"]
    few = LEAST_BASE * LEAST_SEEDS
    if base is not None and (base < LEAST_BASE or base * seeds < few):
        sentences.append(
            f"A Sobol design of base {base} with {seeds} seeds is a small one: below base "
            f"{LEAST_BASE} with {LEAST_SEEDS} seeds its intervals may be too narrow."
        )
    return sentences


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
