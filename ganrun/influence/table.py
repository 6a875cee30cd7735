"""The whole answer: `influence.json` from a sweep's table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ganrun.influence.levels import Levels, levels_of
from ganrun.influence.names import plain_name
from ganrun.influence.paragraph import paragraph
from ganrun.influence.rates import rates_by_level, rates_by_pair, summarise
from ganrun.influence.replicates import NoShares, seed_numbers
from ganrun.influence.shares import shares_of
from ganrun.influence.trials import (
    COLLAPSED,
    MISSED,
    MODES_MISSING,
    OUTCOMES,
    RATES,
    Trials,
    outcome_values,
)

FORMAT = 1
"""Number of the answer's form."""


def influence_of(trials: Trials) -> dict[str, Any]:
    """Which factors influence whether GANs collapse, and how much: JSON-ready, deterministic.

    Keys: `format`, `design`, `trials` (counts), `factors` (with their levels), `ranking` (fields,
    the most influential on the headline outcome first), `outcomes`, and `paragraph`. An outcome has
    `overall`, `levels` and `pairs` (rates or means with 95 % intervals), `left_out`, and `shares`
    of its variance, or None and a `note` that says why.

    Raises SALibMissing for a Sobol design where SALib is not installed; ValueError where two rows
    are the same trial.
    """
    levels = {field: levels_of(trials, field) for field in trials.factors}
    outcomes = {outcome: _outcome(trials, outcome, levels) for outcome in OUTCOMES}
    answer: dict[str, Any] = {
        "format": FORMAT,
        "design": trials.design,
        "trials": _counts(trials),
        "factors": [_factor(trials, levels[field]) for field in trials.factors],
        "ranking": _ranking(trials.factors, outcomes),
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


def _outcome(trials: Trials, outcome: str, levels: Mapping[str, Levels]) -> dict[str, Any]:
    values, rate = outcome_values(trials, outcome), outcome in RATES
    known = values == values
    seeds = seed_numbers(trials.seed)[1]
    factors = list(levels.values())
    try:
        shares, note = shares_of(trials, values, levels), None
    except NoShares as reason:
        shares, note = None, str(reason)
    return {
        "kind": "rate" if rate else "mean",
        "left_out": int((~known).sum()),
        "overall": summarise(values[known], seeds[known], rate=rate),
        "shares": shares,
        "note": note,
        "levels": {
            factor.field: rates_by_level(values, seeds, factor, rate=rate) for factor in factors
        },
        "pairs": rates_by_pair(values, seeds, factors, rate=rate),
    }


def _ranking(fields: tuple[str, ...], outcomes: Mapping[str, Any]) -> list[str]:
    """By the total share, of `collapsed` or the first outcome that has shares; ties as given."""
    for outcome in (COLLAPSED, MISSED, MODES_MISSING):
        if (shares := outcomes[outcome]["shares"]) is not None:
            by_field = {
                effect["fields"][0]: (effect["total"] or effect["share"])["value"]
                for effect in shares["effects"]
                if effect["kind"] == "factor"
            }
            return sorted(fields, key=lambda field: -by_field.get(field, 0.0))
    return list(fields)
