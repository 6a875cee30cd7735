"""What a sweep is: an experiment, what varies in it and how, and which sweeps are the same."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Annotated, Any

from pydantic import Field

from ganrun.config.errors import Place
from ganrun.config.fields import Number, OneOf, Section, Whole, label
from ganrun.config.identity import content_of, digest
from ganrun.config.metrics import own_key
from ganrun.config.outside import pieces_in
from ganrun.config.pieces import DESIGNS
from ganrun.config.schema import NAME, NAME_LIMIT, SEEDS_LIMIT, Experiment
from ganrun.config.write import flow, lines, short_seeds

TRIALS_LIMIT = 1_000_000
LEVELS_LIMIT = 1000
_OPTIMIZER = "optimizer.name"
_AVERAGE = "generator.average"
MOST_SEEDS = 64
"""So many seeds a sweep has at most that is told a precision but no bound."""


@dataclass(frozen=True)
class Factor:
    """One axis of a sweep: an experiment's field and the values it takes.

    `levels` are the values of a factorial design's axis, and the choices of any other's; None means
    a range from `low` to `high`, from which a random or Sobol design draws. A factorial range keeps
    its ends and the `points` it was given beside the levels that these make. `log` says that the
    values are spread evenly on a logarithmic scale, `whole` that they are whole numbers.
    """

    field: str
    levels: tuple[Any, ...] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    whole: bool = False
    points: int | None = None
    place: Place = dataclasses.field(default=Place(""), compare=False, repr=False)

    @property
    def ends(self) -> tuple[float, float] | None:
        """Return what a range is spread over: a whole number stands for all that round to it."""
        if self.low is None or self.high is None:
            return None
        beyond = 0.5 if self.whole else 0.0
        return self.low - beyond, self.high + beyond

    def written(self) -> Any:
        """Return the values as they are written in a sweep's file."""
        if self.low is None:
            return self.levels
        ends = {"log" if self.log else "linear": [self.low, self.high]}
        return ends if self.points is None else {**ends, "points": self.points}


@dataclass(frozen=True)
class Sweep:
    """An experiment of which some fields vary by a design, each point with all the seeds.

    `base` has the sweep's seeds. `cases` are named sets of overrides, nested as an experiment's
    fields are: one more axis, or none if there are none. `points` is the number of points of a
    random design and the base count N, a power of two, of a Sobol design. With a `precision`,
    `seeds` are those to begin with, and more are added until the answer is so precise, but no more
    than `most_seeds` in all. `confirm` is the share of the trials that are played on to confirm
    their verdicts.
    """

    name: str
    base: Experiment
    design: str
    seeds: tuple[int, ...]
    factors: tuple[Factor, ...]
    cases: Mapping[str, Mapping[str, Any]]
    points: int | None = None
    precision: float | None = None
    most_seeds: int | None = None
    confirm: float = 0.0
    case_places: Mapping[str, Place] = dataclasses.field(
        default_factory=dict, compare=False, repr=False
    )

    @property
    def cells(self) -> int:
        """The number of points of the design, those of all cases together."""
        return self.points_per_case * max(1, len(self.cases))

    @property
    def points_per_case(self) -> int:
        """The number of points of the design without the axis of cases."""
        if self.design == "factorial":
            return math.prod(len(factor.levels or ()) for factor in self.factors)
        assert self.points is not None
        return self.points * (len(self.factors) + 2 if self.design == "sobol" else 1)

    @property
    def trials(self) -> int:
        """The number of GANs to be trained: cells times seeds, those to begin with."""
        return self.cells * len(self.seeds)

    @property
    def optimizers(self) -> tuple[str, ...]:
        """The optimizers that its trials may have, by name."""
        named = (factor.levels or () for factor in self.factors if factor.field == _OPTIMIZER)
        by_case = ((case.get("optimizer") or {}).get("name") for case in self.cases.values())
        return tuple(sorted({self.base.optimizer.name, *chain(*named), *filter(None, by_case)}))

    @property
    def averages(self) -> bool:
        """Whether some of its trials may measure a moving average of the generator."""
        by_case = ((case.get("generator") or {}).get("average") for case in self.cases.values())
        varied = any(factor.field == _AVERAGE for factor in self.factors)
        return varied or any(one is not None for one in (self.base.generator.average, *by_case))

    @property
    def own_metrics(self) -> tuple[str, ...]:
        """The metrics of one's own that some of its trials have, as they are called in results."""
        return tuple(
            own_key(name) for kind, name in pieces_in(sweep_yaml(self)) if kind == "metric"
        )

    @property
    def every_seed(self) -> tuple[int, ...]:
        """The seeds to begin with, then those that may be added for precision, in their order."""
        above = max(self.seeds) + 1
        more = (self.most_seeds or 0) - len(self.seeds)
        return (*self.seeds, *range(above, above + more))

    @cached_property
    def id(self) -> str:
        """The 16 hex digits that name a sweep: SHA-256 of all that decides its trials."""
        return self._digest(self.optimizers)

    @property
    def earlier_id(self) -> str:
        """The id that it had while its trials by RMSprop had their `identity.earlier_id`."""
        return self._digest(())

    def _digest(self, optimizers: Collection[str]) -> str:
        is_factorial = self.design == "factorial"
        more = {"precision": self.precision, "most_seeds": self.most_seeds}
        return digest(
            {
                **(more if self.precision is not None else {}),
                "base": content_of(self.base, optimizers),
                "design": self.design,
                "seeds": self.seeds,
                "points": self.points,
                "vary": [
                    [factor.field, factor.levels if is_factorial else factor.written()]
                    for factor in self.factors
                ],
                "cases": [[name, overrides] for name, overrides in self.cases.items()],
                # Left out while it is neutral, so that older sweeps keep their ids.
                **({"confirm": self.confirm} if self.confirm else {}),
            }
        )


