"""What is handed to processes is heard of, whatever interrupts; no process is started here."""

from __future__ import annotations

import signal
from concurrent.futures import Future
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
