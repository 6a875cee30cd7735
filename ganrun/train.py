"""One experiment, one seed or several: play the game chunk by chunk, measure, store, show progress.

JAX is imported only once something is to be trained, so that a run which is there already is found
at once.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from ganrun.config import ConfigError, Experiment
from ganrun.mixture import Mixture, mixture_of
from ganrun.progress import MemberProgress, Phase, Progress, Watcher
from ganrun.store import (
    RunFolder,
    RunFolderError,
    StoreError,
    find_complete,
    find_shorter,
    numerics,
    open_run,
    scan_runs,
)

if TYPE_CHECKING:
    from ganrun.game.population import Group, Program
    from ganrun.recorder import Recorder

CHUNK_SECONDS = 0.5
"""Longest time between two looks at the clock and at Ctrl-C."""
FIRST_CHUNK = 64
"""Rounds of a group's first chunk, before its speed is known."""
PROGRESS_SECONDS = 0.1
"""Least time between two progress updates."""


@dataclass(frozen=True)
class Outcome:
    """What became of one seed."""

    seed: int
    how: Literal["trained", "found", "interrupted", "failed"]
    path: Path | None
    error: str | None = None


@dataclass(frozen=True, kw_only=True)
class Options:
    """How to train; none of it changes a number."""

    runs_dir: Path
    command: Sequence[str] = ()
    again: bool = False
    allow_numerics_change: bool = False
    commit_every: float = 10.0
    """Seconds between checkpoints."""
    on_device: Callable[[], Sequence[Any]] | None = None
    """What gives the devices to train on, one per worker; None: all there are."""


def train(experiment: Experiment, watcher: Watcher, options: Options) -> list[Outcome]:
    """Train every seed of an experiment; runs that are complete already are left as they are.

    Returns one outcome per seed, in their order. After Ctrl-C every run has been committed and
    those not finished are `interrupted`.

    Raises `ConfigError` if the target's modes cannot be placed; what goes wrong with a single run
    is that run's outcome.
    """
    try:
        mixture = mixture_of(experiment.target)
    except ValueError as error:
        raise ConfigError([str(error)]) from error
    outcomes: dict[int, Outcome] = {}
    to_train = []
    folders = scan_runs(options.runs_dir)
    for seed in experiment.seeds:
        one = experiment.with_seed(seed)
        try:
            found = None if options.again else find_complete(options.runs_dir, one, folders=folders)
        except StoreError as error:
            outcomes[seed] = Outcome(seed, "failed", None, str(error))
            continue
        if found is not None:
            outcomes[seed] = Outcome(seed, "found", found.path)
        else:
            to_train.append(one)
    if to_train:
        outcomes |= _Training(to_train, mixture, watcher, options).run()
    return [outcomes[seed] for seed in experiment.seeds]


