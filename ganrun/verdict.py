"""The quick verdict: one word for what happened to a run, read off its metrics.

The words are tried in the order of the project's design; the first that holds is the verdict:
diverged, undertrained, oscillating, collapsed, imprecise, converged. All but the first are told
from the *window*, the evaluations of the run's second half. At an evaluation a mode is covered if
its share is at least a fifth of its weight, and missing otherwise. Modes are numbered from 0, as
the columns `share_0`, `share_1`, ... are.

The design's words leave two cases open, which are decided here. Where modes come and go so that all
of them are covered at some moment, the union is no larger than the most at one time, but no mode
*stays* missing and none of the later words is true: that is oscillating too. Where a mode is lost
within the window and does not come back, the run is collapsed, for all that is seen of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, get_args

import numpy as np
from jaxtyping import Bool, Float, Int
from numpy import ndarray

from ganrun.measure.evaluation import COVERED_FRACTION

Word = Literal["diverged", "undertrained", "oscillating", "collapsed", "imprecise", "converged"]
Reference = Mapping[str, Mapping[str, float]]

RULE = 1
"""Number of this rule; a stored verdict of an older one is made again by its readers."""

LEAST_EVALUATIONS = 4
"""Fewer in the window show no trend and no coming and going."""
LEAST_CHANGES = 3
"""So often the set of covered modes must change in the window before modes come and go."""
MATERIAL = 0.05
"""A rise of this much, in `high_quality` or `1 - mode_tv`, is worth more rounds."""

HIGH_QUALITY_BELOW = 0.05
"""Imprecise if `high_quality` is further below the reference."""
MODE_TV_ABOVE = 0.10
"""Imprecise if `mode_tv` is further above the reference."""
SPREAD_RANGE = (0.25, 2.0)
"""Imprecise if `spread` is outside."""

PERFECT = {"high_quality": 0.9889, "mode_tv": 0.011}
"""What infinitely many perfect samples score; used where the reference has no mean."""


@dataclass(frozen=True)
class Verdict:
    """A word, one sentence with the numbers it rests on, and the rule's number."""

    word: Word
    evidence: str
    rule: int = RULE

    def as_summary(self) -> dict[str, Any]:
        """The verdict's three fields of `summary.json`."""
        return {
            "verdict": self.word,
            "verdict_evidence": self.evidence,
            "verdict_rule": self.rule,
        }

    @classmethod
    def from_summary(cls, summary: Mapping[str, Any]) -> Verdict:
        """Read the three fields; KeyError, TypeError or ValueError where they are no verdict."""
        word, evidence, rule = (
            summary[key] for key in ("verdict", "verdict_evidence", "verdict_rule")
        )
        if word not in get_args(Word) or not isinstance(evidence, str):
            raise ValueError(word)
        return cls(word, evidence, int(rule))


def quick_verdict(
    metrics: Mapping[str, ndarray],
    final: Mapping[str, Any],
    reference: Reference,
    weights: Float[ndarray, " K"] | Sequence[float],
    *,
    diverged_at: int | None,
) -> Verdict:
    """Say what happened, from the columns of `metrics.csv` and the metrics at the end.

    Args:
        metrics: columns by name, each `[R]`, NaN where empty; one row or more.
        final: `high_quality`, `mode_tv` and `spread` at the end; the last row's where absent.
        reference: metric -> `mean` and more, of perfect samples.
        weights: of the target's modes, summing to 1.
        diverged_at: the round in which something stopped being finite; None if nothing did.
    """
    if diverged_at is not None:
        return Verdict("diverged", _divergence(diverged_at))
    course = _Course(metrics, final, reference, np.asarray(weights, dtype=float))
    rules: tuple[tuple[Word, Any], ...] = (
        ("undertrained", _improvement),
        ("oscillating", _coming_and_going),
        ("collapsed", _loss),
        ("imprecise", _imprecision),
    )
    for word, evidence_of in rules:
        if evidence := evidence_of(course):
            return Verdict(word, evidence)
    return Verdict("converged", _success(course))


