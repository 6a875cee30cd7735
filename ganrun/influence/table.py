"""The whole answer: `influence.json` from a sweep's table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Int
from numpy import ndarray

from ganrun.influence.cases import cases_of
from ganrun.influence.claims import mark_claims
from ganrun.influence.levels import Levels, cell_numbers, levels_of
from ganrun.influence.names import plain_name
from ganrun.influence.paragraph import headline_outcome, paragraph
from ganrun.influence.points import places
from ganrun.influence.rates import Outcome, Summary, simultaneous_level
from ganrun.influence.replicates import NoShares, seed_numbers
from ganrun.influence.shares import shares_of
from ganrun.influence.trials import (
    COLLAPSED,
    HEADLINES,
    OTHER_ENDINGS,
    OUTCOMES,
    QUICK,
    RATES,
    Trials,
    outcome_values,
)

FORMAT = 3
"""Number of the answer's form: 2 has intervals over seeds, `extremes`, `rounds` and `verdicts`, and
is ranked by the modes that are missing; and a surrogate's shares of Sobol and random designs. 3 has
`cases`, says which shares are `claimed`, and its intervals exclude nothing where levels tie by
chance."""


def influence_of(trials: Trials) -> dict[str, Any]:
    """Which factors influence whether GANs collapse, and how much: JSON-ready, deterministic.

    Keys: `format`, `design`, `trials` (counts), `rounds` of every trial and `modes` of its target
    (None where they differ), `verdicts` (who judged: `quick`), `factors` (with their levels),
    `ranking` (fields, the most influential on the headline outcome first), `cases` (their ranking,
    or None), `outcomes`, and `paragraph`. An outcome has `overall`, `levels` and `pairs` (rates or
    means with 95 % intervals, which are None with one seed), `extremes`, `left_out`, and `shares`
    of its variance, or None and a `note` that says why. `extremes` holds for each factor the levels
    where it is `least` and where it is `most`; since they were picked after looking, their
    intervals are wider: those of all levels of all factors hold at once in 95 %. Of the shares that
    the paragraph is about each is `claimed` to be more than nothing or not, by its `p_value` among
    those of all of them.

    Raises ValueError where two rows are the same trial.
    """
    levels = {field: levels_of(trials, field) for field in trials.factors}
    outcomes = {outcome: _outcome(trials, outcome, levels) for outcome in OUTCOMES}
    mark_claims(headline_outcome(outcomes), (COLLAPSED, *OTHER_ENDINGS), outcomes)
    answer: dict[str, Any] = {
        "format": FORMAT,
        "design": trials.design,
        "trials": _counts(trials),
        "rounds": trials.rounds,
        "modes": trials.modes,
        "verdicts": QUICK,
        "factors": [_factor(trials, levels[field]) for field in trials.factors],
        "ranking": _ranking(trials.factors, outcomes),
        "cases": cases_of(trials, levels, blocks(trials, levels)),
        "outcomes": outcomes,
    }
    return {**answer, "paragraph": paragraph(answer)}


def _counts(trials: Trials) -> dict[str, int]:
    return {
        "total": len(trials),
        "with_result": int((trials.verdict != "").sum()),
        "without_result": int((trials.verdict == "").sum()),
        "diverged": int((trials.verdict == "diverged").sum()),
        "seeds": seed_numbers(trials.seed)[0],
    }


def _factor(trials: Trials, levels: Levels) -> dict[str, Any]:
    return {
        "field": levels.field,
        "name": plain_name(levels.field),
        "log": levels.field in trials.log,
        "binned": levels.binned,
        "levels": list(levels.entries),
    }


def outcome_column(trials: Trials, outcome: str, levels: Mapping[str, Levels]) -> Outcome:
    """An outcome of every trial, as rates and means are made of it."""
    values, rate = outcome_values(trials, outcome), outcome in RATES
    most = 1 if rate else trials.most_missing
    return Outcome(values, *blocks(trials, levels), most=most, rate=rate)


def blocks(
    trials: Trials, levels: Mapping[str, Levels]
) -> tuple[Int[ndarray, " n"], Int[ndarray, " n"]]:
    """Each trial's seed, and its cell: the trials that differ in nothing but the seed."""
    seed = seed_numbers(trials.seed)[1]
    factorial = trials.design == "factorial" and levels
    return seed, cell_numbers([*levels.values()]) if factorial else places(seed)


def _outcome(trials: Trials, outcome: str, levels: Mapping[str, Levels]) -> dict[str, Any]:
    column = outcome_column(trials, outcome, levels)
    factors = list(levels.values())
    try:
        shares, note = shares_of(trials, column.values, levels), None
    except NoShares as reason:
        shares, note = None, str(reason)
    return {
        "kind": "rate" if column.rate else "mean",
        "left_out": int(np.isnan(column.values).sum()),
        "overall": column.overall(),
        "shares": shares,
        "note": note,
        "levels": {factor.field: column.by_level(factor) for factor in factors},
        "extremes": _extremes(column, factors),
        "pairs": column.by_pair(factors),
    }


def _extremes(column: Outcome, factors: Sequence[Levels]) -> dict[str, dict[str, Summary] | None]:
    """Of every factor the levels with the least and the most, picked among all that there are."""
    level = simultaneous_level(sum(len(factor) for factor in factors if len(factor) > 1))
    picked: dict[str, dict[str, Summary] | None] = {}
    for factor in factors:
        found = [one for one in column.by_level(factor, level=level) if one["trials"]]
        picked[factor.field] = None
        if len(found) > 1:
            least, most = (choose(found, key=lambda one: one["value"]) for choose in (min, max))
            picked[factor.field] = {"least": least, "most": most}
    return picked


def _ranking(fields: tuple[str, ...], outcomes: Mapping[str, Any]) -> list[str]:
    """By the total share, of the first outcome of `HEADLINES` that has shares; ties as given."""
    for outcome in HEADLINES:
        if (shares := outcomes[outcome]["shares"]) is not None:
            by_field = {
                effect["fields"][0]: (effect["total"] or effect["share"])["value"]
                for effect in shares["effects"]
                if effect["kind"] == "factor"
            }
            return sorted(fields, key=lambda field: -by_field.get(field, 0.0))
    return list(fields)
