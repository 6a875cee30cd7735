"""A config to begin with: every field with its default and what it means, most commented out."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from typing import Any

from pydantic.fields import FieldInfo

from ganrun.config.choices import Choice, as_plain, choice_of
from ganrun.config.every_field import words_of
from ganrun.config.fields import unit_of
from ganrun.config.schema import NAME, NAME_LIMIT, section_model
from ganrun.config.shipped import shipped_configs
from ganrun.config.write import flow

WIDTH = 100
COLUMN = 36
"""Where what is said of a field begins."""
HEAD = """\
# yaml-language-server: $schema={schema}
#
# A config for ganrun: every field, its default, and what it means. Take the sign # away from a
# field that is to be another, and from the section above it; what is left out has its default.
# `ganrun check` says what is wrong. To begin with a config that ships, say which:
#extends: five_gaussians

"""
BEGUN = ("name", "seeds")
"""Fields that are not commented out."""


def template(name: str) -> str:
    """Return the text of a config of that name, or of the default one where it is no name."""
    is_name = re.fullmatch(NAME, name) and len(name) <= NAME_LIMIT
    text = [HEAD.format(schema=shipped_configs() / "schema.json")]
    for field, code, said in _fields("", ""):
        if field == "name" and is_name:
            code = f"name: {flow(name)}"
        text.append(_lines("" if field in BEGUN else "#", code, said))
    return "".join(text)


def _fields(section: str, indent: str) -> Iterator[tuple[str, str, str]]:
    """Yield every field of a section: its dotted name, its line, and what is said of it."""
    model = section_model(section)
    assert model is not None
    for name, field in model.model_fields.items():
        whole = f"{section}.{name}" if section else name
        inside = None if choice_of(field) else section_model(whole)
        default = field.get_default(call_default_factory=True)
        said = field.description or ""
        if inside is None:
            value = as_plain(default.written) if isinstance(default, Choice) else default
            yield (
                whole,
                f"{indent}{name}: {flow(value)}",
                said + _unit(field) + _words(whole, field),
            )
        elif default is None:
            yield (
                whole,
                f"{indent}{name}: {flow(_defaults(inside))}",
                said if "Null" in said else f"{said} None by default.",
            )
        else:
            yield whole, f"{indent}{name}:", said
            yield from _fields(whole, f"{indent}  ")


def _defaults(model: Any) -> dict[str, Any]:
    fields = model.model_fields.items()
    return {name: field.get_default(call_default_factory=True) for name, field in fields}


def _unit(field: FieldInfo) -> str:
    unit, said = unit_of(field), field.description or ""
    return f" In {unit}." if unit and unit not in said.lower() else ""


def _words(name: str, field: FieldInfo) -> str:
    words = [word for word in words_of(name, field) if word not in ("true", "false", "null")]
    return f" One of {', '.join(words)}." if words else ""


def _lines(sign: str, code: str, said: str) -> str:
    """A field's line, and behind it what is said, in as many lines as that takes."""
    first, *rest = textwrap.wrap(said, WIDTH - COLUMN - 2) or [""]
    begun = f"{sign}{code}"
    if len(begun) >= COLUMN - 1:
        rest = [first, *rest]
    else:
        begun = f"{begun.ljust(COLUMN)}# {first}"
    behind = [f"{sign.ljust(COLUMN)}# {line}" for line in rest]
    return "".join(f"{line.rstrip()}\n" for line in (begun, *behind))
