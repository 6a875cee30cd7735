"""The game once more, as a textbook would write it: plain loops, lists of layers, NumPy optimizers.

Slow and obvious on purpose, and independent of `ganrun.game.rounds`, which tests compare with it.
Only the non-saturating game, tanh networks and the gradient penalty are here. Of ganrun it takes
the drawing of real points and the keys, since the same numbers are to come out.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from game_examples import hyper_of, layers_of, quickly_compiled

from ganrun.config import Experiment
from ganrun.config.schema import Optimizer
from ganrun.game.members import game_of
from ganrun.game.players import TrainingState
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import sample_target

Layers = list[tuple[Any, Any]]
Arrays = list[np.ndarray]


Step = Callable[[Arrays, Arrays], Arrays]


def adam(rate: float, choice: Optimizer) -> Step:
    """Kingma & Ba 2015, algorithm 1."""
    b1, b2 = choice.b1, choice.b2
    m: Arrays = []
    v: Arrays = []
    t = 0

    def step(weights: Arrays, slopes: Arrays) -> Arrays:
        nonlocal m, v, t
        t += 1
        zeros = [np.zeros_like(g) for g in slopes]
        m = [b1 * a + (1 - b1) * g for a, g in zip(m or zeros, slopes, strict=True)]
        v = [b2 * a + (1 - b2) * g**2 for a, g in zip(v or zeros, slopes, strict=True)]
        moved = []
        for w, a, b in zip(weights, m, v, strict=True):
            m_hat, v_hat = a / (1 - b1**t), b / (1 - b2**t)
            moved.append(w - rate * m_hat / (np.sqrt(v_hat) + choice.eps))
        return moved

    return step


def rmsprop(rate: float, choice: Optimizer) -> Step:
    """Tieleman & Hinton 2012, lecture 6.5, and PyTorch's eps."""
    decay = choice.decay
    v: Arrays = []

    def step(weights: Arrays, slopes: Arrays) -> Arrays:
        nonlocal v
        zeros = [np.zeros_like(g) for g in slopes]
        v = [decay * a + (1 - decay) * g**2 for a, g in zip(v or zeros, slopes, strict=True)]
        triples = zip(weights, slopes, v, strict=True)
        return [w - rate * g / (np.sqrt(a) + choice.eps) for w, g, a in triples]

    return step


def adamw(rate: float, choice: Optimizer) -> Step:
    """Loshchilov & Hutter 2019, algorithm 2, with PyTorch's `rate * weight_decay`."""
    by_slopes = adam(rate, choice)

    def step(weights: Arrays, slopes: Arrays) -> Arrays:
        kept = [w - rate * choice.weight_decay * w for w in weights]
        moved = by_slopes(weights, slopes)
        return [w + b - a for w, a, b in zip(kept, weights, moved, strict=True)]

    return step


def sgd(rate: float, choice: Optimizer) -> Step:
    return lambda weights, slopes: [w - rate * g for w, g in zip(weights, slopes, strict=True)]


def momentum(rate: float, choice: Optimizer) -> Step:
    """Polyak 1964, as PyTorch has it: the first step is a plain one."""
    v: Arrays = []

    def step(weights: Arrays, slopes: Arrays) -> Arrays:
        nonlocal v
        v = [choice.b1 * a + g for a, g in zip(v or [0 * g for g in slopes], slopes, strict=True)]
        return [w - rate * a for w, a in zip(weights, v, strict=True)]

    return step


OPTIMIZERS = {"adam": adam, "adamw": adamw, "momentum": momentum, "rmsprop": rmsprop, "sgd": sgd}
RULES = ("alternating", "simultaneous")
"""The update rules that are played here."""


def forward(layers: Layers, points: Any) -> Any:
    """Of many points or of one."""
    for i, (kernel, bias) in enumerate(layers):
        points = points @ kernel
        points = points + jnp.broadcast_to(bias, points.shape)
        if i < len(layers) - 1:
            points = jnp.tanh(points)
    return points


def flat(layers: Layers) -> Arrays:
    return [np.asarray(x, np.float64) for pair in layers for x in pair]


def paired(arrays: Arrays) -> Layers:
    return list(zip(arrays[::2], arrays[1::2], strict=True))


def norm(arrays: Arrays) -> float:
    return math.sqrt(sum(float((x**2).sum()) for x in arrays))


