"""What happened to one run, or to several of them, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

from ganrun import wording
from ganrun.report.run_record import RunRecord

MOST_NAMED = 8
"""Modes or seeds that are named; of more, the last are counted."""
BEYOND = "above what perfect samples reach"
"""What is said of a count that is no success: not even the target's own samples reach it."""
AVERAGED_ROW = "its average"
AVERAGED_MEANS = "the moving average of the generator above, which judges no run"
MARK = "*"
"""The same behind a count, where there is no room for words."""
_UNFINISHED = {
    "running": ("is still running", "are still running"),
    "interrupted": ("was interrupted", "were interrupted"),
    "failed": ("failed", "failed"),
}


def whose(run: RunRecord) -> str:
    """The run in a heading: `five_gaussians, seed 3`."""
    return f"{run.name}, seed {run.seed}"


def unverified(number: int, noun: str, *, ended: bool = True) -> str:
    """What to say of runs whose files may be other than what was written; empty if there are none.

    An earlier ganrun noted no digests of them, nor does a process that is killed before they ended.
    """
    if not number:
        return ""
    has, was = (wording.form_for(number, *pair) for pair in (("has", "have"), ("was", "were")))
    why = f"of an earlier ganrun {has}" if ended else f"{was} cut off and {has}"
    return f"not verified: {wording.plural(number, noun)} {why} no digests"


def outcome(run: RunRecord) -> str:
    """What became of a run, in a heading: `2 of 5 modes recovered after 10,000 rounds`."""
    if run.diverged:
        return f"diverged{_at_round(run.diverged_at)}"
    if run.ended and run.metric("modes_recovered") is not None:
        return f"{_recovered(run)} after {run.steps:,} rounds"
    if run.last_round is None:
        return f"{run.status} before its first evaluation"
    return f"{run.status}; {_covered(run)} covered at {_so_far(run)}"


def title(run: RunRecord) -> str:
    """The story in a few words: what the forger does with the modes."""
    lost, total = len(run.missing), len(run.showable)
    everything = wording.every_mode(total, run.modes_total)
    if run.diverged:
        return "The game diverged"
    if run.covered is None:
        return "Not measured yet"
    so_far = "" if run.ended else " so far"
    if lost == total:
        return f"The forger misses {everything}{so_far}"
    if lost:
        words = f"the forger leaves out {lost} of {run.modes_total} modes{so_far}"
        if run.verdict != "collapsed" or run.best is None:
            return wording.capital(words)
        return f"{'Mode' if run.best.is_known else 'Likely mode'} collapse: {words}"
    recovered = run.metric("modes_recovered")
    if recovered is not None and recovered < run.least_recoverable:
        number = wording.count(recovered) if recovered else "none"
        return f"The forger covers {everything}, but recovers {number}"
    return f"The forger covers {everything}{so_far}"


def sentence(run: RunRecord) -> str:
    """One sentence on one run."""
    seed = f"Seed {run.seed}"
    if not run.ended:
        return f"{seed} {_unfinished(run)}."
    if run.diverged:
        ending = f"its last finite state: {_modes(run)}"
        return f"{seed} diverged{_at_round(run.diverged_at)}; {ending}."
    if run.best is None:
        return f"{seed} has ended: {_modes(run)}."
    more = f"; {_imprecision(run)}" if run.verdict == "imprecise" else ""
    return f"{seed}: {run.best.words}; {_modes(run)}{more}."


def sentences(runs: Sequence[RunRecord]) -> str:
    """One sentence on one run; on several, one on those that ended and one on each other fate."""
    if len(runs) == 1:
        return sentence(runs[0])
    ended = [run for run in runs if run.ended]
    told = [sentence(run) for run in ended]
    if len(ended) > 1:
        told = [_tell_ended(ended)]
        told += _fate((run for run in ended if run.diverged), "diverged", "diverged")
    for status, (one, many) in _UNFINISHED.items():
        unfinished = (run for run in runs if not run.ended and run.status == status)
        told += _fate(unfinished, one, many)
    return " ".join(told)


