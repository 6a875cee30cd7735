"""A sweep's cases beside each other: what each comes to, and what can be told apart.

A case whose generator has a moving average has a second entry for it, which is compared like any
other; it never stands for the generator itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float, Int
from numpy import ndarray

from ganrun.config.metrics import AVERAGED
from ganrun.influence.comparisons import (
    differences_from,
    may_be_best,
    seeds_needed,
    told_apart,
)
from ganrun.influence.levels import Levels
from ganrun.influence.points import CASE
from ganrun.influence.rates import DIGITS, Outcome, Summary, level_as_of_student
from ganrun.influence.replicates import seed_numbers
from ganrun.influence.share_intervals import LEVEL
from ganrun.influence.trials import Measured, Trials

RECOVERED = "modes_recovered"
RANKED_BY = (RECOVERED, "high_quality", "reverse_kl")
"""Metrics by which cases are ranked, the first that differs deciding."""

NOTHING: Summary = {"trials": 0, "count": None, "value": None, "low": None, "high": None}

Entry = dict[str, Any]


def cases_of(
    trials: Trials,
    levels: Mapping[str, Levels],
    blocks: tuple[Int[ndarray, " n"], Int[ndarray, " n"]],
) -> dict[str, Any] | None:
    """The ranking of a sweep's cases, JSON-ready; None where there is none.

    There is none without cases, and none where their targets have different numbers of modes.
    `plain` is the case that changes nothing, `entries` holds the cases from the best to the worst,
    each followed by its moving average if it has one, `needs` the seeds without which no difference
    from the plain case could be shown, `most` the modes that can be recovered.
    """
    if CASE not in levels or trials.modes is None or RECOVERED not in trials.measured:
        return None
    measured = {
        name: means(one, blocks, levels[CASE].number, len(levels[CASE]))
        for name, one in trials.measured.items()
    }
    entries = [
        _entry(trials, levels[CASE], number, measured, average)
        for number in range(len(levels[CASE]))
        for average in ("", AVERAGED)
    ]
    known = [entry for entry in entries if entry["measured"][RECOVERED]["value"] is not None]
    if not known:
        return None
    _compare(trials, levels[CASE], known)
    return {
        "plain": trials.plain,
        "seeds": seed_numbers(trials.seed)[0],
        "needs": seeds_needed(max(len(known) - 1, 1)),
        "perfect": trials.perfect,
        "most": trials.most_recovered,
        "entries": _in_order([one for one in entries if one in known or not one["averaged"]]),
    }


def means(
    measured: Measured,
    blocks: tuple[Int[ndarray, " n"], Int[ndarray, " n"]],
    case: Int[ndarray, " n"],
    cases: int,
) -> list[Summary]:
    """The mean of a metric in every case, with its 95 % interval.

    How far a count can vary is known from its mean; of another number it is only known from its
    trials, for which Student's quantile allows.
    """
    trials = np.bincount(case).min()
    level = level_as_of_student(trials - 1) if measured.steps and trials > 1 else LEVEL
    column = Outcome(measured.values, *blocks, measured.most, rate=False, steps=measured.steps)
    return column.summaries(case, cases, level=level)


def _entry(
    trials: Trials,
    cases: Levels,
    number: int,
    measured: Mapping[str, Sequence[Summary]],
    average: str,
) -> Entry:
    """What a case's generators came to, or their moving averages."""
    here = cases.number == number
    has = average + RECOVERED in measured
    counts = trials.measured[average + RECOVERED].values[here] if has else np.empty(0)
    return {
        "case": cases.entries[number]["value"],
        "averaged": bool(average),
        "measured": {
            name: measured[average + name][number] if has else NOTHING for name in RANKED_BY
        },
        "trials": int(np.isfinite(counts).sum()),
        "whole": int((counts >= trials.most_recovered).sum()),
        "verdicts": _verdicts(trials.verdict[here]) if not average else {},
        "may_be_best": False,
        "than_plain": None,
        "difference": None,
    }


def _verdicts(words: ndarray) -> dict[str, int]:
    """How many trials there are of each verdict; a moving average has none of its own."""
    return dict(sorted(Counter(map(str, words[words != ""])).items()))


def _compare(trials: Trials, cases: Levels, entries: Sequence[Entry]) -> None:
    """Say of every entry whether it is `better` or `worse` than the plain case, and may be best."""
    counts = np.stack(
        [
            _by_seed(trials, cases, entry["case"], AVERAGED if entry["averaged"] else "")
            for entry in entries
        ]
    )
    best = may_be_best(counts)
    names = [(entry["case"], entry["averaged"]) for entry in entries]
    plain = names.index((trials.plain, False)) if (trials.plain, False) in names else None
    for entry, one in zip(entries, best, strict=True):
        entry["may_be_best"] = bool(one)
    if plain is None:
        return
    differences = differences_from(counts, plain)
    others = [place for place in range(len(entries)) if place != plain]
    told = told_apart([differences[place] for place in others])
    for place, is_told in zip(others, told, strict=True):
        gap = float(np.nanmean(counts[place] - counts[plain]))
        word = None if not is_told else "better" if gap > 0 else "worse"
        entries[place] |= {"than_plain": word, "difference": round(gap, DIGITS)}


def _by_seed(trials: Trials, cases: Levels, case: str, average: str) -> Float[ndarray, "S P"]:
    """How many modes the trials of a case recover, by seed and point of the design."""
    here = cases.number == [entry["value"] for entry in cases.entries].index(case)
    seeds, seed = seed_numbers(trials.seed)
    order = np.argsort(seed[here], kind="stable")
    return trials.measured[average + RECOVERED].values[here][order].reshape(seeds, -1)


def _in_order(entries: Sequence[Entry]) -> list[Entry]:
    """From the best to the worst, the moving averages behind what they are averages of."""

    def worth(entry: Entry) -> tuple[float, ...]:
        recovered, quality, kl = (entry["measured"][name]["value"] for name in RANKED_BY)
        signed = (recovered and -recovered, quality and -quality, kl)
        return tuple(np.inf if one is None else one for one in signed)

    raw = sorted((entry for entry in entries if not entry["averaged"]), key=worth)
    averages = {entry["case"]: entry for entry in entries if entry["averaged"]}
    return [one for entry in raw for one in (entry, averages.get(entry["case"])) if one is not None]
