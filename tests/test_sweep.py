"""Sweeps, from a design to a table: nothing trained twice, nothing lost, each as it is alone."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from one_core import one_core
from ready_processes import Command, NewCommand
from store_examples import before_rmsprop_had_numbers, result_bytes
from store_examples import train as trained
from sweep_examples import POISON, Listener, play_or_die, small, swept, table

from ganrun.config import Experiment, Sweep, load_experiment, load_sweep, run_id, sweep_yaml
from ganrun.executors.processes import Processes
from ganrun.executors.this_process import ThisProcess
from ganrun.game import backend, population
from ganrun.playing.claim_or_find import finished_trial
from ganrun.playing.jobs import Options
from ganrun.store import RunFolder, StoreError, claimed, run_path, take_over
from ganrun.store.sweep_folder import SweepFolder, open_sweep
from ganrun.sweep.designs import Design
from ganrun.sweep.results import Result, results_text
from ganrun.train import train

Rows = list[dict[str, str]]


@pytest.fixture(autouse=True)
def _quick_disk_and_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", lambda _: None)
    monkeypatch.setattr(backend, "cores", lambda: 1)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[SweepFolder, bytes]:
    """A small sweep, run in one go."""
    runs = tmp_path_factory.mktemp("undisturbed")
    folder, progress = swept(runs, small(runs), executor=ThisProcess())
    assert (progress.trained, progress.failed) == (8, 0)
    return folder, table(folder)


def rows(folder: SweepFolder) -> Rows:
    return list(csv.DictReader(io.StringIO(table(folder).decode())))


def trial_folders(folder: SweepFolder) -> list[RunFolder]:
    return [RunFolder(p) for p in sorted(folder.trials.iterdir()) if not p.name.startswith(".")]


def experiments(sweep: Sweep) -> list[Experiment]:
    design = Design(sweep)
    return [design.trial(index).experiment for index in range(design.trials)]


def stamps(folder: SweepFolder) -> dict[str, int]:
    return {
        one.path.name: (one.path / "run.json").stat().st_mtime_ns for one in trial_folders(folder)
    }


class Silent:
    def update(self, progress: Any) -> None:
        pass


# Trials and table


def test_the_table_has_a_row_per_trial_in_the_order_of_the_design(
    undisturbed: tuple[SweepFolder, bytes],
) -> None:
    folder, text = undisturbed
    frame = pd.read_csv(io.BytesIO(text))
    assert list(frame.columns[:5]) == [
        "training.discriminator_steps",
        "optimizer.learning_rate",
        "seed",
        "id",
        "status",
    ]
    assert frame["training.discriminator_steps"].tolist() == [1, 1, 1, 1, 3, 3, 3, 3]
    assert frame["optimizer.learning_rate"].tolist() == [1e-3, 1e-3, 1e-2, 1e-2] * 2
    assert frame["seed"].tolist() == [0, 1] * 4
    assert set(frame["status"]) == {"complete"}
    design = Design(folder.sweep)
    for index, row in frame.iterrows():
        run = RunFolder(folder.trial_path(design.trial(index).experiment))
        assert row["id"] == run.id
        assert row["verdict"] == run.summary["verdict"]
        assert row["sliced_wasserstein"] == run.summary["sliced_wasserstein"]


def test_every_trial_is_what_train_would_have_written(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    for trial in trial_folders(undisturbed[0]):
        (alone,) = train(
            load_experiment(trial.path / "config.yaml"), Silent().update, Options(runs_dir=tmp_path)
        )
        assert alone.path.name == trial.path.name
        assert result_bytes(RunFolder(alone.path)) == result_bytes(trial)


def test_two_processes_make_the_same_sweep(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    folder, _ = swept(tmp_path, small(tmp_path), executor=Processes(2))
    assert table(folder) == undisturbed[1]
    for one, other in zip(trial_folders(folder), trial_folders(undisturbed[0]), strict=True):
        assert result_bytes(one) == result_bytes(other)


def test_members_that_share_lanes_make_a_sweep_in_which_each_is_what_it_is_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Six of them, four at a time: the one that is looked at is of two that are filled up."""
    monkeypatch.setattr(population, "lanes_for", lambda platform: 4)
    sweep = small(tmp_path, "seeds=3", "vary.optimizer.learning_rate=[1e-3]")
    folder, progress = swept(tmp_path / "sweep", sweep)
    assert progress.trained == 6
    trial = RunFolder(folder.trial_path(Design(sweep).trial(4).experiment))
    one = load_experiment(trial.path / "config.yaml")
    (alone,) = train(one, Silent().update, Options(runs_dir=tmp_path / "alone"))
    assert result_bytes(RunFolder(alone.path)) == result_bytes(trial)