def _tell_ended(runs: Sequence[RunRecord]) -> str:
    missing_on = sum(bool(run.missing) for run in runs)
    one_each = len({run.seed for run in runs}) == len(runs)
    those = wording.plural(len(runs), "seed" if one_each else "run")
    words = f"No mode is missing on any of {those}"
    if missing_on:
        words = f"Modes are missing on {missing_on:,} of {those}"
    counts = [run.metric("modes_recovered") for run in runs]
    known = sorted(count for count in counts if count is not None)
    totals = {run.modes_total for run in runs}
    if known and len(totals) == 1:
        middle = f"{wording.count(median(known))} of {totals.pop()}"
        words += f"; median {middle} recovered (min {known[0]:.0f}, max {known[-1]:.0f})"
    if beyond := [most for run in runs if (most := run.beyond("modes_recovered")) is not None]:
        words += f", on {len(beyond):,} of them {too_many(beyond[0])}"
    return f"{words}."


def _fate(runs: Iterable[RunRecord], one: str, many: str) -> list[str]:
    seeds = [run.seed for run in runs]
    if not seeds:
        return []
    named = wording.capital(wording.numbered("seed", seeds, MOST_NAMED))
    return [f"{named} {wording.form_for(len(seeds), one, many)}."]


def _unfinished(run: RunRecord) -> str:
    words = _UNFINISHED[run.status][0] if run.status in _UNFINISHED else run.status
    if run.status == "failed" and (error := run.run_json.get("error")):
        words += f" ({error})"
    if run.last_round is None:
        return f"{words} before its first evaluation"
    return f"{words}; at its last evaluation, {_so_far(run)}, it covered {_covered(run)}"


def _so_far(run: RunRecord) -> str:
    return f"round {run.last_round:,} of {run.steps:,}"


def _covered(run: RunRecord) -> str:
    return f"{wording.of_total(run.metric('modes_covered'), run.modes_total)} modes"


def _modes(run: RunRecord) -> str:
    """`2 of 5 modes recovered; modes 1, 2 and 4 are missing`."""
    clauses = [_recovered(run)]
    missing, recovered = set(run.missing), run.recovered_modes
    everything = set(run.showable)
    lost = missing if recovered is None else missing - set(recovered)
    if lost == everything and len(everything) > 1:
        clauses.append("every mode is missing")
    elif lost:
        clauses.append(f"{_named(lost)} missing")
    if hidden := set(run.hidden):
        clauses.append(f"{_named(hidden)} not shown by perfect samples either")
    if recovered is not None:
        if misshapen := set(run.recoverable) - missing - set(recovered):
            clauses.append(f"{_named(misshapen)} covered but not recovered")
        if thin := missing & set(recovered):
            clauses.append(f"{_named(thin)} recovered but hardly covered")
    return "; ".join(clauses)


def _recovered(run: RunRecord) -> str:
    recovered, total = run.metric("modes_recovered"), run.modes_total
    if recovered is None:
        return "modes recovered not counted"
    counted = f"{recovered:.0f} of {wording.plural(total, 'mode')} recovered"
    if (most := run.beyond("modes_recovered")) is not None:
        return f"{counted}, {too_many(most)}"
    return f"{wording.every(total, 'mode')} recovered" if recovered == total else counted


def too_many(most: int) -> str:
    """That, with what they reach at most."""
    return f"{BEYOND} ({most})"


def _imprecision(run: RunRecord) -> str:
    quality, spread = run.metric("high_quality"), run.metric("spread")
    words = f"{wording.percent(quality)} of the samples are high quality"
    return words if spread is None else f"{words}, spread {wording.value(spread, 2)}"


def _at_round(number: int | None) -> str:
    return "" if number is None else f" at round {number:,}"


def _named(modes: set[int]) -> str:
    """`mode 4 is` or `modes 1, 2 and 4 are`."""
    be = wording.form_for(len(modes), "is", "are")
    return f"{wording.numbered('mode', modes, MOST_NAMED)} {be}"
