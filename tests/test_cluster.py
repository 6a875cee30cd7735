"""Sweeps on a dask cluster: the same bytes, and honest about what dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ready_processes import start_to_import
from store_examples import result_bytes
from sweep_examples import POISON, Listener, play_remotely_or_die, small, swept, table

from ganrun.config import to_yaml
from ganrun.executors import executor_for
from ganrun.executors.cluster import Cluster, ClusterError, _claim, _UnderWay
from ganrun.executors.task_queue import Cohort, Task
from ganrun.executors.this_process import ThisProcess
from ganrun.playing.jobs import Job, Member, Options
from ganrun.store import RunFolder
from ganrun.store.sweep_folder import SweepFolder, open_sweep
from ganrun.sweep.designs import Design
from ganrun.sweep.results import results
from ganrun.sweep.run import SweepProgress

pytestmark = [
    # dask's own threads and sockets, of which some are left to the garbage collector.
    pytest.mark.filterwarnings("default"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(autouse=True)
def _quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.fixture
def ready_workers(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Workers of a local cluster that have imported everything; one of another begins anew."""
    import dask
    from distributed import utils

    start_to_import()
    monkeypatch.setattr(utils, "_forkserver_preload_set", True)
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        yield


class Mortal(Cluster):
    play = staticmethod(play_remotely_or_die)


class KillsAWorker(Listener):
    """Kills one worker as soon as there is a first result."""

    def __init__(self, cluster: Cluster) -> None:
        super().__init__()
        self._cluster = cluster
        self.killed = 0

    def update(self, progress: SweepProgress) -> None:
        super().update(progress)
        if progress.trained and not self.killed:
            self.killed = next(iter(self._cluster._client.run(os.getpid).values()))
            os.kill(self.killed, signal.SIGKILL)


def same_trials(one: SweepFolder, other: SweepFolder) -> bool:
    design = Design(one.sweep)
    paths = [one.trial_path(design.trial(i).experiment).name for i in range(design.trials)]
    return all(
        result_bytes(RunFolder(one.trials / name)) == result_bytes(RunFolder(other.trials / name))
        for name in paths
    )


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> SweepFolder:
    runs = tmp_path_factory.mktemp("undisturbed")
    return swept(runs, small(runs), executor=ThisProcess())[0]


def test_a_cluster_of_which_a_worker_is_killed_makes_the_same_sweep(
    tmp_path: Path, undisturbed: SweepFolder, ready_workers: None
) -> None:
    cluster = executor_for(8, workers=2)
    assert isinstance(cluster, Cluster)
    listener = KillsAWorker(cluster)
    folder, progress = swept(tmp_path, small(tmp_path), executor=cluster, listener=listener)
    assert listener.killed
    assert (progress.trained, progress.failed) == (8, 0)
    assert table(folder) == table(undisturbed)
    assert same_trials(folder, undisturbed)


def test_a_job_that_kills_every_worker_is_reported_and_its_siblings_finish(
    tmp_path: Path, undisturbed: SweepFolder, ready_workers: None
) -> None:
    one_cell = ("vary.optimizer.learning_rate=[1e-3]", "vary.training.discriminator_steps=[1]")
    sweep = small(tmp_path, f"seeds=[0, 1, {POISON}]", *one_cell)
    listener = Listener()
    folder, progress = swept(tmp_path, sweep, executor=Mortal(workers=2), listener=listener)
    assert (progress.trained, progress.failed) == (2, 1)
    assert all("process died" in message for message in listener.told)
    found = {row.trial.seed: row.status for row in results(folder, Design(sweep))}
    assert found == {0: "complete", 1: "complete", POISON: "missing"}


SCHEDULER = """
from distributed import LocalCluster
import sys, time
if __name__ == "__main__":
    cluster = LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, silence_logs=50
    )
    print(cluster.scheduler_address, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Any]]:
    """A cluster of another process: its address, and the process."""
    script = tmp_path / "cluster.py"
    script.write_text(SCHEDULER)
    with subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip(), process
        process.kill()


def test_a_cluster_that_is_there_is_used_and_one_that_is_lost_is_reported(
    tmp_path: Path,
    scheduler: tuple[str, Any],
    undisturbed: SweepFolder,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, process = scheduler

    class LosesIt(Listener):
        def update(self, progress: SweepProgress) -> None:
            super().update(progress)
            if progress.trained:
                process.kill()
                process.wait()
                time.sleep(0.5)

    listener = LosesIt()
    cluster = executor_for(8, scheduler=address)
    monkeypatch.setattr("ganrun.executors.cluster.CONNECT_SECONDS", 2)
    folder, progress = swept(tmp_path, small(tmp_path), executor=cluster, listener=listener)
    assert progress.failed
    assert any("scheduler was lost" in message for message in listener.told)
    folder, progress = swept(tmp_path, small(tmp_path), executor=ThisProcess())
    assert progress.finished == 8
    assert same_trials(folder, undisturbed)


def test_a_trial_of_which_a_crash_left_no_record_is_still_to_be_trained(tmp_path: Path) -> None:
    sweep = small(tmp_path)
    folder, trial = open_sweep(tmp_path, sweep), Design(sweep).trial(0)
    path = folder.trial_path(trial.experiment)
    path.mkdir(parents=True)
    (path / "config.yaml").write_text(to_yaml(trial.experiment))
    options = Options(runs_dir=folder.trials, shared=tmp_path)
    job = Job((Member(trial.experiment, trial=0),), options)

    def claimed() -> _UnderWay:
        one = _UnderWay(Task("play", Cohort(iter(())), job))
        with one.release:
            _claim(one)
        return one

    blank = claimed()
    assert (list(blank.claims), blank.ended) == ([0], {})
    (path / "metrics.csv").write_text("step\n")  # of a run, whose record is lost
    damaged = claimed()
    assert not damaged.claims
    assert damaged.ended[0].how == "failed"
    missing = f"{path}/run.json: is missing; ganrun sweep --repair keeps"
    assert damaged.ended[0].error.startswith(missing)


def test_a_scheduler_that_is_not_there_is_one_clear_message(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ganrun.executors.cluster.CONNECT_SECONDS", 1)
    with pytest.raises(ClusterError, match=r"127\.0\.0\.1:1") as told:
        Cluster(scheduler="tcp://127.0.0.1:1")
    assert "\n" not in str(told.value)


@pytest.mark.parametrize("address", ["here", "here:x", "carrier-pigeon://here:1"])
def test_what_is_no_address_is_told_before_it_is_tried(address: str) -> None:
    with pytest.raises(ClusterError, match=f"^{address}: ") as told:
        Cluster(scheduler=address)
    assert "\n" not in str(told.value)


def test_a_sweep_that_finds_no_scheduler_leaves_no_folder(tmp_path: Path) -> None:
    small(tmp_path)
    program = (
        "from ganrun.executors import cluster\n"
        "cluster.CONNECT_SECONDS = 1\n"
        "from ganrun.cli import main\n"
        "main()\n"
    )
    words = ["sweep", str(tmp_path / "small.yaml"), "--scheduler", "tcp://127.0.0.1:1"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--runs-dir", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1), done.stderr
    assert done.stderr.startswith("tcp://127.0.0.1:1: ")
    assert not (tmp_path / "runs").exists()


def test_without_dask_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(ClusterError, match=r"ganrun\[cluster\]"):
        Cluster(workers=1)
