"""The quick verdict: one word for what happened to a run, read off its metrics.

The words are tried in the order of the project's design; the first that holds is the verdict:
diverged, undertrained, oscillating, collapsed, imprecise, converged. All but the first are told
from the *window*, the evaluations of the run's second half. At an evaluation a mode is covered if
its share is at least a fifth of its weight, and missing otherwise. Modes are numbered from 0, as
the columns `share_0`, `share_1`, ... are.

The design's words leave three cases open, which are decided here. Where modes come and go so that
all of them are covered at some moment, the union is no larger than the most at one time, but no
mode *stays* missing and none of the later words is true: that is oscillating too. Where a mode is
lost within the window and does not come back, the run is collapsed, for all that is seen of it.
Where the samples never were on the modes, and do not rest, it is undertrained: nothing was learned
yet that could have been lost.

Shaped on, and so no blind test: 120 games of 6,000 rounds with random learning rates, ratios and
discriminator steps (2x32 units, batches of 128, rings of 5 and 8, latents of 2 and 16) that were
then played for 6,000 more: `mode_tv` fell by another 0.04 or more in 35 of 50 called undertrained
and in 4 of 53 called collapsed. Most of the other 15 had never reached the modes, and did not then.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.measure.dynamics import (
    HIGH_QUALITY_BELOW,
    LEAST_EVALUATIONS,
    MODE_TV_ABOVE,
    SPREAD_RANGE,
    Course,
    Reference,
    coming_and_going,
    lasting_rise,
)
from ganrun.verdict.words import Verdict, Word, counted, of_modes

ON_THE_MODES = 0.2
"""High-quality share from which the samples have reached the modes, if only for a while."""
MOVING = 0.02
"""Standard deviation of `log(nll)` over the window from which samples off the modes still move."""


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
        return Verdict("diverged", _divergence(diverged_at), 1.0)
    course = Course(metrics, final, reference, np.asarray(weights, dtype=float))
    rules: tuple[tuple[Word, Any], ...] = (
        ("undertrained", _improvement),
        ("oscillating", _coming_and_going),
        ("collapsed", _loss),
        ("imprecise", _imprecision),
    )
    for word, evidence_of in rules:
        if evidence := evidence_of(course):
            return Verdict(word, evidence, 0.5)
    return Verdict("converged", _success(course), 0.5)


def _divergence(diverged_at: int) -> str:
    return (
        f"A loss, weight or sample stopped being finite in round {diverged_at:,}; "
        "the metrics are those of the last finite state."
    )


def _improvement(course: Course) -> str | None:
    """Undertrained: with more rounds quality or coverage would rise, and it has room to.

    Both are seen in `mode_tv`, the share of samples that are not where they belong. High quality
    alone is not: where modes are lost it still rises, as the samples gather on the others.
    """
    if not course.missing_at_the_end and not _misses(course):
        return None
    if course.trained < LEAST_EVALUATIONS:
        return (
            f"Only {counted(course.trained, 'evaluation')} in {course.steps[-1]:,} rounds: too "
            f"few to tell what more rounds would bring. {_covered_at_the_end(course)}."
        )
    well_placed = 1 - course.column("mode_tv")[course.window]
    if (rise := lasting_rise(well_placed, 1 - course.perfect("mode_tv"))) is not None:
        before, now = rise
        return (
            f"Still improving: {course.rounds} the share of samples where they belong rose from "
            f"{before:.0%} to {now:.0%}."
        )
    return _approach(course)


def _approach(course: Course) -> str | None:
    """Undertrained: the samples never came to the modes, but have not come to rest either.

    Where hardly a sample is on a mode, only the likelihood tells whether anything moves.
    """
    seldom_covered = np.median(course.covered.sum(axis=1)) == 0
    never_many = not np.any(course.column("high_quality")[course.window] >= ON_THE_MODES)
    with np.errstate(invalid="ignore", divide="ignore"):
        distance = np.log(course.column("nll")[course.window])
    distance = distance[np.isfinite(distance)]
    if len(distance) < LEAST_EVALUATIONS or np.std(distance) < MOVING:
        return None
    if not (seldom_covered and never_many):
        return None
    quality = course.at_the_end("high_quality")
    return (
        f"The samples have not reached the modes, and are still moving {course.rounds}: "
        f"{quality:.0%} of them are high-quality at the end."
    )


def _coming_and_going(course: Course) -> str | None:
    """Oscillating: the set of covered modes changes again and again."""
    window = course.window
    found = coming_and_going(course.present[window], course.covered[window])
    if found is None:
        return None
    if found.union > found.most:
        return (
            f"Modes come and go: {course.rounds} {found.union} of {course.modes} modes were "
            f"covered at some time but never more than {found.most} at once, and the set changed "
            f"{found.changes} times."
        )
    return (
        f"Modes come and go: {course.rounds} every mode was covered at some time, but all of "
        f"them at only {found.complete} of {len(course.steps[window])} evaluations."
    )


def _loss(course: Course) -> str | None:
    """Collapsed: modes are missing at the end, and nothing says that they would come back."""
    missing = course.missing_at_the_end
    if not missing:
        return None
    covered = course.covered[course.window]
    never = [k for k in missing if not covered[:, k].any()]
    lost = [k for k in missing if covered[:, k].any()]
    clauses = []
    if never:
        clauses.append(f"{of_modes(never, course.modes)} stayed missing {course.rounds}")
    if lost:
        last_seen = max(int(np.flatnonzero(covered[:, k])[-1]) for k in lost)
        gone = f"went missing by round {course.steps[course.window][last_seen + 1]:,}"
        clauses.append(f"{of_modes(lost, course.modes)} {gone} and did not come back")
    return f"{', and '.join(clauses)}."


def _imprecision(course: Course) -> str | None:
    """Imprecise: nothing is missing at the end, but the numbers are out of tolerance."""
    covered = _covered_at_the_end(course)
    if misses := _misses(course):
        return f"{covered}, but {' and '.join(misses)}."
    good = course.within_tolerance[course.end]
    if good.mean() < 1 / 2:
        return (
            f"{covered} and the numbers are good at the end, but {course.in_words(course.end)} "
            f"they were so at only {good.sum()} of {counted(len(good), 'evaluation')}."
        )
    return None


def _misses(course: Course) -> list[str]:
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


def _success(course: Course) -> str:
    good = course.within_tolerance[course.end]
    quality = f"{course.at_the_end('high_quality'):.0%} of the samples are high-quality"
    return (
        f"{_covered_at_the_end(course)}, {quality}, and {course.in_words(course.end)} the numbers "
        f"were good at {good.sum()} of {counted(len(good), 'evaluation')}."
    )


def _covered_at_the_end(course: Course) -> str:
    missing = course.missing_at_the_end
    if not missing:
        return (
            "The mode is covered" if course.modes == 1 else f"All {course.modes} modes are covered"
        )
    return f"{of_modes(missing, course.modes)} {'is' if len(missing) == 1 else 'are'} missing"
