"""The three figures of a run, drawn with matplotlib's objects and written whole or not at all.

Importing this imports matplotlib; whoever may not need a figure imports it late.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from ganrun.report.figures.curves import curves_figure
from ganrun.report.figures.modes import modes_figure
from ganrun.report.figures.progression import progression_figure
from ganrun.report.figures.style import write_drawn
from ganrun.report.run_record import RunRecord

FIGURES: dict[str, Callable[[RunRecord], Figure]] = {
    "modes.png": modes_figure,
    "progression.png": progression_figure,
    "curves.png": curves_figure,
}
"""File name -> what draws it."""

NEED_SNAPSHOTS = ("modes.png", "progression.png")


def write_figures(run: RunRecord, folder: Path | None = None) -> list[Path]:
    """Draw a run's figures under `figures/` of its folder, or elsewhere; returns their paths.

    A run without snapshots gets the curves alone. Raises `StoreError` where they cannot be written.
    """
    needless = NEED_SNAPSHOTS if run.snapshots is None else ()
    drawn = {name: draw for name, draw in FIGURES.items() if name not in needless}
    return write_drawn(drawn, run, folder or run.path / "figures")
