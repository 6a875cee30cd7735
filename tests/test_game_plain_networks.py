"""A round with other networks, latents and sight is the textbook's round with them."""

from __future__ import annotations

import functools
from typing import Any

import jax
import numpy as np
import pytest
from game_examples import Config, experiment, hyper_of, quickly_compiled
from plain_networks import PlainNetworks

from ganrun.game.members import game_of
from ganrun.game.rounds import initial_state, play_round

pytestmark = pytest.mark.usefixtures("quick_xla")

ROUNDS = 20
MAXOUT = {"activation": {"maxout": {"pieces": 2}}}
GAMES: dict[str, Config] = {
    # A bias before batch norm has no slope, and Adam makes a step of what rounding leaves of none.
    "packing and batch norm": {
        "generator": {"norm": "batch"},
        "discriminator": {"packing": 2},
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
    },
    "maxout, std and a mixture": {
        "generator": {"latent": {"mixture": {"components": 5, "rate": 3.0, "pull": 0.3}}, **MAXOUT},
        "discriminator": {"minibatch": "std", "biases": "output", **MAXOUT},
        "optimizer": {"learning_rate": 0.01},
    },
    "discrimination, packing and particles": {
        "generator": {"latent": {"particles": {"count": 12, "rate": 5.0, "spread": 0.7}}},
        "discriminator": {
            "minibatch": {"discrimination": {"kernels": 3, "dimensions": 2}},
            "packing": 2,
        },
        "optimizer": {"learning_rate": 0.01},
    },
}


def textbook_game(case: Config) -> Any:
    network = {"hidden": [6, 4], "activation": "tanh"}
    return experiment(
        seed=3,
        generator={**network, **case["generator"]},
        discriminator={**network, **case["discriminator"]},
        optimizer=case["optimizer"],
        training={"batch_size": 8},
    )


@pytest.mark.parametrize("case", list(GAMES))
def test_rounds_with_remedies_in_the_networks_are_the_textbooks(case: str) -> None:
    one = textbook_game(GAMES[case])
    game, hyper = game_of(one), hyper_of(one)
    first = state = initial_state(game, hyper)
    plain = PlainNetworks(one, state)
    play = quickly_compiled(functools.partial(play_round, game, hyper))
    for round_ in range(1, ROUNDS + 1):
        state = play(state)
        plain.play_round()
        if round_ not in (1, ROUNDS):
            continue
        near = {"rtol": 1e-4, "atol": 1e-5} if round_ == 1 else {"rtol": 2e-2, "atol": 2e-3}
        for network, player, began, wanted in (
            (game.generator, state.generator, first.generator, plain.forger),
            (game.discriminator, state.discriminator, first.discriminator, plain.detective),
        ):
            found = network.unravel(player.params)
            moves = jax.tree.map(np.subtract, found, network.unravel(began.params))
            assert all(np.abs(x).max() > 0 for x in jax.tree.leaves(moves))
            jax.tree.map(functools.partial(np.testing.assert_allclose, **near), found, wanted)
        norms = state.generator.vectors.get("norms", {})
        assert len(norms) == len(plain.running)
        for kept, (mean, variance) in zip(norms.values(), plain.running, strict=True):
            np.testing.assert_allclose(kept["mean"], mean, **near)
            np.testing.assert_allclose(kept["var"], variance, **near)
