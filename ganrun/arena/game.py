"""One game of the arena, on a device: played, changed while it is played, and looked at.

It is played by the very program that `ganrun train` plays its config with, and whatever is done to
it besides is an event at an exact round. So its config, its seed and its events decide it to the
last bit, and it can be played again (`replay`).
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any, Literal, NamedTuple

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.arena.history import History
from ganrun.arena.kept_states import Kept, KeptStates
from ganrun.arena.settings import value_of, window_of, with_setting
from ganrun.config import ConfigError, Experiment, static_key
from ganrun.config.changes import with_changes
from ganrun.config.targets import Target
from ganrun.game.members import hyperparameters_of
from ganrun.game.players import TrainingState
from ganrun.game.population import Group, Program, state_as_dict
from ganrun.game.single_steps import CloseUp, carried_over, close_up
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.play import program_of
from ganrun.store import Event, Snapshot
from ganrun.store.events import STEP

POINTS = 512
"""Samples in a picture."""
GRID = 32
"""Points per side of a picture's field."""
LINES = 24
"""Lines each way of a picture's net of latent points."""
MOST_EVENTS = 20_000
MOST_ROUNDS = 10_000_000
"""The longest training that a config can ask for."""

Player = Literal["discriminator", "generator"]


class Measured(NamedTuple):
    """An evaluation: `metrics` as `measure.evaluation` has them, in NumPy."""

    round: int
    samples: Float[ndarray, "N 2"]
    metrics: dict[str, Any]
    averaged_samples: Float[ndarray, "N 2"] | tuple[()] = ()
    """Of the generator's moving average, where there is one."""


class Picture(NamedTuple):
    """A game as it is shown."""

    arrays: dict[str, ndarray]
    """`samples [N, 2]`, `field [G, G]` (rows along y), `real [B, 2]`, `latents [N, 1 or 2]` and,
    where the latents are drawn coordinate by coordinate, `manifold [L, L or 1, 2]`."""
    caught: dict[str, float] | None
    """Shares of the `forged` and the `real` points about which the detective is right; None of a
    critic, who does not decide."""


class Past(NamedTuple):
    """All that decides a game, up to a round: the last one that was played, even if it diverged."""

    start: Experiment
    events: tuple[Event, ...]
    rounds: int


