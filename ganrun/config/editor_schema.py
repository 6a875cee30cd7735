"""The JSON Schema of a config as it is written, for editors: completion, hover texts and checks."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from ganrun.config.choices import ChoiceOf, as_plain
from ganrun.config.penalties import penalty_model
from ganrun.config.pieces import PENALTIES
from ganrun.config.schema import SEEDS_LIMIT, Experiment, choices, section_model
from ganrun.config.targets import LAYOUTS

RULES = ("type", "minimum", "maximum")
"""What a number's schema says of its values."""

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
        "description": "A config to inherit from: a path relative to this one, or one that ships.",
    }
    seeds = fields["seeds"]
    listed = {key: seeds.pop(key) for key in ("type", "items", "minItems", "maxItems")}
    seeds["anyOf"] = [
        listed | {"uniqueItems": True},
        {"type": "integer", "minimum": 1, "maximum": SEEDS_LIMIT},
    ]
    fields["penalties"]["anyOf"] = [{"$ref": fields["penalties"].pop("$ref")}, {"type": "null"}]
    for (section, name), choice in choices().items():
        _tell_choice(models, section, name, choice)
    for name, penalty in PENALTIES.house.items():
        models["Penalties"]["properties"][name]["description"] = penalty.description
    for layout in LAYOUTS.house.values():
        models[layout.model.__name__].pop("required", None)
    fields["target"]["anyOf"] = fields["target"].pop("oneOf")
    _tell_outside(models, fields)
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "ganrun experiment",
        "description": "A GAN experiment on a 2D mixture, for ganrun train.",
    }
    return head | {key: value for key, value in schema.items() if key not in head}


def _tell_choice(models: dict[str, Any], section: str, name: str, choice: ChoiceOf) -> None:
    """Let a field hold a piece's name, or one name and its parameters, the only one also bare."""
    model = section_model(section)
    assert model is not None
    field = models[model.__name__]["properties"][name]
    default = model.model_fields[name].get_default(call_default_factory=True)
    field["default"] = as_plain(default.written)
    named = {"enum": choice.pieces.words(), "type": "string"}
    field["anyOf"] = [named, {"$ref": field.pop("$ref")}]
    table = models[choice.kind]
    table |= {"minProperties": 1, "maxProperties": 1}
    for piece in choice.pieces.house:
        parameters = choice.model_of(piece)
        said = choice.table.model_fields[piece].description
        table["properties"][piece]["description"] = said
        whole = table["properties"][piece].pop("$ref", None)
        if whole and len(parameters.model_fields) == 1:
            (only,) = models[parameters.__name__]["properties"].values()
            bare = {word: rule for word, rule in only.items() if word in RULES}
            table["properties"][piece]["anyOf"] = [{"$ref": whole}, bare]
        elif whole:
            table["properties"][piece]["$ref"] = whole


def _tell_outside(models: dict[str, Any], fields: dict[str, Any]) -> None:
    """Let the pieces that were given be written, by their short names."""
    for name, penalty in PENALTIES.given().items():
        models["Penalties"]["properties"][name] = alone(penalty_model(penalty))
    for choice in choices().values():
        for name, piece in choice.pieces.given().items():
            models[choice.kind]["properties"][name] = alone(choice.model_of(piece))
    for name, layout in LAYOUTS.given().items():
        told = alone(LAYOUTS[layout].model)
        told["properties"]["layout"] = {"enum": [name, layout], "type": "string"}
        fields["target"]["anyOf"].append(told)


def alone(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a model that is in no other's."""
    return in_standard_words(model.model_json_schema())


def in_standard_words(schema: Any) -> Any:
    """Return a schema of pydantic's with the bounds of our numbers under their standard names."""
    if isinstance(schema, dict):
        return {BOUNDS.get(key, key): in_standard_words(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [in_standard_words(value) for value in schema]
    return schema
