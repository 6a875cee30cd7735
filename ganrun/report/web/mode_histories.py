"""When each mode was found, lost and found again: read from its shares."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.config.metrics import share_columns
from ganrun.measure.coverage import is_covered
from ganrun.report.run_record import RunRecord


@dataclass(frozen=True)
class Loss:
    """A mode that was covered and then was not: the rounds of the evaluations that say so."""

    mode: int
    round: int
    back: int | None
    """Where it is covered again; `None` if it never is."""


@dataclass(frozen=True)
class ModeHistory:
    """One mode over a run's evaluations."""

    mode: int
    weight: float
    share: float
    """Of the samples, high-quality ones, at the last evaluation."""
    found: int | None
    """The first round at which it is covered; `None` if it never is."""
    losses: tuple[Loss, ...]
    covered: bool
    """At the last evaluation."""
    showable: bool = True
    """Whether perfect samples cover it; if not, it is never missing."""

    @property
    def missing_since(self) -> int | None:
        """The round from which it is missing to the end, of a mode that had been found."""
        lost = self.losses[-1] if self.losses else None
        return lost.round if lost is not None and lost.back is None else None


@dataclass(frozen=True, eq=False)
class ModeHistories:
    """All modes over the `R` evaluations that have shares, single flickers smoothed away."""

    rounds: Int[ndarray, " R"]
    shares: Float[ndarray, "R K"]
    covered: Bool[ndarray, "R K"]
    modes: tuple[ModeHistory, ...]

    @property
    def counts(self) -> Int[ndarray, " R"]:
        """How many modes are covered."""
        return self.covered.sum(axis=1)

    @property
    def losses(self) -> list[Loss]:
        """Every loss of every mode, in the order of rounds."""
        every = [loss for mode in self.modes for loss in mode.losses]
        return sorted(every, key=lambda loss: (loss.round, loss.mode))


def mode_histories(run: RunRecord) -> ModeHistories | None:
    """The modes of a run's last target since it has had it; `None` where nothing was evaluated.

    The shares of earlier rounds are those of another target, if an interactive run had one.
    """
    shares = np.stack(
        [run.metrics[name] for name in share_columns(run.modes_total)], axis=1
    ).astype(np.float64)
    known = np.isfinite(shares).all(axis=1) & (run.metrics["step"] > run.target_since)
    if not known.any():
        return None
    rounds, shares = run.metrics["step"][known], shares[known]
    weights = run.mixture.weights
    covered = settled(is_covered(shares, weights))
    modes = tuple(
        _mode_history(
            mode,
            float(weights[mode]),
            shares[:, mode],
            rounds,
            covered[:, mode],
            showable=mode in run.showable,
        )
        for mode in range(len(weights))
    )
    return ModeHistories(rounds, shares, covered, modes)


def settled(covered: Bool[ndarray, "R K"]) -> Bool[ndarray, "R K"]:
    """Without states that last a single evaluation, which may be chance; the ends stay as they are.

    A state in between that differs from both its neighbours is taken for theirs.
    """
    result = covered.copy()
    before, here, after = covered[:-2], covered[1:-1], covered[2:]
    result[1:-1] = np.where((before == after) & (here != before), before, here)
    return result


def _mode_history(
    mode: int,
    weight: float,
    shares: Float[ndarray, " R"],
    rounds: Int[ndarray, " R"],
    covered: Bool[ndarray, " R"],
    *,
    showable: bool,
) -> ModeHistory:
    falls = np.flatnonzero(covered[:-1] & ~covered[1:] & showable) + 1
    return ModeHistory(
        mode=mode,
        weight=weight,
        share=float(shares[-1]),
        found=_first(rounds, covered),
        losses=tuple(
            Loss(mode, int(rounds[fall]), _first(rounds[fall:], covered[fall:])) for fall in falls
        ),
        covered=bool(covered[-1]),
        showable=showable,
    )


def _first(rounds: Sequence[int] | ndarray, where: Bool[ndarray, " R"]) -> int | None:
    return int(rounds[int(where.argmax())]) if where.any() else None
