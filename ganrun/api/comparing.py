"""Groups of runs held against each other, for a program."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from ganrun.api.run import Run
from ganrun.api.sweep import Sweep
from ganrun.compare import finding
from ganrun.report.comparison_record import ComparisonRecord, read_comparison

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame

Source = str | os.PathLike[str] | Run | Sweep
"""A run, a sweep, or what names some as `ganrun compare` takes it: a folder, a pattern, cells."""


class Comparison:
    """What sets groups of runs apart: every metric with intervals over seeds, and exact tests."""

    def __init__(self, record: ComparisonRecord) -> None:
        """Show a comparison; see `compare`."""
        self.record = record
        """The comparison as reports read it."""

    @property
    def table(self) -> DataFrame:
        """A row per pair of groups and metric.

        Columns: the groups' names (`first`, `second`), means and the difference with the ends of
        their 95 % intervals and how many runs or pairs are behind them, `second_larger` (how likely
        the second has more), chances by themselves and allowing for all comparisons (`p_value`,
        `p_adjusted`), and whether it is `told` apart and which is its `worth`.
        """
        from pandas import DataFrame

        return DataFrame(self.record.comparison.rows())

    @property
    def differences(self) -> dict[str, tuple[str | None, ...]]:
        """The configs' fields that are not alike in all groups, and what each group has there."""
        return self.record.differences

    @property
    def finding(self) -> str:
        """The finding in a few words."""
        return finding(self.record.comparison)

    @property
    def text(self) -> str:
        """All of it in words, a sentence on each line."""
        return "\n".join([f"{self.finding}.", *(words for _, words in self.record.told)])

    def figure(self, *, style: str = "page") -> Figure:
        """Every metric in a small panel, a line for each seed, as `ganrun compare` draws it."""
        from ganrun.api.drawing import drawn_comparison

        return drawn_comparison(self.record, style)

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.record.names):,} groups: {self.finding}>"

    def _repr_html_(self) -> str:
        from ganrun.api.in_notebook import comparison_shown

        return comparison_shown(self.record, self.text)


def compare(*sources: Source | Iterable[Source], all_pairs: bool = False) -> Comparison:
    """Hold groups of runs against the first of them, or each against each.

    Runs that differ in nothing but their seed are one group, wherever they come from. A run that
    cannot be read is counted without a result, with a warning that says why.

    Args:
        sources: runs, sweeps, folders, patterns (`runs/wgan_gp-s*`), cells of a sweep
            (`SWEEP_DIR:case=wgan_gp`), or lists of them.
        all_pairs: whether each group is held against each.

    Raises:
        StoreError: a source names no runs.
        ConfigError: a sweep has no such cells, or all runs are of one group.

    Example:
        ganrun.compare("runs/five_gaussians-s*", "runs/wgan_gp-s*").table
    """
    record = read_comparison([*_named(sources)], all_pairs=all_pairs)
    for problem in record.problems:
        warnings.warn(problem, stacklevel=2)
    return Comparison(record)


def _named(sources: Iterable[Any]) -> Iterator[str]:
    for one in sources:
        if isinstance(one, Run | Sweep):
            yield str(one.path)
        elif isinstance(one, str | os.PathLike):
            yield os.fspath(one)
        else:
            yield from _named(one)
