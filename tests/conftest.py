"""How the tests run: types checked at run time, XLA as in production, nobody's caches touched."""

from __future__ import annotations

import gc
import os
import shutil
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from tempfile import mkdtemp

import pytest
from compiled_programs import Exchange
from hypothesis import settings
from jaxtyping import install_import_hook
from type_checks import check_inner_functions_quickly

# Whoever runs the tests may have Python keep nothing that it compiles, and would have it compile
# these files, and ganrun's as the tests check it, in each worker and again in every session.
sys.dont_write_bytecode = False

# Before anything of ganrun is imported: every annotated call is checked, shapes included.
check_inner_functions_quickly()
install_import_hook(["ganrun.game", "ganrun.measure", "ganrun.mixture"], "type_checks.checked")

# How long an example takes says how busy the machine is.
settings.register_profile("ganrun", deadline=None)
settings.load_profile("ganrun")

LONGEST_FIRST = (
    "test_sweep_page",
    "test_game_registry",
    "test_population",
    "test_arena_page",
    "test_train",
    "test_game_rounds",
    "test_sweep",
    "test_readme",
    "test_game_spectrum",
    "test_arena_game",
    "test_game_updates",
    "test_replays",
    "test_diagnose",
    "test_cluster",
    "test_sweep_report",
    "test_report_page",
    "test_arena_saving",
    "test_arena_server",
    "test_modes_battery",
    "test_game_sight",
    "test_game_duality",
    "test_sweep_config",
)
"""Files of 25 seconds and more, which workers take whole: a short one is to be the last."""

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
    _leave_out_where_operations_stand()
    _write_programs_in_one_context()


def _write_programs_in_one_context() -> None:
    """To make one takes as long as to write a small program into it; each thread keeps its own."""
    from jax._src.interpreters import mlir

    make, kept = mlir.make_ir_context, threading.local()

    def context() -> object:
        if not hasattr(kept, "context"):
            kept.context = make()
        return kept.context

    mlir.make_ir_context = context


def _leave_out_where_operations_stand() -> None:
    """Of the programs that are handed to XLA, which says it in no error that a test looks at."""
    import jax

    jax.config.update("jax_traceback_in_locations_limit", 0)


def _folder_of_caches(config: pytest.Config) -> Path:
    """In pytest's cache, if it has one; else a folder that goes when the session does."""
    if workerinput := getattr(config, "workerinput", None):
        return Path(workerinput["caches"])
    cache = getattr(config, "cache", None)  # none with `-p no:cacheprovider`
    config.stash[CACHES] = Path(cache.mkdir("ganrun") if cache else mkdtemp(prefix="ganrun-tests-"))
    return config.stash[CACHES]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: object) -> None:
    """Tell a worker of xdist where the caches are, and whether it is to collect everything."""
    node.workerinput["caches"] = str(node.config.stash[CACHES])
    everything = node.config.args_source is pytest.Config.ArgsSource.TESTPATHS
    node.workerinput["everything"] = everything


def pytest_unconfigure(config: pytest.Config) -> None:
    if CACHES in config.stash and not getattr(config, "cache", None):
        shutil.rmtree(config.stash[CACHES], ignore_errors=True)


def pytest_runtest_setup(item: pytest.Item) -> None:
    item.config.stash[PROGRAMS].meet()


@pytest.hookimpl(tryfirst=True)
def pytest_collection(session: pytest.Session) -> None:
    """Begin with a share of the files, so that the other workers find them compiled."""
    worker = getattr(session.config, "workerinput", {"everything": False})
    if not worker["everything"]:
        return
    files = sorted(Path(__file__).parent.glob("test_*.py"))
    number = int(worker["workerid"].removeprefix("gw"))
    for path in files[number :: worker["workercount"]]:
        with suppress(Exception, pytest.skip.Exception):  # which are told when it is collected
            import_module(path.stem)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Sort files, but nothing within one."""
    places = {name: place for place, name in enumerate(LONGEST_FIRST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(places)))


def pytest_collection_finish() -> None:
    """Spare the garbage collector the modules, which stay; it took a sixth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(700, 10, 100)


@pytest.fixture
def ready_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pools of processes that have imported everything: see `ready_processes.Copies`."""
    from ready_processes import Copies

    from ganrun.executors import processes

    monkeypatch.setattr(processes, "Children", Copies)


@pytest.fixture(scope="module")
def quick_xla() -> Iterator[None]:
    """For files in which no bits are compared but those of one program: see `game_examples`."""
    from game_examples import quick_xla

    with quick_xla():
        yield
