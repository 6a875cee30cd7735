"""The games once more in PyTorch, in float64 and with PyTorch's own optimizers: `numbers.json`.

    pip install -e '.[bench]'
    python tests/replays/make.py

Every game is played for `ROUNDS` rounds from ganrun's own first weights, on the points that ganrun
draws. What is written are the weights after the first and after the last round, which
`tests/test_replays.py` compares with what ganrun makes of them. A new objective, penalty,
optimizer, schedule or update rule needs an entry in a table here, and a game in `GAMES`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
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
EPS = 1e-3
"""For relativistic critics: the slope of their last bias is 0 but for float32's rounding, which
Adam would make a step of."""
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
    "relativistic_pairing, r1 and r2": {
        "objective": "relativistic_pairing",
        "penalties": {"r1": {"weight": 0.5}, "r2": {"weight": 0.5}},
        "optimizer": {"eps": EPS},
    },
    "relativistic_average, logit_decay, own b1, b2 and eps": {
        "objective": "relativistic_average",
        "penalties": {"logit_decay": {"weight": 0.3}},
        "optimizer": {"discriminator_b1": 0.2, "discriminator_b2": 0.9, "discriminator_eps": 0.01},
    },
    "lipschitz and zero_centered": {
        "objective": "wasserstein",
        "penalties": {
            "lipschitz": {"weight": 2.0, "target": 0.4},
            "zero_centered": {"weight": 0.3},
        },
    },
    "dragan, label smoothing": {
        "penalties": {"dragan": {"weight": 2.0, "scale": 0.7}},
        "training": {"label_smoothing": 0.2},
    },
    "least_squares, label smoothing, top-k": {
        "objective": "least_squares",
        "training": {"label_smoothing": 0.3, "top_k": {"share": 0.5}},
    },
    "relativistic_average, top-k that narrows": {
        "objective": "relativistic_average",
        "optimizer": {"eps": EPS},
        "training": {"top_k": {"share": 0.25, "until": 10}},
    },
    "adamw, linear": {
        "optimizer": {
            "name": "adamw",
            "weight_decay": 0.9,
            "schedule": {"linear": {"until": 15, "final": 0.1, "warmup": 4}},
        },
    },
    "momentum, cosine, instance noise": {
        "optimizer": {
            "name": "momentum",
            "b1": 0.6,
            "learning_rate": 0.1,
            "schedule": {"cosine": {"until": 30, "final": 0.2}},
        },
        "training": {"instance_noise": {"std": 0.5, "until": 12}},
    },
    "extragradient": {"training": {"updates": {"extragradient": {"strength": 0.8}}}},
    "optimistic": {"training": {"updates": {"optimistic": {"strength": 0.9}}}},
    "consensus": {
        "optimizer": {"name": "rmsprop", "decay": 0.9, "eps": 1e-3},
        "training": {"updates": {"consensus": {"weight": 0.5}}},
    },
    "unrolled": {
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"updates": {"unrolled": {"steps": 3}}},
    },
    "lookahead": {"training": {"updates": {"lookahead": {"every": 3, "share": 0.4}}}},
    "competitive": {
        "optimizer": {"name": "sgd", "learning_rate": 0.1},
        "training": {"updates": {"competitive": {"strength": 0.9}}},
    },
}
"""Each is the base but for what it says."""

Tensor = torch.Tensor
Weights = Sequence[Tensor]
"""Kernels `[i, o]` and biases, layer by layer."""
Logits = Callable[[Tensor], Tensor]


class Draws(NamedTuple):
    """What penalties draw, uniform in [0, 1): a place on a line, and one in each coordinate."""

    mix: Tensor
    noise: Tensor
    way: Tensor


class Shown(NamedTuple):
    """What the detective sees at one time, and the key of what penalties draw."""

    real: Tensor
    fake: Tensor
    penalty_key: Any


def bce(logits: Tensor, label: float) -> Tensor:
    return functional.binary_cross_entropy_with_logits(logits, torch.full_like(logits, label))


def square(logits: Tensor, label: float) -> Tensor:
    return functional.mse_loss(logits, torch.full_like(logits, label)) / 2


# Of the logits of both batches and the label of real points.
DISCRIMINATOR_LOSSES: Mapping[str, Callable[[Tensor, Tensor, float], Tensor]] = {
    "non_saturating": lambda real, fake, label: bce(real, label) + bce(fake, 0),
    "minimax": lambda real, fake, label: bce(real, label) + bce(fake, 0),
    "wasserstein": lambda real, fake, _: fake.mean() - real.mean(),
    "hinge": lambda real, fake, _: (
        functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()
    ),
    "least_squares": lambda real, fake, label: square(real, label) + square(fake, 0),
    "relativistic_pairing": lambda real, fake, _: bce(real - fake, 1),
    "relativistic_average": lambda real, fake, _: (
        bce(real - fake.mean(), 1) + bce(fake - real.mean(), 0)
    ),
}
# The same for a batch of fakes of which some are heeded, by their places.
GENERATOR_LOSSES: Mapping[str, Callable[[Tensor, Tensor, Tensor], Tensor]] = {
    "non_saturating": lambda real, fake, heeded: bce(fake[heeded], 1),
    "minimax": lambda real, fake, heeded: torch.log(1 - torch.sigmoid(fake[heeded])).mean(),
    "wasserstein": lambda real, fake, heeded: -fake[heeded].mean(),
    "hinge": lambda real, fake, heeded: -fake[heeded].mean(),
    "least_squares": lambda real, fake, heeded: square(fake[heeded], 1),
    "relativistic_pairing": lambda real, fake, heeded: bce((fake - real)[heeded], 1),
    "relativistic_average": lambda real, fake, heeded: (
        bce((fake - real.mean())[heeded], 1) + bce(real - mean_by_some(fake, heeded), 0)
    ),
}


def mean_by_some(logits: Tensor, heeded: Tensor) -> Tensor:
    """The mean of all, which moves with those that are heeded only."""
    held = logits.detach().clone()
    held[heeded] = logits[heeded]
    return held.mean()


def slopes(logits: Logits, points: Tensor) -> Tensor:
    points = points.detach().requires_grad_()
    (slope,) = torch.autograd.grad(logits(points).sum(), points, create_graph=True)
    return slope


def steepness(logits: Logits, points: Tensor) -> Tensor:
    return slopes(logits, points).norm(2, dim=1)


def between(real: Tensor, fake: Tensor, draws: Draws) -> Tensor:
    return (1 - draws.mix) * real + draws.mix * fake


def around(real: Tensor, draws: Draws, scale: float) -> Tensor:
    neighbours = real + scale * real.std(correction=0) * draws.noise
    return (1 - draws.way) * real + draws.way * neighbours


PENALTIES: Mapping[str, Callable[..., Tensor]] = {
    "gradient_penalty": lambda logits, real, fake, draws, target: (
        (steepness(logits, between(real, fake, draws)) - target).square().mean()
    ),
    "lipschitz": lambda logits, real, fake, draws, target: (
        functional.relu(steepness(logits, between(real, fake, draws)) - target).square().mean()
    ),
    "zero_centered": lambda logits, real, fake, draws: (
        steepness(logits, between(real, fake, draws)).square().mean()
    ),
    "dragan": lambda logits, real, fake, draws, scale: (
        (steepness(logits, around(real, draws, scale)) - 1).square().mean()
    ),
    "r1": lambda logits, real, fake, draws: slopes(logits, real).pow(2).sum(dim=1).mean() / 2,
    "r2": lambda logits, real, fake, draws: slopes(logits, fake).pow(2).sum(dim=1).mean() / 2,
    "logit_decay": lambda logits, real, fake, draws: logits(real).square().mean(),
}
"""Of weight 1."""


class Numbers(NamedTuple):
    """How one player descends."""

    rate: float
    b1: float
    b2: float
    eps: float


OPTIMIZERS: Mapping[str, Callable[..., torch.optim.Optimizer]] = {
    "adam": lambda weights, own, one: torch.optim.Adam(
        weights, own.rate, betas=(own.b1, own.b2), eps=own.eps
    ),
    "adamw": lambda weights, own, one: torch.optim.AdamW(
        weights, own.rate, betas=(own.b1, own.b2), eps=own.eps, weight_decay=one.weight_decay
    ),
    "sgd": lambda weights, own, one: torch.optim.SGD(weights, own.rate),
    "momentum": lambda weights, own, one: torch.optim.SGD(weights, own.rate, momentum=own.b1),
    "rmsprop": lambda weights, own, one: torch.optim.RMSprop(
        weights, own.rate, alpha=one.decay, eps=own.eps
    ),
}


def constant(done: int) -> float:
    return 1.0


def linear(done: int, until: int, final: float, warmup: int) -> float:
    falls = final if done >= until else 1 + (final - 1) * done / until
    return falls * (min(1, (done + 1) / warmup) if warmup else 1)


def cosine(done: int, until: int, final: float, warmup: int) -> float:
    falls = final + (1 - final) * (1 + math.cos(math.pi * min(done, until) / until)) / 2
    return falls * (min(1, (done + 1) / warmup) if warmup else 1)


SCHEDULES: Mapping[str, Callable[..., float]] = {
    "constant": constant,
    "linear": linear,
    "cosine": cosine,
}


def tensor(array: Any) -> Tensor:
    return torch.from_numpy(np.asarray(array, np.float64).copy())


def network(weights: Weights, points: Tensor) -> Tensor:
    for kernel, bias in zip(weights[:-2:2], weights[1:-2:2], strict=True):
        points = torch.tanh(points @ kernel + bias)
    return points @ weights[-2] + weights[-1]


class Player:
    """A network with ganrun's first weights, and its optimizer."""

    def __init__(self, one: Experiment, network: Network, params: Any, own: Numbers) -> None:
        layers = network.unravel(params)["layers"]
        self.weights = [
            tensor(layers[place][name]).requires_grad_()
            for place in sorted(layers)
            for name in ("kernel", "bias")
        ]
        self.rate = own.rate
        self.optimizer = OPTIMIZERS[one.optimizer.name](self.weights, own, one.optimizer)

    def descend(self, gradients: Weights, factor: float = 1.0) -> None:
        self.optimizer.param_groups[0]["lr"] = self.rate * factor
        for weight, gradient in zip(self.weights, gradients, strict=True):
            weight.grad = gradient.detach().clone()
        self.optimizer.step()

    def copy(self) -> list[Tensor]:
        return [weight.detach().clone() for weight in self.weights]

    def put(self, weights: Weights) -> None:
        with torch.no_grad():
            for weight, value in zip(self.weights, weights, strict=True):
                weight.copy_(value)

    def told(self) -> list[float]:
        flat = [x for weight in self.weights for x in weight.detach().ravel().tolist()]
        return [float(f"{x:.{DIGITS}g}") for x in flat]


