"""What every layout of the target has: kinds of fields, and what is asked of any of them."""

from __future__ import annotations

import math
from typing import Annotated, Any

from pydantic import Field, model_validator

from ganrun.config.fields import Number, Section, Whole, contradiction, static, traced

MODES_LIMIT = 256
PLANE = "plane units"
DEFAULT_LAYOUT = "ring"
HOW = "How the modes are laid out."

Weight = Annotated[Number, Field(ge=1e-6, le=1e6)]
Std = Annotated[Number, Field(ge=1e-4, le=100.0)]
Length = Annotated[Number, Field(ge=1e-3, le=1000.0)]
Coordinate = Annotated[Number, Field(ge=-1000.0, le=1000.0)]
Modes = Annotated[Whole, Field(ge=1, le=MODES_LIMIT)]
Weights = tuple[Weight, ...] | None
Pair = tuple[Coordinate, Coordinate]
Covariance = Annotated[Number, Field(ge=-1e4, le=1e4)]
Matrix = tuple[tuple[Covariance, Covariance], tuple[Covariance, Covariance]]


def std_field(default: float = 0.05) -> Any:
    """Declare the one width of all modes."""
    return traced(default, "Standard deviation of every mode, along every axis.", PLANE)


def weights_field() -> Any:
    """Declare the modes' weights."""
    return traced(
        None,
        "One positive number per mode, in their order; scaled to sum to 1. Null: all equal.",
        max_length=MODES_LIMIT,
    )


class Target(Section):
    """What every layout has: a number of modes, and as many weights if there are any."""

    # Here so that it comes first; every layout narrows it.
    layout: str = traced(DEFAULT_LAYOUT, HOW)

    @property
    def mode_count(self) -> int:
        """The number of modes, K."""
        raise NotImplementedError

    @property
    def least_gap(self) -> float:
        """No two means are closer than this, in plane units; 0 where only placing them tells."""
        return 0.0

    @property
    def components(self) -> int:
        """The number of Gaussians that it is made of: K, or of chains more."""
        return self.mode_count

    @property
    def drawn_points(self) -> int:
        """How many given points real batches are drawn from; 0 where each is a fresh one."""
        return 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """Sentences that whoever reads its metrics should know; of most targets there are none."""
        return ()

    @property
    def shares(self) -> tuple[float, ...]:
        """Every mode's weight, scaled to sum to 1."""
        weights: tuple[float, ...] = getattr(self, "weights", None) or (1.0,) * self.mode_count
        return tuple(weight / sum(weights) for weight in weights)

    @model_validator(mode="after")
    def _one_weight_per_mode(self) -> Target:
        weights: tuple[float, ...] | None = getattr(self, "weights", None)
        if weights is not None and len(weights) != self.mode_count:
            raise contradiction(
                f"{len(weights)} weights for {self.mode_count} modes; give one per mode",
                ("weights",),
            )
        return self


class CountedTarget(Target):
    """A layout whose number of modes is a field of its own."""

    modes: Modes = static(5, "Number of modes, K.")

    @property
    def mode_count(self) -> int:
        """The number of modes, K."""
        return self.modes


class ByHand(Target):
    """What layouts share whose means are listed: widths of the modes, said in one of two ways."""

    means: tuple[Pair, ...] | None
    stds: tuple[Std, ...] | None = traced(
        None, "One standard deviation per mode, along every axis.", PLANE, max_length=MODES_LIMIT
    )
    covariances: tuple[Matrix, ...] | None = traced(
        None,
        "One covariance matrix [[xx, xy], [xy, yy]] per mode, instead of stds.",
        f"{PLANE}, squared",
        max_length=MODES_LIMIT,
    )
    weights: Weights = weights_field()

    @property
    def mode_count(self) -> int:
        """The number of modes, K."""
        return len(self.means or ())

    @model_validator(mode="after")
    def _one_width_per_mode(self) -> ByHand:
        if self.means is None:
            return self
        if self.stds is not None and self.covariances is not None:
            raise contradiction("give either stds or covariances, not both", ("covariances",))
        if self.stds is None and self.covariances is None:
            raise contradiction("give the modes stds or covariances", ("stds",))
        name = "stds" if self.covariances is None else "covariances"
        given = len(getattr(self, name))
        if given != self.mode_count:
            raise contradiction(
                f"{given} {name} for {self.mode_count} means; give one per mode", (name,)
            )
        return self

    @model_validator(mode="after")
    def _covariances_are_ellipses(self) -> ByHand:
        for k, ((xx, xy), (yx, yy)) in enumerate(self.covariances or ()):
            if xy != yx:
                raise contradiction(f"not symmetric: {xy} and {yx}", ("covariances", k))
            # Eigenvalues of a symmetric 2 x 2 matrix: the squared stds along its principal axes.
            middle, half = (xx + yy) / 2, math.hypot((xx - yy) / 2, xy)
            if not middle - half > 0:
                raise contradiction("not positive definite", ("covariances", k))
            if middle - half < 1e-8 * (1 - 1e-9):
                raise contradiction(
                    "narrower than a std of 0.0001 along one axis", ("covariances", k)
                )
        return self
