"""The local dynamics are those of the papers' examples, and of a Jacobian formed the slow way."""

from __future__ import annotations

import math
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from dirac_gan import RATE, dirac_gan
from game_examples import experiment, hyper_of, quickly_compiled, without_compiling

from ganrun.game import spectrum, updates
from ganrun.game.members import game_of
from ganrun.game.objectives import OBJECTIVES
from ganrun.game.penalties import Batch, r1
from ganrun.game.players import TrainingState
from ganrun.game.population import state_as_dict, state_from_dict
from ganrun.game.randomness import Stream, round_key
from ganrun.game.rounds import in_round, initial_state, play_round, play_until
from ganrun.game.spectrum import (
    Schedule,
    Spectrum,
    local_spectrum,
    spectrum_of,
    why_unknown,
)
from ganrun.game.targets import sample_target

pytestmark = pytest.mark.usefixtures("quick_xla")

KEY = jax.random.key(0)


def dirac_field(objective: str, weight: float) -> Any:
    """The field of Mescheder et al. 2018: real points at 0, fakes at theta, critic `psi x`.

    The losses and the penalty are ganrun's own.
    """
    game = OBJECTIVES[objective]
    real = jnp.zeros((1, 2))

    def field(point: Any) -> Any:
        def critic(psi: Any) -> Any:
            return lambda x: psi * x[:, 0]

        def fakes(theta: Any) -> Any:
            return theta * jnp.eye(2)[:1]

        def loss_g(theta: Any) -> Any:
            return game.generator_loss(critic(point[1])(real), critic(point[1])(fakes(theta)))

        def loss_d(psi: Any) -> Any:
            fake = fakes(point[0])
            batch = Batch(real, fake, KEY)
            penalty = r1(critic(psi), batch, {"weight": jnp.float32(weight)})
            return game.discriminator_loss(critic(psi)(real), critic(psi)(fake)) + penalty

        return -jnp.stack([jax.grad(loss_g)(point[0]), jax.grad(loss_d)(point[1])])

    return field


def dirac_spectrum(
    objective: str = "minimax",
    weight: float = 0.0,
    rate: float = 1.0,
    schedule: Schedule = Schedule(),  # noqa: B008
) -> Spectrum:
    jacobian = np.asarray(jax.jacfwd(dirac_field(objective, weight))(jnp.zeros(2)))
    found = spectrum_of(lambda x: jacobian @ x, np.full(2, rate), 1, schedule)
    assert found is not None
    return found


SLOPE = {"minimax": 0.5, "non_saturating": 0.5, "wasserstein": 1.0, "hinge": 1.0}
"""`f'(0)`; least squares has its equilibrium elsewhere."""


@pytest.mark.parametrize("objective", list(SLOPE))
def test_the_unregularised_dirac_gan_only_turns(objective: str) -> None:
    """Mescheder et al. 2018, lemma 2.3: eigenvalues `+- f'(0) i`."""
    found = dirac_spectrum(objective)
    wanted = [1j * SLOPE[objective], -1j * SLOPE[objective]]
    np.testing.assert_allclose(found.eigenvalues, wanted, atol=1e-6)
    assert found.reliable
    assert dirac_spectrum(objective, rate=0.1).kind == "rotating"
    assert found.leader is not None
    assert found.leader.generator_share == pytest.approx(0.5)


@pytest.mark.parametrize("weight", [0.2, 0.9, 1.0, 3.0])
@pytest.mark.parametrize("objective", ["minimax", "non_saturating"])
def test_r1_makes_the_dirac_gan_converge(objective: str, weight: float) -> None:
    """Mescheder et al. 2018, section 4.1: `(-gamma +- sqrt(gamma^2 - 4 f'(0)^2)) / 2`."""
    root = np.sqrt(complex(weight**2 - 4 * 0.5**2))
    wanted = [(-weight + root) / 2, (-weight - root) / 2]
    found = dirac_spectrum(objective, weight)
    np.testing.assert_allclose(
        np.sort_complex(found.eigenvalues), np.sort_complex(wanted), atol=2e-3 * weight
    )
    assert all(value.real < 0 for value in found.eigenvalues)


