"""Configs: what an experiment or a sweep is, how it is read from YAML, and which are the same."""

from ganrun.config.editor_schema import json_schema
from ganrun.config.errors import ConfigError
from ganrun.config.identity import run_id, run_ids, static_key, traced_values
from ganrun.config.load import load_experiment
from ganrun.config.schema import Experiment
from ganrun.config.sweep_editor_schema import sweep_json_schema
from ganrun.config.sweep_load import load_sweep
from ganrun.config.sweep_schema import Factor, Sweep, sweep_yaml
from ganrun.config.write import to_yaml

__all__ = [
    "ConfigError",
    "Experiment",
    "Factor",
    "Sweep",
    "json_schema",
    "load_experiment",
    "load_sweep",
    "run_id",
    "run_ids",
    "static_key",
    "sweep_json_schema",
    "sweep_yaml",
    "to_yaml",
    "traced_values",
]
