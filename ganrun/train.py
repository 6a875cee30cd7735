"""One experiment, one seed or several: which runs are to be trained, and their progress.

JAX is imported only once something is to be trained, so that a run which is there already is found
at once.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

from ganrun.config import ConfigError, Experiment
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.jobs import Member, Options, Outcome, jobs_of
from ganrun.playing.progress import (
    Measurements,
    Measuring,
    MemberProgress,
    Phase,
    Progress,
    RoundRate,
)
from ganrun.store import StoreError, find_complete, scan_runs

OnProgress = Callable[[Progress], None]
"""Is told of the newest state, by any thread; must return quickly and never raise."""


def train(experiment: Experiment, on_progress: OnProgress, options: Options) -> list[Outcome]:
    """Train every seed of an experiment; runs that are complete already are left as they are.

    Returns one outcome per seed, in their order. After Ctrl-C every run has been committed and
    those not finished are `interrupted`.

    Raises `ConfigError` if the target's modes cannot be placed; what goes wrong with a single run
    is that run's outcome.
    """
    try:
        mixture = mixture_of(experiment.target)
    except ValueError as error:
        raise ConfigError([str(error)]) from error
    outcomes: dict[int, Outcome] = {}
    to_train = []
    folders = scan_runs(options.runs_dir)
    for seed in experiment.seeds:
        one = experiment.with_seed(seed)
        try:
            found = None if options.again else find_complete(options.runs_dir, one, folders=folders)
            if found is not None:
                found.check()
        except StoreError as error:
            outcomes[seed] = Outcome(seed, "failed", None, str(error))
            continue
        if found is not None:
            outcomes[seed] = Outcome(seed, "found", found.path)
        else:
            to_train.append(one)
    if to_train:
        board = _Board(to_train, mixture, on_progress)
        outcomes |= _train_members(to_train, options, board)
    return [outcomes[seed] for seed in experiment.seeds]


def _train_members(
    members: list[Experiment], options: Options, board: _Board
) -> dict[int, Outcome]:
    """Train runs of one program; returns what became of each seed."""
    from ganrun.executors import executor_for

    outcomes = {one.seeds[0]: Outcome(one.seeds[0], "interrupted", None) for one in members}
    board.show()
    with suppress(KeyboardInterrupt), executor_for(len(members)) as executor:
        jobs = jobs_of(map(Member, members), options, executor.lanes)
        for _, ended in executor.run([jobs], board.post):
            outcomes |= {outcome.seed: outcome for outcome in ended}
    return outcomes


class _Board:
    """Gathers the members' progress from all threads and tells how far they are."""

    def __init__(
        self, members: list[Experiment], mixture: Mixture, on_progress: OnProgress
    ) -> None:
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._phase: Phase = "compiling"
        self._members: dict[int, MemberProgress] = {
            one.seeds[0]: MemberProgress(one.name, one.seeds[0], one.training.steps, mixture.modes)
            for one in members
        }
        self._rate = RoundRate()
        self._measurements = Measurements()
        self._measuring: Measuring | None = None

    def post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of some members' newest state."""
        with self._lock:
            self._measuring = self._measurements.post(members)
            if any(member.measured is None for member in members):
                self._phase = "training"
            for member in members:
                self._members[member.seed] = member
        self.show()

    def show(self) -> None:
        """Tell how far all are."""
        with self._lock:
            members = tuple(self._members.values())
            done = sum(one.steps if one.diverged else one.round for one in members)
            total = sum(one.steps for one in members)
            rate, left = self._rate.at(done, total)
            phase: Phase = "measuring" if self._measuring else self._phase
            self._on_progress(Progress(phase, done, total, rate, left, members, self._measuring))
