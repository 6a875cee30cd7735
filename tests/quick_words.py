"""Random words sooner, for tests that compile in a hurry: the same words by NumPy.

`randomness.threefry` is written out, a hundred operations, for programs that run for long. Run one
by one they take milliseconds. That all ways give JAX's own words is looked at in
`test_game_randomness.py`.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ganrun.game import randomness

written_out = randomness.threefry


def quick_threefry(key: Any, x0: Any, x1: Any) -> tuple[jax.Array, jax.Array]:
    """Of numbers that are known by NumPy; in a program as it is written out."""
    if any(isinstance(one, jax.core.Tracer) for one in (key, x0, x1)):
        first, second = written_out(key, x0, x1)
        return first, second
    first, second = by_numpy(*(np.asarray(one) for one in (key, x0, x1)))
    return jnp.asarray(first), jnp.asarray(second)


def by_numpy(key: np.ndarray, x0: np.ndarray, x1: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """`randomness.threefry` once more."""
    schedule = (key[0], key[1], key[0] ^ key[1] ^ np.uint32(randomness._PARITY))
    with np.errstate(over="ignore"):
        x0, x1 = x0 + schedule[0], x1 + schedule[1]
        for i in range(5):
            for bits in randomness._ROTATIONS[i % 2]:
                x0 = x0 + x1
                x1 = x0 ^ ((x1 << np.uint32(bits)) | (x1 >> np.uint32(32 - bits)))
            x0 = x0 + schedule[(i + 1) % 3]
            x1 = x1 + schedule[(i + 2) % 3] + np.uint32(i + 1)
    return x0, x1
