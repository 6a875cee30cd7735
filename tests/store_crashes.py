"""Kill a writer of a run folder at every system call, one after the other, and see what is left.

Run as a program of its own, since it forks: `python store_crashes.py FOLDER`. It prints one JSON
object: how many kills there were, and what went wrong after which.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from store_examples import VERDICT, begin, evaluated, experiment, play, result_bytes, train

from ganrun.store import (
    RunFolder,
    RunFolderError,
    StoreError,
    find_complete,
    find_shorter,
    run_path,
)
from ganrun.store import layout as store_layout

CALLS = ("open", "write", "fsync", "replace", "close", "mkdir", "unlink")
LONGER, SHORTER = 20, 10


class Killer:
    """Ends this process at the n-th of its system calls; a write is cut in half."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.real = {name: getattr(os, name) for name in CALLS}

    def arm(self) -> None:
        for name in CALLS:
            setattr(os, name, self._watched(name))

    def _watched(self, name: str) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            self.left -= 1
            if self.left < 0:
                if name == "write":
                    descriptor, content = arguments
                    self.real["write"](descriptor, bytes(content)[: len(content) // 2])
                os._exit(9)
            # What is left of a killed process does not tell whether it waited for the disk.
            return None if name == "fsync" else self.real[name](*arguments, **options)

        return call


def scenario_begun_and_finished(runs: Path) -> None:
    """A run from its first round to its last."""
    train(runs, experiment(steps=LONGER), commits=2)


def scenario_gone_on_from_a_shorter_run(runs: Path) -> None:
    """A longer run that takes over the shorter one that is there."""
    run = begin(runs, experiment(steps=LONGER))
    if run.checkpoint is None and (shorter := find_shorter(runs, run.experiment)):
        run.start_from(shorter, evaluated=evaluated(LONGER), snapped=evaluated(LONGER))
    with run:
        play(run)
        run.finish("complete", SUMMARY)


SUMMARY = {"high_quality": 0.9, **VERDICT}
SCENARIOS = (scenario_begun_and_finished, scenario_gone_on_from_a_shorter_run)


def exit_code_when_killed_at(call: int, scenario: Callable[[Path], None], runs: Path) -> int:
    child = os.fork()
    if child == 0:
        Killer(call).arm()
        try:
            scenario(runs)
        finally:
            os._exit(0 if sys.exc_info()[0] is None else 1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def readable(path: Path) -> str | None:
    """What a reader minds about the folder of a killed run; None if nothing."""
    if not (path / store_layout.RUN).exists():
        return None  # killed before it began
    try:
        folder = RunFolder(path)
        steps = folder.metrics()["step"]
        snapshots, checkpoint = folder.snapshots(), folder.checkpoint()
        assert folder.status in ("interrupted", "complete"), folder.status
        assert folder.config == experiment(steps=LONGER)
        if checkpoint is not None:
            assert snapshots is not None
            assert checkpoint.rows <= len(steps)
            assert checkpoint.snapshots <= len(snapshots.steps)
        if folder.finished:
            assert folder.verdict is not None
    except (RunFolderError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"
    return None


def troubles_after(call: int, scenario: Callable[[Path], None], runs: Path, wanted: Any) -> list:
    path = run_path(runs, experiment(steps=LONGER))
    found = [trouble] if (trouble := readable(path)) else []
    try:
        if find_complete(runs, experiment(steps=LONGER)) is None:
            scenario(runs)
    except StoreError as error:
        return [*found, f"{scenario.__name__} killed at call {call}: cannot be resumed: {error}"]
    if result_bytes(RunFolder(path)) != wanted:
        found.append("other bytes after resuming")
    strangers = {entry.name for entry in path.iterdir()} - {*store_layout.FILES, ".lock"}
    if strangers:
        found.append(f"left behind: {sorted(strangers)}")
    return [f"{scenario.__name__} killed at call {call}: {one}" for one in found]


def main(folder: Path) -> None:
    """Try every scenario with a kill at every call, until one comes to its end."""
    os.fsync = lambda _: None  # type: ignore[assignment]
    wanted = result_bytes(train(folder / "wanted", experiment(steps=LONGER)))
    kills, troubles = 0, []
    for scenario in SCENARIOS:
        code, call = 9, 0
        while code == 9:
            runs = folder / f"{scenario.__name__}-{call}"
            if scenario is scenario_gone_on_from_a_shorter_run:
                train(runs, experiment(steps=SHORTER))
            code = exit_code_when_killed_at(call, scenario, runs)
            if code not in (0, 9):
                troubles.append(f"{scenario.__name__}: failed when killed at {call}")
            troubles += troubles_after(call, scenario, runs, wanted)
            kills += code == 9
            call += 1
    print(json.dumps({"kills": kills, "troubles": troubles}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
