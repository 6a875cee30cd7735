"""What a comparison says, in sentences that hold: what is not told apart is not called equal."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ganrun import wording
from ganrun.compare.comparison import Comparison, MetricPair, Pair
from ganrun.compare.groups import Group
from ganrun.config.metrics import by_worth, metric_called, name_of
from ganrun.influence.rates import Summary
from ganrun.verdict import WORDS
from ganrun.wording import form_for, listed, plural

MOST_NAMED = 4
"""Metrics that a sentence tells; the table has the others."""
RECOVERED = "modes_recovered"

Passage = tuple[str, str]
"""What a sentence is about, and the sentence."""


def in_order(pair: Pair) -> list[MetricPair]:
    """A pair's metrics, those first that tables show first."""
    found = {one.metric: one for one in pair.metrics}
    return [found[name] for name in by_worth(found)]


def decimals(metric: str) -> int:
    """How finely a mean of the metric is told."""
    return 2 if metric_called(metric).counts else 3


def amount(metric: str, numbers: Summary, *, signed: bool = False) -> str:
    """A mean, or a difference, with its interval: `+2.88 [+2.10, +3.60]`."""
    return wording.interval_of_mean(numbers, decimals(metric), signed=signed)


def compatible(one: MetricPair) -> str:
    """How large a difference may still be: `a difference of up to 0.31 is compatible`.

    Empty where there is no interval, as with one run.
    """
    low, high = one.difference["low"], one.difference["high"]
    if low is None or high is None:
        return ""
    most = wording.value(max(abs(low), abs(high)), decimals(one.metric))
    return f"a difference of up to {most} is compatible"


def finding(comparison: Comparison) -> str:
    """The finding in a few words."""
    if len(comparison.pairs) > 1:
        return _of_many(comparison)
    (pair,) = comparison.pairs
    names = f"{pair.second.name} and {pair.first.name}"
    if not min(pair.runs):
        return f"{names} cannot be compared: too few runs have a result"
    recovered = pair.metric(RECOVERED)
    if recovered.told:
        more = {"higher": "more", "lower": "fewer"}[recovered.told]
        return f"{pair.second.name} recovers {more} modes than {pair.first.name}"
    if pair.told:
        number = f"{len(pair.told)} of {plural(len(pair.tested), 'metric')}"
        return f"{names} differ in {number}, and are not told apart by modes recovered"
    return f"{names} are not told apart by {runs_of(pair)}"


def _of_many(comparison: Comparison) -> str:
    told = [pair for pair in comparison.pairs if pair.metric(RECOVERED).told]
    pairs, first = len(comparison.pairs), comparison.groups[0].name
    if pairs >= len(comparison.groups):
        return f"{len(told)} of {plural(pairs, 'pair')} are told apart by the modes recovered"
    more = [pair for pair in told if pair.metric(RECOVERED).told == "higher"]
    recover = form_for(len(more), "recovers", "recover")
    return f"{len(more)} of {pairs} {recover} more modes than {first}"


def sentences(comparison: Comparison) -> list[Passage]:
    """All that there is to say, by what it is about."""
    told: list[Passage] = []
    for pair in comparison.pairs:
        told += _of_pair(pair, alone=len(comparison.pairs) == 1)
    told += _allowed_for(comparison)
    for group in comparison.groups:
        told += [("verdicts", verdicts(group))]
    told += [("runs", one) for group in comparison.groups for one in _of_runs(group)]
    return [*told, *(("targets", one) for one in _of_configs(comparison.groups))]


def verdicts(group: Group) -> str:
    """How a group's runs ended, and who says so: `wgan_gp: 8 converged (quick)`."""
    counts = group.verdicts
    words = [
        f"{counts[key]:,} {key[0]} ({key[1]})"
        for key in sorted(counts, key=lambda key: (-counts[key], WORDS.index(key[0]), key[1]))
    ]
    return f"{group.name}: {listed(words) or 'no verdict'}."