class Replay:
    """One game, round by round."""

    def __init__(self, one: Experiment) -> None:
        game = game_of(one)
        self.one, self.hyper = one, jax.tree.map(jax.numpy.asarray, hyperparameters_of(one))
        state = initial_state(game, self.hyper)
        choice = one.optimizer
        own = Numbers(choice.learning_rate, choice.b1, choice.b2, choice.eps)
        self.forger = Player(one, game.generator, state.generator.params, own)
        given = (choice.discriminator_b1, choice.discriminator_b2, choice.discriminator_eps)
        own = Numbers(
            choice.learning_rate * choice.learning_rate_ratio,
            *(shared if x is None else x for x, shared in zip(given, own[1:], strict=True)),
        )
        self.detective = Player(one, game.discriminator, state.discriminator.params, own)
        self.done = 0
        self.memory: Any = None

    def play_round(self, number: int) -> None:
        self.done = number - 1
        key = round_key(self.hyper.seed, Stream.ROUND, jax.numpy.int32(number))
        chosen = self.one.training.updates
        RULES[chosen.name](self, key, **dict(chosen.parameters))

    @property
    def factor(self) -> float:
        """What the schedule makes of the learning rates in this round."""
        chosen = self.one.optimizer.schedule
        return SCHEDULES[chosen.name](self.done, **dict(chosen.parameters))

    @property
    def steps(self) -> int:
        return self.one.training.discriminator_steps

    # What is drawn, by ganrun's own keys

    def latents(self, key: Any) -> Tensor:
        shape = (self.one.training.batch_size, self.one.generator.latent_dim)
        return tensor(jax.random.normal(key, shape))

    def real(self, key: Any) -> Tensor:
        return tensor(sample_target(key, self.hyper.target, self.one.training.batch_size))

    def noise(self, key: Any, real: bool) -> Tensor | float:
        chosen = self.one.training.instance_noise
        if chosen is None:
            return 0.0
        std = chosen.std * (1 - min(1.0, self.done / (chosen.until or math.inf)))
        child = jax.random.fold_in(key, (1 << 20) + (0 if real else 1))
        return std * tensor(jax.random.normal(child, (self.one.training.batch_size, 2)))

    def draws(self, key: Any) -> Draws:
        size = self.one.training.batch_size
        noise_key, way_key = jax.random.split(key)
        return Draws(
            tensor(jax.random.uniform(key, (size, 1))),
            tensor(jax.random.uniform(noise_key, (size, 2))),
            tensor(jax.random.uniform(way_key, (size, 1))),
        )

    # What the two minimise

    def shown_to_detective(self, forger: Weights, key: Any) -> Shown:
        real_key, latent_key, penalty_key = jax.random.split(key, 3)
        return self._shown(forger, key, real_key, latent_key, penalty_key)

    def shown_by_forger(self, forger: Weights, key: Any) -> Shown:
        real_key, penalty_key = (jax.random.fold_in(key, (1 << 21) + i) for i in range(2))
        return self._shown(forger, key, real_key, key, penalty_key)

    def _shown(self, forger: Weights, key: Any, real: Any, latents: Any, penalties: Any) -> Shown:
        return Shown(
            self.real(real) + self.noise(key, real=True),
            network(forger, self.latents(latents)) + self.noise(key, real=False),
            penalties,
        )

    def detectives_loss(self, detective: Weights, shown: Shown) -> Tensor:
        real, fake, penalty_key = shown

        def logits(points: Tensor) -> Tensor:
            return network(detective, points)[:, 0]

        label = 1 - (self.one.training.label_smoothing or 0.0)
        loss = DISCRIMINATOR_LOSSES[self.one.objective](logits(real), logits(fake), label)
        for i, (name, numbers) in enumerate(self.one.penalties.items()):
            draws, others = self.draws(jax.random.fold_in(penalty_key, i)), dict(numbers)
            weight = others.pop("weight")
            loss = loss + weight * PENALTIES[name](logits, real, fake, draws, **others)
        return loss

    def forgers_loss(self, detective: Weights, shown: Shown) -> Tensor:
        real_logits, fake_logits = (network(detective, points)[:, 0] for points in shown[:2])
        heeded = torch.topk(fake_logits, self.heeded(len(fake_logits))).indices
        return GENERATOR_LOSSES[self.one.objective](real_logits, fake_logits, heeded)

    def heeded(self, fakes: int) -> int:
        chosen = self.one.training.top_k
        if chosen is None:
            return fakes
        passed = min(1.0, self.done / chosen.until) if chosen.until else 1.0
        return max(1, round(fakes * (1 - (1 - chosen.share) * passed)))

    # Their slopes and steps

    def detectives_slopes(self, key: Any) -> tuple[Tensor, ...]:
        weights = self.detective.weights
        loss = self.detectives_loss(weights, self.shown_to_detective(self.forger.weights, key))
        return torch.autograd.grad(loss, weights, materialize_grads=True)

    def forgers_slopes(self, key: Any) -> tuple[Tensor, ...]:
        weights = self.forger.weights
        loss = self.forgers_loss(self.detective.weights, self.shown_by_forger(weights, key))
        return torch.autograd.grad(loss, weights)

    def detective_descends(self, gradients: Weights, factor: float = 1.0) -> None:
        self.detective.descend(gradients, self.factor * factor)
        if clip := self.one.discriminator.weight_clip:
            with torch.no_grad():
                for weight in self.detective.weights:
                    weight.clamp_(-clip, clip)

    def detective_steps(self, key: Any, count: int) -> None:
        for i in range(count):
            self.detective_descends(self.detectives_slopes(of_detective(key, i)))

    def weights(self) -> dict[str, list[float]]:
        return {"generator": self.forger.told(), "discriminator": self.detective.told()}


