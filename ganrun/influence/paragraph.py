"""The answer in one paragraph of plain words, never saying more than the intervals allow.

It leads with what needs no judge, the modes that are missing at the end; what the verdicts make of
the trials comes second, and says whose verdicts they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

from ganrun.influence.case_words import case_sentences
from ganrun.influence.points import CASE
from ganrun.influence.surrogate_words import about_surrogate
from ganrun.influence.trials import (
    COLLAPSED,
    HEADLINES,
    MISSED,
    MODES_MISSING,
    OTHER_ENDINGS,
    TOO_EARLY,
    by_verdict,
)
from ganrun.verdict import MEANINGS
from ganrun.wording import capital, interval, interval_of_mean, listed, percent, plural

Numbers = Mapping[str, Any]

MOST_NAMED = 4
"""Effects of one kind that are named; the table holds the others."""
MORE_ROUNDS = 3
"""Times the rounds that are proposed where most trials ended too early: within two or three times
its rounds nearly nine in ten runs show what becomes of them."""


def paragraph(influence: Mapping[str, Any]) -> str:
    """Plain words for the answer that `influence_of` gave; one paragraph, deterministic."""
    return " ".join(chain.from_iterable(told(influence).values()))


PARTS = (
    ("trials", "rounds", "modes missing"),
    ("what explains it", "least and most"),
    ("verdicts",),
    ("left out", "brackets"),
)
"""What is told in one breath: what happened, what explains it, how it is judged, how sure it is."""


def paragraphs(influence: Mapping[str, Any]) -> list[str]:
    """The same sentences in a few short paragraphs, as they are read on a screen."""
    by_subject = told(influence)
    sentences = [chain.from_iterable(by_subject.get(one, []) for one in part) for part in PARTS]
    return [words for words in map(" ".join, sentences) if words]


def told(influence: Mapping[str, Any]) -> dict[str, list[str]]:
    """The sentences of the paragraph, in their order, by what they are about."""
    counts = influence["trials"]
    if not counts["with_result"]:
        return {"trials": ["No trial has a result yet, so nothing can be said."]}
    names = {factor["field"]: factor["name"] for factor in influence["factors"]}
    counted = {"modes missing": _missing(influence), "cases": _cases(influence)}
    if list(names) == [CASE]:
        counted = dict(reversed(counted.items()))  # then they are the question
    return {
        "rounds": _too_early(influence),
        **counted,
        "what explains it": _explained(influence, names),
        "least and most": _extremes(influence, names),
        "verdicts": _verdicts(influence, names),
        "left out": _without_result(counts),
        "brackets": [_brackets(influence)],
    }


def headline_outcome(outcomes: Mapping[str, Any]) -> str | None:
    """The first outcome of `HEADLINES` that has shares of its variance; None where none has."""
    return next((outcome for outcome in HEADLINES if outcomes[outcome]["shares"]), None)


# What happened


def _too_early(influence: Mapping[str, Any]) -> list[str]:
    """Said first where it is so of most trials: then nothing below is about how games end."""
    outcomes, trials = influence["outcomes"], influence["trials"]["with_result"]
    early = sum(outcomes[word]["overall"]["count"] for word in TOO_EARLY if word in outcomes)
    if 2 * early <= trials:
        return []
    judged, rounds = by_verdict(influence["verdicts"]), influence["rounds"]
    than = f"than their {rounds:,}" if rounds else "than they had"
    sentences = [
        f"Most trials ended too early: {judged}, {early:,} of {trials:,} ({percent(early / trials)}"
        f" of the trials) would still get better with more rounds {than}, so what follows is how "
        "far they came, not where they end."
    ]
    if rounds:
        sentences.append(
            f"--set base.training.steps={MORE_ROUNDS * rounds} gives them three times the rounds, "
            "within which most runs show what becomes of them."
        )
    return sentences


def _missing(influence: Mapping[str, Any]) -> list[str]:
    """Modes missing at the end, and trials that miss any: counted, not judged."""
    counts, outcomes = influence["trials"], influence["outcomes"]
    number, missed = outcomes[MODES_MISSING]["overall"], outcomes[MISSED]["overall"]
    if not missed["trials"]:
        return []
    of = _trials(influence)
    if not missed["count"]:
        return [
            f"No mode is missing at the end of any of {of} ({interval(missed)} of them miss one)."
        ]
    sentences = []
    if number["trials"]:
        who = f"{plural(number['trials'], 'trial')} that did not diverge"
        who = f"the {who}" if counts["diverged"] else of
        modes = f" of {plural(influence['modes'], 'mode')}" if influence["modes"] else " modes"
        sentences.append(
            f"Over {who}, {interval_of_mean(number)}{modes} are missing at the end on average."
        )
    which = ", counting those that diverged" if counts["diverged"] else ""
    share = f"{interval(missed)} of {of}"
    if missed["count"] == missed["trials"] > 1:
        share = f"each of {of} ({interval(missed)})"
    return [*sentences, f"At least one mode is missing at the end of {share}{which}."]


def _trials(influence: Mapping[str, Any]) -> str:
    """All trials that there is something to say of, after "over" or "of"."""
    counts = influence["trials"]
    if counts["with_result"] == 1:
        return "the one trial with a result" if counts["without_result"] else "the one trial"
    which = " with a result" if counts["without_result"] else ""
    return f"the {counts['with_result']:,} trials{which}"


def _without_result(counts: Numbers) -> list[str]:
    number = counts["without_result"]
    if not number:
        return []
    are = "trial has no result and is" if number == 1 else "trials have no result and are"
    return [f"The table is incomplete: {number:,} {are} left out of all these numbers."]


def _brackets(influence: Mapping[str, Any]) -> str:
    if influence["trials"]["seeds"] < 2:
        return (
            "With one seed there are no intervals: what another seed would have given is not known."
        )
    return (
        "Brackets hold 95 % intervals, over what other seeds could give in this design; shares of "
        "variance are of this design's, all its points alike."
    )


# Which case does better


def _cases(influence: Mapping[str, Any]) -> list[str]:
    cases = influence["cases"]
    return case_sentences(cases, influence["modes"]) if cases else []


# Who explains it


def _explained(influence: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    leading = headline_outcome(influence["outcomes"])
    if leading is None:
        missed = influence["outcomes"][MISSED]["overall"]
        if missed["count"] == 0:
            return ["So these trials cannot tell what missing modes depend on."]
        note = influence["outcomes"][MODES_MISSING]["note"]
        return [f"How much each factor explains cannot be said. {note}"]
    shares = influence["outcomes"][leading]["shares"]
    what = f"of the variance in {HEADLINES[leading]}"
    if "foretold" in shares:
        return [*_foretold(shares, names, what), *about_surrogate(shares), _chance(shares)]
    sentences = [*_by_themselves(shares, names, what), *_interactions(shares, names)]
    return [*sentences, *about_surrogate(shares), _chance(shares)]


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
        told = listed([first, *(other.format("", " of it") for other in others)])
        sentences.append(f"{capital(told)}.")
    elif len(mains) == 1:
        most = _at_most(mains[0]["share"])
        sentences.append(f"{capital(_the(mains[0], names))} explains {most} {what}.")
        return [*sentences, "That cannot be told from no influence at all."]
    else:
        sentences.append(f"No factor can be shown to explain by itself any {what}.")
    if unclear:
        these = listed(
            f"{_the(effect, names)} ({_at_most(effect['share'])} of it{_with_interactions(effect)})"
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
    if total is None or not total["claimed"] or total["low"] <= max(share["value"], 0):
        return ""
    return f", and {interval(total)} with its interactions"


def _interactions(shares: Numbers, names: Mapping[str, str]) -> list[str]:
    pairs, _ = _told_from_none(_largest(_of_kind(shares, "pair"), "share"), "share")
    higher, _ = _told_from_none(_of_kind(shares, "higher"), "share")
    sentences = []
    if pairs:
        first, *others = (
            f"{_the(effect, names)}{{}} {interval(effect['share'])} of it"
            for effect in pairs[:MOST_NAMED]
        )
        alone, _ = _told_from_none(_of_kind(shares, "factor"), "share")
        first = first.format(f" interact, which explains{' another' if alone else ''}")
        told = "; so do ".join([first, *(other.format(":") for other in others)])
        sentences.append(f"{capital(told)}.")
    if higher:
        share = interval(higher[0]["share"])
        sentences.append(f"Interactions of three factors and more explain {share} of it.")
    return sentences


def _foretold(shares: Numbers, names: Mapping[str, str], what: str) -> list[str]:
    effects = _largest(_of_kind(shares, "factor"), "total")
    clear, unclear = _told_from_none(effects, "total")
    foretold = shares["foretold"]
    if not foretold["claimed"] and not clear:
        return [
            f"A forest foretells {_at_most(foretold)} {what} on points that it has not seen, "
            "which cannot be told from nothing: no factor's influence can be shown."
        ]
    sentences = [f"On points that it has not seen, a forest foretells {interval(foretold)} {what}."]
    if clear:
        these = listed(
            f"{_the(effect, names)} ({interval(effect['total'])} of it)"
            for effect in clear[:MOST_NAMED]
        )
        sentences.append(f"What it knows, it has from {these}, interactions included.")
    if unclear:
        these = listed(
            f"{_the(effect, names)} ({_at_most(effect['total'])} of it)"
            for effect in unclear[:MOST_NAMED]
        )
        sentences.append(f"It has nothing that can be shown from {these}.")
    return sentences


def _chance(shares: Numbers) -> str:
    chance, seed = shares["chance"], shares["seed"]
    sentence = f"The seed alone, with all factors fixed, accounts for {interval(chance)} of it"
    if seed["claimed"]:
        sentence += f", including {interval(seed)} of it that is the same whatever the factors"
    return f"{sentence}."


# Where it happens


def _extremes(influence: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """The leading factor's best and worst levels, where they differ for certain.

    They were picked after looking, and their intervals know it.
    """
    leading = headline_outcome(influence["outcomes"])
    if leading is None or not influence["ranking"]:
        return []
    field = influence["ranking"][0]
    if field == CASE and influence["cases"]:
        return []  # told by their ranking, ties and all
    effects = _of_kind(influence["outcomes"][leading]["shares"], "factor")
    if not any(_matters(effect) for effect in effects if effect["fields"] == [field]):
        return []
    picked = influence["outcomes"][leading]["extremes"][field]
    if picked is None or picked["least"]["high"] >= picked["most"]["low"]:
        return []
    factor = next(f for f in influence["factors"] if f["field"] == field)
    words = interval_of_mean if leading == MODES_MISSING else _of_trials
    least, most = (
        f"{factor['levels'][picked[end]['level']]['label']} ({words(picked[end])})"
        for end in ("least", "most")
    )
    start, then = _COMPARED[leading]
    return [
        f"{start} where the {names[field]} is {least} and {then} where it is {most}; "
        "these two brackets allow for having been picked among all levels."
    ]


_COMPARED = {
    MODES_MISSING: ("Fewest modes are missing on average", "most"),
    MISSED: ("A mode is missing in the fewest trials", "in the most"),
    COLLAPSED: ("The fewest trials collapse", "the most"),
}


def _of_trials(rate: Numbers) -> str:
    return f"{interval(rate)} of its trials"


# What the verdicts say


def _verdicts(influence: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """How the trials ended by their verdicts, and which factor that goes by."""
    outcomes = influence["outcomes"]
    overall = {ending: outcomes[ending]["overall"] for ending in (COLLAPSED, *OTHER_ENDINGS)}
    others = [
        f"{overall[ending]['count']:,} {MEANINGS[ending].did} ({interval(overall[ending])})"
        for ending in OTHER_ENDINGS
        if overall[ending]["count"]
    ]
    collapsed = overall[COLLAPSED]
    count = f"{collapsed['count']:,}" if collapsed["count"] else "none"
    first = f"{count} of {_trials(influence)} collapsed ({interval(collapsed)})"
    judged = capital(by_verdict(influence["verdicts"]))
    sentences = [f"{judged}, {listed([first, *others])}."]
    leading = headline_outcome(outcomes)
    told: dict[str, list[str]] = {}
    for ending in overall:
        leader = None if ending == leading else _leader(outcomes[ending], names)
        if leader is not None:
            which = f"{leader[1]} of that in which trials {MEANINGS[ending].do}"
            told.setdefault(leader[0], []).append(which)
    leaders = [f"{name} explains {listed(shares)}" for name, shares in told.items()]
    if not leaders:
        return sentences
    first = capital(listed(leaders)).replace("of that in", "of the variance in", 1)
    return [*sentences, f"{first}."]


def _leader(outcome: Numbers, names: Mapping[str, str]) -> tuple[str, str] | None:
    """The factor with the largest share and that share, if it can be told from none."""
    if outcome["shares"] is None:
        return None
    key = "total" if outcome["shares"]["effects"][0]["share"] is None else "share"
    leading = _largest(_of_kind(outcome["shares"], "factor"), key)[0]
    if not leading[key]["claimed"]:
        return None
    return _the(leading, names), interval(leading[key])


# Words


def _of_kind(shares: Numbers, kind: str) -> list[Numbers]:
    return [effect for effect in shares["effects"] if effect["kind"] == kind]


def _told_from_none(effects: list[Numbers], key: str) -> tuple[list[Numbers], list[Numbers]]:
    """Those that may be claimed to be more than nothing, and the others."""
    clear = [effect for effect in effects if effect[key]["claimed"]]
    return clear, [effect for effect in effects if effect not in clear]


def _matters(effect: Numbers) -> bool:
    """Whether a factor may be claimed to matter, by itself or with others."""
    return any(effect[key]["claimed"] for key in ("share", "total") if effect[key])


def _largest(effects: Iterable[Numbers], key: str) -> list[Numbers]:
    return sorted(effects, key=lambda effect: -effect[key]["value"])


def _the(effect: Numbers, names: Mapping[str, str]) -> str:
    return listed(
        "the choice of case" if field == CASE else f"the {names[field]}"
        for field in effect["fields"]
    )


def _at_most(numbers: Numbers) -> str:
    return f"at most {percent(numbers['high'])}"
