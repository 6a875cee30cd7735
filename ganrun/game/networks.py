"""Generator and discriminator: multilayer perceptrons, and their parameters as one vector.

Modules are built and split once; the training loop sees only pytrees of arrays (`Params`,
`Vectors`) and pure functions, since walking a module in Python at each call would cost more than
the call.
"""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.game.chosen import ALONE, NORMAL, Chosen
from ganrun.game.latents import LATENTS
from ganrun.game.layers import (
    ACTIVATIONS,
    BIAS_INITIALIZERS,
    BIASES,
    INITIALIZERS,
    MINIBATCH,
    NORMS,
    Dropout,
    SpectralLinear,
)

Params: TypeAlias = Float[Array, " W"]
"""Everything the optimizer moves: all weights and biases of a network as one vector."""
Layers = Any
"""The same as a pytree: the arrays of each layer."""
Vectors = Any
"""A pytree of float32 arrays that the passes themselves move: spectral norm's singular vectors,
batch norm's running statistics; empty where a network has neither."""


class MLP(nnx.Module):
    """Dense layers, with a norm and an activation between them and nothing at the end."""

    def __init__(self, network: Network, rngs: nnx.Rngs):
        self.network = network
        pieces = int(dict(network.activation.numbers).get("pieces", 1))
        wide = [pieces * width for width in network.hidden]
        inside, at_the_end = BIASES[network.biases]
        self.layers = nnx.List(
            self._linear(n_in, n_out, inside, rngs)
            for n_in, n_out in zip((network.inputs, *network.hidden), wide, strict=False)
        )
        self.minibatch = MINIBATCH[network.minibatch.name](
            network.hidden[-1], network.minibatch, rngs
        )
        told = network.hidden[-1] + self.minibatch.count
        self.layers.append(self._linear(told, network.outputs, at_the_end, rngs))
        if network.norm != "none":
            self.norms = nnx.List(NORMS[network.norm](width, rngs) for width in wide)
        learned = LATENTS[network.latent.name].initialize(network.latent, network.inputs, rngs)
        if learned:
            self.latent = nnx.Dict({name: nnx.Param(array) for name, array in learned.items()})

    def _linear(self, n_in: int, n_out: int, biased: bool, rngs: nnx.Rngs) -> nnx.Linear:
        network = self.network
        base = INITIALIZERS[network.initializer]

        def scaled(key: Any, shape: Any, dtype: Any = jnp.float32, *_: Any, **__: Any) -> Array:
            return network.initializer_gain * base(key, shape, dtype)

        layer = SpectralLinear if network.spectral_norm else nnx.Linear
        biases = BIAS_INITIALIZERS[network.bias_initializer](n_in)
        return layer(n_in, n_out, use_bias=biased, kernel_init=scaled, bias_init=biases, rngs=rngs)

    def hidden(
        self, inputs: Float[Array, "B i"], training: bool, dropout: Dropout | None
    ) -> Float[Array, "B h"]:
        """The last hidden layer's units."""
        hidden = inputs
        for i, layer in enumerate(self.layers[:-1]):
            hidden = layer(hidden)
            if self.network.norm == "batch":
                hidden = self.norms[i](hidden, use_running_average=not training)
            elif self.network.norm != "none":
                hidden = self.norms[i](hidden)
            hidden = ACTIVATIONS[self.network.activation.name](hidden, self.network.activation)
            if dropout is not None:
                hidden = dropout(hidden, i)
        return hidden

    def __call__(
        self,
        inputs: Float[Array, "B i"],
        *,
        training: bool = False,
        dropout: Dropout | None = None,
        company: Float[Array, "C i"] | None = None,
    ) -> Float[Array, "B o"]:
        """Map a batch through all layers; `company` stands in for the rest of each one's batch."""
        hidden = self.hidden(inputs, training, dropout)
        if self.minibatch.count:
            if company is None:
                told = self.minibatch.of_batch(hidden)
            else:
                told = self.minibatch.beside(hidden, self.hidden(company, training, dropout))
            hidden = jnp.concatenate([hidden, told], axis=-1)
        return self.layers[-1](hidden)

    def power_step(self) -> None:
        """One power iteration in every layer that has a spectral norm."""
        for layer in self.layers:
            if isinstance(layer, SpectralLinear):
                layer.power_step()


def _split(network: MLP) -> tuple[Any, Any, Any]:
    """Structure, parameters and the other arrays of a module."""
    split: Any = nnx.split
    graph, params, vectors = split(network, nnx.Param, ...)
    return graph, params, vectors


