"""The true modes as the scenes of report and arena draw them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganrun.measure.coverage import HIGH_QUALITY_DISTANCE
from ganrun.measure.outlines import outline_of
from ganrun.mixture import Mixture

OUTLINE_DIGITS = 4
"""Significant digits of what is drawn alone."""


def scene_target(mixture: Mixture, digits: int | None = None) -> dict[str, Any]:
    """Window, and each mode's ellipse at 3 std: its centre, radii and angle, and its weight.

    A mode that is a chain has its `outline` besides, closed lines of numbers x, y, x, y; the
    ellipse is then that of its middle bead.

    `angle` is that of the first radius, in radians from the x axis. Numbers keep so many
    significant digits, or all.
    """
    variances, axes = np.linalg.eigh(mixture.covariances)
    radii = HIGH_QUALITY_DISTANCE * np.sqrt(variances[:, ::-1])
    widest = axes[:, :, 1]
    angles = np.arctan2(widest[:, 1], widest[:, 0])
    numbers = np.column_stack([mixture.means, radii, angles, mixture.weights])
    names = ("x", "y", "rx", "ry", "angle", "weight")
    modes: list[dict[str, Any]] = [
        dict(zip(names, (_short(value, digits) for value in row), strict=True)) for row in numbers
    ]
    if mixture.beads is not None:
        for number, mode in enumerate(modes):
            mode["outline"] = [
                [_short(value, OUTLINE_DIGITS) for value in loop.ravel()]
                for loop in outline_of(mixture, number)
            ]
    return {"extent": [_short(edge, digits) for edge in mixture.extent], "modes": modes}


def _short(value: float, digits: int | None) -> float:
    return float(value) if digits is None else float(f"{value:.{digits}g}")