@dataclass(frozen=True, eq=False)
class _Course:
    """The evaluations of a run, and its window: `R` evaluations, `W` of them in the window."""

    metrics: Mapping[str, ndarray]
    final: Mapping[str, Any]
    reference: Reference
    weights: Float[ndarray, " K"]

    @property
    def modes(self) -> int:
        return len(self.weights)

    @cached_property
    def steps(self) -> Int[ndarray, " R"]:
        return np.asarray(self.metrics["step"], dtype=np.int64)

    @cached_property
    def trained(self) -> int:
        """Evaluations of a generator that had been trained at all."""
        return int(np.sum(self.steps > 0))

    @cached_property
    def window(self) -> slice:
        """The second half of the rounds, but at least the last few evaluations."""
        half = int(np.sum(self.steps * 2 >= self.steps[-1]))
        wanted = max(half, min(LEAST_EVALUATIONS, self.trained), 1)
        return slice(len(self.steps) - wanted, None)

    @property
    def end(self) -> slice:
        """The second half of the window's evaluations."""
        return slice((self.window.start + len(self.steps)) // 2, None)

    @property
    def rounds(self) -> str:
        """The window in words."""
        return self.in_words(self.window)

    def in_words(self, part: slice) -> str:
        span = int(self.steps[-1] - self.steps[part][0])
        return f"over the last {span:,} rounds" if span else f"at round {self.steps[-1]:,}"

    def column(self, name: str) -> Float[ndarray, " R"]:
        values = self.metrics.get(name)
        return np.full(len(self.steps), np.nan) if values is None else np.asarray(values, float)

    @cached_property
    def relative_shares(self) -> Float[ndarray, "R K"]:
        """Shares over weights; what is empty counts as nothing."""
        shares = np.stack([self.column(f"share_{k}") for k in range(self.modes)], axis=1)
        return np.nan_to_num(shares) / self.weights

    @cached_property
    def covered(self) -> Bool[ndarray, "R K"]:
        # The slack is that of the evaluation: a share of exactly a fifth counts, in any precision.
        return self.relative_shares >= COVERED_FRACTION * (1 - 1e-5)

    @cached_property
    def present(self) -> Bool[ndarray, "R K"]:
        """Like `covered`, but a mode is gone only below half of that share.

        So that a mode whose share lies about the border does not come and go with the luck of
        the samples.
        """
        present = self.covered.copy()
        for row in range(1, len(present)):
            kept = self.relative_shares[row] >= COVERED_FRACTION / 2
            present[row] |= present[row - 1] & kept
        return present

    @property
    def missing_at_the_end(self) -> tuple[int, ...]:
        return tuple(int(k) for k in np.flatnonzero(~self.covered[-1]))

    def perfect(self, name: str) -> float:
        """What perfect samples score on average."""
        mean = self.reference.get(name, {}).get("mean")
        return PERFECT[name] if mean is None else float(mean)

    def at_the_end(self, name: str) -> float:
        """A final metric, NaN if undefined."""
        value = self.final.get(name, self.column(name)[-1])
        return float("nan") if value is None else float(value)

    @cached_property
    def within_tolerance(self) -> Bool[ndarray, " R"]:
        """At which evaluations nothing was missing and all was as precise as it should be."""
        quality, distance, spread = map(self.column, ("high_quality", "mode_tv", "spread"))
        low, high = SPREAD_RANGE
        return (
            self.covered.all(axis=1)
            & (quality >= self.perfect("high_quality") - HIGH_QUALITY_BELOW)
            & (distance <= self.perfect("mode_tv") + MODE_TV_ABOVE)
            & ~((spread < low) | (spread > high))
        )


def _divergence(diverged_at: int) -> str:
    return (
        f"A loss, weight or sample stopped being finite in round {diverged_at:,}; "
        "the metrics are those of the last finite state."
    )


def _improvement(course: _Course) -> str | None:
    """Undertrained: quality or coverage still rises, and has room to."""
    if not course.missing_at_the_end and not _misses(course):
        return None
    if course.trained < LEAST_EVALUATIONS:
        return (
            f"Only {_counted(course.trained, 'evaluation')} in {course.steps[-1]:,} rounds: too "
            f"few to tell what more rounds would bring. {_covered_at_the_end(course)}."
        )
    for values, best, name in _signals(course):
        if (rise := _lasting_rise(values[course.window], best)) is not None:
            before, now = rise
            return f"Still improving: {name} rose from {before:.0%} to {now:.0%} {course.rounds}."
    return None


def _signals(course: _Course) -> list[tuple[Float[ndarray, " R"], float, str]]:
    """What may improve: values of which more is better, the best that can be had, and a name."""
    quality, distance = course.perfect("high_quality"), course.perfect("mode_tv")
    return [
        (course.column("high_quality"), quality, "the high-quality share of the samples"),
        (1 - course.column("mode_tv"), 1 - distance, "the share of samples where they belong"),
    ]


def _lasting_rise(values: Float[ndarray, " W"], best: float) -> tuple[float, float] | None:
    """Level at the start and the end of a window in which values rise and will go on to.

    The levels are those of the window's thirds. None unless the rise is material, well above the
    scatter about a straight line, not yet over in the last third, and has room before the best.
    """
    values = values[np.isfinite(values)]
    if len(values) < LEAST_EVALUATIONS:
        return None
    place = np.arange(len(values))
    scatter = float(np.std(values - np.polyval(np.polyfit(place, values, 1), place)))
    first, middle, last = (float(np.mean(part)) for part in np.array_split(values, 3))
    rise = last - first
    if rise < max(MATERIAL, 2 * scatter) or last - middle < rise / 4 or best - last < MATERIAL:
        return None
    return first, last


def _coming_and_going(course: _Course) -> str | None:
    """Oscillating: the set of covered modes changes again and again."""
    present = course.present[course.window]
    changes = int(np.any(present[1:] != present[:-1], axis=1).sum())
    if changes < LEAST_CHANGES:
        return None
    counts = present.sum(axis=1)
    union = int(present.any(axis=0).sum())
    if union > counts.max():
        return (
            f"Modes come and go: {course.rounds} {union} of {course.modes} modes were covered at "
            f"some time but never more than {counts.max()} at once, and the set changed "
            f"{changes} times."
        )
    stays_missing = not course.covered[course.window].any(axis=0).all()
    complete: Bool[ndarray, " W"] = np.all(course.covered[course.window], axis=1)
    if not stays_missing and (not complete[-1] or complete.mean() < 1 / 2):
        return (
            f"Modes come and go: {course.rounds} every mode was covered at some time, but all of "
            f"them at only {complete.sum()} of {len(complete)} evaluations."
        )
    return None


def _loss(course: _Course) -> str | None:
    """Collapsed: modes are missing at the end, and nothing says that they would come back."""
    missing = course.missing_at_the_end
    if not missing:
        return None
    covered = course.covered[course.window]
    never = [k for k in missing if not covered[:, k].any()]
    if never:
        return f"{_of_modes(never, course.modes)} stayed missing {course.rounds}."
    last_seen = max(int(np.flatnonzero(covered[:, k])[-1]) for k in missing)
    lost_at = course.steps[course.window][last_seen + 1]
    return (
        f"{_of_modes(missing, course.modes)} went missing by round {lost_at:,} and did not come "
        f"back by round {course.steps[-1]:,}."
    )


def _imprecision(course: _Course) -> str | None:
    """Imprecise: nothing is missing at the end, but the numbers are out of tolerance."""
    covered = _covered_at_the_end(course)
    if misses := _misses(course):
        return f"{covered}, but {' and '.join(misses)}."
    good = course.within_tolerance[course.end]
    if good.mean() < 1 / 2:
        return (
            f"{covered} and the numbers are good at the end, but {course.in_words(course.end)} "
            f"they were so at only {good.sum()} of {_counted(len(good), 'evaluation')}."
        )
    return None


def _misses(course: _Course) -> list[str]:
    """In which respects the final metrics are out of tolerance."""
    quality, distance, spread = map(course.at_the_end, ("high_quality", "mode_tv", "spread"))
    perfect_quality, perfect_distance = course.perfect("high_quality"), course.perfect("mode_tv")
    misses = []
    if not quality >= perfect_quality - HIGH_QUALITY_BELOW:
        misses.append(f"high_quality is {quality:.2f} where perfect is {perfect_quality:.2f}")
    if not distance <= perfect_distance + MODE_TV_ABOVE:
        misses.append(f"mode_tv is {distance:.2f} where perfect is {perfect_distance:.2f}")
    if spread < SPREAD_RANGE[0] or spread > SPREAD_RANGE[1]:
        misses.append(f"the modes have {spread:.2g} times their true variance")
    return misses


def _success(course: _Course) -> str:
    good = course.within_tolerance[course.end]
    quality = f"{course.at_the_end('high_quality'):.0%} of the samples are high-quality"
    return (
        f"{_covered_at_the_end(course)}, {quality}, and {course.in_words(course.end)} the numbers "
        f"were good at {good.sum()} of {_counted(len(good), 'evaluation')}."
    )


def _covered_at_the_end(course: _Course) -> str:
    missing = course.missing_at_the_end
    if not missing:
        return (
            "The mode is covered" if course.modes == 1 else f"All {course.modes} modes are covered"
        )
    return f"{_of_modes(missing, course.modes)} {'is' if len(missing) == 1 else 'are'} missing"


def _of_modes(which: Sequence[int], modes: int) -> str:
    """`2 of 5 modes (1 and 4)`; a mode's number is that of its share's column."""
    if len(which) == modes:
        return "The mode" if modes == 1 else f"All {modes} modes"
    *others, last = map(str, which)
    names = f"{', '.join(others)} and {last}" if others else last
    return f"{len(which)} of {_counted(modes, 'mode')} ({names})"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