class Game:
    """One GAN that is played with.

    Attributes:
        start: the config at round 0, with one seed.
        now: the present settings; in a game that has diverged, those that it will begin with.
        round: rounds completed.
        diverged_at: the round that was not finite; the game stands still from then on.
        measured: the latest evaluation.
        history: the evaluations so far.
    """

    start: Experiment
    now: Experiment
    round: int
    diverged_at: int | None
    measured: Measured
    history: History

    def __init__(self, start: Experiment, device: Any, lanes: int) -> None:
        """Compile what is needed, and begin at round 0.

        Raises `ValueError` if the target's modes cannot be placed.
        """
        self._device = device
        self._lanes = lanes
        self.begin(start)

    def begin(self, start: Experiment) -> None:
        """Go back to round 0, of this config."""
        self.start = self.now = self._in_force = start
        self._events: list[Event] = []
        self._kept = KeptStates()
        self._singles = 0
        self.round, self.diverged_at = 0, None
        self._adopt(None)
        self._measure_anew()

    def copied(self) -> Game:
        """The same game once more, as it stands; the two go their own ways from here."""
        other = copy(self)
        other._events = list(self._events)
        other._kept = self._kept.until(self.round)
        other.history = self.history.copied()
        other._group = self._group_of(self.state)
        return other

    def at(self, round_: int) -> Game:
        """The same game as it last stood at a round, what was done there included; this one stays.

        It is played again from the nearest state that was kept, so that its bits are the same.
        Raises `ConfigError` if it has not come so far.
        """
        self.check_reached(round_)
        other = copy(self)
        other._go_back(round_)
        return other

    def check_reached(self, round_: int) -> None:
        """Raise `ConfigError` if the game has not come so far."""
        if round_ > self.round:
            raise ConfigError([f"round {round_:,} has not been played: this is {self.round:,}"])

    @property
    def past(self) -> Past:
        """What decides the game as it stands."""
        return Past(self.start, tuple(self._events), self.diverged_at or self.round)

    @property
    def events(self) -> int:
        """How many events there were."""
        return len(self._events)

    @property
    def touched(self) -> bool:
        """Whether anything was done to it but to play it."""
        return bool(self._events)

    @property
    def state(self) -> TrainingState:
        """The whole training state, in NumPy."""
        return self._group.state(0)

    @property
    def arrays(self) -> dict[str, ndarray]:
        """The whole training state as named arrays."""
        return state_as_dict(self.state)

    @property
    def trace(self) -> dict[str, np.float32]:
        """What the latest round, or the latest step of each player, looked like."""
        return self._group.trace(0)

    @property
    def program(self) -> Program:
        """What it is played by."""
        return self._program

    # playing

    def advance(self, stop: int) -> None:
        """Play until `stop` rounds are completed, and evaluate wherever it is due."""
        stop = min(stop, MOST_ROUNDS)
        while self.round < stop and self.diverged_at is None:
            due = self.history.next_round(self.round)
            self._group.advance([min(stop, due)])
            self._look_where_it_stands()
            if self.diverged_at is not None:
                return
            if self.round == due:
                self._measure()
                self.history.add(self.round, self.trace, self.measured.metrics)
            self._keep_if_due()

    def measure(self) -> Measured:
        """Evaluate the present state, unless that was done."""
        if self.measured.round != self.round or self._stepped:
            self._measure()
        return self.measured

    # changing

    def needs_compiling(self, field: str, value: Any) -> bool:
        """Whether a field's new value asks for another program. Raises `ConfigError`."""
        wanted = with_setting(self.now, field, value)
        return self.diverged_at is None and self.is_of_another_program(wanted)

    def is_of_another_program(self, config: Experiment) -> bool:
        """Whether a config is played by another program than this game is now."""
        return static_key(config) != static_key(self._in_force)

    def set(self, field: str, value: Any) -> bool:
        """Give a field another value from here on; whether that changed anything.

        At round 0 of an untouched game its config is changed; later it is an event. A game that has
        diverged keeps the value for when it begins again. Raises `ConfigError`, and then nothing
        has changed.
        """
        wanted = with_setting(self.now, field, value)
        if wanted == self.now:
            return False
        if self.diverged_at is not None:
            self.now = wanted
            return True
        if self.round == 0 and not self._events:
            self.begin(wanted)
            return True
        self._note(Event(self.round, field, value_of(wanted, field)), wanted)
        self._become(wanted)
        return True

    def step_alone(self, player: Player) -> None:
        """Let one player take a step of its own; its batch is drawn anew for each."""
        if self.diverged_at is not None:
            raise ConfigError(["the game has diverged; reset it to go on"])
        self._note(Event(self.round, STEP, player), None)
        self._step_alone(player)

    def has_compiled_step(self, player: Player) -> bool:
        """Whether that player's step can be taken without compiling it first."""
        return player in self._close_up.stepped

    def apply(self, event: Event) -> None:
        """Do again what an event says. Raises `ConfigError` if it does not fit."""
        if event.field != STEP:
            wanted = with_changes(self.now, {event.field: event.value})
            self._events.append(event)
            self._become(wanted)
        elif event.value in ("discriminator", "generator"):
            self._events.append(event)
            self._step_alone(event.value)
        else:
            raise ConfigError([f"{STEP}: nobody takes such a step"])

    # looking

    @property
    def in_force(self) -> Experiment:
        """The config that the game is played by; not `now` in one that has diverged."""
        return self._in_force

    @property
    def target(self) -> Target:
        """The target that the game is played for."""
        return self._in_force.target

    @property
    def mixture(self) -> Mixture:
        """The target's truth."""
        return self._mixture

    def view(self) -> Picture:
        """The game as it is shown; nothing changes by it."""
        (seen,) = self._group.look(self._close_up.view, self._window)
        arrays = seen._asdict()
        forged, real = map(float, arrays.pop("caught"))
        shown = {name: array for name, array in arrays.items() if len(array)}
        return Picture(shown, None if np.isnan(forged) else {"forged": forged, "real": real})

    def snapshot(self, extent: Sequence[float]) -> Snapshot:
        """The game as a run's snapshots have it, the field in a given window."""
        hyper = hyperparameters_of(self._in_force)
        window: Any = np.asarray(extent, np.float32)
        self._group.change([hyper._replace(target=hyper.target._replace(extent=window))])
        (seen,) = self._group.snapshot()
        self._group.change([hyper])
        return Snapshot(self.round, *seen)

    # inside

    def _note(self, event: Event, wanted: Experiment | None) -> None:
        """Add an event; of a slider's many values at one round only the last is kept."""
        last = self._events[-1] if self._events else None
        same_place = last is not None and last[:2] == event[:2] and event.field != STEP
        if same_place and wanted is not None and static_key(wanted) == static_key(self.now):
            self._events[-1] = event
            return
        if len(self._events) >= MOST_EVENTS:
            raise ConfigError([f"more than {MOST_EVENTS:,} changes: reset the game to go on"])
        self._events.append(event)

    def _become(self, wanted: Experiment) -> None:
        old = self._in_force
        self.now = self._in_force = wanted
        if static_key(wanted) == static_key(old):
            self._group.change([hyperparameters_of(wanted)])
        else:
            self._adopt(self.state)
        if wanted.target != old.target:
            self._aim()
            self._measure_anew()

    def _adopt(self, before: TrainingState | None) -> None:
        """Play by the present config's program, from a state before it or from round 0."""
        under = None if before is None else self._program.game
        self._compile()
        self._group = self._group_of(None)
        if before is not None and under is not None:
            state = carried_over(under, before, self._program.game, self.state)
            self._group = self._group_of(state)
        self._aim()
        self.view()  # compiles it

    def _compile(self) -> None:
        self._program: Program = program_of(self._in_force, self._lanes)
        self._close_up: CloseUp = close_up(self._program.game, self._lanes, POINTS, GRID, LINES)
        self._program.compile(hyperparameters_of(self._in_force), self._device)

    def _group_of(self, state: TrainingState | None) -> Group:
        """The game alone on its device, from a state of its program or from round 0."""
        hyper = hyperparameters_of(self._in_force)
        return Group(self._program, self._device, [hyper], [state])

    def _keep_if_due(self) -> None:
        # Only where rounds have just been played: of what is done at a round, the last may change.
        if self._kept.is_due(self.round):
            history = self.history.kept()
            kept = Kept(self.round, self._in_force, self.state, history, self._singles)
            self._kept.add(kept)

    def _go_back(self, round_: int) -> None:
        events = [event for event in self._events if event.round <= round_]
        before = self._kept.until(round_)
        if before.latest is None:
            self.begin(self.start)
        else:
            self._stand_at(before.latest)
        self._kept = before
        self._events = [event for event in events if event.round < self.round]
        for event in events[len(self._events) :]:
            self.advance(event.round)
            self.apply(event)
        self.advance(round_)

    def _stand_at(self, kept: Kept) -> None:
        self.now = self._in_force = kept.config
        self._compile()
        self._group = self._group_of(kept.state)
        self._look_where_it_stands()
        self._aim()
        self._singles = kept.singles
        self.history = kept.history.copied()
        self._measure()

    def _aim(self) -> None:
        self._mixture = mixture_of(self.target)
        self._window = np.asarray(window_of(self._in_force, self._mixture), np.float32)

    def _step_alone(self, player: Player) -> None:
        self._group.become(self._close_up.alone[player], np.int32(self._singles))
        self._close_up.stepped.add(player)
        self._singles += 1
        self._look_where_it_stands()
        self._stepped = True

    def _look_where_it_stands(self) -> None:
        self.round, self.diverged_at = self._group.rounds[0], self._group.diverged_at[0]

    def _measure(self) -> None:
        self.measured = Measured(self.round, *self._group.evaluate()[0])
        self._stepped = False

    def _measure_anew(self) -> None:
        """Begin the history again: what was measured against another target does not count."""
        self.history = History(self._in_force.evaluation.every, self._mixture.modes, self.round)
        self._measure()
        if self.diverged_at is None:
            self.history.add(self.round, self.trace, self.measured.metrics)
