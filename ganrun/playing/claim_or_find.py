"""Which run a member has: finished, here or elsewhere, or its own folder claimed for training."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ganrun.config import Experiment, run_id
from ganrun.mixture import mixture_of
from ganrun.playing.jobs import Options, Start
from ganrun.playing.recorder import Recorder
from ganrun.store import (
    Checkpoint,
    Claim,
    RunFolder,
    RunFolderError,
    StoreError,
    claimed,
    find_complete,
    find_shorter,
    open_run,
    run_path,
    take_over,
)


class Opened:
    """A member's finished run, or the recorder of the one that is to be trained.

    `origin` is the state that a branch begins with; None for an ordinary run.
    """

    origin: Checkpoint | None = None

    def __init__(self, found: RunFolder | Recorder, claim: Claim | None = None) -> None:
        self.recorder = found if isinstance(found, Recorder) else None
        self.folder = found if isinstance(found, RunFolder) else None
        self._claim = claim

    def note_finished(self, folder: RunFolder) -> None:
        """Let other sweeps know of the result, before the claim is given up."""
        if self._claim is not None:
            self._claim.note(folder.path)


def open_member(
    one: Experiment,
    options: Options,
    numerics: Mapping[str, Any],
    claims: contextlib.ExitStack,
    start: Start | None = None,
) -> Opened:
    """Find or claim the run of an experiment with one seed, until `claims` is left.

    A branch, which has a `start`, is sought under its own name only. Raises `RunLockedError` where
    another process is training it, other `StoreError`s where it cannot be opened.
    """
    if start is not None:
        source = RunFolder(start.run)
        origin = _last_state(source)
        branch = Opened(_open(one, options, numerics, claims, begins_at=origin.round))
        branch.origin = origin
        if branch.recorder is not None:
            branch.recorder.run.branch_off(source, at_round=origin.round)
        return branch
    if options.shared is None:
        return Opened(_open(one, options, numerics, claims))
    claim = claims.enter_context(claimed(options.shared, one))
    finished = finished_elsewhere(one, options, claim)
    if finished is not None:
        opened = Opened(finished, claim)
    else:
        opened = Opened(_open(one, options, numerics, claims), claim)
    if opened.folder is not None:
        opened.note_finished(opened.folder)
    return opened


def finished_elsewhere(one: Experiment, options: Options, claim: Claim) -> RunFolder | None:
    """A trial's finished run in another sweep or on its own, copied to where it belongs."""
    assert options.shared is not None
    path = run_path(options.runs_dir, one)
    with contextlib.suppress(StoreError):
        if RunFolder(path).finished:
            return None  # here already
    source = claim.finished_run()
    if source is None:
        with contextlib.suppress(StoreError):  # a damaged one is passed over
            source = find_complete(options.shared, one)
    if source is None or source.path == path:
        return None
    try:
        return take_over(source, path, one)
    except RunFolderError:
        return None


def _last_state(source: RunFolder) -> Checkpoint:
    """The state at the end of the run that a branch leaves from."""
    state = source.checkpoint() if source.finished else None
    if state is None:
        raise RunFolderError(f"{source.path}: is not finished, so that nothing can branch off it")
    return state


def _open(
    one: Experiment,
    options: Options,
    numerics: Mapping[str, Any],
    claims: contextlib.ExitStack,
    begins_at: int | None = None,
) -> Recorder | RunFolder:
    """Claim the run's folder until `claims` is left, or find that it is finished."""
    # A trial or a branch has one place; a run may stand under any name.
    own = {run_id(one): (run_path(options.runs_dir, one).name,)}
    opened = open_run(
        options.runs_dir,
        one,
        numerics=numerics,
        command=options.command,
        again=options.again,
        allow_numerics_change=options.allow_numerics_change,
        folders=own if options.shared or begins_at is not None else None,
    )
    if isinstance(opened, RunFolder):
        return opened
    claims.enter_context(opened)
    recorder = Recorder(
        opened,
        mixture_of(one.target),
        commit_every=options.commit_every,
        begins_at=begins_at,
    )
    if opened.checkpoint is None and not options.again:
        shorter = find_shorter(options.runs_dir, one, numerics=numerics)
        if shorter is not None:
            # One that turns out to be damaged is passed over: then it begins at round 0.
            with contextlib.suppress(RunFolderError):
                opened.start_from(shorter, evaluated=recorder.evaluated, snapped=recorder.snapped)
    return recorder
