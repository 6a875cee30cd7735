"""Which modes so many samples can show at all: judged by what perfect samples showed.

A mode of too little weight has no samples to be covered by, and of modes that coincide the nearest
takes all, so that perfect samples, too, would miss it. Nothing that a run lacks of such a mode is
the run's fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

BY_MODE = "by_mode"
"""Beside `mean`, `p5` and `p95` of a count of modes: the share of the draws that hold each mode."""
SHOWN_IN = 1 / 2
"""A mode can be shown if more than this share of the draws of perfect samples show it."""


def showable_modes(
    reference: Mapping[str, Mapping[str, Any]] | None, modes: int
) -> tuple[int, ...]:
    """The modes that so many perfect samples cover: in more than half of their draws.

    Args:
        reference: what `summary.json` holds under that name; older ones do not tell it by mode.
        modes: `K`, the number of modes; where nothing is told, all of them can be shown.
    """
    return _in_most_draws(reference, "modes_covered", modes)


def recoverable_modes(
    reference: Mapping[str, Mapping[str, Any]] | None, modes: int
) -> tuple[int, ...]:
    """Likewise, the modes that so many perfect samples recover."""
    return _in_most_draws(reference, "modes_recovered", modes)


def _in_most_draws(
    reference: Mapping[str, Mapping[str, Any]] | None, count: str, modes: int
) -> tuple[int, ...]:
    shares = (reference or {}).get(count, {}).get(BY_MODE)
    if not isinstance(shares, list) or len(shares) != modes:
        return tuple(range(modes))
    return tuple(mode for mode, share in enumerate(shares) if share > SHOWN_IN)
