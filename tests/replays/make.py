"""The games once more in PyTorch, in float64 and with PyTorch's own optimizers: `numbers.json`.

    pip install -e '.[bench]'
    python tests/replays/make.py

Every game is played for `ROUNDS` rounds from ganrun's own first weights, on the points that ganrun
draws. What is written are the weights after the first and after the last round, which
`tests/test_replays.py` compares with what ganrun makes of them. A new objective, penalty, optimizer
or update rule needs an entry in a table here, and a game in `GAMES`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import jax
import numpy as np
import torch
from torch.nn import functional

from ganrun.config import Experiment
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.networks import Network
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import initial_state
from ganrun.game.targets import sample_target

NUMBERS = Path(__file__).with_name("numbers.json")
ROUNDS = 20
DIGITS = 10

BASE: Mapping[str, Any] = {
    "seeds": [5],
    "target": {"layout": "ring", "modes": 3},
    "generator": {"hidden": [4], "activation": "tanh"},
    "discriminator": {"hidden": [5], "activation": "tanh"},
    "optimizer": {"learning_rate": 0.02, "learning_rate_ratio": 2.0},
    "training": {"batch_size": 8, "discriminator_steps": 2},
}
CLIPPED_WGAN = {
    "objective": "wasserstein",
    "discriminator": {"weight_clip": 0.01},
    "optimizer": {"name": "rmsprop", "learning_rate": 5e-5, "learning_rate_ratio": 1.0},
    "training": {"discriminator_steps": 5},
}
GAMES: Mapping[str, Mapping[str, Any]] = {
    "non_saturating, adam, alternating": {},
    "minimax": {"objective": "minimax"},
    "wasserstein": {"objective": "wasserstein"},
    "hinge": {"objective": "hinge"},
    "least_squares": {"objective": "least_squares"},
    "gradient_penalty": {"penalties": {"gradient_penalty": {"weight": 2.0, "target": 0.5}}},
    "r1": {"penalties": {"r1": {"weight": 0.7}}},
    "r2": {"penalties": {"r2": {"weight": 0.7}}},
    "sgd": {"optimizer": {"name": "sgd", "learning_rate": 0.2}},
    "rmsprop": {"optimizer": {"name": "rmsprop", "decay": 0.9, "eps": 1e-3}},
    "simultaneous": {"training": {"updates": "simultaneous"}},
    "clipped WGAN": CLIPPED_WGAN,
}
"""Each is the base but for what it says."""

Tensor = torch.Tensor
Logits = Callable[[Tensor], Tensor]


class Batch(NamedTuple):
    """What one step of the discriminator sees; `mix` is what the gradient penalty draws."""

    real: Tensor
    latents: Tensor
    mix: Tensor


def bce(logits: Tensor, label: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def square(logits: Tensor, label: float) -> Tensor:
    return functional.mse_loss(logits, torch.full_like(logits, label)) / 2


DISCRIMINATOR_LOSSES: Mapping[str, Callable[[Tensor, Tensor], Tensor]] = {
    "non_saturating": lambda real, fake: bce(real, 1) + bce(fake, 0),
    "minimax": lambda real, fake: bce(real, 1) + bce(fake, 0),
    "wasserstein": lambda real, fake: fake.mean() - real.mean(),
    "hinge": lambda real, fake: functional.relu(1 - real).mean() + functional.relu(1 + fake).mean(),
    "least_squares": lambda real, fake: square(real, 1) + square(fake, 0),
}
GENERATOR_LOSSES: Mapping[str, Callable[[Tensor], Tensor]] = {
    "non_saturating": lambda fake: bce(fake, 1),
    "minimax": lambda fake: torch.log(1 - torch.sigmoid(fake)).mean(),
    "wasserstein": lambda fake: -fake.mean(),
    "hinge": lambda fake: -fake.mean(),
    "least_squares": lambda fake: square(fake, 1),
}


def slopes(logits: Logits, points: Tensor) -> Tensor:
    points = points.detach().requires_grad_()
    (slope,) = torch.autograd.grad(logits(points).sum(), points, create_graph=True)
    return slope


def gradient_penalty(
    logits: Logits, real: Tensor, fake: Tensor, mix: Tensor, weight: float, target: float
) -> Tensor:
    between = (1 - mix) * real + mix * fake
    return weight * ((slopes(logits, between).norm(2, dim=1) - target) ** 2).mean()


def r1(logits: Logits, real: Tensor, fake: Tensor, mix: Tensor, weight: float) -> Tensor:
    return weight / 2 * slopes(logits, real).pow(2).sum(dim=1).mean()


def r2(logits: Logits, real: Tensor, fake: Tensor, mix: Tensor, weight: float) -> Tensor:
    return weight / 2 * slopes(logits, fake).pow(2).sum(dim=1).mean()


PENALTIES: Mapping[str, Callable[..., Tensor]] = {
    "gradient_penalty": gradient_penalty,
    "r1": r1,
    "r2": r2,
}
OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": lambda weights, rate, one: torch.optim.Adam(weights, rate, betas=(one.b1, one.b2)),
    "sgd": lambda weights, rate, one: torch.optim.SGD(weights, rate),
    "rmsprop": lambda weights, rate, one: torch.optim.RMSprop(
        weights, rate, alpha=one.decay, eps=one.eps
    ),
}


class Player:
    """A network with ganrun's first weights, and its optimizer."""

    def __init__(self, one: Experiment, network: Network, params: Any, ratio: float) -> None:
        layers: list[torch.nn.Module] = []
        arrays = network.unravel(params)["layers"]
        for place in sorted(arrays):
            kernel, bias = arrays[place]["kernel"], arrays[place]["bias"]
            linear = torch.nn.Linear(*kernel.shape, dtype=torch.float64)
            with torch.no_grad():
                linear.weight.copy_(tensor(kernel).T)
                linear.bias.copy_(tensor(bias))
            layers += [linear, torch.nn.Tanh()]
        self.network = torch.nn.Sequential(*layers[:-1])
        rate = one.optimizer.learning_rate * ratio
        self.optimizer = OPTIMIZERS[one.optimizer.name](
            self.network.parameters(), rate, one.optimizer
        )

    def descend(self, gradients: tuple[Tensor, ...]) -> None:
        for weight, gradient in zip(self.network.parameters(), gradients, strict=True):
            weight.grad = gradient
        self.optimizer.step()

    def weights(self) -> list[float]:
        """Kernels `[i, o]` and biases, layer by layer."""
        flat: list[float] = []
        for layer in self.network:
            if isinstance(layer, torch.nn.Linear):
                flat += layer.weight.T.ravel().tolist() + layer.bias.tolist()
        return [float(f"{x:.{DIGITS}g}") for x in flat]


def tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.asarray(array, np.float64).copy())


class Replay:
    """One game, round by round."""

    def __init__(self, one: Experiment) -> None:
        game = game_of(one)
        self.one, self.hyper = one, jax.tree.map(jax.numpy.asarray, hyperparameters_of(one))
        state = initial_state(game, self.hyper)
        self.forger = Player(one, game.generator, state.generator.params, 1.0)
        ratio = one.optimizer.learning_rate_ratio
        self.detective = Player(one, game.discriminator, state.discriminator.params, ratio)

    def play_round(self, number: int) -> None:
        key = round_key(self.hyper.seed, Stream.ROUND, jax.numpy.int32(number))
        latents = self._latents(jax.random.fold_in(key, 0))
        steps = self.one.training.discriminator_steps
        for i in range(steps):
            if self.one.training.updates.name == "simultaneous" and i == steps - 1:
                gradients = self._generator_gradients(latents)
            self._discriminator_step(self._batch(jax.random.fold_in(key, i + 1)))
        if self.one.training.updates == "alternating":
            gradients = self._generator_gradients(latents)
        self.forger.descend(gradients)

    def _latents(self, key: Any) -> Tensor:
        shape = (self.one.training.batch_size, self.one.generator.latent_dim)
        return tensor(jax.random.normal(key, shape))

    def _batch(self, key: Any) -> Batch:
        real_key, latent_key, penalty_key = jax.random.split(key, 3)
        size = self.one.training.batch_size
        real = sample_target(real_key, self.hyper.target, size)
        mix = jax.random.uniform(jax.random.fold_in(penalty_key, 0), (size, 1))
        return Batch(tensor(real), self._latents(latent_key), tensor(mix))

    def _discriminator_step(self, batch: Batch) -> None:
        network = self.detective.network
        fake = self.forger.network(batch.latents).detach()

        def logits(points: Tensor) -> Tensor:
            return network(points)[:, 0]

        loss = DISCRIMINATOR_LOSSES[self.one.objective](logits(batch.real), logits(fake))
        for name, parameters in self.one.penalties.items():
            loss = loss + PENALTIES[name](logits, batch.real, fake, batch.mix, **dict(parameters))
        self.detective.descend(
            torch.autograd.grad(loss, list(network.parameters()), materialize_grads=True)
        )
        if clip := self.one.discriminator.weight_clip:
            with torch.no_grad():
                for weight in network.parameters():
                    weight.clamp_(-clip, clip)

    def _generator_gradients(self, latents: Tensor) -> tuple[Tensor, ...]:
        fake = self.forger.network(latents)
        loss = GENERATOR_LOSSES[self.one.objective](self.detective.network(fake)[:, 0])
        return torch.autograd.grad(loss, list(self.forger.network.parameters()))

    def weights(self) -> dict[str, list[float]]:
        return {
            "generator": self.forger.weights(),
            "discriminator": self.detective.weights(),
        }


def config_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    """The base's sections with the changes laid over them."""
    config = dict(BASE)
    for name, section in changes.items():
        config[name] = {**config.get(name, {}), **section} if isinstance(section, dict) else section
    return config


def main() -> None:
    games = {}
    for name, changes in GAMES.items():
        config = config_of(changes)
        replay = Replay(Experiment.model_validate(config))
        begun, played = replay.weights(), []
        for number in range(1, ROUNDS + 1):
            replay.play_round(number)
            if number in (1, ROUNDS):
                played.append({"rounds": number, **replay.weights()})
        games[name] = {"config": config, "begun": begun, "played": played}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(game)}" for name, game in games.items())
    NUMBERS.write_text(f"{{\n{lines}\n}}\n")


if __name__ == "__main__":
    main()
