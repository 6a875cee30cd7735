"""What the ranking of a sweep's cases says, in sentences; ties are told as ties."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ganrun.influence.cases import RECOVERED
from ganrun.wording import capital, every, form_for, interval_of_mean, listed, plural

MOST_NAMED = 12
"""Cases of a kind that are named; the ranking has the others."""

Entry = Mapping[str, Any]


def called(entry: Entry) -> str:
    """A case by its name, or its generator's moving average."""
    return f"{entry['case']}'s moving average" if entry["averaged"] else str(entry["case"])


def known(cases: Mapping[str, Any]) -> list[Entry]:
    """The entries of which something is known."""
    return [one for one in cases["entries"] if one["trials"]]


def case_sentences(cases: Mapping[str, Any], modes: int) -> list[str]:
    """Which cases recover everything, which may be the best, which differ from the plain one."""
    entries = known(cases)
    if len(entries) < 2:
        return []
    return [*_best(entries, cases["most"], modes), *_than_plain(entries, cases)]


def case_headline(cases: Mapping[str, Any]) -> str:
    """The finding in a few words."""
    entries, plain = known(cases), cases["plain"]
    better = [called(one) for one in entries if one["than_plain"] == "better"]
    if len(better) > 2:
        return f"{len(better)} of {len(entries) - 1} cases recover more modes than {plain}"
    if better:
        recover = form_for(len(better), "recovers", "recover")
        return f"{capital(listed(better))} {recover} more modes than {plain}"
    best = [called(one) for one in entries if one["may_be_best"]]
    if len(best) == 1 < len(entries):
        return f"{capital(best[0])} recovers the most modes"
    if plain is not None and not any(one["than_plain"] for one in entries):
        return f"No case can be told from {plain} by the modes that it recovers"
    return "Which case recovers the most modes cannot be told"


def _best(entries: Sequence[Entry], most: int, modes: int) -> list[str]:
    """Who recovers in every trial all that there is, or most on average; and who may in truth."""
    what = every(modes, "mode") if most == modes else f"the {most} modes that perfect samples show"
    highest = max(one["measured"][RECOVERED]["value"] for one in entries)
    top = [one for one in entries if one["measured"][RECOVERED]["value"] == highest]
    if all(one["whole"] == one["trials"] for one in top):
        told = [f"{capital(what)} are recovered in every trial of {_named(top)}."]
    else:
        mean = interval_of_mean(top[0]["measured"][RECOVERED])
        told = [f"No case recovers {what} in every trial."]
        if len(top) == len(entries) > 1:
            told.append(f"All cases recover as many, {mean} on average.")
        else:
            told.append(f"Most are recovered by {_named(top)}, {mean} on average.")
    best = [one for one in entries if one["may_be_best"]]
    others = [one for one in best if one not in top]
    if len(best) == len(entries):
        told.append(
            "Which case is best cannot be told: none can be shown to be worse than another."
        )
    elif others:
        told.append(f"From the best cannot be told {_named(others)} either.")
    return told


def _than_plain(entries: Sequence[Entry], cases: Mapping[str, Any]) -> list[str]:
    """Which cases recover more modes than the plain one, which fewer, which neither for certain."""
    plain = next((one for one in entries if called(one) == cases["plain"]), None)
    if plain is None:
        return []
    others = [one for one in entries if one is not plain]
    among = {word: [one for one in others if one["than_plain"] == word] for word in _THAN}
    mean = interval_of_mean(plain["measured"][RECOVERED])
    told = [f"{_THAN[word]} {_named(which)}" for word, which in among.items() if which]
    if cases["seeds"] < cases["needs"]:
        why = (
            f"among {plural(len(others), 'comparison')} that takes {cases['needs']} seeds, and "
            f"here are {cases['seeds']}"
        )
        return [f"No difference from {cases['plain']} ({mean}) can be shown: {why}."]
    return [
        f"Compared with {cases['plain']} ({mean}), {'; '.join(told)}. That is by pairs of equal "
        f"seeds, and allows for {plural(len(others), 'comparison')}."
    ]


_THAN = {
    "better": "more are recovered by",
    "worse": "fewer by",
    None: "no difference can be shown for",
}


def _named(entries: Sequence[Entry]) -> str:
    return listed(map(called, entries), MOST_NAMED)
