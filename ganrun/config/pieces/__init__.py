"""What a config may name: every objective, penalty, optimizer and so on, declared once.

A declaration is a name, a one-line description and, where it has them, parameters. The schema, the
error messages, the docs and the property tests read these tables; the room that implements a name
holds a function of the same name, and a test holds the two key sets equal.
"""

from ganrun.config.pieces.designs import DESIGNS
from ganrun.config.pieces.latents import LATENTS
from ganrun.config.pieces.networks import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    BIASES,
    DISCRIMINATOR_NORMS,
    INITIALIZERS,
    MINIBATCH,
    NORMS,
    NOT_HERE,
)
from ganrun.config.pieces.objectives import OBJECTIVES
from ganrun.config.pieces.penalties import PENALTIES
from ganrun.config.pieces.recipes import DATA, OPTIMIZERS, SCHEDULES
from ganrun.config.pieces.remedies import REMEDIES
from ganrun.config.pieces.updates import UPDATES

__all__ = [
    "ACTIVATIONS",
    "BIASES",
    "BIAS_INITIALIZERS",
    "DATA",
    "DESIGNS",
    "DISCRIMINATOR_NORMS",
    "INITIALIZERS",
    "LATENTS",
    "MINIBATCH",
    "NORMS",
    "NOT_HERE",
    "OBJECTIVES",
    "OPTIMIZERS",
    "PENALTIES",
    "REMEDIES",
    "SCHEDULES",
    "UPDATES",
]
