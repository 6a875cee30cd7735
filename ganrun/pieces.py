"""What a file with pieces of one's own imports: declarations, and what makes a function a piece.

    from ganrun.pieces import Parameter, Penalty, penalty

    @penalty(Penalty("logit_size", "weight * E[f(x)^2] on real samples.",
                     parameters=(Parameter("weight", "Weight of the penalty.", 0.01, 0.0, 1e3),)))
    def logit_size(critic, batch, parameters):
        return parameters["weight"] * (critic(batch.real) ** 2).mean()

The declarations are those by which ganrun declares its own pieces; docs/extending.md has an example
of each kind. Give the file with `--pieces FILE` or `pieces=FILE`, and name its pieces in a config.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ganrun.config.declarations import (
    Declaration,
    Level,
    Metric,
    Objective,
    Optimizer,
    Parameter,
    Penalty,
    Piece,
    Uphill,
)
from ganrun.config.outside import Own

__all__ = [
    "Level",
    "Metric",
    "Objective",
    "Optimizer",
    "Parameter",
    "Penalty",
    "Piece",
    "Uphill",
    "activation",
    "latent",
    "layout",
    "metric",
    "objective",
    "optimizer",
    "penalty",
    "update",
]

Mark = Callable[[Callable[..., Any]], Own]


def objective(declaration: Objective) -> Mark:
    """Mark `(real_logits, fake_logits) -> (discriminator's loss, each fake's loss)`.

    The logits are `[B]`; the first answer is a scalar, the second `[B]`, whose mean is the
    generator's loss.
    """
    return _marking("objective", declaration, Objective)


def penalty(declaration: Penalty) -> Mark:
    """Mark `(critic, batch, parameters) -> scalar`, added to the discriminator's loss.

    `critic` maps points `[n, i]` to logits `[n]`; `batch` has `real`, `fake` and a random `key`.
    """
    return _marking("penalty", declaration, Penalty)


def update(
    declaration: Piece, *, remember: Callable[[Any, Any], Any] = lambda generator, critic: ()
) -> Mark:
    """Mark `(game, hyper, state, key) -> Moved`: one round, as in `ganrun.game.updates`.

    `remember` says what the rule keeps of two players that it has not moved yet.
    """
    return _marking("update rule", declaration, Piece, remember=remember)


def optimizer(declaration: Optimizer) -> Mark:
    """Mark a function of the numbers that it `uses`, by name, to a `game.optimizers.Optimizer`."""
    return _marking("optimizer", declaration, Optimizer)


def activation(declaration: Piece) -> Mark:
    """Mark `(x, piece) -> y`, of one shape; `piece["slope"]` is a static parameter's number."""
    return _marking("activation", declaration, Piece)


def latent(declaration: Piece) -> Mark:
    """Mark `(key, count, dimensions) -> [count, dimensions]`, a draw of latent points."""
    return _marking("latent", declaration, Piece)


def layout(declaration: Piece) -> Mark:
    """Mark `(modes, **parameters) -> [modes, 2]`: where the modes' means are, in NumPy.

    Every such layout also has the fields `modes`, `std` and `weights`.
    """
    return _marking("layout", declaration, Piece)


def metric(declaration: Metric) -> Mark:
    """Mark `(samples, mixture) -> number`: of samples `[N, 2]` at a run's end, in NumPy.

    `mixture` has `means`, `covariances` and `weights`. None, or a number that is not finite, stands
    for what is undefined. A config names the metrics that it wants in `evaluation.metrics`.
    """
    return _marking("metric", declaration, Metric)


def _marking(kind: str, declaration: Declaration, of: type[Declaration], **facts: Any) -> Mark:
    if not isinstance(declaration, of):
        raise TypeError(f"expected a declaration, {of.__name__}(...), before the function")
    return lambda function: Own(kind, declaration, function, facts)
