"""What every process that ganrun starts does first: it leaves its end to its parent."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from multiprocessing.connection import wait

INTERRUPTS = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]
"""What a terminal sends to all that runs in it, of which only the parent knows what to do."""


def follow_parent(*ignored: int) -> None:
    """Ignore a terminal's signals, and others that are named; die with the parent."""
    for one in (*INTERRUPTS, *ignored):
        signal.signal(one, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    assert parent is not None

    def follow() -> None:
        wait([parent.sentinel])
        os._exit(1)  # one without a parent would hold its runs' locks for nobody

    threading.Thread(target=follow, daemon=True).start()
