"""Figures for a program: drawn as reports draw them, and the caller's own from then on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from ganrun.diagnose.diagnosis import read_diagnosis
from ganrun.errors import ArgumentError
from ganrun.report.comparison_record import ComparisonRecord
from ganrun.report.figures_wanted import OF_RUNS, OF_SWEEPS, Style, Wanted
from ganrun.report.run_record import RunRecord
from ganrun.report.sweep_record import SweepRecord
from ganrun.wording import listed

if TYPE_CHECKING:
    from matplotlib.figure import Figure

R = TypeVar("R")


def run_figure(run: RunRecord, name: str, style: str) -> Figure:
    """Draw a run's figure. Raises `ArgumentError` for one that there is not, or that it has not."""
    _check(name, OF_RUNS)
    from ganrun.report.figures import FIGURES
    from ganrun.report.figures.diagnosis import DIAGNOSIS, diagnosis_figure

    if name == DIAGNOSIS:
        found = read_diagnosis(run.path, run.run_json.get("id"))
        if found is None:
            raise ArgumentError(f"{run.path}: is not diagnosed yet; ganrun.diagnose does so")
        return _drawn(diagnosis_figure, found, style)
    if run.snapshots is None and name != "curves":
        raise ArgumentError(f"{run.path}: has no snapshot yet, of which {name} would be drawn")
    return _drawn(FIGURES[name], run, style)


def sweep_figure(sweep: SweepRecord, name: str, style: str) -> Figure:
    """Draw a sweep's figure. Raises `ArgumentError` for one that there is not, or it has not."""
    _check(name, OF_SWEEPS)
    from ganrun.report.figures import figures_of

    there: Mapping[str, Callable[[SweepRecord], Figure]] = figures_of(sweep)
    if name not in there:
        which = f"it has {listed(there)}" if there else "no trial has a result"
        raise ArgumentError(f"{sweep.path}: has no figure {name}; {which}")
    return _drawn(there[name], sweep, style)


def _check(name: str, known: tuple[str, ...]) -> None:
    if name not in known:
        raise ArgumentError(f"no figure is called {name!r}; there are {listed(known)}")


def _drawn(draw: Callable[[R], Figure], record: R, style: str) -> Figure:
    """A figure that a notebook shows, though no backend of Matplotlib was asked for."""
    from ganrun.report.figures.style import house_style

    _check_style(style)
    with house_style(Wanted(style=style)):
        figure = draw(record)
    figure.__dict__["_repr_png_"] = lambda: png_of(figure)
    return figure


def _check_style(style: str) -> None:
    if style not in tuple(Style):
        raise ArgumentError(f"style: expected {listed(Style, last='or')}, not {style!r}")


def png_of(figure: Any) -> bytes:
    """A figure as the bytes of a PNG."""
    from ganrun.report.figures.style import house_style, saved

    with house_style():
        return saved(figure, "png")


def drawn_comparison(record: ComparisonRecord, style: str) -> Figure:
    """Draw a comparison's figure."""
    from ganrun.report.figures import comparison_figure

    return _drawn(comparison_figure, record, style)
