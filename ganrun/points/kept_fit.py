"""A fit to the same points is made once: it is kept in the user's cache folder.

So that `ganrun check` and then `ganrun train` wait for one fit, and a config that names a file of
points is read at once the next time.
"""

from __future__ import annotations

import hashlib
import json
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.machine import foreign_arithmetic, machine_type
from ganrun.points import fit
from ganrun.points.fit import Fit, fit_points
from ganrun.user_cache import keep, read_kept, user_cache


def fit_once(points: Float[ndarray, "N 2"], digest: str, modes: int | None = None) -> Fit:
    """As `fit_points`; `digest` is the points' own."""
    path = user_cache() / f"fit-{_key(digest, modes)}.json"
    found = _read(path)
    if found is None:
        found = fit_points(points, modes)
        arrays = {name: getattr(found, name).tolist() for name in ("means", "covariances")}
        keep(path, {**arrays, "weights": found.weights.tolist(), "bic": found.bic})
    return found


def _read(path: Path) -> Fit | None:
    """What was kept; None if that is no mixture."""
    stored = read_kept(path)
    try:
        arrays = [
            np.array(stored[name], np.float64) for name in ("means", "covariances", "weights")
        ]
        bic = np.array(stored["bic"], np.float64)
    except (KeyError, TypeError, ValueError):
        return None
    means, covariances, weights = arrays
    modes = len(weights)
    shapes = [array.shape for array in arrays] == [(modes, 2), (modes, 2, 2), (modes,)]
    if not modes or not shapes or not all(np.isfinite(array).all() for array in (*arrays, bic)):
        return None
    return Fit(means, covariances, weights, tuple(bic.tolist()))


def _key(digest: str, modes: int | None) -> str:
    """A name for the points, the number of modes, and the code and libraries that fit."""
    identity: dict[str, Any] = {
        "points": digest,
        "modes": modes,
        "code": hashlib.sha256(Path(fit.__file__).read_bytes()).hexdigest(),
        "libraries": [version(name) for name in ("numpy", "scipy", "scikit-learn")],
        "machine": machine_type(),
        **foreign_arithmetic(),
    }
    return hashlib.sha256(json.dumps(identity, sort_keys=True).encode()).hexdigest()[:32]
