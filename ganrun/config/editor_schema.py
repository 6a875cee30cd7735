"""The JSON Schema of a config as it is written, for editors: completion, hover texts and checks."""

from __future__ import annotations

from typing import Any

from ganrun.config.declarations import LAYOUTS, PENALTIES
from ganrun.config.schema import SEEDS_LIMIT, Experiment


def json_schema() -> dict[str, Any]:
    """Return a JSON Schema (2020-12) that accepts every config that loads by itself.

    It cannot say all that the loader checks: fields that contradict each other pass it.
    """
    schema = Experiment.model_json_schema()
    fields, models = schema["properties"], schema["$defs"]
    fields["extends"] = {
        "type": "string",
        "minLength": 1,
        "description": "A config to inherit from, relative to this one.",
    }
    seeds = fields["seeds"]
    listed = {key: seeds.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    seeds["anyOf"] = [
        listed | {"uniqueItems": True},
        {"type": "integer", "minimum": 1, "maximum": SEEDS_LIMIT},
    ]
    for name, declaration in LAYOUTS.items():
        model = models[name.capitalize()]
        model["description"] = declaration.description
        if name != "ring":  # the layout of a target that names none
            model["required"] = ["layout", *model.get("required", ())]
    for name, declaration in PENALTIES.items():
        fields_of_penalty = models["Penalties"]["properties"][name]
        fields_of_penalty["description"] = declaration.description
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ganrun experiment",
        "description": "One GAN experiment on a 2D mixture: ganrun train CONFIG.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}
