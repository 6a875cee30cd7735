"""Configs: what an experiment is, how it is read from YAML, and which experiments are the same."""

from ganrun.config.errors import ConfigError
from ganrun.config.identity import run_id, static_key, traced_values
from ganrun.config.schema import Experiment

__all__ = [
    "ConfigError",
    "Experiment",
    "run_id",
    "static_key",
    "traced_values",
]
