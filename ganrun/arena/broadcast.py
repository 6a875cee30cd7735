"""What the pages are told of the games: what is the case, and pictures of how they stand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ganrun.arena.game import Game
from ganrun.arena.hub import Hub
from ganrun.arena.protocol import write_frame
from ganrun.arena.settings import target_drawn
from ganrun.arena.slot import Slot
from ganrun.config.company import in_company
from ganrun.config.metrics import EVALUATION_METRICS
from ganrun.measure.showable import seen
from ganrun.page.objective import objective_drawn

MEASURED_EVERY = 0.15
"""Seconds after which a picture's metrics are measured anew, where the rounds are slow."""
SHOWN = (*EVALUATION_METRICS, "shares", "covered")
"""What a picture says of the latest evaluation."""


def state_of(
    slots: Sequence[Slot], *, playing: bool, rounds_per_second: float | None, seed: int
) -> dict[str, Any]:
    """What is the case, as `Hub.keep` takes it; `rounds_per_second` is the limit."""
    return {
        "playing": playing,
        "rounds_per_second": rounds_per_second,
        "seed": seed,
        "games": [_game_of(slot) for slot in slots],
    }


def _game_of(slot: Slot) -> dict[str, Any]:
    game = slot.game
    in_force = slot.config if game is None else game.in_force
    return {
        "id": slot.id,
        "label": slot.called,
        "ready": game is not None,
        "touched": game is not None and game.touched,
        "events": game.events if game is not None else 0,
        "saving": slot.saving,
        "config": slot.config.model_dump(mode="json"),
        "target": target_drawn(in_force),
        "objective": objective_drawn(in_force.objective),
        "company": in_company(in_force.discriminator),
        "reference": slot.reference,
    }


class Illustrator:
    """Makes pictures of games, and numbers them."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._frames = 0

    def show(self, slot: Slot, playing: bool, now: float) -> None:
        """Put down a picture of a slot's game, measured anew if that is due; none without one."""
        game = slot.game
        if game is None:
            return
        _measure_if_due(slot, game, playing, now)
        arrays, caught = game.view()
        self._frames += 1
        header = _header(slot, game, self._frames, playing) | {"caught": caught}
        self._hub.show(slot.id, self._frames, write_frame(header, arrays))


def _measure_if_due(slot: Slot, game: Game, playing: bool, now: float) -> None:
    if game.diverged_at is None and (not playing or now - slot.measured_at > MEASURED_EVERY):
        game.measure()
    if game.measured.round == game.round:
        slot.measured_at = now


def _header(slot: Slot, game: Game, number: int, playing: bool) -> dict[str, Any]:
    metrics = {name: game.measured.metrics[name] for name in SHOWN}
    if slot.showable is not None:
        metrics["covered"] = seen(metrics["covered"], slot.showable)
    return {
        "game": slot.id,
        "frame": number,
        "age": slot.age,
        "round": game.round,
        "playing": playing,
        "rounds_per_second": slot.rounds_per_second if playing else None,
        "diverged_at": game.diverged_at,
        "trace": game.trace,
        "metrics": {"round": game.measured.round, **metrics},
        "modes_recovered": slot.recovered,
        "verdict": slot.verdict,
    }
