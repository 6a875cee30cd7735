"""System calls that fail: a full or broken disk, a folder that may not be written, too many files.

One call of a command that concerns its folder fails, or that one and all after it; a write is cut
in half. The command may say so and stop, or do without; the same command again, on a disk that is
whole, has to end with the files of one that was never disturbed.
"""

from __future__ import annotations

import builtins
import errno
import fcntl
import io
import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks.hostile_commands import (
    SCENARIOS,
    cache_of,
    differing,
    done,
    ready,
    running,
    start,
)
from benchmarks.hostile_commands import prepare as prepare_scenarios
from benchmarks.hostile_outcomes import How, Outcome, Unfit, check_clear, first_line

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EROFS, errno.EMFILE, errno.EDQUOT)
NAMES = ("train", "longer", "confirm", "report", "sweep", "sweep report", "diagnose")
"""Scenarios that are attacked, in turn."""
CALLS = (
    *((os, name) for name in ("open", "write", "fsync", "replace", "mkdir", "unlink", "stat")),
    *((os, name) for name in ("listdir", "scandir")),
    *((io, "open"), (builtins, "open"), (fcntl, "flock")),
)
COUNT = "calls"
"""File with the number of calls that an undisturbed command makes."""


class Saboteur:
    """Counts the calls of this process that concern a folder, and lets some fail."""

    def __init__(self, folder: Path, at: int | None, error: int, *, for_good: bool) -> None:
        self.folder, self.at, self.error, self.for_good = str(folder), at, error, for_good
        self.calls = 0
        self.descriptors: dict[int, str] = {}

    def around(self, run: Callable[[], int]) -> int:
        """Watch every call while something runs."""
        real = [getattr(module, name) for module, name in CALLS]
        for (module, name), one in zip(CALLS, real, strict=True):
            setattr(module, name, self._watched(name, one))
        code = run()
        for (module, name), one in zip(CALLS, real, strict=True):
            setattr(module, name, one)
        return code

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **options: Any) -> Any:
            path = self._path(arguments[0] if arguments else "")
            if path is not None and self._fails():
                if name == "write":
                    real(arguments[0], bytes(arguments[1])[: len(arguments[1]) // 2])
                raise OSError(self.error, os.strerror(self.error), path)
            found = real(*arguments, **options)
            if isinstance(found, int) and name == "open" and path is not None:
                self.descriptors[found] = path
            return found

        return call

    def _path(self, subject: Any) -> str | None:
        """The path that a call is about, if it is in the folder."""
        if isinstance(subject, int):
            return self.descriptors.get(subject)
        try:
            path = os.path.abspath(os.fsdecode(subject))
        except TypeError:
            number = getattr(subject, "fileno", None)
            return self.descriptors.get(number()) if number else None
        return path if path.startswith(self.folder) else None

    def _fails(self) -> bool:
        self.calls += 1
        return self.at is not None and (
            self.calls == self.at or (self.for_good and self.calls > self.at)
        )


def prepare(common: Path) -> None:
    """Run every scenario undisturbed, and count its calls."""
    prepare_scenarios(common)
    for name in NAMES:
        count = common / name / COUNT
        if not count.exists():
            folder = ready(common, name, common / "counted")
            saboteur = Saboteur(folder / "runs", None, 0, for_good=False)

            def counted(
                run: Callable[[], int], saboteur: Saboteur = saboteur, count: Path = count
            ) -> int:
                code = saboteur.around(run)
                count.write_text(str(saboteur.calls))
                return code

            with running(start(SCENARIOS[name].command, folder, cache_of(common), counted)) as one:
                one.wait()


def attack(scratch: Path, rng: random.Random) -> Outcome:
    """Let a command meet a fault, and run it again without."""
    common = scratch.parent / "common"
    name = rng.choice(NAMES)
    folder = ready(common, name, scratch)
    at = 1 + rng.randrange(int((common / name / COUNT).read_text()))
    error, for_good = rng.choice(ERRORS), rng.random() < 0.5
    what = f"{name}, call {at}: {errno.errorcode[error]}{', for good' if for_good else ''}"
    saboteur = Saboteur(folder / "runs", at, error, for_good=for_good)
    command, cache = SCENARIOS[name].command, cache_of(common)
    with running(start(command, folder, cache, saboteur.around)) as started:
        said = started.wait()
    try:
        told = os.strerror(error) in said.out
        if said.code:
            check_clear(said.code, said.err)
        elif not told and (wrong := differing(common, name, folder)):
            raise Unfit("believed", f"exit code 0, but {', '.join(wrong)}")
        done(command, folder, cache)
        if wrong := differing(common, name, folder):
            raise Unfit("lost", f"afterwards {', '.join(wrong)} differ")
    except Unfit as error_:
        raise Unfit(error_.how, f"{what}: {error_}") from None
    how: How = "refused" if said.code else "told" if told else "undisturbed"
    return Outcome(how, f"{what}: {first_line(said.err)}")
