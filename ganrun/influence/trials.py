"""What influence is computed from: a sweep's table, and the outcomes that are read off it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Shaped
from numpy import ndarray

from ganrun.verdict import FROM_THE_WORST

COLLAPSED, MISSED = "collapsed", "missed"
OTHER_ENDINGS = tuple(
    one.word for one in reversed(FROM_THE_WORST) if one.did and one.word != COLLAPSED
)
"""Verdicts besides collapse whose rates are outcomes."""
RATES = (COLLAPSED, MISSED, *OTHER_ENDINGS)
"""Outcomes that are 0 or 1 for each trial, the headline first."""
MODES_MISSING = "modes_missing"
"""The one outcome that is a count, and is defined only where a trial did not diverge."""
OUTCOMES = (*RATES, MODES_MISSING)
HEADLINES = {
    MODES_MISSING: "how many modes are missing",
    MISSED: "whether a mode is missing",
    COLLAPSED: "whether a GAN collapses",
}
"""Outcomes that an answer may lead with, and their words, in the order in which they are taken:
what needs no judge comes first."""
TOO_EARLY = ("undertrained", "sharpening")
"""Verdicts of trials that more rounds would have changed for the better."""
QUICK, CONFIRMED = "quick", "confirmed"
"""Who gave the verdicts: a rule over each trial's past, or its continuation."""


@dataclass(frozen=True, eq=False)
class Measured:
    """A metric of every trial, from 0 to `most`, NaN where there is none."""

    values: Float[ndarray, " n"]
    most: float
    steps: int = 0
    """Into so many its range is divided; 0 where it counts."""


@dataclass(frozen=True, eq=False)
class Trials:
    """A sweep's results, one entry per trial of the design, in the order of `results.csv`.

    `case` is a factor like any other. A trial that failed, or is not there yet, has an entry too,
    with an empty verdict: the design's order must not depend on what became of the trials.

    Raises ValueError if the columns are not equally long or a factor has none.
    """

    design: str
    factors: tuple[str, ...]
    values: Mapping[str, Shaped[ndarray, " n"]]
    """Factor -> its value in each trial: numbers, words, or lists."""
    log: frozenset[str]
    """Factors that were varied on a log scale."""
    seed: Shaped[ndarray, " n"]
    verdict: Shaped[ndarray, " n"]
    """Words of the verdict; empty where there is none."""
    modes_missing: Float[ndarray, " n"]
    """Modes that are not covered at the end; NaN where a trial diverged or has no result."""
    modes_total: Float[ndarray, " n"] | None = None
    """Modes of each trial's target, NaN without a result; None where nothing is known of them."""
    rounds: int | None = None
    """Rounds of every trial, if all have equally many."""
    ends: Mapping[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    """Factor -> the ends of the range that its values were drawn from, where it was one."""
    measured: Mapping[str, Measured] = dataclasses.field(default_factory=dict)
    """Metrics by which cases are ranked, of generators and of their moving averages."""
    plain: str | None = None
    """The case that changes nothing."""
    perfect: Mapping[str, Mapping[str, float]] | None = None
    """What perfect samples score on these metrics, where that is the same for all trials."""

    @property
    def most_recovered(self) -> int:
        """How many modes can be recovered: no more than perfect samples reach."""
        reach = (self.perfect or {}).get("modes_recovered", {}).get("p95")
        modes = self.modes or 0
        return modes if reach is None else min(modes, math.ceil(reach))

    @property
    def modes(self) -> int | None:
        """Modes of the target, if it is known and has equally many in all trials."""
        known = set() if self.modes_total is None else set(_finite(self.modes_total))
        return int(known.pop()) if len(known) == 1 else None

    @property
    def most_missing(self) -> int:
        """How many modes a trial can miss at most; of unknown targets, how many one ever did."""
        most = self.modes_missing if self.modes_total is None else self.modes_total
        return int(max(_finite(most), default=0)) or 1

    def __post_init__(self) -> None:
        lengths = {len(self.seed), len(self.verdict), len(self.modes_missing)}
        for field in self.factors:
            if field not in self.values:
                raise ValueError(f"no column holds the values of {field}")
            lengths.add(len(self.values[field]))
        if len(lengths) != 1:
            raise ValueError(f"the columns have different lengths: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.seed)


def _finite(column: ndarray) -> list[float]:
    return column[np.isfinite(column)].tolist()


def by_verdict(judge: str) -> str:
    """Whose verdicts they are, as it stands beside whatever counts them.

    >>> by_verdict(QUICK)
    'by the quick verdict'
    """
    return f"by the {judge} verdict"


def outcome_values(trials: Trials, outcome: str) -> Float[ndarray, " n"]:
    """The outcome of each trial; NaN where it is left out.

    The rates count over all trials that have a result. A trial that diverged left no generator
    whose samples could cover a mode, so it counts as `missed`; it is left out of `modes_missing`,
    where no number would be true of it.
    """
    finished = trials.verdict != ""
    diverged = trials.verdict == "diverged"
    missing = np.asarray(trials.modes_missing, dtype=float)
    if outcome == MODES_MISSING:
        return np.where(finished & ~diverged, missing, np.nan)
    if outcome == MISSED:
        happened = np.where(diverged | np.isnan(missing), diverged, missing > 0)
        known = finished & (diverged | ~np.isnan(missing))
    else:
        happened, known = trials.verdict == outcome, finished
    return np.where(known, happened.astype(float), np.nan)
