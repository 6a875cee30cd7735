"""Update rules: against a slow and obvious computation, and in the smallest game there is."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from dirac_gan import RATE, dirac_gan
from game_examples import experiment, hyper_of, quickly_compiled

from ganrun.config import Experiment
from ganrun.game.members import game_of
from ganrun.game.players import TrainingState
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import initial_state, play_until
from ganrun.game.targets import sample_target
from ganrun.game.updates import UPDATES

pytestmark = pytest.mark.usefixtures("quick_xla")

Vector = np.ndarray
AHEAD = 1 << 22
"""Child of a round's key for the look ahead of an extragradient round."""


def small_game(updates: Any, optimizer: str = "sgd", **training: Any) -> Experiment:
    """Two networks of one hidden tanh layer each, in the non-saturating game."""
    network = {"hidden": [HIDDEN], "activation": "tanh"}
    return experiment(
        seed=5,
        generator=network,
        discriminator=network,
        training={"updates": updates, "batch_size": 8, **training},
        optimizer={
            "name": optimizer,
            "learning_rate": 0.05 if optimizer == "sgd" else 0.01,
            "learning_rate_ratio": 2.0,
            "b1": 0.5,
            "b2": 0.9,
            "eps": 0.01,
        },
    )


class Batches(NamedTuple):
    """What one round draws: the generator's batch, with real points, and the discriminator's."""

    latents_g: Any
    real_g: Any
    latents_d: Any
    real_d: Any


def loss_g(g: Any, d: Any, drawn: Batches) -> Any:
    return jnp.mean(jnp.log1p(jnp.exp(-logits(d, network(g, drawn.latents_g, 2)))))


def loss_d(g: Any, d: Any, latents: Any, real: Any) -> Any:
    fake = logits(d, network(g, latents, 2))
    return jnp.mean(jnp.log1p(jnp.exp(-logits(d, real)))) + jnp.mean(jnp.log1p(jnp.exp(fake)))


def both_slopes(g: Any, d: Any, drawn: Batches) -> Any:
    on_d = jax.grad(loss_d, 1)(g, d, drawn.latents_d, drawn.real_d)
    return jax.grad(loss_g, 0)(g, d, drawn), on_d


slopes_at = quickly_compiled(both_slopes)
second_derivatives = quickly_compiled(jax.jacfwd(both_slopes, (0, 1)))
"""How either player's slopes change with the weights of either: four whole matrices."""


@partial(jax.jit, static_argnums=1)
def draws(target: Any, size: int, key_g: Any, key_d: Any) -> Batches:
    real_key, latent_key, _ = jax.random.split(key_d, 3)
    real_of_g = jax.random.fold_in(key_g, 1 << 21)
    return Batches(
        jax.random.normal(key_g, (size, 2)),
        sample_target(real_of_g, target, size),
        jax.random.normal(latent_key, (size, 2)),
        sample_target(real_key, target, size),
    )


@partial(jax.jit, static_argnums=(0, 1))
def answered(optimizer: Any, steps: int, rate: float, moments: Any, at: Any, drawn: Any) -> Any:
    """The slopes through steps of the discriminator that are written out, by forward derivatives.

    These are by an optimizer that has such moments, at players, on the generator's batch.
    """

    def loss(g: Any) -> Any:
        moved, stepping = at[1], optimizer.copy(moments)
        for _ in range(steps):
            on_d = jax.grad(loss_d, 1)(g, moved, drawn.latents_g, drawn.real_g)
            moved = moved - rate * stepping(on_d)
        return loss_g(g, moved, drawn)

    return jax.jacfwd(loss)(at[0])


