"""The table of a sweep's page: what every trial was given, and what came of it, in columns."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from ganrun import wording
from ganrun.config.metrics import BY_WORTH, metric_called
from ganrun.influence.levels import is_number
from ganrun.report.design_words import short_names
from ganrun.report.sweep_record import SweepRecord
from ganrun.report.web.page_parts import NAME
from ganrun.store import StoreError
from ganrun.store.layout import TRIALS
from ganrun.store.sweep_folder import RESULTS

HEADLINE_METRICS = BY_WORTH[:7]
"""Metrics that have a column; `results.csv` holds all of them."""
DIGITS = 6
"""Significant digits that the page keeps of a number."""


def table_data(record: SweepRecord) -> dict[str, Any]:
    """The columns, JSON-ready; an entry per trial, or per cell of the design where seeds share it.

    Besides them `folder`, which names each trial's folder, and `reports`, whether it has a page.
    """
    results = read_results(record)
    return {
        "seeds": list(record.design.seeds),
        "columns": [*_design_columns(record), *_result_columns(record, results)],
        "folder": {"name": record.design.sweep.base.name, "ids": "".join(results["id"])},
        "reports": _reports(record, results["id"]),
    }


def read_results(record: SweepRecord) -> Mapping[str, Sequence[str]]:
    """The columns of `results.csv` as they are written, a text per trial."""
    path = record.path / RESULTS
    try:
        with path.open(newline="", encoding="utf-8") as file:
            header, *rows = csv.reader(file)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path}: cannot be read: {error}") from error
    columns = list(zip(*rows, strict=True))
    return dict(zip(header, columns, strict=True))


def folder_name(record: SweepRecord, index: int, identity: str) -> str:
    """The name of a trial's folder, from its id: as the store makes it from the experiment."""
    seeds = record.design.seeds
    return f"{record.design.sweep.base.name}-s{seeds[index % len(seeds)]}-{identity}"


def _design_columns(record: SweepRecord) -> list[dict[str, Any]]:
    """The varied fields, and the case, by cell."""
    design = record.design
    points = [design.values(cell) for cell in range(design.cells)]
    columns = []
    for place, (field, short) in enumerate(
        zip(design.columns, short_names(design.columns), strict=True)
    ):
        values = [point[place] for point in points]
        numeric = all(is_number(value) for value in values)
        columns.append(
            {
                "name": field,
                "label": short,
                "title": record.called(field),
                "numeric": numeric,
                "log": field in record.trials.log,
                "cells": [
                    rounded(value) if numeric else wording.setting(value) for value in values
                ],
            }
        )
    if design.sweep.cases:
        cases = [design.case(cell) for cell in range(design.cells)]
        columns.append({"name": "case", "label": "case", "title": "case", "cells": cases})
    return columns


def _result_columns(
    record: SweepRecord, results: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    rows = record.rows
    told: list[dict[str, Any]] = [
        {"name": "seed", "numeric": True, "trials": [row.seed for row in rows]},
        {"name": "verdict", "title": "the quick verdict", "trials": [row.verdict for row in rows]},
        {"name": "status", "trials": [row.status for row in rows]},
    ]
    if any(row.confirmed for row in rows):
        title = "what it came to when it was played on to three times its rounds"
        confirmed = [row.confirmed for row in rows]
        told.insert(2, {"name": "confirmed", "title": title, "trials": confirmed})
    return [{"label": column["name"], "title": column["name"]} | column for column in told] + [
        {
            "name": metric,
            "label": metric,
            "title": metric_called(metric).description,
            "numeric": True,
            "trials": [rounded(float(text)) if text else None for text in results[metric]],
        }
        for metric in (*HEADLINE_METRICS, *record.design.sweep.own_metrics)
    ]


def rounded(value: Any) -> float:
    """As JSON writes it shortest: whole numbers without a point, others to a few digits."""
    number = float(f"{value:.{DIGITS}g}")
    return int(number) if number.is_integer() and abs(number) < 1e15 else number


def _reports(record: SweepRecord, identities: Sequence[str]) -> str:
    """A 1 or 0 per trial: whether it has a page of its own."""
    place = record.path / TRIALS
    return "".join(
        str(int((place / folder_name(record, index, identity) / NAME).is_file()))
        for index, identity in enumerate(identities)
    )
