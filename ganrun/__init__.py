"""ganrun: train GANs on 2D mixtures, count the modes they recover, see why they collapse.

    import ganrun

    run = ganrun.train("five_gaussians", {"seeds": 1})
    run.verdict, run.summary["modes_recovered"]
    run.metrics.plot("step", "modes_covered")
    run.figure("modes")

All names are imported when they are first used, so that this costs nothing; `docs/python.md` tells
of each.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganrun.api.comparing import Comparison as Comparison
    from ganrun.api.comparing import compare as compare
    from ganrun.api.configs import load_config as load_config
    from ganrun.api.diagnosing import diagnose as diagnose
    from ganrun.api.opening import open_run as open_run
    from ganrun.api.opening import open_sweep as open_sweep
    from ganrun.api.opening import runs as runs
    from ganrun.api.run import Run as Run
    from ganrun.api.sweep import Sweep as Sweep
    from ganrun.api.sweeping import sweep as sweep
    from ganrun.api.training import TrainingError as TrainingError
    from ganrun.api.training import train as train
    from ganrun.config import ConfigError as ConfigError
    from ganrun.errors import ArgumentError as ArgumentError
    from ganrun.errors import GanrunError as GanrunError
    from ganrun.store import StoreError as StoreError

__version__ = "0.1.0"

_PLACES = {
    "load_config": "ganrun.api.configs",
    "train": "ganrun.api.training",
    "sweep": "ganrun.api.sweeping",
    "diagnose": "ganrun.api.diagnosing",
    "compare": "ganrun.api.comparing",
    "open_run": "ganrun.api.opening",
    "open_sweep": "ganrun.api.opening",
    "runs": "ganrun.api.opening",
    "Run": "ganrun.api.run",
    "Sweep": "ganrun.api.sweep",
    "Comparison": "ganrun.api.comparing",
    "GanrunError": "ganrun.errors",
    "ArgumentError": "ganrun.errors",
    "ConfigError": "ganrun.config",
    "StoreError": "ganrun.store",
    "TrainingError": "ganrun.api.training",
}
"""Every public name, and the module that it is imported from."""

__all__ = [*_PLACES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(_PLACES[name]), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *_PLACES})


class _Face(ModuleType):
    """This module, of which `train`, `sweep`, `diagnose` and `compare` are functions.

    Python would put the rooms of those names in their places as soon as one of them is imported.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if not (name in _PLACES and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face
