"""What a sweep found, in a few words, and the effects that are shown for it."""

from __future__ import annotations

from ganrun import wording
from ganrun.influence import RATES
from ganrun.report.sweep_record import HEADLINES, Effect, SweepRecord

MOST_PAIRS = 8
"""Pairs of factors that are shown, the most influential."""
MOST_TITLE_LETTERS = 74


def chosen_effects(record: SweepRecord) -> list[Effect]:
    """All factors, the leading pairs, what is left, and chance."""
    effects = record.effects()
    pairs = [effect for effect in effects if effect.kind == "pair"][MOST_PAIRS:]
    return [effect for effect in effects if effect not in pairs]


def title(record: SweepRecord) -> str:
    """The finding in a few words, no more certain than its interval."""
    what = HEADLINES[record.headline or RATES[0]]
    factors = [effect for effect in record.effects() if effect.kind == "factor"]
    clear = [effect for effect in factors if effect.leading["low"] > 0]
    if not factors:
        return record.extreme or f"What explains {what} cannot be said"
    if not clear:
        return f"No factor can be shown to matter for {what}"
    leader, *others = clear
    if factors[1:] and leader.leading["low"] > max(e.leading["high"] for e in factors[1:]):
        return f"The {leader.label} matters most for {what}"
    if not others:
        return f"The {leader.label} matters for {what}"
    words = f"{wording.listed(f'the {effect.label}' for effect in clear)} matter for {what}"
    if len(words) > MOST_TITLE_LETTERS:
        return f"{len(clear)} of {len(factors)} factors matter for {what}"
    return wording.capital(words)