class Slow:
    """The same game in float64, its networks and slopes written out.

    Nothing of `ganrun.game.updates` or `slopes` is used; of ganrun it takes the order of a
    network's weights, the real points and the keys.
    """

    def __init__(self, one: Experiment) -> None:
        self.one, self.hyper = one, hyper_of(one)
        state = initial_state(game_of(one), self.hyper)
        self.g, self.d = (
            np.asarray(player.params, np.float64)
            for player in (state.generator, state.discriminator)
        )
        self.rate_g = one.optimizer.learning_rate
        self.rate_d = one.optimizer.learning_rate * one.optimizer.learning_rate_ratio
        self.strengths = dict(one.training.updates.parameters)
        self.optimizer_g, self.optimizer_d = (optimizer_of(one) for _ in range(2))
        self.last: tuple[Any, Any] = (0.0, 0.0)
        self.slow = self.g, self.d
        self.round = 0

    def drawn(self, key_g: Any, key_d: Any) -> Batches:
        size = self.one.training.batch_size
        drawn = draws(self.hyper.target, size, key_g, key_d)
        return Batches(*(np.asarray(x, np.float64) for x in drawn))

    def play(self, rounds: int) -> list[tuple[Vector, Vector]]:
        """Both players after each round."""
        course = []
        for self.round in range(1, rounds + 1):
            key = round_key(self.hyper.seed, Stream.ROUND, jnp.int32(self.round))
            ahead = jax.random.fold_in(key, AHEAD)
            self.drawn_ahead = self.drawn(jax.random.fold_in(ahead, 0), ahead)
            self.now = self.drawn(*(jax.random.fold_in(key, i) for i in (0, 1)))
            with (
                jax.enable_x64(True),
                jax.numpy_dtype_promotion("standard"),
                jax.numpy_rank_promotion("allow"),
            ):
                getattr(self, self.one.training.updates.name)()
            self.g, self.d = np.asarray(self.g), np.asarray(self.d)
            course.append((self.g, self.d))
        return course

    def step(self, on_g: Any, on_d: Any) -> None:
        self.g = self.g - self.rate_g * self.optimizer_g(on_g)
        self.d = self.d - self.rate_d * self.optimizer_d(on_d)

    def slopes(self) -> tuple[Any, Any]:
        return slopes_at(self.g, self.d, self.now)

    def simultaneous(self) -> None:
        self.step(*self.slopes())

    def alternating(self) -> None:
        self.d = self.d - self.rate_d * self.optimizer_d(self.slopes()[1])
        self.g = self.g - self.rate_g * self.optimizer_g(self.slopes()[0])

    def extragradient(self) -> None:
        strength = self.strengths["strength"]
        on_g, on_d = slopes_at(self.g, self.d, self.drawn_ahead)
        g = self.g - strength * self.rate_g * self.optimizer_g(on_g)
        d = self.d - strength * self.rate_d * self.optimizer_d(on_d)
        self.step(*slopes_at(g, d, self.now))

    def optimistic(self) -> None:
        """At strength 1 `2 update - last update`."""
        strength = self.strengths["strength"]
        on_g, on_d = self.slopes()
        updates = self.optimizer_g(on_g), self.optimizer_d(on_d)
        self.g = self.g - self.rate_g * ((1 + strength) * updates[0] - strength * self.last[0])
        self.d = self.d - self.rate_d * ((1 + strength) * updates[1] - strength * self.last[1])
        self.last = updates

    def consensus(self) -> None:
        """By whole matrices of second derivatives."""
        weight = self.strengths["weight"]
        on_g, on_d = self.slopes()
        of_g, of_d = second_derivatives(self.g, self.d, self.now)
        calm_g, calm_d = (of_g[i].T @ on_g + of_d[i].T @ on_d for i in (0, 1))
        self.step(on_g + weight * calm_g, on_d + weight * calm_d)

    def unrolled(self) -> None:
        self.d = self.d - self.rate_d * self.optimizer_d(self.slopes()[1])
        optimizer, steps = self.optimizer_d, int(self.strengths["steps"])
        at, moments = (self.g, self.d), optimizer.numbers
        on_g = answered(optimizer, steps, self.rate_d, moments, at, self.now)
        self.g = self.g - self.rate_g * self.optimizer_g(on_g)

    def lookahead(self) -> None:
        self.alternating()
        if self.round % self.strengths["every"] == 0:
            share = self.strengths["share"]
            self.g = (1 - share) * self.slow[0] + share * self.g
            self.d = (1 - share) * self.slow[1] + share * self.d
            self.slow = self.g, self.d

    def competitive(self) -> None:
        """Both moves at once from one dense system: `move = alone - rates * mixed * other move`."""
        strength = self.strengths["strength"]
        on_g, on_d = self.slopes()
        (_, mixed_g), (mixed_d, _) = second_derivatives(self.g, self.d, self.now)
        alone = [-self.rate_g * self.optimizer_g(on_g), -self.rate_d * self.optimizer_d(on_d)]
        rates_g = self.rate_g * self.optimizer_g.scale(on_g)
        rates_d = self.rate_d * self.optimizer_d.scale(on_d)
        n, m = len(self.g), len(self.d)
        system = np.eye(n + m)
        system[:n, n:] = strength * rates_g[:, None] * mixed_g
        system[n:, :n] = strength * rates_d[:, None] * mixed_d
        moves = np.linalg.solve(system, np.concatenate(alone))
        self.g, self.d = self.g + moves[:n], self.d + moves[n:]


HIDDEN = 4