def test_a_sweep_over_static_fields_trains_a_cohort_for_each_program(tmp_path: Path) -> None:
    sweep = small(tmp_path, "vary.objective=[non_saturating, hinge]", "seeds=1")
    listener = Listener()
    folder, progress = swept(tmp_path, sweep, listener=listener)
    assert (progress.cohorts, progress.trained) == (2, 8)
    assert {row["objective"] for row in rows(folder)} == {"non_saturating", "hinge"}
    assert listener.finished[-1] == 8


def test_the_folder_says_what_the_sweep_was(undisturbed: tuple[SweepFolder, bytes]) -> None:
    folder = undisturbed[0]
    assert folder.path.name == f"small-sweep-{folder.sweep.id}"
    assert (folder.path / "sweep.yaml").read_text() == sweep_yaml(folder.sweep)
    assert SweepFolder(folder.path).sweep == folder.sweep


def test_a_sweep_folder_whose_sweep_was_changed_is_refused(tmp_path: Path) -> None:
    folder = open_sweep(tmp_path, small(tmp_path))
    path = folder.path / "sweep.yaml"
    path.write_text(path.read_text().replace("seeds: 2", "seeds: 3"))
    with pytest.raises(StoreError, match="it was changed"):
        open_sweep(tmp_path, small(tmp_path))


def test_a_sweep_of_before_rmsprop_had_numbers_is_read_and_makes_room_for_todays(
    tmp_path: Path,
) -> None:
    """Its trials keep their ids, and the same sweep begins anew in a folder of its own."""
    config = tmp_path / "by_optimizer.yaml"
    base = "{target: {modes: 3}, snapshots: {samples: 5, grid: 3}, evaluation: {every: 10}"
    config.write_text(
        f"seeds: 1\nbase: {base}, training: {{steps: 40}}}}\n"
        "vary: {optimizer.name: [adam, rmsprop]}\n"
    )
    with before_rmsprop_had_numbers():
        before = open_sweep(tmp_path, load_sweep(config))
        ids = [run_id(one) for one in experiments(before.sweep)]
        for one in experiments(before.sweep):
            trained(before.trials, one)
        stored = table(before)
    folder = SweepFolder(before.path)
    assert folder.id == before.id != folder.sweep.id
    assert table(folder) == stored
    assert [row["id"] for row in rows(folder)] == ids
    assert [row["status"] for row in rows(folder)] == ["complete", "complete"]
    today = open_sweep(tmp_path, load_sweep(config))
    assert today.path != folder.path
    adam, rmsprop = experiments(today.sweep)
    assert (today.trial_id(adam), folder.trial_id(adam)) == (ids[0], ids[0])
    assert today.trial_id(rmsprop) != ids[1]


# Going on


