"""What tests compile in a hurry is never taken for what is compiled for a training."""

from __future__ import annotations

import jax
import numpy as np
from game_examples import quick_xla
from jax._src import cache_key, compiler


def name_on_disk(program: jax.stages.Lowered) -> str:
    device = jax.devices()[0]
    options = compiler.get_compile_options(1, 1, backend=device.client)
    devices = np.array([device])
    return cache_key.get(program.compiler_ir(), devices, options, device.client)


def test_quickly_compiled_programs_are_forgotten_and_have_names_of_their_own_on_disk() -> None:
    double = jax.jit(lambda x: 2 * x)
    program = double.lower(1.0)
    of_training = name_on_disk(program)
    with quick_xla():
        assert double(1.0) == 2
        assert double._cache_size() == 1
        assert name_on_disk(program) != of_training
    assert double._cache_size() == 0
    assert name_on_disk(program) == of_training