def network(params: Any, inputs: Any, outputs: int) -> Any:
    """One hidden layer: its bias and kernel, then the last one's, in the order of their names."""
    ends = np.cumsum([HIDDEN, inputs.shape[1] * HIDDEN, outputs])
    b1, w1, b2, w2 = jnp.split(params, ends)
    hidden = jnp.tanh(inputs @ w1.reshape(inputs.shape[1], HIDDEN) + b1)
    return hidden @ w2.reshape(HIDDEN, outputs) + b2


def logits(d: Any, points: Any) -> Any:
    return network(d, points, 1)[:, 0]


class Sgd:
    numbers: tuple[Any, ...] = ()

    def __call__(self, slopes: Any) -> Any:
        return slopes

    def scale(self, slopes: Any) -> Any:
        return np.ones_like(slopes)

    def copy(self, numbers: Any) -> Sgd:
        return self


class Adam:
    """Kingma & Ba 2015, algorithm 1."""

    def __init__(self, b1: float, b2: float, eps: float) -> None:
        self.b1, self.b2, self.eps = b1, b2, eps
        self.numbers: tuple[Any, ...] = (0.0, 0.0, 0.0)

    def __call__(self, slopes: Any) -> Any:
        t, m, v = self.numbers
        t, m = t + 1, self.b1 * m + (1 - self.b1) * slopes
        v = self.b2 * v + (1 - self.b2) * slopes**2
        self.numbers = t, m, v
        return m / (1 - self.b1**t) / (jnp.sqrt(v / (1 - self.b2**t)) + self.eps)

    def scale(self, slopes: Any) -> Any:
        """After a step."""
        t, _, v = self.numbers
        return np.asarray(1 / (np.sqrt(v / (1 - self.b2**t)) + self.eps))

    def copy(self, numbers: Any) -> Adam:
        other = Adam(self.b1, self.b2, self.eps)
        other.numbers = numbers
        return other


def optimizer_of(one: Experiment) -> Any:
    numbers = one.optimizer
    return Sgd() if numbers.name == "sgd" else Adam(numbers.b1, numbers.b2, numbers.eps)


@cache
def compiled(game: Any) -> Callable[..., TrainingState]:
    return quickly_compiled(partial(play_until, game))


def played(one: Experiment, rounds: int) -> tuple[Vector, Vector]:
    game, hyper = game_of(one), hyper_of(one)
    state = compiled(game)(hyper, initial_state(game, hyper), jnp.int32(rounds))
    assert int(state.diverged_at) == 0
    return np.asarray(state.generator.params), np.asarray(state.discriminator.params)


RULES: dict[str, Any] = {
    "alternating": "alternating",
    "simultaneous": "simultaneous",
    "extragradient": {"extragradient": {"strength": 0.8}},
    "optimistic": {"optimistic": {"strength": 0.7}},
    "consensus": {"consensus": {"weight": 2.0}},
    "unrolled": {"unrolled": {"steps": 3}},
    "lookahead": {"lookahead": {"every": 2, "share": 0.4}},
    "competitive": {"competitive": {"strength": 0.9}},
}


def test_every_rule_is_compared() -> None:
    assert set(RULES) == set(UPDATES)


@pytest.mark.parametrize(
    ("rule", "optimizer"),
    [*((rule, "adam") for rule in RULES), ("optimistic", "sgd"), ("competitive", "sgd")],
)
def test_a_rule_is_its_papers_after_a_round_and_after_twenty(rule: str, optimizer: str) -> None:
    one = small_game(RULES[rule], optimizer)
    course = Slow(one).play(20)
    for rounds, tolerance in ((1, 1e-5), (20, 2e-3)):
        for found, params in zip(played(one, rounds), course[rounds - 1], strict=True):
            np.testing.assert_allclose(found, params, rtol=0, atol=tolerance)


# The Dirac-GAN (Mescheder et al. 2018, section 2): a generator that is a point, a linear critic


def dirac_course(updates: Any, rounds: int) -> np.ndarray:
    """The point and the critic's slope after each round, `[R, 2]`."""
    game, hyper, state = dirac_gan(updates, BEGUN[0])
    play, course = compiled(game), []
    for stop in range(1, rounds + 1):
        state = play(hyper, state, jnp.int32(stop))
        theta = game.generator.unravel(state.generator.params)["layers"][1]["bias"][0]
        psi = game.discriminator.unravel(state.discriminator.params)["layers"][0]["kernel"][0, 0]
        course.append((float(theta), float(psi)))
    return np.array(course)


