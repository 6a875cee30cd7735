"""The runs on which verdicts are tried, and their continuations: trained once, kept, gone on with.

Of each run there are two sets of continuations to ten times its rounds, five seeds each: either is
the truth for what is made of the other. No seed is in both. *Lessons* are more runs at other points
of the same ranges, with one continuation each: a truth less sure, but many. A few of them are as
long as the runs of the shipped configs, which are five to ten times as long as the others: whether
modes are still found after so long, shorter runs do not show.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganrun.config import Sweep, load_sweep
from ganrun.diagnose.branches import Plan, cohorts_of_all, folder_of
from ganrun.executors import executor_for
from ganrun.playing.jobs import Job, Options
from ganrun.store import RunFolder, finished_at, run_path
from ganrun.store.sweep_folder import open_sweep
from ganrun.sweep.designs import Design
from ganrun.sweep.run import SweepProgress, run_sweep

DESIGN = Path(__file__).with_name("verdicts.yaml")
ROUNDS = 10
"""Length of the truth, in lengths of the run."""
SEEDS = 5
SETS = ("truth-a", "truth-b")
LESSON = "lesson"


@dataclass(frozen=True)
class Lessons:
    """A design of runs to learn from: the cases' own, but for these overrides."""

    overrides: tuple[str, ...]
    points: int
    """At so many of its points, the first ones, runs are played on."""


LESSONS = (
    Lessons(("points=200",), 140),
    Lessons(
        (
            "name=long",
            "points=16",
            "vary.training.steps={log: [4000, 10000]}",
            "base.evaluation.every=200",
        ),
        16,
    ),
)


@dataclass(frozen=True)
class Case:
    """One run of the design."""

    point: int
    case: str
    run: RunFolder


def plan_of(name: str) -> Plan:
    """A set of continuations."""
    seeds = 1 if name == LESSON else SEEDS
    return Plan(name, f"{ROUNDS} times as long", rounds=ROUNDS, seeds=seeds)


def branches(run: RunFolder, name: str) -> list[RunFolder]:
    """The finished continuations of one set."""
    return [RunFolder(folder_of(run, one)) for one in plan_of(name).experiments(run)]


def trained_cases(runs_dir: Path, overrides: Iterable[str] = ()) -> list[Case]:
    """Train what is not there yet: first all runs, then all their continuations."""
    cases = _runs(load_sweep(DESIGN, list(overrides)), runs_dir)
    _continue(cases, runs_dir, SETS)
    return cases


def lessons(runs_dir: Path) -> list[Case]:
    """Likewise the runs that the likelihoods are learned from, their points numbered through."""
    found: list[Case] = []
    before = 0
    for some in LESSONS:
        runs = _runs(load_sweep(DESIGN, list(some.overrides)), runs_dir)
        cases = [replace(one, point=before + one.point) for one in runs if one.point < some.points]
        _continue(cases, runs_dir, (LESSON,))
        found += cases
        before += some.points
    return found


def _runs(sweep: Sweep, runs_dir: Path) -> list[Case]:
    design = Design(sweep)
    options = Options(runs_dir=runs_dir, command=tuple(sys.argv))
    folder = open_sweep(runs_dir, sweep)
    with executor_for(design.trials) as executor:
        run_sweep(folder, design, options, executor, _Lines())
    found = []
    for index in range(design.trials):
        trial = design.trial(index)
        run = RunFolder(folder.trial_path(trial.experiment))
        found.append(Case(_point(design, trial.cell), trial.case or "", run))
    return found


def _point(design: Design, cell: int) -> int:
    return cell % design.sweep.points_per_case


def _continue(cases: Sequence[Case], runs_dir: Path, sets: Sequence[str]) -> None:
    alive = [one.run for one in cases if one.run.status == "complete"]
    plans = [plan_of(name) for name in sets]
    options = Options(runs_dir=runs_dir, command=tuple(sys.argv))
    total = len(alive) * sum(plan.seeds for plan in plans)
    with executor_for(total) as executor:
        done = 0
        waves = (
            (job for job in wave if not _finished(job))
            for wave in cohorts_of_all(alive, plans, options, executor.lanes)
        )
        for job, outcomes in executor.run(waves, lambda _: None):
            done += len(outcomes)
            for outcome in outcomes:
                if outcome.how == "failed":
                    print(f"{job.options.runs_dir}: {outcome.error}", file=sys.stderr)
            if done % 75 == 0:
                print(f"{done} of {total} continuations", file=sys.stderr, flush=True)


def _finished(job: Job) -> bool:
    members = [member.experiment for member in job.members]
    place = job.options.runs_dir
    return all(finished_at(run_path(place, one), one) is not None for one in members)


class _Lines:
    """Tells of a sweep's progress now and then."""

    def update(self, progress: SweepProgress) -> None:
        if progress.finished % 50 == 0:
            print(f"{progress.finished} of {progress.trials} runs", file=sys.stderr, flush=True)

    def tell(self, message: str) -> None:
        """Divergence is expected here."""
