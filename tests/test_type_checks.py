"""While the tests run, every annotated call is checked: of inner functions too, each time anew."""

from __future__ import annotations

from collections.abc import Callable

import jax.numpy as jnp
import jaxtyping
import pytest
from jaxtyping import Array, Float, TypeCheckError
from type_checks import checked

from ganrun.game import rounds


def scaling(by: float) -> Callable[[Array, Array], Array]:
    """As the import hook would have it in a module of the game."""

    @jaxtyping.jaxtyped(typechecker=checked)
    def scaled(points: Float[Array, " n"], others: Float[Array, " n"]) -> Float[Array, " n"]:
        """Points and others."""
        return by * (points + others) if by else jnp.zeros(7)

    return scaled


def test_an_inner_function_is_checked_whenever_it_comes_into_being() -> None:
    ones = jnp.ones(3)
    for by in (2.0, 3.0, 4.0):
        scaled = scaling(by)
        assert scaled.__doc__ == "Points and others."
        assert scaled(ones, ones).tolist() == [2 * by] * 3
        with pytest.raises(TypeCheckError, match="others"):
            scaled(ones, jnp.ones(2))
        with pytest.raises(TypeCheckError, match="points"):
            scaled(jnp.ones((3, 1)), ones)
    with pytest.raises(TypeCheckError, match="return value"):
        scaling(0.0)(ones, ones)


def test_the_game_is_checked() -> None:
    with pytest.raises(TypeCheckError, match="state"):
        rounds.is_finite("no state")
