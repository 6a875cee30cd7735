"""Folders that are damaged, foreign or no run's: always one clear line, never a traceback."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from store_examples import NUMERICS, as_earlier, begin, experiment, play, train

from ganrun.store import (
    DamagedError,
    Run,
    RunFolder,
    RunFolderError,
    StoreError,
    find_shorter,
    layout,
    open_run,
    repair,
    run_at,
    run_path,
)
from ganrun.verdict import RULE, Verdict

FILES = (*layout.PROMISED, layout.RUN)


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run, not to be changed."""
    return train(tmp_path_factory.mktemp("runs"), experiment()).path


@pytest.fixture(scope="module")
def another(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of another config, with other sizes."""
    snapshots = {"count": 4, "samples": 6, "grid": 3}
    one = experiment(seed=1, target={"layout": "ring", "modes": 4}, snapshots=snapshots)
    with begin(tmp_path_factory.mktemp("runs"), one) as run:
        run.commit({}, round=40)
        return run.finish("complete", {"no": "verdict"}).path


@pytest.fixture
def run(finished: Path, tmp_path: Path) -> Path:
    """A copy of the finished run that a test may damage."""
    return Path(shutil.copytree(finished, tmp_path / finished.name))


def emptied(path: Path, another: Path) -> None:
    path.write_bytes(b"")


def halved(path: Path, another: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def without_its_last_byte(path: Path, another: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def overwritten(path: Path, another: Path) -> None:
    path.write_bytes(b"\x00\xff\x13garbage" * 20)


def removed(path: Path, another: Path) -> None:
    path.unlink()


def a_folder(path: Path, another: Path) -> None:
    path.unlink()
    path.mkdir()


def a_fifo(path: Path, another: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def of_another_run(path: Path, another: Path) -> None:
    shutil.copyfile(another / path.name, path)


DAMAGES = (emptied, halved, overwritten, removed, a_folder, a_fifo, of_another_run)


def read_everything(path: Path) -> None:
    folder = RunFolder(path)
    assert folder.config, folder.status
    assert folder.metrics()
    assert folder.snapshots()
    assert folder.checkpoint()
    assert folder.summary
    assert folder.verdict


def test_an_undamaged_copy_reads_well(run: Path) -> None:
    read_everything(run)


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("file", FILES)
def test_a_damaged_file_is_one_clear_error_that_names_it(
    run: Path, another: Path, file: str, damage: Callable[[Path, Path], None]
) -> None:
    damage(run / file, another)
    with pytest.raises(RunFolderError) as raised:
        read_everything(run)
    message = str(raised.value)
    assert str(run) in message
    assert file in message
    assert "\n" not in message


@pytest.mark.parametrize(
    "file", [name for name in FILES if name not in ("config.yaml", "run.json")]
)
def test_a_file_short_of_its_last_byte_is_noticed(run: Path, another: Path, file: str) -> None:
    if file == "summary.json":  # that byte is the last newline, and says nothing
        (run / file).write_bytes((run / file).read_bytes().rstrip())
    without_its_last_byte(run / file, another)
    with pytest.raises(RunFolderError, match=file):
        read_everything(run)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("status", "done"),
        ("status", None),
        ("id", 3),
        ("id", "0" * 16),
        ("name", None),
        ("sessions", {}),
        ("numerics_changes", None),
        ("format", "1"),
        ("format", 99),
    ],
)
def test_a_record_that_makes_no_sense_is_told(run: Path, field: str, value: object) -> None:
    record = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(record | {field: value}))
    with pytest.raises(RunFolderError, match=r"run\.json: "):
        RunFolder(run)


def test_what_is_no_run_folder_is_told(tmp_path: Path) -> None:
    file, empty = tmp_path / "file", tmp_path / "empty"
    file.write_text("")
    empty.mkdir()
    for path, message in (
        (tmp_path / "absent", "no such folder"),
        (file, "not a folder"),
        (empty, r"not a run folder: it has no config\.yaml"),
    ):
        with pytest.raises(RunFolderError, match=rf"{path}: {message}"):
            RunFolder(path)


def test_a_folder_that_may_not_be_read_is_told(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", forbidden)
    with pytest.raises(RunFolderError, match=r"run\.json: cannot be read: Permission denied"):
        RunFolder(run)
    monkeypatch.setattr(os, "listdir", forbidden)
    with pytest.raises(RunFolderError, match="cannot be read: Permission denied"):
        RunFolder(run)
    with pytest.raises(StoreError, match="cannot be read: Permission denied"):
        open_run(run.parent, experiment(), numerics=NUMERICS)


def test_a_folder_may_be_renamed_by_its_owner_but_not_to_another_run(run: Path) -> None:
    renamed = run.rename(run.with_name("my favourite"))
    read_everything(renamed)
    with pytest.raises(RunFolderError, match=r"run\.json: belongs to run"):
        RunFolder(renamed.rename(run.with_name(f"tiny-s0-{'0' * 16}")))


@pytest.mark.parametrize("damage", [emptied, halved, overwritten, a_folder])
@pytest.mark.parametrize(
    "file", ["run.json", "metrics.csv", "snapshots.npz", "checkpoint.safetensors"]
)
def test_an_interrupted_run_that_is_damaged_is_not_trained_over(
    tmp_path: Path, another: Path, file: str, damage: Callable[[Path, Path], None]
) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=20)
    damage(run.path / file, another)
    before = {p.name: p.read_bytes() for p in run.path.iterdir() if p.is_file()}
    with pytest.raises(StoreError) as raised:
        begin(tmp_path, experiment())
    assert str(run.path / file) in str(raised.value)
    assert {p.name: p.read_bytes() for p in run.path.iterdir() if p.is_file()} == before


def test_results_without_a_record_are_not_trained_over(run: Path) -> None:
    (run / "run.json").unlink()
    with pytest.raises(RunFolderError, match=r"run\.json: is missing"):
        open_run(run.parent, experiment(), numerics=NUMERICS)


@pytest.mark.parametrize("name", ["config.yaml", "run.json"])
def test_a_file_without_which_there_is_no_run_is_missed_in_the_same_words_by_all(
    run: Path, name: str
) -> None:
    (run / name).unlink()
    remedy = "ganrun train --repair keeps the damaged folder aside and trains the run again"
    for reader in (RunFolder, run_at):
        with pytest.raises(DamagedError) as told:
            reader(run)
        assert str(told.value) == f"{run / name}: is missing; {remedy}"
    (line,) = repair([run])
    assert line.startswith(f"{run / name}: is missing; it is kept as ")


def test_a_folder_that_is_only_named_like_a_run_is_none(run: Path) -> None:
    for path in run.iterdir():
        path.unlink()
    assert run_at(run) is None
    with pytest.raises(RunFolderError, match=r"not a run folder: it has no config\.yaml$"):
        RunFolder(run)


def test_a_folder_with_nothing_but_its_config_is_begun(run: Path) -> None:
    for file in FILES[1:]:
        (run / file).unlink()
    opened = open_run(run.parent, experiment(), numerics=NUMERICS)
    assert isinstance(opened, Run)
    opened.close()
    (run / "run.json").unlink()
    (run / "config.yaml").write_text("name: foreign\n")
    with pytest.raises(RunFolderError, match="is not the config of this run"):
        open_run(run.parent, experiment(), numerics=NUMERICS)


def test_a_family_that_points_nowhere_is_passed_over(tmp_path: Path) -> None:
    shorter = train(tmp_path, experiment(steps=20))
    shutil.rmtree(shorter.path)
    (family,) = (tmp_path / ".families").iterdir()
    (family / "stray").write_text("")
    assert find_shorter(tmp_path, experiment()) is None


def test_an_older_verdict_is_made_again(run: Path) -> None:
    summary = json.loads((run / "summary.json").read_text())
    stale = Verdict({"imprecise": 1.0}, "stale", rule=0).as_summary() | {"diverged_at": 5}
    (run / "summary.json").write_text(json.dumps(summary | stale))
    as_earlier(run, status="diverged")
    verdict = RunFolder(run).verdict
    assert verdict is not None
    assert verdict.rule == RULE
    assert verdict.evidence != "stale"
    (run / "summary.json").write_text(json.dumps(summary | stale | {"verdict_rule": 99}))
    newer = RunFolder(run).verdict
    assert newer is not None
    assert newer.evidence == "stale"


def test_a_run_without_a_commit_reads_as_empty(tmp_path: Path) -> None:
    begin(tmp_path, experiment()).close()
    folder = RunFolder(run_path(tmp_path, experiment()))
    assert folder.metrics()["step"].shape == (0,)
    assert folder.snapshots() is None
    assert folder.checkpoint() is None
    assert folder.verdict is None