# A round as a matrix on `(theta, psi)`; the losses are `-theta psi` and `theta psi`.
TURNS = np.array([[0.0, RATE], [-RATE, 0.0]])
STILL = np.eye(2)
TAKING_TURNS = np.array([[1.0, RATE], [0.0, 1.0]]) @ np.array([[1.0, 0.0], [-RATE, 1.0]])
CLOSED_FORMS: dict[str, tuple[Any, np.ndarray]] = {
    # Mescheder et al. 2018, lemma 2.4
    "simultaneous": ("simultaneous", STILL + TURNS),
    # Mescheder et al. 2018, lemma 2.5
    "alternating": ("alternating", TAKING_TURNS),
    # Gidel et al. 2019, section 3.2: both halves of the step
    "extragradient": ("extragradient", STILL + TURNS + TURNS @ TURNS),
    # Mescheder et al. 2017, equation 10: `v - weight v' v`, and here `v' v` is the point itself
    "consensus": ({"consensus": {"weight": 0.5}}, STILL + TURNS - 0.5 * RATE * STILL),
    # Metz et al. 2017, equation 6, of a critic that is `steps * RATE * theta` further then
    "unrolled": (
        {"unrolled": {"steps": 2}},
        np.array([[1.0 - 4 * RATE**2, RATE], [0.0, 1.0]]) @ np.array([[1.0, 0.0], [-RATE, 1.0]]),
    ),
    # Schaefer & Anandkumar 2019, equation 4
    "competitive": ("competitive", (STILL + TURNS) / (1 + RATE**2)),
}
GROWTH = {
    "simultaneous": np.sqrt(1 + RATE**2),
    "alternating": 1.0,
    "extragradient": np.sqrt((1 - RATE**2) ** 2 + RATE**2),
    "consensus": np.hypot(1 - 0.5 * RATE, RATE),
    "unrolled": np.sqrt(1 - 4 * RATE**2),
    "competitive": 1 / np.sqrt(1 + RATE**2),
}
"""Moduli of both eigenvalues: products and sums of `1` and `+- RATE i`."""
BEGUN = np.array([1e-2, 0.0])


@pytest.mark.parametrize("rule", list(CLOSED_FORMS))
def test_the_dirac_gan_goes_as_its_closed_form_says(rule: str) -> None:
    updates, matrix = CLOSED_FORMS[rule]
    np.testing.assert_allclose(np.abs(np.linalg.eigvals(matrix)), GROWTH[rule], rtol=1e-12)
    assert (GROWTH[rule] < 1) == (rule not in ("simultaneous", "alternating"))
    wanted = [np.linalg.matrix_power(matrix, i) @ BEGUN for i in range(1, 21)]
    # The critic's last kernel moves by squares of what there is.
    np.testing.assert_allclose(dirac_course(updates, 20), wanted, rtol=0, atol=2e-5)


def test_optimism_brings_the_dirac_gan_in() -> None:
    """`x' = x + 2 v(x) - v(last x)`: Daskalakis et al. 2018, equation 4, and section 2's rate."""
    nothing = np.zeros((2, 2))
    matrix = np.block([[STILL + 2 * TURNS, -TURNS], [STILL, nothing]])
    roots = np.linalg.eigvals(matrix)
    slowest = [np.roots([1, -(1 + 2 * turn), turn]) for turn in (1j * RATE, -1j * RATE)]
    np.testing.assert_allclose(np.abs(roots).max(), np.abs(slowest).max(), rtol=1e-12)
    assert np.abs(roots).max() < 1
    # Before the first round nobody has moved, and the update then is 0.
    x, last, wanted = BEGUN, 0 * BEGUN, []
    for _ in range(20):
        update = TURNS @ x
        x, last = x + 2 * update - last, update
        wanted.append(x)
    np.testing.assert_allclose(dirac_course("optimistic", 20), wanted, rtol=0, atol=2e-5)


def test_looking_ahead_brings_the_dirac_gan_in() -> None:
    """Chavdarova et al. 2021, theorem 3: five turns and half of the way back, `1/2 + 1/2 M^5`."""
    there_and_back = 0.5 * STILL + 0.5 * np.linalg.matrix_power(TAKING_TURNS, 5)
    turning = np.linalg.eigvals(TAKING_TURNS)
    np.testing.assert_allclose(
        np.abs(np.linalg.eigvals(there_and_back)), np.abs(0.5 + 0.5 * turning**5), rtol=1e-9
    )
    assert np.abs(np.linalg.eigvals(there_and_back)).max() < 0.9
    course = dirac_course("lookahead", 20)[4::5]
    wanted = [np.linalg.matrix_power(there_and_back, i) @ BEGUN for i in range(1, 5)]
    np.testing.assert_allclose(course, wanted, rtol=0, atol=2e-5)
