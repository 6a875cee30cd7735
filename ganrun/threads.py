"""One thread for linear algebra, so that sums run in one order and give the same bits."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

_lock = Lock()
_inside = 0
_limits: Any = None


@contextmanager
def one_thread() -> Iterator[None]:
    """While anyone is inside, the BLAS and OpenMP of NumPy, SciPy and scikit-learn use one thread.

    The limit holds for the whole process, and several threads may be inside at once: the first
    sets it and the last lifts it.
    """
    global _inside, _limits
    with _lock:
        if _inside == 0:
            _limits = _libraries().limit(limits=1)
        _inside += 1
    try:
        yield
    finally:
        with _lock:
            _inside -= 1
            if _inside == 0:
                _limits.restore_original_limits()


@cache
def _libraries() -> Any:
    # They must be loaded before they can be found.
    import sklearn.cluster
    import sklearn.mixture  # noqa: F401
    from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]

    return ThreadpoolController()
