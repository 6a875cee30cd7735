"""The sentence under a quick verdict: facts of the trajectory, whatever else may be likely."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from ganrun.measure.dynamics import (
    HIGH_QUALITY_BELOW,
    MATERIAL,
    MODE_TV_ABOVE,
    SPREAD_RANGE,
    Trajectory,
    coming_and_going,
)
from ganrun.verdict.signs import Signs
from ganrun.verdict.words import Word
from ganrun.wording import capital, every_mode, form_for, listed, of_modes, percent, plural, value


def evidence_for(word: Word, signs: Signs) -> str:
    """What of a run speaks for a word; if nothing does in particular, where the run stands."""
    return _SENTENCES[word](signs) or _standing(signs)


def divergence(diverged_at: int) -> str:
    """What became of a run that diverged."""
    return (
        f"A loss, weight or sample stopped being finite in round {diverged_at:,}; "
        "the metrics are those of the last finite state."
    )


def too_few(signs: Signs) -> str:
    """Why a run with hardly an evaluation is not judged by its trajectory."""
    evaluations = signs.trajectory.trained
    return (
        f"{_coverage(signs)}, but it is too early to tell what more rounds would bring: there "
        f"{form_for(evaluations, 'was', 'were')} only {plural(evaluations, 'evaluation')} "
        f"in {plural(int(signs.trajectory.steps[-1]), 'round')}."
    )


def standstill(signs: Signs) -> str:
    """What a run shows whose generator has no slope."""
    return (
        f"Nothing moves any more: {signs.trajectory.rounds} the slope of the generator's loss was "
        f"exactly zero at every evaluation. {_coverage(signs)}."
    )


def _standing(signs: Signs) -> str:
    return (
        f"{_coverage(signs)}, and {_share(signs.now)} of the samples are where they belong, of "
        f"perfect ones {_share(signs.best)}; in the second quarter of the run it was "
        f"{_share(signs.before)}."
    )


def _off_and_still(signs: Signs) -> str | None:
    if signs.trajectory.covered[signs.trajectory.window].any():
        return None
    quality = signs.trajectory.at_the_end("high_quality")
    return capital(
        f"{signs.trajectory.rounds} no mode was covered at any evaluation, and at the end "
        f"{_share(quality)} of the samples are high-quality."
    )


def _missing_or_off(signs: Signs) -> str | None:
    return _on_the_way(signs) or _improvement(signs) or _unsettled(signs)


def _on_the_way(signs: Signs) -> str | None:
    if signs.approach <= 0 or signs.trajectory.covered[signs.trajectory.window].any():
        return None
    quality = signs.trajectory.at_the_end("high_quality")
    return (
        "The samples have not reached the modes, but came nearer from the second quarter of the "
        f"run to the last: {_share(quality)} of them are high-quality at the end."
    )


def _improvement(signs: Signs) -> str | None:
    if signs.rise < MATERIAL:
        return None
    return (
        f"{_coverage(signs)}, and from the second quarter of the run to the last the share of "
        f"samples where they belong rose from {_share(signs.before)} to {_share(signs.now)}, of "
        f"perfect ones it is {_share(signs.best)}."
    )


def _unsettled(signs: Signs) -> str | None:
    if not signs.changes:
        return None
    trajectory = signs.trajectory
    among = len(trajectory.steps[trajectory.window]) - 1
    return (
        f"{_coverage(signs)}, and {trajectory.rounds} modes came or went at {signs.changes} of "
        f"{plural(among, 'evaluation')}."
    )


def _coming_and_going(signs: Signs) -> str | None:
    """Whether the set of covered modes changes again and again, in words."""
    trajectory, window = signs.trajectory, signs.trajectory.window
    found = coming_and_going(
        trajectory.present[window][:, trajectory.showable], trajectory.sought[window]
    )
    if found is None:
        return _unsettled(signs)
    if found.union > found.most:
        return (
            f"Modes come and go: {trajectory.rounds} {found.union} of {trajectory.modes} modes "
            f"were there at some time but never more than {found.most} at once, and the set "
            f"changed {found.changes} times."
        )
    return (
        f"Modes come and go: {trajectory.rounds} {_everything(trajectory, 'was', 'were')} covered "
        f"at some time, but together at only {found.complete} of "
        f"{len(trajectory.steps[window])} evaluations."
    )


def _loss(signs: Signs) -> str | None:
    """Which modes are missing, and since when."""
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
        clauses.append(f"{of_modes(scarce, trajectory.modes)} {_be(scarce, 'was', 'were')} {found}")
    return f"{', and '.join(clauses)}." if clauses else None


def _imprecision(signs: Signs) -> str | None:
    trajectory = signs.trajectory
    misses = _misses(trajectory)
    if not misses:
        return None
    return (
        f"{_coverage(signs)}, but {listed(misses)}; from the second quarter of the run to the last "
        f"the share of samples where they belong went from {_share(signs.before)} to "
        f"{_share(signs.now)}."
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


def _success(signs: Signs) -> str:
    trajectory = signs.trajectory
    good = trajectory.within_tolerance[trajectory.last_tenth]
    quality = _share(trajectory.at_the_end("high_quality"))
    return (
        f"{_coverage(signs)}, {quality} of the samples are high-quality, and "
        f"{trajectory.in_words(trajectory.last_tenth)} all was within tolerance at {good.sum()} of "
        f"{plural(len(good), 'evaluation')}."
    )


def _coverage(signs: Signs) -> str:
    """Which modes are missing at the end, and whether only by then."""
    trajectory, missing = signs.trajectory, signs.trajectory.missing_at_the_end
    if not missing:
        return f"{capital(_everything(trajectory, 'is', 'are'))} covered"
    told = f"{of_modes(missing, trajectory.modes)} {_be(missing, 'is', 'are')} missing"
    if set(missing) & set(signs.missing):
        return told
    lately = trajectory.covered[trajectory.last_tenth][:, list(missing)]
    return (
        f"{told} at the last evaluation, but {_be(missing, 'was', 'were')} covered at "
        f"{lately.sum(axis=0).min()} or more of {plural(len(lately), 'evaluation')} "
        f"{trajectory.in_words(trajectory.last_tenth)}"
    )


def _everything(trajectory: Trajectory, one: str, many: str) -> str:
    """What a run can be asked to cover, with its verb: every mode that perfect samples show."""
    shown = int(trajectory.showable.sum())
    return f"{every_mode(shown, trajectory.modes)} {form_for(shown, one, many)}"


def _be(modes: Sequence[int], one: str, many: str) -> str:
    return one if len(modes) == 1 else many


def _share(share: float) -> str:
    return percent(share, "an undefined share")


_SENTENCES: Mapping[Word, Callable[[Signs], str | None]] = {
    "diverged": lambda signs: None,
    "stuck": _off_and_still,
    "undertrained": _missing_or_off,
    "sharpening": _improvement,
    "oscillating": _coming_and_going,
    "collapsed": _loss,
    "imprecise": _imprecision,
    "converged": _success,
}
