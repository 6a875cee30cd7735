"""Processes that begin with all of ganrun imported: copies of one that has computed nothing.

A new interpreter imports for longer than most tests have it work. What it does until it begins is
looked at where tests start one; a copy does all the rest, and is killed, interrupted and waited for
like any other process, and compiles in a hurry where its parent does (`game_examples.quick_xla`).
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from multiprocessing import forkserver, parent_process, reduction, resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerContext, ForkServerProcess
from typing import Any

from game_examples import hurries, hurry

from ganrun.executors import processes
from ganrun.executors.child_process import main_unread

IMPORTED = (
    "distributed",
    "ganrun.cli",
    "ganrun.diagnose.run",
    "ganrun.executors.processes",
    "ganrun.game.properties",
    "ganrun.playing.play",
    "ganrun.report.diagnosis_command",
    "ganrun.report.live.diagnosis",
    "ganrun.report.live.sweep",
    "ganrun.report.live.training",
    "ganrun.report.sweep_command",
    "ganrun.sweep.run",
    "scipy.spatial",
    "sklearn.cluster",
    "sklearn.mixture",
)
"""What training, sweeping and diagnosing need in the end, and the workers of a cluster."""


@cache
def start_to_import() -> None:
    """Start the one that all others are copies of; a copy has it already, of which Python hears."""
    if parent_process() is None:
        forkserver.set_forkserver_preload([*IMPORTED])
        forkserver.ensure_running()
    else:
        the_same: Any = forkserver._forkserver
        the_same.ensure_running = resource_tracker.ensure_running


class _Inherited:
    """A standard stream of the parent, which a copy of another process has to be sent."""

    def __init__(self, number: int) -> None:
        self._number = number

    def __getstate__(self) -> tuple[int, Any]:
        return self._number, reduction.DupFd(self._number)

    def __setstate__(self, sent: tuple[int, Any]) -> None:
        self._number, self._sent = sent

    def take(self) -> None:
        there = self._sent.detach()
        os.dup2(there, self._number)
        os.close(there)


class _Copy(ForkServerProcess):
    """A process that has from its parent what one has that was begun anew."""

    def start(self) -> None:
        start_to_import()
        self._hurries = hurries()
        self._group = os.getpgrp()
        self._blocked = signal.pthread_sigmask(signal.SIG_BLOCK, [])
        self._environment = dict(os.environ)
        self._streams = [_Inherited(1), _Inherited(2)]
        with main_unread():
            super().start()

    def run(self) -> None:
        os.setpgid(0, self._group)
        signal.pthread_sigmask(signal.SIG_SETMASK, self._blocked)
        os.environ.clear()
        os.environ.update(self._environment)
        for stream in self._streams:
            stream.take()
        if self._hurries:
            hurry()
        super().run()


class Copies(ForkServerContext):
    """In the place of `ganrun.executors.child_process.Children`."""

    Process = _Copy


class NewCommand:
    """`ganrun` with some words, in a session of its own: it and its processes are begun anew."""

    def __init__(self, *words: object) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ganrun", *map(str, words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    @property
    def returncode(self) -> int | None:
        return self._process.poll()

    def send(self, number: int) -> None:
        self._process.send_signal(number)

    def send_to_all(self, number: int) -> None:
        """To its processes too, as a terminal does."""
        os.killpg(self._process.pid, number)

    def ended(self) -> tuple[str, str]:
        """Wait for its end: what it printed to standard output and to standard error."""
        return self._process.communicate()


class Command:
    """The same of copies, in a process group of its own."""

    def __init__(self, *words: object, cores: set[int] | None = None) -> None:
        (self._output, output), (self._errors, errors) = (Copies().Pipe(False) for _ in range(2))
        told = ([str(one) for one in words], cores, output, errors)
        self._process = Copies().Process(target=_run, args=told)
        self._process.start()
        output.close()
        errors.close()

    @property
    def returncode(self) -> int | None:
        return self._process.exitcode

    def send(self, number: int) -> None:
        os.kill(self._pid, number)

    def send_to_all(self, number: int) -> None:
        os.killpg(self._pid, number)

    def ended(self) -> tuple[str, str]:
        printed, told = (b"".join(_read(one)).decode() for one in (self._output, self._errors))
        self._process.join()
        return printed, told

    @property
    def _pid(self) -> int:
        assert self._process.pid is not None
        return self._process.pid


def _read(pipe: Connection) -> Iterator[bytes]:
    while some := os.read(pipe.fileno(), 65_536):
        yield some
    pipe.close()


def _run(words: list[str], cores: set[int] | None, output: Connection, errors: Connection) -> None:
    os.setpgid(0, 0)
    if cores is not None:
        os.sched_setaffinity(0, cores)
    for number, stream in ((1, output), (2, errors)):
        os.dup2(stream.fileno(), number)
        stream.close()
    sys.argv = ["ganrun", *words]
    processes.Children = Copies  # type: ignore[misc]
    from ganrun.__main__ import main

    main()
