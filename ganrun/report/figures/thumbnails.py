"""The samples of a run's end as a picture the size of a stamp."""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from numpy import ndarray

from ganrun.measure.coverage import is_covered, mode_shares
from ganrun.mixture import Mixture
from ganrun.report.geometry import mixture_drawn, mode_rings, typical_gap
from ganrun.report.palette import BLUE, INK, QUIET, VERMILLION

LEAST_RING_INCHES = 0.026
DOT = 1.3

Square = tuple[float, float, float]
"""The left and the lower edge of a picture on the page, and its side, in inches."""


def draw_thumbnail(
    page: Axes, samples: Float[ndarray, "N 2"] | None, target: Any, square: Square
) -> None:
    """Draw the samples over the true modes; modes that they do not cover are vermillion.

    Args:
        page: axes whose units are inches.
        samples: the generator's samples; None draws the true modes alone.
        target: the experiment's target.
        square: where on the page.
    """
    mixture = mixture_drawn(target)
    x, y, side = square
    scale = (mixture.extent[1] - mixture.extent[0]) / side
    least = min(LEAST_RING_INCHES * scale, 0.3 * typical_gap(mixture))
    rings = _on_page(mode_rings(mixture, least).reshape(-1, 2), mixture, square)
    closed = rings.reshape(mixture.modes, -1, 2)
    closed = np.concatenate([closed, closed[:, :1]], axis=1)
    covered = np.ones(mixture.modes, dtype=bool)
    if samples is not None:
        covered = is_covered(mode_shares(samples, mixture), mixture.weights)
        finite = samples[np.isfinite(samples).all(axis=1)]
        points = _on_page(finite, mixture, square)
        inside = ((points >= (x, y)) & (points <= (x + side, y + side))).all(axis=1)
        dots = points[inside]
        page.scatter(dots[:, 0], dots[:, 1], s=DOT, color=INK, alpha=0.65, linewidths=0, zorder=4)
    else:
        page.text(
            x + side / 2, y + 0.03, "no samples", ha="center", size=6.5, color=QUIET, zorder=5
        )
    colours = [BLUE if is_covered else VERMILLION for is_covered in covered]
    page.add_collection(
        LineCollection(list(closed), colors=colours, linewidths=0.8, zorder=3), autolim=False
    )


def _on_page(
    points: Float[ndarray, "N 2"], mixture: Mixture, square: Square
) -> Float[ndarray, "N 2"]:
    x_min, x_max, y_min, y_max = mixture.extent
    x, y, side = square
    shares = (points.astype(np.float64) - (x_min, y_min)) / (x_max - x_min, y_max - y_min)
    return shares * side + (x, y)
