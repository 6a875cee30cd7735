"""Where runs are trained: in this process, or in one process per core.

XLA's pool for the CPU has one thread per process (`game/backend.py` says why), so several runs are
spread over as many processes as there are cores. A lone run stays in this process, and so do the
runs of accelerators, which have a thread each.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait as wait_for
from pathlib import Path
from queue import Empty
from typing import Any

from ganrun.config import Experiment
from ganrun.game import backend
from ganrun.mixture import mixture_of
from ganrun.outcome import Options, Outcome
from ganrun.progress import MemberProgress, Phase
from ganrun.store import numerics

LISTEN_SECONDS = 0.05
"""How often this process looks for progress from the others."""

OnProgress = Callable[[Sequence[MemberProgress]], None]


def train_members(
    members: Sequence[Experiment],
    options: Options,
    *,
    on_phase: Callable[[Phase], None],
    on_progress: OnProgress,
) -> dict[int, Outcome]:
    """Train members of one program, one seed each; returns what became of each seed.

    After Ctrl-C every run is committed before this returns; those not finished are `interrupted`.
    """
    on_phase("compiling")
    outcomes = {one.seeds[0]: Outcome(one.seeds[0], "interrupted", None) for one in members}
    with contextlib.ExitStack() as stack:
        processes = min(backend.cores(), len(members))
        pool = _Processes(processes) if processes > 1 and _trains_on_cpu() else None
        if pool is not None:
            stack.enter_context(pool)  # they import JAX while this process compiles
        try:
            backend.prepare(compile_cache())
            jobs = _prepare(members, options)
            on_phase("training")
            finished = pool.run(jobs, on_progress) if pool else _run_here(jobs, on_progress)
            for some in finished:
                outcomes |= {outcome.seed: outcome for outcome in some}
        except KeyboardInterrupt:
            pass  # by now every run has been committed
    return outcomes


def _prepare(members: Sequence[Experiment], options: Options) -> list[Any]:
    """Compile the members' program into the cache, and cut them into jobs."""
    import jax

    from ganrun.game.members import hyperparameters_of
    from ganrun.game.population import lanes_for
    from ganrun.measure.reference import reference_metrics
    from ganrun.play import Job, program_of

    device = jax.local_devices()[0]
    lanes = lanes_for(device.platform)
    example = members[0]
    with ThreadPoolExecutor(1, thread_name_prefix="reference") as aside:
        # Perfect samples are measured, into their own cache, while XLA compiles.
        mixture = mixture_of(example.target)
        aside.submit(reference_metrics, mixture, example.evaluation.samples)
        program_of(example, lanes).compile(hyperparameters_of(example), device)
    where = numerics(backend=device.platform, device=device.device_kind, lanes=lanes)
    return [
        Job(members=tuple(members[i : i + lanes]), lanes=lanes, numerics=where, options=options)
        for i in range(0, len(members), lanes)
    ]


def _run_here(jobs: Sequence[Any], on_progress: OnProgress) -> Iterator[list[Outcome]]:
    """Play the jobs on this process's devices, one thread each."""
    from ganrun.game.population import play, workers
    from ganrun.play import Hooks, play_job

    interrupted = threading.Event()
    hooks = Hooks(interrupted.is_set, on_progress)
    tasks = [lambda device, job=job: play_job(job, device, hooks) for job in jobs]
    collected: list[list[Outcome]] = []
    try:
        yield from play(tasks, workers(), abort=interrupted.set, late=collected.append)
    except KeyboardInterrupt:
        yield from collected
        raise


def _trains_on_cpu() -> bool:
    """Whether JAX will use the CPU; asked without importing it, since the workers come first."""
    platforms = os.environ.get("JAX_PLATFORMS", "")
    if platforms:
        return platforms.split(",")[0] == "cpu"
    from importlib.metadata import distributions

    names = {(found.metadata["Name"] or "").lower() for found in distributions()}
    return not any(name.startswith(("jax-cuda", "jax-rocm", "libtpu")) for name in names)


class _Processes:
    """A pool of processes that play jobs; a context manager."""

    def __init__(self, count: int) -> None:
        context = multiprocessing.get_context("spawn")
        self._interrupted = context.Event()
        self._progress = context.Queue()
        self._pool = ProcessPoolExecutor(
            count,
            mp_context=context,
            initializer=_begin_worker,
            initargs=(self._interrupted, self._progress, str(compile_cache())),
        )
        for _ in range(count):  # a process is started for each task while all are busy
            self._pool.submit(_wake)

    def __enter__(self) -> _Processes:
        return self

    def __exit__(self, *_: Any) -> None:
        self._interrupted.set()
        self._pool.shutdown(wait=True, cancel_futures=True)
        self._progress.close()

    def run(self, jobs: Sequence[Any], on_progress: OnProgress) -> Iterator[list[Outcome]]:
        """Play the jobs; when this process is interrupted, the runs are committed first."""
        futures: dict[Future[list[Outcome]], Any] = {
            self._pool.submit(_play_in_worker, job): job for job in jobs
        }
        waiting = set(futures)
        interrupted = False
        while waiting:
            try:
                done, waiting = wait(waiting, LISTEN_SECONDS, FIRST_COMPLETED)
                self._tell(on_progress)
                for future in done:
                    if not future.cancelled():
                        yield _outcome_of(future, futures[future])
            except KeyboardInterrupt:
                interrupted = True
                self._interrupted.set()
                for future in waiting:
                    future.cancel()
        self._tell(on_progress)
        if interrupted:
            raise KeyboardInterrupt

    def _tell(self, on_progress: OnProgress) -> None:
        newest: dict[int, MemberProgress] = {}
        with contextlib.suppress(Empty):
            while True:
                newest |= {member.seed: member for member in self._progress.get_nowait()}
        if newest:
            on_progress(list(newest.values()))


def _outcome_of(future: Future[list[Outcome]], job: Any) -> list[Outcome]:
    """What a job brought; one whose process died has failed, and the same command resumes it."""
    try:
        return future.result()
    except BrokenProcessPool:
        message = "a worker process died; the same command goes on from the last checkpoint"
        return [Outcome(one.seeds[0], "failed", None, message) for one in job.members]


class _Worker:
    """What a worker process was given when it began."""

    interrupted: Any
    progress: Any


def _begin_worker(interrupted: Any, progress: Any, cache: str) -> None:
    """Set a new process up: it dies with its parent, and leaves Ctrl-C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    _Worker.interrupted, _Worker.progress = interrupted, progress
    progress.cancel_join_thread()  # progress that nobody reads must not keep a worker alive
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait_for([parent.sentinel])
        os._exit(1)  # a worker without a parent would hold its runs' locks for nobody

    threading.Thread(target=follow, daemon=True).start()
    backend.prepare(Path(cache))


def _wake() -> None:
    """Import what a job needs, before there is one."""
    import ganrun.play  # noqa: F401


def _play_in_worker(job: Any) -> list[Outcome]:
    import jax

    from ganrun.play import Hooks, play_job

    hooks = Hooks(_Worker.interrupted.is_set, _Worker.progress.put)
    return play_job(job, jax.local_devices()[0], hooks)


def compile_cache() -> Path:
    """Where compiled programs are kept; a program fits one jaxlib and one kind of processor."""
    from importlib.metadata import version

    from platformdirs import user_cache_path

    from ganrun.store.provenance import machine_type

    machine = "".join(c if c.isalnum() else "-" for c in machine_type())
    return user_cache_path("ganrun") / "xla" / f"jaxlib-{version('jaxlib')}-{machine}"
