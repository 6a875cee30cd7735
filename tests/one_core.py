"""Commands that find but one core."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

PIN = "import os, sys; os.sched_setaffinity(0, {int(sys.argv[1])});"
RUN = "os.execv(sys.argv[2], sys.argv[2:])"


def on_one_core(command: Sequence[str]) -> list[str]:
    """The same command, kept to one core where the system can do that."""
    cores = one_core()
    if cores is None:
        return list(command)
    return [sys.executable, "-c", PIN + RUN, str(*cores), *command]


def one_core() -> set[int] | None:
    """The first of those that this process may use; None where a process cannot be kept to it."""
    return {min(os.sched_getaffinity(0))} if sys.platform == "linux" else None