def test_enough_r1_makes_it_stable() -> None:
    assert dirac_spectrum(weight=0.02, rate=0.1).kind == "rotating"
    assert dirac_spectrum(weight=2.0, rate=0.1).kind == "stable"


def test_a_negative_weight_makes_it_unstable() -> None:
    assert dirac_spectrum(weight=-2.0, rate=0.1).kind == "unstable"


def played_dirac(rate: float, schedule: Schedule) -> complex:
    """The largest eigenvalue of a round of the unregularised game, played on unit vectors."""

    def round_of(start: np.ndarray) -> np.ndarray:
        theta, psi, m_theta, m_psi = start
        b, k = schedule.momenta[0], schedule.discriminator_steps
        for i in range(k):
            if i == k - 1 and schedule.simultaneous:
                pull = -rate * 0.5 * psi
            m_psi = b * m_psi + (1 - b) * rate * 0.5 * theta / k
            psi = psi + m_psi
        if not schedule.simultaneous:
            pull = -rate * 0.5 * psi
        m_theta = b * m_theta + (1 - b) * pull
        return np.array([theta + m_theta, psi, m_theta, m_psi])

    values = np.linalg.eigvals(np.stack([round_of(e) for e in np.eye(4)], axis=1))
    return complex(values[np.argmax(np.abs(values))])


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("simultaneous", [False, True])
def test_the_multiplier_is_that_of_a_round_played(
    simultaneous: bool, steps: int, momentum: float
) -> None:
    schedule = Schedule(steps, simultaneous, (momentum, momentum))
    found = dirac_spectrum(rate=0.3, schedule=schedule).modes[0]
    wanted = played_dirac(0.3, schedule)
    np.testing.assert_allclose(abs(found.multiplier), abs(wanted), rtol=1e-5)
    np.testing.assert_allclose(found.turning, abs(np.angle(wanted)), rtol=1e-4)


def played_linear(scaled: np.ndarray, split: int, schedule: Schedule) -> np.ndarray:
    """A round of a linear game as a matrix `[2n, 2n]` on weights and momenta, by playing it."""
    b, k, n = schedule.momenta[0], schedule.discriminator_steps, len(scaled)

    def round_of(start: np.ndarray) -> np.ndarray:
        x, m = start[:n].copy(), start[n:].copy()
        for i in range(k):
            if i == k - 1 and schedule.simultaneous:
                pull = (scaled @ x)[:split]
            m[split:] = b * m[split:] + (1 - b) * (scaled @ x)[split:] / k
            x[split:] += m[split:]
        if not schedule.simultaneous:
            pull = (scaled @ x)[:split]
        m[:split] = b * m[:split] + (1 - b) * pull
        x[:split] += m[:split]
        return np.concatenate([x, m])

    return np.stack([round_of(e) for e in np.eye(2 * n)], axis=1)


def apart(found: complex, wanted: Any, both_signs: bool) -> float:
    """The distance to the nearest; a motion that does not turn may be told either way round."""
    ways = [found, found.conjugate()] if both_signs else [found]
    return float(min(np.abs(np.asarray(wanted) - way).min() for way in ways))


