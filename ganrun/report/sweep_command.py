"""`ganrun report SWEEP_DIR`: which hyperparameters matter, from the sweep's folder alone."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console

from ganrun import wording
from ganrun.report.figures_wanted import PLAIN, Wanted
from ganrun.report.notes import Notes, print_whole
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.tables.sweep import print_sweep, sweep_json


def report_sweep(
    path: Path,
    console: Console,
    *,
    page: bool = True,
    figures: Wanted | None = PLAIN,
    trial_pages: bool = False,
    open_page: bool = False,
    as_json: bool = False,
) -> list[str]:
    """Print a sweep's answer, make its page and figures; brings `results.csv` and the like to date.

    Args:
        path: the sweep's folder.
        console: where the tables go, or the JSON.
        page: write `report.html` into the sweep's folder.
        figures: those to write under its `figures/`; None for none.
        trial_pages: write `report.html` for every trial with a result, where that is due.
        open_page: show the page in a browser.
        as_json: print everything that is known as one JSON document instead of the tables.

    Returns:
        One line for every trial whose page could not be made.

    Raises:
        StoreError: the folder is damaged or no sweep's, or a file cannot be written.
        ConfigError: a Sobol design needs SALib, and it is not there.
    """
    record = read_sweep(path)
    notes = Notes(console, quiet=as_json)
    if as_json:
        print_whole(console, json.dumps(sweep_json(record), indent=2, allow_nan=False))
    else:
        print_sweep(record, console)
    if figures:
        # matplotlib takes half a second to import, which the tables need not wait for.
        from ganrun.report.figures import write_sweep_figures

        notes.say_drawn(write_sweep_figures(record, wanted=figures))
    # The trials' pages come first, so that the sweep's links to them.
    problems = _write_trial_pages(record, notes) if trial_pages else []
    if page or open_page:
        from ganrun.report.web.sweep_page import write_sweep_page

        path = write_sweep_page(record)
        for damage in record.unreadable.values():
            notes.say(f"{damage}; its samples are not shown")
        notes.say(f"{path}: the sweep to explore, in a browser")
        if open_page:
            notes.open(path)
    return problems


def _write_trial_pages(record: SweepRecord, notes: Notes) -> list[str]:
    from ganrun.report.live.bar import counted
    from ganrun.report.web.trial_pages import write_trial_pages

    with counted("pages of the trials") as progress:
        made = write_trial_pages(record, progress)
    current = f", {made.current:,} up to date already" if made.current else ""
    pages = wording.plural(made.written, "page")
    notes.say(f"{record.folder.trials}: {pages} made{current}")
    return made.problems
