"""Runs trained in this process: a lone one on the CPU, or groups on each accelerator's lanes."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from ganrun.executors.compile_cache import compile_cache
from ganrun.game import backend
from ganrun.playing.jobs import Hooks, Job, Outcome
from ganrun.playing.progress import OnProgress


class Here:
    """A thread for each of this process's devices."""

    def __init__(self) -> None:
        backend.prepare(compile_cache())
        from ganrun.game.population import lanes_for, workers

        self._devices = workers()
        self.lanes = lanes_for(self._devices[0].platform)
        self.width = len(self._devices)
        self._stop = threading.Event()

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: Any) -> None:
        self.stop()

    def stop(self) -> None:
        """End what is under way at its next chunk."""
        self._stop.set()

    def run(
        self, cohorts: Iterable[Iterable[Job]], on_progress: OnProgress
    ) -> Iterator[tuple[Job, list[Outcome]]]:
        """Play the cohorts one after another."""
        for cohort in cohorts:
            jobs = iter(cohort)
            first = next(jobs, None)
            if self._stop.is_set():
                return
            if first is not None:
                from ganrun.playing.play import warm_up

                warm_up(first, self._devices[0])
                yield from self._play(chain([first], jobs), on_progress)

    def _play(
        self, jobs: Iterable[Job], on_progress: OnProgress
    ) -> Iterator[tuple[Job, list[Outcome]]]:
        from ganrun.game.population import play
        from ganrun.playing.play import play_job

        left = threading.Event()  # whether nobody listens any more
        hooks = Hooks(lambda: self._stop.is_set() or left.is_set(), on_progress)

        def wanted() -> Iterator[Any]:
            for job in jobs:
                if self._stop.is_set():
                    return
                yield task(job)

        def task(job: Job) -> Any:
            return lambda device: (job, play_job(job, device, hooks))

        late: list[tuple[Job, list[Outcome]]] = []
        try:
            yield from play(wanted(), self._devices, abort=left.set, late=late.append)
        except KeyboardInterrupt:
            yield from late
            raise
