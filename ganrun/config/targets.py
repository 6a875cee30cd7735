"""The layouts of the target, one model each: where the modes are, how wide, and how heavy.

A model's first line is what people are told of the layout; its fields are the layout's parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from ganrun.config.declarations import Declaration, table
from ganrun.config.fields import SEED_END, Number, Section, Whole, contradiction, static, traced

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


def _std() -> Any:
    return traced(0.05, "Standard deviation of every mode, along every axis.", PLANE)


def _weights() -> Any:
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


class Ring(CountedTarget):
    """Modes evenly spaced on a circle around the origin."""

    layout: Literal["ring"] = traced("ring", HOW)
    radius: Length = traced(2.0, "Distance of every mode from the origin.", PLANE)
    std: Std = _std()
    weights: Weights = _weights()

    @property
    def least_gap(self) -> float:
        """The side of the polygon of all modes."""
        return 2 * self.radius * math.sin(math.pi / self.modes) if self.modes > 1 else math.inf


class Grid(Target):
    """Modes on a rectangular grid centred on the origin."""

    layout: Literal["grid"] = traced("grid", HOW)
    rows: Modes = static(5, "Number of rows.")
    columns: Modes = static(5, "Number of columns.")
    spacing: Length = traced(2.0, "Distance between neighbours in a row or column.", PLANE)
    std: Std = _std()
    weights: Weights = _weights()

    @property
    def mode_count(self) -> int:
        """The number of modes, K = rows * columns."""
        return self.rows * self.columns

    @property
    def least_gap(self) -> float:
        """The spacing."""
        return self.spacing

    @model_validator(mode="after")
    def _not_too_many_modes(self) -> Grid:
        if self.mode_count > MODES_LIMIT:
            raise contradiction(
                f"{self.rows} rows of {self.columns} are more than {MODES_LIMIT} modes",
                ("rows",),
                ("columns",),
            )
        return self


class Line(CountedTarget):
    """Modes evenly spaced on a horizontal line through the origin."""

    layout: Literal["line"] = traced("line", HOW)
    length: Length = traced(4.0, "Distance between the first and the last mode.", PLANE)
    std: Std = _std()
    weights: Weights = _weights()

    @property
    def least_gap(self) -> float:
        """The distance between neighbours."""
        return self.length / (self.modes - 1) if self.modes > 1 else math.inf


class Spiral(CountedTarget):
    """Modes along a spiral that starts near the origin."""

    layout: Literal["spiral"] = traced("spiral", HOW)
    radius: Length = traced(2.0, "Distance of the outermost mode from the origin.", PLANE)
    turns: Number = traced(1.5, "Number of turns from the first to the last mode.", ge=0.01, le=20)
    std: Std = _std()
    weights: Weights = _weights()


class Random(CountedTarget):
    """Modes at random places in a square, a least distance apart."""

    layout: Literal["random"] = traced("random", HOW)
    radius: Length = traced(2.0, "Half the side of the square that holds the means.", PLANE)
    std: Std = _std()
    weights: Weights = _weights()
    seed: Whole = traced(
        0, "Seed of the places; unrelated to the seeds of the runs.", ge=0, lt=SEED_END
    )
    least_distance: Number = traced(
        0.5, "Least distance between any two means.", PLANE, ge=0, le=1000.0
    )

    @property
    def least_gap(self) -> float:
        """The least distance."""
        return self.least_distance

    @model_validator(mode="after")
    def _room_for_all(self) -> Random:
        # No packing of equal discs is denser than the hexagonal one (Thue, Toth). Discs whose
        # centres lie in the square fit into a square that is wider by their diameter.
        discs = self.modes * math.pi / 4 * self.least_distance**2
        densest = math.pi / math.sqrt(12) * (2 * self.radius + self.least_distance) ** 2
        if self.modes > 1 and (discs > densest or self.least_distance > math.sqrt(8) * self.radius):
            raise contradiction(
                f"{self.modes} modes cannot be {self.least_distance} apart in a square of side "
                f"{2 * self.radius}; lower least_distance or modes, or raise radius",
                ("least_distance",),
                ("modes",),
                ("radius",),
            )
        return self


class Custom(Target):
    """Modes at given means, with given stds or covariances."""

    layout: Literal["custom"] = traced("custom", HOW)
    means: tuple[Pair, ...] = Field(
        description="The place [x, y] of every mode.",
        min_length=1,
        max_length=MODES_LIMIT,
        json_schema_extra={"x-mark": "traced", "x-unit": PLANE},
    )
    stds: tuple[Std, ...] | None = traced(
        None, "One standard deviation per mode, along every axis.", PLANE, max_length=MODES_LIMIT
    )
    covariances: tuple[Matrix, ...] | None = traced(
        None,
        "One covariance matrix [[xx, xy], [xy, yy]] per mode, instead of stds.",
        f"{PLANE}, squared",
        max_length=MODES_LIMIT,
    )
    weights: Weights = _weights()

    @property
    def mode_count(self) -> int:
        """The number of modes, K."""
        return len(self.means)

    @model_validator(mode="after")
    def _one_width_per_mode(self) -> Custom:
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
    def _covariances_are_ellipses(self) -> Custom:
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


@dataclass(frozen=True, kw_only=True)
class Layout(Declaration):
    """A layout of the target and the model of its parameters."""

    model: type[Target]
    by_hand: bool = False
    """Whether the means are given one by one, as by someone who draws them."""
    may_not_fit: bool = False
    """Whether it shows only once they are placed that there is no room for all modes."""


def _layout(model: type[Target], *also: str, **facts: Any) -> Layout:
    name, description = model.model_fields["layout"].default, model.__doc__ or ""
    return Layout(name=name, description=description, also=also, model=model, **facts)


LAYOUTS: Mapping[str, Layout] = table(
    _layout(Ring, "circle"),
    _layout(Grid, "square", "lattice"),
    _layout(Line),
    _layout(Spiral, "swiss_roll"),
    _layout(Random, "uniform", may_not_fit=True),
    _layout(Custom, title="Your own", by_hand=True),
)


def layout_of(value: Any) -> str:
    """Return the layout of a raw or validated target: a ring if it names none, `""` if no name."""
    if isinstance(value, dict):
        layout = value.get("layout", DEFAULT_LAYOUT)
    else:
        layout = getattr(value, "layout", DEFAULT_LAYOUT)
    return layout if isinstance(layout, str) else ""


if TYPE_CHECKING:
    AnyTarget = Target
else:
    AnyTarget = Annotated[
        reduce(or_, (Annotated[one.model, Tag(name)] for name, one in LAYOUTS.items())),
        Discriminator(layout_of),
    ]
