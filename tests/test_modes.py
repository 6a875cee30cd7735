"""The mode counter: its rule, its fit, and that it is deterministic whatever it is given."""

import math
import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganrun.config.targets import Custom, Grid, Line, Random, Ring
from ganrun.measure import fitting
from ganrun.measure.fitting import Components, fit_mixture
from ganrun.measure.modes import ModeCount, count_modes, match_modes
from ganrun.mixture import Mixture, mixture_of
from ganrun.threads import _libraries, one_thread

FIVE = mixture_of(Ring())
STD = 0.05


def components(*parts):
    """Components (weight, mean in plane units, std in mode std) around five modes."""
    weights, means, stds = zip(*parts, strict=True)
    covariances = [np.diag(np.broadcast_to(std, 2) ** 2) * STD**2 for std in stds]
    return Components(np.array(weights, float), np.array(means, float), np.array(covariances))


def heaps_of(parts, mixture):
    """The modes that components make heaps of."""
    return tuple(match_modes(parts, mixture))


def at(mode, x=0.0, y=0.0):
    """A place, by its offset from a mode in std."""
    return FIVE.means[mode] + STD * np.array([x, y])


@pytest.mark.parametrize(
    ("weight", "place", "std", "recovered"),
    [
        (0.2, (0, 0), 1, True),
        (0.041, (0, 0), 1, True),
        (0.039, (0, 0), 1, False),  # less than a fifth of its weight
        (0.2, (1.9, 0), 1, True),
        (0.2, (0, 2.1), 1, False),  # too far off
        (0.2, (0, 0), 0.26, True),
        (0.2, (0, 0), 0.24, False),  # shrunk
        (0.2, (0, 0), 1.9, True),
        (0.2, (0, 0), 2.1, False),  # swollen
        (0.2, (0, 0), (2.7, 0.2), True),
        (0.2, (0, 0), (3.1, 0.2), False),  # a thread that passes through
    ],
)
def test_a_component_recovers_its_mode_within_limits(weight, place, std, recovered):
    found = heaps_of(components((weight, at(2, *place), std)), FIVE)
    assert found == ((2,) if recovered else ())


def test_a_mode_of_two_halves_is_one_mode_if_together_they_are_like_it():
    left, right = (0.1, at(1, -1), 0.3), (0.1, at(1, 1), 0.3)
    assert heaps_of(components(left, right), FIVE) == (1,)
    assert heaps_of(components((0.1, at(1, -2.9), 0.3), (0.1, at(1, 2.9), 0.3)), FIVE) == ()


def test_the_parts_of_a_mode_are_merged_by_their_moments():
    parts = components((0.03, at(0, -1, 0.5), (0.5, 0.8)), (0.09, at(0, 2, 0), (1.2, 0.4)))
    rng = np.random.default_rng(0)
    drawn = Mixture(parts.means, parts.covariances, parts.weights / parts.weights.sum())
    offsets = (drawn.sample(400_000, rng)[0] - FIVE.means[0]) / STD
    width = math.sqrt(np.trace(np.cov(offsets.T)) / 2)
    # The narrowest that recovers a mode is a quarter of its std, and nothing else is at a limit.
    for std, recovered in ((4 * STD * width * 0.98, True), (4 * STD * width * 1.02, False)):
        one = mixture_of(Custom(means=((2, 0),), stds=(std,), weights=(1,)))
        whole = Components(parts.weights / parts.weights.sum(), parts.means, parts.covariances)
        assert (heaps_of(whole, one) == (0,)) == recovered


def test_bridges_and_background_take_no_mode_away():
    good = [(0.15, at(k), 1.0) for k in range(5)]
    wide = [(0.1, at(0, 1), 4.0), (0.1, (0.0, 0.0), 30.0), (0.05, at(3), (8.0, 0.5))]
    assert heaps_of(components(*good, *wide), FIVE) == (0, 1, 2, 3, 4)
    assert heaps_of(components(*wide), FIVE) == ()