def of_forger(key: Any) -> Any:
    return jax.random.fold_in(key, 0)


def of_detective(key: Any, step: int) -> Any:
    return jax.random.fold_in(key, step + 1)


def of_the_look_ahead(key: Any) -> Any:
    return jax.random.fold_in(key, 1 << 22)


# The update rules


def alternating(game: Replay, key: Any) -> None:
    game.detective_steps(key, game.steps)
    game.forger.descend(game.forgers_slopes(of_forger(key)), game.factor)


def simultaneous(game: Replay, key: Any) -> None:
    game.detective_steps(key, game.steps - 1)
    of_both = game.forgers_slopes(of_forger(key)), game.detectives_slopes(last(game, key))
    game.forger.descend(of_both[0], game.factor)
    game.detective_descends(of_both[1])


def last(game: Replay, key: Any) -> Any:
    return of_detective(key, game.steps - 1)


def extragradient(game: Replay, key: Any, strength: float) -> None:
    """The moments of the optimizers take part in both steps, of which the first is taken back."""
    game.detective_steps(key, game.steps - 1)
    here, ahead = (game.forger.copy(), game.detective.copy()), of_the_look_ahead(key)
    slopes_g, slopes_d = game.forgers_slopes(of_forger(ahead)), game.detectives_slopes(ahead)
    game.forger.descend(slopes_g, game.factor * strength)
    game.detective_descends(slopes_d, strength)
    slopes_g, slopes_d = (
        game.forgers_slopes(of_forger(key)),
        game.detectives_slopes(last(game, key)),
    )
    game.forger.put(here[0])
    game.detective.put(here[1])
    game.forger.descend(slopes_g, game.factor)
    game.detective_descends(slopes_d)


