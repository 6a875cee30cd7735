"""Plays a diagnosis's branches, and tells how far they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.metrics import share_columns
from ganrun.diagnose.branches import Plan, cohorts, folder_of
from ganrun.diagnose.diagnosis import MOST_POINTS, Branch, BranchRun, Track
from ganrun.diagnose.progress import BranchProgress, DiagnosisProgress, OnProgress
from ganrun.executors import Executor
from ganrun.measure.dynamics import Reference, Trajectory, is_rising
from ganrun.measure.showable import BY_MODE, showable_modes
from ganrun.mixture import mixture_of
from ganrun.playing.jobs import Member, Options, Outcome
from ganrun.playing.progress import Measurements, Measuring, MemberProgress, Rate
from ganrun.store import RunFolder, StoreError
from ganrun.verdict import Word
from ganrun.verdict.continued import Continued, continued, ending
from ganrun.wording import every_mode

SHARE_DIGITS = 7
"""As many as float32 is sure of, so that a share of exactly a fifth of the weight stays covered."""


class Branches:
    """The branches of one run: played where they are not finished yet, and read."""

    def __init__(
        self,
        run: RunFolder,
        options: Options,
        executor: Executor,
        on_progress: OnProgress,
        check: Callable[[], None],
    ) -> None:
        """Before anything is played, `check` says whether there is a place for it."""
        self.run = run
        self.weights: Float[ndarray, " K"] = mixture_of(run.config.target).weights
        self.reference = reference_of(run)
        modes = len(self.weights)
        self.everything = every_mode(len(showable_modes(self.reference, modes)), modes)
        """What its GANs can be asked to cover, in words."""
        self._options = options
        self._executor = executor
        self._check = check
        self._board = _Board(run, on_progress)
        self.stages, self.stage = self._board.stages, self._board.stage
        self.may_follow = self._board.may_follow

    def play(self, plans: Sequence[Plan]) -> None:
        """Play branches to their ends. Raises `StoreError` if one of their GANs could not be.

        Raises `KeyboardInterrupt`, if there was one, once everything under way is committed.
        """
        self._check()
        self._board.expect(plans)
        failures = []
        jobs = cohorts(self.run, plans, self._options, self._executor.lanes)
        for job, outcomes in self._executor.run(jobs, self._board.post):
            self._board.note_ended(job.members, outcomes)
            failures += [one.error for one in outcomes if one.how == "failed"]
        if failures:
            raise StoreError(f"{self.run.path}: a branch failed: {failures[0]}")

    def folders(self, plan: Plan) -> list[RunFolder]:
        """The finished runs of a branch that was played."""
        return [RunFolder(folder_of(self.run, one)) for one in plan.experiments(self.run)]

    def judged(self, plan: Plan) -> list[Continued]:
        """What each continuation by the run's own rules shows of it."""
        before = self.run.metrics()
        return [
            continued(
                before,
                folder.metrics(),
                self.reference,
                self.weights,
                diverged=folder.status == "diverged",
            )
            for folder in self.folders(plan)
        ]

    def shown(self, plan: Plan, words: Sequence[Word] = ()) -> Branch:
        """A branch that was played, for the document."""
        from_round = 0 if plan.afresh else self.run.config.training.steps
        folders = self.folders(plan)
        return Branch(
            name=plan.name,
            title=plan.title,
            sets=plan.sets,
            from_round=from_round,
            to_round=folders[0].config.training.steps,
            runs=tuple(
                self._shown_run(folder, from_round, words[place] if words else None)
                for place, folder in enumerate(folders)
            ),
        )

    def _is_rising(self, metrics: dict[str, ndarray]) -> bool:
        """Whether more and more samples are where they belong, over the last half."""
        course = Trajectory(metrics, {}, self.reference, self.weights)
        return is_rising(course.placed[course.window], 1 - course.perfect("mode_tv"))

    def _shown_run(self, folder: RunFolder, from_round: int, word: Word | None) -> BranchRun:
        metrics = folder.metrics()
        came_to = ending(metrics, self.reference, self.weights, from_round=from_round)
        diverged = folder.status == "diverged"
        return BranchRun(
            seed=folder.config.seeds[0],
            status="diverged" if diverged else "complete",
            word=word,
            covered=came_to.covered if came_to else None,
            high_quality=came_to.high_quality if came_to else None,
            mode_tv=came_to.mode_tv if came_to else None,
            missing=came_to.missing if came_to else (),
            cured=bool(came_to and came_to.good and not diverged),
            sharpening=bool(
                came_to
                and not (came_to.good or came_to.missing or diverged)
                and self._is_rising(metrics)
            ),
            track=track_of(metrics, len(self.weights)),
        )


