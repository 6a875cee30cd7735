"""Kinds of declaration: what is said of a name that a config may use, or of a metric.

The declarations themselves are in `pieces` and `metrics`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeVar


@dataclass(frozen=True)
class Declaration:
    """One name that a config may use; `also` holds what other codes and papers call it."""

    name: str
    description: str
    also: tuple[str, ...] = ()
    title: str = ""
    """What people call it, where that is not the name in words."""

    @property
    def label(self) -> str:
        """What menus and captions call it."""
        return self.title or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Level:
    """A value that a game comes to rest at, and how to write it."""

    value: float
    label: str


@dataclass(frozen=True)
class Uphill:
    """How much a fake's loss falls as its logit `x` rises: minus the slope of the generator's loss.

    It is `constant + linear * x + height * sigmoid(steepness * x)`, as numbers, so that pages can
    work it out too.
    """

    constant: float = 0.0
    linear: float = 0.0
    height: float = 0.0
    steepness: float = 0.0

    def __call__(self, logit: float) -> float:
        """The fall at a logit, in units of the loss; never 0 for being too small to write."""
        exponent = min(max(-self.steepness * logit, -700.0), 700.0)
        return self.constant + self.linear * logit + self.height / (1 + math.exp(exponent))


@dataclass(frozen=True)
class Parameter:
    """A number that belongs to a piece, at least `least` and at most `most`.

    It is traced unless it is `static`: part of the compiled program.
    """

    name: str
    description: str
    default: float
    least: float
    most: float
    title: str = ""
    """What people call it, where that is not the name in words."""
    also: tuple[str, ...] = ()
    unit: str | None = None
    whole: bool = False
    static: bool = False
    neutral: float | None = None
    """The value at which it is not written, so that a config from before it was there is the same
    as one with it."""
    off: float | None = None
    """The value at which the piece leaves the plain game as it is, if there is one."""

    @property
    def label(self) -> str:
        """What captions call it, after the piece's own label."""
        return self.title or self.name.replace("_", " ")


@dataclass(frozen=True)
class Piece(Declaration):
    """A part of a game with its parameters; of a remedy, where it is from and how it acts."""

    parameters: tuple[Parameter, ...] = ()
    paper: str = ""
    """Who proposed it: authors and year."""
    story: str = ""
    """One sentence on what it does to the game, in words of forger and detective."""
    cost: float = 1.0
    """Rounds of the plain game that a round with it takes, with the defaults of its parameters: as
    the table of docs/cures.md has it, but for what is told by the batch and the number of steps."""
    cost_grows_with: str = ""
    """The parameter that what it costs beyond the plain game is proportional to."""


@dataclass(frozen=True)
class Objective(Piece):
    """What the two networks minimise, and what that makes of their losses and logits.

    `loss_d` and `loss_g` are the losses of a perfect forger against a detective at its best, which
    then answers the same everywhere; `None` where the game leaves them open.
    """

    loss_d: Level | None = None
    loss_g: Level | None = None
    undecided: Level | None = None
    """The logit of who cannot tell, above which the discriminator says 'real'; `None` for a critic,
    whose logit is a score: it decides nothing, and its level means nothing."""
    probability: bool = False
    """Whether the logit's sigmoid is the discriminator's probability of 'real'."""
    labels: bool = False
    """Whether the discriminator is told what is real by a number that its answers come near to."""
    uphill: Uphill = Uphill(constant=1.0)
    """Times the slope of the field: the way a fake is pushed."""
    reach: float | None = None
    """How far from undecided the colours of a live field reach, where a logit means the same in any
    game: a pale picture is a detective who cannot tell. `None`: as far as the field does."""

    @property
    def decision_threshold(self) -> float:
        """The logit above which the discriminator says 'real'; NaN where it decides nothing."""
        return math.nan if self.undecided is None else self.undecided.value


@dataclass(frozen=True)
class Penalty(Piece):
    """A penalty on the discriminator."""

    per_point: bool = False
    """Whether it is of the slope at each point alone, so that no logit may depend on two points."""


