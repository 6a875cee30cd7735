"""What holds of every piece of a game, whoever wrote it: what `ganrun check --pieces` looks at.

The house's own are held to the same by its tests. A property is asked of an `Entry`, something that
a config may choose, in a game of a few weights; where it does not hold, a `Broken` says what is
wrong in one line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from ganrun.config import Experiment, static_key
from ganrun.config.declarations import Parameter
from ganrun.config.overrides import experiment_on_top
from ganrun.game.members import game_of, hyperparameters_of
from ganrun.game.players import Game, Hyperparameters, TrainingState
from ganrun.game.population import state_as_dict
from ganrun.game.rounds import initial_state, is_finite, play_round, play_until
from ganrun.game.spectrum import local_spectrum, why_unknown

Config = dict[str, Any]
NEAR = 1e-6
"""How far weights may be from each other that are those of the same game: a rounding."""


class Broken(Exception):
    """A property does not hold; one line that says what is wrong."""


class Entry(NamedTuple):
    """A piece by the field that chooses it and its name."""

    field: str
    name: str
    parameters: tuple[Parameter, ...] = ()

    def config(self, **numbers: float) -> Config:
        """The sections that choose it."""
        chosen: Any = {self.name: numbers} if self.parameters else self.name
        return nested(self.field, {self.name: numbers} if self.field == "penalties" else chosen)

    def __str__(self) -> str:
        return f"{self.field} {self.name}".strip()


def nested(field: str, value: Any) -> Config:
    """A config of one field by its dotted name."""
    section, _, name = field.partition(".")
    return {section: {name: value}} if name else {section: value}


PLAIN: Config = {
    "seeds": [0],
    "target": {"layout": "ring", "modes": 3},
    "generator": {"hidden": [4]},
    "discriminator": {"hidden": [4]},
    "training": {"batch_size": 4, "steps": 60},
    "evaluation": {"every": 25, "samples": 100},
    "snapshots": {"count": 4, "samples": 8, "grid": 4},
    "optimizer": {"name": "sgd", "learning_rate": 0.1},
}


def small(sections: Config, **optimizer: Any) -> Experiment:
    """A game that is played quickly, by plain gradient descent where the sections have no other."""
    plain = experiment_on_top(PLAIN, {"optimizer": optimizer} if optimizer else {})
    return Experiment.model_validate(experiment_on_top(plain, sections))


def hyper_of(one: Experiment) -> Hyperparameters:
    """The experiment's traced half, on the device."""
    return jax.tree.map(jnp.asarray, hyperparameters_of(one))


QUICK_XLA = {
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
    "xla_cpu_parallel_codegen_split_count": 1,
}
"""With these XLA compiles in a quarter of the time, to slower code."""


def quickly_compiled(function: Callable[..., Any], **options: Any) -> Any:
    """Compile what is run a few times.

    Not for bits, which are those of the code that XLA makes for a training. `options` are those of
    `jax.jit`.
    """
    return jax.jit(function, compiler_options=QUICK_XLA, **options)


@cache
def _begin(game: Game) -> Any:
    return quickly_compiled(partial(initial_state, game))


@cache
def _play(game: Game) -> Any:
    return quickly_compiled(partial(play_round, game))


def after_rounds(one: Experiment, rounds: int = 1) -> TrainingState:
    """The state of a game after so many rounds."""
    game, hyper = game_of(one), hyper_of(one)
    state: TrainingState = _begin(game)(hyper)
    for _ in range(rounds):
        state = _play(game)(hyper, state)
    return state


def another(parameter: Parameter) -> float:
    """A value of a parameter that is not its default, and at which something happens."""
    value = parameter.default
    for other in (2 * value + 1, value / 2, parameter.most):
        if parameter.least <= other <= parameter.most and other != value:
            return int(other) if parameter.whole else other
    raise Broken(f"parameter {parameter.name!r} has one value; leave it out")


def farthest_apart(one: TrainingState, other: TrainingState) -> float:
    """Of all weights of both players, the largest difference."""
    return max(
        float(np.max(np.abs(np.subtract(a.params, b.params))))
        for a, b in (
            (one.generator, other.generator),
            (one.discriminator, other.discriminator),
        )
    )


# What holds


def stays_finite(state: TrainingState) -> None:
    """A round is played, and everything is a number after it."""
    arrays = state_as_dict(state)
    wrong = [name for name, x in arrays.items() if name != "trace" and not np.isfinite(x).all()]
    if wrong or not is_finite(state):
        raise Broken(f"after a round {wrong[0] if wrong else 'a loss'} is not finite")


def moves_both(entry: Entry) -> None:
    """Both players learn: neither stands still for want of a slope."""
    one = small(entry.config())
    before, after = after_rounds(one, 0), after_rounds(one, 2)
    for player in ("generator", "discriminator"):
        if np.array_equal(getattr(before, player).params, getattr(after, player).params):
            raise Broken(f"the {player} does not move: no gradient reaches it")


