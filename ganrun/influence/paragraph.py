"""The answer in one paragraph of plain words, never saying more than the intervals allow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ganrun.influence.trials import OTHER_ENDINGS
from ganrun.verdict import MEANINGS
from ganrun.wording import capital, every, form_for, interval, listed, percent, plural

Numbers = Mapping[str, Any]

MOST_NAMED = 4
"""Effects of one kind that are named; the table holds the others."""


def paragraph(influence: Mapping[str, Any]) -> str:
    """Plain words for the answer that `influence_of` gave; one paragraph, deterministic."""
    counts = influence["trials"]
    if not counts["with_result"]:
        return "No trial has a result yet, so nothing can be said."
    outcomes = influence["outcomes"]
    names = {factor["field"]: factor["name"] for factor in influence["factors"]}
    collapsed = outcomes["collapsed"]
    sentences = [
        _what_happened(counts, outcomes),
        *_explained(collapsed, names, influence["design"]),
        *_extremes(influence),
        *_missing_modes(counts, outcomes["modes_missing"], names),
        *_other_endings(outcomes, names),
        *_without_result(counts),
        "Brackets hold 95 % intervals; shares are those of this design, all its points alike.",
    ]
    return " ".join(sentences)


# What happened


def _what_happened(counts: Numbers, outcomes: Mapping[str, Any]) -> str:
    trials = counts["with_result"]
    overall = outcomes["collapsed"]["overall"]
    others = [
        f"{outcomes[ending]['overall']['count']:,} {MEANINGS[ending].did}"
        for ending in OTHER_ENDINGS
        if outcomes[ending]["overall"]["count"]
    ]
    count = overall["count"]
    if trials == 1:
        return f"The one trial {'collapsed' if count else 'did not collapse'}."
    if count == trials:
        return f"{capital(every(trials, 'trial'))} collapsed ({interval(overall)})."
    first = f"{count:,}" if count else "none"
    who = "trials with a result" if counts["without_result"] else "trials"
    endings = listed([f"{first} collapsed ({interval(overall)})", *others])
    return f"Of {trials:,} {who}, {endings}."


def _without_result(counts: Numbers) -> list[str]:
    number = counts["without_result"]
    if not number:
        return []
    have, are = form_for(number, "has", "have"), form_for(number, "is", "are")
    who = f"{plural(number, 'trial')} {have} no result and {are}"
    return [f"The table is incomplete: {who} left out of all these numbers."]


# Who explains it


def _explained(outcome: Numbers, names: Mapping[str, str], design: str) -> list[str]:
    shares = outcome["shares"]
    count, trials = outcome["overall"]["count"], outcome["overall"]["trials"]
    if shares is None:
        if count in (0, trials):
            return ["So these trials cannot tell what collapse depends on."]
        return [f"How much each factor explains cannot be said. {outcome['note']}"]
    what = "of the variance in whether a GAN collapses"
    if design == "random":
        return [*_foretold(shares, names, what), _chance(shares)]
    sentences = [*_by_themselves(shares, names, what), *_interactions(shares, names)]
    return [*sentences, _chance(shares)]


def _by_themselves(shares: Numbers, names: Mapping[str, str], what: str) -> list[str]:
    mains = _largest(_of_kind(shares, "factor"), "share")
    clear, unclear = _told_from_none(mains, "share")
    alone = " by itself" if len(mains) > 1 else ""
    sentences = []
    if clear:
        first, *others = (
            f"{_the(effect, names)}{{}} {interval(effect['share'])}{{}}{_with_interactions(effect)}"
            for effect in clear[:MOST_NAMED]
        )
        first = first.format(f"{alone} explains", f" {what}")
        sentences.append(f"{capital(listed([first, *(o.format('', '') for o in others)]))}.")
    elif len(mains) == 1:
        most = _at_most(mains[0]["share"])
        sentences.append(f"{capital(_the(mains[0], names))} explains {most} {what}.")
        return [*sentences, "That cannot be told from no influence at all."]
    else:
        sentences.append("No factor can be shown to influence by itself whether a GAN collapses.")
    if unclear:
        these = listed(
            f"{_the(effect, names)} ({_at_most(effect['share'])}{_with_interactions(effect)})"
            for effect in unclear[:MOST_NAMED]
        )
        start = (
            "No influence of its own can be shown for"
            if clear
            else "Not excluded is an influence of"
        )
        sentences.append(f"{start} {these}.")
    return sentences


def _with_interactions(effect: Numbers) -> str:
    """A factor's total share, where it says that interactions matter more than can be luck."""
    total, share = effect["total"], effect["share"]
    if total is None or total["low"] <= max(share["value"], 0):
        return ""
    return f", and {interval(total)} with its interactions"


def _interactions(shares: Numbers, names: Mapping[str, str]) -> list[str]:
    pairs, _ = _told_from_none(_largest(_of_kind(shares, "pair"), "share"), "share")
    higher, _ = _told_from_none(_of_kind(shares, "higher"), "share")
    sentences = []
    if pairs:
        first, *others = (
            f"{_the(effect, names)}{{}} {interval(effect['share'])}"
            for effect in pairs[:MOST_NAMED]
        )
        alone, _ = _told_from_none(_of_kind(shares, "factor"), "share")
        first = first.format(f" interact, which explains{' another' if alone else ''}")
        told = "; so do ".join([first, *(other.format(":") for other in others)])
        sentences.append(f"{capital(told)}.")
    if higher:
        share = interval(higher[0]["share"])
        sentences.append(f"Interactions of three factors and more explain {share}.")
    return sentences


