"""A run folder's life: begun, resumed, finished, found again, gone on from, trained again."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from store_examples import (
    DIVERGED,
    NUMERICS,
    VERDICT,
    as_earlier,
    as_killed,
    before_rmsprop_had_numbers,
    begin,
    evaluated,
    experiment,
    play,
    result_bytes,
    row,
    snapshot,
    state,
    train,
)

from ganrun.config import run_id
from ganrun.store import (
    DamagedError,
    NumericsError,
    Run,
    RunFolder,
    RunFolderError,
    RunLockedError,
    StoreError,
    choose_runs_dir,
    find_complete,
    find_shorter,
    layout,
    open_run,
    provenance,
    run_path,
    scan_runs,
)
from ganrun.store import run as store_run
from ganrun.store.lock import allow_many_files


@pytest.fixture(autouse=True)
def _a_quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here can see whether the disk was waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


OTHER_NUMERICS = NUMERICS | {"backend": "gpu"}


# names and places


def test_a_folder_is_named_by_name_seed_and_id(tmp_path: Path) -> None:
    one = experiment(seed=7, name="five.gaussians-b")
    path = run_path(tmp_path, one)
    assert path == tmp_path / f"five.gaussians-b-s7-{run_id(one)}"
    assert run_path(tmp_path, one, attempt=3).name == f"{path.name}-3"


def test_the_runs_folder_is_the_argument_then_the_variable_then_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GANRUN_RUNS_DIR", "elsewhere")
    assert choose_runs_dir(Path("here")) == Path("here")
    assert choose_runs_dir() == Path("elsewhere")
    monkeypatch.setenv("GANRUN_RUNS_DIR", "")
    assert choose_runs_dir() == Path("runs")
    monkeypatch.delenv("GANRUN_RUNS_DIR")
    assert choose_runs_dir() == Path("runs")


def test_a_scan_lists_runs_by_id_and_passes_over_everything_else(tmp_path: Path) -> None:
    one = experiment()
    folders = [run_path(tmp_path, one, attempt=attempt) for attempt in (1, 2, 10)]
    for path in [*folders, tmp_path / "notes", tmp_path / f"x-s1-{'0' * 15}"]:
        path.mkdir()
    assert scan_runs(tmp_path) == {run_id(one): tuple(folder.name for folder in folders)}
    assert scan_runs(tmp_path, "0" * 16) == {}
    assert scan_runs(tmp_path / "absent") == {}


# what a finished run holds


def test_what_was_committed_is_what_a_reader_gets(tmp_path: Path) -> None:
    one = experiment()
    folder = RunFolder(train(tmp_path, one).path)
    assert folder.config == one
    assert folder.status == "complete"
    assert folder.verdict is not None
    assert folder.verdict.word == "converged"
    metrics = folder.metrics()
    assert metrics["step"].tolist() == evaluated(40)
    assert np.isnan(metrics["loss_d"][0])
    assert np.isnan(metrics["js"]).all()
    expected = [row(r)["shares"][1] for r in evaluated(40)]
    assert metrics["share_1"].astype(np.float32).tolist() == expected
    snapshots = folder.snapshots()
    assert snapshots is not None
    assert snapshots.steps.tolist() == evaluated(40)
    assert np.array_equal(snapshots.field[2], snapshot(20).field)
    assert snapshots.extent.tolist() == [-3, 3, -3, 3]
    checkpoint = folder.checkpoint()
    assert checkpoint is not None
    assert checkpoint.round == 40
    assert set(checkpoint.state) == {"generator/params/kernel", "diverged_at"}
    assert checkpoint.state["diverged_at"].shape == ()


def test_the_record_says_who_trained_what_where(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment(), command=["ganrun", "train", "x.yaml"])
    run = folder.run
    assert run["numerics"] == NUMERICS
    assert run["command"] == ["ganrun", "train", "x.yaml"]
    assert run["training_seconds"] == 2.0
    assert run["rounds_per_second"] == 20.0
    assert run["versions"]["numpy"] == np.__version__
    assert set(run["git"]) == {"commit", "dirty"}
    assert run["reused_from"] is None
    (session,) = run["sessions"]
    assert session["pid"] == os.getpid()
    assert (session["from_round"], session["to_round"]) == (0, 40)


def test_training_on_the_stored_config_gives_the_same_folder(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment())
    assert run_path(tmp_path, folder.config) == folder.path


def test_a_diverged_run_is_a_finished_result(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
        folder = run.finish("diverged", DIVERGED | {"diverged_at": 27})
    assert folder.status == "diverged"
    found = find_complete(tmp_path, experiment())
    assert found is not None
    assert found.status == "diverged"


def test_a_summary_is_strict_json_in_one_order(tmp_path: Path) -> None:
    summary = {"kl": float("inf"), "js": np.float32("nan"), "nll": np.float32(0.1), "a": {"z": 1}}
    texts = []
    for seed, items in enumerate((summary.items(), reversed(summary.items()))):
        with begin(tmp_path, experiment(seed=seed)) as run:
            play(run)
            folder = run.finish("complete", dict(items) | VERDICT)
        texts.append((folder.path / "summary.json").read_text())
    assert texts[0] == texts[1]
    content = json.loads(texts[0], parse_constant=pytest.fail)
    assert (content["kl"], content["js"], content["nll"]) == (None, None, 0.1)


def test_a_run_that_has_not_come_to_its_last_round_is_not_complete(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=30)
        with pytest.raises(ValueError, match="not the last"):
            run.finish("complete", VERDICT)


# resuming


@pytest.mark.parametrize("stop", [0, 10, 30, 40])
def test_a_resumed_run_ends_in_the_bytes_of_an_unbroken_one(tmp_path: Path, stop: int) -> None:
    unbroken = train(tmp_path / "unbroken", experiment())
    with begin(tmp_path / "broken", experiment()) as run:
        play(run, until=stop)
    interrupted = RunFolder(run.path)
    assert interrupted.status == "interrupted"
    assert interrupted.summary is None
    resumed = train(tmp_path / "broken", experiment())
    assert result_bytes(resumed) == result_bytes(unbroken)
    assert [s["from_round"] for s in resumed.run["sessions"]] == [0, stop]


@pytest.mark.parametrize("commits", [2, 3, 100])
def test_how_commits_are_spaced_leaves_no_trace(tmp_path: Path, commits: int) -> None:
    often = train(tmp_path / "often", experiment())
    seldom = train(tmp_path / "seldom", experiment(), commits=commits)
    assert result_bytes(often) == result_bytes(seldom)


def test_a_commit_without_news_only_moves_the_checkpoint(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
        files = {name: (run.path / name).stat().st_ino for name in ("metrics.csv", "snapshots.npz")}
        run.commit(state(25), round=25)
        assert run.round == 25
        assert files == {name: (run.path / name).stat().st_ino for name in files}


def test_rows_and_snapshots_after_the_checkpoint_are_dropped(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=10)
        early = (run.path / "checkpoint.safetensors").read_bytes()
        play(run, until=30)
    (run.path / "checkpoint.safetensors").write_bytes(early)
    as_killed(run.path)
    with begin(tmp_path, experiment()) as run:
        assert run.round == 10
        assert run.metrics()["step"].tolist() == [0, 10]
        assert RunFolder(run.path).metrics()["step"].tolist() == [0, 10]
        snapshots = RunFolder(run.path).snapshots()
        assert snapshots is not None
        assert snapshots.steps.tolist() == [0, 10]


def test_a_checkpoint_without_its_rows_is_damage(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    metrics = run.path / "metrics.csv"
    metrics.write_text("".join(metrics.read_text().splitlines(keepends=True)[:-1]))
    with pytest.raises(DamagedError, match=r"metrics\.csv: does not hold what was written there"):
        begin(tmp_path, experiment())
    as_killed(run.path)
    with pytest.raises(DamagedError, match=r"metrics\.csv: holds 2 entries.*counts 3"):
        begin(tmp_path, experiment())


def test_rounds_that_go_back_are_refused(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
        for wrong in (
            {"round": 10},
            {"round": 30, "rows": [row(20)]},
            {"round": 30, "rows": [row(30), row(25)]},
            {"round": 30, "rows": [row(40)]},
            {"round": 30, "snapshots": [snapshot(10)]},
        ):
            with pytest.raises(ValueError, match="round"):
                run.commit(state(30), **wrong)
        assert run.round == 20


def test_other_numerics_are_refused_unless_allowed_and_then_recorded(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    before = (run.path / "run.json").read_bytes()
    with pytest.raises(NumericsError, match=r"backend was cpu and is gpu.*allow-numerics-change"):
        begin(tmp_path, experiment(), numerics=OTHER_NUMERICS)
    assert (run.path / "run.json").read_bytes() == before
    with begin(
        tmp_path, experiment(), numerics=OTHER_NUMERICS, allow_numerics_change=True
    ) as changed:
        assert changed.round == 20
    record = RunFolder(run.path).run
    assert record["numerics"] == OTHER_NUMERICS
    assert record["numerics_changes"] == [{"round": 20, "from": NUMERICS, "to": OTHER_NUMERICS}]


def test_numerics_may_change_before_anything_is_trained(tmp_path: Path) -> None:
    begin(tmp_path, experiment()).close()
    with begin(tmp_path, experiment(), numerics=OTHER_NUMERICS) as run:
        play(run, until=10)
    record = RunFolder(run.path).run
    assert (record["numerics"], record["numerics_changes"]) == (OTHER_NUMERICS, [])


def test_an_error_while_training_is_a_failed_run_that_can_be_resumed(tmp_path: Path) -> None:
    def fail() -> None:
        with begin(tmp_path, experiment()) as run:
            play(run, until=20)
            raise ArithmeticError("no luck")

    with pytest.raises(ArithmeticError):
        fail()
    folder = RunFolder(run_path(tmp_path, experiment()))
    assert folder.status == "failed"
    assert folder.run["error"] == "ArithmeticError: no luck"
    assert train(tmp_path, experiment()).run["error"] is None


def test_ctrl_c_leaves_an_interrupted_run(tmp_path: Path) -> None:
    def interrupt() -> None:
        with begin(tmp_path, experiment()) as run:
            play(run, until=20)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupt()
    folder = RunFolder(run_path(tmp_path, experiment()))
    assert folder.status == folder.run["status"] == "interrupted"


def test_a_clock_that_is_put_back_ends_no_session_before_it_began(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(["2026-03-01T12:00:00Z", *["2026-01-01T00:00:00Z"] * 9])
    monkeypatch.setattr(provenance, "now", lambda: next(clock))
    seconds = iter([100.0, 3761.9, *[0.0] * 9])
    monkeypatch.setattr(store_run, "monotonic", lambda: next(seconds))
    begin(tmp_path, experiment()).close()
    begin(tmp_path, experiment()).close()
    record = RunFolder(run_path(tmp_path, experiment())).run
    told = [(one["started"][11:], one["ended"][11:]) for one in record["sessions"]]
    assert told == [("12:00:00Z", "13:01:01Z"), ("13:01:01Z", "13:01:01Z")]
    assert record["ended"] == record["sessions"][-1]["ended"]


# finding


def test_a_complete_run_is_given_back_untouched(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment())
    before = {path: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    again = open_run(tmp_path, experiment(), numerics=OTHER_NUMERICS)
    assert isinstance(again, RunFolder)
    assert again.path == folder.path
    assert {path: path.stat().st_mtime_ns for path in folder.path.iterdir()} == before


def test_a_run_is_found_under_another_name(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment(name="first"))
    found = find_complete(tmp_path, experiment(name="second"))
    assert found is not None
    assert found.path == folder.path
    with begin(tmp_path, experiment(seed=1, name="first")) as run:
        play(run, until=20)
    with begin(tmp_path, experiment(seed=1, name="second")) as resumed:
        assert resumed.path == run.path
        assert resumed.round == 20


def test_an_unfinished_run_is_not_complete(tmp_path: Path) -> None:
    begin(tmp_path, experiment()).close()
    assert find_complete(tmp_path, experiment()) is None
    assert find_complete(tmp_path / "absent", experiment()) is None


def test_another_config_under_the_same_id_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = train(tmp_path, experiment())
    other = experiment(objective="hinge")
    for module in ("layout", "find", "run", "folder"):  # a collision of the hash
        monkeypatch.setattr(f"ganrun.store.{module}.run_id", lambda _: folder.id)
    for look in (find_complete, lambda *place: open_run(*place, numerics=NUMERICS)):
        with pytest.raises(StoreError, match="objective is 'non_saturating' there and 'hinge'"):
            look(tmp_path, other)


def test_a_changed_config_file_is_an_error(tmp_path: Path) -> None:
    folder = train(tmp_path, experiment())
    config = folder.path / "config.yaml"
    config.write_text(config.read_text().replace("non_saturating", "hinge"))
    with pytest.raises(DamagedError, match=r"config\.yaml: does not hold what was written there"):
        find_complete(tmp_path, experiment())
    as_earlier(folder.path)
    with pytest.raises(DamagedError, match=r"config\.yaml: is the config of run"):
        find_complete(tmp_path, experiment())


# a rule that changed

CLIPPED = {
    "objective": "wasserstein",
    "discriminator": {"weight_clip": 0.01},
    "optimizer": {"name": "rmsprop", "learning_rate": 5e-5, "b2": 0.9},
}


def test_a_run_by_the_earlier_rmsprop_is_read_with_the_decay_that_it_had(tmp_path: Path) -> None:
    with before_rmsprop_had_numbers():
        path = train(tmp_path, experiment(**CLIPPED)).path
    assert "  decay:" not in (path / "config.yaml").read_text()
    folder = RunFolder(path)
    assert folder.config.optimizer.decay == folder.config.optimizer.b2 == 0.9
    assert folder.verdict is not None
    assert folder.checkpoint() is not None
    assert folder.earlier_rule is not None
    with pytest.raises(StoreError, match="was trained when RMSprop had b2 for its decay"):
        folder.check_rule()
    with pytest.raises(StoreError, match="it was trained when RMSprop had b2 for its decay"):
        folder.check_config(folder.config)


@pytest.mark.parametrize("steps", [40, 60])
def test_a_run_by_the_earlier_rmsprop_is_neither_reused_nor_gone_on_with(
    tmp_path: Path, steps: int
) -> None:
    with before_rmsprop_had_numbers():
        finished = train(tmp_path, experiment(**CLIPPED))
        with begin(tmp_path, experiment(seed=1, **CLIPPED)) as interrupted:
            play(interrupted, until=20)
    for seed in (0, 1):
        one = experiment(steps=steps, seed=seed, **CLIPPED)
        assert find_complete(tmp_path, one) is None
        assert find_shorter(tmp_path, one, numerics=NUMERICS) is None
        with begin(tmp_path, one) as run:
            assert run.path not in (finished.path, interrupted.path)
            assert run.round == 0
        # Under a name that says no id, it is the record that tells.
        moved = (finished, interrupted)[seed].path.rename(tmp_path / f"renamed-{seed}")
        with pytest.raises(StoreError, match="it was trained when RMSprop had b2 for its decay"):
            Run(moved, one, numerics=NUMERICS)


def test_runs_by_other_optimizers_are_gone_on_with(tmp_path: Path) -> None:
    one = experiment(optimizer={"b2": 0.9})
    with before_rmsprop_had_numbers(), begin(tmp_path, one) as run:
        play(run, until=20)
    with begin(tmp_path, one) as resumed:
        assert (resumed.path, resumed.round) == (run.path, 20)
        assert RunFolder(run.path).earlier_rule is None


# more steps


def test_more_steps_go_on_from_the_longest_complete_run(tmp_path: Path) -> None:
    for steps in (20, 45, 60):
        train(tmp_path, experiment(steps=steps))
    train(tmp_path, experiment(steps=50, seed=1))
    train(tmp_path, experiment(steps=50, objective="hinge"))
    begin(tmp_path, experiment(steps=65)).close()
    found = find_shorter(tmp_path, experiment(steps=70), numerics=NUMERICS)
    assert found is not None
    assert found.config.training.steps == 60
    found = find_shorter(tmp_path, experiment(steps=60, name="other"), numerics=NUMERICS)
    assert found is not None
    assert found.config.training.steps == 45
    assert find_shorter(tmp_path, experiment(steps=20), numerics=NUMERICS) is None
    assert find_shorter(tmp_path, experiment(steps=70), numerics=OTHER_NUMERICS) is None


def test_a_diverged_or_damaged_run_is_not_gone_on_from(tmp_path: Path) -> None:
    good = train(tmp_path, experiment(steps=20))
    damaged = train(tmp_path, experiment(steps=30))
    (damaged.path / "snapshots.npz").write_bytes(b"PK")
    with begin(tmp_path, experiment(steps=50)) as run:
        play(run, until=20)
        run.finish("diverged", VERDICT)
    found = find_shorter(tmp_path, experiment(steps=70))
    assert found is not None
    assert found.path == good.path


@pytest.mark.parametrize("steps", [20, 45])
def test_a_run_gone_on_from_a_shorter_one_has_the_bytes_of_an_unbroken_one(
    tmp_path: Path, steps: int
) -> None:
    unbroken = train(tmp_path / "unbroken", experiment(steps=70))
    shorter = train(tmp_path / "broken", experiment(steps=steps))
    kept = result_bytes(shorter)
    with begin(tmp_path / "broken", experiment(steps=70)) as run:
        source = find_shorter(tmp_path / "broken", run.experiment, numerics=NUMERICS)
        assert source is not None
        run.start_from(source, evaluated=evaluated(70), snapped=evaluated(70))
        assert run.round == steps
        assert run.metrics()["step"].max() <= steps
        play(run)
        folder = run.finish("complete", {"high_quality": 0.9, **VERDICT})
    assert result_bytes(folder) == result_bytes(unbroken)
    assert result_bytes(shorter) == kept
    reused = folder.run["reused_from"]
    origin = {"folder": str(shorter.path), "id": shorter.id, "round": steps}
    assert reused == {**origin, "verified": True}
    assert folder.run["sessions"][0]["from_round"] == steps


def test_a_shorter_run_that_lacks_a_wanted_round_is_refused(tmp_path: Path) -> None:
    shorter = train(tmp_path, experiment(steps=20))
    with (
        begin(tmp_path, experiment(steps=70)) as run,
        pytest.raises(RunFolderError, match="nothing of round 5"),
    ):
        run.start_from(shorter, evaluated=[0, 5, 10], snapped=[0])


def test_the_numerics_of_a_shorter_run_are_recorded_with_it(tmp_path: Path) -> None:
    shorter = train(tmp_path, experiment(steps=20))
    with begin(tmp_path, experiment(steps=70), numerics=OTHER_NUMERICS) as run:
        run.start_from(shorter, evaluated=[0, 10, 20], snapped=[0, 10, 20])
    changes = RunFolder(run.path).run["numerics_changes"]
    assert changes == [{"round": 20, "from": NUMERICS, "to": OTHER_NUMERICS}]


# again


def test_again_trains_beside_and_never_over(tmp_path: Path) -> None:
    first = train(tmp_path, experiment())
    kept = result_bytes(first)
    second, third = (train(tmp_path, experiment(), again=True) for _ in range(2))
    names = [folder.path.name for folder in (first, second, third)]
    assert names == [names[0], f"{names[0]}-2", f"{names[0]}-3"]
    assert result_bytes(first) == result_bytes(second) == result_bytes(third) == kept
    found = find_complete(tmp_path, experiment())
    assert found is not None
    assert found.path == first.path


def test_the_same_again_command_resumes_what_it_began(tmp_path: Path) -> None:
    train(tmp_path, experiment())
    with begin(tmp_path, experiment(), again=True) as run:
        play(run, until=20)
    with begin(tmp_path, experiment(), again=True) as resumed:
        assert resumed.path == run.path
        assert resumed.round == 20
        with begin(tmp_path, experiment(), again=True) as beside:  # that one is being written
            assert beside.path.name.endswith("-3")


def test_again_passes_over_an_interrupted_run_and_a_damaged_one(tmp_path: Path) -> None:
    begin(tmp_path, experiment()).close()
    damaged = run_path(tmp_path, experiment(), attempt=2)
    damaged.mkdir()
    (damaged / "run.json").write_text("{")
    with begin(tmp_path, experiment(), again=True) as run:
        assert run.path == run_path(tmp_path, experiment(), attempt=3)


# locks

HOLD = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from store_examples import begin, experiment, play
run = begin(Path(sys.argv[1]), experiment())
play(run, until=20)
print("held", flush=True)
sys.stdin.read()
"""


