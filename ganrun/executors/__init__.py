"""Where runs are trained: in this process, in one process per core, or on a cluster.

An executor is given cohorts, which are runs that share one compiled program, each cut into jobs. It
plays them in whatever order keeps it busy and yields what became of each job:

    with executor_for(members) as executor:
        for job, outcomes in executor.run(cohorts, on_progress):
            ...

Cohorts and jobs are taken from their iterators as they are needed, so a hundred thousand of them
take no more memory than a few. On Ctrl-C, or after `stop()`, what is under way is committed (not on
a cluster, whose workers have no run folders), its outcome is `interrupted`, and no more is begun.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Protocol

from ganrun.playing.jobs import Job, Result
from ganrun.playing.progress import OnProgress


class Executor(AbstractContextManager["Executor"], Protocol):
    """Plays jobs."""

    lanes: int
    """How many members a job may have."""
    width: int
    """How many jobs are played at once."""

    def run(self, cohorts: Iterable[Iterable[Job]], on_progress: OnProgress) -> Iterator[Result]:
        """Play all jobs; yield each with an outcome per member, as they end.

        Raises `KeyboardInterrupt`, if there was one, once everything under way has ended.
        """

    def stop(self) -> None:
        """Begin nothing more, and end what is under way at its next chunk."""


def executor_for(
    members: int, *, scheduler: str | None = None, workers: int | None = None
) -> Executor:
    """The executor of this machine for so many members, the fastest there is.

    Given a scheduler's address or a number of workers, one on a dask cluster instead; raises
    `StoreError` if that cannot be had.
    """
    if scheduler is not None or workers is not None:
        from ganrun.executors.cluster import Cluster

        return Cluster(scheduler=scheduler, workers=workers or 1)
    from ganrun.executors.processes import Processes, trains_on_cpu
    from ganrun.executors.this_process import ThisProcess
    from ganrun.game import backend

    processes = min(backend.cores(), members)
    # A process in which another program computes with JAX is no place to train on a CPU: XLA is not
    # ours to set up there.
    apart = processes > 1 or backend.is_anothers()
    return Processes(processes) if apart and trains_on_cpu() else ThisProcess()
