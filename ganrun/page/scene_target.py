"""The true modes as the scenes of report and arena draw them."""

from __future__ import annotations

from typing import Any

import numpy as np

from ganrun.measure.coverage import HIGH_QUALITY_DISTANCE
from ganrun.mixture import Mixture


def scene_target(mixture: Mixture, digits: int | None = None) -> dict[str, Any]:
    """Window, and each mode's ellipse at 3 std: its centre, radii and angle, and its weight.

    `angle` is that of the first radius, in radians from the x axis. Numbers keep so many
    significant digits, or all.
    """
    variances, axes = np.linalg.eigh(mixture.covariances)
    radii = HIGH_QUALITY_DISTANCE * np.sqrt(variances[:, ::-1])
    widest = axes[:, :, 1]
    angles = np.arctan2(widest[:, 1], widest[:, 0])
    numbers = np.column_stack([mixture.means, radii, angles, mixture.weights])
    names = ("x", "y", "rx", "ry", "angle", "weight")
    return {
        "extent": [_short(edge, digits) for edge in mixture.extent],
        "modes": [
            dict(zip(names, (_short(value, digits) for value in row), strict=True))
            for row in numbers
        ],
    }


def _short(value: float, digits: int | None) -> float:
    return float(value) if digits is None else float(f"{value:.{digits}g}")
