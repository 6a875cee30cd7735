"""What a browser has to know of an objective to draw a discriminator's field and its pushes."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ganrun.config.pieces import OBJECTIVES


def objective_drawn(name: str) -> dict[str, Any]:
    """How a logit is read and coloured, and how fakes are pushed, as `scene.js` wants it.

    `middle` is the logit that is white: of a detective who cannot tell; null for a critic.
    """
    objective = OBJECTIVES[name]
    return {
        "middle": objective.undecided.value if objective.undecided else None,
        "probability": objective.probability,
        "uphill": asdict(objective.uphill),
        "reach": objective.reach,
    }
