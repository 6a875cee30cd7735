"""Every metric of every pair of groups: by how much they differ, and whether that is luck."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Literal

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.compare.chance import (
    chances,
    chances_of_any,
    exchanged_pairs,
    exchanged_runs,
    least_chance,
    runs_needed,
)
from ganrun.compare.groups import Group
from ganrun.compare.intervals import (
    Bounds,
    difference_of_means,
    difference_of_pairs,
    larger_in_groups,
    larger_in_pairs,
    mean_intervals,
)
from ganrun.config import Experiment
from ganrun.config.metrics import AVERAGED, final_names, metric_called, own_key
from ganrun.influence.cases import NOTHING
from ganrun.influence.comparisons import ERROR
from ganrun.influence.rates import DIGITS, Summary

COMPARED = tuple(name for name in final_names() if name != "modes_total")
"""Metrics of every run; `metrics_of` has those of one's own and of moving averages too."""
IN_UNITS = ("nll", "sliced_wasserstein")
"""Metrics in units of the target's own, which mean nothing beside another target's."""
_ROUNDING = 1e-9


@dataclass(frozen=True)
class MetricPair:
    """One metric of two groups; `difference` is the second's less the first's."""

    metric: str
    difference: Summary
    larger: Summary
    """How likely the second has more: the share of pairs, or of choices of a run each."""
    p_value: float | None = None
    """How often luck alone would set them as far apart, by itself."""
    adjusted: float | None = None
    """The same, allowing for all metrics and pairs."""
    not_compared: str = ""
    """Why it was not, in words."""

    @property
    def told(self) -> Literal["higher", "lower"] | None:
        """Whether the second group's is told apart from the first's, and how."""
        if self.adjusted is None or self.adjusted > ERROR + _ROUNDING:
            return None
        return "higher" if self.difference["value"] > 0 else "lower"

    @property
    def worth(self) -> Literal["better", "worse"] | None:
        """The same, where one direction is the better one."""
        better = metric_called(self.metric).better
        if self.told is None or better is None:
            return None
        return "better" if self.told == better else "worse"


@dataclass(frozen=True)
class Pair:
    """Two groups beside each other."""

    first: Group
    second: Group
    seeds: tuple[int, ...] | None
    """Those by which they are paired; None where they are not."""
    metrics: tuple[MetricPair, ...]
    among: int
    """How many pairs of groups are compared at once."""

    @property
    def paired(self) -> bool:
        """Whether runs of one seed are compared with each other."""
        return self.seeds is not None

    @property
    def runs(self) -> tuple[int, int]:
        """How many runs of each take part."""
        if self.seeds is not None:
            return len(self.seeds), len(self.seeds)
        return len(self.first.with_result), len(self.second.with_result)

    @property
    def needs(self) -> int:
        """Seeds of both groups without which no difference could be shown."""
        return runs_needed(self.among, paired=self.paired)

    @property
    def can_tell(self) -> bool:
        """Whether so many runs can show any difference at all."""
        fewest = min(self.runs)
        return fewest > 0 and (
            least_chance(*self.runs, paired=self.paired) * self.among <= ERROR + _ROUNDING
        )

    @property
    def told(self) -> tuple[MetricPair, ...]:
        """The metrics that are told apart."""
        return tuple(one for one in self.metrics if one.told)

    @property
    def tested(self) -> tuple[MetricPair, ...]:
        """The metrics that were held against luck."""
        return tuple(one for one in self.metrics if one.adjusted is not None)

    def metric(self, name: str) -> MetricPair:
        """One of them by its name."""
        return next(one for one in self.metrics if one.metric == name)


@dataclass(frozen=True)
class Comparison:
    """Groups of runs, and what sets them apart; the first is what the others are held against."""

    groups: tuple[Group, ...]
    pairs: tuple[Pair, ...]

    @property
    def metrics(self) -> tuple[str, ...]:
        """What is compared."""
        return metrics_of([group.config for group in self.groups])

    @property
    def tests(self) -> int:
        """How many differences were held against luck, at once."""
        return sum(len(pair.tested) for pair in self.pairs)

    @cached_property
    def means(self) -> dict[tuple[str, str], Summary]:
        """By group and metric, the mean and its interval."""
        found: dict[tuple[str, str], Summary] = {}
        for metric in self.metrics:
            scales = [_scale(metric, (group.config,)) for group in self.groups]
            for scale in dict.fromkeys(scales):
                alike = [one for one, its in zip(self.groups, scales, strict=True) if its == scale]
                summaries = mean_intervals([one.values(metric) for one in alike], *scale)
                named = zip(alike, summaries, strict=True)
                found |= {(group.name, metric): summary for group, summary in named}
        return found

    def rows(self) -> Iterator[dict[str, Any]]:
        """A row for every pair and metric, JSON-ready."""
        for pair in self.pairs:
            for one in pair.metrics:
                yield {
                    "first": pair.first.name,
                    "second": pair.second.name,
                    "metric": one.metric,
                    "better": metric_called(one.metric).better,
                    **_named("first_mean", self.means[pair.first.name, one.metric]),
                    **_named("second_mean", self.means[pair.second.name, one.metric]),
                    **_named("difference", one.difference),
                    **_named("second_larger", one.larger),
                    "p_value": one.p_value,
                    "p_adjusted": one.adjusted,
                    "told": one.told,
                    "worth": one.worth,
                    "paired": pair.paired,
                    "not_compared": one.not_compared or None,
                }