@pytest.mark.parametrize("momentum", [0.0, 0.01, 0.5, 0.9])
@pytest.mark.parametrize("players", [(1, 1), (2, 3)])
def test_where_both_move_at_once_a_multiplier_is_its_own_motions_slower_root(
    players: tuple[int, int], momentum: float
) -> None:
    """`z^2 - (1 + b + (1 - b) lambda) z + b`, and it is an eigenvalue of the round itself."""
    rng, schedule = np.random.default_rng(0), Schedule(1, True, (momentum, momentum))
    for _ in range(100):
        jacobian = rng.normal(size=(sum(players),) * 2)
        rates = 0.1 * np.exp(rng.normal(size=len(jacobian)))
        of_round = np.linalg.eigvals(played_linear(rates[:, None] * jacobian, players[0], schedule))
        found = spectrum_of(lambda x, j=jacobian: j @ x, rates, players[0], schedule)
        assert found is not None
        for mode in found.modes:
            middle = 1 + momentum + (1 - momentum) * mode.eigenvalue
            roots = np.roots([1, -middle, momentum])
            still = abs(mode.eigenvalue.imag) < 1e-12
            np.testing.assert_allclose(abs(mode.multiplier), np.abs(roots).max(), rtol=1e-6)
            assert apart(mode.multiplier, roots, still) < 1e-6
            assert apart(mode.multiplier, of_round, still) < 1e-6


@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("steps", [1, 3])
@pytest.mark.parametrize("simultaneous", [False, True])
def test_two_motions_of_a_plane_have_each_its_own_multiplier(
    simultaneous: bool, steps: int, momentum: float
) -> None:
    """With one weight on each side the plane is the whole game; small rates keep both near 1."""
    rng, schedule = np.random.default_rng(1), Schedule(steps, simultaneous, (momentum, momentum))
    for _ in range(200):
        jacobian, rates = rng.normal(size=(2, 2)), 1e-3 * np.exp(rng.normal(size=2))
        of_round = np.linalg.eigvals(played_linear(rates[:, None] * jacobian, 1, schedule))
        slow = of_round[np.argsort(-np.abs(of_round))[:2]]
        found = spectrum_of(lambda x, j=jacobian: j @ x, rates, 1, schedule)
        assert found is not None
        for mode in found.modes:
            assert np.abs(slow - mode.multiplier).min() < 1e-9
        if len(found.modes) == 2:
            multipliers = [mode.multiplier for mode in found.modes]
            assert {int(np.abs(slow - one).argmin()) for one in multipliers} == {0, 1}
            in_order = sorted(found.modes, key=lambda mode: -mode.eigenvalue.real)
            gaps = np.diff([abs(mode.multiplier) for mode in in_order])
            assert gaps[0] < 1e-4, "what fades faster has the smaller multiplier"


def played_rule(
    scaled: np.ndarray, split: int, schedule: Schedule, decays: np.ndarray | float = 0.0
) -> np.ndarray:
    """A round of a linear game, both at once, on weights, momenta and last moves, by playing it."""
    n, owner = len(scaled), np.where(np.arange(len(scaled)) < split, 0, 1)
    b = np.array(schedule.momenta)[owner]

    def round_of(start: np.ndarray) -> np.ndarray:
        x, m, last = np.split(start, 3)
        m = b * m + (1 - b) * (scaled @ x)
        if schedule.ahead is not None:
            ahead = x + schedule.ahead * (m - decays * x)
            m = b * m + (1 - b) * (scaled @ ahead)
        move = m - decays * x
        return np.concatenate([x + move + schedule.optimism * (move - last), m, move])

    return np.stack([round_of(e) for e in np.eye(3 * n)], axis=1)


RULES = {
    "simultaneous": Schedule(),
    "looking ahead": Schedule(ahead=0.7),
    "optimistic": Schedule(optimism=0.6),
}


