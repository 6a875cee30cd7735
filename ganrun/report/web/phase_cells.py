"""What the phase diagram of a sweep's page is made of: factors, their places, and outcomes.

The page counts for itself, since its reader may put any two factors on the axes and fix any level
of the others; what counts as what is decided here, and the same for figures, terminal and page.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.influence import MISSED, RATES
from ganrun.influence.trials import MODES_MISSING, outcome_values
from ganrun.report.cell_trials import from_best_to_worst
from ganrun.report.phase_grid import (
    GALLERY_COLUMNS,
    MOST_COLUMNS,
    MOST_ROWS,
    axis_of,
    gallery_columns,
    phase_grid,
)
from ganrun.report.sweep_record import SweepRecord

OUTCOMES = {
    **{rate: rate for rate in RATES},
    MISSED: "missed a mode",
    MODES_MISSING: "modes missing, mean",
}
"""What a cell may be coloured by, and its words in a menu and behind a number."""


def phase_data(record: SweepRecord) -> dict[str, Any]:
    """Factors, outcomes and the order of the trials, JSON-ready; trials in the design's order."""
    grid = phase_grid(record)
    return {
        "factors": [_factor(record, field) for field in record.varied],
        "across": grid.across.field if grid.across else None,
        "down": grid.down.field if grid.down else None,
        "outcomes": [_outcome(record, outcome, words) for outcome, words in OUTCOMES.items()],
        "rank": _ranks(record),
        "recovered": [row.modes_recovered for row in record.rows],
        "modes": record.modes_total,
        "student": _student_quantiles(len(record.design.sweep.seeds)),
    }


def _factor(record: SweepRecord, field: str) -> dict[str, Any]:
    """A factor: the level of each cell of the design, and the levels' places on either axis."""
    levels = record.levels[field]
    seeds = len(record.design.sweep.seeds)
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
    values = outcome_values(record.trials, outcome)
    return {
        "name": outcome,
        "words": words,
        "kind": "rate" if outcome in RATES else "mean",
        "values": [None if value != value else int(value) for value in values],
    }


def _ranks(record: SweepRecord) -> list[int | None]:
    """Each trial's place from the best to the worst; None without a result."""
    ranks: list[int | None] = [None] * len(record.rows)
    for place, row in enumerate(from_best_to_worst(record.rows)):
        ranks[row.index] = place
    return ranks


def _student_quantiles(seeds: int) -> list[float]:
    """The 97.5 % points of Student's distribution with 1, 2, ... degrees of freedom."""
    if seeds < 2:
        return []
    from scipy.special import stdtrit

    points: Float[ndarray, " d"] = stdtrit(np.arange(1, seeds), 0.975)
    return [round(float(point), 6) for point in points]
