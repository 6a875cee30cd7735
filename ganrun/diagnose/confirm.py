"""Runs that are played on to three times their rounds, once each, and judged by that.

A trajectory only hints at what more rounds would bring; one continuation shows it. It is played in
a branch with noise of its own, under `diagnosis/` of the run's folder, and changes nothing in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from ganrun.config import to_yaml
from ganrun.config.outside import check_given
from ganrun.diagnose.branches import MOST_ROUNDS, Plan, cohorts_of_all, folder_of
from ganrun.diagnose.play import reference_of
from ganrun.diagnose.progress import Confirming, OnConfirming
from ganrun.executors import executor_for
from ganrun.mixture import mixture_of
from ganrun.playing.jobs import Options
from ganrun.playing.progress import Measurements, Measuring, MemberProgress, Rate
from ganrun.store import DamagedError, RunFolder, StoreError, finished_at
from ganrun.store.confirmed import FORMAT, Confirmed, read_confirmed, write_confirmed
from ganrun.verdict import Word
from ganrun.verdict.continued import Continued, continued
from ganrun.wording import form_for, of_modes, percent

PLAN = Plan("confirm", "the same game, 3 times as long", rounds=3, seeds=1)

SURE: Mapping[Word, float] = {
    "diverged": 1.0,
    "stuck": 0.59,
    "undertrained": 0.93,
    "sharpening": 0.95,
    "oscillating": 0.49,
    "collapsed": 0.68,
    "imprecise": 0.55,
    "converged": 0.65,
}
"""How often a word that one such continuation gives is the truth: `benchmarks/verdicts.py`.

The word is that of the plain rule, right for 77 % of the runs. What was learned from lessons is not
clearly better: a logistic regression on the word and the signs of the whole course is right for
78 %, a forest for 79 %, and a regression that is taught with the same kind of truth as it is held
against for 77 %.
"""


def confirm(runs: Iterable[RunFolder], options: Options, on_progress: OnConfirming) -> list[str]:
    """Play finished runs on, and write what that shows as `confirmed.json` into their folders.

    A run that diverged, or is confirmed already, needs nothing. Returns one line for each run that
    could not be confirmed. Raises `KeyboardInterrupt` once everything under way is committed; the
    same call then goes on.
    """
    todo = [run for run in runs if run.status == "complete" and not _is_confirmed(run)]
    too_long = [run for run in todo if PLAN.rounds * run.config.training.steps > MOST_ROUNDS]
    problems = [
        f"{run.path}: is too long to be played on: a run has {MOST_ROUNDS:,} rounds"
        for run in too_long
    ]
    todo = [run for run in todo if run not in too_long]
    waiting = [run for run in todo if _continuation(run) is None]
    try:
        if waiting:
            problems += _play_on(waiting, options, _Board(len(todo), waiting, on_progress))
    finally:
        problems += _write(todo)
    return problems


def _is_confirmed(run: RunFolder) -> bool:
    """Whether a run is; where the document is damaged, it is written anew."""
    with suppress(DamagedError):
        return read_confirmed(run) is not None
    return False


def _continuation(run: RunFolder) -> RunFolder | None:
    """The finished continuation of a run; raises `StoreError` if it is damaged."""
    (experiment,) = PLAN.experiments(run)
    return finished_at(folder_of(run, experiment), experiment)


def _play_on(runs: Sequence[RunFolder], options: Options, board: _Board) -> list[str]:
    """Play all of them; returns a line for each that failed."""
    problems = []
    for run in runs:
        check_given(to_yaml(run.config))
    options = replace(options, again=False)
    with executor_for(len(runs)) as executor:
        jobs = cohorts_of_all(runs, [PLAN], options, executor.lanes)
        for job, outcomes in executor.run(jobs, board.post):
            place = job.options.runs_dir.parent
            problems += [f"{place}: {one.error}" for one in outcomes if one.how == "failed"]
    return problems


def _write(runs: Sequence[RunFolder]) -> list[str]:
    """Write what finished continuations show; returns a line for each run where that fails."""
    problems = []
    for run in runs:
        try:
            if (branch := _continuation(run)) is not None:
                write_confirmed(run.path, confirmed(run, branch))
        except StoreError as error:
            problems.append(str(error))
    return problems


def confirmed(run: RunFolder, branch: RunFolder) -> Confirmed:
    """What one continuation shows of a run."""
    reference = reference_of(run)
    weights = mixture_of(run.config.target).weights
    diverged = branch.status == "diverged"
    found = continued(run.metrics(), branch.metrics(), reference, weights, diverged=diverged)
    return Confirmed(
        format=FORMAT,
        id=run.id,
        seed=branch.config.seeds[0],
        rounds=branch.config.training.steps,
        verdict=found.word,
        confidence=SURE[found.word],
        evidence=_evidence(found, branch, len(weights)),
    )


def _evidence(found: Continued, branch: RunFolder, modes: int) -> str:
    if found.word == "diverged":
        at = (branch.summary or {}).get("diverged_at")
        return f"Played on, something stopped being finite in round {at:,}."
    before, after = found.well_placed
    missing = found.ending.missing
    ending = "no mode was missing"
    if missing:
        ending = f"{of_modes(missing, modes)} {form_for(len(missing), 'was', 'were')} missing"
    return (
        f"Played on to round {branch.config.training.steps:,}, {ending} at the end, and late in it "
        f"{percent(after)} of the samples were where they belong; by the end of the run it had "
        f"been {percent(before)}."
    )


@dataclass
class _Rounds:
    """Where a continuation begins, where it ends, and where it is."""

    begin: int
    end: int
    now: int
    here: int = 0
    """Rounds that this command has played of it."""


class _Board:
    """Gathers the progress of all continuations, and tells of it."""

    def __init__(self, runs: int, waiting: Sequence[RunFolder], on_progress: OnConfirming) -> None:
        self._runs, self._found = runs, runs - len(waiting)
        self._on_progress = on_progress
        self._rate = Rate()
        self._measurements = Measurements()
        self._measuring: Measuring | None = None
        self._rounds = {}
        for run in waiting:
            begin = run.config.training.steps
            self._rounds[PLAN.seed(run, 0)] = _Rounds(begin, PLAN.steps(run), begin)
        self._tell()

    def post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of some continuations' newest state."""
        for one in members:
            rounds = self._rounds[one.seed]
            rounds.now = rounds.end if one.diverged else max(one.round, rounds.begin)
            rounds.here = one.round - one.begun_at
        self._measuring = self._measurements.post(members)
        self._tell()

    def _tell(self) -> None:
        rounds = self._rounds.values()
        finished = self._found + sum(one.now >= one.end for one in rounds)
        done = sum(one.now - one.begin for one in rounds)
        total = sum(one.end - one.begin for one in rounds)
        rate, left = self._rate.at(done, total, here=sum(one.here for one in rounds))
        self._on_progress(
            Confirming(self._runs, finished, done, total, rate, left, self._measuring)
        )