def test_clean_samples_of_every_size_give_all_modes_and_as_many_components():
    for target in (Ring(modes=1), Ring(), Line(modes=3), Random(modes=12), Grid(spacing=1.0)):
        mixture = mixture_of(target)
        samples, _ = mixture.sample(1500, np.random.default_rng(1))
        k = mixture.modes
        assert count_modes(samples, mixture) == ModeCount(k, tuple(range(k)), k, False)


def test_the_weights_that_count_are_shares_of_all_samples_the_lost_ones_too():
    samples, labels = FIVE.sample(2000, np.random.default_rng(0))
    rare = np.concatenate([samples[labels != 0], samples[labels == 0][:60]])
    assert 0 not in count_modes(rare, FIVE).recovered_modes  # 60 of 1,700: under 4 %
    assert 0 in count_modes(rare[-900:], FIVE).recovered_modes  # 60 of 900
    diluted = np.concatenate([rare[-900:], np.full((1200, 2), np.nan)])
    assert 0 not in count_modes(diluted, FIVE).recovered_modes


def test_modes_of_different_shapes_are_measured_each_by_its_own():
    mixture = mixture_of(
        Custom(
            means=((0, 0), (3, 0), (0, 3)),
            covariances=(
                ((0.04, 0.035), (0.035, 0.04)),
                ((1e-4, 0), (0, 0.01)),
                ((0.01, 0), (0, 0.01)),
            ),
        )
    )
    samples, labels = mixture.sample(2500, np.random.default_rng(0))
    assert count_modes(samples, mixture).recovered == 3
    # The narrow mode turned by a right angle has the right trace but lies far outside across.
    turned = samples.copy()
    turned[labels == 1] = mixture.means[1] + (samples[labels == 1] - mixture.means[1])[:, ::-1]
    assert count_modes(turned, mixture).recovered_modes == (0, 2)


def test_reaching_the_largest_size_is_recorded():
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 4000)
    circle = 2 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    found = count_modes(circle, FIVE)
    assert found.components == 15
    assert found.reached_bound
    assert found.recovered == 0


@given(
    arrays(
        np.float64,
        st.tuples(st.integers(0, 40), st.just(2)),
        elements=st.floats(allow_nan=True, allow_infinity=True, width=32)
        | st.sampled_from([0.0, 2.0, 1.99, 0.618]),
    )
)
@settings(max_examples=80)
def test_no_samples_whatever_crash_it_or_make_it_warn(samples):
    found = count_modes(samples, FIVE)
    assert 0 <= found.recovered == len(found.recovered_modes) <= 5
    assert found.components <= 15


@pytest.mark.parametrize("scale", [0.01, 1.0, 300.0])
def test_the_count_does_not_depend_on_the_units(scale):
    mixture = mixture_of(Ring(radius=2 * scale, std=0.05 * scale))
    samples, _ = FIVE.sample(1000, np.random.default_rng(3))
    samples[:150] = np.random.default_rng(4).uniform(-3, 3, (150, 2))
    assert count_modes(samples * scale, mixture) == count_modes(samples, FIVE)


def test_very_small_modes_in_a_very_wide_plane_are_counted():
    mixture = mixture_of(Line(modes=3, length=1000, std=1e-3))
    samples, _ = mixture.sample(1000, np.random.default_rng(0))
    assert count_modes(samples, mixture).recovered == 3


def test_the_fit_is_scikit_learns_own_optimum_from_where_it_ends():
    from sklearn.mixture import GaussianMixture

    points = FIVE.sample(800, np.random.default_rng(0))[0] / STD
    found = fit_mixture(points, 15, 0.1)
    again = GaussianMixture(found.size, reg_covar=0.01, random_state=0, n_init=5).fit(points)
    order = [int(np.linalg.norm(again.means_ - mean, axis=1).argmin()) for mean in found.means]
    assert sorted(order) == list(range(found.size))
    assert found.weights == pytest.approx(again.weights_[order], abs=1e-3)
    assert found.means == pytest.approx(again.means_[order], abs=1e-2)
    added = 0.01 * np.eye(2)
    assert found.covariances + added == pytest.approx(again.covariances_[order], abs=2e-2)


