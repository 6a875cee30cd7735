"""What a worker is asked to train, how, and what became of it: plain data, no JAX."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ganrun.config import Experiment
from ganrun.playing.progress import OnProgress


@dataclass(frozen=True)
class Outcome:
    """What became of one run; one that another process is training is `busy`."""

    seed: int
    how: Literal["trained", "found", "interrupted", "failed", "busy"]
    path: Path | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to train; none of it changes a number."""

    runs_dir: Path
    command: Sequence[str] = ()
    again: bool = False
    allow_numerics_change: bool = False
    commit_every: float = 10.0
    """Seconds between checkpoints."""
    shared: Path | None = None
    """The runs folder that a sweep's trials are claimed in; None for a training of its own."""


@dataclass(frozen=True)
class Start:
    """Where a branch begins: at the last finite state of a finished run, in its folder."""

    run: Path
    new_discriminator: bool = False
    """Whether an untrained discriminator, of the branch's own seed, takes over."""


@dataclass(frozen=True)
class Job:
    """Members of one program, each with one seed, that are to advance together."""

    members: tuple[Experiment, ...]
    options: Options
    places: tuple[int, ...] = ()
    """What the members are to whoever made the job."""
    starts: tuple[Start | None, ...] = ()
    """Where each member begins; at round 0, all of them, if it is left out."""

    def start(self, place: int) -> Start | None:
        """Where one member begins; None for an ordinary run, at round 0."""
        return self.starts[place] if self.starts else None

    def failed(self, message: str) -> list[Outcome]:
        """The outcomes of a job that could not be played."""
        return [Outcome(one.seeds[0], "failed", None, message) for one in self.members]


@dataclass(frozen=True)
class Hooks:
    """How a worker hears of an interrupt, and how it tells of progress."""

    interrupted: Callable[[], bool]
    post: OnProgress
