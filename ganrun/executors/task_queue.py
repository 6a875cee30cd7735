"""In which order tasks are played: programs first, and alone what may have killed a worker.

Pure bookkeeping, without processes. A cohort's program is compiled once, by a task of its own,
before any of its jobs begins. When a process dies, which of the jobs under way killed it cannot be
known; so each of them is played again while nothing else is, and the one that does it again, alone,
is guilty. The others lose nothing but the time since their last commit.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Literal

from ganrun.playing.jobs import Job, Result


@dataclass(eq=False)
class Cohort:
    """Jobs that share one compiled program."""

    jobs: Iterator[Job]
    """Those that are still to be played."""
    ready: bool = False


@dataclass(eq=False)
class Task:
    """Something for a worker: to compile a cohort's program, or to play one of its jobs."""

    kind: Literal["warm", "play"]
    cohort: Cohort
    job: Job
    alone: bool = False


class TaskQueue:
    """Hands out tasks and takes note of how they ended."""

    def __init__(self, cohorts: Iterable[Iterable[Job]], width: int) -> None:
        """`width` is how many cohorts may be open at once, so that no worker need wait."""
        self._cohorts = iter(cohorts)
        self._width = width
        self._open: list[Cohort] = []
        self._suspects: deque[Task] = deque()
        self._under_way = 0
        self._alone = False
        self._stopped = False
        self._guilty: deque[Job] = deque()
        """Jobs that are not to be played again, since they, or their program, kill workers."""

    def next_task(self) -> Task | None:
        """What to do next; None if there is nothing now."""
        if self._stopped or self._alone:
            return None
        if self._suspects:
            return self._next_suspect()
        task = self._next_job() or self._next_cohort()
        if task is not None:
            self._under_way += 1
        return task

    def done(self, task: Task) -> None:
        """The task ended, however it ended, without its process dying."""
        self._under_way -= 1
        self._alone = False
        if task.kind == "warm":
            task.cohort.ready = True

    def died(self, task: Task) -> None:
        """The process died in which this task may have been."""
        self._under_way -= 1
        self._alone = False
        if not task.alone:
            task.alone = True
            self._suspects.append(task)
        elif task.kind == "play":
            self._guilty.append(task.job)
        else:
            self._guilty.extend(task.cohort.jobs)
            self._open.remove(task.cohort)

    def given_up(self) -> Iterator[Result]:
        """The outcomes of jobs that are given up, each once."""
        while self._guilty:
            job = self._guilty.popleft()
            yield job, job.failed("the process died, and died again when it had nothing else to do")

    def stop(self) -> None:
        """Hand out nothing more."""
        self._stopped = True

    def _next_suspect(self) -> Task | None:
        if self._under_way:
            return None
        self._under_way, self._alone = 1, True
        return self._suspects.popleft()

    def _next_job(self) -> Task | None:
        for cohort in list(self._open):
            if cohort.ready:
                if (job := next(cohort.jobs, None)) is not None:
                    return Task("play", cohort, job)
                self._open.remove(cohort)
        return None

    def _next_cohort(self) -> Task | None:
        while len(self._open) < self._width and (jobs := next(self._cohorts, None)) is not None:
            jobs = iter(jobs)
            first = next(jobs, None)
            if first is not None:
                cohort = Cohort(chain([first], jobs))
                self._open.append(cohort)
                return Task("warm", cohort, first)
        return None
