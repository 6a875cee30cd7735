"""The parts that networks are built of, in Flax NNX: layers, norms, what acts between them.

Names are those of `ganrun.config`'s tables. A part that keeps something beside its parameters
(running statistics, singular vectors) keeps it in variables that are no `nnx.Param`.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from flax import nnx
from jaxtyping import Array, Float, PRNGKeyArray

from ganrun.config.outside import Given
from ganrun.game.chosen import Chosen
from ganrun.game.outside import Implementations, shaped


def _activation_from_outside(piece: Given) -> Callable[[Array, Chosen], Array]:
    def activation(x: Array, chosen: Chosen) -> Array:
        return shaped(piece, piece(x, chosen), x.shape, f"one of shape {x.shape}")

    return activation


ACTIVATIONS: dict[str, Callable[[Array, Chosen], Array]] = {
    "relu": lambda x, _: jax.nn.relu(x),
    "leaky_relu": lambda x, piece: jax.nn.leaky_relu(x, piece["slope"]),
    "tanh": lambda x, _: jnp.tanh(x),
    "elu": lambda x, _: jax.nn.elu(x),
    "gelu": lambda x, _: jax.nn.gelu(x),
    "silu": lambda x, _: jax.nn.silu(x),
    "maxout": lambda x, piece: functools.reduce(
        jnp.maximum, jnp.split(x, piece.whole("pieces"), axis=-1)
    ),
}
"""Of what a linear layer gave, and the chosen piece. Maxout (Goodfellow et al. 2013, equation 1)
takes the greatest of its pieces, so that the layer before it is that many times as wide: all first
pieces stand side by side, then all second ones."""
ACTIVATIONS = Implementations(ACTIVATIONS, "activation", _activation_from_outside)

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


BIASES: Mapping[str, tuple[bool, bool]] = {
    "all": (True, True),
    "output": (False, True),
    "none": (False, False),
}
"""Whether the hidden layers add biases, and whether the last one does."""


class SpectralVector(nnx.Variable):
    """A layer's running estimate of its leading left singular vector; moved by `power_step`."""


def _unit(vector: Float[Array, " n"]) -> Float[Array, " n"]:
    return vector / (jnp.linalg.norm(vector) + 1e-12)


class SpectralLinear(nnx.Linear):
    """A linear layer divided by its largest singular value (Miyato et al. 2018, section 2.1).

    The singular value is `u W v`, with `u` from one power iteration per step of its player; the
    gradient flows through `W` but not through `u` and `v`, as in the paper's algorithm 1.
    """

    def __init__(self, in_features: int, out_features: int, *, rngs: nnx.Rngs, **kwargs: Any):
        super().__init__(in_features, out_features, rngs=rngs, **kwargs)
        self.u = SpectralVector(_unit(jax.random.normal(rngs.params(), (in_features,))))

    def __call__(
        self, inputs: Float[Array, "B i"], out_sharding: Any = None
    ) -> Float[Array, "B o"]:
        """The layer's output with its kernel divided by the singular value."""
        left = _mapped(self.u[...], self.kernel[...])
        sigma = left @ jax.lax.stop_gradient(_unit(left))
        outputs = (inputs @ self.kernel[...]) / sigma
        return outputs if self.bias is None else outputs + self.bias[...][None]

    def power_step(self) -> None:
        """One power iteration on the layer's present kernel."""
        kernel = self.kernel[...]
        self.u[...] = _unit(kernel @ _unit(_mapped(self.u[...], kernel)))


def _mapped(u: Float[Array, " i"], kernel: Float[Array, "i o"]) -> Float[Array, " o"]:
    """`u W`, or that of the longest row's image where it is exactly 0.

    A clipped kernel may be orthogonal to `u` to the last bit: its norm would be taken for 0, and no
    iteration would lead away from there.
    """
    left = u @ kernel
    longest = kernel[jnp.argmax(jnp.sum(kernel**2, axis=1))]
    instead = jax.lax.stop_gradient(_unit(kernel @ _unit(longest)))
    return jnp.where(jnp.any(left != 0), left, instead @ kernel)


NORM_EPSILON = 1e-5
"""Added to variances, as in PyTorch."""
RUNNING_DECAY = 0.9
"""Of batch norm's running statistics: PyTorch's momentum of 0.1."""


def batch_norm(width: int, rngs: nnx.Rngs) -> nnx.Module:
    """Ioffe & Szegedy 2015, algorithm 1, with running statistics to look at single points by.

    Only its player's own step moves these. Running variances are the batches' own, which training
    divides by, and not `n / (n - 1)` times as much as in PyTorch.
    """
    return nnx.BatchNorm(
        width,
        momentum=RUNNING_DECAY,
        epsilon=NORM_EPSILON,
        use_fast_variance=False,
        use_running_average=True,
        rngs=rngs,
    )


