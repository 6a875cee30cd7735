"""The quick verdict: one word for what happened to a run, read off its metrics alone.

The words are the design's, tried in its order; the truth they aim at is what more rounds would show
(`continued.py`), which a trajectory only hints at. What hints at it was learned from runs that were
played on to ten times their rounds (`benchmarks/verdicts.py`). A forest that is given some fifty
numbers of each trajectory is right on 75 % of unseen runs where these few thresholds are on 70 %,
but by foretelling divergence: held to words that are true of the run so far, it is on 71 %.

- Modes that are missing for good are missing *quietly*: the set of covered modes does not change,
  and nearly all samples are on other modes already, not on their way. Where it still changes, the
  samples have not settled, and with more rounds they mostly do; but sharp samples on a few modes at
  a time will go on hopping.
- Where no mode is missing, a run that is far from the target comes nearer with more rounds, even if
  its metrics seem to stand still; one that is moderately far and stands still stays there.

All is told from the *window*, the evaluations of the run's second half, and from its last tenth.
At an evaluation a mode is covered if its share is at least a fifth of its weight, and missing
otherwise. Modes are numbered from 0, as the columns `share_0`, `share_1`, ... are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.measure.dynamics import (
    HIGH_QUALITY_BELOW,
    LEAST_EVALUATIONS,
    MATERIAL,
    MODE_TV_ABOVE,
    SPREAD_RANGE,
    Reference,
    Trajectory,
    coming_and_going,
    is_rising,
    scatter,
)
from ganrun.verdict.words import Verdict, Word
from ganrun.wording import form_for, listed, of_modes, percent, plural, value


@dataclass(frozen=True)
class Thresholds:
    """What was chosen on one half of the benchmark's runs; all are shares, between 0 and 1."""

    changing: float = 0.15
    """Share of the window's evaluations with another set of covered modes: settled below it."""
    sharp: float = 0.7
    """High-quality share of samples that hop from some modes to others, in the mean."""
    few: float = 0.6
    """Share of the modes that such samples cover at a time, at most."""
    swing: float = 0.2
    """Scatter of the share of well-placed samples about its trend, of modes that go together."""
    arrived: float = 0.26
    """By how much `high_quality` may fall short of perfect samples once they are on modes."""
    restless: float = 0.4
    """More than this, where no mode is missing for long, is coming and going."""
    astray: float = 0.6
    """Share of samples that are out of place beyond which that is no mere sharpening."""
    near: float = 0.07
    """Share of samples out of place, of a run that is almost within tolerance."""
    moderate: float = 0.2
    """Share of samples out of place that a run at a standstill may keep."""
    standstill: float = 0.12
    """Rise in the share of well-placed samples from the second quarter of the run to the last."""
    approach: float = 0.1
    """Fall of the log of the excess `nll`, likewise: samples on no mode are on their way."""


THRESHOLDS = Thresholds()

SURE: dict[str, float] = {
    "diverged": 1.0,
    "too few": 0.5,
    "approaching": 0.77,
    "unsettled": 0.68,
    "rising": 0.78,
    "come and go": 0.33,
    "hopping": 0.33,
    "off the modes": 0.55,
    "collapsed": 0.75,
    "standstill": 0.47,
    "almost": 0.86,
    "good": 0.7,
}
"""Ground of a verdict -> how often it is right, of the same runs and a thousand lessons.

One that was never right, or never seen, counts as if one of two had been right.
"""


def quick_verdict(
    metrics: Mapping[str, ndarray],
    final: Mapping[str, Any],
    reference: Reference,
    weights: Float[ndarray, " K"] | Sequence[float],
    *,
    diverged_at: int | None,
    thresholds: Thresholds = THRESHOLDS,
) -> Verdict:
    """Say what happened, from the columns of `metrics.csv` and the metrics at the end.

    Args:
        metrics: columns by name, each `[R]`, NaN where empty; one row or more.
        final: `high_quality`, `mode_tv` and `spread` at the end; the last row's where absent.
        reference: metric -> `mean` and more, of perfect samples.
        weights: of the target's modes, summing to 1.
        diverged_at: the round in which something stopped being finite; None if nothing did.
        thresholds: others than the chosen ones, for choosing them.
    """
    if diverged_at is not None:
        return Verdict("diverged", _divergence(diverged_at), SURE["diverged"])
    trajectory = Trajectory(metrics, final, reference, np.asarray(weights, dtype=float))
    word, ground, evidence = grounded(trajectory, thresholds)
    return Verdict(word, evidence, SURE[ground])