@pytest.mark.parametrize("decay", [0.0, 0.05])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("rule", list(RULES))
def test_a_multiplier_is_that_of_the_round_that_the_rule_plays(
    rule: str, momentum: float, decay: float
) -> None:
    """Each is an eigenvalue of the round, by the closed form that its papers have for it."""
    rng, schedule = np.random.default_rng(2), RULES[rule]._replace(momenta=(momentum, momentum))
    for players in [(1, 1), (2, 3)] * 15:
        jacobian = rng.normal(size=(sum(players),) * 2)
        rates = 0.1 * np.exp(rng.normal(size=len(jacobian)))
        round_ = played_rule(rates[:, None] * jacobian, players[0], schedule, decay)
        found = spectrum_of(
            lambda x, j=jacobian: j @ x,
            rates,
            players[0],
            schedule,
            decays=np.full(len(rates), decay),
        )
        assert found is not None
        for mode in found.modes:
            still = abs(mode.eigenvalue.imag) < 1e-12
            assert apart(mode.multiplier, np.linalg.eigvals(round_), still) < 1e-6
            if momentum == decay == 0:
                value, s = mode.eigenvalue, schedule.optimism
                roots = {
                    "simultaneous": [1 + value],
                    "looking ahead": [1 + value + 0.7 * value**2],
                    "optimistic": np.roots([1, -(1 + (1 + s) * value), s * value]),
                }[rule]
                assert apart(mode.multiplier, roots, still) < 1e-6
                np.testing.assert_allclose(abs(mode.multiplier), np.abs(roots).max(), rtol=1e-6)


def test_two_players_may_have_a_momentum_each() -> None:
    rng, schedule = np.random.default_rng(3), Schedule(momenta=(0.8, 0.2))
    for _ in range(50):
        jacobian, rates = rng.normal(size=(2, 2)), 1e-2 * np.exp(rng.normal(size=2))
        wanted = np.linalg.eigvals(played_rule(rates[:, None] * jacobian, 1, schedule))
        found = spectrum_of(lambda x, j=jacobian: j @ x, rates, 1, schedule)
        assert found is not None
        for mode in found.modes:
            assert apart(mode.multiplier, wanted, abs(mode.eigenvalue.imag) < 1e-12) < 1e-9
    one = experiment(optimizer={"b1": 0.75, "discriminator_b1": 0.25})
    assert spectrum._schedule(game_of(one), hyper_of(one)).momenta == (0.75, 0.25)


CLOSED = {
    "simultaneous": 1 + 1j * RATE,
    "extragradient": 1 + 1j * RATE - RATE**2,
    "optimistic": max(np.roots([1, -(1 + 2j * RATE), 1j * RATE]), key=abs),
    "consensus": 1 + 1j * RATE - 10 * RATE,
}
"""Of the Dirac-GAN, whose field has the eigenvalues `+- i`, times the rate: see
`test_game_updates.py`."""


@pytest.mark.parametrize("rule", list(CLOSED))
def test_the_dirac_gan_has_the_multipliers_of_its_rounds(rule: str) -> None:
    """By the closed form, and by differences of the round that is really played."""
    game, hyper, state = dirac_gan(rule, 0.0)
    found = local_spectrum(game, hyper, jax.tree.map(np.asarray, state), batch=2)
    assert found is not None
    multipliers = np.array([mode.multiplier for mode in found.modes if mode.joint])
    assert len(multipliers) > 1
    np.testing.assert_allclose(np.abs(multipliers), abs(CLOSED[rule]), rtol=1e-5)
    both = np.abs(np.subtract.outer(multipliers, [CLOSED[rule], np.conj(CLOSED[rule])]))
    assert both.min(axis=1).max() < 1e-5
    moving = [state.generator.params, state.discriminator.params, *jax.tree.leaves(state.memory)]
    ends = np.cumsum([0, *(len(x) for x in moving)])

    @jax.vmap
    def after(change: Any) -> Any:
        parts = [x + change[a:b] for x, a, b in zip(moving, ends[:-1], ends[1:], strict=True)]
        start = state._replace(
            generator=state.generator._replace(params=parts[0]),
            discriminator=state.discriminator._replace(params=parts[1]),
            memory=tuple(parts[2:]),
        )
        end = play_round(game, hyper, start)
        both = end.generator.params, end.discriminator.params
        return jnp.concatenate([*both, *jax.tree.leaves(end.memory)])

    step = 1e-3
    changes = jnp.asarray(step * np.eye(ends[-1]), jnp.float32)
    there, back = quickly_compiled(lambda: (after(changes), after(-changes)))()
    of_round = np.linalg.eigvals(np.asarray(there - back, np.float64).T / (2 * step))
    for one in multipliers:
        assert np.abs(of_round - one).min() < 2e-3


