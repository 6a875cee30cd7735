"""Optimizers: what turns slopes into a step, and what that step does to a game around a state.

Each is a function of those numbers of a config's `optimizer` that its declaration says it uses,
since these are data to the program. An update is in units of the learning rate, which is applied
outside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
import optax
from jaxtyping import Array, Float

from ganrun.config.outside import Given
from ganrun.game.networks import Params
from ganrun.game.outside import Implementations

Number = Float[Array, ""] | np.floating | float


class Optimizer(NamedTuple):
    """How slopes become a step: as training takes it, and as a linearised game sees it."""

    transform: optax.GradientTransformation
    preconditioner: Callable[[Any, Params], Params]
    """Of the state after a step and the step's slopes: what each weight's slope is multiplied by
    where the state is held fixed."""
    momentum: Number = 0.0
    """The decay of the running mean of slopes that is followed; 0 follows the slopes themselves."""
    weight_decay: Number = 0.0
    """The part of each weight that is taken away in a step, in units of the learning rate."""


def adam(*, b1: Number, b2: Number, eps: Number) -> Optimizer:
    """Kingma & Ba 2015, algorithm 1."""

    def preconditioner(after: Any, slopes: Params) -> Params:
        correction = 1 - jax.lax.pow(jnp.float32(b2), after.count)
        return 1 / (jnp.sqrt(after.nu / correction) + eps)

    transform = _by_loose_types(optax.scale_by_adam(b1=b1, b2=b2, eps=eps))
    return Optimizer(transform, preconditioner, momentum=b1)


def _by_loose_types(transform: optax.GradientTransformation) -> optax.GradientTransformation:
    """The same, also where types are strict: optax's Adam raises decays to a count's power."""

    def update(*arguments: Any) -> Any:
        with jax.numpy_dtype_promotion("standard"):
            return transform.update(*arguments)

    return optax.GradientTransformation(transform.init, update)


def adamw(*, b1: Number, b2: Number, eps: Number, weight_decay: Number) -> Optimizer:
    """Adam, and every weight decays by itself (Loshchilov & Hutter 2019, algorithm 2).

    As in PyTorch the decay is `learning_rate * weight_decay` of the weight in a step.
    """
    plain = adam(b1=b1, b2=b2, eps=eps)

    def update(slopes: Params, state: Any, params: Params) -> Any:
        updates, state = plain.transform.update(slopes, state, params)
        return updates + weight_decay * params, state

    transform = optax.GradientTransformation(plain.transform.init, update)
    return plain._replace(transform=transform, weight_decay=weight_decay)


def momentum(*, b1: Number) -> Optimizer:
    """Heavy ball: `v = b1 v + slopes`, as `torch.optim.SGD` has it (Polyak 1964)."""
    # As a running mean of slopes, `(1 - b1) v`, it goes `1 / (1 - b1)` times as far.
    return Optimizer(
        optax.trace(decay=b1),
        lambda after, slopes: jnp.ones_like(slopes) / (1 - b1),
        momentum=b1,
    )


def sgd() -> Optimizer:
    """Plain gradient descent."""
    return Optimizer(optax.identity(), lambda after, slopes: jnp.ones_like(slopes))


def rmsprop(*, decay: Number, eps: Number) -> Optimizer:
    """Tieleman & Hinton 2012, lecture 6.5; `eps` outside the root, as in `torch.optim.RMSprop`.

    Inside, 1e-8 would drown every slope below 1e-4, which those of a clipped critic are.
    """
    transform = optax.scale_by_rms(decay=decay, eps=eps, eps_in_sqrt=False)
    return Optimizer(transform, lambda after, slopes: 1 / (jnp.sqrt(after.nu) + eps))


def _from_outside(piece: Given) -> Callable[..., Optimizer]:
    def optimizer(**numbers: Number) -> Optimizer:
        found = piece(**numbers)
        if not isinstance(found, Optimizer):
            what = "ganrun.game.optimizers.Optimizer"
            raise piece.wrong(f"answered {type(found).__name__}, not {what}")
        return found

    return optimizer


OPTIMIZERS: dict[str, Callable[..., Optimizer]] = {
    "adam": adam,
    "adamw": adamw,
    "momentum": momentum,
    "sgd": sgd,
    "rmsprop": rmsprop,
}
"""The implementations of `ganrun.config`'s optimizers, under the same names; each takes by name the
numbers that its declaration says it uses."""
OPTIMIZERS = Implementations(OPTIMIZERS, "optimizer", _from_outside)
