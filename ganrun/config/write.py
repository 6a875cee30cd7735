"""An experiment as YAML: every field, in one fixed form that any YAML reader reads alike."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from ganrun.config.schema import Experiment

# Plain text that no YAML version takes for anything but text.
_TEXT = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_NOT_TEXT = {"y", "n", "yes", "no", "on", "off", "true", "false", "null"}


def to_yaml(experiment: Experiment) -> str:
    """Return the config with all defaults written out; loading it gives an equal experiment."""
    content = experiment.model_dump(mode="json")
    return "".join(lines(content | {"seeds": short_seeds(experiment.seeds)}))


def short_seeds(seeds: Sequence[int]) -> int | list[int]:
    """Return seeds as a count where they are 0, 1, 2 and so on, else as a list."""
    is_count = len(seeds) > 1 and list(seeds) == list(range(len(seeds)))
    return len(seeds) if is_count else list(seeds)


def lines(content: Mapping[str, Any], indent: str = "") -> list[str]:
    """Return the lines of a mapping in block style; plain lists stand on one line."""
    written = []
    for name, value in content.items():
        if isinstance(value, dict) and value:
            written.append(f"{indent}{name}:\n")
            written.extend(lines(value, indent + "  "))
        elif isinstance(value, list) and value and isinstance(value[0], list):
            written.append(f"{indent}{name}:\n")
            written.extend(f"{indent}  - {flow(row)}\n" for row in value)
        else:
            written.append(f"{indent}{name}: {flow(value)}\n")
    return written


def flow(value: Any) -> str:
    """Return a value as YAML on one line."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{flow(k)}: {flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(map(flow, value)) + "]"
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):
        is_plain = _TEXT.fullmatch(value) and value.lower() not in _NOT_TEXT
        return value if is_plain else json.dumps(value)
    return json.dumps(value)


def _float(value: float) -> str:
    """Return the shortest text of a float, with a point: YAML 1.1 takes 1e-05 for text."""
    mantissa, e, exponent = repr(value).partition("e")
    return mantissa + (".0" if e and "." not in mantissa else "") + e + exponent