PLAYERS = ("generator", "discriminator")
MANY: dict[str, Any] = {
    "what the discriminator sees, a latent that learns, a rate that falls": {
        "discriminator": {"dropout": 0.3, "packing": 2},
        "generator": {"latent": {"mixture": {"components": 3, "rate": 3.0}}},
        "training": {
            "instance_noise": {"std": 0.5, "until": 10},
            "label_smoothing": 0.2,
            "updates": "simultaneous",
        },
        "optimizer": {"name": "sgd", "schedule": {"linear": {"until": 8}}},
    },
    "whole batches, and weights that decay": {
        "generator": {"norm": "batch"},
        "discriminator": {"minibatch": "std", "norm": "layer"},
        "training": {"updates": "simultaneous"},
        "objective": "relativistic_average",
        "optimizer": {"name": "adamw", "weight_decay": 0.01},
    },
    "consensus": {
        "training": {"updates": {"consensus": {"weight": 0.5}}},
        "optimizer": {"name": "sgd"},
        "penalties": {"gradient_penalty": {"weight": 0.5}},
    },
}


@pytest.mark.parametrize("pieces", list(MANY))
def test_the_field_is_the_one_that_the_round_follows(
    pieces: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the spectrum pushes is how the real round's moves change, by differences."""
    sections = dict(MANY[pieces])
    for player in PLAYERS:
        network = {"hidden": [5], "activation": "tanh"}
        sections[player] = network | sections.get(player, {})
    sections["optimizer"] = {"learning_rate": 0.1} | sections["optimizer"]
    one = experiment(**sections)
    game, hyper = game_of(one), hyper_of(one)
    if game.optimizer == "adamw":  # so large an eps that its rates are the same everywhere
        wide = {"eps": jnp.float32(1e3), "learning_rate": jnp.float32(1e2)}
        descents = {name: getattr(hyper, name)._replace(**wide) for name in PLAYERS}
        hyper = hyper._replace(**descents)
    state = initial_state(game, hyper)._replace(round=jnp.int32(3))
    asked: dict[str, Any] = {}

    def keep(push: Any, rates: Any, *_: Any, decays: Any, **__: Any) -> None:
        asked.update(push=push, rates=rates, decays=decays)

    monkeypatch.setattr(spectrum, "spectrum_of", keep)
    local_spectrum(game, hyper, jax.tree.map(np.asarray, state), batch=one.training.batch_size)
    key = round_key(hyper.seed, Stream.DIAGNOSIS, 0)
    latent_key = jax.random.split(key, 3)[1]
    for name in ("pulls_at", "calmed"):  # on the batches that the spectrum looks at
        real: Any = getattr(updates, name)
        monkeypatch.setattr(
            updates,
            name,
            lambda game, hyper, players, *_, f=real: f(game, hyper, players, latent_key, key),
        )
    split, play = state.generator.params.size, updates.UPDATES[game.updates.name].play
    point = np.concatenate([state.generator.params, state.discriminator.params])

    @quickly_compiled
    def moved(to: Any) -> Any:
        start = state._replace(
            generator=state.generator._replace(params=to[:split]),
            discriminator=state.discriminator._replace(params=to[split:]),
        )
        end = play(game, in_round(game, hyper, jnp.int32(4)), start, key)
        return jnp.concatenate([end.generator.params, end.discriminator.params]) - to

    direction = np.random.default_rng(0).normal(size=len(point)).astype(np.float32)
    direction /= np.linalg.norm(direction)
    step = np.float32(0.02)
    changes = moved(point + step * direction) - moved(point - step * direction)
    wanted = np.asarray(changes, np.float64) / (2 * float(step))
    found = asked["rates"] * asked["push"](direction) - asked["decays"] * direction
    np.testing.assert_allclose(found, wanted, rtol=0, atol=0.02 * np.abs(wanted).max())


@pytest.mark.parametrize(
    ("sections", "named"),
    [
        ({"training": {"updates": "unrolled"}}, "unrolled"),
        ({"training": {"updates": "lookahead"}}, "lookahead"),
        ({"training": {"updates": "competitive"}}, "competitive"),
        ({"training": {"updates": "consensus", "discriminator_steps": 2}}, "discriminator_steps"),
        ({"training": {"top_k": {}}}, "training.top_k"),
        ({"generator": {"hidden": [4], "latent": "particles"}}, "particles"),
    ],
)
def test_what_has_no_closed_form_is_refused_in_a_sentence(sections: Any, named: str) -> None:
    one = experiment(**sections)
    game, hyper = game_of(one), hyper_of(one)
    told = why_unknown(game, hyper)
    assert told is not None
    assert named in told
    assert told.endswith(".")
    with without_compiling():
        state = jax.tree.map(np.asarray, initial_state(game, hyper))
    assert local_spectrum(game, hyper, state) is None


def test_every_rule_has_a_spectrum_or_a_sentence_that_says_why_not() -> None:
    for name, rule in updates.UPDATES.items():
        one = experiment(training={"updates": name})
        told = why_unknown(game_of(one), hyper_of(one))
        assert (told is None) == rule.has_spectrum


def test_a_fading_motion_of_a_game_without_momentum_fades() -> None:
    """A multiplier of 1.00208, its neighbour's, was given for `lambda = -0.00238` once."""
    motions, values = np.array([[1.0, 1.0], [1.0, -0.5]]), [-0.00238, 0.00208]
    matrix = motions @ np.diag(values) @ np.linalg.inv(motions)
    found = spectrum_of(lambda x: matrix @ x, np.ones(2), 1, Schedule())
    assert found is not None
    for mode, value in zip(found.modes, reversed(values), strict=True):
        assert mode.eigenvalue == pytest.approx(value)
        assert mode.multiplier == pytest.approx(1 + value)


def test_taking_turns_keeps_the_dirac_gan_on_its_orbit_and_moving_at_once_does_not() -> None:
    at_once = dirac_spectrum(rate=0.2, schedule=Schedule(simultaneous=True))
    in_turn = dirac_spectrum(rate=0.2, schedule=Schedule(simultaneous=False))
    np.testing.assert_allclose(abs(in_turn.modes[0].multiplier), 1, atol=1e-6)
    np.testing.assert_allclose(abs(at_once.modes[0].multiplier), math.hypot(1, 0.1), rtol=1e-6)


def test_a_saddle_of_one_player_alone_is_not_the_games_instability() -> None:
    """Two weights of the discriminator at `a b`, which grow together, beside a game that fades."""
    matrix = np.array([[-0.1, -0.05, 0, 0], [0.05, -0.1, 0, 0], [0, 0, 0, 0.3], [0, 0, 0.3, 0]])
    found = spectrum_of(lambda x: matrix @ x, np.ones(4), 1, Schedule())
    assert found is not None
    np.testing.assert_allclose(found.eigenvalues[0], 0.3, atol=1e-9)
    assert not found.modes[0].joint
    assert found.kind == "stable"


def trained(**sections: Any) -> tuple[Any, Any, TrainingState]:
    network = {"hidden": [5], "activation": "tanh"}
    one = experiment(
        seed=3, generator=network | {"latent_dim": 2}, discriminator=network, **sections
    )
    game, hyper = game_of(one), hyper_of(one)
    state = initial_state(game, hyper)
    state = jax.jit(lambda h, s: play_until(game, h, s, jnp.int32(50)))(hyper, state)
    return game, hyper, state_from_dict(game, state_as_dict(state), hyper)


def slow_jacobian(game: Any, hyper: Any, state: Any, count: int) -> np.ndarray:
    """The scaled field's Jacobian, by central differences in float64, in plain NumPy."""
    key = round_key(hyper.seed, Stream.DIAGNOSIS, 0)
    real_key, latent_key, _ = jax.random.split(key, 3)
    real = np.asarray(sample_target(real_key, hyper.target, count), float)
    latents = np.asarray(jax.random.normal(latent_key, (count, game.latent_dim)), float)
    split = state.generator.params.size
    point = np.concatenate([state.generator.params, state.discriminator.params]).astype(float)

    def network(net: Any, params: np.ndarray, x: np.ndarray) -> np.ndarray:
        # The one hidden layer's bias and kernel, then the last one's: the order of the names.
        h, o = net.hidden[0], net.outputs
        b1, w1, b2, w2 = np.split(params, np.cumsum([h, net.inputs * h, o]))
        return np.tanh(x @ w1.reshape(net.inputs, h) + b1) @ w2.reshape(h, o) + b2

    def losses(x: np.ndarray) -> np.ndarray:
        fake = network(game.generator, x[:split], latents)
        on_real, on_fake = (
            network(game.discriminator, x[split:], points)[:, 0] for points in (real, fake)
        )
        loss_g = np.log1p(np.exp(-on_fake)).mean()
        return np.array(
            [loss_g, np.log1p(np.exp(-on_real)).mean() + np.log1p(np.exp(on_fake)).mean()]
        )

    size, step = len(point), 1e-4
    unit = np.eye(size) * step
    jacobian = np.zeros((size, size))
    for i in range(size):
        player = 0 if i < split else 1
        for j in range(size):
            corners = [
                losses(point + a * unit[i] + b * unit[j])[player] for a in (1, -1) for b in (1, -1)
            ]
            jacobian[i, j] = -(corners[0] - corners[1] - corners[2] + corners[3]) / (4 * step**2)
    slopes = np.array(
        [
            (losses(point + u) - losses(point - u))[int(i >= split)] / (2 * step)
            for i, u in enumerate(unit)
        ]
    )
    rates = []
    rate_d = hyper.discriminator.learning_rate * int(hyper.discriminator_steps)
    for player, g, rate in (
        (state.generator, slopes[:split], hyper.generator.learning_rate),
        (state.discriminator, slopes[split:], rate_d),
    ):
        scale = np.ones_like(g)
        if game.optimizer == "adam":
            b2 = hyper.generator.b2
            nu = b2 * player.opt_state.nu + (1 - b2) * g**2
            nu_hat = nu / (1 - float(b2) ** (int(player.opt_state.count) + 1))
            scale = 1 / (np.sqrt(nu_hat) + 1e-8)
        rates.append(float(rate) * np.asarray(scale, float))
    return np.concatenate(rates)[:, None] * jacobian


@pytest.mark.parametrize("optimizer_name", ["adam", "sgd"])
def test_the_spectrum_is_that_of_the_jacobian_formed_by_differences(optimizer_name: str) -> None:
    game, hyper, state = trained(
        optimizer={"name": optimizer_name, "learning_rate": 0.01, "learning_rate_ratio": 2.0},
        training={"discriminator_steps": 2},
    )
    wanted = np.linalg.eigvals(slow_jacobian(game, hyper, state, 64))
    found = local_spectrum(game, hyper, state, batch=64, count=4)
    assert found is not None
    assert found.reliable
    largest = np.abs(wanted).max()
    for value in found.eigenvalues:
        assert np.abs(wanted - value).min() < 2e-3 * largest
    values = np.array(found.eigenvalues)
    np.testing.assert_allclose(values.real.max(), wanted.real.max(), atol=2e-3 * largest)
    np.testing.assert_allclose(np.abs(values).max(), largest, rtol=2e-3)
    np.testing.assert_allclose(values.imag.max(), wanted.imag.max(), atol=2e-3 * largest)


def large_game(size: int, growth: float) -> np.ndarray:
    """Players who turn around each other at many rates; the fastest turn grows, the rest fades."""
    rng = np.random.default_rng(1)
    half = size // 2
    rates = 0.8 ** np.arange(half)
    turn, nothing = np.diag(rates), np.zeros((half, half))
    turns = np.block([[-0.1 * turn, -turn], [turn, nothing]])
    turns[0, 0] = growth
    bases = [np.linalg.qr(rng.normal(size=(half, half)))[0] for _ in range(2)]
    basis = np.block([[bases[0], nothing], [nothing, bases[1]]])
    return basis @ turns @ basis.T


@pytest.mark.parametrize("growth", [-0.1, 0.5])
def test_arnoldi_finds_what_the_whole_matrix_has(
    growth: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing grows the largest real parts are a crowd at 0, of which none is found."""
    matrix = large_game(200, growth)
    found = spectrum_of(lambda x: matrix @ x, np.ones(200), 100, Schedule())
    monkeypatch.setattr(spectrum, "DENSE_BELOW", 1000)
    dense = spectrum_of(lambda x: matrix @ x, np.ones(200), 100, Schedule())
    assert dense is not None
    assert found is not None
    assert found.reliable
    assert found.kind == dense.kind
    everything = np.linalg.eigvals(matrix)
    for value in found.eigenvalues:
        assert np.abs(everything - value).min() < 1e-3 * np.abs(everything).max()
    for part in (np.imag, np.abs, *([np.real] if growth > 0 else [])):
        np.testing.assert_allclose(
            part(found.eigenvalues).max(), part(dense.eigenvalues).max(), rtol=1e-2
        )


def test_what_does_not_converge_is_said_to_be_unreliable() -> None:
    """A nilpotent shift: all eigenvalues are 0, and Arnoldi sees a circle."""
    found = spectrum_of(
        lambda x: np.roll(x, 1) * (np.arange(500) > 0), np.ones(500), 250, Schedule()
    )
    assert found is not None
    assert not found.reliable


def test_a_flat_game_is_stable() -> None:
    for size in (4, 200):
        found = spectrum_of(np.zeros_like, np.ones(size), size // 2, Schedule())
        assert found is not None
        assert found.kind == "stable"


@pytest.mark.parametrize(
    "sections",
    [
        {"discriminator": {"hidden": [8], "spectral_norm": True}, "objective": "hinge"},
        {"discriminator": {"hidden": [8], "weight_clip": 0.05}, "objective": "wasserstein"},
        {"penalties": {"gradient_penalty": {"weight": 1.0}}, "optimizer": {"name": "rmsprop"}},
    ],
)
def test_every_kind_of_game_has_a_spectrum_and_always_the_same(sections: Any) -> None:
    one = experiment(**sections)
    game, hyper = game_of(one), hyper_of(one)
    state = jax.tree.map(np.asarray, initial_state(game, hyper))
    first, again = (local_spectrum(game, hyper, state, batch=32) for _ in range(2))
    assert first is not None
    assert first == again
    assert np.isfinite(first.eigenvalues).all()


def test_weights_held_by_the_clip_do_not_move() -> None:
    one = experiment(discriminator={"weight_clip": 1e-6}, objective="wasserstein")
    game, hyper = game_of(one), hyper_of(one)
    state = jax.tree.map(np.asarray, initial_state(game, hyper))
    field = np.sign(np.random.default_rng(0).normal(size=state.discriminator.params.size))
    held = state.discriminator._replace(params=np.float32(1e-6) * field.astype(np.float32))
    free = local_spectrum(
        game, hyper._replace(weight_clip=np.float32(np.inf)), state._replace(discriminator=held)
    )
    bound = local_spectrum(game, hyper, state._replace(discriminator=held))
    assert free is not None
    assert bound is not None
    assert max(map(abs, bound.eigenvalues)) < max(map(abs, free.eigenvalues))


def test_a_state_that_is_not_finite_has_no_spectrum() -> None:
    one = experiment()
    game, hyper = game_of(one), hyper_of(one)
    state = jax.tree.map(np.asarray, initial_state(game, hyper))
    broken = np.full_like(state.generator.params, np.nan)
    lost = state._replace(generator=state.generator._replace(params=broken))
    assert local_spectrum(game, hyper, lost, batch=32) is None
