"""A few runs that advance together on one device: opened, played to their ends, and closed.

This is what a worker does. It owns the runs' folders while it works and speaks to whoever sent it
through `Hooks` alone, so that it does not matter in which process it is.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import jax
import numpy as np

from ganrun.config import Experiment
from ganrun.config.errors import PieceError
from ganrun.game import population
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import Hyperparameters, TrainingState
from ganrun.game.population import (
    Group,
    Program,
    Sizes,
    program_for,
    state_as_dict,
    state_from_dict,
)
from ganrun.game.rounds import with_discriminator
from ganrun.measure.reference import reference_metrics
from ganrun.mixture import mixture_of
from ganrun.playing.claim_or_find import ToTrain, claim_or_find
from ganrun.playing.jobs import Hooks, Job, Outcome
from ganrun.playing.progress import Measured, MemberProgress
from ganrun.store import FolderLostError, Run, StoreError, numerics

CHUNK_SECONDS = 0.5
"""Longest time between two looks at the clock and at Ctrl-C."""
FIRST_CHUNK = 64
"""Rounds of a group's first chunk, before its speed is known."""
PROGRESS_SECONDS = 0.1
"""Least time between two words of progress."""


def program_of(experiment: Experiment, lanes: int) -> Program:
    """The compiled program of an experiment."""
    sizes = Sizes(
        modes=experiment.target.mode_count,
        evaluation_samples=experiment.evaluation.samples,
        snapshot_samples=experiment.snapshots.samples,
        grid=experiment.snapshots.grid,
    )
    return program_for(game_of(experiment), sizes, lanes)


class _Stopped(BaseException):
    """It was interrupted while something was measured; like `KeyboardInterrupt`, no error."""


def warm_up(job: Job, hooks: Hooks) -> None:
    """Compile a job's program into the cache; meanwhile perfect samples are measured into theirs.

    JAX does not write its cache atomically, so this is done once before work fans out. Of large
    targets it takes minutes, of which `hooks` hear; an interrupt ends it.
    """
    example = job.members[0].experiment
    first = MemberProgress.of(example)
    over = threading.Event()

    def watch(done: int, total: int) -> None:
        if over.is_set() or hooks.interrupted():
            raise _Stopped
        hooks.post([replace(first, measured=(done, total))])

    device = jax.local_devices()[0]
    aside = ThreadPoolExecutor(1, thread_name_prefix="reference")
    try:
        mixture, samples = mixture_of(example.target), example.evaluation.samples
        reference = aside.submit(reference_metrics, mixture, samples, watch=watch)
        program = program_of(example, population.lanes_for(device.platform))
        program.compile(hyperparameters_of(example), device)
        wait([reference])
    finally:
        over.set()
        aside.shutdown()


def play_job(job: Job, device: Any, hooks: Hooks) -> list[Outcome]:
    """Open, train and finish a job's runs, at most as many as the device has lanes.

    Returns an outcome per member, in their order; never raises for what goes wrong with them.
    """
    lanes = population.lanes_for(device.platform)
    where = numerics(backend=device.platform, device=device.device_kind, lanes=lanes)
    outcomes: dict[int, Outcome] = {}
    to_train: dict[int, ToTrain] = {}
    with contextlib.ExitStack() as claims:
        for place, member in enumerate(job.members):
            try:
                run = claim_or_find(member, job.options, where, claims)
            except StoreError as error:
                outcomes[place] = job.not_opened(member, error)
                continue
            if isinstance(run, ToTrain):
                to_train[place] = run
            else:
                outcomes[place] = Outcome(member.seed, "found", run.path)
        if to_train:
            ends = _trained(list(to_train.values()), lanes, device, hooks)
            outcomes |= dict(zip(to_train, ends, strict=True))
    return [outcomes[place] for place in range(len(job.members))]


def _trained(members: list[ToTrain], lanes: int, device: Any, hooks: Hooks) -> list[Outcome]:
    try:
        return _Training(members, lanes, device, hooks).to_the_end()
    except Exception as error:
        return [_failed(member.recorder.run, error) for member in members]


def _failed(run: Run, error: Exception) -> Outcome:
    """Close a run that cannot go on, with the reason in its record."""
    is_told = isinstance(error, StoreError | PieceError)
    message = str(error) if is_told else repr(error)
    run.close("failed", error=message)
    path = None if isinstance(error, FolderLostError) else run.path
    return Outcome(run.experiment.seeds[0], "failed", path, message)


def _state_of(
    member: ToTrain, hyper: Hyperparameters, program: Program, device: Any
) -> TrainingState | None:
    """What a run goes on from; None at round 0. Raises `ValueError` if it is of another game."""
    checkpoint, origin = member.recorder.run.checkpoint, member.origin
    if checkpoint is not None:
        return state_from_dict(program.game, checkpoint.state, hyper)
    if origin is None:
        return None
    state = state_from_dict(program.game, origin.end.state, hyper)
    # A game that diverged goes on from its last finite state, as far as the branch can.
    never: Any = np.zeros_like(state.diverged_at)
    state = state._replace(diverged_at=never)
    if origin.new_discriminator:
        untrained = Group(program, device, [hyper], [None]).state(0)
        state = with_discriminator(program.game, state, untrained.discriminator)
    return state


