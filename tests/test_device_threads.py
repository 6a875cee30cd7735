"""What threads over devices come to is heard of, whatever ends them."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import Any

import pytest

from ganrun.executors import device_threads
from ganrun.executors.device_threads import on_free_devices


def test_an_interrupt_while_a_task_is_handed_out_does_not_lose_what_it_comes_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun, aborted = Event(), Event()

    class Interrupted(ThreadPoolExecutor):
        def submit(self, *work: Any) -> Any:
            super().submit(*work)
            begun.wait()
            raise KeyboardInterrupt

    def do(task: str, device: None) -> str:
        begun.set()
        aborted.wait()
        return f"{task}, as far as it came"

    monkeypatch.setattr(device_threads, "ThreadPoolExecutor", Interrupted)
    heard: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        heard.extend(on_free_devices(do, ["a run"], [None], abort=aborted.set))
    assert heard == ["a run, as far as it came"]
