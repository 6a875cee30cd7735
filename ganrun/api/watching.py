"""What is seen of a training, a sweep or a diagnosis that a program has asked for."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol, Self, TypeVar

from ganrun.report.live.notebook import OneLine, below_the_cell, in_notebook
from ganrun.report.live.watcher import Subject, screen, watcher_for

P = TypeVar("P")
P_contra = TypeVar("P_contra", contravariant=True)

OnProgress = bool | Callable[[Any], object] | None
"""Whether progress is shown (None: on a terminal and in a notebook), or what is told of it."""


class Watcher(Protocol[P_contra]):
    """Is told of progress while it is open."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *error: Any) -> Any: ...

    def update(self, progress: P_contra) -> None:
        """Take note of the newest state."""

    def tell(self, message: str) -> None:
        """Say what is worth a line."""


def watcher(subject: Subject[P], progress: OnProgress) -> Watcher[P]:
    """Whoever watches, as it was asked for."""
    console = screen()
    if callable(progress):
        return _Teller(progress)
    if in_notebook() and progress is not False:
        return OneLine(subject, console=console, show=below_the_cell)
    on_terminal = console.is_interactive and not console.is_dumb_terminal
    if progress or (progress is None and on_terminal):
        return watcher_for(console, subject)
    return _Teller(lambda _: None)


class _Teller(AbstractContextManager["_Teller"]):
    """Tells a function of every news, until it raises an error: that ends no training."""

    def __init__(self, tell: Callable[[Any], object]) -> None:
        self._tell = tell
        self._error: Exception | None = None

    def __exit__(self, *_: Any) -> None:
        if self._error is not None:  # not before: a warning may be an error, in some thread
            warnings.warn(f"progress: {self._error!r}, after which it was not told", stacklevel=3)

    def update(self, progress: Any) -> None:
        if self._error is None:
            try:
                self._tell(progress)
            except Exception as error:
                self._error = error

    def tell(self, message: str) -> None:
        """Results name what went wrong."""
