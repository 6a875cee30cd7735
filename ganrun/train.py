"""Experiments, one seed each or several: which runs are to be trained, and their progress.

JAX is imported only once something is to be trained, so that a run which is there already is found
at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from ganrun.config import ConfigError, Experiment, run_id, static_key, to_yaml
from ganrun.config.outside import check_given
from ganrun.mixture import mixture_of
from ganrun.playing.jobs import Member, Options, Outcome, jobs_of
from ganrun.playing.progress import (
    Measurements,
    Measuring,
    MemberProgress,
    Phase,
    Progress,
    Rate,
)
from ganrun.store import StoreError, find_complete, scan_runs

OnProgress = Callable[[Progress], None]
"""Is told of the newest state, by any thread; must return quickly and never raise."""


def train(experiment: Experiment, on_progress: OnProgress, options: Options) -> list[Outcome]:
    """Train every seed of an experiment: `train_all` of that one."""
    return train_all([experiment], on_progress, options)[0]


def train_all(
    experiments: Sequence[Experiment], on_progress: OnProgress, options: Options
) -> list[list[Outcome]]:
    """Train every seed of some experiments; runs that are complete already are left as they are.

    All are trained at once, as many as there are cores. Returns one outcome per seed of each
    experiment, in their order; a run that two of them ask for is trained once. After Ctrl-C every
    run has been committed and those not finished are `interrupted`.

    Raises `ConfigError` if a target's modes cannot be placed, or if a run is to be trained of which
    a piece's source was not given; what goes wrong with a single run is that run's outcome.
    """
    for experiment in experiments:
        try:
            mixture_of(experiment.target)
        except ValueError as error:
            raise ConfigError([str(error)]) from error
    wanted = [[one.with_seed(seed) for seed in one.seeds] for one in experiments]
    runs = {run_id(one): one for group in wanted for one in group}
    outcomes: dict[str, Outcome] = {}
    folders = scan_runs(options.runs_dir)
    for identity, one in runs.items():
        (seed,) = one.seeds
        try:
            found = None if options.again else find_complete(options.runs_dir, one, folders=folders)
            if found is not None:
                found.check()
        except StoreError as error:
            outcomes[identity] = Outcome(seed, "failed", None, str(error))
            continue
        if found is not None:
            outcomes[identity] = Outcome(seed, "found", found.path)
    to_train = [one for identity, one in runs.items() if identity not in outcomes]
    if to_train:
        board = _Board(to_train, on_progress)
        outcomes |= _train_members(to_train, options, board)
    return [[outcomes[run_id(one)] for one in group] for group in wanted]


def _train_members(
    members: Sequence[Experiment], options: Options, board: _Board
) -> dict[str, Outcome]:
    """Train runs, program by program; returns what became of each, by its id."""
    for one in members:
        check_given(to_yaml(one))
    from ganrun.executors import executor_for

    outcomes = {run_id(one): Outcome(one.seeds[0], "interrupted", None) for one in members}
    cohorts: dict[str, list[Member]] = {}
    for one in members:
        cohorts.setdefault(static_key(one), []).append(Member(one))
    board.show()
    with suppress(KeyboardInterrupt), executor_for(len(members)) as executor:
        jobs = [jobs_of(cohort, options, executor.lanes) for cohort in cohorts.values()]
        for job, ended in executor.run(jobs, board.post):
            for member, outcome in zip(job.members, ended, strict=True):
                outcomes[run_id(member.experiment)] = outcome
    return outcomes


class _Board:
    """Gathers the members' progress from all threads and tells how far they are."""

    def __init__(self, members: Sequence[Experiment], on_progress: OnProgress) -> None:
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._phase: Phase = "compiling"
        begun = [MemberProgress.of(one) for one in members]
        self._members = {one.run: one for one in begun}
        self._rate = Rate()
        self._measurements = Measurements()
        self._measuring: Measuring | None = None

    def post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of some members' newest state."""
        with self._lock:
            self._measuring = self._measurements.post(members)
            if any(member.measured is None for member in members):
                self._phase = "training"
            for member in members:
                self._members[member.run] = member
        self.show()

    def show(self) -> None:
        """Tell how far all are."""
        with self._lock:
            members = tuple(self._members.values())
            done = sum(one.steps if one.diverged else one.round for one in members)
            total = sum(one.steps for one in members)
            rate, left = self._rate.at(done, total, here=sum(map(_played_here, members)))
            phase: Phase = "measuring" if self._measuring else self._phase
            self._on_progress(Progress(phase, done, total, rate, left, members, self._measuring))


def _played_here(member: MemberProgress) -> int:
    """Rounds that this command has played of a run."""
    return max(member.round - member.begun_at, 0)
