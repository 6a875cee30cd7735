"""How often intervals hold the truth, printed and judged: the same for all parts of `coverage`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from math import sqrt
from multiprocessing import get_context
from typing import Protocol, TypeVar

import numpy as np

LEAST, MOST = 0.93, 0.97
"""Of the tables, in which an interval of 95 % should hold the truth."""


class Row(Protocol):
    """A line of such a table, as text."""

    def verdict(self) -> str:
        """Empty where all is well."""


Scene = TypeVar("Scene")
AnyRow = TypeVar("AnyRow", bound=Row)


def verdict_of(held: float, tables: int, *, effect: bool = True, may_be_wide: bool = False) -> str:
    """What is wrong with intervals that held in this share of so many tables; empty if nothing is.

    Two standard errors are allowed for. Where there is no `effect`, an interval may hold 0 always.
    """
    error = 2 * sqrt(0.95 * 0.05 / tables)
    if not effect:
        return "" if held >= 0.95 - error else "TOO OFTEN WITHOUT 0"
    if held < LEAST - error:
        return "TOO SELDOM"
    return "TOO WIDE" if not may_be_wide and held > MOST + error else ""


def summary(rows: str, held: Iterable[float]) -> str:
    """How often all rows of a kind held, in words: on average, at least and at most."""
    shares = np.array(list(held))
    return (
        f"{rows}, held in {shares.mean():.1%} on average, {shares.min():.1%} at least, "
        f"{shares.max():.1%} at most"
    )


def print_table(
    head: str,
    scenes: Iterable[Scene],
    rows_of: Callable[[Scene, int], Sequence[AnyRow]],
    tables: int,
    workers: int,
    summaries: Callable[[Sequence[AnyRow]], Iterable[str]] = lambda rows: (),
) -> int:
    """Print the rows of every scene as they come, and `summaries`; 0 if nothing is wrong."""
    print(head, flush=True)
    rows: list[AnyRow] = []
    # Fresh processes: a forked one could inherit a lock that a thread of NumPy's holds.
    with ProcessPoolExecutor(workers, get_context("spawn")) as pool:
        every = list(scenes)
        for of_scene in pool.map(rows_of, every, [tables] * len(every)):
            rows += of_scene
            print(*of_scene, sep="\n", flush=True)
    if told := list(summaries(rows)):
        print("", *told, sep="\n")
    wrong = [row for row in rows if row.verdict()]
    print("PASS" if not wrong else f"FAIL: {len(wrong)} rows")
    return 0 if not wrong else 1
