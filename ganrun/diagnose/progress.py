"""What a diagnosis or a confirmation in progress tells whoever watches it: plain data."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ganrun.playing.progress import Measuring


@dataclass(frozen=True)
class BranchProgress:
    """One branch at one moment; rounds are summed over its GANs."""

    name: str
    title: str
    gans: int
    finished: int
    rounds_done: int
    rounds_total: int
    covered: float | None
    """Covered modes at the latest evaluations, mean over its GANs; None before the first."""


@dataclass(frozen=True)
class DiagnosisProgress:
    """A diagnosis at one moment."""

    stage: str
    """What is being done, in a few words: `playing on`, `questioning the detectives`."""
    number: int
    stages: int
    """Which stage it is, of how many there may be: one that is not needed is passed over."""
    modes_total: int
    branches: tuple[BranchProgress, ...]
    """Those begun or to come, as far as it is known which will be needed."""
    rounds_per_second: float | None
    seconds_left: float | None
    measuring: Measuring | None = None
    """What is being measured, while no rounds are played."""
    rounds_to_come: int = 0
    """Rounds of branches that may be needed too, as what is played now will show."""

    @property
    def rounds_done(self) -> int:
        """Rounds of all branches."""
        return sum(branch.rounds_done for branch in self.branches)

    @property
    def rounds_total(self) -> int:
        """Rounds of all branches that are known of, and of those that may follow them."""
        return sum(branch.rounds_total for branch in self.branches) + self.rounds_to_come


OnProgress = Callable[[DiagnosisProgress], None]
"""Is told of the newest state; must return quickly and never raise."""


@dataclass(frozen=True)
class Confirming:
    """Runs that are being played on, at one moment; rounds are those after each run's end."""

    runs: int
    finished: int
    rounds_done: int
    rounds_total: int
    rounds_per_second: float | None
    seconds_left: float | None
    measuring: Measuring | None = None


OnConfirming = Callable[[Confirming], None]
"""Likewise, of runs that are played on."""
