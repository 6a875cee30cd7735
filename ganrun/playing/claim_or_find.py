"""Which run a member has: finished, here or elsewhere, or its own folder claimed for training."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ganrun.config import Experiment
from ganrun.playing.jobs import BranchPoint, Member, Options
from ganrun.playing.recorder import Recorder
from ganrun.store import (
    Checkpoint,
    Claim,
    DamagedError,
    Run,
    RunFolder,
    RunFolderError,
    Session,
    StoreError,
    claimed,
    find_complete,
    find_shorter,
    finished_at,
    open_at,
    open_run,
    run_path,
    set_aside,
    take_over,
)


@dataclass(frozen=True)
class Origin:
    """The finished run that a branch leaves, and its last finite state."""

    folder: RunFolder
    end: Checkpoint
    new_discriminator: bool

    @classmethod
    def of(cls, point: BranchPoint) -> Origin:
        """Read it; raises `StoreError` if the run is not finished, or of an earlier rule."""
        folder = RunFolder(point.run)
        end = folder.checkpoint() if folder.finished else None
        if end is None:
            raise RunFolderError(f"{point.run}: is not finished, so that nothing can branch off it")
        folder.check_rule()
        return cls(folder, end, point.new_discriminator)


@dataclass(frozen=True)
class ToTrain:
    """A member's run that is claimed: it goes on from its last commit, if there is one."""

    recorder: Recorder
    origin: Origin | None
    """What a branch begins with until it has a commit of its own; None for any other run."""
    claim: Claim | None
    """A trial's, which is told where the finished run lies."""


def claim_or_find(
    member: Member, options: Options, numerics: Mapping[str, Any], claims: contextlib.ExitStack
) -> RunFolder | ToTrain:
    """Find a member's finished run, or claim the one that is to be trained until `claims` is left.

    A trial or a branch has one place; an ordinary run may stand under any name. Raises
    `RunLockedError` where another process is training it, other `StoreError`s where it cannot be
    opened.
    """
    one, origin, claim = member.experiment, None, None
    run: Run | RunFolder | None = None
    session: Session = {
        "numerics": numerics,
        "command": options.command,
        "allow_numerics_change": options.allow_numerics_change,
    }
    if member.branch_point is not None:
        origin = Origin.of(member.branch_point)
    elif options.shared is not None:
        claim = claims.enter_context(claimed(options.shared, one))
        run = finished_trial(one, options, claim)
    if run is None and (origin or claim):
        run = open_at(run_path(options.runs_dir, one), one, **session)
    elif run is None:
        run = open_run(options.runs_dir, one, again=options.again, **session)
    if isinstance(run, Run):
        claims.enter_context(run)
        return _to_train(run, options, numerics, origin, claim)
    if claim is not None:
        claim.note(run.path)
    return run


def finished_trial(one: Experiment, options: Options, claim: Claim) -> RunFolder | None:
    """A trial's finished run: where it belongs, or copied to there from wherever else it is.

    None if it is still to be trained. Where the folder that it belongs to is damaged, that is kept
    aside if there is another to take the run from. Raises `StoreError` if there is none, or it
    holds another config.
    """
    assert options.shared is not None
    path = run_path(options.runs_dir, one)
    damage = None
    try:
        if (done := finished_at(path, one)) is not None:
            done.check()
            return done
    except DamagedError as error:
        damage = error
    source = claim.finished_run()
    if source is None:
        with contextlib.suppress(StoreError):  # a damaged one is passed over
            source = find_complete(options.shared, one)
    if source is not None and source.path != path:
        with contextlib.suppress(RunFolderError):
            source.check()
            if damage is not None:
                set_aside(path)
            return take_over(source, path, one)
    if damage is not None:
        raise damage
    return None


def _to_train(
    run: Run,
    options: Options,
    numerics: Mapping[str, Any],
    origin: Origin | None,
    claim: Claim | None,
) -> ToTrain:
    """A run that was just claimed, with what it can begin with instead of round 0."""
    begins_at = None if origin is None else origin.end.round
    recorder = Recorder(run, commit_every=options.commit_every, begins_at=begins_at)
    if run.checkpoint is None and not options.again:
        shorter = find_shorter(options.runs_dir, run.experiment, numerics=numerics)
        if shorter is not None:
            # One that turns out to be damaged is passed over: then it begins at round 0.
            with contextlib.suppress(RunFolderError):
                run.start_from(shorter, evaluated=recorder.evaluated, snapped=recorder.snapped)
    if origin is not None:
        run.branch_off(origin.folder, at_round=origin.end.round)
    return ToTrain(recorder, origin, claim)
