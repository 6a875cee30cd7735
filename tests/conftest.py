"""How the tests run: types checked at run time, XLA as in production, nobody's caches touched."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from tempfile import mkdtemp

import pytest
from compiled_programs import Exchange
from hypothesis import settings
from jaxtyping import install_import_hook

# Before anything of ganrun is imported: every annotated call is checked, shapes included.
install_import_hook(["ganrun.game", "ganrun.measure", "ganrun.mixture"], "type_checks.checked")

# How long an example takes says how busy the machine is.
settings.register_profile("ganrun", deadline=None)
settings.load_profile("ganrun")

CACHES = pytest.StashKey[Path]()
PROGRAMS = pytest.StashKey[Exchange]()


def pytest_configure(config: pytest.Config) -> None:
    """Set XLA up before any test computes, with compiled programs kept from session to session."""
    # Whoever runs the tests in the background leaves Ctrl-C ignored, and by `nohup` the terminal's
    # end too, here and in what they start.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
    for name in [*os.environ]:
        if name == "XLA_FLAGS" or name.startswith(("GANRUN_", "JAX_")):
            del os.environ[name]  # whoever runs the tests has set it for another program
    # What a test starts would else compile ganrun's own source each time.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    caches = _folder_of_caches(config)
    os.environ["XDG_CACHE_HOME"] = str(caches / os.environ.get("PYTEST_XDIST_WORKER", "main"))
    if config.getoption("numprocesses", None):
        return  # the workers compute

    from ganrun.executors.compile_cache import compile_cache
    from ganrun.game import backend, jax_options

    config.stash[PROGRAMS] = Exchange(compile_cache(), caches / "programs")
    config.stash[PROGRAMS].meet()
    # A number that changes its type, or an array its rank, says so where that happens.
    jax_options.PINNED["jax_numpy_dtype_promotion"] = "strict"
    jax_options.PINNED["jax_numpy_rank_promotion"] = "raise"
    backend.prepare(compile_cache())


def _folder_of_caches(config: pytest.Config) -> Path:
    """In pytest's cache, if it has one; else a folder that goes when the session does."""
    if workerinput := getattr(config, "workerinput", None):
        return Path(workerinput["caches"])
    cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
    config.stash[CACHES] = Path(cache.mkdir("ganrun") if cache else mkdtemp(prefix="ganrun-tests-"))
    return config.stash[CACHES]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where the caches are."""
    node.workerinput["caches"] = str(node.config.stash[CACHES])


def pytest_unconfigure(config: pytest.Config) -> None:
    if CACHES in config.stash and not getattr(config, "cache", None):
        shutil.rmtree(config.stash[CACHES], ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[PROGRAMS].meet()