def can_judge(
    metrics: Mapping[str, ndarray], reference: Reference, weights: Float[ndarray, " K"]
) -> bool:
    """Whether columns of `metrics.csv` that the word rests on are there, of a run that lasted.

    Without `spread` a run cannot be called good; without `nll`, samples that are on no mode may be
    on their way. Of any other run the word is the same whatever these would hold.
    """
    trajectory = Trajectory(metrics, {}, reference, np.asarray(weights, dtype=float))
    spread, within = (
        rows[trajectory.last_tenth]
        for rows in (trajectory.column("spread"), trajectory.within_tolerance)
    )
    if _Signs(trajectory).good:
        return not bool(np.isnan(spread[within]).any())
    if trajectory.trained < LEAST_EVALUATIONS or trajectory.covered[trajectory.window].any():
        return True
    return not bool(np.isnan(trajectory.column("nll")).all())


def grounded(trajectory: Trajectory, limits: Thresholds) -> tuple[Word, str, str]:
    """The word, the ground it rests on (a key of `SURE`), and the sentence."""
    signs = _Signs(trajectory)
    if signs.good:
        if found := _coming_and_going(signs):
            return "oscillating", "come and go", found
        return "converged", "good", _success(signs)
    if trajectory.trained < LEAST_EVALUATIONS:
        return "undertrained", "too few", _too_few(signs)
    if signs.missing:
        if signs.approach >= limits.approach:
            return "undertrained", "approaching", _on_the_way(trajectory)
        if signs.change_rate >= limits.changing:
            hops = signs.sharpness >= limits.sharp and signs.covered <= limits.few
            if (hops or signs.swing >= limits.swing) and (found := _coming_and_going(signs)):
                return "oscillating", "hopping", found
            return "undertrained", "unsettled", _unsettled(signs)
        if signs.still_rising:
            return "undertrained", "rising", _improvement(signs)
        if signs.shortfall > limits.arrived:
            return "undertrained", "off the modes", _off_the_modes(signs)
        return "collapsed", "collapsed", _loss(signs)
    if signs.change_rate > limits.restless and signs.out_of_place > limits.astray:
        return "oscillating", "come and go", _coming_and_going(signs) or _unsettled(signs)
    if signs.out_of_place <= limits.near and signs.rise > limits.standstill:
        return "converged", "almost", _almost(signs)
    if signs.out_of_place <= limits.moderate and signs.rise <= limits.standstill:
        return "imprecise", "standstill", _imprecision(signs)
    return "undertrained", "rising", _improvement(signs)


class _Signs:
    """What a trajectory shows of where it is going."""

    def __init__(self, trajectory: Trajectory) -> None:
        self.trajectory = trajectory
        self.placed = np.nan_to_num(1 - trajectory.column("mode_tv"))
        """Share of samples where they belong; what is empty counts as nothing."""
        present = trajectory.present[trajectory.window]
        changed = np.any(present[1:] != present[:-1], axis=1)
        self.changes = int(changed.sum())
        self.change_rate = float(changed.mean()) if len(changed) else 0.0
        """Share of the window's evaluations with another set of covered modes than before."""
        self.before, self.now = (float(np.mean(self.placed[q])) for q in trajectory.quarters)
        """Share of samples where they belong, in the run's second quarter and in its last."""
        self.best = 1 - trajectory.perfect("mode_tv")
        """What the share of samples where they belong is, of perfect ones."""
        self.out_of_place = max(self.best - self.now, 0.0)
        covered = trajectory.covered[trajectory.last_tenth]
        self.missing = np.flatnonzero(covered.mean(axis=0) <= 1 / 2).tolist()
        """The numbers of the modes that are missing at half of the last evaluations or more."""
        self.good = trajectory.is_good(trajectory.last_tenth) and not trajectory.missing_at_the_end

    @property
    def sharpness(self) -> float:
        """High-quality share over the window."""
        return float(np.mean(self.trajectory.column("high_quality")[self.trajectory.window]))

    @property
    def shortfall(self) -> float:
        """By how much `high_quality` falls short of perfect samples in the run's last quarter."""
        quality = self.trajectory.column("high_quality")[self.trajectory.quarters[1]]
        return self.trajectory.perfect("high_quality") - float(np.mean(quality))

    @property
    def covered(self) -> float:
        """Share of the modes that are covered at a time, over the window."""
        return float(self.trajectory.covered[self.trajectory.window].mean())

    @property
    def swing(self) -> float:
        """Scatter of the share of samples where they belong about its trend over the window."""
        return scatter(self.placed[self.trajectory.window])

    @property
    def still_rising(self) -> bool:
        """Whether the share of samples where they belong rises steadily, up to the end."""
        return is_rising(self.placed[self.trajectory.window], self.best)

    @property
    def rise(self) -> float:
        """How much more of the samples is where it belongs."""
        return self.now - self.before

    @property
    def approach(self) -> float:
        """Fall of the log of the excess `nll` of samples that are on no mode; else 0."""
        if self.trajectory.covered[self.trajectory.window].any():
            return 0.0
        excess = self.trajectory.column("nll") - self.trajectory.perfect("nll")
        before, now = (float(np.mean(excess[quarter])) for quarter in self.trajectory.quarters)
        if not (np.isfinite(before) and np.isfinite(now) and before > 0 and now > 0):
            return 0.0
        return float(np.log(before / now))


