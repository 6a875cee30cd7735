"""Small multiples for a page: every metric of every group, a line for each seed, as plain SVG."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from ganrun import wording
from ganrun.compare import Group
from ganrun.compare.sentences import decimals
from ganrun.config.metrics import by_worth, metric_called, name_of
from ganrun.page.html_page import escaped
from ganrun.report.comparison_record import ComparisonRecord

MOST_GROUPS = 8
"""Groups that a panel has room for, the first ones."""
MOST_NAMED = 3
"""Groups whose names have room below a panel."""
WIDTH, HEIGHT, SIDE, TOP, FOOT = 220, 132, 34, 8, 6
"""Units of a panel: its size, and what is left free at its sides, above and below."""
TONES = {"better": "good", "worse": "bad"}

Point = tuple[int, float]


def paired_lines(record: ComparisonRecord) -> str:
    """All panels, those first that tables show first."""
    groups = record.comparison.groups[:MOST_GROUPS]
    known = [name for name in by_worth(record.comparison.metrics) if _known(groups, name)]
    panels = "".join(_panel(record, groups, name) for name in known)
    return f'<div class="panels">{panels}</div>'


def _labels(groups: Sequence[Group]) -> list[str]:
    """What stands below a panel: names, or where there are many their numbers."""
    if len(groups) <= MOST_NAMED:
        return [one.name for one in groups]
    return [str(place + 1) for place in range(len(groups))]


def group_key(record: ComparisonRecord) -> str:
    """Which number stands for which group, and that not all are drawn; empty where names do."""
    groups = record.comparison.groups
    if len(groups) <= MOST_NAMED:
        return ""
    named = zip(_labels(groups[:MOST_GROUPS]), groups, strict=False)
    words = wording.listed(f"{number} {group.name}" for number, group in named)
    left = len(groups) - MOST_GROUPS
    more = f"; {wording.plural(left, 'other group')} not drawn" if left > 0 else ""
    return f"{escaped(words)}{more}."


def _known(groups: Sequence[Group], metric: str) -> list[float]:
    return [float(one) for group in groups for one in group.values(metric) if not math.isnan(one)]


def _panel(record: ComparisonRecord, groups: Sequence[Group], metric: str) -> str:
    known, perfect = _known(groups, metric), record.perfect(metric)
    ends = [*known, *([perfect] if perfect is not None else [])]
    low, high = min(ends), max(ends)
    room = (high - low) or 1.0

    def y(value: float) -> float:
        clipped = min(max(value, low), high)
        return round(TOP + (HEIGHT - TOP - FOOT) * (1 - (clipped - low) / room), 1)

    def x(place: int) -> float:
        return round(SIDE + (WIDTH - 2 * SIDE) * place / max(len(groups) - 1, 1), 1)

    def path(points: Sequence[Point]) -> str:
        return " ".join(f"{x(place)},{y(at)}" for place, at in points)

    lines = "".join(
        f'<polyline class="seed" points="{path(points)}"/>'
        for points in _seeds(groups, metric)
        if len(points) > 1
    )
    dots = "".join(
        f'<circle class="run" cx="{x(place)}" cy="{y(at)}" r="1.6"/>'
        for points in _seeds(groups, metric)
        for place, at in points
    )
    level = (
        f'<line class="perfect" x1="8" x2="{WIDTH - 8}" y1="{y(perfect)}" y2="{y(perfect)}"/>'
        if perfect is not None
        else ""
    )
    means = "".join(
        _mean(record, groups, metric, place, x(place), y) for place in range(len(groups))
    )
    names = "".join(
        f'<span style="left: {100 * x(place) / WIDTH:.1f}%">{escaped(name)}</span>'
        for place, name in enumerate(_labels(groups))
    )
    words = f"{name_of(metric)}: {_spoken(record, groups, metric)}"
    return f"""<figure class="lines"><figcaption><b>{escaped(name_of(metric))}</b>
<span class="quiet">{_range(metric, low, high)}</span></figcaption>
<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escaped(words)}">{level}{lines}{dots}
{means}</svg><div class="lines-names quiet small">{names}</div></figure>"""


def _range(metric: str, low: float, high: float) -> str:
    """From where to where the panel reaches."""
    digits = 0 if metric_called(metric).counts else decimals(metric)
    return f"{wording.value(low, digits)} to {wording.value(high, digits)}"


def _seeds(groups: Sequence[Group], metric: str) -> list[list[Point]]:
    """For each seed, the places of the groups that have it, and what it came to."""
    by_seed: dict[int, list[Point]] = {}
    for place, group in enumerate(groups):
        for seed, value in zip(group.seeds, group.values(metric), strict=True):
            if not math.isnan(value):
                by_seed.setdefault(seed, []).append((place, float(value)))
    return list(by_seed.values())


def _mean(
    record: ComparisonRecord,
    groups: Sequence[Group],
    metric: str,
    place: int,
    x: float,
    y: Callable[[float], float],
) -> str:
    mean = record.comparison.means[groups[place].name, metric]
    if mean["value"] is None:
        return ""
    tone = _tone(record, groups, metric, place)
    span = ""
    if mean["low"] is not None:
        ends = f'y1="{y(mean["low"])}" y2="{y(mean["high"])}"'
        span = f'<line class="span {tone}" x1="{x}" x2="{x}" {ends}/>'
    return f'{span}<circle class="mean {tone}" cx="{x}" cy="{y(mean["value"])}" r="4"/>'


def _tone(record: ComparisonRecord, groups: Sequence[Group], metric: str, place: int) -> str:
    """How a group stands to the first one: better, worse, told apart, or none of it."""
    if not place:
        return "told"
    pair = next(
        one for one in record.pairs if one.first is groups[0] and one.second is groups[place]
    )
    found = pair.metric(metric)
    return TONES.get(found.worth or "", "told" if found.told else "")


def _spoken(record: ComparisonRecord, groups: Sequence[Group], metric: str) -> str:
    """The means in words, for who cannot see them."""
    means = ((one.name, record.comparison.means[one.name, metric]) for one in groups)
    return "; ".join(
        f"{name} {wording.interval_of_mean(mean, decimals(metric))}" for name, mean in means
    )
