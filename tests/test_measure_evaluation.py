"""The evaluation against plain Python loops, in NumPy and compiled by JAX."""

import math
from statistics import median

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganrun.config import metrics
from ganrun.config.targets import Custom, Grid, Line, Ring
from ganrun.measure.evaluation import METRICS, evaluate_samples
from ganrun.mixture import Mixture, mixture_of

pytestmark = pytest.mark.usefixtures("quick_xla")

MIXTURES = {
    "ring": mixture_of(Ring()),
    "one mode": mixture_of(Ring(modes=1)),
    "uneven": mixture_of(Line(modes=4, weights=(1, 2, 3, 14))),
    "tilted": mixture_of(
        Custom(
            means=((-1, 0), (1, 0), (0, 2)),
            covariances=(
                ((0.04, 0.03), (0.03, 0.04)),
                ((0.01, 0), (0, 0.09)),
                ((0.02, 0), (0, 0.02)),
            ),
        )
    ),
    "many": mixture_of(Grid(rows=5, columns=6, spacing=1.0)),
}
N = 150
ON = pytest.mark.parametrize("mixture", MIXTURES.values(), ids=MIXTURES)


def by_loops(samples: np.ndarray, mixture: Mixture) -> dict:
    """Every metric from its definition, one sample at a time."""
    k, n = mixture.modes, len(samples)
    members, good = [0] * k, [[] for _ in range(k)]
    log_densities = []
    for x in samples:
        if not np.isfinite(x).all() or np.abs(x).max() > 1e12:
            log_densities.append(-math.inf)
            continue
        squared, logs = [], []
        for mean, covariance, weight in zip(
            mixture.means, mixture.covariances, mixture.weights, strict=True
        ):
            offset = x - mean
            squared.append(float(offset @ np.linalg.solve(covariance, offset)))
            norm = 2 * math.pi * math.sqrt(np.linalg.det(covariance))
            logs.append(math.log(weight / norm) - squared[-1] / 2)
        highest = max(logs)
        log_densities.append(highest + math.log(sum(math.exp(one - highest) for one in logs)))
        nearest = squared.index(min(squared))
        members[nearest] += 1
        if squared[nearest] <= 9:
            good[nearest].append(x)
    shares = [len(own) / n for own in good]
    covered = [5 * share >= w - 1e-5 for share, w in zip(shares, mixture.weights, strict=True)]
    spreads = []
    for mode in range(k):
        if covered[mode]:
            own = np.array(good[mode])
            trace = np.trace(np.cov(own.T)) if len(own) > 1 else 0.0
            spreads.append(trace / np.trace(mixture.covariances[mode]))
    total = sum(members)
    p = [m / total if total else math.nan for m in members]
    smooth = [(m + 0.5) / (total + k / 2) if total else math.nan for m in members]
    w = list(mixture.weights)

    def relative_entropy(a, b):
        return sum(x * math.log(x / y) if x else 0.0 for x, y in zip(a, b, strict=True))

    middle = [(a + b) / 2 for a, b in zip(p, w, strict=True)]
    return {
        "high_quality": sum(shares),
        "modes_captured": sum(len(own) > 0 for own in good),
        "modes_covered": sum(covered),
        "reverse_kl": relative_entropy(p, w),
        "kl": relative_entropy(w, smooth),
        "js": (relative_entropy(p, middle) + relative_entropy(w, middle)) / 2,
        "mode_tv": (sum(abs(a - b) for a, b in zip(shares, w, strict=True)) + 1 - sum(shares)) / 2,
        "spread": median(spreads) if spreads else math.nan,
        "nll": -sum(log_densities) / n,
        "shares": shares,
        "covered": covered,
    }


def scenes(mixture: Mixture) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(7)
    perfect, labels = mixture.sample(N, rng)
    strays = perfect.copy()
    strays[::7] = [math.nan, 0.0]
    strays[3::11, 1] = -math.inf
    strays[5::13] = 1e20
    return {
        "perfect": perfect,
        "shifted": perfect + 0.1,
        "one mode only": np.where(labels[:, None] == 0, perfect, mixture.means[0]),
        "far away": perfect + 30,
        "constant": np.tile([0.1, 0.05], (N, 1)),
        "strays": strays,
        "nothing finite": np.full((N, 2), math.nan),
    }


def in_numpy(samples, mixture):
    return evaluate_samples(samples, mixture.means, mixture.whitening, mixture.weights)


compiled = jax.jit(jax.vmap(evaluate_samples, in_axes=(0, None, None, None)))


