"""How the tests run: types checked at run time, XLA as in production, nobody's caches touched."""

from __future__ import annotations

import os
import signal
from pathlib import Path
from tempfile import mkdtemp

import pytest
from jaxtyping import install_import_hook

# Before anything of ganrun is imported: every annotated call is checked, shapes included.
install_import_hook(["ganrun.game", "ganrun.measure", "ganrun.mixture"], "type_checks.checked")


def pytest_configure(config: pytest.Config) -> None:
    """Set XLA up before any test computes, with compiled programs kept from session to session."""
    # Whoever runs the tests in the background leaves Ctrl-C ignored, here and in what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")  # JAX's cache is not for two at once
    cache = getattr(config, "cache", None)
    folder = Path(cache.mkdir(f"ganrun-{worker}") if cache else mkdtemp())
    os.environ["XDG_CACHE_HOME"] = str(folder)

    from ganrun.executors.compile_cache import compile_cache
    from ganrun.game import backend

    backend.prepare(compile_cache())