def test_a_run_is_locked_until_its_process_dies(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path), str(Path(__file__).parent)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        path = run_path(tmp_path, experiment())
        assert RunFolder(path).status == "running"
        with pytest.raises(RunLockedError, match=f"{path.name}: another process"):
            begin(tmp_path, experiment())
        holder.kill()
    assert RunFolder(path).status == "interrupted"
    with begin(tmp_path, experiment()) as run:
        assert run.round == 20
        assert RunFolder(path).status == "running"


def test_of_many_that_open_a_run_at_once_one_gets_it(tmp_path: Path) -> None:
    def attempt(_: int) -> Run | None:
        try:
            return begin(tmp_path, experiment())
        except RunLockedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        winners = [run for run in pool.map(attempt, range(8)) if run is not None]
    assert len(winners) == 1
    winners[0].close()


@pytest.mark.skipif(os.name != "posix", reason="limits")
def test_a_population_may_be_larger_than_the_usual_limit_of_open_files(tmp_path: Path) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allow_many_files.cache_clear()
    with ExitStack() as runs:
        runs.callback(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        resource.setrlimit(resource.RLIMIT_NOFILE, (len(os.listdir("/dev/fd")) + 4, hard))
        for seed in range(8):
            play(runs.enter_context(begin(tmp_path, experiment(seed=seed))), until=0)


def test_a_lock_is_given_back_when_opening_fails(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    with pytest.raises(NumericsError):
        begin(tmp_path, experiment(), numerics=OTHER_NUMERICS)
    begin(tmp_path, experiment()).close()


@pytest.mark.skipif(os.name != "posix", reason="flock")
@pytest.mark.parametrize("number", [errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP])
def test_a_file_system_without_locks_is_said_and_its_runs_are_not_called_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    import fcntl

    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
        monkeypatch.setattr(fcntl, "flock", refuse)
        assert RunFolder(run.path).status == "running"
        with pytest.raises(StoreError, match=r"^[^\n]*-s0-\w*: is on a file system without locks"):
            begin(tmp_path, experiment())
        monkeypatch.undo()


@pytest.mark.parametrize("what", ["replaced", "moved", "removed", "its file was removed"])
def test_nothing_is_written_into_a_folder_that_is_not_the_one_that_was_claimed(
    tmp_path: Path, what: str
) -> None:
    run = begin(tmp_path, experiment())
    play(run, until=20)
    if what == "its file was removed":
        (run.path / layout.LOCK).unlink()
    else:
        run.path.rename(tmp_path / "elsewhere")
    if what == "removed":
        shutil.rmtree(tmp_path / "elsewhere")
    if what == "replaced":
        shutil.copytree(tmp_path / "elsewhere", run.path)
    there = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(StoreError, match="was replaced, moved or removed while it was trained"):
        play(run, until=40)
    run.close("failed", error="as above")
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == there


def test_reading_a_run_does_not_stop_its_writer(tmp_path: Path) -> None:
    begin(tmp_path, experiment()).close()
    folder = RunFolder(run_path(tmp_path, experiment()))
    for _ in range(20):
        assert folder.status == "interrupted"
        begin(tmp_path, experiment()).close()
