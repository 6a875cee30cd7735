"""A page for every trial of a sweep, made side by side on all cores, and only where one is due."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path

from ganrun.executors.child_process import Children, follow_parent, spared_interrupts
from ganrun.game.backend import cores
from ganrun.report.run_record import read_record
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.web.page_parts import NAME
from ganrun.report.web.run_page import write_run_page
from ganrun.store import StoreError
from ganrun.store.layout import RUN

FEW = 4
"""Pages that are made here, since to start other processes would take longer."""
BATCH = 8
"""Pages that a process makes before it says so."""


@dataclass
class Made:
    """What became of the pages: how many were made, how many were current, what went wrong."""

    written: int = 0
    current: int = 0
    problems: list[str] = field(default_factory=list)


def write_trial_pages(
    record: SweepRecord, on_progress: Callable[[int, int], None] = lambda done, total: None
) -> Made:
    """Write `report.html` for every trial with a result whose page is missing or older than it.

    Args:
        record: the sweep.
        on_progress: told how many of how many pages are done.

    A trial whose folder is damaged costs its own page alone, and a line among the problems.
    """
    place, trial = record.folder.trial_path, record.design.trial
    finished = [place(trial(row.index).experiment) for row in record.rows if row.has_result]
    folders = list(dict.fromkeys(finished))
    due = [folder for folder in folders if not is_current(folder)]
    made = Made(current=len(folders) - len(due))
    done = 0
    for problems, pages in _in_batches(due):
        done += pages
        made.written += pages - len(problems)
        made.problems += problems
        on_progress(done, len(due))
    return made


def is_current(folder: Path) -> bool:
    """Whether a run's folder holds a page that is as new as the run."""
    try:
        page, run = (os.stat(folder / name) for name in (NAME, RUN))
    except OSError:
        return False
    return page.st_mtime_ns >= run.st_mtime_ns


def _in_batches(due: Sequence[Path]) -> Iterator[tuple[list[str], int]]:
    """The problems and the number of pages of each batch, as they come."""
    workers = min(cores(), -(-len(due) // FEW))
    if workers < 2:
        for folder in due:
            yield _write_pages([folder]), 1
        return
    batches = [due[start : start + BATCH] for start in range(0, len(due), BATCH)]
    with ProcessPoolExecutor(workers, mp_context=Children(), initializer=follow_parent) as pool:
        with spared_interrupts():
            futures = {pool.submit(_write_pages, batch): len(batch) for batch in batches}
        try:
            for future in as_completed(futures):
                yield future.result(), futures[future]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _write_pages(folders: Sequence[Path]) -> list[str]:
    """Write these runs' pages; a line for each that could not be."""
    problems = []
    for folder in folders:
        try:
            write_run_page(read_record(folder))
        except StoreError as error:
            problems.append(str(error))
    return problems