def optimistic(game: Replay, key: Any, strength: float) -> None:
    """Each goes once more by what its step has changed since the last round."""
    game.detective_steps(key, game.steps - 1)
    players = game.forger, game.detective
    here = [player.copy() for player in players]
    slopes_g, slopes_d = (
        game.forgers_slopes(of_forger(key)),
        game.detectives_slopes(last(game, key)),
    )
    game.forger.descend(slopes_g, game.factor)
    game.detective.descend(slopes_d, game.factor)
    moves = [
        [now - then for now, then in zip(player.copy(), before, strict=True)]
        for player, before in zip(players, here, strict=True)
    ]
    before_that = game.memory or [[torch.zeros_like(x) for x in move] for move in moves]
    for player, start, move, old in zip(players, here, moves, before_that, strict=True):
        player.put([x + a + strength * (a - b) for x, a, b in zip(start, move, old, strict=True)])
    game.memory = moves


def consensus(game: Replay, key: Any, weight: float) -> None:
    game.detective_steps(key, game.steps - 1)
    forger, detective = game.forger.weights, game.detective.weights
    loss_g = game.forgers_loss(detective, game.shown_by_forger(forger, of_forger(key)))
    loss_d = game.detectives_loss(detective, game.shown_to_detective(forger, last(game, key)))
    slopes_g = torch.autograd.grad(loss_g, forger, create_graph=True)
    slopes_d = torch.autograd.grad(loss_d, detective, create_graph=True)
    unrest = sum(x.square().sum() for x in (*slopes_g, *slopes_d)) / 2
    calming = torch.autograd.grad(unrest, [*forger, *detective])
    gradients = [x + weight * y for x, y in zip((*slopes_g, *slopes_d), calming, strict=True)]
    game.forger.descend(gradients[: len(forger)], game.factor)
    game.detective_descends(gradients[len(forger) :])


