"""Configs: what an experiment is, how it is read from YAML, and which experiments are the same."""

from ganrun.config.editor_schema import json_schema
from ganrun.config.errors import ConfigError
from ganrun.config.identity import run_id, static_key, traced_values
from ganrun.config.load import load_experiment
from ganrun.config.schema import Experiment
from ganrun.config.write import to_yaml

__all__ = [
    "ConfigError",
    "Experiment",
    "json_schema",
    "load_experiment",
    "run_id",
    "static_key",
    "to_yaml",
    "traced_values",
]
