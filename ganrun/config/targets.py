"""The layouts of the target, one model each: where the modes are, how wide, and how heavy.

A model's first line is what people are told of the layout; its fields are the layout's parameters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from ganrun.config.curved_targets import Checkerboard, Rings, SwissRoll, TwoMoons
from ganrun.config.declarations import Declaration, table
from ganrun.config.fields import SEED_END, Number, Whole, contradiction, static, traced
from ganrun.config.points_target import Points
from ganrun.config.target_fields import (
    DEFAULT_LAYOUT,
    HOW,
    MODES_LIMIT,
    PLANE,
    ByHand,
    CountedTarget,
    Length,
    Modes,
    Pair,
    Std,
    Target,
    Weights,
    std_field,
    weights_field,
)


class Ring(CountedTarget):
    """Modes evenly spaced on a circle around the origin."""

    layout: Literal["ring"] = traced("ring", HOW)
    radius: Length = traced(2.0, "Distance of every mode from the origin.", PLANE)
    std: Std = std_field()
    weights: Weights = weights_field()

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
    std: Std = std_field()
    weights: Weights = weights_field()

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
    std: Std = std_field()
    weights: Weights = weights_field()

    @property
    def least_gap(self) -> float:
        """The distance between neighbours."""
        return self.length / (self.modes - 1) if self.modes > 1 else math.inf


class Spiral(CountedTarget):
    """Modes along a spiral that starts near the origin."""

    layout: Literal["spiral"] = traced("spiral", HOW)
    radius: Length = traced(2.0, "Distance of the outermost mode from the origin.", PLANE)
    turns: Number = traced(1.5, "Number of turns from the first to the last mode.", ge=0.01, le=20)
    std: Std = std_field()
    weights: Weights = weights_field()


class Random(CountedTarget):
    """Modes at random places in a square, a least distance apart."""

    layout: Literal["random"] = traced("random", HOW)
    radius: Length = traced(2.0, "Half the side of the square that holds the means.", PLANE)
    std: Std = std_field()
    weights: Weights = weights_field()
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


class Custom(ByHand):
    """Modes at given means, with given stds or covariances."""

    layout: Literal["custom"] = traced("custom", HOW)
    means: tuple[Pair, ...] = Field(
        description="The place [x, y] of every mode.",
        min_length=1,
        max_length=MODES_LIMIT,
        json_schema_extra={"x-mark": "traced", "x-unit": PLANE},
    )


@dataclass(frozen=True, kw_only=True)
class Layout(Declaration):
    """A layout of the target and the model of its parameters."""

    model: type[Target]
    by_hand: bool = False
    """Whether the means are given one by one, as by someone who draws them."""
    from_file: bool = False
    """Whether it names a file, which is read when the config is."""
    may_not_fit: bool = False
    """Whether it shows only once they are placed that there is no room for all modes."""


def _layout(model: type[Target], *also: str, **facts: Any) -> Layout:
    name, description = model.model_fields["layout"].default, model.__doc__ or ""
    return Layout(name=name, description=description, also=also, model=model, **facts)


LAYOUTS = table(
    _layout(Ring, "circle"),
    _layout(Grid, "square", "lattice"),
    _layout(Line),
    _layout(Spiral),
    _layout(Random, "uniform", may_not_fit=True),
    _layout(TwoMoons, "moons", "half_moons", "make_moons"),
    _layout(SwissRoll, "roll", "make_swiss_roll"),
    _layout(Checkerboard, "checkers", "chessboard", "squares"),
    _layout(Rings, "circles", "concentric", "make_circles"),
    _layout(Custom, title="Your own", by_hand=True),
    _layout(Points, "csv", "file", "dataset", "empirical", title="Your own points", from_file=True),
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
