"""Runs trained on a dask cluster: one that is there already, or a local one of some processes.

The workers have no run folders. They train in a temporary place and send the files; only this
process writes. It also holds the claims of what is under way, so that they die with it. A worker
that dies has its jobs played by another: dask does that a few times, then says `KilledWorker`, and
`executors.task_queue` finds out which job it was.
"""

from __future__ import annotations

import contextlib
import pickle
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

from ganrun import __version__
from ganrun.config import ConfigError
from ganrun.config.giving import give_sources
from ganrun.config.outside import Source, given_sources
from ganrun.executors.child_process import main_unread, spared_interrupts
from ganrun.executors.compile_cache import compile_cache
from ganrun.executors.task_queue import Task, TaskQueue
from ganrun.extras import how_to_install
from ganrun.game.backend import check_environment
from ganrun.machine import UnfitEnvironment
from ganrun.playing.claim_or_find import finished_trial
from ganrun.playing.jobs import Hooks, Job, Outcome, Result
from ganrun.playing.progress import OnProgress
from ganrun.store import Claim, StoreError, claimed, install_run, run_files, run_path

LISTEN_SECONDS = 0.5
"""How often Ctrl-C is heard while nothing ends."""
CONNECT_SECONDS = 15
UNUSABLE = (OSError, TimeoutError, ValueError, ImportError, AttributeError, UnfitEnvironment)
"""What comes of a cluster that is not there, is another program's, or cannot compute."""

Files = dict[str, bytes]
_UNHEARD = Hooks(lambda: False, lambda _: None)
"""A worker is told of no interrupt, and nobody hears of its progress."""


class ClusterError(StoreError):
    """The cluster cannot be used; one line that says why."""


# On the workers


def _prepare() -> Any:
    """Set XLA up, once, and give back the worker's one device."""
    from ganrun.game import backend

    backend.prepare(compile_cache())
    import jax

    return jax.local_devices()[0]


def _describe() -> tuple[str, int]:
    """A worker's version of ganrun, and how many members its device trains at once."""
    from ganrun.game.population import lanes_for

    return __version__, lanes_for(_prepare().platform)


def _sent(job: Job) -> tuple[Sequence[Source], bytes]:
    """A job on its way to a worker, and the sources of the pieces that may be in it."""
    return given_sources(), pickle.dumps(job)


def _received(work: Callable[[Job], Any], sources: Sequence[Source], packed: bytes) -> Any:
    """Do a job on a worker, which must know its pieces before it can read it.

    Raises `ConfigError` where a package that it needs is not the same here.
    """
    give_sources(sources)
    return work(pickle.loads(packed))


def _warm_up(job: Job) -> None:
    from ganrun.playing.play import warm_up

    _prepare()
    warm_up(job, _UNHEARD)


def _play(job: Job) -> list[tuple[Outcome, Files]]:
    """Train a job's members in a temporary place; returns the files of each that has come to it."""
    from ganrun.playing.play import play_job

    with tempfile.TemporaryDirectory(prefix="ganrun-") as folder:
        here = replace(job, options=replace(job.options, runs_dir=Path(folder), shared=None))
        outcomes = play_job(here, _prepare(), _UNHEARD)
        files = [
            run_files(one.path) if one.path and one.how == "trained" else {} for one in outcomes
        ]
        return [(replace(one, path=None), sent) for one, sent in zip(outcomes, files, strict=True)]


# In this process


@dataclass(eq=False)
class _UnderWay:
    """A task on the cluster, what of its job is known already, and its members' claims."""

    task: Task
    ended: dict[int, Outcome] = field(default_factory=dict)
    claims: dict[int, Claim] = field(default_factory=dict)
    release: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def left(self) -> Job:
        """The members that are still to be trained."""
        members = tuple(self.task.job.members[place] for place in self.claims)
        return replace(self.task.job, members=members)