class _Training:
    """The members that are to be trained, while they are."""

    def __init__(
        self, members: list[Experiment], mixture: Mixture, watcher: Watcher, options: Options
    ) -> None:
        self._members = members
        self._mixture = mixture
        self._options = options
        self._abort = threading.Event()
        self._board = _Board(members, mixture, watcher)
        self._outcomes: dict[int, Outcome] = {
            one.seeds[0]: Outcome(one.seeds[0], "interrupted", None) for one in members
        }

    def run(self) -> dict[int, Outcome]:
        from ganrun.game import backend

        backend.prepare(_compile_cache())
        import jax

        from ganrun.game.members import game_of, hyperparameters_of
        from ganrun.game.population import Sizes, lanes_for, play, program_for, workers
        from ganrun.measure.reference import reference_metrics

        self._board.phase("compiling")
        example = self._members[0]
        devices = list(self._options.on_device()) if self._options.on_device else workers()
        lanes = lanes_for(devices[0].platform)
        self._numerics = numerics(
            backend=jax.default_backend(), device=devices[0].device_kind, lanes=lanes
        )
        sizes = Sizes(
            modes=self._mixture.modes,
            evaluation_samples=example.evaluation.samples,
            snapshot_samples=example.snapshots.samples,
            grid=example.snapshots.grid,
        )
        self._program: Program = program_for(game_of(example), sizes, lanes)
        with ThreadPoolExecutor(1, thread_name_prefix="reference") as aside:
            # Perfect samples are measured while XLA compiles, which leaves a core idle.
            self._reference: Future[Any] = aside.submit(
                reference_metrics, self._mixture, example.evaluation.samples
            )
            for device in dict.fromkeys(devices):
                self._program.compile(hyperparameters_of(example), device)
            self._board.phase("training")
            groups = [
                self._members[start : start + lanes]
                for start in range(0, len(self._members), lanes)
            ]
            tasks = [
                lambda device, group=group: self._play_group(group, device) for group in groups
            ]
            try:
                for finished in play(tasks, devices, abort=self._abort.set):
                    for outcome in finished:
                        self._outcomes[outcome.seed] = outcome
            except KeyboardInterrupt:
                self._abort.set()
        self._board.show()
        return self._outcomes

    def _play_group(self, members: list[Experiment], device: Any) -> list[Outcome]:
        """Open, train and finish a few runs; never raises for what goes wrong with them."""
        with contextlib.ExitStack() as claims:
            recorders: list[Recorder] = []
            outcomes: list[Outcome] = []
            for one in members:
                try:
                    opened = self._open(one, claims)
                except StoreError as error:
                    outcomes.append(Outcome(one.seeds[0], "failed", None, str(error)))
                    continue
                if isinstance(opened, RunFolder):
                    outcomes.append(Outcome(one.seeds[0], "found", opened.path))
                else:
                    recorders.append(opened)
            if recorders:
                try:
                    outcomes += _Play(self, recorders, device).to_the_end()
                except Exception as error:
                    message = str(error) if isinstance(error, StoreError) else repr(error)
                    for recorder in recorders:
                        recorder.run.close("failed", error=message)
                        seed = recorder.experiment.seeds[0]
                        outcomes.append(Outcome(seed, "failed", recorder.run.path, message))
            return outcomes

    def _open(self, one: Experiment, claims: contextlib.ExitStack) -> Recorder | RunFolder:
        """Claim the run's folder until `claims` is left, or find that it is finished."""
        from ganrun.recorder import Recorder

        options = self._options
        opened = open_run(
            options.runs_dir,
            one,
            numerics=self._numerics,
            command=options.command,
            again=options.again,
            allow_numerics_change=options.allow_numerics_change,
        )
        if isinstance(opened, RunFolder):
            return opened
        claims.enter_context(opened)
        recorder = Recorder(opened, self._mixture, commit_every=options.commit_every)
        if opened.checkpoint is None and not options.again:
            shorter = find_shorter(options.runs_dir, one, numerics=self._numerics)
            if shorter is not None:
                # One that turns out to be damaged is passed over: then it begins at round 0.
                with contextlib.suppress(RunFolderError):
                    opened.start_from(
                        shorter, evaluated=recorder.evaluated, snapped=recorder.snapped
                    )
        return recorder


