"""Tables of trials, and the intervals that Python and the pages' JavaScript both give for them.

`python -m tests.rate_cases` writes `tests/web/rates.json` anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from ganrun.influence.rates import Outcome
from ganrun.report.web.phase_cells import intervals_rule

FILE = Path(__file__).parent / "web" / "rates.json"


def rate_cases() -> dict[str, Any]:
    """The rule's numbers, and tables with the groups that stand beside each other."""
    rng = np.random.default_rng(6)
    cases = []
    for seeds, cells, most, gaps in (
        (8, 12, 1, 0.0),
        (3, 12, 1, 0.0),
        (2, 6, 1, 0.0),
        (5, 12, 1, 0.15),
        (4, 12, 5, 0.05),
        (1, 6, 1, 0.0),
    ):
        rates = np.repeat(np.linspace(0.0, 1.0, cells), seeds)
        good = np.tile(rng.normal(0, 0.15, seeds), cells)
        values = rng.binomial(most, np.clip(rates + good, 0, 1)).astype(float)
        values[rng.random(len(values)) < gaps] = np.nan
        cell = np.repeat(np.arange(cells), seeds)
        for size in (cells, 4, 1):
            column = Outcome(values, np.tile(np.arange(seeds), cells), cell, most, most == 1)
            cases.append(
                {
                    "seeds": seeds,
                    "most": most,
                    "values": [None if value != value else int(value) for value in values],
                    "groups": [
                        np.flatnonzero(cell // size == group).tolist()
                        for group in range(-(-cells // size))
                    ],
                    "expected": column.summaries(cell // size, -(-cells // size)),
                }
            )
    return {"rule": intervals_rule(), "cases": cases}


if __name__ == "__main__":
    FILE.write_text(json.dumps(rate_cases()) + "\n", encoding="utf-8")
