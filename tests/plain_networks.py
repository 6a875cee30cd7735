"""A round of a game with other networks, as a textbook would write it: loops, and plain autodiff.

Independent of `ganrun.game` but for the drawing of real points and the keys, since the same numbers
are to come out. The non-saturating, alternating game with one discriminator step; what a network is
made of is read from the config.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from game_examples import hyper_of, quickly_compiled
from plain_game import OPTIMIZERS

from ganrun.config import Experiment
from ganrun.game.members import game_of
from ganrun.game.players import TrainingState
from ganrun.game.randomness import Stream, round_key
from ganrun.game.targets import sample_target

Layers = dict[str, Any]


def activated(name: str, numbers: Any, hidden: Any) -> Any:
    if name == "tanh":
        return jnp.tanh(hidden)
    assert name == "maxout"
    width = hidden.shape[1] // int(numbers["pieces"])
    units = [hidden[:, unit::width].max(axis=1) for unit in range(width)]
    return jnp.stack(units, axis=1)


def hidden_units(section: Any, layers: Layers, points: Any, batches: list[Any]) -> Any:
    """The last hidden units; `batches` takes each norm's mean and variance."""
    for place in range(len(layers["layers"]) - 1):
        points = points @ layers["layers"][place]["kernel"] + layers["layers"][place].get("bias", 0)
        if section.norm == "batch":
            mean = points.sum(axis=0) / len(points)
            variance = ((points - mean) ** 2).sum(axis=0) / len(points)
            batches.append((mean, variance))
            norm = layers["norms"][place]
            points = norm["scale"] * (points - mean) / jnp.sqrt(variance + 1e-5) + norm["bias"]
        points = activated(section.activation.name, section.activation.parameters, points)
    return points


def last_layer(layers: Layers, hidden: Any) -> Any:
    last = layers["layers"][len(layers["layers"]) - 1]
    return hidden @ last["kernel"] + last.get("bias", 0)


def told_of_the_batch(section: Any, layers: Layers, hidden: Any) -> Any:
    """What the last layer is told besides each one's own units."""
    if section.minibatch.name == "std":
        stds = []
        for unit in hidden.T:
            mean = unit.sum() / len(unit)
            stds.append(jnp.sqrt(((unit - mean) ** 2).sum() / len(unit) + 1e-8))
        return jnp.stack([jnp.stack([sum(stds) / len(stds)])] * len(hidden))
    numbers = section.minibatch.parameters
    kernels, dimensions = int(numbers["kernels"]), int(numbers["dimensions"])
    placed = [(one @ layers["minibatch"]["kernel"]).reshape(kernels, dimensions) for one in hidden]
    rows = []
    for one in placed:
        near = [jnp.exp(-jnp.abs(one - other).sum(axis=1)) for other in placed]
        rows.append(sum(near) / len(near))
    return jnp.stack(rows)