class Cluster(contextlib.AbstractContextManager["Cluster"]):
    """A dask cluster; `scheduler` is its address, else a local one of `workers` processes."""

    play = staticmethod(_play)
    """What a worker does with a job."""

    def __init__(self, *, scheduler: str | None = None, workers: int = 1) -> None:
        try:
            import dask
            import distributed
        except ImportError as error:
            raise ClusterError(
                f"a cluster needs dask; install it with: {how_to_install('cluster')}"
            ) from error
        self._stack = contextlib.ExitStack()
        try:
            address: Any = scheduler
            if scheduler is not None:
                distributed.comm.resolve_address(scheduler)  # the client is slow to give up on none
            else:
                check_environment()  # its workers inherit this one
                compile_cache()
                # One death is enough: what was under way is then played alone, by the queue.
                once = dask.config.set({"distributed.scheduler.allowed-failures": 0})
                with once, spared_interrupts(), main_unread():
                    cluster = distributed.LocalCluster(
                        n_workers=workers,
                        threads_per_worker=1,
                        processes=True,
                        memory_limit=0,
                        dashboard_address=None,
                        silence_logs=50,
                    )
                address = self._stack.enter_context(cluster)
            self._client = self._stack.enter_context(
                distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False)
            )
            self._client.wait_for_workers(1, timeout=4 * CONNECT_SECONDS)
            version, self.lanes = self._client.submit(_describe, pure=False).result()
            self.width = max(1, sum(self._client.nthreads().values()))
        except UNUSABLE as error:
            self._stack.close()
            raise ClusterError(f"{scheduler or 'the local cluster'}: {error}") from error
        if version != __version__:
            self._stack.close()
            raise ClusterError(f"{scheduler}: its workers have ganrun {version}, not {__version__}")
        self._stop = False

    def __exit__(self, *_: Any) -> None:
        self._stop = True
        with contextlib.suppress(Exception):  # one that is lost already cannot be closed in peace
            self._stack.close()

    def stop(self) -> None:
        """Begin nothing more; what is under way is left to end."""
        self._stop = True

    def run(self, cohorts: Iterable[Iterable[Job]], on_progress: OnProgress) -> Iterator[Result]:
        """Play all jobs."""
        tasks = TaskQueue(cohorts, self.width)
        ended: SimpleQueue[Any] = SimpleQueue()
        under_way: dict[str, tuple[Any, _UnderWay]] = {}
        try:
            while True:
                yield from self._hand_out(tasks, under_way, ended)
                if not under_way:
                    break
                with contextlib.suppress(Empty):
                    future = ended.get(timeout=LISTEN_SECONDS)
                    _, one = under_way.pop(future.key)
                    with one.release:
                        yield from self._collect(tasks, future, one)
                yield from tasks.given_up()
        finally:
            for future, one in under_way.values():
                with contextlib.suppress(Exception):
                    future.cancel()
                one.release.close()

    def _hand_out(
        self, tasks: TaskQueue, under_way: dict[str, tuple[Any, _UnderWay]], ended: SimpleQueue[Any]
    ) -> Iterator[Result]:
        if self._stop:
            tasks.stop()
        while len(under_way) < 2 * self.width and (task := tasks.next_task()) is not None:
            one = _UnderWay(task)
            if task.kind == "warm":
                future = self._client.submit(_received, _warm_up, *_sent(task.job), pure=False)
            else:
                _claim(one)
                if not one.claims:
                    one.release.close()
                    tasks.done(task)
                    yield task.job, _in_order(one)
                    continue
                future = self._client.submit(_received, self.play, *_sent(one.left), pure=False)
            under_way[future.key] = (future, one)
            future.add_done_callback(ended.put)

    def _collect(self, tasks: TaskQueue, future: Any, one: _UnderWay) -> Iterator[Result]:
        from distributed import KilledWorker

        task = one.task
        results: list[tuple[Outcome, Files]] | None = None
        try:
            results = future.result(timeout=CONNECT_SECONDS)
        except KilledWorker:
            tasks.died(task)
            return
        except Exception as error:
            if future.status == "error" and self._client.status == "running":
                is_told = isinstance(error, ConfigError)
                message = (
                    str(error) if is_told else repr(error)
                )  # a job tells of its own mistakes; this one is ours
            else:
                self.stop()
                message = "the scheduler was lost; the same command goes on"
            one.ended |= {place: task.job.members[place].failed(message) for place in one.claims}
        tasks.done(task)
        if task.kind == "play":
            if results is not None:
                _install(one, results)
            yield task.job, _in_order(one)


def _claim(one: _UnderWay) -> None:
    """Claim a job's members, and sort out those that are finished elsewhere or claimed."""
    job = one.task.job
    shared = job.options.shared
    assert shared is not None
    for place, member in enumerate(job.members):
        try:
            claim = one.release.enter_context(claimed(shared, member.experiment))
            found = finished_trial(member.experiment, job.options, claim)
        except StoreError as error:
            one.ended[place] = job.not_opened(member, error)
        else:
            if found is None:
                one.claims[place] = claim
            else:
                one.ended[place] = Outcome(member.seed, "found", found.path)


def _install(one: _UnderWay, results: list[tuple[Outcome, Files]]) -> None:
    """Write what the cluster sent."""
    job = one.task.job
    for (place, claim), (outcome, files) in zip(one.claims.items(), results, strict=True):
        member = job.members[place]
        if outcome.how == "trained":
            try:
                path = run_path(job.options.runs_dir, member.experiment)
                claim.note(install_run(path, member.experiment, files).path)
                outcome = replace(outcome, path=path)
            except StoreError as error:
                outcome = member.failed(str(error))
        one.ended[place] = outcome


def _in_order(one: _UnderWay) -> list[Outcome]:
    return [one.ended[place] for place in range(len(one.task.job.members))]
