"""`comparison.png`: every metric of every group in a small panel, a line for each seed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from ganrun import wording
from ganrun.compare import Group, MetricPair, finding
from ganrun.compare.sentences import decimals
from ganrun.config.metrics import by_worth, metric_called, name_of
from ganrun.report.comparison_record import ComparisonRecord
from ganrun.report.figures.style import (
    MARGIN,
    SMALL_SIZE,
    WIDTH_INCHES,
    add_axes,
    bare,
    draw_dot,
    few_ticks,
    headline,
    new_figure,
    write_near,
)
from ganrun.report.palette import BLUE, INK, QUIET, VERMILLION

MOST_GROUPS = 8
"""Groups that panels have room for, the first ones."""
ACROSS = 4
_TOP, _PANEL, _GAP, _BOTTOM = 1.36, 1.3, 0.66, 0.35
_LEFT, _BETWEEN = 0.62, 0.62
"""Inches: above all, a panel's height, between rows, below; left of all, between panels."""
HUES: dict[str, str] = {"better": BLUE, "worse": VERMILLION}


def comparison_figure(record: ComparisonRecord) -> Figure:
    """Draw the panels, those first that tables show first; metrics nobody knows are left out."""
    groups = record.comparison.groups[:MOST_GROUPS]
    names = by_worth(record.comparison.metrics)
    known = [name for name in names if any(len(_known(one, name)) for one in groups)]
    rows = math.ceil(len(known) / ACROSS)
    longest = max(len(one.name) for one in groups)
    foot = _BOTTOM if len(groups) == 2 and longest <= 14 else _BOTTOM + min(0.055 * longest, 1.2)
    row = _PANEL + _GAP + foot - _BOTTOM
    figure = new_figure(_TOP + rows * row - _GAP + foot)
    headline(figure, finding(record.comparison), _subtitle(record))
    wide = (WIDTH_INCHES - _LEFT - MARGIN * WIDTH_INCHES - (ACROSS - 1) * _BETWEEN) / ACROSS
    height = figure.get_figheight()
    for place, metric in enumerate(known):
        down, across = divmod(place, ACROSS)
        bottom = height - _TOP - down * row - _PANEL
        axes = add_axes(
            figure, _LEFT + across * (wide + _BETWEEN), bottom, wide, _PANEL, label=metric
        )
        _draw_metric(axes, record, groups, metric)
    return figure


def _known(group: Group, metric: str) -> np.ndarray:
    values = group.values(metric)
    return values[~np.isnan(values)]


def _subtitle(record: ComparisonRecord) -> str:
    pairs = record.pairs
    by = "thin lines: a seed each" if any(pair.paired for pair in pairs) else "small dots: runs"
    tests = wording.plural(record.comparison.tests, "comparison")
    left = len(record.comparison.groups) - MOST_GROUPS
    more = f"; {wording.plural(left, 'other group')} not drawn" if left > 0 else ""
    return (
        f"{by}; dots: means with 95 % intervals; dashed: perfect samples{more}\n"
        f"blue: better than {record.names[0]}, red: worse, ink: told apart, grey: not told apart "
        f"({tests} at once)"
    )


def _draw_metric(
    axes: Axes, record: ComparisonRecord, groups: Sequence[Group], metric: str
) -> None:
    bare(axes, "y")
    few_ticks(axes.yaxis, whole=metric_called(metric).of_modes)
    axes.set_xlim(-0.4, len(groups) - 0.6)
    _label_groups(axes, groups)
    if (perfect := record.perfect(metric)) is not None:
        axes.axhline(perfect, color=QUIET, linewidth=0.8, linestyle=(0, (3, 3)), zorder=1)
    _draw_seeds(axes, groups, metric)
    for place, group in enumerate(groups):
        _draw_mean(axes, record, group, metric, place)
    words, hue = _title(record, groups, metric)
    write_near(
        axes, name_of(metric), (0, 1), (0, 14), ha="left", size=SMALL_SIZE + 1,
        weight="bold", color=INK,
    )  # fmt: skip
    write_near(axes, words, (0, 1), (0, 4), ha="left", size=SMALL_SIZE - 1, color=hue)


def _label_groups(axes: Axes, groups: Sequence[Group]) -> None:
    axes.set_xticks(range(len(groups)))
    longest = max(len(one.name) for one in groups)
    if len(groups) == 2 and longest <= 14:
        axes.set_xticklabels([one.name for one in groups])
    else:
        axes.set_xticklabels(
            [one.name for one in groups], rotation=40, ha="right", rotation_mode="anchor"
        )
    axes.tick_params(axis="x", length=0)


def _draw_seeds(axes: Axes, groups: Sequence[Group], metric: str) -> None:
    """A line for each seed through the groups that have it; runs by themselves are dots."""
    by_seed: dict[int, list[tuple[int, float]]] = {}
    for place, group in enumerate(groups):
        for seed, value in zip(group.seeds, group.values(metric), strict=True):
            if not np.isnan(value):
                by_seed.setdefault(seed, []).append((place, float(value)))
    for points in by_seed.values():
        places, values = zip(*points, strict=True)
        axes.plot(
            places, values, color=QUIET, linewidth=0.7, alpha=0.55, zorder=2, marker="o",
            markersize=2, markeredgewidth=0,
        )  # fmt: skip


def _draw_mean(axes: Axes, record: ComparisonRecord, group: Group, metric: str, place: int) -> None:
    mean = record.comparison.means[group.name, metric]
    if mean["value"] is None:
        return
    hue = _hue(record, group, metric)
    if mean["low"] is not None:
        axes.vlines(place, mean["low"], mean["high"], color=hue, linewidth=3.5, alpha=0.4, zorder=3)
    draw_dot(axes, place, mean["value"], hue, filled=True, size=5, zorder=4)


def _hue(record: ComparisonRecord, group: Group, metric: str) -> str:
    """The colour of a group: how it stands to the first one."""
    first = record.comparison.groups[0]
    if group is first:
        return INK
    pair = next(p for p in record.pairs if p.first is first and p.second is group)
    one = pair.metric(metric)
    return _of(one)


def _of(one: MetricPair) -> str:
    """The colour of a metric: better, worse, told apart without a better direction, or not."""
    return (HUES[one.worth] if one.worth else INK) if one.told else QUIET


def _title(record: ComparisonRecord, groups: Sequence[Group], metric: str) -> tuple[str, str]:
    """Below a panel's name: the difference of a pair, or how many groups are told apart."""
    if len(record.pairs) == 1:
        one = record.pairs[0].metric(metric)
        if one.not_compared:
            return "not compared", QUIET
        gap = wording.interval_of_mean(one.difference, decimals(metric), signed=True)
        return gap, _of(one)
    first = groups[0]
    against = [pair for pair in record.pairs if pair.first is first]
    told = sum(pair.metric(metric).told is not None for pair in against)
    return f"{told} of {len(against)} told apart from {first.name}", QUIET
