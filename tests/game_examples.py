"""Small games for the tests of the game, the population and the training."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import jax
import jax.extend.core
import jax.numpy as jnp
import numpy as np
from jax._src import compiler
from quick_words import quick_threefry, written_out

from ganrun.config import Experiment
from ganrun.config.metrics import ROUND_METRICS
from ganrun.game import randomness
from ganrun.game.members import hyperparameters_of
from ganrun.game.networks import Network, Params
from ganrun.game.players import Hyperparameters, TrainingState
from ganrun.game.population import Sizes, state_as_dict
from ganrun.game.properties import QUICK_XLA as QUICK_XLA
from ganrun.game.properties import quickly_compiled as quickly_compiled

Config = dict[str, Any]

TINY: Config = {
    "target": {"layout": "ring", "modes": 3},
    "generator": {"hidden": [8]},
    "discriminator": {"hidden": [8]},
    "training": {"batch_size": 16, "steps": 60},
    "evaluation": {"every": 25, "samples": 100},
    "snapshots": {"count": 4, "samples": 8, "grid": 4},
}


def laid_over(base: Config, sections: Config) -> Config:
    """The base with the fields given laid over it; a target with a layout replaces the base's."""
    content = dict(base)
    for name, section in sections.items():
        whole = not isinstance(section, dict) or "layout" in section
        content[name] = section if whole else {**base.get(name, {}), **section}
    return content


def experiment(seed: int = 0, **sections: Any) -> Experiment:
    """A tiny experiment; the sections given here are laid over the tiny one's."""
    content = {"name": "tiny", "seeds": [seed], **laid_over(TINY, sections)}
    return Experiment.model_validate(content)


def sizes_of(one: Experiment) -> Sizes:
    return Sizes(
        modes=one.target.mode_count,
        evaluation_samples=one.evaluation.samples,
        snapshot_samples=one.snapshots.samples,
        grid=one.snapshots.grid,
    )


def hyper_of(one: Experiment) -> Hyperparameters:
    """The experiment's traced half, on the device."""
    return jax.tree.map(jnp.asarray, hyperparameters_of(one))


def trace_of(state: TrainingState) -> dict[str, float]:
    return {name: float(x) for name, x in zip(ROUND_METRICS, state.trace, strict=True)}


def layers_of(network: Network, params: Params) -> list[tuple[np.ndarray, np.ndarray]]:
    """The kernels `[i, o]` and biases `[o]` of a network, in float64 and in their order.

    Where a layer has no bias it is 0.
    """
    layers = network.unravel(params)["layers"]
    kernels = [np.asarray(layers[i]["kernel"], np.float64) for i in sorted(layers)]
    return [
        (kernel, np.asarray(layers[i].get("bias", np.zeros(kernel.shape[1])), np.float64))
        for i, kernel in enumerate(kernels)
    ]


def bytes_of(state: TrainingState) -> dict[str, bytes]:
    """Every array of a training state, with its type and shape."""
    return {
        name: f"{array.dtype} {array.shape} ".encode() + array.tobytes()
        for name, array in state_as_dict(state).items()
    }


def all_finite(arrays: Mapping[str, np.ndarray]) -> bool:
    return all(np.isfinite(array).all() for array in arrays.values())


@contextmanager
def without_compiling() -> Iterator[None]:
    """Run rounds operation by operation, so that a hundred different games take seconds.

    Loops are Python's, random words come from JAX's own Threefry, which is one operation, and no
    operation's code is made any better than it has to be.
    """
    kept: Callable[..., Any] = jax.lax.fori_loop
    unrolled = randomness.UNROLLED_THREEFRY

    def loop(start: Any, stop: Any, body: Callable[[Any, Any], Any], value: Any) -> Any:
        for i in range(int(start), int(stop)):
            value = body(jnp.int32(i), value)
        return value

    jax.lax.fori_loop, randomness.UNROLLED_THREEFRY = loop, "threefry2x32"
    jax.config.update("jax_disable_most_optimizations", True)
    try:
        yield
    finally:
        jax.lax.fori_loop, randomness.UNROLLED_THREEFRY = kept, unrolled
        jax.config.update("jax_disable_most_optimizations", False)


def hurry() -> None:
    """Have all that this process compiles from now on compiled as `quick_xla` has it.

    The random words are the same, by `quick_words.py`.
    """
    of_training = compiler.get_compile_options

    def of_quick_xla(*arguments: Any, **options: Any) -> Any:
        own = options.pop("env_options_overrides", None) or {}
        return of_training(*arguments, env_options_overrides=QUICK_XLA | own, **options)

    compiler.get_compile_options = of_quick_xla
    randomness.threefry = quick_threefry


def hurries() -> bool:
    """Whether this process does so."""
    return compiler.get_compile_options.__name__ == "of_quick_xla"


@contextmanager
def quick_xla() -> Iterator[None]:
    """Compile everything so, JAX's single operations and ganrun's own programs too.

    Nothing of it outlasts the block: whoever asks for the same program then has it compiled as for
    a training. On disk it has a name of its own, which the options are part of.
    """
    of_training = compiler.get_compile_options
    jax.clear_caches()
    hurry()
    try:
        yield
    finally:
        compiler.get_compile_options, randomness.threefry = of_training, written_out
        jax.clear_caches()


def traced_once(function: Callable[[Any], Any], argument: Any) -> Callable[[Any], Any]:
    """A function's operations, found once, to be run one by one on arguments like this one."""
    operations, shape = jax.make_jaxpr(function, return_shape=True)(argument)
    run = jax.extend.core.jaxpr_as_fun(operations)
    return lambda like: jax.tree.unflatten(jax.tree.structure(shape), run(*jax.tree.leaves(like)))
