"""How XLA is set up: one GAN on one core, the same program on any number of cores.

XLA's thread pool for the CPU has one thread. Measured on 2 cores: with a pool of two, a program's
kernels are handed from thread to thread, which costs more than half of its time, and the bits
depend on how many threads there are. More cores are used by more processes, each with a pool of
its own (`executors/processes.py`). Dispatch is synchronous, so that a call returns when its work is
done.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_XLA_FLAGS = (
    # One thread per matrix product.
    "--xla_cpu_multi_thread_eigen=false",
    # Full-width vectors, where the processor has them: a tenth off a round.
    "--xla_cpu_prefer_vector_width=512",
)
_POOL_SIZE = "NPROC"
"""Where XLA reads the size of its pool, once, when its client is made."""


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
    before = os.environ.get(_POOL_SIZE)
    os.environ[_POOL_SIZE] = "1"
    try:
        jax.local_devices()  # makes the client
    finally:
        if before is None:
            del os.environ[_POOL_SIZE]
        else:
            os.environ[_POOL_SIZE] = before


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
