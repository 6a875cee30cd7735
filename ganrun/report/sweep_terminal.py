"""`ganrun report SWEEP_DIR`: which hyperparameters matter, from the sweep's folder alone."""

from __future__ import annotations

import json
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.sweep_tables import print_sweep, sweep_json


def report_sweep(
    path: Path, console: Console, *, figures: bool = True, as_json: bool = False
) -> SweepRecord:
    """Print a sweep's answer and draw its figures; brings `results.csv` and the like up to date.

    Args:
        path: the sweep's folder.
        console: where the tables go, or the JSON.
        figures: write `figures/*.png` into the sweep's folder.
        as_json: print everything that is known as one JSON document instead of the tables.

    Returns:
        What was reported.

    Raises:
        StoreError: the folder is damaged or no sweep's, or a file cannot be written.
        ConfigError: a Sobol design needs SALib, and it is not there.
    """
    record = read_sweep(path)
    if as_json:
        text = json.dumps(sweep_json(record), indent=2, allow_nan=False)
        console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)
    else:
        print_sweep(record, console)
    if figures:
        # matplotlib takes half a second to import, which the tables need not wait for.
        from ganrun.report.figures.sweep import write_sweep_figures

        paths = write_sweep_figures(record)
        if paths and not as_json:
            names = ", ".join(path.name for path in paths)
            words = Text(f"{paths[0].parent}: {names}", "dim")
            console.print(words, soft_wrap=True, highlight=False)
    return record