class PlainNetworks:
    """Two players that begin as `state` says and are played round by round."""

    def __init__(self, one: Experiment, state: TrainingState) -> None:
        game = game_of(one)
        self.one, self.seed, self.target = one, jnp.uint32(one.seeds[0]), hyper_of(one).target
        self.forger: Layers = game.generator.unravel(state.generator.params)
        self.detective: Layers = game.discriminator.unravel(state.discriminator.params)
        self.running = [
            (np.asarray(norm["mean"], float), np.asarray(norm["var"], float))
            for norm in state.generator.vectors.get("norms", {}).values()
        ]
        choice = one.optimizer
        rate, optimizer = choice.learning_rate, OPTIMIZERS[choice.name]
        own = one.generator.latent.parameters.get("rate", 1.0)
        self.step_forger = optimizer(rate, choice)
        self.step_latent = optimizer(rate * own, choice)
        self.step_detective = optimizer(rate * choice.learning_rate_ratio, choice)
        self._seen_by_detective = quickly_compiled(jax.grad(self._detectives_loss))
        self._seen_by_forger = quickly_compiled(jax.grad(self._forgers_loss, has_aux=True))
        self.round = 0

    def play_round(self) -> None:
        with jax.numpy_rank_promotion("allow"):
            self._play_round()

    def _play_round(self) -> None:
        self.round += 1
        key = round_key(self.seed, Stream.ROUND, jnp.int32(self.round))
        slopes = self._seen_by_detective(self.detective, self.forger, jax.random.fold_in(key, 1))
        self.detective = moved(self.step_detective, self.detective, slopes)
        slopes, batches = self._seen_by_forger(
            self.forger, self.detective, jax.random.fold_in(key, 0)
        )
        steps = {"latent": self.step_latent}
        parts = {name: {name: part} for name, part in self.forger.items() if name in steps}
        rest = {name: part for name, part in self.forger.items() if name not in steps}
        for name, part in parts.items():
            parts[name] = moved(steps[name], part, {name: slopes[name]})
        self.forger = moved(self.step_forger, rest, {name: slopes[name] for name in rest})
        for part in parts.values():
            self.forger |= part
        self.running = [
            tuple(0.9 * old + 0.1 * np.asarray(new) for old, new in zip(kept, now, strict=True))
            for kept, now in zip(self.running, batches, strict=True)
        ]

    def _latents(self, forger: Layers, key: Any) -> Any:
        shape = (self.one.training.batch_size, self.one.generator.latent_dim)
        latent = self.one.generator.latent.name
        if latent == "normal":
            return jax.random.normal(key, shape)
        learned = forger["latent"]
        if latent == "particles":
            which = jax.random.randint(key, shape[:1], 0, len(learned["points"]))
            return jnp.stack([learned["points"][i] for i in which])
        which_key, noise_key = jax.random.split(key)
        which = jax.random.randint(which_key, shape[:1], 0, len(learned["means"]))
        noise = jax.random.normal(noise_key, shape)
        return jnp.stack(
            [
                learned["means"][i] + learned["sigmas"][i] * e
                for i, e in zip(which, noise, strict=True)
            ]
        )

    def _term(self, forger: Layers, latents: Any) -> Any:
        """What a latent that learns adds to the forger's loss."""
        latent = self.one.generator.latent
        if latent.name == "mixture":
            away = [(1 - sigma) ** 2 for sigma in forger["latent"]["sigmas"].ravel()]
            return latent.parameters["pull"] * sum(away) / len(away)
        if latent.name == "particles":
            count, dimensions = latents.shape
            centred = [column - column.sum() / count for column in latents.T]
            lacking = 0.0
            for i, one in enumerate(centred):
                std = jnp.sqrt((one * one).sum() / (count - 1) + 1e-4)
                lacking += jnp.maximum(1 - std, 0) / dimensions
                for j, other in enumerate(centred):
                    if i != j:
                        lacking += ((one * other).sum() / (count - 1)) ** 2 / dimensions
            return latent.parameters["spread"] * lacking
        return 0.0

    def _forged(self, forger: Layers, key: Any) -> tuple[Any, Any, Any]:
        """Fakes, their latents, and what the norms saw."""
        batches: list[Any] = []
        latents = self._latents(forger, key)
        hidden = hidden_units(self.one.generator, forger, latents, batches)
        return last_layer(forger, hidden), latents, batches

    def _logits(self, detective: Layers, points: Any) -> Any:
        section = self.one.discriminator
        size = section.packing
        seen = [points[i : i + size].ravel() for i in range(0, len(points), size)]
        hidden = hidden_units(section, detective, jnp.stack(seen), [])
        if section.minibatch.name != "none":
            told = told_of_the_batch(section, detective, hidden)
            hidden = jnp.concatenate([hidden, told], axis=1)
        return last_layer(detective, hidden)[:, 0]

    def _detectives_loss(self, detective: Layers, forger: Layers, key: Any) -> Any:
        real_key, latent_key, _ = jax.random.split(key, 3)
        real = sample_target(real_key, self.target, self.one.training.batch_size)
        fake, _, _ = self._forged(forger, latent_key)
        loss = -jnp.log(jax.nn.sigmoid(self._logits(detective, real))).mean()
        return loss - jnp.log(1 - jax.nn.sigmoid(self._logits(detective, fake))).mean()

    def _forgers_loss(self, forger: Layers, detective: Layers, key: Any) -> tuple[Any, Any]:
        fake, latents, batches = self._forged(forger, key)
        loss = -jnp.log(jax.nn.sigmoid(self._logits(detective, fake))).mean()
        return loss + self._term(forger, latents), batches


def moved(step: Any, layers: Layers, slopes: Layers) -> Layers:
    """The layers after a step of a plain optimizer."""
    arrays, structure = jax.tree.flatten(layers)
    down = [np.asarray(x, np.float64) for x in jax.tree.leaves(slopes)]
    stepped = step([np.asarray(x, np.float64) for x in arrays], down)
    return jax.tree.unflatten(structure, [jnp.float32(x) for x in stepped])
