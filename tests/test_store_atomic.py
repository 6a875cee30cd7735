"""Nothing is ever half-written: kills at every system call, full disks, forbidden folders."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from store_examples import begin, experiment, play, result_bytes, row, snapshot, state, train

from ganrun.store import RunFolder, StoreError, replace_file
from ganrun.store.atomic import new_file


@pytest.fixture(autouse=True)
def _a_quick_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing here can see whether the disk was waited for."""
    monkeypatch.setattr(os, "fsync", lambda _: None)


@pytest.mark.skipif(os.name != "posix", reason="forks")
def test_a_writer_killed_at_any_system_call_loses_and_tears_nothing(tmp_path: Path) -> None:
    program = Path(__file__).parent / "store_crashes.py"
    done = subprocess.run(
        [sys.executable, str(program), str(tmp_path)], capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    assert result["troubles"] == []
    assert result["kills"] > 100


@pytest.mark.parametrize("call", ["open", "write", "fsync", "replace"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EROFS])
def test_a_file_that_cannot_be_written_keeps_its_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    path = tmp_path / "file"
    replace_file(path, b"old")
    with monkeypatch.context() as patch:
        patch.setattr(os, call, failing(number))
        with pytest.raises(StoreError) as raised:
            replace_file(path, b"new")
    assert str(raised.value) == f"{path}: cannot be written: {os.strerror(number)}"
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("links", [True, False])
def test_a_new_file_never_takes_the_place_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool
) -> None:
    if not links:  # as on a memory stick
        monkeypatch.setattr(os, "link", failing(errno.EPERM))
    path = tmp_path / "file"
    new_file(path, b"first")
    with pytest.raises(StoreError, match="cannot be written"):
        new_file(path, b"second")
    assert path.read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [path]


def failing(number: int) -> Any:
    def call(*_: Any, **__: Any) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return call


def test_a_write_that_comes_in_pieces_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, content: write(file, bytes(content[:3])))
    replace_file(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_commit_that_failed_can_be_tried_again_or_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failures: int
) -> None:
    """The disk is full at the first, second or third file of a commit."""
    real, left = os.replace, failures

    def replace(*arguments: Any) -> None:
        nonlocal left
        if left == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        left -= 1
        real(*arguments)

    with begin(tmp_path / "tried", experiment(steps=30)) as run:
        play(run, until=10)
        with monkeypatch.context() as patch:
            patch.setattr(os, "replace", replace)
            with pytest.raises(StoreError, match="No space left"):
                run.commit(state(20), round=20, rows=[row(20)], snapshots=[snapshot(20)])
        assert run.round == 10
        assert run.metrics()["step"].tolist() == [0, 10]
        run.commit(state(15), round=15)
        assert RunFolder(run.path).metrics()["step"].tolist() == [0, 10]
    finished = train(tmp_path / "tried", experiment(steps=30))
    unbroken = train(tmp_path / "unbroken", experiment(steps=30))
    assert result_bytes(finished) == result_bytes(unbroken)


def test_a_full_disk_does_not_hide_the_error_that_came_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        with begin(tmp_path, experiment()):
            monkeypatch.setattr(os, "replace", failing(errno.ENOSPC))
            raise ArithmeticError("no luck")

    with pytest.raises(ArithmeticError, match="no luck"):
        fail()
    monkeypatch.undo()
    assert train(tmp_path, experiment()).status == "complete"


def test_leftovers_of_a_killed_writer_are_cleared_and_nothing_else_is(tmp_path: Path) -> None:
    with begin(tmp_path, experiment()) as run:
        play(run, until=10)
    leftover = run.path / ".metrics.csv.0badcafe.tmp"
    others = [run.path / ".report.html.0badcafe.tmp", run.path / "notes.tmp"]
    for path in [leftover, *others]:
        path.write_text("half")
    train(tmp_path, experiment())
    assert not leftover.exists()
    assert all(path.exists() for path in others)


@pytest.mark.parametrize("place", ["a file", "a file/deeper"])
def test_a_runs_folder_that_cannot_be_is_one_clear_error(tmp_path: Path, place: str) -> None:
    (tmp_path / "a file").write_text("")
    with pytest.raises(StoreError, match=r"a file") as raised:
        begin(tmp_path / place, experiment())
    assert "\n" not in str(raised.value)


def test_a_folder_that_is_read_only_is_one_clear_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "open", failing(errno.EACCES))
    with pytest.raises(StoreError, match=r"cannot be.*Permission denied"):
        begin(tmp_path, experiment())
