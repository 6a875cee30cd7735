"""The table of the page of many runs: what `ganrun list` knows of each, in columns."""

from __future__ import annotations

import os
from datetime import datetime
from typing import Any

from ganrun.report.list_columns import ListColumn, is_number
from ganrun.report.run_list import Listed, RunList
from ganrun.report.web.page_parts import NAME
from ganrun.report.web.trial_table import rounded

MOST_MARKS = 25
"""Modes of a run that have a mark each."""


def list_data(found: RunList) -> dict[str, Any]:
    """The columns, JSON-ready, with an entry per line; those are left out that nothing stands in.

    Besides them `folders`, `reports` (whether each has a page) and `fates` (what became of each).
    """
    columns = [_column(column, found) for column in found.columns]
    return {
        "columns": [one for one in columns if any(cell not in (None, "") for cell in one["cells"])],
        "folders": [one.path.relative_to(found.folder).as_posix() for one in found.entries],
        "reports": "".join("01"[has_page(one)] for one in found.entries),
        "fates": [fate(one) for one in found.entries],
    }


def fate(one: Listed) -> str:
    """What became of a run: its verdict, or its status while it has none; a sweep is a sweep."""
    if one.kind == "sweep":
        return "sweep"
    return str(one.values.get("verdict") or one.values["status"])


def has_page(one: Listed) -> bool:
    """Whether a run or a sweep has a page of its own."""
    return os.path.isfile(one.path / NAME)


def _column(column: ListColumn, found: RunList) -> dict[str, Any]:
    told: dict[str, Any] = {"name": column.name, "label": column.label, "title": column.title}
    if column.numeric:
        told["numeric"] = True
    if column.name == "age":
        # The page tells the age at which it is looked at.
        return {**told, "since": True, "cells": [_seconds(one) for one in found.entries]}
    if column.name == "modes_recovered":
        told["marks"] = [_marks(one) for one in found.entries]
    values = [one.value(column) for one in found.entries]
    if not column.numeric:
        return {**told, "cells": ["" if value is None else value for value in values]}
    return {**told, "cells": [rounded(value) if is_number(value) else None for value in values]}


def _seconds(one: Listed) -> int | None:
    """When it ended or began, in seconds since 1970."""
    when = one.values.get("when")
    return None if when is None else int(datetime.fromisoformat(str(when)).timestamp())


def _marks(one: Listed) -> str:
    """A 1 for each mode that was recovered, a 0 for each other one; empty where there are many."""
    summary = one.glance.summary if one.glance else {}
    recovered, total = summary.get("recovered_modes"), int(summary.get("modes_total") or 0)
    if recovered is None or total > MOST_MARKS:
        return ""
    return "".join("01"[mode in recovered] for mode in range(total))
