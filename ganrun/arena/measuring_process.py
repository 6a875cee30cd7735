"""What takes too long to be measured between two pictures: in a process beside the one that trains.

A thread would hold Python's lock while it fits mixtures, and the training would wait for it.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any, NamedTuple

from numpy import ndarray

from ganrun.config.targets import Target

LEAST_SECONDS = 1.0
"""Between two measurements of all games."""


class Task(NamedTuple):
    """A game's latest samples and its evaluations so far."""

    target: Target
    samples: ndarray
    columns: dict[str, ndarray]
    diverged_at: int | None


class Found(NamedTuple):
    """The modes that are recovered, the verdict so far, and what perfect samples would score."""

    recovered: tuple[int, ...]
    verdict: dict[str, Any] | None
    reference: dict[str, Any]


def begin_beside() -> None:
    """Set a new process up: it leaves Ctrl-C to its parent, and dies with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=follow, daemon=True).start()
    with contextlib.suppress(AttributeError, OSError):
        os.nice(5)  # type: ignore[attr-defined,unused-ignore]


def measure(task: Task) -> Found:
    """Fit a mixture, and judge."""
    import numpy as np

    from ganrun.measure.modes import count_modes
    from ganrun.measure.reference import reference_metrics
    from ganrun.mixture import mixture_of
    from ganrun.verdict import quick_verdict

    mixture = mixture_of(task.target)
    reference: Any = reference_metrics(mixture, len(task.samples))
    count = count_modes(np.asarray(task.samples, np.float64), mixture)
    verdict = None
    if len(task.columns["step"]) and (task.columns["step"][-1] > 0 or task.diverged_at):
        found = quick_verdict(
            task.columns, {}, reference, mixture.weights, diverged_at=task.diverged_at
        )
        verdict = {
            "word": found.word,
            "confidence": found.confidence,
            "evidence": found.evidence,
        }
    return Found(count.recovered_modes, verdict, reference)


class Aside:
    """The process, and the one task that it may be busy with."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("spawn")
        self._pool: ProcessPoolExecutor | None = None
        self._busy: Future[Found] | None = None

    @property
    def free(self) -> bool:
        """Whether another task may be given."""
        return self._busy is None

    def give(self, task: Task) -> None:
        """Begin to measure."""
        if self._pool is None:
            self._pool = ProcessPoolExecutor(1, self._context, initializer=begin_beside)
        try:
            self._busy = self._pool.submit(measure, task)
        except BrokenProcessPool:  # it was killed; another one is made for the next task
            self._let_go()

    def taken(self) -> Found | None:
        """What was found, once; None while it is not known, or if it cannot be."""
        if self._busy is None or not self._busy.done():
            return None
        done, self._busy = self._busy, None
        error = done.exception()
        if isinstance(error, BrokenProcessPool):
            self._let_go()
        return None if error else done.result()

    def close(self) -> None:
        """End the process, whatever it is doing."""
        self._busy = None
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.terminate()
            self._let_go()

    def _let_go(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        self._pool = None
