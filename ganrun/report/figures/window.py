"""The window on the plane in which samples and true modes are drawn, the same in every figure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.patheffects import Normal, Stroke
from numpy import ndarray

from ganrun.mixture import Mixture
from ganrun.report.geometry import Extent, mode_rings, typical_gap
from ganrun.report.palette import INK, PAPER, QUIET

LEAST_RING_POINTS = 3.2
"""Radius in points below which a ring could not be told from a sample."""


def frame_window(axes: Axes, extent: Extent) -> None:
    """Fix the axes to the window, square, without ticks."""
    x_min, x_max, y_min, y_max = extent
    axes.set_xlim(x_min, x_max)
    axes.set_ylim(y_min, y_max)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    for spine in axes.spines.values():
        spine.set_color(QUIET)
        spine.set_linewidth(0.6)


def rings_at(mixture: Mixture, axes: Axes, extent: Extent) -> Float[ndarray, "K P 2"]:
    """The modes' ellipses at 3 std in plane units, none smaller on paper than can be seen."""
    box = axes.get_window_extent()
    least_pixels = LEAST_RING_POINTS * axes.figure.dpi / 72
    least = least_pixels * (extent[1] - extent[0]) / min(box.width, box.height)
    return mode_rings(mixture, min(least, 0.3 * typical_gap(mixture)))


def draw_rings(
    axes: Axes,
    rings: Float[ndarray, "K P 2"],
    *,
    modes: Sequence[int] | None = None,
    color: str = INK,
    dashed: bool = False,
    linewidth: float = 0.9,
) -> LineCollection:
    """Draw the rings of the given modes, or of all, with a halo that lifts them off a field."""
    chosen = rings if modes is None else rings[list(modes)]
    closed = np.concatenate([chosen, chosen[:, :1]], axis=1)
    collection = LineCollection(
        list(closed),
        colors=color,
        linewidths=linewidth,
        linestyles=(0, (3, 1.6)) if dashed else "solid",
        zorder=3,
    )
    if not dashed:
        halo = Stroke(linewidth=linewidth + 1.2, foreground=PAPER, alpha=0.8)
        collection.set_path_effects([halo, Normal()])
    axes.add_collection(collection, autolim=False)
    return collection


def draw_samples(axes: Axes, samples: Float[ndarray, "N 2"], size: float) -> None:
    """Draw every finite sample as a dot; what lies outside the window is cut off."""
    finite = samples[np.isfinite(samples).all(axis=1)]
    axes.scatter(finite[:, 0], finite[:, 1], s=size, color=INK, alpha=0.65, linewidths=0, zorder=4)
