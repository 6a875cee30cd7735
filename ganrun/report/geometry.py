"""Where things stand on the plane: the modes' rings, and what lies in a window.

Figures, thumbnails, pages and the terminal's map draw the same geometry from here.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from jaxtyping import Bool, Float
from numpy import ndarray

from ganrun.config.targets import Target
from ganrun.measure.coverage import HIGH_QUALITY_DISTANCE, is_covered
from ganrun.measure.outlines import outline_of
from ganrun.mixture import Mixture, mixture_of

Extent = tuple[float, float, float, float]
"""A window on the plane: `(x_min, x_max, y_min, y_max)`."""

_RING_ANGLES = np.linspace(0.0, 2.0 * np.pi, 48, endpoint=False)
_UNIT_RING = np.stack([np.cos(_RING_ANGLES), np.sin(_RING_ANGLES)], axis=1)


def covered_modes(
    shares: Float[ndarray, " K"], weights: Float[ndarray, " K"], count: int | None
) -> Bool[ndarray, " K"]:
    """Which modes to show as covered: the `count` best served ones, in `share_k / w_k`.

    The count on screen may come from more samples than are shown. Ranking keeps the two in
    agreement, and equals the rule of what is covered where the samples are the same. Without a
    count that rule decides.
    """
    mask: Bool[ndarray, " K"] = is_covered(shares, weights)
    if count is not None:
        mask = np.zeros(len(shares), dtype=bool)
        mask[np.argsort(-shares / weights, kind="stable")[:count]] = True
    return mask


def share_outside(samples: Float[ndarray, "N 2"], extent: Extent) -> float:
    """Share of the samples that a picture of this window cannot show: outside it, or not finite."""
    x_min, x_max, y_min, y_max = extent
    x, y = samples[:, 0], samples[:, 1]
    inside = (x >= x_min) & (x <= x_max) & (y >= y_min) & (y <= y_max)
    return float(1.0 - inside.mean()) if len(samples) else 0.0


def mode_rings(mixture: Mixture, least_radius: float = 0.0) -> Float[ndarray, "K P 2"]:
    """Points on every mode's ellipse at 3 std, widened to `least_radius` where it is smaller.

    Of modes that are chains it is the line around them; rows of NaN part its loops and fill up.
    """
    if mixture.beads is not None:
        return _chain_outlines(mixture)
    values, vectors = np.linalg.eigh(mixture.covariances)
    radii = HIGH_QUALITY_DISTANCE * np.sqrt(np.maximum(values, 0.0))
    scaled = np.maximum(radii, least_radius)[:, None, :] * _UNIT_RING
    return mixture.means[:, None, :] + scaled @ vectors.transpose(0, 2, 1)


@lru_cache(maxsize=8)
def _chain_outlines(mixture: Mixture) -> Float[ndarray, "K P 2"]:
    pen_up = np.full((1, 2), np.nan)
    lines = [
        np.concatenate([part for loop in outline_of(mixture, mode) for part in (loop, pen_up)])
        for mode in range(mixture.modes)
    ]
    outlines = np.full((len(lines), max(map(len, lines)), 2), np.nan)
    for outline, line in zip(outlines, lines, strict=True):
        outline[: len(line)] = line
    return outlines


def typical_gap(mixture: Mixture) -> float:
    """Median distance from a mode to its nearest neighbour; infinite for a lone mode."""
    if mixture.modes == 1:
        return np.inf
    distances = np.linalg.norm(mixture.means[:, None] - mixture.means, axis=2)
    np.fill_diagonal(distances, np.inf)
    return float(np.median(distances.min(axis=1)))


@lru_cache(maxsize=256)
def mixture_drawn(target: Target) -> Mixture:
    """A target's mixture, made once for the many trials that share it."""
    return mixture_of(target)
