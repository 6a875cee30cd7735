"""Who is told how far a fit is: a config is read far below those who have a screen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Watch = Callable[[int, int], None]
"""Is told before each size how many were fitted, and of how many at most."""


def nobody(done: int, total: int) -> None:
    """Watch nothing."""


_watch: ContextVar[Watch] = ContextVar("watch", default=nobody)


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Tell somebody of the fits in here."""
    before = _watch.set(watch)
    try:
        yield
    finally:
        _watch.reset(before)


def tell(done: int, total: int) -> None:
    """Tell whoever watches."""
    _watch.get()(done, total)
