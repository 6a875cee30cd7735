"""Which branches leave a finished run, and the experiment that each of their GANs plays.

A branch begins with the run's last finite state and is a run folder like any other, under
`diagnosis/` of the run's own folder. Nothing else in there is touched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganrun.config import Experiment, load_experiment, static_key
from ganrun.playing.jobs import BranchPoint, Job, Member, Options, jobs_of
from ganrun.store import RunFolder, run_path
from ganrun.store.layout import BRANCHES, CONFIG

MOST_ROUNDS = 10_000_000
"""Rounds that a config may ask for."""
LEAST_EVALUATIONS, MOST_EVALUATIONS = 20, 10_000
"""So many evaluations a branch makes in as many rounds as the run has, at least and at most.

Ten lengths of the run still make no more than a run may have.
"""


@dataclass(frozen=True)
class Plan:
    """A branch that is to be played: what differs from the run, how long, how many times."""

    name: str
    """Start of its folders' names."""
    title: str
    """What it is, in plain words."""
    rounds: float
    """Its last round, in lengths of the run."""
    seeds: int
    """How many GANs, each with noise of its own."""
    sets: tuple[str, ...] = ()
    """What differs in the config, as `--set` takes it."""
    new_discriminator: bool = False
    afresh: bool = False
    """Whether it begins at round 0 with new networks, instead of at the run's end."""

    def experiments(self, run: RunFolder) -> list[Experiment]:
        """One experiment per seed; raises `ConfigError` if the settings contradict the run's."""
        training, evaluation = run.config.training, run.config.evaluation
        least = -(-training.steps // MOST_EVALUATIONS)
        every = max(least, min(evaluation.every, training.steps // LEAST_EVALUATIONS))
        config = load_experiment(
            run.path / CONFIG,
            [
                *self.sets,
                f"name={self.name}",
                f"training.steps={self.steps(run)}",
                f"evaluation.every={every}",
                "snapshots.count=1",
            ],
        )
        return [config.with_seed(self.seed(run, which)) for which in range(self.seeds)]

    def steps(self, run: RunFolder) -> int:
        """The round at which its GANs end."""
        return min(round(self.rounds * run.config.training.steps), MOST_ROUNDS)

    def seed(self, run: RunFolder, which: int) -> int:
        """A seed that no other branch of this run has: fresh noise, the same whenever asked for."""
        digest = hashlib.sha256(f"{run.id}/{self.name}/{which}".encode("ascii")).digest()
        return int.from_bytes(digest[:4], "big") >> 1

    def members(self, run: RunFolder) -> list[Member]:
        """Its GANs, and where they begin."""
        point = None if self.afresh else BranchPoint(run.path, self.new_discriminator)
        return [Member(one, branch_point=point) for one in self.experiments(run)]


def folder_of(run: RunFolder, experiment: Experiment) -> Path:
    """The run folder of one GAN of a branch."""
    return run_path(run.path / BRANCHES, experiment)


def cohorts(run: RunFolder, plans: Iterable[Plan], options: Options, lanes: int) -> list[list[Job]]:
    """The jobs that play these branches, by the program that they share."""
    options = replace(options, runs_dir=run.path / BRANCHES, shared=None)
    members: dict[str, list[Member]] = {}
    for plan in plans:
        for one in plan.members(run):
            members.setdefault(static_key(one.experiment), []).append(one)
    return [list(jobs_of(cohort, options, lanes)) for cohort in members.values()]


def cohorts_of_all(
    runs: Iterable[RunFolder], plans: Sequence[Plan], options: Options, lanes: int
) -> Iterator[Iterator[Job]]:
    """The jobs that play these branches of many runs, those together that share a program.

    Each is made when it is asked for, so that one that is done by then can be left out. Of a plan
    that makes another game of the run, the runs' own programs decide.
    """
    by_program: dict[str, list[RunFolder]] = {}
    for run in runs:
        by_program.setdefault(static_key(run.config), []).append(run)
    for group in by_program.values():
        branches = (cohort for run in group for cohort in cohorts(run, plans, options, lanes))
        yield (job for cohort in branches for job in cohort)
