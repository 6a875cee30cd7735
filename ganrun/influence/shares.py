"""Which factor explains how much of one outcome: each design by its own method, in one form."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from ganrun.influence.surrogate import surrogate_shares
from ganrun.influence.trials import Trials


def shares_of(
    trials: Trials, values: Float[ndarray, " n"], levels: Mapping[str, Levels]
) -> dict[str, Any]:
    """Shares of the outcome's variance, JSON-ready, each `value`, `low` and `high`.

    `effects` holds one entry per factor, and for factorial designs per pair and for all `higher`
    interactions together: `kind`, `fields`, its own `share`, and a factor's `total` with all its
    interactions, never less than its own. A factorial design of one factor has no totals. Sobol and
    random designs have a `surrogate` (`base`, `points`, `seeds`, `fit`, `degree`, `terms`), and
    pairs where it shows that they interact; where it fits badly, which its `note` says, a Sobol
    design's effects are by its scheme and a random design has only totals (a forest's importances)
    and `foretold`, what the forest foretells at all. `factors` is all factors together, `chance`
    the rest, which is `seed` (what trials of one seed have in common) and `luck`; `points_left_out`
    counts points that lacked too many trials.

    Raises NoShares where there are none to be had; the message says why.
    """
    varied = [field for field in trials.factors if len(levels[field]) > 1]
    if not varied:
        raise NoShares("No factor was varied, so there is nothing to explain it by.")
    if trials.design == "factorial":
        return _factorial(trials, values, [levels[field] for field in varied])
    return _of_points(trials, values, levels, varied)


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


def _of_points(
    trials: Trials, values: ndarray, levels: Mapping[str, Levels], varied: list[str]
) -> dict[str, Any]:
    """By a surrogate; where it fits badly, by the design's own method."""
    own = [field for field in trials.factors if field != CASE]
    together = len(own) + 2 if trials.design == "sobol" else 1
    points = points_of(trials, values, levels, together=together)
    chance = _together(points.y.reshape(len(points.y), -1), points.left_out)
    bases = [points.bases[trials.factors.index(field)] for field in varied]
    seeds, number, _ = points.y.shape
    base = number // together if trials.design == "sobol" else None
    about: dict[str, Any] = {"base": base, "points": number, "seeds": seeds, "note": None}
    try:
        found = surrogate_shares(points.y, bases, together)
    except NoShares as reason:
        method = _pick_freeze if trials.design == "sobol" else _forest
        about |= {"note": str(reason)}
        return {**method(trials, points, own), **chance, "surrogate": about}
    fit = None if found.fit is None else round(found.fit, DIGITS)
    about |= {"fit": fit, "degree": found.degree, "terms": found.terms}
    effects = [
        _entry("factor", [field], main, total)
        for field, main, total in zip(varied, found.mains, found.totals, strict=True)
    ]
    effects += [
        _entry("pair", [varied[i], varied[j]], share, None) for (i, j), share in found.pairs.items()
    ]
    return {"effects": effects, **chance, "surrogate": about}


def _pick_freeze(trials: Trials, points: Points, own: list[str]) -> dict[str, Any]:
    shares, of_cases = sobol_shares(points.y, len(own))
    effects = [
        _entry("factor", [field], first, whole)
        for field, (first, whole) in zip(own, shares, strict=True)
    ]
    if of_cases is not None:
        effects.insert(trials.factors.index(CASE), _entry("factor", [CASE], *of_cases))
    return {"effects": effects}


def _forest(trials: Trials, points: Points, own: list[str]) -> dict[str, Any]:
    importances, foretold = forest_importance(points.y, points.columns)
    effects = [
        _entry("factor", [field], None, importance)
        for field, importance in zip(trials.factors, importances, strict=True)
    ]
    return {"effects": effects, "foretold": _tested(foretold)}


def _together(y: Float[ndarray, "S C"], points_left_out: int = 0) -> dict[str, Any]:
    """Shares of the factors all together and of chance."""
    factors, seed, luck, chance = chance_shares(Replicates(y))
    return {
        "factors": _numbers(factors),
        "seed": _tested(seed),
        "luck": _numbers(luck),
        "chance": _numbers(chance),
        "points_left_out": points_left_out,
    }


def _entry(
    kind: str, fields: list[str], share: Share | None, total: Share | None
) -> dict[str, Any]:
    if share and total:
        # Interactions add to a factor's own share, whatever luck makes of their estimates.
        more = {"value": max(total.value, share.value), "high": max(total.high, share.high)}
        total = replace(total, **more)
    return {
        "kind": kind,
        "fields": fields,
        "share": share and _tested(share),
        "total": total and _tested(total),
    }


def _tested(share: Share) -> dict[str, float]:
    """What may be claimed to be more than nothing, with how likely luck alone makes it so large."""
    return {**_numbers(share), "p_value": round(share.p_value, DIGITS)}


def _numbers(share: Share) -> dict[str, float]:
    """The unbiased estimate and its interval, which holds it once it is clipped to [0, 1]."""
    clipped = min(max(share.value, 0.0), 1.0)
    low, high = min(share.low, clipped), max(share.high, clipped)
    return {
        "value": round(share.value, DIGITS) + 0.0,
        "low": round(low, DIGITS),
        "high": round(high, DIGITS),
    }
