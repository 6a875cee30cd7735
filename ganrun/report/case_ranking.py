"""The ranking of a sweep's cases as all media show it: what each comes to, and what it costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ganrun import wording
from ganrun.influence.cases import RANKED_BY
from ganrun.influence.rates import student_interval
from ganrun.report.run_story import AVERAGED_ROW
from ganrun.report.sweep_record import Numbers, SweepRecord
from ganrun.verdict import FROM_THE_WORST

COSTLY = 2.0
"""Times the plain case's seconds from which on a case is called costly."""
SECONDS = "seconds"
COLUMNS = (*RANKED_BY[:2], SECONDS, *RANKED_BY[2:])
"""What cases are shown by, and the seconds that a run trains; narrow tables have the first."""
SHARES = ("high_quality",)
"""Metrics that are told in per cent."""

BEST_MEANS = "cannot be told from the best: no other case can be shown to recover more"
NOT_TOLD = "no difference can be shown"


@dataclass(frozen=True)
class CaseRow:
    """One entry of the ranking (see `influence.cases`), and the seconds that a run of it takes."""

    entry: Mapping[str, Any]
    seconds: Numbers
    """Mean and 95 % interval over its runs; of a moving average, nothing."""
    times_plain: float | None = None
    """The seconds over those of the plain case."""
    is_plain: bool = False

    @property
    def name(self) -> str:
        """The case; of a moving average, which stands below it, only what it is."""
        return AVERAGED_ROW if self.entry["averaged"] else self.entry["case"]

    @property
    def than_plain(self) -> str:
        """Whether it recovers more modes than the plain case: `better`, `worse`, or neither."""
        return "" if self.is_plain else self.entry["than_plain"] or "-"

    @property
    def verdicts(self) -> str:
        """How its trials ended: `13 converged, 3 collapsed`."""
        counts = self.entry["verdicts"]
        words = sorted(counts, key=lambda word: (-counts[word], _SEVERITY.index(word)))
        return ", ".join(f"{counts[word]:,} {word}" for word in words)

    def words(self, name: str) -> str:
        """A metric, or the seconds, with its interval."""
        if name == SECONDS:
            return _seconds_words(self.seconds)
        numbers = self.entry["measured"][name]
        return wording.interval(numbers) if name in SHARES else wording.interval_of_mean(numbers)


_SEVERITY = [one.word for one in FROM_THE_WORST]


def case_rows(record: SweepRecord) -> list[CaseRow]:
    """The ranking, from the best case to the worst; empty where there is none."""
    cases = record.influence["cases"]
    if cases is None:
        return []
    seconds = _seconds(record)
    plain = seconds.get(cases["plain"], _UNKNOWN)["value"]
    rows = []
    for entry in cases["entries"]:
        own = _UNKNOWN if entry["averaged"] else seconds.get(entry["case"], _UNKNOWN)
        times = own["value"] / plain if plain and own["value"] else None
        is_plain = entry["case"] == cases["plain"] and not entry["averaged"]
        rows.append(CaseRow(entry, own, times, is_plain))
    return rows


_UNKNOWN: Numbers = {"value": None, "low": None, "high": None, "trials": 0}


def _seconds(record: SweepRecord) -> dict[str, Numbers]:
    """By case, the mean of the seconds that its runs took, on the machine that trained most."""
    machine = _machine(record)
    by_case: dict[str, list[float]] = {}
    for row in record.rows:
        if row.seconds is not None and row.machine == machine:
            case = record.design.case(row.cell)
            by_case.setdefault(str(case), []).append(row.seconds)
    return {case: _mean(seconds) for case, seconds in by_case.items()}


def _machine(record: SweepRecord) -> str:
    """The type of machine that trained most of the runs."""
    counts = Counter(row.machine for row in record.rows if row.seconds is not None and row.machine)
    return min(counts, key=lambda machine: (-counts[machine], machine), default="")


def not_timed(record: SweepRecord) -> int:
    """Runs whose seconds are not compared: of other machines, or of none that is known."""
    machine = _machine(record)
    return sum(row.seconds is not None and row.machine != machine for row in record.rows)


def _mean(numbers: Sequence[float]) -> Numbers:
    """The mean and Student's interval for it."""
    found = student_interval(np.array(numbers))
    low = found["low"] if found["low"] is None else max(found["low"], 0.0)
    return {"value": found["value"], "low": low, "high": found["high"], "trials": found["trials"]}


def _seconds_words(numbers: Numbers) -> str:
    value = numbers["value"]
    if value is None:
        return "-"
    return f"{value:.1f} s" if value < 10 else f"{value:.0f} s"


def perfect_words(record: SweepRecord, name: str) -> str:
    """What perfect samples score on a metric, on average."""
    perfect = (record.influence["cases"]["perfect"] or {}).get(name)
    if perfect is None:
        return "-"
    return wording.percent(perfect["mean"]) if name in SHARES else f"{perfect['mean']:.2f}"


def costs(record: SweepRecord) -> str:
    """Which cases take much longer than the plain one; empty if none does."""
    rows = [row for row in case_rows(record) if (row.times_plain or 0) >= COSTLY]
    if not rows:
        return ""
    rows.sort(key=lambda row: -(row.times_plain or 0))
    named = [f"{row.name} ({row.times_plain:.1f} times)" for row in rows]
    takes = wording.form_for(len(rows), "Costly is", "Costly are")
    plain = record.influence["cases"]["plain"]
    return f"{takes} {wording.listed(named, 12)}: training takes that much of what {plain} takes."


def rows_json(record: SweepRecord) -> dict[str, Any] | None:
    """The ranking with its seconds, as plain data."""
    cases = record.influence["cases"]
    if cases is None:
        return None
    entries = [
        {**row.entry, "seconds": dict(row.seconds), "times_plain": row.times_plain}
        for row in case_rows(record)
    ]
    return {**cases, "machine": _machine(record), "entries": entries}