class _Training:
    """A group of runs on one device, from where they stand to their ends."""

    def __init__(self, members: list[ToTrain], lanes: int, device: Any, hooks: Hooks) -> None:
        self._claims = [member.claim for member in members]
        self._recorders = [member.recorder for member in members]
        self._hooks = hooks
        program = program_of(self._recorders[0].experiment, lanes)
        hypers = [hyperparameters_of(recorder.experiment) for recorder in self._recorders]
        states = [
            _state_of(member, hyper, program, device)
            for member, hyper in zip(members, hypers, strict=True)
        ]
        self._group = Group(program, device, hypers, states)
        self._rounds_per_second: float | None = None
        self._shown_at = 0.0
        self._outcomes: dict[int, Outcome] = {}
        self._measured: dict[int, Measured] = {}

    def to_the_end(self) -> list[Outcome]:
        fresh = [r.run.checkpoint is None for r in self._recorders]
        self._record([lane for lane, new in enumerate(fresh) if new])
        self._finish_ended()
        self._show(at_once=True)
        while len(self._outcomes) < len(self._recorders):
            if self._hooks.interrupted():
                self._interrupt()
                break
            before = self._group.rounds
            self._advance()
            moved = [lane for lane, r in enumerate(self._group.rounds) if r != before[lane]]
            self._record(moved)
            self._commit_where_due(moved)
            self._finish_ended()
            self._show(at_once=False)
        self._show(at_once=True)
        return [self._outcomes[lane] for lane in range(len(self._recorders))]

    def _open_lanes(self) -> list[int]:
        return [lane for lane in range(len(self._recorders)) if lane not in self._outcomes]

    def _advance(self) -> None:
        rounds = self._group.rounds
        longest = FIRST_CHUNK
        if self._rounds_per_second:
            longest = max(1, int(CHUNK_SECONDS * self._rounds_per_second))
        stops = list(rounds)
        for lane in self._open_lanes():
            stops[lane] = min(
                self._recorders[lane].next_round(rounds[lane]), rounds[lane] + longest
            )
        started = time.perf_counter()
        self._group.advance(stops)
        took = time.perf_counter() - started
        played = [b - a for a, b in zip(rounds, self._group.rounds, strict=True)]
        self._rounds_per_second = max(max(played), 1) / max(took, 1e-6)
        for lane in self._open_lanes():
            self._recorders[lane].training_seconds += took / len(self._open_lanes())

    def _record(self, lanes: list[int]) -> None:
        """Write down what is due at the members' present rounds."""
        rounds, diverged = self._group.rounds, self._group.diverged_at
        lanes = [lane for lane in lanes if diverged[lane] is None]
        measured = [x for x in lanes if rounds[x] in self._recorders[x].evaluated]
        drawn = [x for x in lanes if rounds[x] in self._recorders[x].snapped]
        if measured:
            evaluations = self._group.evaluate()
            for lane in measured:
                trace = self._group.trace(lane)
                self._recorders[lane].add_row(rounds[lane], trace, evaluations[lane])
        if drawn:
            snapshots = self._group.snapshot()
            for lane in drawn:
                self._recorders[lane].add_snapshot(rounds[lane], *snapshots[lane])

    def _commit(self, lane: int) -> None:
        state = state_as_dict(self._group.state(lane))
        self._recorders[lane].commit(self._group.rounds[lane], state)

    def _commit_where_due(self, lanes: list[int]) -> None:
        for lane in lanes:
            if self._recorders[lane].commit_is_due:
                with self._failing_alone(lane):
                    self._commit(lane)

    def _finish_ended(self) -> None:
        """Commit the runs that have come to their ends, and measure them; an interrupt ends it."""
        rounds, diverged = self._group.rounds, self._group.diverged_at
        ended = [
            lane
            for lane in self._open_lanes()
            if rounds[lane] >= self._recorders[lane].experiment.training.steps
            or diverged[lane] is not None
        ]
        for lane in ended:
            with self._failing_alone(lane):
                self._commit(lane)
                self._measured[lane] = (0, 1)
        with contextlib.suppress(_Stopped):
            for lane in ended:
                if lane not in self._outcomes:
                    with self._failing_alone(lane):
                        self._finish(lane, diverged[lane])

    def _finish(self, lane: int, diverged_at: int | None) -> None:
        def watch(done: int, total: int) -> None:
            if self._hooks.interrupted():
                raise _Stopped
            self._measured[lane] = (done, total + 1)
            self._show(at_once=True)

        watch(0, 0)
        recorder = self._recorders[lane]
        evaluation = self._group.evaluate()[lane]
        reference = reference_metrics(recorder.mixture, len(evaluation.samples), watch=watch)
        folder = recorder.finish(evaluation, reference, diverged_at)
        self._measured[lane] = (1, 1)
        if (claim := self._claims[lane]) is not None:
            claim.note(folder.path)
        self._end(lane, "trained", folder.path)

    def _interrupt(self) -> None:
        for lane in self._open_lanes():
            recorder = self._recorders[lane]
            with self._failing_alone(lane):
                self._commit(lane)
                recorder.run.close(training_seconds=recorder.training_seconds)
                self._end(lane, "interrupted", recorder.run.path)

    def _end(self, lane: int, how: Literal["trained", "interrupted"], path: Path) -> None:
        seed = self._recorders[lane].experiment.seeds[0]
        self._outcomes[lane] = Outcome(seed, how, path)

    @contextlib.contextmanager
    def _failing_alone(self, lane: int) -> Iterator[None]:
        """What goes wrong in here is the end of this run, and not of those beside it."""
        try:
            yield
        except Exception as error:
            self._measured[lane] = (1, 1)
            self._outcomes[lane] = _failed(self._recorders[lane].run, error)

    def _show(self, *, at_once: bool) -> None:
        now = time.monotonic()
        if not at_once and now - self._shown_at < PROGRESS_SECONDS:
            return
        self._shown_at = now
        rounds, diverged = self._group.rounds, self._group.diverged_at
        self._hooks.post(
            [
                recorder.progress(
                    rounds[lane], diverged[lane] is not None, self._measured.get(lane)
                )
                for lane, recorder in enumerate(self._recorders)
            ]
        )
