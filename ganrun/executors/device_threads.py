"""A host's threads over its devices: each device has one thing to do at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice
from queue import SimpleQueue
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


def on_free_devices(
    do: Callable[[Task, Any], Result],
    tasks: Iterable[Task],
    devices: Sequence[Any],
    *,
    abort: Callable[[], None],
) -> Iterator[Result]:
    """Do each task on the next free device; yield results as they come.

    Tasks are taken from their iterator as devices become free. When the caller stops listening, is
    interrupted, or a task raises, `abort` is called, so that tasks which are under way can end at
    their next chunk, and no more are begun. After an interrupt their results are yielded before it
    is raised.
    """
    free: SimpleQueue[Any] = SimpleQueue()
    for device in devices:
        free.put(device)

    def play(task: Task, future: Future[Result]) -> None:
        if not future.set_running_or_notify_cancel():
            return
        device = free.get()
        try:
            future.set_result(do(task, device))
        except BaseException as error:
            future.set_exception(error)
        finally:
            free.put(device)

    rest = iter(tasks)
    pending: set[Future[Result]] = set()
    with ThreadPoolExecutor(len(devices), thread_name_prefix="ganrun") as pool:
        try:
            while True:
                for task in islice(rest, len(devices) - len(pending)):
                    future: Future[Result] = Future()
                    pending.add(future)  # before it can begin, lest an interrupt lose it
                    pool.submit(play, task, future)
                if not pending:
                    return
                for future in wait(pending, return_when=FIRST_COMPLETED).done:
                    pending.remove(future)
                    yield future.result()
        except KeyboardInterrupt:
            abort()
            late = [one for one in pending if not one.cancel() and one.exception() is None]
            yield from (one.result() for one in late)
            raise
        finally:
            abort()
            for future in pending:
                future.cancel()
