"""How JAX and XLA are set up: one GAN on one core, the same program on any number of cores.

XLA's thread pool for the CPU has one thread. Measured on 2 cores: with a pool of two, a program's
kernels are handed from thread to thread, which costs more than half of its time, and the bits
depend on how many threads there are. More cores are used by more processes, each with a pool of
its own (`executors/processes.py`). Dispatch is synchronous, so that a call returns when its work is
done.

Whatever a process inherits that would change the numbers is set (`jax_options.PINNED`), recorded in
a run's numerics (`machine.foreign_arithmetic`), or, where JAX cannot even start under it, refused.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from pathlib import Path
from typing import Any

from ganrun.game.jax_options import PINNED
from ganrun.machine import UnfitEnvironment, inherited_xla_flags, xla_flags

_POOL_SIZE = "NPROC"
"""Where XLA reads the size of its pool, once, when its client is made."""
_CACHE_DIR = "jax_compilation_cache_dir"
_START = """
import jax
try:
    jax.local_devices()
except Exception as error:
    raise SystemExit(str(error) or "it finds no such device") from None
"""

_CACHE_TROUBLE = re.compile(
    r"Error (?P<what>reading|writing) persistent compilation cache entry for '(?P<program>.*?)':"
)


class _Client:
    """What is known of this process's XLA."""

    ours = False
    elsewheres = False
    minds_cache = False


def prepare(compile_cache: Path | None = None) -> None:
    """Set XLA up for ganrun; call it before anything is computed with JAX in this process.

    `compile_cache` is a folder for compiled programs, kept between processes; None for none.
    Raises `UnfitEnvironment` where JAX cannot start under an inherited variable.
    """
    if not _Client.ours and inherited_xla_flags():
        check_environment()  # over a flag that it does not know, XLA ends the process
    os.environ["XLA_FLAGS"] = xla_flags()
    with _told_by_variable():
        import jax

        _pin(jax)
        if compile_cache is not None:
            jax.config.update(_CACHE_DIR, str(compile_cache))
            _drop_damaged_programs(compile_cache)
        if not _Client.ours:
            _Client.elsewheres, _Client.ours = _has_client(jax), True
        with _pool_of_one():
            jax.local_devices()  # makes the client


def _pin(jax: Any) -> None:
    for name, value in PINNED.items():
        if name in jax.config.values:  # as this version has them
            jax.config.update(name, value)


@contextmanager
def settings_kept() -> Iterator[None]:
    """What JAX was set to before is what it is set to after, where another program uses it too."""
    jax: Any = sys.modules.get("jax")
    names = (*PINNED, _CACHE_DIR) if jax else ()
    before = {name: jax.config.values[name] for name in names if name in jax.config.values}
    try:
        yield
    finally:
        for name, value in before.items():
            jax.config.update(name, value)


@contextmanager
def borrowed(compile_cache: Path | None) -> Iterator[None]:
    """JAX for a little work between others', in whatever way XLA is set up if it is."""
    with settings_kept():
        if is_anothers():
            _pin(sys.modules["jax"])
        else:
            prepare(compile_cache)
        yield


def _drop_damaged_programs(folder: Path) -> None:
    """Have a program that cannot be read made again: JAX would warn of it, and keep it for good.

    Nor does it matter to a run if a program cannot be kept, of which JAX would warn as well.
    """
    if _Client.minds_cache:
        return
    _Client.minds_cache = True
    show = warnings.showwarning

    def drop_or_show(message: Any, *about: Any, **more: Any) -> None:
        trouble = _CACHE_TROUBLE.match(str(message))
        if trouble is None:
            show(message, *about, **more)
        elif trouble["what"] == "reading":
            for entry in folder.glob(f"{escape(trouble['program'])}-*"):
                with suppress(OSError):
                    entry.unlink()

    warnings.showwarning = drop_or_show
    warnings.filterwarnings("always", message=_CACHE_TROUBLE.pattern)


def begun_elsewhere() -> bool:
    """Whether this process had computed with JAX before ganrun could set XLA up.

    Its pool and its flags are then another program's, and so are the bits.
    """
    return _Client.elsewheres


def is_anothers() -> bool:
    """Whether another program has brought JAX into this process: it may compute here as well."""
    return _Client.elsewheres or (not _Client.ours and "jax" in sys.modules)


def _has_client(jax: Any) -> bool:
    """Whether XLA's client is made; JAX takes another number of devices until then."""
    name = "jax_num_cpu_devices"
    before = jax.config.values[name]
    try:
        jax.config.update(name, before + 2)
    except RuntimeError:
        return True
    jax.config.update(name, before)
    return False


@contextmanager
def _pool_of_one() -> Iterator[None]:
    before = os.environ.get(_POOL_SIZE)
    os.environ[_POOL_SIZE] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ[_POOL_SIZE]
        else:
            os.environ[_POOL_SIZE] = before


def check_environment() -> None:
    """See in a process of its own that JAX starts under the variables that are set for it.

    Costs nothing where there are none. Raises `UnfitEnvironment`.
    """
    if not _suspects():
        return
    environment = {**os.environ, "XLA_PYTHON_CLIENT_PREALLOCATE": "false"}
    tried = subprocess.run(
        [sys.executable, "-c", _START],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )
    if tried.returncode:
        raise _unfit(tried.stderr)


@contextmanager
def _told_by_variable() -> Iterator[None]:
    """Turn an error of JAX's start into one line, where a variable may be its cause."""
    try:
        yield
    except Exception as error:
        if not _suspects():
            raise
        raise _unfit(str(error) or "it finds no such device") from error


def _suspects() -> list[str]:
    """The variables that are set and may keep JAX from starting."""
    names = [name for name, value in os.environ.items() if name.startswith("JAX_") and value]
    if os.environ.get("JAX_PLATFORMS") == "cpu":
        names.remove("JAX_PLATFORMS")
    return [*names, *(["XLA_FLAGS"] if inherited_xla_flags() else [])]


def _unfit(said: str) -> UnfitEnvironment:
    """What JAX said last, behind the variables that it names, or else all that are set."""
    line = (said.strip().splitlines() or ["it ends"])[-1]
    reason = re.sub(r"^[A-Z]\d{4} [\d:.]+ +\d+ \S+\] |^\w+Error: ", "", line)
    names = _suspects()
    blamed = [name for name in names if name in said] or names
    settings = " ".join(f"{name}={os.environ[name]}" for name in blamed)
    return UnfitEnvironment(f"{settings}: JAX does not start under it: {reason}")


def cores() -> int:
    """How many cores this process may use."""
    if sys.platform == "linux":
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
