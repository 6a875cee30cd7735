"""Layouts whose modes are no Gaussians: curves and squares, known just as exactly.

A mode is a chain of small Gaussians, its *beads*, so close together that what they make is smooth.
The target is then a Gaussian mixture like any other: it can be drawn from, and its density and the
way to it are exact.
"""

from __future__ import annotations

import math
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from ganrun.config.fields import Number, Whole, contradiction, static, traced
from ganrun.config.target_fields import (
    HOW,
    PLANE,
    CountedTarget,
    Length,
    Modes,
    Std,
    Target,
    Weights,
    std_field,
    weights_field,
)

COMPONENTS_LIMIT = 2048
"""Beads of all modes together, at most."""
WIDEST_STEP = 2.0
"""Beads further apart than so many std would be seen: 2 std make ripples of 3 %, 1.5 of 0.1 %."""
ROLL_BEGINS = 1.5 * math.pi
"""The angle at which the roll begins, as scikit-learn's does."""
BEAD_STD = 0.4
"""Of the way between two beads of a square: its density ripples by 9 % and fades at its edges."""

Beads = Annotated[Whole, Field(ge=3, le=512)]


def _beads(default: int, description: str) -> Any:
    return static(default, f"{description} The more, the smoother.")


class Curved(Target):
    """What layouts of chains have: a number of beads, and no long way between them."""

    @property
    def bead_step(self) -> float:
        """The longest way between two beads, in plane units; 0 where it follows the std."""
        return 0.0

    @property
    def remarks(self) -> tuple[str, ...]:
        """That one of the metrics does not apply."""
        return ("Its modes are no Gaussians and have no one width: spread is not measured.",)

    @property
    def seen_beads(self) -> str | None:
        """That the beads can be told apart, a line; None where they make a smooth band."""
        std, beads = getattr(self, "std", math.inf), getattr(self, "beads", 0)
        if self.bead_step <= WIDEST_STEP * std * (1 + 1e-9):
            return None
        least = math.ceil(beads * self.bead_step / (WIDEST_STEP * std))
        return (
            f"the beads of a mode are {self.bead_step:.3g} apart, which a std of {std:g} does not "
            f"hide: {least:,} beads would make it smooth, or a larger std"
        )

    @model_validator(mode="after")
    def _not_too_many_beads(self) -> Curved:
        if self.components > COMPONENTS_LIMIT:
            raise contradiction(
                f"{self.components:,} of them in all; at most {COMPONENTS_LIMIT:,}", ("beads",)
            )
        return self


class TwoMoons(Curved):
    """Two half circles that reach into each other; each is a mode."""

    layout: Literal["two_moons"] = traced("two_moons", HOW)
    radius: Length = traced(1.5, "Radius of both half circles.", PLANE)
    std: Std = std_field(0.08)
    weights: Weights = weights_field()
    beads: Beads = _beads(40, "Gaussians that a moon is made of.")

    @property
    def mode_count(self) -> int:
        """Two."""
        return 2

    @property
    def components(self) -> int:
        """All beads."""
        return 2 * self.beads

    @property
    def bead_step(self) -> float:
        """The way along the half circle."""
        return math.pi * self.radius / self.beads


class SwissRoll(Curved):
    """One long mode, rolled up."""

    layout: Literal["swiss_roll"] = traced("swiss_roll", HOW)
    radius: Length = traced(2.0, "Distance of the outer end from the origin.", PLANE)
    turns: Number = traced(1.5, "Number of turns from the inner to the outer end.", ge=0.25, le=5)
    std: Std = std_field(0.08)
    weights: Weights = weights_field()
    beads: Beads = _beads(110, "Gaussians that the roll is made of.")

    @property
    def mode_count(self) -> int:
        """One."""
        return 1

    @property
    def components(self) -> int:
        """All beads."""
        return self.beads

    @property
    def angles(self) -> tuple[float, float]:
        """Where the roll begins and ends, in radians; it is as far out as its angle is large."""
        return ROLL_BEGINS, ROLL_BEGINS + 2 * math.pi * self.turns

    @property
    def bead_step(self) -> float:
        """The way along the roll, whose length up to angle t grows as this integral."""
        inner, outer = ((t * math.hypot(1, t) + math.asinh(t)) / 2 for t in self.angles)
        return self.radius / self.angles[1] * (outer - inner) / self.beads


class Checkerboard(Curved):
    """Every other square of a board; each is a mode, evenly filled."""

    layout: Literal["checkerboard"] = traced("checkerboard", HOW)
    cells: Whole = static(
        4, "Squares along a side of the board, empty ones among them.", ge=2, le=8
    )
    spacing: Length = traced(1.0, "Side of a square.", PLANE)
    weights: Weights = weights_field()
    beads: Annotated[Whole, Field(ge=3, le=11)] = _beads(
        6, "Gaussians along each side of a square, which is filled with them."
    )

    @property
    def mode_count(self) -> int:
        """Half of the squares, the lower left one among them."""
        return (self.cells**2 + 1) // 2

    @property
    def components(self) -> int:
        """All beads."""
        return self.mode_count * self.beads**2


class Rings(CountedTarget, Curved):
    """Circles around the origin, one in another; each is a mode."""

    layout: Literal["rings"] = traced("rings", HOW)
    modes: Modes = static(3, "Number of circles, K.")
    radius: Length = traced(
        2.0, "Radius of the outermost circle; all are equally far apart.", PLANE
    )
    std: Std = std_field(0.08)
    weights: Weights = weights_field()
    beads: Beads = _beads(105, "Gaussians that the outermost circle is made of.")

    @property
    def beads_by_mode(self) -> tuple[int, ...]:
        """Beads of each circle, as many as its length asks for, the innermost first."""
        return tuple(-(-self.beads * k // self.modes) for k in range(1, self.modes + 1))

    @property
    def components(self) -> int:
        """All beads."""
        return sum(self.beads_by_mode)

    @property
    def bead_step(self) -> float:
        """The way along the outermost circle."""
        return 2 * math.pi * self.radius / self.beads