def reference_of(run: RunFolder) -> Reference:
    """What perfect samples score, measured anew where an older run does not tell it by mode."""
    stored = (run.summary or {}).get("reference") or {}
    if BY_MODE in stored.get("modes_covered", {}):
        return stored
    from ganrun.measure.reference import reference_metrics

    return reference_metrics(mixture_of(run.config.target), run.config.evaluation.samples)


def track_of(metrics: dict[str, ndarray], modes: int) -> Track:
    """Which modes are occupied when, thinned to what a drawing can show."""
    rows = len(metrics["step"])
    kept = np.unique(np.linspace(0, rows - 1, min(rows, MOST_POINTS)).round().astype(int))
    shares = np.stack([metrics[name] for name in share_columns(modes)], axis=1)
    shares = np.nan_to_num(shares[kept]).astype(float).round(SHARE_DIGITS)
    return Track(
        steps=tuple(metrics["step"][kept].tolist()), shares=tuple(map(tuple, shares.tolist()))
    )


class _Board:
    """Gathers the progress of all branches, and tells of it."""

    def __init__(self, run: RunFolder, on_progress: OnProgress) -> None:
        self._begin = run.config.training.steps
        self._run = run
        self._modes = run.config.target.mode_count
        self._on_progress = on_progress
        self._stage = ""
        self._stages: tuple[str, ...] = ()
        self._plans: dict[str, Plan] = {}
        self._latest: dict[tuple[str, int], MemberProgress] = {}
        self._to_come: dict[str, Plan] = {}
        self._found: Counter[str] = Counter()
        self._rate = Rate()
        self._measurements = Measurements()
        self._measuring: Measuring | None = None

    def expect(self, plans: Iterable[Plan]) -> None:
        """Take note of branches that will be played, or played on."""
        for plan in plans:
            for name, seed in [known for known in self._latest if known[0] == plan.name]:
                farther = replace(self._latest[name, seed], steps=plan.steps(self._run))
                self._latest[name, seed] = farther
            self._plans[plan.name] = plan
            self._found[plan.name] = 0
        self._rate = Rate()
        self._tell()

    def may_follow(self, plans: Iterable[Plan]) -> None:
        """Take note of branches that may be played after those that are expected, and no others."""
        self._to_come = {plan.name: plan for plan in plans}
        self._tell()

    def stages(self, names: Sequence[str]) -> None:
        """Take note of all stages that there may be, in their order."""
        self._stages = tuple(names)

    def stage(self, name: str) -> None:
        """Say what is being done now."""
        self._stage = name
        self._tell()

    def note_ended(self, members: Sequence[Member], outcomes: Sequence[Outcome]) -> None:
        """Take note of GANs that were there already: there is nothing left to play of them."""
        for one, outcome in zip(members, outcomes, strict=True):
            if outcome.how == "found":
                name = one.experiment.name
                self._found[name] += 1
                self._latest.pop((name, one.experiment.seeds[0]), None)
        self._tell()

    def post(self, members: Sequence[MemberProgress]) -> None:
        """Take note of some GANs' newest state."""
        self._latest |= {(one.name, one.seed): one for one in members}
        self._measuring = self._measurements.post(members)
        self._tell()

    def _tell(self) -> None:
        branches = tuple(map(self._branch, self._plans.values()))
        done = sum(branch.rounds_done for branch in branches)
        to_come = sum(map(self._more_rounds, self._to_come.values()))
        total = sum(branch.rounds_total for branch in branches) + to_come
        here = sum(one.round - one.begun_at for one in self._latest.values())
        rate, left = self._rate.at(done, total, here=here)
        self._on_progress(
            DiagnosisProgress(
                self._stage,
                self._stages.index(self._stage) + 1 if self._stage in self._stages else 0,
                len(self._stages),
                self._modes,
                branches,
                rate,
                left,
                self._measuring,
                to_come,
            )
        )

    def _more_rounds(self, plan: Plan) -> int:
        """Rounds of a branch beyond those that are expected already."""
        expected = self._plans.get(plan.name)
        before = self._rounds(expected) if expected else 0
        return max(self._rounds(plan) - before, 0) * plan.seeds

    def _rounds(self, plan: Plan) -> int:
        return plan.steps(self._run) - (0 if plan.afresh else self._begin)

    def _branch(self, plan: Plan) -> BranchProgress:
        begin, rounds = 0 if plan.afresh else self._begin, self._rounds(plan)
        gans = [one for (name, _), one in self._latest.items() if name == plan.name]
        covered = [one.modes_covered for one in gans if one.modes_covered is not None]
        done = [one.diverged or one.round >= one.steps for one in gans]
        return BranchProgress(
            name=plan.name,
            title=plan.title,
            gans=plan.seeds,
            finished=sum(done) + self._found[plan.name],
            rounds_done=sum(
                rounds if ended else max(one.round - begin, 0)
                for one, ended in zip(gans, done, strict=True)
            ),
            rounds_total=rounds * (plan.seeds - self._found[plan.name]),
            covered=sum(covered) / len(covered) if covered else None,
        )
