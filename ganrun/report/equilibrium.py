"""Where each game comes to rest: the values of a perfect forger against a detective at its best.

With samples that nobody can tell from real ones, the best discriminator answers the same
everywhere. What that makes of the losses follows from the objective alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Line:
    """A value at equilibrium and how to write it."""

    value: float
    label: str


@dataclass(frozen=True)
class Equilibrium:
    """What the curves of one objective tend to; `None` where the game leaves it open."""

    loss_d: Line
    loss_g: Line | None
    logit: Line | None
    probability: bool = False
    """Whether the logit's sigmoid is the discriminator's probability of 'real'."""
    decides: bool = True
    """Whether the logit is a decision at all, so that there is an accuracy."""


# Binary cross-entropy (Goodfellow et al. 2014, section 4.1): D = 1/2 everywhere, so either of the
# two terms is ln 2.
_TWO_LN_2 = Line(2 * math.log(2), "2 ln 2")

EQUILIBRIA: dict[str, Equilibrium] = {
    "non_saturating": Equilibrium(
        _TWO_LN_2, Line(math.log(2), "ln 2"), Line(0.0, "0"), probability=True
    ),
    "minimax": Equilibrium(
        _TWO_LN_2, Line(-math.log(2), "\N{MINUS SIGN}ln 2"), Line(0.0, "0"), probability=True
    ),
    # The critic is defined up to a constant: its level, and with it the generator's loss, is open.
    "wasserstein": Equilibrium(Line(0.0, "0"), None, None, decides=False),
    # Any constant in [-1, 1] is optimal against perfect samples; the two terms then add up to 2.
    "hinge": Equilibrium(Line(2.0, "2"), None, Line(0.0, "0")),
    # The best answer is 1/2: 1/2 (1/2)^2 + 1/2 (1/2)^2 for one, 1/2 (1/2)^2 for the other.
    "least_squares": Equilibrium(Line(0.25, "1/4"), Line(0.125, "1/8"), Line(0.5, "1/2")),
}
"""Objective -> equilibrium, under the names that `ganrun.config` declares."""

EVEN_ACCURACY = Line(0.5, "1/2")
"""Accuracy of a detective who can but guess."""