class _Play:
    """A group of runs on one device, from where they stand to their ends."""

    def __init__(self, training: _Training, recorders: list[Recorder], device: Any) -> None:
        from ganrun.game.members import hyperparameters_of
        from ganrun.game.population import Group, state_from_dict

        self._training = training
        self._recorders = recorders
        game = training._program.game
        hyper = [hyperparameters_of(recorder.experiment) for recorder in recorders]
        states = [
            state_from_dict(game, recorder.run.checkpoint.state, h)
            if recorder.run.checkpoint is not None
            else None
            for recorder, h in zip(recorders, hyper, strict=True)
        ]
        self._group: Group = Group(training._program, device, hyper, states)
        self._rounds_per_second: float | None = None
        self._outcomes: dict[int, Outcome] = {}

    def to_the_end(self) -> list[Outcome]:
        fresh = [r.run.checkpoint is None for r in self._recorders]
        self._record([lane for lane, new in enumerate(fresh) if new])
        self._finish_ended()
        while len(self._outcomes) < len(self._recorders):
            if self._training._abort.is_set():
                self._interrupt()
                break
            before = self._group.rounds
            self._advance()
            moved = [lane for lane, r in enumerate(self._group.rounds) if r != before[lane]]
            self._record(moved)
            self._commit_where_due(moved)
            self._finish_ended()
            self._show()
        return list(self._outcomes.values())

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
        measured = [x for x in lanes if self._recorders[x].wants_evaluation(rounds[x])]
        drawn = [x for x in lanes if self._recorders[x].wants_snapshot(rounds[x])]
        if measured:
            evaluations = self._group.evaluate()
            for lane in measured:
                samples, metrics = evaluations[lane]
                trace = self._group.trace(lane)
                self._recorders[lane].add_row(rounds[lane], trace, metrics, samples)
        if drawn:
            snapshots = self._group.snapshot()
            for lane in drawn:
                self._recorders[lane].add_snapshot(rounds[lane], *snapshots[lane])

    def _commit(self, lane: int) -> None:
        from ganrun.game.population import state_as_dict

        state = state_as_dict(self._group.state(lane))
        self._recorders[lane].commit(self._group.rounds[lane], state)

    def _commit_where_due(self, lanes: list[int]) -> None:
        for lane in lanes:
            if self._recorders[lane].commit_is_due:
                self._commit(lane)

    def _finish_ended(self) -> None:
        rounds, diverged = self._group.rounds, self._group.diverged_at
        for lane in self._open_lanes():
            recorder = self._recorders[lane]
            if rounds[lane] < recorder.experiment.training.steps and diverged[lane] is None:
                continue
            self._commit(lane)
            samples, metrics = self._group.evaluate()[lane]
            folder = recorder.finish(
                metrics, samples, self._training._reference.result(), diverged[lane]
            )
            self._outcomes[lane] = Outcome(recorder.experiment.seeds[0], "trained", folder.path)

    def _interrupt(self) -> None:
        for lane in self._open_lanes():
            recorder = self._recorders[lane]
            self._commit(lane)
            recorder.run.close(training_seconds=recorder.training_seconds)
            seed = recorder.experiment.seeds[0]
            self._outcomes[lane] = Outcome(seed, "interrupted", recorder.run.path)

    def _show(self) -> None:
        rounds, diverged = self._group.rounds, self._group.diverged_at
        self._training._board.post(
            recorder.progress(rounds[lane], diverged[lane] is not None)
            for lane, recorder in enumerate(self._recorders)
        )


class _Board:
    """Gathers the members' progress from all threads and tells the watcher now and then."""

    def __init__(self, members: list[Experiment], mixture: Mixture, watcher: Watcher) -> None:
        self._watcher = watcher
        self._lock = threading.Lock()
        self._phase: Phase = "compiling"
        self._members: dict[int, MemberProgress] = {
            one.seeds[0]: MemberProgress(
                name=one.name,
                seed=one.seeds[0],
                round=0,
                steps=one.training.steps,
                loss_d=None,
                loss_g=None,
                modes_covered=None,
                modes_total=mixture.modes,
                high_quality=None,
                diverged=False,
                samples=None,
            )
            for one in members
        }
        self._started: tuple[float, dict[int, int]] | None = None
        self._shown_at = 0.0

    def phase(self, phase: Phase) -> None:
        """Enter another phase."""
        self._phase = phase
        self.show()

    def post(self, members: Any) -> None:
        """Take note of some members' newest state."""
        with self._lock:
            for member in members:
                self._members[member.seed] = member
            due = time.monotonic() - self._shown_at >= PROGRESS_SECONDS
        if due:
            self.show()

    def show(self) -> None:
        """Tell the watcher."""
        with self._lock:
            self._shown_at = now = time.monotonic()
            members = tuple(self._members.values())
            done = {m.seed: m.steps if m.diverged else m.round for m in members}
            total = sum(m.steps for m in members)
            if self._started is None and any(done.values()):
                self._started = (now, done)
            rate = left = None
            if self._started is not None and now > self._started[0]:
                since, before = self._started
                played = sum(done[seed] - before.get(seed, 0) for seed in done)
                rate = played / (now - since)
                left = (total - sum(done.values())) / rate if rate > 0 else None
            progress = Progress(
                phase=self._phase,
                rounds_done=sum(done.values()),
                rounds_total=total,
                rounds_per_second=rate,
                seconds_left=left,
                members=members,
            )
            self._watcher.update(progress)


def _compile_cache() -> Path:
    """Where compiled programs are kept; a program fits one jaxlib and one kind of processor."""
    from importlib.metadata import version

    from platformdirs import user_cache_path

    from ganrun.store.provenance import machine_type

    machine = "".join(c if c.isalnum() else "-" for c in machine_type())
    return user_cache_path("ganrun") / "xla" / f"jaxlib-{version('jaxlib')}-{machine}"