def _of_pair(pair: Pair, *, alone: bool) -> Iterator[Passage]:
    about = "how" if alone else pair.second.name
    yield about, _how(pair)
    ordered = in_order(pair)
    told = [one for one in ordered if one.told]
    rest = [one for one in ordered if one.adjusted is not None and not one.told]
    if told:
        words = [_told(one) for one in told[:MOST_NAMED]]
        more = len(told) - len(words)
        others = (
            f"; so {form_for(more, 'is', 'are')} {plural(more, 'other metric')}" if more else ""
        )
        yield "told apart" if alone else about, f"Told apart: {'; '.join(words)}{others}."
    if rest and pair.can_tell:
        words = [_not_told(one) for one in rest[:MOST_NAMED]]
        more = len(rest) - len(words)
        others = f"; nor are {plural(more, 'other metric')}" if more else ""
        sentence = f"Not told apart by {runs_of(pair)}: {'; '.join(words)}{others}."
        yield "not told apart" if alone else about, sentence
    if not pair.can_tell:
        yield "not told apart" if alone else about, _cannot(pair)
    for reason in dict.fromkeys(one.not_compared for one in ordered if one.not_compared):
        names = [name_of(one.metric) for one in ordered if one.not_compared == reason]
        yield "not compared" if alone else about, f"Not compared: {listed(names)}, since {reason}."


def _told(one: MetricPair) -> str:
    """`modes recovered are higher (+2.88 [+2.10, +3.60], larger in 100 % [68, 100])`."""
    is_ = "are" if metric_called(one.metric).counts else "is"
    by = amount(one.metric, one.difference, signed=True)
    return (
        f"{name_of(one.metric)} {is_} {one.told} ({by}, larger in {wording.interval(one.larger)})"
    )


def _not_told(one: MetricPair) -> str:
    words = compatible(one)
    return f"{name_of(one.metric)} ({words})" if words else name_of(one.metric)


def runs_of(pair: Pair) -> str:
    """How many runs are held against each other: `8 seeds`, or `8 and 6 runs`."""
    first, second = pair.runs
    if pair.paired:
        return plural(first, "seed")
    return f"{first:,} and {plural(second, 'run')}"


def _how(pair: Pair) -> str:
    """How the two are held against each other, and which of their runs take no part."""
    names = f"{pair.second.name} against {pair.first.name}"
    if pair.seeds is None:
        return (
            f"{names}, not paired, since they share too few seeds: {runs_of(pair)} as two groups."
        )
    left = {
        group.name: len(group.with_result) - len(pair.seeds) for group in (pair.first, pair.second)
    }
    out = [f"{plural(number, 'run')} of {name}" for name, number in left.items() if number]
    without = (
        f"; {listed(out)} without a partner {_takes(sum(left.values()))} no part" if out else ""
    )
    return f"{names}, run against run of the same seed: {runs_of(pair)}{without}."


def _takes(number: int) -> str:
    return form_for(number, "takes", "take")


def _cannot(pair: Pair) -> str:
    """That so few runs can show nothing, and how many could."""
    among = "" if pair.among == 1 else f" among {pair.among:,} pairs"
    needed = plural(pair.needs, "seed")
    if not min(pair.runs):
        return "There is nothing to compare: one of them has no result."
    return (
        f"{runs_of(pair)} cannot show any difference: a test that supposes nothing of the "
        f"numbers takes {needed} in both{among}."
    )


def _allowed_for(comparison: Comparison) -> list[Passage]:
    if not any(pair.can_tell for pair in comparison.pairs):
        return []
    return [
        (
            "how sure",
            f"That anything of {plural(comparison.tests, 'comparison')} is told apart where there "
            "is nothing to tell has a chance of 5 % at most. Each interval holds by itself in "
            "95 %.",
        )
    ]


def _of_runs(group: Group) -> Iterator[str]:
    """Which runs diverged, and which are not there."""
    if diverged := group.diverged:
        them = form_for(diverged, "it counts by its", "they count by their")
        yield (
            f"{plural(diverged, 'run')} of {group.name} diverged: {them} last finite "
            f"{form_for(diverged, 'state', 'states')}."
        )
    if missing := group.without_result:
        words = [f"{number:,} {status}" for status, number in missing.items()]
        number = sum(missing.values())
        has = form_for(number, "has", "have")
        yield (
            f"{number:,} of {plural(len(group.members), 'run')} of {group.name} {has} no result "
            f"({listed(words)}) and {_takes(number)} no part."
        )


def _of_configs(groups: Sequence[Group]) -> Iterator[str]:
    """What makes numbers of these groups less alike than they look."""
    if len({group.config.target for group in groups}) > 1:
        yield "The targets differ: each group is measured by its own."
    samples = sorted({group.config.evaluation.samples for group in groups})
    if len(samples) > 1:
        number = listed(f"{one:,}" for one in samples)
        yield f"They were measured on {number} samples, on which metrics depend."
