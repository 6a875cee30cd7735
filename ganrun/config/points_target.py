"""Points of one's own as a target: their file, and what takes its place once it has been read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import model_validator

from ganrun.config.declarations import Declaration, table
from ganrun.config.encoded_points import ENCODED_LIMIT, MOST_KEPT, MOST_POINTS, fault_of
from ganrun.config.fields import Number, OneOf, Whole, contradiction, label, static, traced
from ganrun.config.target_fields import HOW, MODES_LIMIT, PLANE, ByHand, Modes, Pair
from ganrun.wording import form_for, plural

DRAWS: Mapping[str, Declaration] = table(
    Declaration("points", "The points themselves, with replacement."),
    Declaration("fit", "The mixture, given or fitted.", ("mixture", "gaussians")),
)


class Points(ByHand):
    """Points of your own, from a file, and a mixture that is given or fitted to them."""

    layout: Literal["points"] = traced("points", HOW)
    means: tuple[Pair, ...] | None = traced(
        None,
        "The place [x, y] of every mode. Null: modes are fitted to the points.",
        PLANE,
        min_length=1,
        max_length=MODES_LIMIT,
    )
    path: str | None = label(
        None,
        "File of the points, relative to this config; what was read then takes its place.",
        min_length=1,
    )
    modes: Modes | None = static(
        None, "Number of modes to fit. Null: as many as BIC chooses, or as there are means."
    )
    draw: Annotated[str, OneOf(DRAWS)] = static("points", "Where real batches come from.")
    fitted: str | None = label(
        None,
        "Written when the file is read: what the number of fitted modes was chosen by.",
        pattern=r"^(bic|modes)$",
    )
    bic: tuple[Number, ...] | None = label(
        None,
        "Written when the file is read: BIC of one mode, two and so on.",
        max_length=MODES_LIMIT,
    )
    size: Whole = static(
        0, "Written when the file is read: the number of points.", ge=0, le=MOST_POINTS
    )
    digest: str | None = traced(
        None,
        "Written when the file is read: SHA-256 of the points.",
        pattern=r"^[0-9a-f]{64}$",
    )
    points: str | None = traced(
        None,
        "Written when the file is read: the points, float32 in base64.",
        max_length=ENCODED_LIMIT,
    )

    @property
    def mode_count(self) -> int:
        """The number of modes, K; before the file is read, the least that it may be."""
        return self.modes or 1 if self.means is None else len(self.means)

    @property
    def drawn_points(self) -> int:
        """How many points real batches are drawn from; 0 where they come from the mixture."""
        return self.size if self.draw == "points" else 0

    @property
    def remarks(self) -> tuple[str, ...]:
        """That the truth is no more than an estimate, and whose."""
        points = plural(self.size, "point")
        if self.fitted is None:
            modes = plural(self.mode_count, "mode")
            how = f"{modes} {form_for(self.mode_count, 'was', 'were')} given for {points}"
        else:
            how = f"{plural(self.mode_count, 'Gaussian')} fitted to {points}"
            how += ", as many as BIC chose" if self.fitted == "bic" else ""
        drawn = "the points themselves" if self.drawn_points else "them too"
        return (
            f"The truth is an estimate: {how}. Perfect samples are drawn from that mixture, real "
            f"batches from {drawn}.",
        )

    @property
    def found(self) -> tuple[str, ...]:
        """The remarks, and by how much BIC chose; it is told when the config is read."""
        if not self.bic:
            return self.remarks
        sizes = ", ".join(f"{size}: {bic:,.0f}" for size, bic in enumerate(self.bic, start=1))
        return (*self.remarks, f"BIC by the number of modes, the least is best: {sizes}")

    @model_validator(mode="after")
    def _one_source(self) -> Points:
        if self.path is None and self.digest is None:
            raise contradiction("missing; layout 'points' needs the file of the points", ("path",))
        if self.path is not None and self.digest is not None:
            raise contradiction("is what other points were read from", ("digest",))
        if self.means is not None and self.modes is not None:
            raise contradiction("a number of modes is fitted; not beside means", ("modes",))
        if self.means is None:
            for name in ("stds", "covariances", "weights"):
                if getattr(self, name) is not None:
                    raise contradiction("goes with means; without them, it is fitted", (name,))
        return self

    @model_validator(mode="after")
    def _points_as_they_were_read(self) -> Points:
        if self.digest is None:
            return self
        if self.means is None:
            raise contradiction("missing; they were written when the file was read", ("means",))
        if self.points is None and self.draw == "points":
            raise contradiction(
                f"'points' are {MOST_KEPT:,} at most, and there are {self.size:,}; more can be "
                "drawn from their fit alone: draw: fit",
                ("draw",),
            )
        if self.points is not None and (fault := fault_of(self.points, self.size, self.digest)):
            raise contradiction(fault, ("points",))
        return self
