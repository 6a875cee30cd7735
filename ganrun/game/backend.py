"""How XLA is set up: one GAN on one core, the same program on any number of cores.

Measured on 2 cores: a single GAN spread over XLA's own threads is slower than one GAN per core,
and its bits would depend on how many cores there are. So each program is compiled for one thread,
and host threads, one per core, run it on different members at once; dispatch on the CPU is
synchronous, so that a call works in the thread that makes it.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_XLA_FLAGS = (
    # One thread per matrix product.
    "--xla_cpu_multi_thread_eigen=false",
    # YNNPACK's products run on a shared pool, where two members wait for each other.
    "--xla_cpu_experimental_ynn_fusion_type=",
    # Full-width vectors, where the processor has them: a tenth off a round.
    "--xla_cpu_prefer_vector_width=512",
)


def prepare(compile_cache: Path | None = None) -> None:
    """Set XLA up for ganrun; call it before anything is computed with JAX in this process.

    `compile_cache` is a folder for compiled programs, kept between processes; None for none.
    """
    flags = os.environ.get("XLA_FLAGS", "").split()
    wanted = [flag for flag in _XLA_FLAGS if flag not in flags]
    os.environ["XLA_FLAGS"] = " ".join([*flags, *wanted])
    import jax

    jax.config.update("jax_cpu_enable_async_dispatch", False)
    if compile_cache is not None:
        jax.config.update("jax_compilation_cache_dir", str(compile_cache))
        jax.config.update("jax_persistent_cache_min_compile_time_secs", 0.0)
        jax.config.update("jax_persistent_cache_min_entry_size_bytes", -1)


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
