"""The JSON Schema of a sweep as it is written, for editors; made from that of an experiment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ganrun.config.editor_schema import alone, in_standard_words, json_schema
from ganrun.config.penalties import penalty_model
from ganrun.config.pieces import PENALTIES
from ganrun.config.schema import Experiment, choices, section_model
from ganrun.config.sweep_schema import LEVELS_LIMIT, SweepHead
from ganrun.config.targets import LAYOUTS

Schema = dict[str, Any]


def sweep_json_schema() -> Schema:
    """Return a JSON Schema (2020-12) that accepts every sweep that loads.

    It accepts some that do not load, as an experiment's does; and for every kind of design, ranges
    with and without points.
    """
    experiment = json_schema()
    head = {key: experiment.pop(key) for key in ("$schema", "title", "description")}
    models = experiment.pop("$defs")
    fields = dict(dotted_fields(experiment, models))
    own = in_standard_words(SweepHead.model_json_schema())["properties"]
    seeds = {
        **experiment["properties"]["seeds"],
        "description": "Seeds of every point, the same ones: a list, or a count. The base's, if "
        "left out.",
    }
    for name in ("default", "x-mark"):
        seeds.pop(name)
    text = {"type": "string", "minLength": 1}
    case = {"anyOf": [{"$ref": "#/$defs/Case"}, {"type": "null"}]}
    return {
        "$schema": head["$schema"],
        "title": "ganrun sweep",
        "description": "A sweep of GAN experiments, for ganrun sweep.",
        "$defs": {
            **models,
            **{name: _bare(field) for name, field in fields.items()},
            "Experiment": experiment,
            "Case": _case(experiment, fields, models),
        },
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": {
                **text,
                "description": "A sweep to inherit from: a path relative to this one, or one that "
                "ships.",
            },
            "name": own["name"],
            "base": {
                "description": "The experiment that everything varies: a config's path, relative "
                "to this file, or an experiment's fields.",
                "anyOf": [text, {"$ref": "#/$defs/Experiment"}],
            },
            "design": own["design"],
            "seeds": seeds,
            **{name: own[name] for name in ("points", "precision", "most_seeds", "confirm")},
            "vary": {
                "description": "What varies: fields by their dotted names, with a list of levels "
                "or a range each.",
                "anyOf": [
                    {
                        "type": "object",
                        "properties": {name: _axis(name, field) for name, field in fields.items()},
                        "additionalProperties": False,
                    },
                    {"type": "null"},
                ],
            },
            "cases": {
                "description": "Named sets of overrides, one more axis: dotted names, or nested as "
                "in a config.",
                "anyOf": [{"type": "object", "additionalProperties": case}, {"type": "null"}],
            },
        },
    }


def dotted_fields(experiment: Schema, models: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the dotted name and the schema of every field that may vary."""
    for name, field in experiment["properties"].items():
        if name == "target":
            yield from _target_fields(models)
        elif name == "penalties":
            for penalty in PENALTIES.house:
                for parameter, schema in models[penalty]["properties"].items():
                    yield f"penalties.{penalty}.{parameter}", schema
            for penalty, full_name in PENALTIES.given().items():
                for parameter, schema in alone(penalty_model(full_name))["properties"].items():
                    yield f"penalties.{penalty}.{parameter}", schema
        elif "$ref" in field:
            for inner, schema in models[name.capitalize()]["properties"].items():
                yield from _inner_fields(name, inner, schema, models)
        elif name not in ("extends", "name", "seeds"):
            yield name, field


def _inner_fields(
    section: str, name: str, schema: Schema, models: Schema
) -> Iterator[tuple[str, Schema]]:
    """Yield a field of a section, what is inside one that may be null, and pieces' parameters."""
    whole, choice = f"{section}.{name}", choices().get((section, name))
    model = section_model(whole)
    if choice is None and model is not None:
        for inner, part in models[model.__name__]["properties"].items():
            yield f"{whole}.{inner}", part
        return
    yield whole, schema
    if choice is None:
        return
    for piece in choice.pieces.house:
        for inner, part in models[choice.model_of(piece).__name__]["properties"].items():
            yield f"{whole}.{piece}.{inner}", part
    for piece, full_name in choice.pieces.given().items():
        for inner, part in alone(choice.model_of(full_name))["properties"].items():
            yield f"{whole}.{piece}.{inner}", part


def _target_fields(models: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield the fields of all layouts together, each as the first layout that has it says."""
    layouts = [models[one.model.__name__]["properties"] for one in LAYOUTS.house.values()]
    names = dict.fromkeys(name for layout in layouts for name in layout)
    for name in names:
        if name == "layout":
            first = layouts[0]["layout"]
            yield "target.layout", {"description": first["description"], "enum": LAYOUTS.words()}
        else:
            yield f"target.{name}", next(layout[name] for layout in layouts if name in layout)


def _bare(field: Schema) -> Schema:
    """Return what a field's schema says of its values alone."""
    said = ("description", "default", "title", "x-mark", "x-unit")
    return {key: value for key, value in field.items() if key not in said}


def _axis(name: str, field: Schema) -> Schema:
    value = {"$ref": f"#/$defs/{name}"}
    listed = {
        "type": "array",
        "items": value,
        "minItems": 1,
        "maxItems": LEVELS_LIMIT,
        "uniqueItems": True,
    }
    options = [listed]
    if any(option.get("type") in ("number", "integer") for option in field.get("anyOf", [field])):
        ends = {"type": "array", "items": value, "minItems": 2, "maxItems": 2}
        points = {"type": "integer", "minimum": 2, "maximum": LEVELS_LIMIT}
        options.append(
            {
                "type": "object",
                "properties": {"linear": ends, "log": ends, "points": points},
                "additionalProperties": False,
            }
        )
    return {"description": field["description"], "anyOf": options}


def _case(experiment: Schema, fields: dict[str, Schema], models: Schema) -> Schema:
    """Return the schema of a case: an experiment's sections, and all fields by dotted names."""
    sections = {
        name: field
        for name, field in experiment["properties"].items()
        if name not in ("extends", "name", "seeds")
    }
    penalties = {
        f"penalties.{name}": {
            "description": penalty.description,
            "anyOf": [{"$ref": f"#/$defs/{name}"}, {"type": "null"}],
        }
        for name, penalty in PENALTIES.house.items()
    }
    dotted = {
        name: {"description": field["description"], "$ref": f"#/$defs/{name}"}
        for name, field in fields.items()
    }
    return {
        "type": "object",
        "properties": sections | penalties | dict(_inside_sections(models)) | dotted,
        "additionalProperties": False,
    }


def _inside_sections(models: Schema) -> Iterator[tuple[str, Schema]]:
    """Yield what a case may give as a whole: one piece's parameters, a section that may be null."""
    for section in Experiment.model_fields:
        model = section_model(section) if section not in ("target", "penalties") else None
        for name in model.model_fields if model else ():
            whole, choice = f"{section}.{name}", choices().get((section, name))
            inside = section_model(whole)
            if choice is not None:
                for piece, schema in models[choice.kind]["properties"].items():
                    yield f"{whole}.{piece}", _bare(schema)
            elif inside is not None:
                yield whole, {"anyOf": [{"$ref": f"#/$defs/{inside.__name__}"}, {"type": "null"}]}
