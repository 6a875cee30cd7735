"""What a worker is asked to train, how, and what became of it: plain data, no JAX."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from ganrun.config import Experiment
from ganrun.playing.progress import OnProgress
from ganrun.store import RunLockedError, StoreError


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
class BranchPoint:
    """Where a branch begins: at the last finite state of a finished run, in its folder."""

    run: Path
    new_discriminator: bool = False
    """Whether an untrained discriminator, of the branch's own seed, takes over."""


@dataclass(frozen=True)
class Member:
    """One GAN that is to be trained: an experiment with one seed."""

    experiment: Experiment
    branch_point: BranchPoint | None = None
    """Where it begins, if it is a branch; any other begins at round 0."""
    trial: int | None = None
    """Its number in the design, if it is a sweep's."""

    @property
    def seed(self) -> int:
        """The experiment's one seed."""
        return self.experiment.seeds[0]

    def failed(self, message: str) -> Outcome:
        """Its outcome, if it could not be played."""
        return Outcome(self.seed, "failed", None, message)


@dataclass(frozen=True)
class Job:
    """Members of one program that are to advance together."""

    members: tuple[Member, ...]
    options: Options

    def failed(self, message: str) -> list[Outcome]:
        """The outcomes of a job that could not be played."""
        return [member.failed(message) for member in self.members]

    def not_opened(self, member: Member, error: StoreError) -> Outcome:
        """What became of a member whose run cannot be opened; a trial is asked for again later."""
        if isinstance(error, RunLockedError) and self.options.shared is not None:
            return Outcome(member.seed, "busy", None, str(error))
        return member.failed(str(error))


def jobs_of(members: Iterable[Member], options: Options, lanes: int) -> Iterator[Job]:
    """Members of one program as jobs, each made when it is asked for."""
    left = iter(members)
    while group := tuple(islice(left, lanes)):
        yield Job(group, options)


Result = tuple[Job, list[Outcome]]
"""A job that ended, and what became of its members, in their order."""


@dataclass(frozen=True)
class Hooks:
    """How a worker hears of an interrupt, and how it tells of progress."""

    interrupted: Callable[[], bool]
    post: OnProgress