def _foretold(shares: Numbers, names: Mapping[str, str], what: str) -> list[str]:
    effects = _largest(_of_kind(shares, "factor"), "total")
    clear, unclear = _told_from_none(effects, "total")
    foretold = shares["foretold"]
    if foretold["low"] <= 0 and not clear:
        return [
            f"A forest foretells {_at_most(foretold)} {what} on points that it has not seen, "
            "which cannot be told from nothing: no factor's influence can be shown."
        ]
    sentences = [f"On points that it has not seen, a forest foretells {interval(foretold)} {what}."]
    if clear:
        these = listed(
            f"{_the(effect, names)} ({interval(effect['total'])})" for effect in clear[:MOST_NAMED]
        )
        sentences.append(f"What it knows, it has from {these}, interactions included.")
    if unclear:
        these = listed(
            f"{_the(effect, names)} ({_at_most(effect['total'])})"
            for effect in unclear[:MOST_NAMED]
        )
        sentences.append(f"It has nothing that can be shown from {these}.")
    return sentences


def _chance(shares: Numbers) -> str:
    sentence = f"The seed alone, with all factors fixed, accounts for {interval(shares['chance'])}"
    if shares["seed"]["low"] > 0:
        sentence += f", of which {interval(shares['seed'])} is the same whatever the factors"
    return f"{sentence}."


# Where it happens


def _extremes(influence: Mapping[str, Any]) -> list[str]:
    """The leading factor's best and worst levels, where they differ for certain."""
    outcome = influence["outcomes"]["collapsed"]
    if outcome["shares"] is None or not influence["ranking"]:
        return []
    field = influence["ranking"][0]
    factor = next(f for f in influence["factors"] if f["field"] == field)
    rates = [rate for rate in outcome["levels"][field] if rate["trials"]]
    best, worst = (choose(rates, key=lambda rate: rate["value"]) for choose in (min, max))
    if best["high"] >= worst["low"]:
        return []
    fewest, most = (factor["levels"][rate["level"]]["label"] for rate in (best, worst))
    return [
        f"Collapse is rarest where the {factor['name']} is {fewest} ({interval(best)}) and "
        f"most frequent where it is {most} ({interval(worst)})."
    ]


# The other outcomes


def _missing_modes(counts: Numbers, outcome: Numbers, names: Mapping[str, str]) -> list[str]:
    overall = outcome["overall"]
    if not overall["trials"]:
        return []
    mean, missing = f"{overall['value']:.2f}", "modes are missing on average"
    if not overall["value"]:
        mean, missing = "no", "mode is missing"
    elif overall["low"] is not None:
        mean += f" [{overall['low']:.2f}, {overall['high']:.2f}]"
    left_out = counts["diverged"]
    who = "trials that did not diverge" if left_out else "trials"
    sentence = f"Over the {overall['trials']:,} {who}, {mean} {missing}"
    if leader := _leader(outcome, names):
        sentence += f", and {leader[0]} explains {leader[1]} of that number's variance"
    if left_out:
        sentence += f"; {left_out:,} that diverged {form_for(left_out, 'is', 'are')} left out"
    return [f"{sentence}."]


def _leader(outcome: Numbers, names: Mapping[str, str]) -> tuple[str, str] | None:
    """The factor with the largest share and that share, if it can be told from none."""
    if outcome["shares"] is None:
        return None
    key = "total" if outcome["shares"]["effects"][0]["share"] is None else "share"
    leading = _largest(_of_kind(outcome["shares"], "factor"), key)[0]
    if leading[key]["low"] <= 0:
        return None
    return _the(leading, names), interval(leading[key])


def _other_endings(outcomes: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    leaders = [
        f"{leader[0]} explains {leader[1]} of which trials {MEANINGS[ending].do}"
        for ending in OTHER_ENDINGS
        if (leader := _leader(outcomes[ending], names))
    ]
    return [f"{capital(listed(leaders))}."] if leaders else []


# Words


def _of_kind(shares: Numbers, kind: str) -> list[Numbers]:
    return [effect for effect in shares["effects"] if effect["kind"] == kind]


def _told_from_none(effects: list[Numbers], key: str) -> tuple[list[Numbers], list[Numbers]]:
    """Those whose interval lies above 0, and the others."""
    clear = [effect for effect in effects if effect[key]["low"] > 0]
    return clear, [effect for effect in effects if effect not in clear]


def _largest(effects: Iterable[Numbers], key: str) -> list[Numbers]:
    return sorted(effects, key=lambda effect: -effect[key]["value"])


def _the(effect: Numbers, names: Mapping[str, str]) -> str:
    return listed(f"the {names[field]}" for field in effect["fields"])


def _at_most(numbers: Numbers) -> str:
    return f"at most {percent(numbers['high'])}"
