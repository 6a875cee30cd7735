"""Configs: what an experiment or a sweep is, how it is read from YAML, and which are the same.

The names below are imported when they are first used: what a shell asks for at every press of Tab,
such as the configs that ship, needs none of them.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ganrun.config.editor_schema import json_schema as json_schema
    from ganrun.config.errors import ConfigError as ConfigError
    from ganrun.config.identity import run_id as run_id
    from ganrun.config.identity import run_ids as run_ids
    from ganrun.config.identity import static_key as static_key
    from ganrun.config.identity import traced_values as traced_values
    from ganrun.config.load import load_experiment as load_experiment
    from ganrun.config.schema import Experiment as Experiment
    from ganrun.config.sweep_editor_schema import sweep_json_schema as sweep_json_schema
    from ganrun.config.sweep_load import load_sweep as load_sweep
    from ganrun.config.sweep_schema import Factor as Factor
    from ganrun.config.sweep_schema import Sweep as Sweep
    from ganrun.config.sweep_schema import sweep_yaml as sweep_yaml
    from ganrun.config.write import to_yaml as to_yaml

_PLACES = {
    "ConfigError": "errors",
    "Experiment": "schema",
    "Factor": "sweep_schema",
    "Sweep": "sweep_schema",
    "json_schema": "editor_schema",
    "load_experiment": "load",
    "load_sweep": "sweep_load",
    "run_id": "identity",
    "run_ids": "identity",
    "static_key": "identity",
    "sweep_json_schema": "sweep_editor_schema",
    "sweep_yaml": "sweep_schema",
    "to_yaml": "write",
    "traced_values": "identity",
}
"""Every public name, and the file that it is imported from."""

__all__ = [*_PLACES]


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    found = getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
    globals()[name] = found
    return found
