"""Many experiments: a design's trials, trained by cohorts, and one table of what became of them.

Trials that share a program form a cohort (`config.static_key`); their seeds, learning rates and all
else that is traced differ. Every trial has a run folder of its own, exactly as `ganrun train` would
have written it, so a sweep that was killed goes on by looking at which are finished.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from ganrun.executors import Executor
from ganrun.playing.jobs import Job, Member, Options, Outcome, jobs_of
from ganrun.playing.progress import Measurements, Measuring, MemberProgress
from ganrun.store import StoreError, finished_at
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.answer import results_and_influence
from ganrun.sweep.designs import Design, Trial
from ganrun.sweep.precision import Precision, precision_of
from ganrun.sweep.results import Result, result_of
from ganrun.wording import setting

BUSY_SECONDS = 1.0
"""How long to wait before asking again for trials that another process is training."""


@dataclass
class CellTally:
    """What is known of one cell so far."""

    trials: int = 0
    collapsed: int = 0
    recovered: float = 0.0
    """Sum over trials of the share of modes that were recovered."""


@dataclass
class SweepProgress:
    """A sweep at one moment."""

    trials: int
    cohorts: int
    found: int = 0
    """Trials that were finished before this command."""
    trained: int = 0
    """Trials that this command finished, or took from elsewhere."""
    failed: int = 0
    diverged: int = 0
    waiting: int = 0
    """Trials that another process is training."""
    collapsed: int = 0
    cells: dict[int, CellTally] = field(default_factory=dict)
    stopped: bool = False
    precision: Precision | None = None
    """How precise the sweep was when that was last looked at."""
    measuring: Measuring | None = None
    """What is being measured, while no rounds are played."""

    @property
    def finished(self) -> int:
        """Trials with a result."""
        return self.found + self.trained

    @property
    def collapse_rate(self) -> float | None:
        """Collapsed trials over those with a result."""
        return self.collapsed / self.finished if self.finished else None


class SweepWatcher(Protocol):
    """Something that is told of a sweep's progress."""

    def update(self, progress: SweepProgress) -> None:
        """Take note of the newest state; must return quickly and never raise."""

    def tell(self, message: str) -> None:
        """Say something that is worth a line of its own."""


def cohorts_of(design: Design, cells: Iterable[int]) -> list[list[int]]:
    """Cells by the program that they share, in the order in which they are given."""
    cohorts: dict[str, list[int]] = {}
    for cell in cells:
        cohorts.setdefault(design.static_key(cell), []).append(cell)
    return list(cohorts.values())


def run_sweep(
    folder: SweepFolder,
    design: Design,
    options: Options,
    executor: Executor,
    watcher: SweepWatcher,
    *,
    fail_fast: bool = False,
) -> SweepProgress:
    """Train every trial that has no result yet; returns how far it came.

    Where the sweep was told a precision, `design` is given seeds until it is reached.

    A trial that fails or diverges is told of at once and costs nothing else; with `fail_fast` it
    ends the sweep. Raises `KeyboardInterrupt` once everything under way is committed.
    """
    with folder.kept() as check:
        return _Run(folder, design, options, executor, watcher, fail_fast, check).to_the_end()


