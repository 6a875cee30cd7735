"""What is handed to processes is heard of, whatever interrupts; and how they end."""

from __future__ import annotations

import signal
import subprocess
import sys
from concurrent.futures import Future
from queue import Queue
from threading import Event
from typing import Any

import pytest
from test_task_queue import cohort

from ganrun.executors.processes import Processes
from ganrun.executors.task_queue import Task, TaskQueue


class Interrupted:
    """A pool; Ctrl-C comes when it has taken a task, before it has answered."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.taken: list[Future[Any]] = []

    def submit(self, *_: Any) -> Future[Any]:
        self.taken.append(Future())
        signal.raise_signal(self.number)
        return self.taken[-1]


class Answer(Future[Any]):
    """What a process has answered; Ctrl-C comes while it is taken."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number
        self.set_result(["an outcome"])

    def result(self, timeout: float | None = None) -> Any:
        signal.raise_signal(self.number)
        return super().result(timeout)


class Answering:
    """A pool that has played what it is given at once."""

    def __init__(self, number: int) -> None:
        self.number = number

    def submit(self, work: Any, *_: Any) -> Future[Any]:
        if work is Processes.play:
            return Answer(self.number)
        warmed: Future[Any] = Future()
        warmed.set_result(None)
        return warmed


def interrupt(*_: Any) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_a_task_is_handed_out_does_not_lose_what_it_comes_to(
    number: int,
) -> None:
    processes = Processes.__new__(Processes)
    processes.width, processes._stop, pool = 1, Event(), Interrupted(number)
    processes._pool = pool  # type: ignore[assignment]
    running: dict[Future[Any], Task] = {}
    before = signal.signal(number, interrupt)
    try:
        with pytest.raises(KeyboardInterrupt):
            processes._hand_out(TaskQueue([cohort(0)], width=1), running)
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)
    assert list(running) == pool.taken


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_while_an_answer_is_taken_does_not_lose_it(number: int) -> None:
    processes = Processes.__new__(Processes)
    processes.width, processes._stop, processes._progress = 1, Event(), Queue()
    processes._pool = Answering(number)  # type: ignore[assignment]
    before = signal.signal(number, interrupt)
    found = []

    def make_use() -> None:
        for result in processes.run([cohort(0)], lambda _: None):
            found.append(result)
            signal.raise_signal(number)  # nor does one while it is made use of

    try:
        with pytest.raises(KeyboardInterrupt):
            make_use()
        assert signal.getsignal(number) is interrupt
    finally:
        signal.signal(number, before)
    assert [outcomes for _, outcomes in found] == [["an outcome"]]


def test_a_process_that_ends_while_it_frees_what_it_shares_leaves_no_words_behind() -> None:
    program = (
        "import os\n"
        "from _multiprocessing import sem_unlink\n"
        "from ganrun.executors.child_process import Children\n"
        "shared = Children().Semaphore()\n"
        "sem_unlink(shared._semlock.name)\n"
        "os._exit(0)\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "", "")