def _divergence(diverged_at: int) -> str:
    return (
        f"A loss, weight or sample stopped being finite in round {diverged_at:,}; "
        "the metrics are those of the last finite state."
    )


def _too_few(signs: _Signs) -> str:
    trajectory = signs.trajectory
    return (
        f"{_coverage(signs)}, but it is too early to tell what more rounds would bring: there "
        f"{form_for(trajectory.trained, 'was', 'were')} only "
        f"{plural(trajectory.trained, 'evaluation')} "
        f"in {trajectory.steps[-1]:,} rounds."
    )


def _on_the_way(trajectory: Trajectory) -> str:
    quality = trajectory.at_the_end("high_quality")
    return (
        f"The samples have not reached the modes, but come nearer {trajectory.rounds}: "
        f"{_share(quality)} of them are high-quality at the end."
    )


def _off_the_modes(signs: _Signs) -> str:
    quality = signs.trajectory.at_the_end("high_quality")
    return (
        f"{_coverage(signs)}, {_and_or_but(signs)} only {_share(quality)} of the samples are on "
        "any: those that are not may yet find them."
    )


def _unsettled(signs: _Signs) -> str:
    trajectory = signs.trajectory
    among = len(trajectory.steps[trajectory.window]) - 1
    return (
        f"{_coverage(signs)}, but the samples have not settled: {trajectory.rounds} "
        f"the set of covered modes changed at {signs.changes} of {plural(among, 'evaluation')}."
    )


def _improvement(signs: _Signs) -> str:
    if signs.rise >= MATERIAL:
        return (
            "Still improving: from the second quarter of the run to the last, the share of samples "
            f"where they belong rose from {_share(signs.before)} to {_share(signs.now)}."
        )
    return (
        f"{_coverage(signs)}, {_and_or_but(signs)} only {_share(signs.now)} of the samples are "
        f"where they belong, of perfect ones {_share(signs.best)}: there is room to improve."
    )


def _almost(signs: _Signs) -> str:
    return (
        f"{_coverage(signs)}, and after a rise from {_share(signs.before)} "
        f"{_share(signs.now)} of the samples are where they belong, of perfect ones "
        f"{_share(signs.best)}."
    )


def _coming_and_going(signs: _Signs) -> str | None:
    """Whether the set of covered modes changes again and again, in words."""
    trajectory, window = signs.trajectory, signs.trajectory.window
    found = coming_and_going(trajectory.present[window], trajectory.covered[window])
    if found is None:
        return None
    if found.union > found.most:
        return (
            f"Modes come and go: {trajectory.rounds} {found.union} of {trajectory.modes} modes "
            f"were covered at some time but never more than {found.most} at once, and the set "
            f"changed {found.changes} times."
        )
    return (
        f"Modes come and go: {trajectory.rounds} every mode was covered at some time, but all of "
        f"them at only {found.complete} of {len(trajectory.steps[window])} evaluations."
    )


