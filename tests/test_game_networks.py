"""Networks: what they compute, how they begin, and what spectral norm divides by."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import scipy.stats
from flax import nnx
from game_examples import layers_of

from ganrun.game.chosen import Chosen
from ganrun.game.layers import ACTIVATIONS, INITIALIZERS, Dropout, SpectralLinear
from ganrun.game.networks import Layers, Network, Vectors

pytestmark = pytest.mark.usefixtures("quick_xla")

NETWORK = Network(
    inputs=2,
    hidden=(6, 5),
    outputs=3,
    activation=Chosen("tanh"),
    initializer="lecun_normal",
    initializer_gain=1.0,
    bias_initializer="zeros",
)
SPECTRAL = replace(NETWORK, spectral_norm=True, initializer="normal", initializer_gain=40.0)
KEY = jax.random.key(0)
POINTS = np.random.default_rng(0).normal(size=(16, 2)).astype(np.float32)

NUMBERS = {"leaky_relu": (("slope", 0.3),), "maxout": (("pieces", 3),)}

# What the names mean, in float64 and from the definitions.
TEXTBOOK: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "relu": lambda x: np.where(x > 0, x, 0),
    "leaky_relu": lambda x: np.where(x > 0, x, 0.3 * x),
    "tanh": lambda x: (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x)),
    "elu": lambda x: np.where(x > 0, x, np.exp(x) - 1),
    "gelu": lambda x: 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3))),
    "silu": lambda x: x / (1 + np.exp(-x)),
    "maxout": lambda x: np.array(
        [[max(row[i :: len(row) // 3]) for i in range(len(row) // 3)] for row in x]
    ),
}


def begun(network: Network, seed: int = 0) -> tuple[Layers, Vectors]:
    """A fresh network with biases that are not zero, so that they are seen to matter."""
    params, vectors = network.initialize(jax.random.key(seed))
    moved = params + 0.1 * jax.random.normal(jax.random.key(seed + 1), params.shape)
    return network.unravel(moved), vectors


def by_hand(
    network: Network,
    layers: Layers,
    points: np.ndarray,
    divisors: list[float] | None = None,
    normalise: Callable[[int, np.ndarray], np.ndarray] = lambda place, hidden: hidden,
) -> np.ndarray:
    """A multilayer perceptron in float64 NumPy.

    `divisors` of the kernels, one per layer; `normalise` is what stands before each activation.
    """
    hidden = points.astype(float)
    arrays = layers_of(network, network.ravel(layers))
    for place, (kernel, bias) in enumerate(arrays):
        hidden = hidden @ (kernel / (divisors[place] if divisors else 1)) + bias
        if place < len(arrays) - 1:
            hidden = TEXTBOOK[network.activation.name](normalise(place, hidden))
    return hidden


@pytest.mark.parametrize("activation", list(ACTIVATIONS))
def test_a_network_is_layers_with_the_named_activation_between_them(activation: str) -> None:
    network = replace(NETWORK, activation=Chosen(activation, NUMBERS.get(activation, ())))
    layers, vectors = begun(network)
    found = network.apply(layers, vectors, jnp.asarray(POINTS))
    assert found.shape == (16, 3)
    np.testing.assert_allclose(found, by_hand(network, layers, POINTS), rtol=1e-5, atol=1e-6)


def test_the_flat_parameters_hold_every_weight_once() -> None:
    params, _ = NETWORK.initialize(jax.random.key(0))
    assert params.shape == (2 * 6 + 6 + 6 * 5 + 5 + 5 * 3 + 3,)
    np.testing.assert_array_equal(NETWORK.ravel(NETWORK.unravel(params)), params)
    numbered = NETWORK.unravel(jnp.arange(params.size, dtype=jnp.float32))
    held = np.concatenate([np.ravel(x) for x in jax.tree.leaves(numbered)])
    np.testing.assert_array_equal(np.sort(held), np.arange(params.size))


@pytest.mark.parametrize(
    ("biases", "biased"),
    [("all", [True, True, True]), ("output", [False, False, True]), ("none", [False] * 3)],
)
def test_layers_have_biases_where_the_config_says(biases: str, biased: list[bool]) -> None:
    network = replace(NETWORK, biases=biases)
    layers, vectors = begun(network)
    assert ["bias" in layers["layers"][i] for i in range(3)] == biased
    found = network.apply(layers, vectors, jnp.asarray(POINTS))
    np.testing.assert_allclose(found, by_hand(network, layers, POINTS), rtol=1e-5, atol=1e-6)


def test_a_maxout_layer_begins_as_wide_layers_do_and_goes_on_as_narrow_as_it_is_said_to_be() -> (
    None
):
    network = replace(NETWORK, activation=Chosen("maxout", NUMBERS["maxout"]))
    kernels = [kernel.shape for kernel, _ in layers_of(network, network.initialize(KEY)[0])]
    assert kernels == [(2, 18), (6, 15), (5, 3)]


# Norms

BATCH, LAYER = replace(NETWORK, norm="batch"), replace(NETWORK, norm="layer")


def affine(layers: Layers, place: int, hidden: np.ndarray) -> np.ndarray:
    scale, shift = (np.asarray(layers["norms"][place][name], float) for name in ("scale", "bias"))
    return scale * hidden + shift


def standardised(numbers: np.ndarray, mean: float, variance: float) -> np.ndarray:
    return (numbers - mean) / math.sqrt(variance + 1e-5)


def moments(numbers: np.ndarray) -> tuple[float, float]:
    """Mean and variance of a list of numbers, one after the other."""
    mean = sum(numbers) / len(numbers)
    return mean, sum((x - mean) ** 2 for x in numbers) / len(numbers)


def test_layer_norm_standardises_each_points_units() -> None:
    layers, vectors = begun(LAYER)

    def normalise(place: int, hidden: np.ndarray) -> np.ndarray:
        rows = [standardised(row, *moments(row)) for row in hidden]
        return affine(layers, place, np.array(rows))

    wanted = by_hand(LAYER, layers, POINTS, normalise=normalise)
    found = LAYER.apply(layers, vectors, jnp.asarray(POINTS))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    learning, after = LAYER.train(layers, vectors, jnp.asarray(POINTS))
    np.testing.assert_array_equal(learning, found)
    assert not jax.tree.leaves(after)


def test_batch_norm_standardises_each_unit_over_the_batch_and_keeps_running_statistics() -> None:
    layers, vectors = begun(BATCH)
    running = {place: [np.zeros(n), np.ones(n)] for place, n in enumerate(BATCH.hidden)}
    for seed in range(3):
        points = POINTS + seed

        def learning(place: int, hidden: np.ndarray) -> np.ndarray:
            columns = []
            for unit, column in enumerate(hidden.T):
                now = moments(column)
                columns.append(standardised(column, *now))
                for kept, statistic in zip(running[place], now, strict=True):
                    kept[unit] = 0.9 * kept[unit] + 0.1 * statistic
            return affine(layers, place, np.array(columns).T)

        found, vectors = BATCH.train(layers, vectors, jnp.asarray(points))
        wanted = by_hand(BATCH, layers, points, normalise=learning)
        np.testing.assert_allclose(found, wanted, rtol=1e-3, atol=1e-4)

    def looking(place: int, hidden: np.ndarray) -> np.ndarray:
        mean, variance = running[place]
        return affine(layers, place, (hidden - mean) / np.sqrt(variance + 1e-5))

    for place, statistics in running.items():
        for name, wanted in zip(("mean", "var"), statistics, strict=True):
            np.testing.assert_allclose(vectors["norms"][place][name], wanted, rtol=1e-4, atol=1e-5)
    wanted = by_hand(BATCH, layers, POINTS, normalise=looking)
    found = BATCH.apply(layers, vectors, jnp.asarray(POINTS))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)
    one_by_one = [BATCH.apply(layers, vectors, jnp.asarray(p[None]))[0] for p in POINTS[:3]]
    np.testing.assert_allclose(one_by_one, found[:3], rtol=1e-5, atol=1e-6)


# Dropout


def test_dropped_units_are_silent_and_the_others_louder_by_what_their_mask_says() -> None:
    layers, vectors = begun(NETWORK)
    dropout = Dropout(jnp.float32(0.3), jax.random.key(5))
    hidden = POINTS.astype(float)
    arrays = layers_of(NETWORK, NETWORK.ravel(layers))
    for place, (kernel, bias) in enumerate(arrays[:-1]):
        hidden = np.tanh(hidden @ kernel + bias)
        draws = jax.random.uniform(jax.random.fold_in(jax.random.key(5), place), hidden.shape)
        for row, unit in np.ndindex(*hidden.shape):
            hidden[row, unit] *= 0 if draws[row, unit] < 0.3 else 1 / 0.7
    kernel, bias = arrays[-1]
    found, _ = NETWORK.train(layers, vectors, jnp.asarray(POINTS), dropout)
    np.testing.assert_allclose(found, hidden @ kernel + bias, rtol=1e-4, atol=1e-5)
    assert not np.allclose(found, NETWORK.apply(layers, vectors, jnp.asarray(POINTS)), atol=0.1)


def test_what_dropout_leaves_is_on_average_what_was_there() -> None:
    ones = jnp.ones((400, 500))
    left = Dropout(jnp.float32(0.4), jax.random.key(0))(ones, 0)
    np.testing.assert_allclose(np.unique(left), [0, 1 / 0.6], rtol=1e-6)
    np.testing.assert_allclose(left.mean(), 1, atol=5e-3)
    np.testing.assert_array_equal(Dropout(jnp.float32(0), jax.random.key(0))(ones, 0), ones)


WIDE = replace(NETWORK, hidden=(200, 100), inputs=300)

DECLARED_VARIANCE: dict[str, Callable[[int, int], float]] = {
    "he_normal": lambda fan_in, fan_out: 2 / fan_in,
    "he_uniform": lambda fan_in, fan_out: 2 / fan_in,
    "lecun_normal": lambda fan_in, fan_out: 1 / fan_in,
    "lecun_uniform": lambda fan_in, fan_out: 1 / fan_in,
    "glorot_normal": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "glorot_uniform": lambda fan_in, fan_out: 2 / (fan_in + fan_out),
    "orthogonal": lambda fan_in, fan_out: 1 / max(fan_in, fan_out),
    "normal": lambda fan_in, fan_out: 0.02**2,
    "torch": lambda fan_in, fan_out: 1 / (3 * fan_in),
}


@pytest.mark.parametrize("gain", [1.0, 1.4])
@pytest.mark.parametrize("initializer", list(INITIALIZERS))
def test_weights_begin_with_the_declared_variance_times_the_gain_and_biases_at_zero(
    initializer: str, gain: float
) -> None:
    network = replace(WIDE, initializer=initializer, initializer_gain=gain)
    for kernel, bias in layers_of(network, network.initialize(jax.random.key(0))[0])[:2]:
        wanted = gain * math.sqrt(DECLARED_VARIANCE[initializer](*kernel.shape))
        assert abs(kernel.mean()) < 0.03 * wanted
        np.testing.assert_allclose(kernel.std(), wanted, rtol=0.02)
        assert not bias.any()


def test_pytorchs_initialisation_is_that_of_its_linear_layers() -> None:
    """`nn.Linear.reset_parameters`: weights by `kaiming_uniform_(a=sqrt(5))`, whose bound is
    `gain * sqrt(3 / fan_in)` with `gain = sqrt(2 / (1 + a^2))`; biases within `1 / sqrt(fan_in)`.
    """
    network = replace(WIDE, initializer="torch", bias_initializer="torch", initializer_gain=3.0)
    gain = math.sqrt(2 / (1 + math.sqrt(5) ** 2))
    kernels, biases = zip(
        *layers_of(network, network.initialize(jax.random.key(0))[0]), strict=True
    )
    for kernel, bias in zip(kernels[:2], biases[:2], strict=True):
        fan_in = len(kernel)
        of_weights, of_biases = gain * math.sqrt(3 / fan_in), 1 / math.sqrt(fan_in)
        for found, bound in ((kernel / 3.0, of_weights), (bias, of_biases)):
            assert np.abs(found).max() <= bound * (1 + 1e-6)
            assert scipy.stats.kstest(found.ravel() / bound, "uniform", (-1, 2)).pvalue > 0.01
    assert all(np.unique(bias).size == bias.size for bias in biases)


def test_weights_begin_the_same_whatever_the_biases_do() -> None:
    still, moved = (
        layers_of(network, network.initialize(jax.random.key(0))[0])
        for network in (NETWORK, replace(NETWORK, bias_initializer="torch"))
    )
    for (kernel, zeros), (same, bias) in zip(still, moved, strict=True):
        np.testing.assert_array_equal(kernel, same)
        assert not zeros.any()
        assert bias.all()


def test_uniform_and_normal_initializers_differ_in_shape_and_orthogonal_is_orthogonal() -> None:
    def kernel(initializer: str) -> np.ndarray:
        network = replace(WIDE, initializer=initializer)
        return layers_of(network, network.initialize(jax.random.key(0))[0])[0][0]

    def tail(x: np.ndarray) -> float:
        return float(((x / x.std()) ** 4).mean())

    np.testing.assert_allclose(tail(kernel("he_uniform")), 1.8, rtol=0.02)
    np.testing.assert_allclose(tail(kernel("normal")), 3.0, rtol=0.05)
    assert 1.9 < tail(kernel("he_normal")) < 2.9, "it should be truncated"
    q = kernel("orthogonal")
    np.testing.assert_allclose(q.T @ q, np.eye(q.shape[1]), atol=1e-5)


def test_how_a_network_begins_depends_on_its_key_alone() -> None:
    first, again, other = (
        np.asarray(NETWORK.initialize(jax.random.key(seed))[0]) for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


# Spectral norm


def after_power_steps(count: int) -> tuple[Layers, Vectors]:
    layers, vectors = begun(SPECTRAL)
    for _ in range(count):
        vectors = SPECTRAL.power_step(layers, vectors)
    return layers, vectors


def largest_singular_values(layers: Layers) -> list[float]:
    return [
        np.linalg.svd(kernel, compute_uv=False)[0]
        for kernel, _ in layers_of(SPECTRAL, SPECTRAL.ravel(layers))
    ]


def test_spectral_norm_divides_each_kernel_by_its_largest_singular_value() -> None:
    layers, vectors = after_power_steps(100)
    found = SPECTRAL.apply(layers, vectors, jnp.asarray(POINTS))
    wanted = by_hand(SPECTRAL, layers, POINTS, largest_singular_values(layers))
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_then_no_two_points_are_moved_further_apart() -> None:
    """Each layer, and tanh between them, stretches by at most 1."""
    layers, vectors = after_power_steps(100)
    found = np.asarray(SPECTRAL.apply(layers, vectors, jnp.asarray(POINTS)), float)
    apart = np.linalg.norm(found[:, None] - found[None], axis=-1)
    before = np.linalg.norm(POINTS[:, None] - POINTS[None], axis=-1)
    assert (apart <= before * (1 + 1e-4)).all()


def test_a_power_step_is_the_papers_iteration_on_a_unit_vector() -> None:
    layers, before = begun(SPECTRAL)
    after = SPECTRAL.power_step(layers, before)
    kernels = [kernel for kernel, _ in layers_of(SPECTRAL, SPECTRAL.ravel(layers))]
    pairs = zip(kernels, jax.tree.leaves(before), jax.tree.leaves(after), strict=True)
    for kernel, u, moved in pairs:
        np.testing.assert_allclose(np.linalg.norm(u), 1, rtol=1e-5)
        v = np.asarray(u, float) @ kernel
        wanted = kernel @ (v / np.linalg.norm(v))
        np.testing.assert_allclose(moved, wanted / np.linalg.norm(wanted), rtol=1e-4, atol=1e-6)


def test_a_kernel_that_is_orthogonal_to_its_vector_has_its_norm_all_the_same() -> None:
    """Clipped weights are equal but for their signs, and may be orthogonal to the last bit."""
    layer = SpectralLinear(2, 1, use_bias=False, rngs=nnx.Rngs(0))
    layer.kernel[...] = jnp.array([[0.05], [-0.05]])
    layer.u[...] = jnp.full(2, np.sqrt(0.5), jnp.float32)
    inputs = jnp.array([[1.0, 0.0], [0.0, 1.0]])
    wanted = [[np.sqrt(0.5)], [-np.sqrt(0.5)]]
    np.testing.assert_allclose(layer(inputs), wanted, rtol=1e-6)
    layer.power_step()
    np.testing.assert_allclose(np.abs(layer.u[...]), np.sqrt(0.5), rtol=1e-6)
    np.testing.assert_allclose(layer(inputs), wanted, rtol=1e-6)


def test_its_gradient_holds_the_singular_vectors_fixed() -> None:
    """`d sigma / dW = u v^T` (Miyato et al. 2018, equation 11), by differences of `u W v`."""
    layers, vectors = after_power_steps(3)
    params = SPECTRAL.ravel(layers)
    fixed = []
    for u, (kernel, _) in zip(jax.tree.leaves(vectors), layers_of(SPECTRAL, params), strict=True):
        v = np.asarray(u, float) @ kernel
        fixed.append((np.asarray(u, float), v / np.linalg.norm(v)))

    def total(flat: np.ndarray) -> float:
        moved = SPECTRAL.unravel(jnp.asarray(flat))
        kernels = [kernel for kernel, _ in layers_of(SPECTRAL, SPECTRAL.ravel(moved))]
        sigmas = [u @ kernel @ v for kernel, (u, v) in zip(kernels, fixed, strict=True)]
        return float(by_hand(SPECTRAL, moved, POINTS, sigmas).sum())

    slopes = jax.grad(
        lambda flat: SPECTRAL.apply(SPECTRAL.unravel(flat), vectors, jnp.asarray(POINTS)).sum()
    )(params)
    flat = np.asarray(params, np.float32)
    for place in range(0, flat.size, 5):
        step = np.zeros_like(flat)
        step[place] = 2.0**-8
        wanted = (total(flat + step) - total(flat - step)) / 2.0**-7
        np.testing.assert_allclose(slopes[place], wanted, rtol=5e-3, atol=5e-3)


def test_without_spectral_norm_there_are_no_vectors_to_move() -> None:
    params, vectors = NETWORK.initialize(jax.random.key(0))
    assert not jax.tree.leaves(vectors)
    assert NETWORK.power_step(NETWORK.unravel(params), vectors) is vectors


def test_a_spectral_norm_beside_batch_norm_moves_with_it_and_not_instead_of_it() -> None:
    """Both keep vectors: a power step leaves the statistics, a pass leaves the singular vectors."""
    network = replace(SPECTRAL, norm="batch")
    layers, vectors = begun(network)
    stepped = network.power_step(layers, vectors)
    passed = network.train(layers, stepped, jnp.asarray(POINTS))[1]
    assert stepped.keys() == passed.keys() == {"layers", "norms"}
    for part, moved in (("layers", stepped), ("norms", passed)):
        pairs = zip(jax.tree.leaves(vectors[part]), jax.tree.leaves(moved[part]), strict=True)
        assert all(not np.allclose(a, b) for a, b in pairs)
    np.testing.assert_array_equal(stepped["layers"][0]["u"], passed["layers"][0]["u"])
    np.testing.assert_array_equal(stepped["norms"][0]["mean"], vectors["norms"][0]["mean"])
