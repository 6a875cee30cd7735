"""Pieces from outside as the rooms of the game use their own: checked for what they answer.

A function that raises, or answers what its kind does not, is a `PieceError` that names its file and
line; its game is not played, and nobody else's is touched.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import jax.numpy as jnp

from ganrun.config.outside import Given, given

T = TypeVar("T")


class Implementations(dict[str, T]):
    """A room's pieces by name: the house's, and those from outside when they are asked for."""

    def __init__(self, house: Mapping[str, T], kind: str, adapt: Callable[[Given], T]) -> None:
        super().__init__(house)
        self._kind, self._adapt = kind, adapt

    def __missing__(self, name: str) -> T:
        """One from outside; raises `KeyError` for a name that nobody gave."""
        return self._adapt(given(self._kind, name))


def shaped(piece: Given, found: Any, shape: tuple[int, ...], what: str) -> Any:
    """What a function answered, as float32; raises `PieceError` if it is of another shape."""
    try:
        array = jnp.asarray(found)
    except (TypeError, ValueError):
        raise piece.wrong(f"answered {type(found).__name__}, not {what}") from None
    if array.shape != shape:
        raise piece.wrong(f"answered an array of shape {array.shape}, not {what}")
    return array.astype(jnp.float32)
