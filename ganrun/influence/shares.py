"""Which factor explains how much of one outcome: each design by its own method, in one form."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from jaxtyping import Float
from numpy import ndarray

from ganrun.influence.components import main_and_pair_effects, total_effects
from ganrun.influence.forest import forest_importance
from ganrun.influence.levels import Levels, cell_numbers
from ganrun.influence.points import CASE, Points, points_of
from ganrun.influence.rates import DIGITS
from ganrun.influence.replicates import NoShares, fill_gaps, seed_numbers, tabulate
from ganrun.influence.share_intervals import Replicates, Share, chance_shares
from ganrun.influence.sobol import sobol_shares
from ganrun.influence.trials import Trials


def shares_of(
    trials: Trials, values: Float[ndarray, " n"], levels: Mapping[str, Levels]
) -> dict[str, Any]:
    """Shares of the outcome's variance, JSON-ready, each `value`, `low` and `high`.

    `effects` holds one entry per factor, and for factorial designs per pair and for all `higher`
    interactions together: `kind`, `fields`, its own `share`, and a factor's `total` with all its
    interactions. A factorial design of one factor has no totals; a random design has only these
    (a forest's importances), and `foretold`, what the forest foretells at all. `factors` is all
    factors together, `chance` the rest, which is `seed` (what trials of one seed have in common)
    and `luck`; `points_left_out` counts points that lacked too many trials.

    Raises:
        NoShares: where there are none to be had; the message says why.
        SALibMissing: for a Sobol design where SALib is not installed.
    """
    varied = [field for field in trials.factors if len(levels[field]) > 1]
    if not varied:
        raise NoShares("No factor was varied, so there is nothing to explain it by.")
    if trials.design == "factorial":
        return _factorial(trials, values, [levels[field] for field in varied])
    if trials.design == "sobol":
        return _sobol(trials, values, levels)
    return _random(trials, values, levels)


def _factorial(trials: Trials, values: ndarray, levels: list[Levels]) -> dict[str, Any]:
    shape, cell = tuple(map(len, levels)), cell_numbers(levels)
    seeds, seed = seed_numbers(trials.seed)
    filled = fill_gaps(tabulate(values, seed, cell, (seeds, prod(shape))))
    y = filled.reshape(seeds, *shape)
    totals = list(total_effects(y)) if len(levels) > 1 else []
    effects = []
    for part in main_and_pair_effects(y):
        kind = ("higher", "factor", "pair")[len(part.axes)]
        whole = totals[part.axes[0]] if kind == "factor" and totals else None
        effects.append(_entry(kind, [levels[i].field for i in part.axes], part.share, whole))
    return {"effects": effects, **_together(filled)}


def _sobol(trials: Trials, values: ndarray, levels: Mapping[str, Levels]) -> dict[str, Any]:
    fields = [field for field in trials.factors if field != CASE]
    points = points_of(trials, values, levels, together=len(fields) + 2)
    shares, of_cases = sobol_shares(points.y, len(fields))
    effects = [
        _entry("factor", [field], first, whole)
        for field, (first, whole) in zip(fields, shares, strict=True)
    ]
    if of_cases is not None:
        effects.insert(trials.factors.index(CASE), _entry("factor", [CASE], *of_cases))
    return {"effects": effects, **_of_points(points)}


def _random(trials: Trials, values: ndarray, levels: Mapping[str, Levels]) -> dict[str, Any]:
    points = points_of(trials, values, levels)
    importances, foretold = forest_importance(points.y, points.columns)
    effects = [
        _entry("factor", [field], None, importance)
        for field, importance in zip(trials.factors, importances, strict=True)
    ]
    return {"effects": effects, **_of_points(points), "foretold": _numbers(foretold)}


def _of_points(points: Points) -> dict[str, Any]:
    return _together(points.y.reshape(len(points.y), -1), points.left_out)


def _together(y: Float[ndarray, "S C"], points_left_out: int = 0) -> dict[str, Any]:
    """Shares of the factors all together and of chance."""
    shares = map(_numbers, chance_shares(Replicates(y)))
    names = ("factors", "seed", "luck", "chance")
    return {**dict(zip(names, shares, strict=True)), "points_left_out": points_left_out}


def _entry(
    kind: str, fields: list[str], share: Share | None, total: Share | None
) -> dict[str, Any]:
    return {
        "kind": kind,
        "fields": fields,
        "share": share and _numbers(share),
        "total": total and _numbers(total),
    }


def _numbers(share: Share) -> dict[str, float]:
    """The unbiased estimate and its interval, which holds it once it is clipped to [0, 1]."""
    clipped = min(max(share.value, 0.0), 1.0)
    low, high = min(share.low, clipped), max(share.high, clipped)
    return {
        "value": round(share.value, DIGITS) + 0.0,
        "low": round(low, DIGITS),
        "high": round(high, DIGITS),
    }
