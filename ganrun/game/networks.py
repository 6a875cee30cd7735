"""Generator and discriminator: multilayer perceptrons in Flax NNX, and their initialisers.

Modules are built and split once; the training loop sees only pytrees of arrays (`Params`,
`Vectors`) and the pure function `apply`, since walking a module in Python at each call would cost
more than the call.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, PRNGKeyArray

Params: TypeAlias = Float[Array, " W"]
"""Everything the optimizer moves: all weights and biases of a network as one vector."""
Layers = Any
"""The same as a pytree: the arrays of each layer."""
Vectors = Any
"""A pytree of float32 arrays: spectral norm's singular vectors; empty without spectral norm."""

ACTIVATIONS: Mapping[str, Callable[[Array], Array]] = {
    "relu": jax.nn.relu,
    "leaky_relu": lambda x: jax.nn.leaky_relu(x, 0.2),
    "tanh": jnp.tanh,
    "elu": jax.nn.elu,
    "gelu": jax.nn.gelu,
    "silu": jax.nn.silu,
}

INITIALIZERS: Mapping[str, jax.nn.initializers.Initializer] = {
    "lecun_normal": jax.nn.initializers.lecun_normal(),
    "lecun_uniform": jax.nn.initializers.lecun_uniform(),
    "he_normal": jax.nn.initializers.he_normal(),
    "he_uniform": jax.nn.initializers.he_uniform(),
    "glorot_normal": jax.nn.initializers.glorot_normal(),
    "glorot_uniform": jax.nn.initializers.glorot_uniform(),
    "orthogonal": jax.nn.initializers.orthogonal(),
    "normal": jax.nn.initializers.normal(0.02),
    "torch": jax.nn.initializers.variance_scaling(1 / 3, "fan_in", "uniform"),
}


def uniform_by_fan_in(fan_in: int) -> jax.nn.initializers.Initializer:
    """Uniform in `+-1 / sqrt(fan_in)`: the biases of PyTorch's `nn.Linear`."""
    bound = 1 / math.sqrt(fan_in)

    def uniform(key: Any, shape: Any, dtype: Any = jnp.float32, *_: Any, **__: Any) -> Array:
        return jax.random.uniform(key, shape, dtype, -bound, bound)

    return uniform


BIAS_INITIALIZERS: Mapping[str, Callable[[int], jax.nn.initializers.Initializer]] = {
    "zeros": lambda fan_in: jax.nn.initializers.zeros,
    "torch": uniform_by_fan_in,
}
"""Of a layer's fan-in; a bias's own shape does not tell it."""


class SpectralVector(nnx.Variable):
    """A layer's running estimate of its leading left singular vector; moved by `power_step`."""


def _unit(vector: Float[Array, " n"]) -> Float[Array, " n"]:
    return vector / (jnp.linalg.norm(vector) + 1e-12)


class SpectralLinear(nnx.Linear):
    """A linear layer divided by its largest singular value (Miyato et al. 2018, section 2.1).

    The singular value is `u W v`, with `u` from one power iteration per discriminator step; the
    gradient flows through `W` but not through `u` and `v`, as in the paper's algorithm 1.
    """

    def __init__(self, in_features: int, out_features: int, *, rngs: nnx.Rngs, **kwargs: Any):
        super().__init__(in_features, out_features, rngs=rngs, **kwargs)
        self.u = SpectralVector(_unit(jax.random.normal(rngs.params(), (in_features,))))

    def __call__(
        self, inputs: Float[Array, "B i"], out_sharding: Any = None
    ) -> Float[Array, "B o"]:
        """The layer's output with its kernel divided by the singular value."""
        left = self.u[...] @ self.kernel[...]
        sigma = left @ jax.lax.stop_gradient(_unit(left))
        assert self.bias is not None
        return (inputs @ self.kernel[...]) / sigma + self.bias[...][None]

    def power_step(self) -> None:
        """One power iteration on the layer's present kernel."""
        kernel = self.kernel[...]
        self.u[...] = _unit(kernel @ _unit(self.u[...] @ kernel))


class MLP(nnx.Module):
    """Dense layers with an activation between them and none at the end."""

    def __init__(self, network: Network, rngs: nnx.Rngs):
        layer = SpectralLinear if network.spectral_norm else nnx.Linear
        base = INITIALIZERS[network.initializer]
        biases = BIAS_INITIALIZERS[network.bias_initializer]

        def scaled(key: Any, shape: Any, dtype: Any = jnp.float32, *_: Any, **__: Any) -> Array:
            return network.initializer_gain * base(key, shape, dtype)

        self.activation = ACTIVATIONS[network.activation]
        widths = (network.inputs, *network.hidden, network.outputs)
        self.layers = nnx.List(
            layer(n_in, n_out, kernel_init=scaled, bias_init=biases(n_in), rngs=rngs)
            for n_in, n_out in itertools.pairwise(widths)
        )

    def __call__(self, inputs: Float[Array, "B i"]) -> Float[Array, "B o"]:
        """Map a batch through all layers."""
        hidden = inputs
        for layer in self.layers[:-1]:
            hidden = self.activation(layer(hidden))
        return self.layers[-1](hidden)

    def power_step(self) -> None:
        """One power iteration in every layer that has a spectral norm."""
        for layer in self.layers:
            if isinstance(layer, SpectralLinear):
                layer.power_step()


def _split(network: MLP) -> tuple[Any, Any, Any]:
    """Structure, parameters and spectral vectors of a module."""
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
    activation: str
    initializer: str
    initializer_gain: float
    bias_initializer: str
    spectral_norm: bool = False

    @functools.cached_property
    def _parts(self) -> tuple[Any, Layers]:
        """The module's structure, and its parameters' shapes."""
        abstract = nnx.eval_shape(lambda: MLP(self, nnx.Rngs(jax.random.key(0))))
        graph, params, _ = _split(abstract)
        return graph, nnx.to_pure_dict(params)

    def initialize(self, key: PRNGKeyArray) -> tuple[Params, Vectors]:
        """Fresh parameters and spectral vectors; a pure function of the key."""
        _, params, vectors = _split(MLP(self, nnx.Rngs(key)))
        return self.ravel(nnx.to_pure_dict(params)), nnx.to_pure_dict(vectors)

    def ravel(self, layers: Layers) -> Params:
        """All arrays of a network, or of its gradient, as one vector."""
        return jnp.concatenate([x.ravel() for x in jax.tree.leaves(layers)])

    def unravel(self, params: Params) -> Layers:
        """The vector's parts as the network's own arrays."""
        shapes, structure = jax.tree.flatten(self._parts[1])
        ends = list(itertools.accumulate(math.prod(x.shape) for x in shapes))
        parts = [
            params[start:end].reshape(x.shape)
            for start, end, x in zip([0, *ends], ends, shapes, strict=False)
        ]
        return jax.tree.unflatten(structure, parts)

    def _merge(self, layers: Layers, vectors: Vectors) -> MLP:
        return nnx.merge(self._parts[0], nnx.State(layers), nnx.State(vectors))

    def apply(
        self, layers: Layers, vectors: Vectors, inputs: Float[Array, "B i"]
    ) -> Float[Array, "B o"]:
        """The network's output for a batch of inputs."""
        return self._merge(layers, vectors)(inputs)

    def power_step(self, layers: Layers, vectors: Vectors) -> Vectors:
        """One power iteration of every spectral norm on the present parameters."""
        if not self.spectral_norm:
            return vectors
        network = self._merge(layers, vectors)
        network.power_step()
        return nnx.to_pure_dict(_split(network)[2])
