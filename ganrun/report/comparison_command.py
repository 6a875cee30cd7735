"""`ganrun compare`: what sets groups of runs apart, from their folders alone."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ganrun.report.comparison_groups import COMPARISON
from ganrun.report.comparison_record import ComparisonRecord, read_comparison
from ganrun.report.notes import Notes, print_whole
from ganrun.report.tables.comparison import print_comparison
from ganrun.store.atomic import make_folder, replace_file


def report_comparison(
    sources: Sequence[str | Path],
    folder: Path | None,
    runs_dir: Path,
    console: Console,
    *,
    all_pairs: bool = False,
    page: bool = True,
    figures: bool = True,
    open_page: bool = False,
    as_json: bool = False,
    quiet: bool = False,
) -> list[str]:
    """Print how groups of runs compare, and write the page, the figure and the JSON.

    Args:
        sources: what `comparison_groups` takes.
        folder: where it is written; None: one in `runs_dir` that is named after the groups.
        runs_dir: the runs folder.
        console: where the table goes, or the JSON.
        all_pairs: hold each group against each, instead of all against the first.
        page: write `report.html` and `comparison.json`.
        figures: write `figures/comparison.png`.
        open_page: show the page in a browser.
        as_json: print everything as one JSON document instead of the table.
        quiet: show no progress.

    Returns:
        One line for every run that could not be read.

    Raises:
        StoreError: a source names no runs, or a file cannot be written; one clear line.
        ConfigError: a sweep has no such cells, or all runs are of one group.
    """
    record = _read(sources, all_pairs=all_pairs, quiet=quiet)
    content = json.dumps(record.as_json(), indent=2, allow_nan=False)
    notes = Notes(console, quiet=as_json)
    if as_json:
        print_whole(console, content)
    else:
        print_comparison(record, console)
    chosen = folder or runs_dir / record.folder_name
    if page or figures or open_page:
        make_folder(chosen)
        replace_file(chosen / COMPARISON, f"{content}\n".encode())
    if figures:
        _draw(record, chosen, notes)
    if page or open_page:
        from ganrun.report.web.comparison_page import write_comparison_page

        path = write_comparison_page(record, chosen, _command(sources, folder, all_pairs=all_pairs))
        notes.say(f"{path}: the games side by side, in a browser")
        if open_page:
            notes.open(path)
    return list(record.problems)


def _read(sources: Sequence[str | Path], *, all_pairs: bool, quiet: bool) -> ComparisonRecord:
    """Read the runs, with a bar on a terminal."""
    from ganrun.report.live.bar import counted

    with counted("reading runs", quiet=quiet) as progress:
        return read_comparison(sources, all_pairs=all_pairs, progress=progress)


def _draw(record: ComparisonRecord, folder: Path, notes: Notes) -> None:
    # matplotlib takes half a second to import, which the table need not wait for.
    from ganrun.report.figures import write_comparison_figure

    notes.say_drawn(write_comparison_figure(record, folder / "figures"))


def _command(sources: Sequence[str | Path], folder: Path | None, *, all_pairs: bool) -> list[str]:
    """What makes the same again."""
    options = ["--all-pairs"] * all_pairs + (["--out", str(folder)] if folder else [])
    return ["ganrun", "compare", *map(str, sources), *options]
