"""What the phase diagram of a sweep's page is made of: factors, their places, and outcomes.

The page counts for itself, since its reader may put any two factors on the axes and fix any level
of the others; what counts as what is decided here, and the same for figures, terminal and page.
"""

from __future__ import annotations

from itertools import permutations
from typing import Any

import numpy as np

from ganrun.influence import MISSED, MODES_MISSING, RATES, rates
from ganrun.influence.share_intervals import LEVEL
from ganrun.influence.table import outcome_column
from ganrun.report.cell_trials import from_best_to_worst
from ganrun.report.phase_grid import (
    GALLERY_COLUMNS,
    MOST_COLUMNS,
    MOST_ROWS,
    axis_of,
    gallery_columns,
    phase_grid,
)
from ganrun.report.run_story import BEYOND, MARK
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.sweep_story import beyond_perfect

COUNTED = {MODES_MISSING: "modes missing, mean", MISSED: "missed a mode"}
"""What a cell may be coloured by without a judge, and its words in a menu and behind a number."""


def phase_data(record: SweepRecord) -> dict[str, Any]:
    """Factors, outcomes and the order of the trials, JSON-ready; trials in the design's order."""
    grid = phase_grid(record)
    return {
        "factors": [_factor(record, field) for field in record.varied],
        "across": grid.across.field if grid.across else None,
        "down": grid.down.field if grid.down else None,
        "outcomes": [_outcome(record, *one) for one in _outcome_words(record).items()],
        "rank": _ranks(record),
        "recovered": [row.modes_recovered for row in record.rows],
        "beyond": {
            "trials": beyond_perfect(record),
            "mark": MARK,
            "words": BEYOND,
        },
        "modes": record.modes_total,
        "intervals": {**intervals_rule(), "picked": _picked(record)},
    }


def _outcome_words(record: SweepRecord) -> dict[str, str]:
    """What a cell may be coloured by, the headline first, with the words for it."""
    return {**COUNTED, **{word: f"{word} {record.judged}" for word in RATES if word not in COUNTED}}


def _factor(record: SweepRecord, field: str) -> dict[str, Any]:
    """A factor: the level of each cell of the design, and the levels' places on either axis."""
    levels = record.levels[field]
    seeds = len(record.design.seeds)
    places = {
        "across": MOST_COLUMNS,
        "down": MOST_ROWS,
        "lone": GALLERY_COLUMNS * MOST_ROWS,
    }
    return {
        "field": field,
        "name": record.called(field),
        "levels": list(levels.labels),
        "number": levels.number[::seeds].tolist(),
        **{way: _places(record, field, most, way) for way, most in places.items()},
    }


def _places(record: SweepRecord, field: str, most: int, way: str) -> dict[str, Any]:
    axis = axis_of(record, field, most)
    number = record.levels[field].number
    place = {int(level): int(at) for level, at in zip(number, axis.number, strict=True)}
    found = {
        "labels": list(axis.labels),
        "place": [place.get(level, -1) for level in range(len(record.levels[field]))],
        "rising": axis.rising,
    }
    if way == "lone":
        found["columns"] = gallery_columns(len(axis.labels), axis.rising)
    return found


def _outcome(record: SweepRecord, outcome: str, words: str) -> dict[str, Any]:
    """A number per trial: 0 or 1 for a rate, or how many modes are missing; None if left out."""
    column = outcome_column(record.trials, outcome, record.levels)
    return {
        "name": outcome,
        "words": words,
        "kind": "rate" if column.rate else "mean",
        "most": column.most,
        "values": [None if value != value else int(value) for value in column.values],
    }


def _ranks(record: SweepRecord) -> list[int | None]:
    """Each trial's place from the best to the worst; None without a result."""
    ranks: list[int | None] = [None] * len(record.rows)
    for place, row in enumerate(from_best_to_worst(record.rows)):
        ranks[row.index] = place
    return ranks


def _picked(record: SweepRecord) -> dict[int, dict[str, Any]]:
    """By how many cells a grid may have: the quantiles for one of them picked for its number."""
    counts = [len(record.levels[field]) for field in record.varied]
    pairs = {
        min(across, MOST_COLUMNS) * min(down, MOST_ROWS) for across, down in permutations(counts, 2)
    }
    lone = {min(count, GALLERY_COLUMNS * MOST_ROWS) for count in counts}
    return {
        cells: _quantiles(rates.simultaneous_level(cells)) for cells in sorted({1} | lone | pairs)
    }


def _quantiles(level: float) -> dict[str, Any]:
    freedom = (*range(1, rates.MOST_FREEDOM), np.inf)
    *student, normal = (rates.student_quantile(free, level) for free in freedom)
    return {"student": [round(quantile, 6) for quantile in student], "normal": normal}


def intervals_rule() -> dict[str, Any]:
    """What the page needs to give its cells the intervals of `influence.rates`."""
    return {
        **_quantiles(LEVEL),
        "correction": rates.CORRECTION,
        "leastOfLuck": rates.LEAST_OF_LUCK,
        "priorTrials": rates.PRIOR_TRIALS,
    }