def unrolled(game: Replay, key: Any, steps: int) -> None:
    """By plain gradient descent on the forger's batch; its loss is differentiated through that."""
    assert game.one.optimizer.name == "sgd"
    game.detective_steps(key, game.steps)
    shown = game.shown_by_forger(game.forger.weights, of_forger(key))
    ahead: Weights = game.detective.weights
    for _ in range(steps):
        loss = game.detectives_loss(ahead, shown)
        gradients = torch.autograd.grad(loss, ahead, create_graph=True)
        rate = game.detective.rate * game.factor
        ahead = [x - rate * gradient for x, gradient in zip(ahead, gradients, strict=True)]
    loss = game.forgers_loss(ahead, shown)
    game.forger.descend(torch.autograd.grad(loss, game.forger.weights), game.factor)


def lookahead(game: Replay, key: Any, every: int, share: float) -> None:
    players = game.forger, game.detective
    slow = game.memory or [player.copy() for player in players]
    alternating(game, key)
    if (game.done + 1) % every == 0:
        for player, start in zip(players, slow, strict=True):
            now = player.copy()
            player.put([x + share * (y - x) for x, y in zip(start, now, strict=True)])
        slow = [player.copy() for player in players]
    game.memory = slow


def competitive(game: Replay, key: Any, strength: float) -> None:
    """The equilibrium of the local bilinear game, by its whole matrix.

    Each minimises its slope times its own move, plus the mixed term, plus what its move costs:
    `move_g = -rate_g (slope_g + D_gd move_d)`, and the same with sides changed.
    """
    game.detective_steps(key, game.steps - 1)
    forger, detective = game.forger.weights, game.detective.weights
    loss_g = game.forgers_loss(detective, game.shown_by_forger(forger, of_forger(key)))
    loss_d = game.detectives_loss(detective, game.shown_to_detective(forger, last(game, key)))
    slopes_g = torch.autograd.grad(loss_g, forger, create_graph=True)
    slopes_d = torch.autograd.grad(loss_d, detective, create_graph=True)
    of_g, of_d = joined(slopes_g), joined(slopes_d)
    mixed_gd = strength * torch.stack([joined(_moved_by(x, detective)) for x in of_g])
    mixed_dg = strength * torch.stack([joined(_moved_by(x, forger)) for x in of_d])
    rate_g, rate_d = game.forger.rate * game.factor, game.detective.rate * game.factor
    whole = torch.eye(len(of_g) + len(of_d), dtype=torch.float64)
    whole[: len(of_g), len(of_g) :] = rate_g * mixed_gd
    whole[len(of_g) :, : len(of_g)] = rate_d * mixed_dg
    moves = torch.linalg.solve(whole, -torch.cat([rate_g * of_g, rate_d * of_d]).detach())
    with torch.no_grad():
        torch.nn.utils.vector_to_parameters(joined(forger) + moves[: len(of_g)], forger)
        torch.nn.utils.vector_to_parameters(joined(detective) + moves[len(of_g) :], detective)


def _moved_by(slope: Tensor, weights: Weights) -> tuple[Tensor, ...]:
    return torch.autograd.grad(slope, weights, retain_graph=True, materialize_grads=True)


def joined(tensors: Weights) -> Tensor:
    return torch.cat([x.ravel() for x in tensors])


RULES: Mapping[str, Callable[..., None]] = {
    "alternating": alternating,
    "simultaneous": simultaneous,
    "extragradient": extragradient,
    "optimistic": optimistic,
    "consensus": consensus,
    "unrolled": unrolled,
    "lookahead": lookahead,
    "competitive": competitive,
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