def test_the_criterion_and_the_likelihood_are_those_of_scikit_learn():
    from sklearn.mixture import GaussianMixture

    points = FIVE.sample(500, np.random.default_rng(0))[0] / STD
    model = GaussianMixture(7, reg_covar=0.01, random_state=0).fit(points)
    same = Components(model.weights_, model.means_, model.covariances_)
    features = fitting._features(points)
    responsibilities, log_likelihood = fitting._expectation(features, same)
    assert fitting._bic(features, same) == pytest.approx(model.bic(points))
    assert log_likelihood == pytest.approx(model.score(points))
    assert pytest.approx(model.predict_proba(points), abs=1e-9) == responsibilities.T


def test_merging_keeps_the_moments_and_takes_the_most_alike():
    parts = components((0.3, at(0, -0.3), 1.0), (0.5, at(2), 1.0), (0.2, at(0, 0.4), 1.2))
    merged = fitting._merge(parts, 1)
    assert merged.size == 2
    assert merged.means[1].tolist() == parts.means[1].tolist()
    for size, whole in ((3, parts), (2, merged)):
        assert whole.size == size
        mean = whole.weights @ whole.means
        offsets = whole.means - mean
        scatter = whole.covariances + offsets[:, :, None] * offsets[:, None, :]
        moments = [whole.weights.sum(), *mean, *np.tensordot(whole.weights, scatter, 1).ravel()]
        if size == 3:
            expected = moments
    assert moments == pytest.approx(expected)


def test_points_that_do_not_fit_into_a_cache_are_summed_in_parts(monkeypatch):
    points = FIVE.sample(500, np.random.default_rng(0))[0] / STD
    features = fitting._features(points)
    parts = components((0.5, at(0), 2.0), (0.5, at(2), 1.0))
    whole, log_likelihood = fitting._sums(features, parts)
    monkeypatch.setattr(fitting, "WHOLE", 100)
    monkeypatch.setattr(fitting, "CACHED", 70)
    in_parts, same = fitting._sums(features, parts)
    np.testing.assert_allclose(in_parts, whole, rtol=1e-12)
    assert same == pytest.approx(log_likelihood, rel=1e-12)


def test_many_mergers_at_once_are_those_that_come_one_by_one():
    rng = np.random.default_rng(3)
    roots = rng.normal(size=(60, 2, 2))
    parts = Components(
        rng.random(60), rng.normal(size=(60, 2)) * 4, roots @ roots.transpose(0, 2, 1)
    )
    at_once, one_by_one = fitting._merge(parts, 59), parts
    some = fitting._merge(fitting._merge(parts, 21), 38)
    for _ in range(59):
        one_by_one = fitting._merge(one_by_one, 1)
    for other in (one_by_one, some):
        assert at_once.means.tobytes() == other.means.tobytes()
        assert at_once.covariances.tobytes() == other.covariances.tobytes()


def test_the_count_is_the_same_in_many_threads_at_once():
    samples = [FIVE.sample(600, np.random.default_rng(seed))[0] for seed in range(4)]
    alone = [fit_mixture(points / STD, 15, 0.1) for points in samples]
    found = [None] * 4

    def work(i):
        found[i] = fit_mixture(samples[i] / STD, 15, 0.1)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one, other in zip(alone, found, strict=True):
        assert one.means.tobytes() == other.means.tobytes()
        assert one.covariances.tobytes() == other.covariances.tobytes()


def test_the_limit_to_one_thread_holds_until_the_last_one_leaves():
    def threads():
        return [library["num_threads"] for library in _libraries().info()]

    before = threads()
    with one_thread():
        with one_thread():
            assert set(threads()) <= {1}
        assert set(threads()) <= {1}
    assert threads() == before
