"""Which modes so many samples can show at all: judged by what perfect samples showed.

A mode of too little weight has no samples to be covered by, and modes that coincide cannot be told
apart, so that perfect samples, too, would miss one of them. What a run lacks of such a mode is not
the run's fault. Before a run this is foretold, without JAX, and without NumPy where nothing is
near any limit.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from ganrun.config import Experiment
from ganrun.config.curved_targets import Curved
from ganrun.config.metrics import metric_called
from ganrun.config.points_target import Points
from ganrun.config.targets import Target
from ganrun.wording import form_for, numbered, percent

BY_MODE = "by_mode"
"""Beside `mean`, `p5` and `p95` of a count of modes: the share of the draws that hold each mode."""
SHOWN_IN = 1 / 2
"""A mode can be shown if more than this share of the draws of perfect samples show it."""

SURELY_COVERED = 0.95
"""A mode that perfect samples cover less often than this is warned of."""
PLENTY = 20
"""A mode that so many samples are expected on is never missed by perfect ones."""
TOLD_APART = 2.0
"""Modes closer than this many std are hardly told apart: two equal Gaussians make but one heap."""
MOST_NAMED = 8


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


def seen(covered: Any, showable: Collection[int]) -> list[bool | None]:
    """Of each mode, `covered [K]`, whether it is; None where it is not and none could show it."""
    return [bool(one) if one or mode in showable else None for mode, one in enumerate(covered)]


def beyond(
    reference: Mapping[str, Mapping[str, Any]] | None, name: str, number: float | None
) -> int | None:
    """The most modes that perfect samples show, if so many are more than that; None if not.

    A count above it is no success: it says that the metric takes for modes what are none.

    Args:
        reference: what perfect samples score; where it does not tell, nothing is beyond it.
        name: of a metric; where that counts no modes, nothing is beyond it either.
        number: the count, or a mean of several.
    """
    most = (reference or {}).get(name, {}).get("p95")
    if not metric_called(name).of_modes or most is None or number is None:
        return None
    return math.ceil(most) if number > math.ceil(most) else None


def warnings_of(experiment: Experiment) -> Iterator[str]:
    """A line on modes that `evaluation.samples` cannot show, and one on modes that coincide.

    Of points of one's own one on what was fitted to them, with BIC.
    """
    target, samples = experiment.target, experiment.evaluation.samples
    if isinstance(target, Points):
        yield from target.found
    if isinstance(target, Curved) and (seen := target.seen_beads):
        yield seen
    rare = {
        mode: likely
        for mode, share in enumerate(target.shares)
        if (likely := how_often_covered(share, samples)) < SURELY_COVERED
    }
    if rare:
        is_, it = form_for(len(rare), "is", "are"), form_for(len(rare), "it", "them")
        often = percent(max(rare.values()))
        yield (
            f"{numbered('mode', rare, MOST_NAMED)} {is_} too light to be shown by "
            f"{samples:,} samples: perfect ones would cover {it} {often} of the time; raise "
            "evaluation.samples or the weight"
        )
    if together := coinciding(target):
        yield (
            f"{numbered('mode', together, MOST_NAMED)} lie less than {TOLD_APART:g} std from "
            "another mode: perfect samples hardly show them as modes of their own"
        )


def how_often_covered(share: float, samples: int) -> float:
    """How often so many perfect samples cover a mode of that share of the weight, by itself.

    The high-quality samples of a mode are binomial, and within Mahalanobis distance `d` lies
    `1 - exp(-d^2 / 2)` of a Gaussian in the plane.
    """
    if share * samples >= PLENTY:
        return 1.0
    from ganrun.measure.coverage import HIGH_QUALITY_DISTANCE, is_covered

    hit = share * -math.expm1(-(HIGH_QUALITY_DISTANCE**2) / 2)
    too_few = (count for count in range(PLENTY) if not is_covered(count, share, samples))
    return 1 - sum(
        math.comb(samples, count) * hit**count * (1 - hit) ** (samples - count) for count in too_few
    )


def coinciding(target: Target) -> list[int]:
    """The modes that lie so close to another that samples do not tell them apart, by number."""
    std = getattr(target, "std", math.inf)
    if target.mode_count == 1 or target.least_gap >= TOLD_APART * std:
        return []
    from ganrun.mixture import mixture_of

    apart = mixture_of(target).apart
    close = (apart < TOLD_APART).sum(axis=1) > 1  # every mode is close to itself
    return [int(mode) for mode in close.nonzero()[0]]