def _loss(signs: _Signs) -> str:
    """Modes are missing at the end, and nothing says that they would come back."""
    trajectory, covered = signs.trajectory, signs.trajectory.covered[signs.trajectory.window]
    missing = trajectory.missing_at_the_end
    never = [k for k in missing if not covered[:, k].any()]
    lost = [k for k in missing if covered[:, k].any()]
    scarce = [k for k in signs.missing if k not in missing]
    clauses = []
    if never:
        clauses.append(f"{of_modes(never, trajectory.modes)} stayed missing {trajectory.rounds}")
    if lost:
        last_seen = max(int(np.flatnonzero(covered[:, k])[-1]) for k in lost)
        gone = f"went missing by round {trajectory.steps[trajectory.window][last_seen + 1]:,}"
        clauses.append(f"{of_modes(lost, trajectory.modes)} {gone} and did not come back")
    if scarce:
        lately = trajectory.covered[trajectory.last_tenth][:, scarce]
        among = f"no more than {lately.sum(axis=0).max()} of {plural(len(lately), 'evaluation')}"
        found = f"covered at {among} {trajectory.in_words(trajectory.last_tenth)}"
        were = form_for(len(scarce), "was", "were")
        clauses.append(f"{of_modes(scarce, trajectory.modes)} {were} {found}")
    return f"{', and '.join(clauses)}."


def _imprecision(signs: _Signs) -> str:
    trajectory = signs.trajectory
    good = trajectory.within_tolerance[trajectory.last_tenth]
    misses = _misses(trajectory) or [
        f"{trajectory.in_words(trajectory.last_tenth)} the numbers were within tolerance at only "
        f"{good.sum()} of {plural(len(good), 'evaluation')}"
    ]
    return (
        f"{_coverage(signs)}, but {listed(misses)}, and the samples come no nearer to the target."
    )


def _misses(trajectory: Trajectory) -> list[str]:
    """In which respects the final metrics are out of tolerance."""
    quality, distance, spread = map(trajectory.at_the_end, ("high_quality", "mode_tv", "spread"))
    perfect_quality, perfect_distance = (
        trajectory.perfect("high_quality"),
        trajectory.perfect("mode_tv"),
    )
    told_quality, told_distance = (value(one, 2, "undefined") for one in (quality, distance))
    misses = []
    if not quality >= perfect_quality - HIGH_QUALITY_BELOW:
        misses.append(f"high_quality is {told_quality} where perfect is {perfect_quality:.2f}")
    if not distance <= perfect_distance + MODE_TV_ABOVE:
        misses.append(f"mode_tv is {told_distance} where perfect is {perfect_distance:.2f}")
    if spread < SPREAD_RANGE[0] or spread > SPREAD_RANGE[1]:
        misses.append(f"the modes have {spread:.2g} times their true variance")
    return misses


def _success(signs: _Signs) -> str:
    trajectory = signs.trajectory
    good = trajectory.within_tolerance[trajectory.last_tenth]
    quality = _share(trajectory.at_the_end("high_quality"))
    return (
        f"{_coverage(signs)}, {quality} of the samples are high-quality, and "
        f"{trajectory.in_words(trajectory.last_tenth)} the numbers were good at {good.sum()} of "
        f"{plural(len(good), 'evaluation')}."
    )


def _coverage(signs: _Signs) -> str:
    """Which modes are missing at the end; none that only the last evaluation happened to miss."""
    trajectory, missing = signs.trajectory, signs.trajectory.missing_at_the_end
    if not missing:
        modes = trajectory.modes
        return f"{of_modes(range(modes), modes)} {form_for(modes, 'is', 'are')} covered"
    if not signs.missing:
        when = trajectory.in_words(trajectory.last_tenth)
        return f"Every mode was covered at most evaluations {when}"
    which = of_modes(missing, trajectory.modes)
    return f"{which} {form_for(len(missing), 'is', 'are')} missing"


def _and_or_but(signs: _Signs) -> str:
    """What leads from the coverage to something bad."""
    return "and" if signs.missing and signs.trajectory.missing_at_the_end else "but"


def _share(share: float) -> str:
    return percent(share, "an undefined share")
