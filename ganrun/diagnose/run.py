"""The diagnosis of one finished run, from its checkpoint to `diagnosis.json`.

The branches are played in three stages, each only if it is needed: the same game for longer (and
longer still, while its continuations disagree), what might cure it, and the best cure from scratch.
Killed at any moment, the same call goes on: branches are run folders, and finished ones are read.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace

from ganrun.config import to_yaml
from ganrun.config.outside import check_given
from ganrun.diagnose.advise import advice, rounds_until_rest
from ganrun.diagnose.branches import MOST_ROUNDS, Plan
from ganrun.diagnose.cures import afresh, best_cure, cures, may_be_tried
from ganrun.diagnose.diagnosis import (
    FORMAT,
    NAME,
    Branch,
    Diagnosis,
    Quick,
    read_diagnosis,
    write_diagnosis,
)
from ganrun.diagnose.evidence import evidence
from ganrun.diagnose.judgement import DIVERGED, Judgement, judgement
from ganrun.diagnose.play import Branches, track_of
from ganrun.diagnose.probe import probe, rates_left
from ganrun.diagnose.progress import OnProgress
from ganrun.executors import executor_for
from ganrun.measure.showable import BY_MODE
from ganrun.playing.jobs import Options
from ganrun.store import DamagedError, RunFolder, RunLockedError, StoreError
from ganrun.store.atomic import make_folder, remove_leftovers
from ganrun.store.layout import BRANCHES
from ganrun.store.lock import Lock, claim
from ganrun.verdict.continued import Continued

LONGER = Plan("longer", "the same game, 4 times as long", rounds=4, seeds=5)
LONGEST = replace(LONGER, title="the same game, 10 times as long", rounds=10)
PLAYING_ON = ("playing on", "playing on, since that left doubt")
CURES = ("trying cures", "trying the best cure from scratch")
QUESTIONING = "questioning the detectives"
"""What a diagnosis does, in this order, each only if it is needed."""
NEED_NO_CURE = ("converged", "sharpening")
"""Words of runs that have all modes, and are as good as it gets or on their way there."""
RESET = Plan("reset-detective", "a new detective", rounds=3, seeds=3, new_discriminator=True)


def diagnose(run: RunFolder, options: Options, on_progress: OnProgress) -> Diagnosis:
    """Find out what a finished run suffers from; a diagnosis that is there already is read.

    Writes `diagnosis.json` and the branches under `diagnosis/` into the run's folder, and changes
    nothing that was there. Raises `StoreError` if the run is not finished, is damaged, or is being
    diagnosed by another process; `KeyboardInterrupt` once everything under way is committed.
    """
    if not run.finished:
        raise StoreError(
            f"{run.path}: is {_told(run.status)}; only a run that came to its end can be diagnosed"
        )
    if run.config.training.steps * LONGER.rounds > MOST_ROUNDS:
        raise StoreError(
            f"{run.path}: is too long to be played on: a run has {MOST_ROUNDS:,} rounds"
        )
    with suppress(DamagedError):  # then it is made anew
        if (known := read_diagnosis(run.path, run.id)) is not None:
            return known
    run.check_rule()
    check_given(to_yaml(run.config))
    with _claimed(run) as lock:
        remove_leftovers(run.path, (NAME,))
        found = _Experiment(run, options, on_progress, lock.check).found()
        lock.check()
        write_diagnosis(run.path, found)
    return found


def _told(status: str) -> str:
    return "interactive, which no config repeats" if status == "interactive" else status


@contextmanager
def _claimed(run: RunFolder) -> Iterator[Lock]:
    make_folder(run.path / BRANCHES)
    try:
        lock = claim(run.path / BRANCHES)
    except RunLockedError:
        raise RunLockedError(f"{run.path}: another process is diagnosing this run") from None
    try:
        yield lock
    finally:
        lock.release()


@dataclass
class _Experiment:
    run: RunFolder
    options: Options
    on_progress: OnProgress
    check: Callable[[], None]
    """Raises `StoreError` if the run's folder was replaced."""
    shown: list[Branch] = field(default_factory=list)

    def found(self) -> Diagnosis:
        """Play what is needed, and put it together."""
        config = self.run.config
        gans = LONGER.seeds + RESET.seeds
        with executor_for(gans) as executor:
            branches = Branches(self.run, self.options, executor, self.on_progress, self.check)
            plays_on = () if self.run.status == "diverged" else PLAYING_ON
            branches.stages([*plays_on, *CURES, QUESTIONING])
            longer, verdict, plan = self._longer(branches)
            tried = []
            if verdict.word not in NEED_NO_CURE:
                tried = self._cures(branches, verdict)
            best = best_cure(tried)
            again = self._afresh(branches, best)
            branches.stage(QUESTIONING)
            detective, dynamics = probe(self.run)
        quick = self.run.verdict
        assert quick is not None
        modes = config.target.mode_count
        diagnosis = Diagnosis(
            format=FORMAT,
            id=self.run.id,
            name=config.name,
            seed=config.seeds[0],
            rounds=config.training.steps,
            verdict=verdict.word,
            confidence=verdict.confidence,
            evidence="",
            quick=Quick(quick.word, quick.confidence, quick.evidence),
            advice=advice(
                self.run,
                verdict.word,
                best=best,
                afresh=again,
                rounds_wanted=self._rest(branches, plan, longer, verdict),
                everything=branches.everything,
            ),
            weights=tuple(branches.weights.tolist()),
            perfect_modes=tuple(branches.reference["modes_covered"][BY_MODE]),
            perfect_high_quality=float(branches.reference["high_quality"]["mean"]),
            perfect_mode_tv=float(branches.reference["mode_tv"]["mean"]),
            before=track_of(self.run.metrics(), modes),
            branches=tuple(self.shown),
            detective=detective,
            dynamics=dynamics,
        )
        told = evidence(diagnosis, longer, verdict, rates_left(self.run))
        return replace(diagnosis, evidence=told)

    def _longer(self, branches: Branches) -> tuple[list[Continued], Judgement, Plan | None]:
        """Play the game on, and say what that shows."""
        if self.run.status == "diverged":
            return [], DIVERGED, None
        later = may_be_tried(self.run.config)
        branches.may_follow([LONGEST, *later])
        branches.stage(PLAYING_ON[0])
        branches.play([LONGER, RESET])
        plan, longer = LONGER, branches.judged(LONGER)
        if not judgement(longer).settled:
            branches.stage(PLAYING_ON[1])
            branches.play([LONGEST])
            plan, longer = LONGEST, branches.judged(LONGEST)
        branches.may_follow(later)
        self.shown.append(branches.shown(plan, [one.word for one in longer]))
        self.shown.append(branches.shown(RESET))
        return longer, judgement(longer), plan

    def _rest(
        self,
        branches: Branches,
        plan: Plan | None,
        longer: Sequence[Continued],
        verdict: Judgement,
    ) -> int | None:
        """By which round a run that becomes better would come to rest; None for others."""
        if verdict.word not in ("undertrained", "sharpening") or plan is None:
            return None
        courses = [folder.metrics() for folder in branches.folders(plan)]
        return rounds_until_rest(
            self.run.config.training.steps,
            [
                (course["step"], 1 - course["mode_tv"], judged.well_placed[0])
                for course, judged in zip(courses, longer, strict=True)
                if judged.word == verdict.word
            ],
        )

    def _cures(self, branches: Branches, verdict: Judgement) -> list[Branch]:
        branches.stage(CURES[0])
        plans = cures(self.run.config, afresh=verdict.word == "diverged")
        branches.play(plans)
        tried = [branches.shown(plan) for plan in plans]
        self.shown += tried
        return tried

    def _afresh(self, branches: Branches, best: Branch | None) -> Branch | None:
        """Try the best cure from the first round on, unless that is how it was tried."""
        if best is None or best.from_round == 0:
            branches.may_follow([])
            return None
        branches.stage(CURES[1])
        plan = afresh(best)
        branches.play([plan])
        self.shown.append(branches.shown(plan))
        return self.shown[-1]
