"""How many runs have been read, on a terminal, where it takes longer than a moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ganrun.report.live.watcher import screen

A_MOMENT = 0.7
"""Seconds until it is shown, and until it is brought up to date."""


@contextmanager
def reading() -> Iterator[Callable[[int], None]]:
    """What is given is to be told how many runs were read, and shows it until the end of this."""
    console = screen()
    status, shown_at = console.status(""), time.monotonic()

    def on_progress(read: int) -> None:
        nonlocal shown_at
        if console.is_interactive and time.monotonic() - shown_at > A_MOMENT:
            shown_at = time.monotonic()
            status.update(f"{read:,} runs read")
            status.start()

    try:
        yield on_progress
    finally:
        status.stop()