def does_something(entry: Entry) -> None:
    """A penalty at its defaults makes another game than none."""
    state = after_rounds(small(entry.config()))
    if farthest_apart(state, after_rounds(small({}))) == 0:
        raise Broken("at its defaults the game is as without it: no gradient comes of it")


def is_one_of(state: TrainingState, plain: list[TrainingState]) -> None:
    """At the value that leaves the game as it is, the state is that of one of the plain games."""
    if min(farthest_apart(state, one) for one in plain) > NEAR:
        raise Broken("with what is to leave the plain game as it is, it is another game")


def plain_games(played: Callable[..., Any] = after_rounds) -> list[TrainingState]:
    """The plain game after a round, in either order of moves."""
    rules = ("alternating", "simultaneous")
    return [played(small({"training": {"updates": rule}})) for rule in rules]


def is_data_unless_static(entry: Entry, parameter: Parameter) -> None:
    """Two values of a parameter are one program and two games; of a static one, two programs."""
    one = small(entry.config())
    other = small(entry.config(**{parameter.name: another(parameter)}))
    if (static_key(one) == static_key(other)) == parameter.static or (
        game_of(one) == game_of(other)
    ) == parameter.static:
        raise Broken(f"parameter {parameter.name!r}: 'static' is not what it is")
    if parameter.static:
        return
    shapes = [jax.tree.map(lambda x: (x.shape, x.dtype), hyper_of(x)) for x in (one, other)]
    values = [jax.tree.leaves(hyper_of(x)) for x in (one, other)]
    if shapes[0] != shapes[1] or values[0] == values[1]:
        raise Broken(f"parameter {parameter.name!r} does not reach the game as data")


def is_traced(one: Experiment) -> None:
    """No round looks at the value of what is data, so that another needs no other program."""
    game, hyper = game_of(one), hyper_of(one)
    state = jax.eval_shape(partial(initial_state, game), hyper)
    after = jax.eval_shape(partial(play_round, game), hyper, state)
    shapes = [jax.tree.map(lambda x: (x.shape, x.dtype), one) for one in (state, after)]
    if shapes[0] != shapes[1]:
        raise Broken("a round makes a state of other shapes than it was given")


def same_bits_in_company(one: Experiment, other: Experiment) -> None:
    """A member of a program comes to the same bits beside itself and beside another, in chunks."""
    game = game_of(one)
    play = quickly_compiled(jax.vmap(partial(play_until, game)))

    def lane(members: list[Experiment], which: int, *stops: int) -> list[bytes]:
        hypers = [hyper_of(member) for member in members]
        states = jax.tree.map(lambda *x: jnp.stack(x), *map(_begin(game), hypers))
        numbers = jax.tree.map(lambda *x: jnp.stack(x), *hypers)
        for stop in stops:
            states = play(numbers, states, jnp.full(2, stop))
        own = jax.tree.map(lambda x: x[which], states)
        return [array.tobytes() for array in state_as_dict(own).values()]

    alone = lane([one, one], 0, 4, 11)
    if alone != lane([other, one], 1, 11):
        raise Broken("beside another GAN it comes to other bits than alone")
    if alone == lane([other, one], 0, 11):
        raise Broken("another seed makes the same game")


def _is_neutral(entry: Entry, one: Parameter) -> None:
    off = one.off if one.off is not None else one.default
    is_one_of(after_rounds(small(entry.config(**{one.name: off}))), plain_games())


def is_diagnosed(entry: Entry) -> None:
    """Its local dynamics are measured, or are said not to be and why."""
    one = small(entry.config())
    game, hyper, state = game_of(one), hyper_of(one), after_rounds(one)
    if why_unknown(game, hyper) is None and local_spectrum(game, hyper, state, batch=4) is None:
        raise Broken("its slopes around a state are not finite")


def properties_of(entry: Entry) -> Iterator[tuple[str, Callable[[], None]]]:
    """What is asked of an entry that a config may choose: in words, and what raises `Broken`."""
    yield "its numbers are data to one program", lambda: is_traced(small(entry.config()))
    yield (
        "a round is played and stays finite",
        lambda: stays_finite(after_rounds(small(entry.config()))),
    )
    if entry.field == "penalties":
        yield "it does something", lambda: does_something(entry)
    yield "both players learn", lambda: moves_both(entry)
    for one in entry.parameters:
        yield f"{one.name} is what it is declared", partial(is_data_unless_static, entry, one)
        if one.off is not None:
            yield (
                f"{one.name} {one.off:g} leaves the plain game as it is",
                partial(_is_neutral, entry, one),
            )
    first = small(entry.config())
    second = first.model_copy(update={"seeds": (1,)})
    yield (
        "alone and in company it comes to the same bits",
        partial(same_bits_in_company, first, second),
    )
    yield "diagnose handles it", lambda: is_diagnosed(entry)
