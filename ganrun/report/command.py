"""`ganrun report`: what became of one run or of many, read from their folders alone.

Each run gets its page and its figures; where there are many, the table alone is made. A folder of
runs and sweeps gets a page as well, of all that lies in it.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from rich.console import Console

from ganrun.report.figures_wanted import PLAIN, Wanted
from ganrun.report.folders_inside import folders_inside, holds_runs
from ganrun.report.list_reading import list_runs
from ganrun.report.notes import Notes, print_whole
from ganrun.report.run_list import RunList
from ganrun.report.run_record import RunRecord, read_record
from ganrun.report.tables.run import print_results, results_json
from ganrun.report.tables.runs import print_runs
from ganrun.store import RunFolderError, StoreError
from ganrun.store.layout import id_in_name
from ganrun.wording import listed

MOST_DRAWN = 16
"""Runs whose pages and figures are made at one go; a run's figures take a second or two."""
MOST_TABLED = 400
"""Runs that are read in full, for a table; of more, only the list is made, at a glance."""
MOST_NAMED = 20
"""Lines of that list."""


def report_run(
    paths: Sequence[Path],
    console: Console,
    *,
    pages: bool = True,
    figures: Wanted | None = PLAIN,
    gif: bool = False,
    open_page: bool = False,
    as_json: bool = False,
) -> list[str]:
    """Print the table of these runs, and make each one's page and figures.

    Args:
        paths: run folders, or folders that hold run folders, such as `runs`.
        console: where the table goes, or the JSON.
        pages: write `report.html` into every run's folder, and into every folder of runs.
        figures: those to write under `figures/` of every run's folder; None for none.
        gif: write `figures/progression.gif` as well.
        open_page: show the page in a browser, if it is one run's, or one folder's.
        as_json: print everything that is known as JSON instead of the table.

    Returns:
        One line for every run folder that could not be read, and for every page that could not be
        made.

    Raises:
        StoreError: none of the folders could be read, or a figure cannot be written; the message is
            one clear line.
    """
    notes = Notes(console, quiet=as_json)
    folders = [path for path in paths if holds_runs(path)]
    if not as_json and sum(len(folders_inside(path)) for path in folders) > MOST_TABLED:
        return _report_lists(folders, notes, pages=pages, open_page=open_page)
    runs, problems = read_runs(paths)
    if as_json:
        print_whole(console, results_json(runs))
    elif runs:
        print_results(runs, console)
    if (pages or figures or gif) and len(runs) > MOST_DRAWN:
        words = f"pages and figures are made for up to {MOST_DRAWN} runs at once; name fewer"
        notes.say(f"{words} to see them")
    written: list[Path] = []
    for run in runs if len(runs) <= MOST_DRAWN else ():
        if figures or gif:
            _draw(run, notes, figures=figures, gif=gif)
        # After the figures, so that the page links to them.
        if pages:
            try:
                written.append(_write_page(run, notes))
            except StoreError as error:
                if len(runs) == 1:
                    raise
                problems.append(str(error))
    # After the runs' pages, so that it links to them.
    indices = [_write_index(list_runs(folder), notes) for folder in folders if pages]
    if open_page:
        _open_one(indices or written, notes)
    return problems


def _report_lists(
    folders: Sequence[Path], notes: Notes, *, pages: bool, open_page: bool
) -> list[str]:
    """Print the beginning of each folder's list, and make its page; the lines of damaged runs."""
    from ganrun.report.live.bar import counted

    lists = []
    for folder in folders:
        with counted(f"reading {folder}") as on_progress:
            lists.append(list_runs(folder, on_progress=on_progress))
    for found in lists:
        print_runs(found, notes.console, at_most=MOST_NAMED, of=found)
        notes.say(
            f"all of them: {shlex.join(['ganrun', 'list', str(found.folder), '--lines', '0'])}"
        )
    written = [_write_index(found, notes) for found in lists if pages]
    if open_page:
        _open_one(written, notes)
    return [problem for found in lists for problem in found.problems]


def _open_one(written: Sequence[Path], notes: Notes) -> None:
    if len(written) == 1:
        notes.open(written[0])
    else:
        notes.say("one page can be opened at a time; name one run")


def _write_index(found: RunList, notes: Notes) -> Path:
    from ganrun.report.web.index_page import write_index_page

    path = write_index_page(found)
    notes.say(f"{path}: {found.counted}, to be filtered and opened, in a browser")
    return path


def read_runs(paths: Sequence[Path]) -> tuple[list[RunRecord], list[str]]:
    """The runs in these folders, each once, and a line for each that could not be read."""
    runs: dict[Path, RunRecord] = {}
    problems: list[str] = []
    for path in paths:
        for folder in folders_inside(path) if holds_runs(path) else [path]:
            try:
                runs.setdefault(folder.resolve(), read_record(folder))
            except StoreError as error:
                problems.append(str(error))
    if problems and not runs:
        raise RunFolderError(problems[0])
    return once_each(runs.values()), problems


def once_each(runs: Iterable[RunRecord]) -> list[RunRecord]:
    """Runs of one config and seed as one, which names the folders of the others.

    It is the first that came to its end, of those in a run's own folder if one is. A game that was
    played by hand is no other's copy.
    """
    by_id: dict[object, list[RunRecord]] = {}
    for run in runs:
        own = run.path if run.status == "interactive" else run.run_json.get("id", run.path)
        by_id.setdefault(own, []).append(run)
    found = []
    for same in by_id.values():
        first = min(same, key=lambda run: (not run.ended, id_in_name(run.path) is None))
        copies = tuple(run.path for run in same if run is not first)
        found.append(replace(first, copies=copies) if copies else first)
    return found


def _write_page(run: RunRecord, notes: Notes) -> Path:
    from ganrun.report.web.run_page import write_run_page

    path = write_run_page(run)
    notes.say(f"{path}: the run to watch, in a browser")
    return path


def _draw(run: RunRecord, notes: Notes, *, figures: Wanted | None, gif: bool) -> None:
    # matplotlib takes half a second to import, which the table need not wait for.
    from ganrun.report.figures import write_figures
    from ganrun.report.figures.moving import write_gif

    paths = write_figures(run, wanted=figures) if figures else []
    drawn = {path.stem for path in paths}
    if figures and (absent := [name for name in figures.only if name not in drawn]):
        notes.say(f"{run.path}: there is nothing yet of which {listed(absent)} could be drawn")
    if gif and (moving := write_gif(run)):
        paths.append(moving)
    notes.say_drawn(paths)
