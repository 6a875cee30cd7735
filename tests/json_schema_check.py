"""As much of JSON Schema 2020-12 as the config's schema uses; an unknown keyword is an error."""

from __future__ import annotations

import re
from typing import Any

TYPES = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "null": type(None),
    "number": (int, float),
    "integer": (int, float),
}
WORDS = {"$schema", "$defs", "title", "description", "default", "x-mark", "x-unit"}


def accepts(schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    """Return whether the schema, a part of `root`, accepts the value."""
    return all(_holds(keyword, schema, value, root) for keyword in schema)


def _holds(keyword: str, schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    rule = schema[keyword]
    if keyword in WORDS:
        return True
    if keyword == "$ref":
        return accepts(root["$defs"][rule.removeprefix("#/$defs/")], value, root)
    if keyword == "type":
        return _is_of_type(rule, value)
    if keyword == "const":
        return value == rule and type(value) is type(rule)
    if keyword == "enum":
        return value in rule
    if keyword == "anyOf":
        return any(accepts(option, value, root) for option in rule)
    checks = {
        dict: {
            *("properties", "additionalProperties", "required", "minProperties", "maxProperties")
        },
        list: {"items", "prefixItems", "minItems", "maxItems", "uniqueItems"},
        str: {"minLength", "maxLength", "pattern"},
        float: {"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum"},
    }
    kind = next(kind for kind, keywords in checks.items() if keyword in keywords)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not (is_number if kind is float else isinstance(value, kind)):
        return True  # a keyword says nothing of values of other types
    return _of_kind(keyword, schema, value, root)


def _is_of_type(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return name == "boolean"
    if name == "integer" and isinstance(value, float):
        return value.is_integer()
    return isinstance(value, TYPES[name])


def _of_kind(keyword: str, schema: dict[str, Any], value: Any, root: dict[str, Any]) -> bool:
    rule = schema[keyword]
    if keyword == "properties":
        return all(accepts(rule[k], v, root) for k, v in value.items() if k in rule)
    if keyword == "additionalProperties":
        others = [v for k, v in value.items() if k not in schema.get("properties", {})]
        return not others if rule is False else all(accepts(rule, v, root) for v in others)
    if keyword == "required":
        return set(rule) <= set(value)
    if keyword == "items":
        return all(accepts(rule, item, root) for item in value)
    if keyword == "prefixItems":
        return all(accepts(r, item, root) for r, item in zip(rule, value, strict=False))
    if keyword == "uniqueItems":
        return len(set(map(repr, value))) == len(value)
    if keyword == "pattern":
        return re.search(rule, value) is not None
    return {
        "minProperties": lambda: len(value) >= rule,
        "maxProperties": lambda: len(value) <= rule,
        "minItems": lambda: len(value) >= rule,
        "maxItems": lambda: len(value) <= rule,
        "minLength": lambda: len(value) >= rule,
        "maxLength": lambda: len(value) <= rule,
        "minimum": lambda: value >= rule,
        "maximum": lambda: value <= rule,
        "exclusiveMinimum": lambda: value > rule,
        "exclusiveMaximum": lambda: value < rule,
    }[keyword]()
