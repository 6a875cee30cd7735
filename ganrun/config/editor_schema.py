"""The JSON Schema of a config as it is written, for editors: completion, hover texts and checks."""

from __future__ import annotations

from typing import Any

from ganrun.config.pieces import PENALTIES
from ganrun.config.schema import SEEDS_LIMIT, Experiment
from ganrun.config.targets import LAYOUTS

# Pydantic writes the bounds of our strict numbers under its own names.
BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
}


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema (2020-12) that accepts every config that loads.

    It accepts some that do not load: it cannot say which fields contradict each other, nor what is
    missing, since that may stand in the config that this one extends.
    """
    schema: dict[str, Any] = in_standard_words(Experiment.model_json_schema())
    fields, models = schema["properties"], schema["$defs"]
    fields["extends"] = {
        "type": "string",
        "minLength": 1,
        "description": "A config to inherit from; its path is relative to this one.",
    }
    seeds = fields["seeds"]
    listed = {key: seeds.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    seeds["anyOf"] = [
        listed | {"uniqueItems": True},
        {"type": "integer", "minimum": 1, "maximum": SEEDS_LIMIT},
    ]
    fields["penalties"]["anyOf"] = [{"$ref": fields["penalties"].pop("$ref")}, {"type": "null"}]
    for name, penalty in PENALTIES.items():
        models["Penalties"]["properties"][name]["description"] = penalty.description
    for layout in LAYOUTS.values():
        models[layout.model.__name__].pop("required", None)
    fields["target"]["anyOf"] = fields["target"].pop("oneOf")
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ganrun experiment",
        "description": "A GAN experiment on a 2D mixture, for ganrun train.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def in_standard_words(schema: Any) -> Any:
    """Return a schema of pydantic's with the bounds of our numbers under their standard names."""
    if isinstance(schema, dict):
        return {BOUNDS.get(key, key): in_standard_words(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [in_standard_words(value) for value in schema]
    return schema
