"""The one thread in which all games are trained, and what it is told to do with them.

It plays a few rounds of each game in turn, shows pictures, and obeys whatever the pages asked for
since: a turn lasts some milliseconds, so nothing waits for longer. All games are played the same
number of rounds. While no page is open, it stands still.
"""

from __future__ import annotations

import contextlib
import secrets
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from ganrun.arena import protocol
from ganrun.arena.aside import LEAST_SECONDS, Aside, Found, Task
from ganrun.arena.game import MOST_ROUNDS, Game, Player
from ganrun.arena.hub import Client, Hub
from ganrun.arena.saving import Order, Saved, Saver, digest_of
from ganrun.arena.settings import target_drawn, with_overrides
from ganrun.config import ConfigError, Experiment, to_yaml

TURN_SECONDS = 0.012
"""How long all games together are played between two looks at what was asked for."""
PICTURES_PER_SECOND = 33.0
MEASURED_EVERY = 0.15
"""Seconds after which a picture's metrics are measured anew, where the rounds are slow."""
PATIENCE = 3.0
"""Seconds without a page after which the games stand still."""
IDLE_SECONDS = 0.05
"""Between two looks at the processes beside, while nothing is played."""
REFERENCE_POINTS = ("mean", "p5", "p95")

Command = tuple[protocol.Message, Client | None]


@dataclass(eq=False)
class Place:
    """A game's place on the page; `game` is None while it is being compiled."""

    id: int
    label: str
    config: Experiment
    game: Game | None = None
    age: int = 0
    """Counts what makes measurements of before worthless."""
    recovered: dict[str, Any] | None = None
    verdict: dict[str, Any] | None = None
    reference: dict[str, Any] | None = None
    saving: float | None = None
    measured_at: float = 0.0
    seconds_per_round: float | None = None
    pace: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=200))

    def forget(self) -> None:
        """What was known does not hold any more."""
        self.age += 1
        self.recovered = self.verdict = self.reference = None
        self.pace.clear()

    @property
    def measured_round(self) -> int:
        """The round whose modes were counted last; -1 if none was."""
        return self.recovered["at_round"] if self.recovered else -1

    def is_measured(self, game: Game) -> bool:
        """Whether nothing new can be found about it."""
        word = self.verdict["word"] if self.verdict else None
        told = game.diverged_at is None or word == "diverged"
        return told and self.measured_round == game.round

    @property
    def rounds_per_second(self) -> float | None:
        """Over the last second."""
        if len(self.pace) < 2:
            return None
        (start, first), (end, last) = self.pace[0], self.pace[-1]
        return (last - first) / (end - start) if end > start else None


