"""Progress in a notebook: one line below the cell, written over as it goes on."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from rich.console import Console

from ganrun.report.live.watcher import P, Quiet, Subject, note

SECONDS_BETWEEN_LINES = 0.5


def in_notebook() -> bool:
    """Whether cells of a notebook are run by this process."""
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    return getattr(shell, "kernel", None) is not None


class OneLine(Quiet[P]):
    """Shows the newest line of progress in its place; `show` puts a first line there.

    `show` returns what puts another one over it.
    """

    def __init__(
        self,
        subject: Subject[P],
        *,
        console: Console,
        show: Callable[[str], Callable[[str], Any]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(console)
        self._subject = subject
        self._show = show
        self._clock = clock
        self._replace: Callable[[str], Any] | None = None
        self._shown_at = 0.0
        self._latest: P | None = None

    def update(self, progress: P) -> None:
        """Show it, if it is time."""
        self._latest = progress
        note(self._subject, progress)
        if self._replace is None or self._clock() - self._shown_at >= SECONDS_BETWEEN_LINES:
            self._put(progress)

    def _put(self, progress: P) -> None:
        self._shown_at = self._clock()
        line = self._subject.line(progress)
        if self._replace is None:
            self._replace = self._show(line)
        else:
            self._replace(line)

    def _end(self, *, whole: bool) -> None:
        self._subject.outlook.end()
        if self._latest is not None:
            self._put(self._latest)


def below_the_cell(line: str) -> Callable[[str], Any]:
    """Display a line below the cell that is run."""
    from IPython.display import display

    handle = display(_text(line), raw=True, display_id=True)

    def put(line: str) -> None:
        handle.update(_text(line), raw=True)

    return put


def _text(line: str) -> dict[str, str]:
    return {"text/plain": line}
