"""Runs trained by one process per core.

XLA's pool for the CPU has one thread per process (`game/backend.py` says why), so several runs are
spread over as many processes as there are cores. The processes outlive a job and keep what they
compiled. One that dies costs nobody else: the pool is made anew, and `executors.task_queue` finds
out which job it was.
"""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from pathlib import Path
from queue import Empty
from typing import Any

from ganrun.config.giving import give_sources
from ganrun.config.outside import Source, given_sources
from ganrun.executors.child_process import (
    INTERRUPTS,
    Children,
    follow_parent,
    spared_interrupts,
)
from ganrun.executors.compile_cache import compile_cache
from ganrun.executors.task_queue import Task, TaskQueue
from ganrun.game import backend
from ganrun.playing.jobs import Hooks, Job, Outcome, Result
from ganrun.playing.progress import MemberProgress, OnProgress

LISTEN_SECONDS = 0.05
"""How often this process looks for progress from the others."""
AHEAD = 1
"""Tasks that wait at the processes' door, so that none waits for the next."""


class _Worker:
    """What a worker process was given when it began."""

    stop: Any
    progress: Any


def _begin_worker(
    stop: Any, progress: Any, programs: Path | None, sources: Sequence[Source]
) -> None:
    """Set a new process up: it leaves every end to its parent, and knows the same pieces."""
    follow_parent(signal.SIGTERM)
    _Worker.stop, _Worker.progress = stop, progress
    progress.cancel_join_thread()  # progress that nobody reads must not keep a worker alive
    backend.prepare(programs)
    give_sources(sources)


def _wake() -> None:
    """Import what a job needs, before there is one."""
    import ganrun.playing.play  # noqa: F401


def _warm_up_in_worker(job: Job) -> None:
    from ganrun.playing.play import warm_up

    warm_up(job, _hooks())


def _play_in_worker(job: Job) -> list[Outcome]:
    import jax

    from ganrun.playing.play import play_job

    return play_job(job, jax.local_devices()[0], _hooks())


def _hooks() -> Hooks:
    return Hooks(_Worker.stop.is_set, _Worker.progress.put)


class Processes(contextlib.AbstractContextManager["Processes"]):
    """A pool of processes that play jobs."""

    lanes = 1
    play = staticmethod(_play_in_worker)
    """What a process does with a job; a module's function, since it is sent by its name."""

    def __init__(self, count: int) -> None:
        # Before any of them begins: what is wrong is said once, and no process dies of it.
        backend.check_environment()
        self._programs = compile_cache()
        self.width = count
        self._context = Children()
        with spared_interrupts():  # these begin a helper of Python's own
            self._stop = self._context.Event()
            self._progress = self._context.Queue()
        self._pool = self._new_pool()

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._progress.close()

    def stop(self) -> None:
        """End what is under way at its next chunk."""
        self._stop.set()

    def run(self, cohorts: Iterable[Iterable[Job]], on_progress: OnProgress) -> Iterator[Result]:
        """Play all jobs; when this process is interrupted, the runs are committed first."""
        tasks = TaskQueue(cohorts, self.width)
        running: dict[Future[Any], Task] = {}
        interrupted = False
        while True:
            try:
                self._hand_out(tasks, running)
                if not running:
                    break
                done, _ = wait(running, LISTEN_SECONDS, FIRST_COMPLETED)
                self._tell(on_progress)
                with _interrupts_wait():  # until what has ended has been taken note of
                    yield from self._collect(tasks, running, done)
                    yield from tasks.given_up()
            except KeyboardInterrupt:
                interrupted = True
                self.stop()
        yield from tasks.given_up()
        self._tell(on_progress)
        if interrupted:
            raise KeyboardInterrupt

    def _hand_out(self, tasks: TaskQueue, running: dict[Future[Any], Task]) -> None:
        if self._stop.is_set():
            tasks.stop()
            for future in list(running):
                if future.cancel():
                    tasks.done(running.pop(future))
        while len(running) < self.width + AHEAD and (task := tasks.next_task()) is not None:
            work = self.play if task.kind == "play" else _warm_up_in_worker
            with _interrupts_wait():  # one that came in between would lose the run
                running[self._pool.submit(work, task.job)] = task

    def _collect(
        self, tasks: TaskQueue, running: dict[Future[Any], Task], done: Iterable[Future[Any]]
    ) -> Iterator[Result]:
        died = False
        for future in done:
            task = running.pop(future)
            try:
                outcomes = future.result()
            except BrokenProcessPool:
                tasks.died(task)
                died = True
                continue
            except Exception as error:  # a job tells of its own mistakes; this one is ours
                outcomes = task.job.failed(repr(error))
            tasks.done(task)
            if task.kind == "play":
                yield task.job, [_trained(one) for one in outcomes] if task.alone else outcomes
        if died:
            # One that dies takes the pool with it, and all that is under way.
            for task in running.values():
                tasks.died(task)
            running.clear()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = self._new_pool()

    def _tell(self, on_progress: OnProgress) -> None:
        newest: dict[tuple[str, int], MemberProgress] = {}
        with contextlib.suppress(Empty):
            while True:
                newest |= {(one.name, one.seed): one for one in self._progress.get_nowait()}
        if newest:
            on_progress(list(newest.values()))

    def _new_pool(self) -> ProcessPoolExecutor:
        pool = ProcessPoolExecutor(
            self.width,
            mp_context=self._context,
            initializer=_begin_worker,
            initargs=(self._stop, self._progress, self._programs, given_sources()),
        )
        with spared_interrupts():
            for _ in range(self.width):  # a process is started for each task while all are busy
                pool.submit(_wake)
        return pool


@contextlib.contextmanager
def _interrupts_wait() -> Iterator[None]:
    """Hear signals that may interrupt when the block has ended, each once; in the main thread."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard: set[int] = set()
    ends = (*INTERRUPTS, signal.SIGTERM)
    before = {one: handler for one in ends if callable(handler := signal.getsignal(one))}
    try:
        for one in before:
            signal.signal(one, lambda number, _: heard.add(number))
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        for one in heard:
            signal.raise_signal(one)


def _trained(outcome: Outcome) -> Outcome:
    """One that is found when its job is played again had just ended when the process died."""
    return replace(outcome, how="trained") if outcome.how == "found" else outcome


def trains_on_cpu() -> bool:
    """Whether JAX will use the CPU; asked without importing it, since the workers come first."""
    platforms = os.environ.get("JAX_PLATFORMS", "")
    if platforms:
        return platforms.split(",")[0] == "cpu"
    from importlib.metadata import distributions

    names = {(found.metadata["Name"] or "").lower() for found in distributions()}
    return not any(name.startswith(("jax-cuda", "jax-rocm", "libtpu")) for name in names)
