"""The figures of a run and of a sweep, drawn with matplotlib and written whole or not at all.

Importing this imports matplotlib; whoever may not need a figure imports it late.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from ganrun.report.figures import any_backend  # noqa: F401  # isort: skip

from matplotlib.figure import Figure

from ganrun.diagnose.diagnosis import read_diagnosis
from ganrun.report.comparison_record import ComparisonRecord
from ganrun.report.figures.cases import cases_figure
from ganrun.report.figures.comparison import comparison_figure
from ganrun.report.figures.curves import curves_figure
from ganrun.report.figures.diagnosis import DIAGNOSIS, diagnosis_figure
from ganrun.report.figures.influence import influence_figure
from ganrun.report.figures.marginals import marginals_figure
from ganrun.report.figures.modes import modes_figure
from ganrun.report.figures.phase import phase_figure
from ganrun.report.figures.progression import progression_figure
from ganrun.report.figures.style import write_drawn
from ganrun.report.figures_wanted import PLAIN, Wanted
from ganrun.report.run_record import RunRecord
from ganrun.report.sweep_record import SweepRecord

FIGURES: dict[str, Callable[[RunRecord], Figure]] = {
    "modes": modes_figure,
    "progression": progression_figure,
    "curves": curves_figure,
}
"""Name -> what draws it; the last one needs no snapshots."""

SWEEP_FIGURES: dict[str, Callable[[SweepRecord], Figure]] = {
    "influence": influence_figure,
    "phase": phase_figure,
    "marginals": marginals_figure,
}
"""The same of a sweep; the second needs no factor that varies."""
RANKING: dict[str, Callable[[SweepRecord], Figure]] = {"cases": cases_figure}
"""The same of a sweep whose cases are ranked."""


def write_figures(run: RunRecord, folder: Path | None = None, wanted: Wanted = PLAIN) -> list[Path]:
    """Draw a run's figures under `figures/` of its folder, or elsewhere; returns their paths.

    A run without snapshots gets the curves alone. Its diagnosis, which `ganrun diagnose` has drawn,
    is drawn again where it is asked for by name. Raises `StoreError` where they cannot be written.
    """
    folder = folder or run.path / "figures"
    drawn = {"curves": curves_figure} if run.snapshots is None else FIGURES
    paths = write_drawn(wanted.among(drawn), run, folder, wanted)
    if DIAGNOSIS in wanted.only and (found := read_diagnosis(run.path)):
        paths += write_drawn({DIAGNOSIS: diagnosis_figure}, found, folder, wanted)
    return paths


def figures_of(record: SweepRecord) -> dict[str, Callable[[SweepRecord], Figure]]:
    """The figures that a sweep has, by their names: without any result, none."""
    if not record.finished:
        return {}
    ranking = RANKING if record.ranked else {}
    return ranking | (SWEEP_FIGURES if record.leveled else {"phase": phase_figure})


def write_sweep_figures(
    record: SweepRecord, folder: Path | None = None, wanted: Wanted = PLAIN
) -> list[Path]:
    """Draw a sweep's figures under `figures/` of its folder, or elsewhere; returns their paths.

    A sweep without any result gets none, one in which nothing varies only the samples. Raises
    `StoreError` where they cannot be written.
    """
    if not (drawn := figures_of(record)):
        return []
    return write_drawn(wanted.among(drawn), record, folder or record.path / "figures", wanted)


def write_comparison_figure(
    record: ComparisonRecord, folder: Path, wanted: Wanted = PLAIN
) -> list[Path]:
    """Draw a comparison into a folder; raises `StoreError` where it cannot be written."""
    return write_drawn({"comparison": comparison_figure}, record, folder, wanted)
