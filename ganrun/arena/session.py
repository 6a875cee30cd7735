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
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from ganrun.arena import protocol
from ganrun.arena.broadcast import Illustrator, state_of
from ganrun.arena.commands import Commands
from ganrun.arena.game import MOST_ROUNDS, Game, Player
from ganrun.arena.hub import Audience, Client, Hub
from ganrun.arena.measuring_turns import Measurer
from ganrun.arena.pacing import PictureClock, RoundClock
from ganrun.arena.saving import Order, Saved, Saver, digest_of
from ganrun.arena.settings import with_overrides
from ganrun.arena.slot import Slot
from ganrun.config import ConfigError, Experiment, to_yaml
from ganrun.config.errors import PieceError
from ganrun.config.fields import SEED_END

IDLE_SECONDS = 0.05
"""Between two looks at the processes beside, while nothing is played."""


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
        self._say = say
        self._commands = Commands()
        self._slots: list[Slot] = []
        self._next_id = 1
        self._playing = False
        self._seed = base.seeds[0]
        self._rounds = RoundClock()
        self._pictures = PictureClock()
        self._illustrator = Illustrator(hub)
        self._audience = Audience(hub, say)
        self._measurer = Measurer()
        self._saver = Saver()
        self._stopped = threading.Event()

    # for other threads

    def submit(self, message: protocol.Message, client: Client | None = None) -> bool:
        """Ask for something; the answer comes through the hub.

        Returns whether it will be done: not if this page has asked for too much already.
        """
        return self._commands.put(message, client)

    def stop(self) -> None:
        """End the thread at its next turn; what was asked for is not done, and nothing is saved."""
        self._stopped.set()
        self._commands.close()

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
            self._measurer.close()
            self._saver.close()

    def _stand_still(self, error: Exception) -> None:
        """Something that nobody asked for went wrong: say so, and wait for what is asked next."""
        is_told = isinstance(error, PieceError)
        self._say(str(error) if is_told else traceback.format_exc())
        self._playing = False
        message = str(error) if is_told else f"this went wrong: {error!r}"
        self._hub.send({"type": "error", "message": message[:500]})
        self._publish()

    # obeying

    def _obey_all(self) -> None:
        waiting = self._rounds.seconds_to_the_next_round if self._is_played() else IDLE_SECONDS
        for message, client in self._commands.take(min(IDLE_SECONDS, waiting)):
            if self._stopped.is_set():
                return
            self._obey(message, client)

    def _obey(self, message: protocol.Message, client: Client | None) -> None:
        told: dict[str, Any] = {"type": "error"}
        if getattr(message, "game", None) is not None:
            told["game"] = message.game  # type: ignore[union-attr]
        if isinstance(message, protocol.Set):
            told["field"] = message.field
        try:
            self._do(message, client)
        except ConfigError as error:
            self._hub.send({**told, "message": "; ".join(error.problems)[:500]}, client)
        except PieceError as error:
            self._hub.send({**told, "message": str(error)[:500]}, client)
            self._publish()
        except Exception as error:
            self._say(traceback.format_exc())
            self._hub.send({**told, "message": f"this went wrong: {error!r}"[:500]}, client)
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
                drawn = secrets.randbelow(SEED_END)
                self._seed = drawn if message.seed is None else message.seed
                self._restart(self._slots)
            case protocol.Add():
                self._copy(self._one(message.copy_of), message.label)
            case protocol.Branch():
                self._branch(self._one(message.game), message.round, message.label)
            case protocol.Rewind():
                self._rewind(self._one(message.game), message.round)
            case protocol.Remove():
                self._remove(self._one(message.game))
            case protocol.Stage():
                self._stage(message.games)
            case protocol.Speed():
                self._rounds.allow(message.rounds_per_second)
                self._publish()
            case protocol.Save():
                self._save(self._one(message.game), client)
            case protocol.Config():
                slot = self._one(message.game)
                yaml = to_yaml(slot.under_its_name(slot.ready.now))
                self._hub.send({"type": "config", "game": message.game, "yaml": yaml}, client)
            case protocol.Seen():
                pass

    def _one(self, identity: int) -> Slot:
        for slot in self._slots:
            if slot.id == identity:
                return slot
        raise ConfigError([f"there is no game {identity}"])

    def _chosen(self, identity: int | None) -> list[Slot]:
        return list(self._slots) if identity is None else [self._one(identity)]

    def _play(self, playing: bool) -> None:
        self._playing = playing
        for slot in self._slots:
            slot.pace.clear()
        self._publish()
        self._show_all()

    def _step(self, what: str, slots: list[Slot]) -> None:
        if self._playing:
            self._play(False)
        going = [slot for slot in slots if slot.ready.diverged_at is None]
        if not going:
            raise ConfigError(["the game has diverged; reset it to go on"])
        for slot in going:
            game = slot.ready
            if what == "round":
                game.advance(game.round + 1)
            else:
                player: Player = "generator" if what == "generator" else "discriminator"
                with self._compiling(slot, not game.has_compiled_step(player)):
                    game.step_alone(player)
        self._publish()
        self._show_all(going)

    def _set(self, field: str, value: Any, slots: list[Slot]) -> None:
        for slot in slots:
            slot.ready.needs_compiling(field, value)  # so that it is wrong for none, or all
        for slot in slots:
            game = slot.ready
            target = game.target
            with self._compiling(slot, game.needs_compiling(field, value)):
                if not game.set(field, value):
                    continue
            slot.config = game.now
            if game.target != target or game.round == 0:
                slot.forget()
        self._publish()
        if not self._playing:
            self._show_all(slots)

    def _restart(self, slots: list[Slot]) -> None:
        for slot in slots:
            game = slot.ready
            slot.config = game.now.with_seed(self._seed)
            with self._compiling(slot, game.is_of_another_program(slot.config)):
                game.begin(slot.config)
            slot.forget()
        self._publish()
        self._show_all(slots)

    def _copy(self, source: Slot, label: str | None) -> None:
        self._check_room()
        game = source.ready.copied()
        slot = source.beside(self._new_id(), label or self._new_label(), game)
        self._slots.append(slot)
        self._publish()
        self._show_all([slot])

    def _branch(self, source: Slot, round_: int, label: str | None) -> None:
        self._check_room()
        game = source.ready
        game.check_reached(round_)
        slot = Slot(self._new_id(), label or self._new_label(), source.config)
        self._slots.append(slot)
        try:
            self._fill(slot, lambda: game.at(round_))
        except BaseException:
            self._slots.remove(slot)
            self._publish()
            raise

    def _rewind(self, slot: Slot, round_: int) -> None:
        game = slot.ready
        game.check_reached(round_)
        self._fill(slot, lambda: game.at(round_))

    def _check_room(self) -> None:
        if len(self._slots) >= protocol.MOST_GAMES:
            raise ConfigError([f"there are {protocol.MOST_GAMES} games already"])

    def _remove(self, slot: Slot) -> None:
        if len(self._slots) == 1:
            raise ConfigError(["the last game stays"])
        self._slots.remove(slot)
        self._publish()

    def _stage(self, games: list[protocol.StagedGame]) -> None:
        base = self._base.with_seed(self._seed)
        configs = [with_overrides(base, one.overrides) for one in games]
        self._playing = False
        staged = zip(games, configs, strict=True)
        slots = [Slot(self._new_id(), one.label, config) for one, config in staged]
        before, self._slots = self._slots, slots
        try:
            for slot in slots:
                self._furnish(slot)
        except BaseException:
            self._slots = before
            raise

    def _save(self, slot: Slot, client: Client | None) -> None:
        game = slot.ready
        if not game.round and game.diverged_at is None:
            raise ConfigError([f"game {slot.label} has not been played yet"])
        if slot.saving is not None:
            raise ConfigError([f"game {slot.label} is being saved already"])
        if self._saver.waiting >= protocol.MOST_GAMES:
            raise ConfigError(["too many games are being saved already"])
        past = game.past._replace(start=slot.under_its_name(game.start))
        order = Order(past, digest_of(game.arrays), self._runs_dir, self._command, datetime.now())
        self._saver.begin((slot, client), order)
        slot.saving = 0.0
        self._publish()

    # games

    def _new_id(self) -> int:
        self._next_id += 1
        return self._next_id - 1

    def _new_label(self) -> str:
        letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        taken = {slot.label for slot in self._slots}
        return next(letter for letter in letters if letter not in taken)

    def _begin(self) -> None:
        """Make the first game."""
        config = self._base.with_seed(self._seed)
        self._slots = [Slot(self._new_id(), self._base.name, config)]
        self._furnish(self._slots[0])

    def _furnish(self, slot: Slot) -> None:
        """Make the game of a slot that has none."""
        self._fill(slot, lambda: self._new_game(slot.config))

    def _fill(self, slot: Slot, make: Callable[[], Game]) -> None:
        """Give a slot another game, of which nothing is known yet."""
        with self._compiling(slot, True):
            slot.game = make()
        slot.config = slot.ready.now
        slot.forget()
        self._publish()
        self._show_all([slot])

    @contextlib.contextmanager
    def _compiling(self, slot: Slot, needed: bool) -> Iterator[None]:
        """Tell the pages why a game stands still, and then that it goes on."""
        if not needed:
            yield
            return
        game, slot.game = slot.game, None
        self._publish()
        self._hub.send({"type": "compiling", "game": slot.id})
        try:
            yield
        finally:
            slot.game = slot.game or game
            slot.seconds_per_round = None

    # playing

    def _is_played(self) -> bool:
        return self._playing and not self._audience.gone

    def _turn(self) -> None:
        going = [slot for slot in self._slots if _can_go_on(slot.ready)]
        rounds = self._rounds.rounds_of_a_turn(slot.seconds_per_round for slot in going)
        if rounds:
            self._pictures.played()
            for slot in going:
                slot.play(rounds)
        if not going:
            self._play(False)
        elif self._pictures.is_due(monotonic()):
            self._show_all()

    # what the pages are told

    def _publish(self) -> None:
        """Put down what is the case."""
        self._hub.keep(
            state_of(
                self._slots,
                playing=self._playing,
                rounds_per_second=self._rounds.limit,
                seed=self._seed,
            )
        )

    def _show_all(self, slots: list[Slot] | None = None) -> None:
        now = monotonic()
        if slots is None:
            self._pictures.shown(now)
        for slot in self._slots if slots is None else slots:
            self._illustrator.show(slot, self._playing, now)

    # beside

    def _look_beside(self) -> None:
        """See whether anybody is there, and what the processes beside have found."""
        now = monotonic()
        self._audience.look(self._playing, now)
        self._take_found()
        self._take_saved()
        if not self._audience.gone:
            self._measurer.begin(self._slots, now)

    def _take_found(self) -> None:
        news = self._measurer.news(self._slots)
        if news is None:
            return
        slot, round_, found = news
        if slot.learn(found, round_):
            self._publish()
        if not self._playing:
            self._illustrator.show(slot, self._playing, monotonic())

    def _take_saved(self) -> None:
        for (slot, client), news in self._saver.news():
            if isinstance(news, float):
                slot.saving = news
            elif isinstance(news, Saved):
                slot.saving = None
                told = {"path": str(news.path), "kind": news.kind, "found": news.found}
                self._hub.send({"type": "saved", "game": slot.id, **told})
                self._say(f"Saved: {news.path}")
            else:
                slot.saving = None
                self._hub.send({"type": "error", "game": slot.id, "message": news}, client)
            self._publish()


def _can_go_on(game: Game) -> bool:
    return game.diverged_at is None and game.round < MOST_ROUNDS