class LayerNorm(nnx.Module):
    """Ba et al. 2016, equation 4; half again as fast as Flax's on small batches."""

    def __init__(self, width: int, rngs: nnx.Rngs):
        self.scale, self.bias = nnx.Param(jnp.ones(width)), nnx.Param(jnp.zeros(width))

    def __call__(self, hidden: Float[Array, "B n"]) -> Float[Array, "B n"]:
        """Each row with mean 0 and variance 1, then scaled and shifted unit by unit."""
        centred = hidden - jnp.mean(hidden, axis=1, keepdims=True)
        variance = jnp.mean(centred**2, axis=1, keepdims=True)
        normed = centred * jax.lax.rsqrt(variance + NORM_EPSILON)
        return normed * self.scale[...][None] + self.bias[...][None]


NORMS: Mapping[str, Callable[[int, nnx.Rngs], Any]] = {
    "none": lambda width, rngs: None,
    "batch": batch_norm,
    "layer": LayerNorm,
}
"""Of a layer's width: what stands between a hidden linear layer and its activation."""


class Dropout(NamedTuple):
    """Which hidden units are silent in one pass (Srivastava et al. 2014), by a key of its own."""

    rate: Float[Array, ""]
    key: PRNGKeyArray

    def __call__(self, hidden: Float[Array, "B n"], layer: int) -> Float[Array, "B n"]:
        """The layer's units, each silent by `rate`, the others as much louder."""
        draws = jax.random.uniform(jax.random.fold_in(self.key, layer), hidden.shape)
        return jnp.where(draws < self.rate, 0.0, hidden / (1 - self.rate))


class NoFeatures(nnx.Module):
    """A discriminator that sees each of its inputs alone."""

    def __init__(self, width: int, piece: Chosen, rngs: nnx.Rngs):
        self.count = 0


class BatchStd(nnx.Module):
    """One more unit: how much the batch varies (Karras et al. 2018, section 3).

    The standard deviation of each unit over the batch, and the mean of these over the units: the
    paper's; its code does so within groups of four.
    """

    def __init__(self, width: int, piece: Chosen, rngs: nnx.Rngs):
        self.count = 1

    def of_batch(self, hidden: Float[Array, "B n"]) -> Float[Array, "B 1"]:
        """The same for every member of the batch."""
        spread = jnp.mean(jnp.sqrt(jnp.var(hidden, axis=0) + 1e-8))
        return jnp.full((len(hidden), 1), spread)

    def beside(
        self, hidden: Float[Array, "N n"], company: Float[Array, "C n"]
    ) -> Float[Array, "N 1"]:
        """Of each one in a batch with the same `C` others."""
        others = len(company)
        mean = jnp.mean(company, axis=0, keepdims=True)
        variance = jnp.var(company, axis=0, keepdims=True)
        away = (hidden - mean) ** 2 * (others / (others + 1) ** 2)
        joint = variance * (others / (others + 1)) + away
        return jnp.mean(jnp.sqrt(joint + 1e-8), axis=1, keepdims=True)


class BatchDiscrimination(nnx.Module):
    """How near the others of the batch are (Salimans et al. 2016, section 3.2).

    `o_k(i) = mean_j exp(-|M_ik - M_jk|_1)` with `M = h T`, `T` of shape
    `[units, kernels, dimensions]`; `j` runs over the whole batch, `i` too. The paper has the sum:
    some 50 for a batch of 256 at the start, and a last layer that makes logits in the tens of it.
    The authors' code scales `T` and shifts `o` by its first batch against that.
    """

    def __init__(self, width: int, piece: Chosen, rngs: nnx.Rngs):
        self.count, self.dimensions = piece.whole("kernels"), piece.whole("dimensions")
        init = jax.nn.initializers.lecun_normal()
        self.kernel = nnx.Param(init(rngs.params(), (width, self.count * self.dimensions)))

    def _placed(self, hidden: Float[Array, "B n"]) -> Float[Array, "B K D"]:
        return (hidden @ self.kernel[...]).reshape(len(hidden), self.count, self.dimensions)

    def of_batch(self, hidden: Float[Array, "B n"]) -> Float[Array, "B K"]:
        """The mean nearness of each one to all, itself included."""
        placed = self._placed(hidden)
        return _nearness(placed, placed) / len(hidden)

    def beside(
        self, hidden: Float[Array, "N n"], company: Float[Array, "C n"]
    ) -> Float[Array, "N K"]:
        """Of each one in a batch with the same `C` others; 1 is its nearness to itself."""
        others = _nearness(self._placed(hidden), self._placed(company))
        return (1 + others) / (1 + len(company))


def _nearness(one: Float[Array, "N K D"], all_: Float[Array, "C K D"]) -> Float[Array, "N K"]:
    # Dimension by dimension: six times as fast as a sum over an axis of a rank-4 array.
    apart = jnp.zeros((len(one), len(all_), one.shape[1]), one.dtype)
    for axis in range(one.shape[-1]):
        apart += jnp.abs(one[:, None, :, axis] - all_[None, :, :, axis])
    return jnp.sum(jnp.exp(-apart), axis=1)


MINIBATCH: Mapping[str, Callable[[int, Chosen, nnx.Rngs], Any]] = {
    "none": NoFeatures,
    "std": BatchStd,
    "discrimination": BatchDiscrimination,
}
"""What the last layer of a discriminator is told of the batch, beside its own input's units."""