def sweep_yaml(sweep: Sweep) -> str:
    """Return the sweep as YAML that needs no other file; loading it gives an equal sweep."""
    head: dict[str, Any] = {
        "name": sweep.name,
        "design": sweep.design,
        "seeds": short_seeds(sweep.seeds),
    }
    for name in ("points", "precision", "most_seeds"):
        if getattr(sweep, name) is not None:
            head[name] = getattr(sweep, name)
    if sweep.confirm:
        head["confirm"] = sweep.confirm
    text = lines(head)
    for section, entries in (
        ("vary", {factor.field: factor.written() for factor in sweep.factors}),
        ("cases", sweep.cases),
    ):
        if entries:
            text.append(f"{section}:\n")
            text += [f"  {flow(name)}: {flow(value)}\n" for name, value in entries.items()]
    content = sweep.base.model_dump(mode="json", exclude={"seeds"})
    return "".join([*text, "base:\n", *lines(content, "  ")])


class SweepHead(Section):
    """The fields of a sweep's file that are no part of an experiment."""

    name: str = label(
        "sweep",
        "Start of the sweep folder's name: letters, digits, '.', '_' and '-'.",
        pattern=NAME,
        max_length=NAME_LIMIT,
        strict=True,
    )
    design: Annotated[str, OneOf(DESIGNS)] = Field(
        default="factorial", description="How the points of the sweep are chosen."
    )
    points: Whole | None = Field(
        default=None,
        description="Points of a random design; base count of a sobol design, a power of two.",
        ge=2,
        le=TRIALS_LIMIT,
    )
    precision: Number | None = Field(
        default=None,
        description="Half-width of the main 95 % intervals until which seeds are added; null adds "
        "none.",
        ge=0.005,
        le=0.5,
    )
    most_seeds: Whole | None = Field(
        default=None,
        description=f"Seeds at which to stop adding for precision; null stands for {MOST_SEEDS}.",
        ge=2,
        le=SEEDS_LIMIT,
    )
    confirm: Number = Field(
        default=0.0,
        description="Share of the trials that are played on to three times their rounds, so that "
        "their verdicts are confirmed.",
        ge=0,
        le=1,
    )

    @property
    def bound(self) -> int | None:
        """Return the number of seeds at which to stop adding; None where none are added."""
        if self.precision is None:
            return self.most_seeds
        return self.most_seeds or MOST_SEEDS
