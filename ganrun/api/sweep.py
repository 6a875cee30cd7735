"""A sweep as a program sees it: its plan, its table, and what that says about influence."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ganrun import config
from ganrun.api.run import Run
from ganrun.influence import paragraphs
from ganrun.report.sweep_record import SweepRecord, read_sweep
from ganrun.report.sweep_story import completeness, headline, remarks
from ganrun.store.sweep_folder import RESULTS

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


class Sweep:
    """A sweep as it stood when it was opened: open it again to see what has come since."""

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the sweep of a folder; see `open_sweep`."""
        self.record: SweepRecord = read_sweep(Path(path))
        """The sweep as reports read it."""

    @property
    def path(self) -> Path:
        """Its folder."""
        return self.record.path

    @property
    def name(self) -> str:
        """The name of its plan."""
        return self.record.name

    @property
    def id(self) -> str:
        """16 hexadecimal digits made from its plan, all but the name."""
        return self.record.folder.id

    @property
    def plan(self) -> config.Sweep:
        """What was to be varied, and the experiment that everything else is taken from: `base`."""
        return self.record.design.sweep

    @property
    def results(self) -> DataFrame:
        """A row per trial, as in `results.csv`: what was varied, status, then every metric."""
        from pandas import read_csv

        return read_csv(self.path / RESULTS)

    @property
    def influence(self) -> Mapping[str, Any]:
        """Which settings matter, in shares of variance with intervals, as in `influence.json`."""
        return self.record.influence

    @property
    def runs(self) -> list[Run]:
        """The runs of all trials that came to their end, in the order of the table, each once."""
        trials = (self.record.design.trial(row.index) for row in self.record.rows if row.has_result)
        paths = [self.record.folder.trial_path(trial.experiment) for trial in trials]
        return [Run(path) for path in dict.fromkeys(paths)]

    @property
    def text(self) -> str:
        """The answer in words, a paragraph each."""
        parts = [*paragraphs(self.record.influence), remarks(self.record)]
        return "\n\n".join(filter(None, [*parts, *completeness(self.record)]))

    def figure(self, name: str = "phase", *, style: str = "page") -> Figure:
        """A figure as `ganrun report` draws it: `phase`, `influence`, `marginals` or `cases`.

        It belongs to the caller: it is neither saved nor one of pyplot's. In the style `paper` it
        leaves its story to the caption. Raises `ArgumentError` for one that the sweep has not.
        """
        from ganrun.api.drawing import sweep_figure

        return sweep_figure(self.record, name, style)

    def __repr__(self) -> str:
        done = f"{self.record.finished:,} of {len(self.record.rows):,} trials"
        return f"<Sweep {self.path.name}: {done}; {headline(self.record)}>"

    def _repr_html_(self) -> str:
        from ganrun.api.in_notebook import sweep_shown

        return sweep_shown(self.record, self.text)