@dataclass
class _Run:
    folder: SweepFolder
    design: Design
    options: Options
    executor: Executor
    watcher: SweepWatcher
    fail_fast: bool
    check: Callable[[], None]
    """Raises `StoreError` if the sweep's folder was replaced."""

    def __post_init__(self) -> None:
        shared = self.options.runs_dir
        self.options = replace(self.options, runs_dir=self.folder.trials, shared=shared)
        self.cohorts = cohorts_of(self.design, range(self.design.cells))
        self.busy: list[int] = []
        self.measurements = Measurements()
        self.progress = SweepProgress(trials=self.design.trials, cohorts=len(self.cohorts))

    def to_the_end(self) -> SweepProgress:
        self._train(0)
        while not self.progress.stopped and (more := self._seeds_to_add()):
            begun = len(self.design.seeds)
            self.design.add_seeds(more)
            self.progress.trials = self.design.trials
            self._train(begun)
        return self.progress

    def _seeds_to_add(self) -> int:
        """Look at how precise the answer is, which also brings the sweep's table up to date."""
        if self.design.sweep.precision is None:
            return 0
        found = precision_of(self.design, results_and_influence(self.folder, self.design)[1])
        assert found is not None
        self.progress.precision = found
        self.watcher.update(self.progress)
        self.watcher.tell(f"precision {found.words()}")
        return found.more_seeds()

    def _train(self, begun: int) -> None:
        """Train every cell with all seeds but the first so many."""
        seeds = len(self.design.seeds)
        waves: Iterable[Iterable[int]] = (
            (cell * seeds + seed for cell in cells for seed in range(begun, seeds))
            for cells in self.cohorts
        )
        while not self.progress.stopped:
            cohorts = (self._jobs(wave) for wave in waves)
            for job, outcomes in self.executor.run(cohorts, self._post):
                for member, outcome in zip(job.members, outcomes, strict=True):
                    assert member.trial is not None
                    self._take(self.design.trial(member.trial), outcome)
            if not self.busy:
                break
            self._wait_for_others()
            waves, self.busy = self._again(self.busy), []

    def _post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of what is being measured: of the rest, trials are counted when they end."""
        before, self.progress.measuring = self.progress.measuring, self.measurements.post(members)
        if self.progress.measuring != before:
            self.watcher.update(self.progress)

    def _again(self, trials: Iterable[int]) -> list[list[int]]:
        """Trials that were busy, by cohort."""
        by_cell: dict[int, list[int]] = {}
        for trial in trials:
            by_cell.setdefault(self.design.trial(trial).cell, []).append(trial)
        cohorts = cohorts_of(self.design, by_cell)
        return [[trial for cell in cells for trial in by_cell[cell]] for cells in cohorts]

    def _jobs(self, trials: Iterable[int]) -> Iterator[Job]:
        """Cut a cohort into jobs, passing over what is finished."""
        todo = (trial for trial in map(self.design.trial, trials) if not self._is_finished(trial))
        members = (Member(trial.experiment, trial=trial.index) for trial in todo)
        return jobs_of(members, self.options, self.executor.lanes)

    def _is_finished(self, trial: Trial) -> bool:
        self.check()
        try:
            if finished_at(self.folder.trial_path(trial.experiment), trial.experiment) is None:
                return False
        except StoreError:
            return False  # its job will say what is wrong with it
        if not (result := result_of(self.folder, trial)).verdict:
            return False  # likewise
        self.progress.found += 1
        self._count(result)
        self.watcher.update(self.progress)
        return True

    def _take(self, trial: Trial, outcome: Outcome) -> None:
        """Note what became of a trial."""
        self.check()
        progress = self.progress
        if outcome.how == "busy":
            self.busy.append(trial.index)
        elif outcome.how == "failed":
            progress.failed += 1
            self._tell_of(trial, f"failed: {outcome.error}")
        elif outcome.how in ("trained", "found"):
            progress.trained += 1
            result = result_of(self.folder, trial)
            self._count(result)
            if result.status == "diverged" and result.summary:
                self._tell_of(trial, f"diverged in round {result.summary['diverged_at']:,}")
        self.watcher.update(progress)

    def _count(self, result: Result) -> None:
        tally = self.progress.cells.setdefault(result.trial.cell, CellTally())
        tally.trials += 1
        summary = result.summary or {}
        collapsed = result.verdict == "collapsed"
        tally.collapsed += collapsed
        tally.recovered += (summary.get("modes_recovered") or 0) / summary.get("modes_total", 1)
        self.progress.collapsed += collapsed
        self.progress.diverged += result.status == "diverged"

    def _tell_of(self, trial: Trial, what: str) -> None:
        self.watcher.tell(f"{described(self.design, trial.cell)}, seed {trial.seed}: {what}")
        if self.fail_fast:
            self.progress.stopped = True
            self.executor.stop()

    def _wait_for_others(self) -> None:
        self.progress.waiting = len(self.busy)
        self.watcher.update(self.progress)
        time.sleep(BUSY_SECONDS)
        self.progress.waiting = 0


def described(design: Design, cell: int) -> str:
    """A cell in words: the last part of every varied field's name, and its value."""
    case = design.case(cell)
    parts = [] if case is None else [case]
    for name, value in zip(design.columns, design.values(cell), strict=True):
        parts.append(f"{name.rsplit('.', 1)[-1]} {setting(value)}")
    return ", ".join(parts)