class PlainGame:
    """Two players that begin as `state` says and are played round by round."""

    def __init__(self, one: Experiment, state: TrainingState) -> None:
        game = game_of(one)
        assert one.objective == "non_saturating"
        assert one.training.updates.name in RULES
        assert one.generator.activation.name == one.discriminator.activation.name == "tanh"
        self.one = one
        self.seed = jnp.uint32(one.seeds[0])
        self.target = hyper_of(one).target
        self.forger: Layers = layers_of(game.generator, state.generator.params)
        self.detective: Layers = layers_of(game.discriminator, state.discriminator.params)
        optimizer, choice = OPTIMIZERS[one.optimizer.name], one.optimizer
        self.step_forger = optimizer(choice.learning_rate, choice)
        rate = choice.learning_rate * choice.learning_rate_ratio
        self.step_detective = optimizer(rate, choice)
        self._seen_by_detective = quickly_compiled(self._look_as_detective)
        self._seen_by_forger = quickly_compiled(self._look_as_forger)
        self.round = 0
        self.trace: dict[str, float] = {}

    def play_round(self) -> None:
        self.round += 1
        key = round_key(self.seed, Stream.ROUND, jnp.int32(self.round))
        steps = self.one.training.discriminator_steps
        simultaneous = self.one.training.updates.name == "simultaneous"
        for i in range(steps):
            if simultaneous and i == steps - 1:
                slopes_g = self._generator_slopes(jax.random.fold_in(key, 0))
            self._discriminator_step(jax.random.fold_in(key, i + 1))
        if not simultaneous:
            slopes_g = self._generator_slopes(jax.random.fold_in(key, 0))
        self.forger = paired(self.step_forger(flat(self.forger), slopes_g))

    def _fakes(self, forger: Layers, key: Any) -> Any:
        latents = jax.random.normal(
            key, (self.one.training.batch_size, self.one.generator.latent_dim)
        )
        return forward(forger, latents)

    def _discriminator_step(self, key: Any) -> None:
        value, extra, slopes_of_both, on_real, on_fake = self._seen_by_detective(
            self.detective, self.forger, key
        )
        slopes_of_loss, slopes_of_penalty = map(flat, slopes_of_both)
        slopes = [a + b for a, b in zip(slopes_of_loss, slopes_of_penalty, strict=True)]
        self.trace |= {
            "loss_d": float(value),
            "penalty": float(extra),
            "real_logit": float(on_real.mean()),
            "fake_logit": float(on_fake.mean()),
            "accuracy_d": float(((on_real > 0).mean() + (on_fake < 0).mean()) / 2),
            "grad_norm_d": norm(slopes),
        }
        moved = self.step_detective(flat(self.detective), slopes)
        bound = self.one.discriminator.weight_clip or np.inf
        self.detective = paired([np.clip(x, -bound, bound) for x in moved])

    def _look_as_detective(self, detective: Layers, forger: Layers, key: Any) -> Any:
        """Loss and penalty, the slopes of each, and the logits."""
        real_key, latent_key, penalty_key = jax.random.split(key, 3)
        real = sample_target(real_key, self.target, self.one.training.batch_size)
        fake = self._fakes(forger, latent_key)

        def loss(layers: Layers) -> Any:
            return -(
                jnp.log(jax.nn.sigmoid(forward(layers, real))).mean()
                + jnp.log(1 - jax.nn.sigmoid(forward(layers, fake))).mean()
            )

        def penalty(layers: Layers) -> Any:
            chosen = self.one.penalties.get("gradient_penalty")
            if chosen is None:
                return jnp.float32(0)
            mix = jax.random.uniform(jax.random.fold_in(penalty_key, 0), (len(real), 1))
            total = 0.0
            for point in (1 - mix) * real + mix * fake:
                slope = jax.grad(lambda x: forward(layers, x)[0])(point)
                total += (jnp.linalg.norm(slope) - chosen["target"]) ** 2
            return chosen["weight"] * total / len(real)

        value, slopes_of_loss = jax.value_and_grad(loss)(detective)
        extra, slopes_of_penalty = jax.value_and_grad(penalty)(detective)
        on_real, on_fake = forward(detective, real), forward(detective, fake)
        return value, extra, (slopes_of_loss, slopes_of_penalty), on_real, on_fake

    def _generator_slopes(self, key: Any) -> Arrays:
        value, slopes = self._seen_by_forger(self.forger, self.detective, key)
        self.trace |= {"loss_g": float(value), "grad_norm_g": norm(flat(slopes))}
        return flat(slopes)

    def _look_as_forger(self, forger: Layers, detective: Layers, key: Any) -> Any:
        """The loss and its slopes."""

        def loss(layers: Layers) -> Any:
            return -jnp.log(jax.nn.sigmoid(forward(detective, self._fakes(layers, key)))).mean()

        return jax.value_and_grad(loss)(forger)
