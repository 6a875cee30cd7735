"""Every game by PyTorch: twenty rounds in float64, stored by `tests/replays/make.py`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jax.numpy as jnp
import numpy as np
import pytest
from game_examples import hyper_of, layers_of, quickly_compiled

from ganrun.config import Experiment, pieces
from ganrun.game.members import game_of
from ganrun.game.players import TrainingState
from ganrun.game.rounds import initial_state, play_until

GAMES: dict[str, Any] = json.loads(
    (Path(__file__).parent / "replays" / "numbers.json").read_text(encoding="utf-8")
)
TOLERANCE = 1e-5
"""Of a weight, where weights are about 1: what float32 loses in twenty rounds."""


def experiment_of(name: str) -> Experiment:
    return Experiment.model_validate(GAMES[name]["config"])


def weights_of(one: Experiment, state: TrainingState) -> dict[str, np.ndarray]:
    """Kernels and biases of both players, layer by layer."""
    game = game_of(one)
    players = {"generator": state.generator, "discriminator": state.discriminator}
    return {
        name: np.concatenate(
            [
                np.ravel(array)
                for layer in layers_of(getattr(game, name), player.params)
                for array in layer
            ]
        )
        for name, player in players.items()
    }


def test_every_objective_penalty_optimizer_schedule_and_update_rule_is_replayed() -> None:
    games = [experiment_of(name) for name in GAMES]
    assert {one.objective for one in games} == set(pieces.OBJECTIVES)
    assert {one.optimizer.name for one in games} == set(pieces.OPTIMIZERS)
    assert {one.optimizer.schedule.name for one in games} == set(pieces.SCHEDULES)
    assert {one.training.updates.name for one in games} == set(pieces.UPDATES)
    assert {name for one in games for name in dict(one.penalties)} == set(pieces.PENALTIES)


@pytest.mark.parametrize("name", list(GAMES))
def test_a_game_is_the_one_that_pytorch_plays(name: str) -> None:
    one, stored = experiment_of(name), GAMES[name]
    game, hyper = game_of(one), hyper_of(one)
    play = quickly_compiled(lambda state, stop: play_until(game, hyper, state, stop))
    state = initial_state(game, hyper)
    for wanted in [{"rounds": 0, **stored["begun"]}, *stored["played"]]:
        state = play(state, jnp.int32(wanted["rounds"]))
        for player, weights in weights_of(one, state).items():
            np.testing.assert_allclose(weights, wanted[player], rtol=0, atol=TOLERANCE)
    for player in ("generator", "discriminator"):
        moved = np.abs(np.subtract(stored["played"][-1][player], stored["begun"][player]))
        assert moved.max() > 100 * TOLERANCE, f"the {player} hardly moves, so nothing is shown"