def compare(groups: Sequence[Group], *, all_pairs: bool = False) -> Comparison:
    """Hold groups of runs against the first of them, or each against each.

    Two groups are paired by seed where more than half of the smaller one's seeds are the other's
    too; runs whose seed the other lacks then take no part in the difference. Raises ValueError if
    there are fewer than two groups, or two have one name.
    """
    if len({group.name for group in groups}) != len(groups) or len(groups) < 2:
        raise ValueError("it takes two groups, of different names, to compare")
    chosen = [*combinations(groups, 2)] if all_pairs else [(groups[0], one) for one in groups[1:]]
    metrics = metrics_of([group.config for group in groups])
    pairs = tuple(_pair(first, second, metrics, len(chosen)) for first, second in chosen)
    return Comparison(tuple(groups), pairs)


def metrics_of(configs: Sequence[Experiment]) -> tuple[str, ...]:
    """What is compared of runs of these configs: of one's own what any of them measures."""
    own = dict.fromkeys(own_key(name) for one in configs for name in one.evaluation.metrics)
    averages = any(one.generator.average is not None for one in configs)
    return (*COMPARED, *final_names(own, averages=averages)[len(final_names()) :])


def shared_seeds(first: Group, second: Group) -> tuple[int, ...] | None:
    """The seeds that two groups are paired by; None where too few are in both."""
    both = sorted(set(first.seeds) & set(second.seeds))
    smaller = min(len(first.seeds), len(second.seeds))
    return tuple(both) if 2 * len(both) > smaller else None


def not_compared(metric: str, first: Experiment, second: Experiment) -> str:
    """Why a metric of these two says nothing beside each other; empty where it does."""
    one, other = first.target, second.target
    bare = metric.removeprefix(AVERAGED)
    sources = [_source_of(bare, config) for config in (first, second)]
    if metric != bare and (first.generator.average is None) != (second.generator.average is None):
        return "only one of them has a moving average"
    if "" in sources and any(sources):
        return "only one of them measured it"
    if sources[0] != sources[1]:
        return "their pieces of that name are of different sources"
    if metric_called(metric).counts and one.mode_count != other.mode_count:
        return f"the targets have {one.mode_count:,} and {other.mode_count:,} modes"
    if one != other and bare in IN_UNITS:
        return "the targets differ, and so do its units"
    if one != other and any(sources):
        return "the targets differ, and so may its units"
    return ""


def _source_of(metric: str, config: Experiment) -> str:
    """The full name of a metric from outside, by what it is called; empty of any other."""
    return next((one for one in config.evaluation.metrics if own_key(one) == metric), "")


def _pair(first: Group, second: Group, metrics: Sequence[str], among: int) -> Pair:
    seeds = shared_seeds(first, second)
    reasons = {one: not_compared(one, first.config, second.config) for one in metrics}
    compared = [name for name in metrics if not reasons[name]]
    values = [_table(group, compared, seeds) for group in (first, second)]
    exchanged = exchanged_runs(*values) if seeds is None else exchanged_pairs(values[1] - values[0])
    by_itself, of_any = chances(exchanged), np.minimum(chances_of_any(exchanged) * among, 1)
    found = {}
    for place, name in enumerate(compared):
        scale = _scale(name, (first.config, second.config))
        here, there = values[0][:, place], values[1][:, place]
        difference, larger = _apart(here, there, *scale, paired=seeds is not None)
        known = difference["value"] is not None
        found[name] = MetricPair(
            name,
            difference,
            larger,
            float(by_itself[place]) if known else None,
            float(of_any[place]) if known else None,
        )
    told = (
        found.get(name) or MetricPair(name, NOTHING, NOTHING, not_compared=reasons[name])
        for name in metrics
    )
    return Pair(first, second, seeds, tuple(told), among)


def _table(
    group: Group, metrics: Sequence[str], seeds: tuple[int, ...] | None
) -> Float[ndarray, "n M"]:
    """The metrics of a group's runs, of those seeds or of all, by seed."""
    columns = [group.values(name) for name in metrics]
    table = np.stack(columns, axis=1) if columns else np.empty((len(group.seeds), 0))
    wanted = group.seeds if seeds is None else seeds
    return table[[group.seeds.index(seed) for seed in wanted]]


def _apart(
    here: Float[ndarray, " a"],
    there: Float[ndarray, " b"],
    bounds: Bounds,
    steps: int,
    *,
    paired: bool,
) -> tuple[Summary, Summary]:
    """By how much the second is larger, and how likely it is."""
    if paired:
        gaps = there - here
        return difference_of_pairs(gaps, bounds, steps), larger_in_pairs(gaps)
    means = mean_intervals((here, there), bounds, steps)
    return difference_of_means(*means), larger_in_groups(here, there)


def _scale(metric: str, configs: Sequence[Experiment]) -> tuple[Bounds, int]:
    """Between what a metric lies, and into how many steps that is divided (0: it counts)."""
    declared = metric_called(metric)
    if declared.of_modes:
        return (0, max(config.target.mode_count for config in configs)), 0
    if math.isfinite(declared.most) and not declared.counts:
        samples = min(config.evaluation.samples for config in configs)
        return (declared.least, declared.most), samples
    return (-math.inf, math.inf), 0


def _named(whose: str, numbers: Summary) -> dict[str, Any]:
    ends = {f"{whose}_{end}": _rounded(numbers[end]) for end in ("low", "high")}
    return {whose: _rounded(numbers["value"]), **ends, f"{whose}_known": numbers["trials"]}


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(float(number), DIGITS)
