"""Points of one's own: their file is read and fitted when the config is, and never again.

What was found takes the file's place in the config, so that a run folder and a sweep hold all that
they are made of, whatever becomes of the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from ganrun.config.encoded_points import packed
from ganrun.config.errors import Place
from ganrun.config.points_target import Points
from ganrun.config.target_fields import Target


def settled(target: Target, place: Place) -> Target:
    """The target with its file read and its modes fitted; one without a file is left as it is.

    `place` is where the file was named: a path in a config is relative to it, one in an option to
    the current folder. Raises `ValueError`, with a message for people, if the file is no good.
    """
    if not isinstance(target, Points) or target.path is None:
        return target
    from ganrun.points.files import read_points

    points = read_points(_found(target.path, place))
    word, digest = packed(points)
    read = {"path": None, "size": len(points), "digest": digest, "points": word}
    content = target.model_dump(mode="json") | read
    if target.means is None:
        content |= _fitted(points, digest, target.modes)
    return Points.model_validate(content)


def _found(path: str, place: Place) -> Path:
    folder = Path(place.source).parent if place.line is not None else Path()
    return folder / os.path.expanduser(path)


def _fitted(points: Any, digest: str, modes: int | None) -> dict[str, Any]:
    from ganrun.points.kept_fit import fit_once

    fit = fit_once(points, digest, modes)
    return {
        "modes": None,
        "means": fit.means.tolist(),
        "covariances": fit.covariances.tolist(),
        "weights": fit.weights.tolist(),
        "fitted": "bic" if modes is None else "modes",
        "bic": list(fit.bic) or None,
    }
