"""Runs trained in this process: a lone one on the CPU, or groups on each accelerator's lanes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack
from itertools import chain, takewhile
from typing import Any

from ganrun.config.errors import PieceError
from ganrun.executors.compile_cache import compile_cache
from ganrun.executors.device_threads import on_free_devices
from ganrun.game import backend
from ganrun.playing.jobs import Hooks, Job, Result
from ganrun.playing.progress import OnProgress


class ThisProcess(AbstractContextManager["ThisProcess"]):
    """A thread for each of this process's devices: every accelerator, or the CPU once.

    More cores are used by more processes: see `game/backend.py`.
    """

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._stack.enter_context(backend.settings_kept())
        backend.prepare(compile_cache())
        import jax

        from ganrun.game.population import lanes_for

        self._devices = jax.local_devices()
        self.lanes = lanes_for(self._devices[0].platform)
        self.width = len(self._devices)
        self._stop = threading.Event()

    def __exit__(self, *_: Any) -> None:
        self.stop()
        self._stack.close()

    def stop(self) -> None:
        """End what is under way at its next chunk."""
        self._stop.set()

    def run(self, cohorts: Iterable[Iterable[Job]], on_progress: OnProgress) -> Iterator[Result]:
        """Play the cohorts one after another."""
        for cohort in cohorts:
            jobs = iter(cohort)
            first = next(jobs, None)
            if self._stop.is_set():
                return
            if first is not None:
                from ganrun.playing.play import warm_up

                with contextlib.suppress(PieceError):  # which its jobs will tell of
                    warm_up(first, Hooks(self._stop.is_set, on_progress))
                yield from self._play(chain([first], jobs), on_progress)

    def _play(self, jobs: Iterable[Job], on_progress: OnProgress) -> Iterator[Result]:
        from ganrun.playing.play import play_job

        left = threading.Event()  # whether nobody listens any more
        hooks = Hooks(lambda: self._stop.is_set() or left.is_set(), on_progress)

        def played(job: Job, device: Any) -> Result:
            return job, play_job(job, device, hooks)

        wanted = takewhile(lambda _: not self._stop.is_set(), jobs)
        yield from on_free_devices(played, wanted, self._devices, abort=left.set)
