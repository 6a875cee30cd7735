"""The charts of a sweep's page: their numbers for plotly, and the same numbers as tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganrun import wording
from ganrun.influence import COLLAPSED, MISSED, MODES_MISSING, OTHER_ENDINGS
from ganrun.page.html_page import escaped
from ganrun.report.sweep_record import BY, Effect, Numbers, SweepRecord
from ganrun.report.sweep_story import chosen_effects
from ganrun.report.web.page_parts import table

MOST_PANELS = 12
"""Factors whose levels are drawn; the file holds all."""


def charts_data(record: SweepRecord) -> dict[str, Any]:
    """Numbers of the ranking and of the levels, JSON-ready."""
    return {
        "ranking": [_effect(effect) for effect in chosen_effects(record)],
        "explained": record.explained,
        "levels": [_levels(record, field) for field in drawn_factors(record)],
        "undertrained": bool(record.verdicts["undertrained"]),
    }


def drawn_factors(record: SweepRecord) -> Sequence[str]:
    """Factors whose levels are drawn, the most influential first."""
    return record.leveled[:MOST_PANELS]


def ranking_table(record: SweepRecord) -> str:
    """Who explains how much, as an HTML table."""
    rows = [
        [escaped(effect.label), _shown(effect.share), _shown(effect.total)]
        for effect in chosen_effects(record)
    ]
    caption = f"Shares of the variance in {record.explained}, with 95 % intervals"
    return table(caption, ["", *BY.values()], rows, caption=caption)


def levels_table(record: SweepRecord, field: str) -> str:
    """What happens at each level of a factor, as an HTML table."""
    missing, missed = record.rates(MODES_MISSING, field), record.rates(MISSED, field)
    recovered = record.recovered_by_level(field)
    endings = [name for name in (COLLAPSED, *OTHER_ENDINGS) if record.verdicts[name]]
    rows = [
        [
            escaped(label),
            f"{missed[i]['trials']:,}",
            escaped(wording.interval_of_mean(missing[i])),
            *(escaped(wording.interval(one[i])) for one in (missed, recovered)),
            *(escaped(wording.interval(record.rates(name, field)[i])) for name in endings),
        ]
        for i, label in enumerate(record.levels[field].labels)
    ]
    heads = ["level", "trials", "modes missing", "miss any mode", "modes recovered", *endings]
    caption = f"By {record.called(field)}, with 95 % intervals"
    if endings:
        caption += f"; {wording.listed(endings)} {record.judged}"
    return table(caption, heads, rows, caption=caption)


def _effect(effect: Effect) -> dict[str, Any]:
    return {
        "kind": effect.kind,
        "label": effect.label,
        "share": _three(effect.share),
        "total": _three(effect.total),
    }


def _levels(record: SweepRecord, field: str) -> dict[str, Any]:
    levels = record.levels[field]
    return {
        "field": field,
        "name": record.called(field),
        "labels": list(levels.labels),
        "ordered": levels.ordered,
        "missed": [_three(numbers) for numbers in record.rates(MISSED, field)],
        "recovered": [_three(numbers) for numbers in record.recovered_by_level(field)],
        "undertrained": [_three(numbers) for numbers in record.rates("undertrained", field)],
    }


def _three(numbers: Numbers | None) -> list[float | None] | None:
    """Value and interval; the interval is None with one seed."""
    if numbers is None:
        return None
    return [numbers["value"], numbers["low"], numbers["high"]]


def _shown(numbers: Numbers | None) -> str:
    return escaped(wording.interval(numbers)) if numbers else ""