@dataclass(frozen=True)
class Optimizer(Piece):
    """An optimizer, and which of the other numbers of a config's `optimizer` it makes use of."""

    uses: tuple[Literal["b1", "b2", "decay", "eps", "weight_decay"], ...] = ()
    later: tuple[str, ...] = ()
    """Those of them that it has come to use since its first runs: at their defaults it is as it
    was, and so are the runs' ids."""


ROUNDING = 1e-3
"""How far a metric may be beyond its bounds, since it is rounded: more than by float32's digits."""


@dataclass(frozen=True)
class Metric(Declaration):
    """A number that a run reports.

    `when` says when it is recorded: `round` and `evaluation` in every row of `metrics.csv`, from
    the game itself and from samples; `final` and `evaluation` at the end, in `summary.json`.
    """

    when: Literal["round", "evaluation", "final"] = "evaluation"
    better: Literal["higher", "lower"] | None = None
    """The direction of improvement, if there is one all the way."""
    perfect: float | Literal["modes"] | None = None
    """What perfect samples tend to as their number grows; `modes` stands for K."""
    counts: bool = False
    """Whether it is a whole number."""
    plain: str = ""
    """What it says, for a reader who has not met it; without, the reports' tables leave it out."""
    label: str = ""
    """What people call it, where that is not its name."""
    unit: str = ""
    worth: int = 0
    """Its place among the columns of tables, of which a narrow screen shows the first; 0: none."""
    least: float = 0.0
    most: float = math.inf
    """Between these it lies wherever it was measured."""

    @property
    def of_modes(self) -> bool:
        """Whether it counts modes, of all that there are."""
        return self.perfect == "modes"

    @property
    def bounds(self) -> tuple[float, float]:
        """Between which a file may hold it: what a measurement can come to, rounded."""
        return self.least - ROUNDING, self.most + ROUNDING

    def is_possible(self, number: float) -> bool:
        """Whether a file may hold this number."""
        least, most = self.bounds
        return least <= number <= most

    @property
    def called(self) -> str:
        """What people call it: `reverse KL`."""
        return self.label or self.name.replace("_", " ")


D = TypeVar("D", bound=Declaration)


class Table(Mapping[str, D]):
    """Declarations by name: the house's in the order they are declared, then those from outside.

    A piece from outside stands under its full name, which tells its source: `smooth@1a2b3c4d`. By
    its short name a config means the one that was given last (`ganrun.config.outside`).
    """

    __hash__ = object.__hash__  # a table is no other that is like it
    kind = ""
    """What people call one of them, where pieces from outside may be among them."""

    def __init__(self, declarations: Iterable[D]) -> None:
        self.house = {declaration.name: declaration for declaration in declarations}
        self._all = dict(self.house)
        self._in_full: dict[str, str] = {}

    def __getitem__(self, name: str) -> D:
        return self._all[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def open_to(self, kind: str, make: Callable[[Any], Any] = lambda one: one) -> None:
        """Let pieces of that kind in from now on; `make` makes an entry of what they declare."""
        self.kind, self._make = kind, make
        OPEN[kind] = self

    def admit(self, full_name: str, declaration: Any, short_name: str = "") -> None:
        """Let a piece from outside be known; with a short name, that stands for it from now on."""
        if full_name not in self._all:
            self._all[full_name] = self._make(declaration)
        if short_name:
            self._in_full[short_name] = full_name

    def given(self) -> Mapping[str, str]:
        """The full names of pieces from outside, by the short names that stand for them."""
        return self._in_full

    def words(self) -> list[str]:
        """All that a config may say: names, and short names."""
        return [*self._all, *self._in_full]

    def in_full(self, word: str) -> str:
        """What a word in a config stands for: itself, unless it is a piece's short name."""
        return self._in_full.get(word, word)


OPEN: dict[str, Table[Any]] = {}
"""The tables that pieces from outside may be among, by kind."""


def table(*declarations: D, kind: str = "") -> Table[D]:
    """Return the declarations as a table; with a `kind`, open to pieces from outside."""
    found = Table(declarations)
    if kind:
        found.open_to(kind)
    return found
