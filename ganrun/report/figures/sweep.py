"""The three figures of a sweep, written whole or not at all.

Importing this imports matplotlib; whoever may not need a figure imports it late.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from matplotlib.figure import Figure

from ganrun.report.figures.influence import influence_figure
from ganrun.report.figures.marginals import marginals_figure
from ganrun.report.figures.phase import phase_figure
from ganrun.report.figures.style import write_drawn
from ganrun.report.sweep_record import SweepRecord

SWEEP_FIGURES: dict[str, Callable[[SweepRecord], Figure]] = {
    "influence.png": influence_figure,
    "phase.png": phase_figure,
    "marginals.png": marginals_figure,
}
"""File name -> what draws it."""

NEED_A_FACTOR = ("influence.png", "marginals.png")


def write_sweep_figures(record: SweepRecord, folder: Path | None = None) -> list[Path]:
    """Draw a sweep's figures under `figures/` of its folder, or elsewhere; returns their paths.

    A sweep without any result gets none, one in which nothing varies only the samples. Raises
    `StoreError` where they cannot be written.
    """
    if not record.finished:
        return []
    needless = () if record.varied else NEED_A_FACTOR
    drawn = {name: draw for name, draw in SWEEP_FIGURES.items() if name not in needless}
    return write_drawn(drawn, record, folder or record.path / "figures")
