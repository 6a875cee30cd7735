"""Where the detective looks: what its field says of the places of the modes, and whom it pushes.

The forger moves each sample up the slope of its own gain, which is the slope of the detective's
logit times a factor that depends on the objective. So a mode without samples comes back only if
the slope at samples elsewhere leads towards it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.pieces import OBJECTIVES
from ganrun.mixture import Mixture
from ganrun.store import Snapshot

COSINE = 0.5
"""Of the angle between a push and the way to a mode, from which it leads there: 60 degrees."""


@dataclass(frozen=True)
class FieldAtModes:
    """What a snapshot shows of the detective, concerning some modes."""

    marked: tuple[int, ...]
    """Those of the modes at whose centre it answers 'real'; for a critic, which has no such answer,
    those that it scores above the mean of the samples."""
    unmarked: tuple[int, ...]
    led: float | None
    """Share of the samples that are pushed towards the nearest of the modes; `None` where no sample
    in the window is pushed at all."""


def field_at_modes(
    snapshot: Snapshot,
    extent: Sequence[float],
    mixture: Mixture,
    objective: str,
    modes: Sequence[int],
) -> FieldAtModes:
    """How a snapshot's field concerns some modes, of which there is one at least."""
    field = snapshot.field.astype(np.float64)
    samples = snapshot.samples.astype(np.float64)
    centres = mixture.means[list(modes)]
    at_centres, _ = slopes(field, extent, centres)
    at_samples, gradients = slopes(field, extent, samples)
    declared = OBJECTIVES[objective]
    level = declared.undecided.value if declared.undecided else _mean(at_samples)
    real = at_centres > level
    known = np.isfinite(at_centres)
    uphill = np.sign([declared.uphill(logit) for logit in at_samples])
    return FieldAtModes(
        marked=tuple(mode for mode, yes in zip(modes, real, strict=True) if yes),
        unmarked=tuple(m for m, yes, at in zip(modes, real, known, strict=True) if at and not yes),
        led=_led(samples, gradients * uphill[:, None], centres),
    )


def slopes(
    field: Float[ndarray, "G G"], extent: Sequence[float], points: Float[ndarray, "N 2"]
) -> tuple[Float[ndarray, " N"], Float[ndarray, "N 2"]]:
    """The field and its gradient at some points, by bilinear interpolation; NaN outside."""
    grid = field.shape[0]
    x_min, x_max, y_min, y_max = extent
    cell = np.array([x_max - x_min, y_max - y_min]) / (grid - 1)
    with np.errstate(invalid="ignore"):
        place = (points - np.array([x_min, y_min])) / cell
        inside = ((place >= 0) & (place <= grid - 1)).all(axis=1)
    place = np.where(inside[:, None], place, 0.0)
    j, i = np.minimum(place.astype(np.int64), grid - 2).T
    s, t = place[:, 0] - j, place[:, 1] - i
    a, b, c, d = field[i, j], field[i, j + 1], field[i + 1, j], field[i + 1, j + 1]
    with np.errstate(invalid="ignore", over="ignore"):
        values = (1 - t) * ((1 - s) * a + s * b) + t * ((1 - s) * c + s * d)
        along = ((1 - t) * (b - a) + t * (d - c)) / cell[0]
        up = ((1 - s) * (c - a) + s * (d - b)) / cell[1]
    gradients = np.stack([along, up], axis=1)
    return np.where(inside, values, np.nan), np.where(inside[:, None], gradients, np.nan)


def _led(
    samples: Float[ndarray, "N 2"], pushes: Float[ndarray, "N 2"], centres: Float[ndarray, "M 2"]
) -> float | None:
    with np.errstate(invalid="ignore"):
        ways = centres[None] - samples[:, None]
        distances = np.linalg.norm(ways, axis=2)
        sizes = np.linalg.norm(pushes, axis=1)
    moved = np.isfinite(sizes) & (sizes > 0) & np.isfinite(distances).all(axis=1)
    if not moved.any():
        return None
    nearest = distances[moved].argmin(axis=1)
    ways = ways[moved][np.arange(moved.sum()), nearest]
    length = np.linalg.norm(ways, axis=1) * sizes[moved]
    cosines = (ways * pushes[moved]).sum(axis=1) / np.where(length > 0, length, 1.0)
    return float((cosines > COSINE).mean())


def _mean(values: Float[ndarray, " N"]) -> float:
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0
