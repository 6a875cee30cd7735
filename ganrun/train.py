"""One experiment, one seed or several: which runs are to be trained, and their progress.

JAX is imported only once something is to be trained, so that a run which is there already is found
at once.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress

from ganrun.config import ConfigError, Experiment
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.jobs import Job, Member, Options, Outcome
from ganrun.playing.progress import MemberProgress, Phase, Progress, Watcher
from ganrun.store import StoreError, find_complete, scan_runs


def train(experiment: Experiment, watcher: Watcher, options: Options) -> list[Outcome]:
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
        except StoreError as error:
            outcomes[seed] = Outcome(seed, "failed", None, str(error))
            continue
        if found is not None:
            outcomes[seed] = Outcome(seed, "found", found.path)
        else:
            to_train.append(one)
    if to_train:
        board = _Board(to_train, mixture, watcher)
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
        lanes = executor.lanes
        groups = (members[i : i + lanes] for i in range(0, len(members), lanes))
        jobs = (Job(tuple(map(Member, group)), options) for group in groups)
        for _, ended in executor.run([jobs], board.post):
            outcomes |= {outcome.seed: outcome for outcome in ended}
    return outcomes


class _Board:
    """Gathers the members' progress from all threads and tells the watcher now and then."""

    def __init__(self, members: list[Experiment], mixture: Mixture, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._phase: Phase = "compiling"
        self._members: dict[int, MemberProgress] = {
            one.seeds[0]: MemberProgress(
                name=one.name,
                seed=one.seeds[0],
                round=0,
                steps=one.training.steps,
                loss_d=None,
                loss_g=None,
                modes_covered=None,
                modes_total=mixture.modes,
                high_quality=None,
                diverged=False,
                samples=None,
            )
            for one in members
        }
        self._started: tuple[float, dict[int, int]] | None = None

    def post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of some members' newest state."""
        with self._lock:
            self._phase = "training"
            for member in members:
                self._members[member.seed] = member
        self.show()

    def show(self) -> None:
        """Tell the watcher."""
        with self._lock:
            now = time.monotonic()
            members = tuple(self._members.values())
            done = {m.seed: m.steps if m.diverged else m.round for m in members}
            total = sum(m.steps for m in members)
            if self._started is None and any(done.values()):
                self._started = (now, done)
            rate = left = None
            if self._started is not None and now > self._started[0]:
                since, before = self._started
                played = sum(done[seed] - before.get(seed, 0) for seed in done)
                rate = played / (now - since)
                left = (total - sum(done.values())) / rate if rate > 0 else None
            progress = Progress(
                phase=self._phase,
                rounds_done=sum(done.values()),
                rounds_total=total,
                rounds_per_second=rate,
                seconds_left=left,
                members=members,
            )
            self._watcher.update(progress)
