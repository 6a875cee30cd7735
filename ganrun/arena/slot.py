"""One of the games on the page: the game itself, how fast it goes, and what is known of it."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from ganrun.arena.game import Game
from ganrun.arena.measuring_process import Found
from ganrun.config import ConfigError, Experiment
from ganrun.config.schema import NAME_LIMIT
from ganrun.config.targets import LAYOUTS
from ganrun.measure.showable import beyond, showable_modes

REFERENCE_POINTS = ("mean", "p5", "p95")
PACE_SECONDS = 1.0
"""Over which the rounds per second are counted."""


@dataclass(eq=False)
class Slot:
    """One of the games on the page; `game` is None while it is being compiled."""

    id: int
    label: str
    """As it was given to the game that `named` describes."""
    config: Experiment
    game: Game | None = None
    age: int = 0
    """Counts what makes measurements of before worthless."""
    recovered: dict[str, Any] | None = None
    verdict: dict[str, Any] | None = None
    reference: dict[str, Any] | None = None
    showable: tuple[int, ...] | None = None
    """The modes that perfect samples show, once that is known."""
    saving: float | None = None
    measured_at: float = 0.0
    seconds_per_round: float | None = None
    pace: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=200))
    named: Experiment = field(init=False)

    def __post_init__(self) -> None:
        self.named = self.config

    @property
    def ready(self) -> Game:
        """Its game. Raises `ConfigError` while there is none."""
        if self.game is None:
            raise ConfigError([f"game {self.label} is not ready"])
        return self.game

    # names

    @property
    def called(self) -> str:
        """Its label, which says so where it is played for other modes than it was named for."""
        others = self._other_modes(self.config)
        return f"{self.label}, {others}" if others else self.label

    def under_its_name(self, config: Experiment) -> Experiment:
        """A config of its game, called by other modes than it was named for likewise."""
        others = self._other_modes(config).replace(" ", "-")
        if not others:
            return config
        name = f"{config.name[: NAME_LIMIT - len(others) - 1]}-{others}"
        return config.model_copy(update={"name": name})

    def _other_modes(self, config: Experiment) -> str:
        now, then = config.target, self.named.target
        if now != then and LAYOUTS[now.layout].by_hand:
            return "own modes"
        return now.layout if now.layout != then.layout else ""

    def beside(self, identity: int, label: str, game: Game) -> Slot:
        """A slot for a copy of its game as it stands; what is known of one holds for the other."""
        return Slot(
            identity,
            label,
            self.config,
            game,
            recovered=self.recovered,
            verdict=self.verdict,
            reference=self.reference,
            showable=self.showable,
            seconds_per_round=self.seconds_per_round,
        )

    # playing

    def play(self, rounds: int) -> None:
        """Play its game on for so many rounds, and take the time."""
        game = self.ready
        started, before = monotonic(), game.round
        game.advance(game.round + rounds)
        self._time(monotonic() - started, game.round - before)
        self.pace.append((monotonic(), game.round))
        while len(self.pace) > 2 and self.pace[-1][0] - self.pace[0][0] > PACE_SECONDS:
            self.pace.popleft()

    def _time(self, seconds: float, rounds: int) -> None:
        if not rounds:
            return
        each, before = seconds / rounds, self.seconds_per_round
        self.seconds_per_round = each if before is None else 0.8 * before + 0.2 * each

    @property
    def rounds_per_second(self) -> float | None:
        """Over the last second."""
        if len(self.pace) < 2:
            return None
        (start, first), (end, last) = self.pace[0], self.pace[-1]
        return (last - first) / (end - start) if end > start else None

    # knowing

    def forget(self) -> None:
        """What was known does not hold any more."""
        self.age += 1
        self.recovered = self.verdict = self.reference = self.showable = None
        self.pace.clear()

    def learn(self, found: Found, round_: int) -> bool:
        """Take in what was found of a round; whether the reference was not known before."""
        self.recovered = {
            "count": len(found.recovered),
            "modes": found.recovered,
            "at_round": round_,
            "beyond": beyond(found.reference, "modes_recovered", len(found.recovered)),
        }
        if found.verdict is not None:
            self.verdict = {**found.verdict, "at_round": round_}
        if self.reference is not None:
            return False
        self.showable = showable_modes(found.reference, self.config.target.mode_count)
        self.reference = {
            name: {point: value[point] for point in REFERENCE_POINTS}
            for name, value in found.reference.items()
        }
        return True

    @property
    def measured_round(self) -> int:
        """The round whose modes were counted last; -1 if none was."""
        return self.recovered["at_round"] if self.recovered else -1

    @property
    def is_to_be_measured(self) -> bool:
        """Whether something new can be found about its game."""
        if self.game is None:
            return False
        is_known = self.game.diverged_at is None or (self.verdict or {}).get("word") == "diverged"
        return not is_known or self.measured_round != self.game.round
