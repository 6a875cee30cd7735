"""Where the beads of curved modes lie: one array of means per mode, in order along it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.curved_targets import (
    BEAD_STD,
    Checkerboard,
    Curved,
    Rings,
    SwissRoll,
    TwoMoons,
)

Beads = Sequence[Float[ndarray, "m 2"]]


def two_moons(target: TwoMoons) -> Beads:
    """The half circles of scikit-learn's `make_moons`, about the origin.

    One is open below and the other above, shifted by one radius to the right and half of one down.
    """
    angles = np.pi * (np.arange(target.beads) + 0.5) / target.beads
    outer = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    inner = np.array([1.0, 0.5]) - outer
    middle = np.array([0.5, 0.25])
    return [target.radius * (outer - middle), target.radius * (inner - middle)]


def swiss_roll(target: SwissRoll) -> Beads:
    """The curve `t (cos t, sin t)` of scikit-learn's `make_swiss_roll`, seen from its end.

    The beads are equally far apart along it, so that it is as dense outside as inside.
    """
    inner, outer = target.angles
    fine = np.linspace(inner, outer, 20_001)
    length = (fine * np.hypot(1, fine) + np.arcsinh(fine)) / 2
    share = (np.arange(target.beads) + 0.5) / target.beads
    angles = np.interp(length[0] + share * (length[-1] - length[0]), length, fine)
    scale = target.radius / outer
    return [scale * angles[:, None] * np.stack([np.cos(angles), np.sin(angles)], axis=1)]


def checkerboard(target: Checkerboard) -> Beads:
    """Every other square, row by row from the lowest; in each, beads in rows."""
    inside = (np.arange(target.beads) + 0.5) / target.beads
    y, x = np.meshgrid(inside, inside, indexing="ij")
    square = np.stack([x.ravel(), y.ravel()], axis=1)
    corners = [
        np.array([column, row]) - target.cells / 2
        for row in range(target.cells)
        for column in range(target.cells)
        if (row + column) % 2 == 0
    ]
    return [target.spacing * (corner + square) for corner in corners]


def rings(target: Rings) -> Beads:
    """Circles about the origin, the innermost first."""
    circles = []
    for number, count in enumerate(target.beads_by_mode, start=1):
        angles = 2 * np.pi * np.arange(count) / count
        distance = target.radius * number / target.modes
        circles.append(distance * np.stack([np.cos(angles), np.sin(angles)], axis=1))
    return circles


def bead_std(target: Curved) -> float:
    """The standard deviation of every bead, along every axis."""
    if isinstance(target, Checkerboard):
        return BEAD_STD * target.spacing / target.beads
    std: float = dict(target)["std"]
    return std


CHAINS: Mapping[str, Callable[..., Beads]] = {
    "two_moons": two_moons,
    "swiss_roll": swiss_roll,
    "checkerboard": checkerboard,
    "rings": rings,
}
"""Layout name -> the beads of its modes."""