class Session:
    """All games of one arena. Commands are taken from any thread, obeyed in the one that trains."""

    def __init__(
        self,
        base: Experiment,
        hub: Hub,
        new_game: Callable[[Experiment], Game],
        *,
        runs_dir: Path,
        command: Sequence[str] = (),
        say: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._base = base
        self._hub = hub
        self._new_game = new_game
        self._runs_dir = runs_dir
        self._command = command
        self._aside = Aside()
        self._saver = Saver()
        self._say = say
        self._commands: SimpleQueue[Command | None] = SimpleQueue()
        self._places: list[Place] = []
        self._next_id = 1
        self._playing = False
        self._seed = base.seeds[0]
        self._limit: float | None = None
        self._credit = 0.0
        self._credited_at = monotonic()
        self._frames = 0
        self._shown_at = 0.0
        self._unshown = False
        self._alone_since: float | None = None
        self._suspended = False
        self._asked: tuple[Place, int, int] | None = None
        self._asked_at = 0.0
        self._stopped = threading.Event()

    # for other threads

    def submit(self, message: protocol.Message, client: Client | None = None) -> None:
        """Ask for something; the answer comes through the hub."""
        self._commands.put((message, client))

    def stop(self) -> None:
        """End the thread at its next turn; nothing is saved."""
        self._stopped.set()
        self._commands.put(None)

    def run(self) -> None:
        """Be the thread that trains, until it is stopped."""
        try:
            self._begin()
            while not self._stopped.is_set():
                self._obey_all()
                try:
                    if self._is_played():
                        self._turn()
                    self._look_beside()
                except Exception as error:
                    self._stand_still(error)
        finally:
            self._aside.close()
            self._saver.close()

    def _stand_still(self, error: Exception) -> None:
        """Something that nobody asked for went wrong: say so, and wait for what is asked next."""
        self._say(traceback.format_exc())
        self._playing = False
        self._hub.tell({"type": "error", "message": f"this went wrong: {error!r}"[:500]})
        self._publish()

    # obeying

    def _obey_all(self) -> None:
        waiting = 0.0
        if not self._is_played():
            waiting = IDLE_SECONDS
        elif self._limit:
            waiting = min(IDLE_SECONDS, max(0.0, (1 - self._credit) / self._limit))
        commands = self._waiting_commands(waiting)
        for i, (message, client) in enumerate(commands):
            later = commands[i + 1][0] if i + 1 < len(commands) else None
            if not _is_superseded(message, later):
                self._obey(message, client)

    def _waiting_commands(self, seconds: float) -> list[Command]:
        commands: list[Command] = []
        with contextlib.suppress(Empty):
            one = self._commands.get(timeout=seconds) if seconds else self._commands.get_nowait()
            while one is not None:
                commands.append(one)
                one = self._commands.get_nowait()
        return commands

    def _obey(self, message: protocol.Message, client: Client | None) -> None:
        told: dict[str, Any] = {"type": "error"}
        if getattr(message, "game", None) is not None:
            told["game"] = message.game  # type: ignore[union-attr]
        if isinstance(message, protocol.Set):
            told["field"] = message.field
        try:
            self._do(message, client)
        except ConfigError as error:
            self._hub.tell({**told, "message": "; ".join(error.problems)[:500]}, client)
        except Exception as error:
            self._say(traceback.format_exc())
            self._hub.tell({**told, "message": f"this went wrong: {error!r}"[:500]}, client)
            self._publish()

    def _do(self, message: protocol.Message, client: Client | None) -> None:
        match message:
            case protocol.Play():
                self._play(True)
            case protocol.Pause():
                self._play(False)
            case protocol.Step():
                self._step(message.what, self._chosen(message.game))
            case protocol.Set():
                self._set(message.field, message.value, self._chosen(message.game))
            case protocol.Reset():
                self._restart(self._chosen(message.game))
            case protocol.Reseed():
                drawn = secrets.randbelow(2**31)
                self._seed = drawn if message.seed is None else message.seed
                self._restart(self._places)
            case protocol.Add():
                self._copy(self._one(message.copy_of), message.label)
            case protocol.Remove():
                self._remove(self._one(message.game))
            case protocol.Stage():
                self._stage(message.games)
            case protocol.Speed():
                self._limit = message.rounds_per_second
                self._credit = 0.0
                self._publish()
            case protocol.Save():
                self._save(self._one(message.game), client)
            case protocol.Config():
                yaml = to_yaml(self._ready(self._one(message.game)).now)
                self._hub.tell({"type": "config", "game": message.game, "yaml": yaml}, client)
            case protocol.Seen():
                pass

    def _one(self, identity: int) -> Place:
        for place in self._places:
            if place.id == identity:
                return place
        raise ConfigError([f"there is no game {identity}"])

    def _chosen(self, identity: int | None) -> list[Place]:
        return list(self._places) if identity is None else [self._one(identity)]

    def _ready(self, place: Place) -> Game:
        if place.game is None:
            raise ConfigError([f"game {place.label} is not ready"])
        return place.game

    def _play(self, playing: bool) -> None:
        self._playing = playing
        for place in self._places:
            place.pace.clear()
        self._publish()
        self._show_all()

    def _step(self, what: str, places: list[Place]) -> None:
        if self._playing:
            self._play(False)
        going = [place for place in places if self._ready(place).diverged_at is None]
        if not going:
            raise ConfigError(["the game has diverged; reset it to go on"])
        for place in going:
            game = self._ready(place)
            if what == "round":
                game.advance(game.round + 1)
            else:
                player: Player = "generator" if what == "generator" else "discriminator"
                with self._compiling(place, not game.has_compiled_step(player)):
                    game.step_alone(player)
        self._publish()
        self._show_all(going)

    def _set(self, field: str, value: Any, places: list[Place]) -> None:
        for place in places:
            self._ready(place).needs_compiling(field, value)  # so that it is wrong for none, or all
        for place in places:
            game = self._ready(place)
            target = game.target
            with self._compiling(place, game.needs_compiling(field, value)):
                if not game.set(field, value):
                    continue
            place.config = game.now
            if game.target != target or game.round == 0:
                place.forget()
        self._publish()
        if not self._playing:
            self._show_all(places)

    def _restart(self, places: list[Place]) -> None:
        for place in places:
            game = self._ready(place)
            place.config = game.now.with_seed(self._seed)
            with self._compiling(place, game.is_of_another_program(place.config)):
                game.begin(place.config)
            place.forget()
        self._publish()
        self._show_all(places)

    def _copy(self, source: Place, label: str | None) -> None:
        if len(self._places) >= protocol.MOST_GAMES:
            raise ConfigError([f"there are {protocol.MOST_GAMES} games already"])
        game = self._ready(source).copied()
        place = Place(self._new_id(), label or self._new_label(), source.config, game)
        place.recovered, place.verdict = source.recovered, source.verdict
        place.reference = source.reference
        place.seconds_per_round = source.seconds_per_round
        self._places.append(place)
        self._publish()
        self._show_all([place])

    def _remove(self, place: Place) -> None:
        if len(self._places) == 1:
            raise ConfigError(["the last game stays"])
        self._places.remove(place)
        self._publish()

    def _stage(self, games: list[protocol.StagedGame]) -> None:
        base = self._base.with_seed(self._seed)
        configs = [with_overrides(base, one.overrides) for one in games]
        self._playing = False
        staged = zip(games, configs, strict=True)
        places = [Place(self._new_id(), one.label, config) for one, config in staged]
        before, self._places = self._places, places
        try:
            for place in places:
                self._furnish(place)
        except BaseException:
            self._places = before
            raise

    def _save(self, place: Place, client: Client | None) -> None:
        game = self._ready(place)
        if not game.round and game.diverged_at is None:
            raise ConfigError([f"game {place.label} has not been played yet"])
        if place.saving is not None:
            raise ConfigError([f"game {place.label} is being saved already"])
        order = Order(
            game.past, digest_of(game.arrays), self._runs_dir, self._command, datetime.now()
        )
        self._saver.begin((place, client), order)
        place.saving = 0.0
        self._publish()

    # games

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _new_label(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        taken = {place.label for place in self._places}
        return next(letter for letter in letters if letter not in taken)

    def _begin(self) -> None:
        """Make the first game."""
        config = self._base.with_seed(self._seed)
        self._places = [Place(self._new_id(), self._base.name, config)]
        self._furnish(self._places[0])

    def _furnish(self, place: Place) -> None:
        """Make the game of a place that has none."""
        with self._compiling(place, True):
            place.game = self._new_game(place.config)
        self._publish()
        self._show_all([place])

    @contextlib.contextmanager
    def _compiling(self, place: Place, needed: bool) -> Iterator[None]:
        """Tell the pages why a game stands still, and then that it goes on."""
        if not needed:
            yield
            return
        game, place.game = place.game, None
        self._publish()
        self._hub.tell({"type": "compiling", "game": place.id})
        try:
            yield
        finally:
            place.game = place.game or game
            place.seconds_per_round = None

    # playing

    def _is_played(self) -> bool:
        return self._playing and not self._suspended

    def _turn(self) -> None:
        games = [(place, self._ready(place)) for place in self._places]
        going = [
            (place, game)
            for place, game in games
            if game.diverged_at is None and game.round < MOST_ROUNDS
        ]
        rounds = self._rounds_of_a_turn([place for place, _ in going])
        self._unshown |= bool(rounds)
        for place, game in going if rounds else ():
            started, before = monotonic(), game.round
            game.advance(game.round + rounds)
            self._time(place, monotonic() - started, game.round - before)
            place.pace.append((monotonic(), game.round))
            while len(place.pace) > 2 and place.pace[-1][0] - place.pace[0][0] > 1.0:
                place.pace.popleft()
        if not going:
            self._play(False)
        elif self._unshown and monotonic() >= self._shown_at + 1 / PICTURES_PER_SECOND:
            self._show_all()

    def _rounds_of_a_turn(self, places: list[Place]) -> int:
        known = [place.seconds_per_round for place in places]
        seconds = sum(one or 0.0 for one in known)
        rounds = 1 if None in known else max(1, int(TURN_SECONDS / max(seconds, 1e-9)))
        if self._limit is None:
            return rounds
        now = monotonic()
        self._credit += (now - self._credited_at) * self._limit
        self._credited_at = now
        self._credit = min(self._credit, max(1.0, 0.1 * self._limit))
        rounds = min(rounds, int(self._credit))
        self._credit -= rounds
        return rounds

    def _time(self, place: Place, seconds: float, rounds: int) -> None:
        if not rounds:
            return
        each, before = seconds / rounds, place.seconds_per_round
        place.seconds_per_round = each if before is None else 0.8 * before + 0.2 * each

    # telling

    def _publish(self) -> None:
        """Put down what is the case."""
        self._hub.keep(
            {
                "playing": self._playing,
                "rounds_per_second": self._limit,
                "seed": self._seed,
                "games": [self._told(place) for place in self._places],
            }
        )

    def _told(self, place: Place) -> dict[str, Any]:
        game = place.game
        return {
            "id": place.id,
            "label": place.label,
            "ready": game is not None,
            "touched": game is not None and game.touched,
            "events": game.events if game is not None else 0,
            "saving": place.saving,
            "config": place.config.model_dump(mode="json"),
            "target": target_drawn(place.config if game is None else game.in_force),
            "reference": place.reference,
        }

    def _show_all(self, places: list[Place] | None = None) -> None:
        now = monotonic()
        if places is None:
            self._unshown = False
            # At the right number of pictures in the mean, whatever a turn takes.
            self._shown_at = max(self._shown_at + 1 / PICTURES_PER_SECOND, now - 0.1)
        for place in self._places if places is None else places:
            if place.game is not None:
                self._show(place, place.game, now)

    def _show(self, place: Place, game: Game, now: float) -> None:
        if game.diverged_at is None and (
            not self._playing or now - place.measured_at > MEASURED_EVERY
        ):
            game.measure()
        if game.measured.round == game.round:
            place.measured_at = now
        seen = game.view()
        metrics = {name: game.measured.metrics[name] for name in SHOWN}
        self._frames += 1
        header = {
            "game": place.id,
            "frame": self._frames,
            "round": game.round,
            "playing": self._playing,
            "rounds_per_second": place.rounds_per_second if self._playing else None,
            "diverged_at": game.diverged_at,
            "trace": game.trace,
            "metrics": {"round": game.measured.round, **metrics},
            "modes_recovered": place.recovered,
            "verdict": place.verdict,
        }
        picture = protocol.write_frame(header, seen)
        self._hub.show(place.id, self._frames, picture)

    # beside

    def _look_beside(self) -> None:
        """See whether anybody is there, and what the processes beside have found."""
        now = monotonic()
        self._mind_the_audience(now)
        self._take_found()
        self._take_saved()
        if not self._suspended and self._aside.free and now - self._asked_at > LEAST_SECONDS:
            self._ask_for_the_next(now)

    def _mind_the_audience(self, now: float) -> None:
        if len(self._hub):
            if self._suspended and self._playing:
                self._say("Somebody looks again: the games go on.")
            self._alone_since, self._suspended = None, False
        elif self._alone_since is None:
            self._alone_since = now
        elif not self._suspended and now - self._alone_since > PATIENCE:
            self._suspended = True
            if self._playing:
                self._say("Nobody is looking: the games wait.")

    def _take_found(self) -> None:
        found = self._aside.taken()
        if found is None or self._asked is None:
            return
        (place, age, round_), self._asked = self._asked, None
        if place.age != age or place not in self._places:
            return
        place.recovered = {
            "count": len(found.recovered),
            "modes": found.recovered,
            "at_round": round_,
        }
        if found.verdict is not None:
            place.verdict = {**found.verdict, "at_round": round_}
        self._keep_reference(place, found)
        if not self._playing and place.game is not None:
            self._show(place, place.game, monotonic())

    def _take_saved(self) -> None:
        for (place, client), news in self._saver.news():
            if isinstance(news, float):
                place.saving = news
            elif isinstance(news, Saved):
                place.saving = None
                told = {"path": str(news.path), "kind": news.kind, "found": news.found}
                self._hub.tell({"type": "saved", "game": place.id, **told})
                self._say(f"Saved: {news.path}")
            else:
                place.saving = None
                self._hub.tell({"type": "error", "game": place.id, "message": news}, client)
            self._publish()

    def _keep_reference(self, place: Place, found: Found) -> None:
        if place.reference is None:
            place.reference = {
                name: {point: value[point] for point in REFERENCE_POINTS}
                for name, value in found.reference.items()
            }
            self._publish()

    def _ask_for_the_next(self, now: float) -> None:
        """Give the process beside the game that was measured longest ago, if it has moved on."""
        for place in sorted(self._places, key=lambda one: one.measured_round):
            game = place.game
            if game is None or place.is_measured(game):
                continue
            measured = game.measure()
            task = Task(game.target, measured.samples, game.history.columns(), game.diverged_at)
            self._asked = (place, place.age, measured.round)
            self._asked_at = now
            self._aside.give(task)
            return


SHOWN = (
    "high_quality",
    "modes_captured",
    "modes_covered",
    "reverse_kl",
    "js",
    "mode_tv",
    "spread",
    "nll",
    "shares",
    "covered",
)
"""What a picture says of the latest evaluation."""


def _is_superseded(message: protocol.Message, later: protocol.Message | None) -> bool:
    """Whether the next message sets the same to another value: a slider that is being moved."""
    return (
        isinstance(message, protocol.Set)
        and isinstance(later, protocol.Set)
        and (message.game, message.field) == (later.game, later.field)
    )