def in_jax(samples, mixture):
    truth = (mixture.means, mixture.whitening, mixture.weights)
    batch = np.stack([samples, samples[::-1]])
    result = compiled(*(jnp.asarray(array, jnp.float32) for array in (batch, *truth)))
    return {name: np.asarray(values)[0] for name, values in result.items()}


def assert_same(found, expected, tolerance):
    assert set(found) == set(expected)
    for name, value in expected.items():
        assert np.asarray(found[name]) == pytest.approx(
            np.asarray(value), rel=tolerance, abs=tolerance, nan_ok=True
        ), name


@ON
def test_every_metric_is_its_definition_in_numpy(mixture):
    for name, samples in scenes(mixture).items():
        expected = by_loops(samples, mixture)
        assert_same(in_numpy(samples, mixture), expected, 1e-9)
        assert set(METRICS) < set(expected), name


@pytest.mark.parametrize("name", ["one mode", "tilted", "many"])
def test_every_metric_is_its_definition_in_compiled_jax_in_float32(name):
    mixture = MIXTURES[name]
    for samples in scenes(mixture).values():
        rounded = samples.astype(np.float32).astype(np.float64)
        assert_same(in_jax(samples, mixture), by_loops(rounded, mixture), 2e-4)


@given(
    arrays(np.float64, (12, 2), elements=st.floats(width=32, allow_nan=True, allow_infinity=True))
)
@settings(max_examples=60)
def test_no_samples_whatever_break_it(samples):
    mixture = MIXTURES["ring"]
    found = in_numpy(samples, mixture)
    for name in ("high_quality", "mode_tv"):
        assert 0 <= found[name] <= 1
    assert 0 <= found["modes_covered"] <= found["modes_captured"] <= 5
    assert (found["nll"] == math.inf) == (not (np.abs(samples) <= 1e12).all())
    assert found["high_quality"] == pytest.approx(found["shares"].sum())


def test_a_single_sample_is_enough():
    mixture = MIXTURES["ring"]
    found = in_numpy(mixture.means[:1], mixture)
    assert_same(found, by_loops(mixture.means[:1], mixture), 1e-12)
    assert found["spread"] == 0


def test_the_order_of_the_samples_does_not_matter():
    mixture = MIXTURES["ring"]
    samples, _ = mixture.sample(300, np.random.default_rng(0))
    assert_same(in_numpy(samples[::-1], mixture), in_numpy(samples, mixture), 1e-12)


def test_a_share_of_exactly_a_fifth_of_the_weight_is_covered_in_both_libraries():
    mixture = MIXTURES["ring"]
    for n in (25, 2500):
        counts = [n // 25, n // 25 - 1, n // 25 + 1, 0]
        rest = n - sum(counts)
        samples = np.repeat(mixture.means, [*counts, rest], axis=0)
        expected = [True, False, True, False, True]
        assert in_numpy(samples, mixture)["covered"].tolist() == expected
        assert in_jax(samples, mixture)["covered"].tolist() == expected


def test_perfect_samples_score_what_the_design_says():
    mixture = MIXTURES["ring"]
    samples, _ = mixture.sample(200_000, np.random.default_rng(0))
    found = in_numpy(samples, mixture)
    assert found["high_quality"] == pytest.approx(0.98889, abs=1e-3)
    assert found["mode_tv"] == pytest.approx(0.0111, abs=2e-3)
    assert found["spread"] == pytest.approx(0.949, abs=5e-3)
    assert found["reverse_kl"] == pytest.approx(0, abs=1e-4)
    entropy = math.log(2 * math.pi * math.e * 0.05**2) + math.log(5)
    assert found["nll"] == pytest.approx(entropy, abs=0.01)


def test_a_single_lost_mode_of_five_costs_the_logarithm():
    mixture = MIXTURES["ring"]
    samples = np.repeat(mixture.means[:4], 100, axis=0)
    found = in_numpy(samples, mixture)
    assert found["reverse_kl"] == pytest.approx(math.log(5 / 4))
    assert found["modes_covered"] == 4
    assert found["mode_tv"] == pytest.approx(0.2)


def test_it_compiles_once_for_any_data():
    mixture = MIXTURES["ring"]
    program = jax.jit(evaluate_samples)
    for seed in range(3):
        samples, _ = mixture.sample(50, np.random.default_rng(seed))
        program(
            *(
                jnp.asarray(a, jnp.float32)
                for a in (samples, mixture.means, mixture.whitening, mixture.weights)
            )
        )
    assert program._cache_size() == 1


def test_its_metrics_are_those_declared_for_an_evaluation():
    assert set(METRICS) == {*metrics.EVALUATION_METRICS, "kl"}
