"""How precise a sweep's main numbers are, and which of them is the least so."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ganrun.influence.paragraph import headline_outcome
from ganrun.influence.trials import MISSED, MODES_MISSING
from ganrun.wording import possessive


@dataclass(frozen=True)
class Interval:
    """Half the width of a 95 % interval, and what it is of."""

    half: float
    of: str


def main_intervals(influence: Mapping[str, Any]) -> Iterator[Interval]:
    """The intervals that a sweep's `precision` is about: all of them are of shares from 0 to 1.

    The share of trials that miss a mode, the share of the modes that are missing on average, and
    each factor's own share (where there is none, that with interactions) of the variance in how
    many modes are missing, or in the first outcome that has shares.
    """
    outcomes = influence["outcomes"]
    leading = headline_outcome(influence["outcomes"])
    if leading is None and influence["trials"]["without_result"]:
        return  # shares are wanting, which is not the same as nothing to explain
    yield from _interval(outcomes[MISSED]["overall"], "trials that miss a mode")
    yield from _interval(outcomes[MODES_MISSING]["overall"], "modes missing", influence["modes"])
    names = {factor["field"]: factor["name"] for factor in influence["factors"]}
    shares = None if leading is None else outcomes[leading]["shares"]
    for effect in shares["effects"] if shares else ():
        if effect["kind"] == "factor":
            share = effect["share"] or effect["total"]
            yield from _interval(share, f"the {possessive(names[effect['fields'][0]])} share")


def _interval(numbers: Mapping[str, Any], of: str, unit: float | None = 1.0) -> Iterator[Interval]:
    if numbers["low"] is not None and unit is not None:
        yield Interval((numbers["high"] - numbers["low"]) / 2 / unit, of)


def widest(influence: Mapping[str, Any]) -> Interval | None:
    """The widest of the main intervals; None where there is none, as without a result."""
    return max(main_intervals(influence), key=lambda one: one.half, default=None)