def test_a_finished_sweep_trains_nothing(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    path = tmp_path / undisturbed[0].path.name
    shutil.copytree(undisturbed[0].path, path)
    before = stamps(SweepFolder(path))
    folder, progress = swept(tmp_path, small(tmp_path))
    assert (progress.found, progress.trained) == (8, 0)
    assert stamps(folder) == before


def test_an_extended_design_trains_only_what_is_new(tmp_path: Path) -> None:
    first, _ = swept(tmp_path, small(tmp_path, "seeds=1"))
    wider = small(tmp_path, "seeds=1", "vary.training.discriminator_steps=[1, 2, 3]")
    folder, progress = swept(tmp_path, wider)
    assert progress.trained == 6
    reused = {one.id: one.run["reused_from"] for one in trial_folders(folder)}
    old = {one.id: one for one in trial_folders(first)}
    assert {key for key, source in reused.items() if source} == set(old)
    for one in trial_folders(folder):
        if one.id in old:
            assert one.run["reused_from"]["folder"] == str(old[one.id].path)
            assert result_bytes(one) == result_bytes(old[one.id])


def test_a_run_of_train_is_taken_over_under_the_trials_own_name(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    sweep = small(tmp_path, "seeds=1")
    trial = Design(sweep).trial(3).experiment
    named = trial.model_copy(update={"name": "another"})
    (alone,) = train(named, Silent().update, Options(runs_dir=tmp_path))
    folder, _ = swept(tmp_path, sweep)
    taken = RunFolder(folder.trial_path(trial))
    assert taken.run["reused_from"]["folder"] == str(alone.path)
    assert taken.run["name"] == "tiny"
    assert result_bytes(taken) == result_bytes(RunFolder(undisturbed[0].trial_path(trial)))


@pytest.mark.parametrize("name", ["config.yaml", "run.json"])
def test_a_damaged_trial_is_taken_from_where_it_is_whole(tmp_path: Path, name: str) -> None:
    sweep = small(tmp_path)
    trial = Design(sweep).trial(0).experiment
    (alone,) = train(trial, Silent().update, Options(runs_dir=tmp_path))
    folder = open_sweep(tmp_path, sweep)
    damaged = take_over(RunFolder(alone.path), folder.trial_path(trial), trial).path
    (damaged / name).write_text("{")
    options = Options(runs_dir=folder.trials, shared=tmp_path)
    with claimed(tmp_path, trial) as claim:
        found = finished_trial(trial, options, claim)
    assert found is not None
    assert found.path == damaged
    assert result_bytes(found) == result_bytes(RunFolder(alone.path))


def test_a_damaged_run_elsewhere_is_trained_anew(tmp_path: Path) -> None:
    sweep = small(tmp_path, "seeds=1")
    trial = Design(sweep).trial(0).experiment
    (alone,) = train(trial, Silent().update, Options(runs_dir=tmp_path))
    (alone.path / "summary.json").write_text("{")
    (alone.path / "snapshots.npz").unlink()
    folder, progress = swept(tmp_path, sweep)
    assert progress.failed == 0
    assert RunFolder(folder.trial_path(trial)).run["reused_from"] is None


def words_of(runs: Path, config: Path, *options: str) -> list[str]:
    return ["sweep", str(config), "--runs-dir", str(runs), "--quiet", *options]


def test_a_sweep_that_is_killed_now_and_again_comes_to_the_same(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    small(tmp_path)
    words = words_of(tmp_path / "runs", tmp_path / "small.yaml")
    path = tmp_path / "runs" / undisturbed[0].path.name

    def done() -> int:
        return sum(RunFolder(p.parent).finished for p in path.glob("trials/*/run.json"))

    for trials in (0, 3):
        process = Command(*words)
        while process.returncode is None and done() < trials:
            time.sleep(0.01)
        process.send(signal.SIGKILL)
        process.ended()
    process = Command(*words)
    _, told = process.ended()
    assert process.returncode == 0, told
    assert (path / "results.csv").read_bytes() == undisturbed[1]
    for one, other in zip(
        trial_folders(SweepFolder(path)), trial_folders(undisturbed[0]), strict=True
    ):
        assert result_bytes(one) == result_bytes(other)


def test_two_sweeps_at_once_over_the_same_trials_train_each_once(
    undisturbed: tuple[SweepFolder, bytes], tmp_path: Path
) -> None:
    """The one sweep twice, and one of another name that holds its trials and more.

    One has them trained by processes of its own, the others train them themselves.
    """
    small(tmp_path)
    (tmp_path / "wide.yaml").write_text(
        (tmp_path / "small.yaml")
        .read_text()
        .replace("name: small", "name: wide")
        .replace("[1, 3]", "[1, 2, 3]")
    )
    small_one, wide_one = (
        words_of(tmp_path / "runs", tmp_path / f"{name}.yaml") for name in ("small", "wide")
    )
    itself = {"cores": one_core()}
    commands = [Command(*small_one), Command(*small_one, **itself), Command(*wide_one, **itself)]
    for process in commands:
        _, told = process.ended()
        assert process.returncode == 0, told
    folders = [SweepFolder(p) for p in sorted((tmp_path / "runs").glob("*-sweep-*"))]
    assert table(folders[0]) == undisturbed[1]
    trained: dict[str, list[Path]] = {}
    for folder in folders:
        for one in trial_folders(folder):
            assert one.status == "complete"
            if one.run["reused_from"] is None:
                trained.setdefault(one.id, []).append(one.path)
    assert len(trained) == 12
    assert all(len(paths) == 1 for paths in trained.values())


def test_a_trial_that_another_process_trains_is_waited_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweep = small(tmp_path, "seeds=1")
    one = Design(sweep).trial(2).experiment
    held = claimed(tmp_path, one)
    held.__enter__()

    def let_go(_: float) -> None:
        held.__exit__(None, None, None)

    monkeypatch.setattr(time, "sleep", let_go)
    folder, progress = swept(tmp_path, sweep, executor=ThisProcess())
    assert progress.trained == 4
    assert RunFolder(folder.trial_path(one)).status == "complete"


# What goes wrong


UNSTABLE = (
    "base.objective=wasserstein",
    "base.optimizer.name=sgd",
    "vary.optimizer.learning_rate=[1e-3, 0.5]",
    "base.training.steps=200",
    "seeds=1",
)


def test_a_diverged_trial_is_a_row_and_is_told_of_at_once(tmp_path: Path) -> None:
    listener = Listener()
    folder, progress = swept(tmp_path, small(tmp_path, *UNSTABLE), listener=listener)
    table = rows(folder)
    diverged = [row for row in table if row["status"] == "diverged"]
    assert 0 < len(diverged) < len(table)
    assert progress.diverged == len(diverged) == len(listener.told)
    assert "learning_rate 0.5" in listener.told[0]
    assert "diverged in round" in listener.told[0]
    assert all(row["verdict"] == "diverged" and row["diverged_at"] for row in diverged)


def test_fail_fast_stops_at_the_first_and_the_same_sweep_goes_on(tmp_path: Path) -> None:
    sweep = small(tmp_path, *UNSTABLE, "vary.optimizer.learning_rate=[0.5, 1e-3]", "seeds=4")
    folder, progress = swept(tmp_path, sweep, fail_fast=True)
    assert progress.stopped
    assert {row["status"] for row in rows(folder)} >= {"diverged", "missing"}
    folder, progress = swept(tmp_path, sweep)
    assert progress.finished == 16


def test_a_trial_that_fails_is_told_of_and_costs_nothing_else(tmp_path: Path) -> None:
    sweep = small(tmp_path, "seeds=1")
    broken = run_path(open_sweep(tmp_path, sweep).trials, Design(sweep).trial(1).experiment)
    broken.mkdir()
    (broken / "metrics.csv").write_text("not a run")
    listener = Listener()
    folder, progress = swept(tmp_path, sweep, listener=listener)
    assert (progress.failed, progress.trained) == (1, 3)
    assert "config.yaml: is missing; ganrun sweep --repair keeps" in listener.told[0]
    assert [row["status"] for row in rows(folder)].count("failed") == 1


class Mortal(Processes):
    play = staticmethod(play_or_die)


def test_a_job_that_kills_its_worker_fails_alone(tmp_path: Path, ready_processes: None) -> None:
    one_cell = ("vary.optimizer.learning_rate=[1e-3]", "vary.training.discriminator_steps=[1]")
    sweep = small(tmp_path, f"seeds=[0, 1, {POISON}, {POISON + 1}]", *one_cell)
    listener = Listener()
    folder, progress = swept(tmp_path, sweep, executor=Mortal(2), listener=listener)
    assert (progress.failed, progress.trained) == (2, 2)
    missing = {row["seed"] for row in rows(folder) if row["status"] == "missing"}
    assert missing == {str(POISON), str(POISON + 1)}
    assert all("process died" in message for message in listener.told)


def test_ctrl_c_saves_writes_the_table_and_says_how_to_go_on(tmp_path: Path) -> None:
    small(tmp_path)
    endless = ["base.training.steps=10000000", "base.evaluation.every=10000"]
    overrides = [word for one in endless for word in ("--set", one)]
    words = words_of(tmp_path / "runs", tmp_path / "small.yaml", *overrides)
    process = NewCommand(*words, "--checkpoint-every", "0.1")
    while not list(tmp_path.glob("runs/*/trials/*/metrics.csv")):
        time.sleep(0.01)
        assert process.returncode is None
    process.send_to_all(signal.SIGINT)
    _, told = process.ended()
    assert process.returncode == 130
    assert "Traceback" not in told
    assert "run it again: ganrun sweep" in told
    (results,) = tmp_path.glob("runs/*/results.csv")
    statuses = {row["status"] for row in csv.DictReader(io.StringIO(results.read_text()))}
    assert "interrupted" in statuses
    assert statuses <= {"interrupted", "missing"}


# Planning


def test_a_dry_run_trains_nothing_and_imports_no_jax(tmp_path: Path) -> None:
    small(tmp_path)
    program = (
        "import sys\n"
        "from ganrun.cli import main\n"
        "try:\n    main()\n"
        "finally:\n    assert not {'jax', 'flax', 'optax', 'sklearn'} & set(sys.modules)\n"
    )
    words = ["sweep", str(tmp_path / "small.yaml"), "--dry-run", "--json"]
    done = subprocess.run(
        [sys.executable, "-c", program, *words, "--runs-dir", str(tmp_path / "runs")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert (told["trials"], told["cells"], told["cohorts"]) == (8, 4, 1)
    assert not (tmp_path / "runs").exists()


def test_ids_in_the_table_are_those_of_the_folders(undisturbed: tuple[SweepFolder, bytes]) -> None:
    folder = undisturbed[0]
    design = Design(folder.sweep)
    wanted = [run_id(design.trial(index).experiment) for index in range(design.trials)]
    assert [row["id"] for row in rows(folder)] == wanted


def test_a_level_that_is_none_is_no_empty_cell(tmp_path: Path) -> None:
    path = tmp_path / "s.yaml"
    path.write_text("seeds: 1\nvary: {discriminator.weight_clip: [null, 0.1]}\n")
    design = Design(load_sweep(path))
    rows = [Result(design.trial(place), "", "missing", None) for place in range(2)]
    lines = results_text(design, iter(rows)).decode().splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == ["null", "0.1"]


def test_a_sweep_whose_folder_was_replaced_begins_nothing_more_and_writes_nothing(
    tmp_path: Path,
) -> None:
    class Hopeless(contextlib.AbstractContextManager[Any]):
        lanes = width = 1
        begun = 0

        def __exit__(self, *_: Any) -> None:
            pass

        def run(self, cohorts: Any, on_progress: Any) -> Any:
            for job in itertools.chain.from_iterable(cohorts):
                self.begun += 1
                yield job, job.failed("no luck")

    class Replacing(Listener):
        def tell(self, message: str) -> None:
            (path,) = tmp_path.glob("*-sweep-*")
            path.rename(tmp_path / "away")
            shutil.copytree(tmp_path / "away", path)
            self.there = sorted(tmp_path.rglob("*"))

    executor, listener = Hopeless(), Replacing()
    with pytest.raises(StoreError, match="was replaced, moved or removed while it was trained"):
        swept(tmp_path, small(tmp_path), executor=executor, listener=listener)
    assert executor.begun == 1
    assert sorted(tmp_path.rglob("*")) == listener.there