@dataclass(frozen=True, kw_only=True)
class Network:
    """What is static about one player's network; its arrays live outside.

    All parameters of a network are one flat vector to the training loop: a step of the optimizer
    is then one small kernel and not one for each layer, which on a CPU is what a small network's
    round mostly consists of.
    """

    inputs: int
    hidden: tuple[int, ...]
    outputs: int
    activation: Chosen
    initializer: str
    initializer_gain: float
    bias_initializer: str
    biases: str = "all"
    norm: str = "none"
    spectral_norm: bool = False
    minibatch: Chosen = ALONE
    latent: Chosen = NORMAL
    """What a generator's inputs are drawn from: its parameters, if any, learn with the others."""

    @property
    def sees_batches(self) -> bool:
        """Whether what it says of one input depends on the others in the batch."""
        return self.minibatch.name != "none"

    @functools.cached_property
    def _parts(self) -> tuple[Any, Layers]:
        """The module's structure, and its parameters' shapes."""
        abstract = nnx.eval_shape(lambda: MLP(self, nnx.Rngs(jax.random.key(0))))
        graph, params, _ = _split(abstract)
        return graph, nnx.to_pure_dict(params)

    @property
    def shapes(self) -> Layers:
        """The layers' arrays, as shapes alone."""
        return self._parts[1]

    def initialize(self, key: PRNGKeyArray) -> tuple[Params, Vectors]:
        """Fresh parameters and vectors; a pure function of the key."""
        _, params, vectors = _split(MLP(self, nnx.Rngs(key)))
        return self.ravel(nnx.to_pure_dict(params)), nnx.to_pure_dict(vectors)

    def ravel(self, layers: Layers) -> Params:
        """All arrays of a network, or of its gradient, as one vector."""
        return jnp.concatenate([x.ravel() for x in jax.tree.leaves(layers)])

    def unravel(self, params: Params) -> Layers:
        """The vector's parts as the network's own arrays."""
        shapes, structure = jax.tree.flatten(self.shapes)
        ends = list(itertools.accumulate(math.prod(x.shape) for x in shapes))
        parts = [
            params[start:end].reshape(x.shape)
            for start, end, x in zip([0, *ends], ends, shapes, strict=False)
        ]
        return jax.tree.unflatten(structure, parts)

    def _merge(self, layers: Layers, vectors: Vectors) -> MLP:
        return nnx.merge(self._parts[0], nnx.State(layers), nnx.State(vectors))

    def apply(
        self,
        layers: Layers,
        vectors: Vectors,
        inputs: Float[Array, "B i"],
        company: Float[Array, "C i"] | None = None,
    ) -> Float[Array, "B o"]:
        """The network's output for a batch of inputs, as one looks at it: nothing is dropped.

        Norms use their running statistics. With `company` each input is seen in a batch with these
        `C` others, whatever the inputs beside it.
        """
        return self._merge(layers, vectors)(inputs, company=company)

    def bound(
        self, layers: Layers, vectors: Vectors, size: Float[Array, ""]
    ) -> Float[Array, "1 o"]:
        """No output is larger for any input whose coordinates are up to that size.

        Every number counts as if nothing ever cancelled; infinite where one would overflow on the
        way.
        """

        def worst(path: Any, x: Array) -> Array:
            # A norm takes its mean away.
            return -jnp.abs(x) if path[-1].key == "mean" else jnp.abs(x)

        sizes = jax.tree.map(jnp.abs, layers), jax.tree.map_with_path(worst, vectors)
        return self.apply(*sizes, jnp.full((1, self.inputs), size))

    def train(
        self,
        layers: Layers,
        vectors: Vectors,
        inputs: Float[Array, "B i"],
        dropout: Dropout | None = None,
    ) -> tuple[Float[Array, "B o"], Vectors]:
        """The network's output for a batch as its player learns from it, and the vectors after."""
        network = self._merge(layers, vectors)
        outputs = network(inputs, training=True, dropout=dropout)
        if self.norm != "batch":
            return outputs, vectors
        return outputs, nnx.to_pure_dict(_split(network)[2])

    def power_step(self, layers: Layers, vectors: Vectors) -> Vectors:
        """One power iteration of every spectral norm on the present parameters."""
        if not self.spectral_norm:
            return vectors
        network = self._merge(layers, vectors)
        network.power_step()
        return nnx.to_pure_dict(_split(network)[2])
