"""A config that `to_yaml` has written, read for its fields' texts alone: many of them in no time.

A YAML reader takes milliseconds for a config, and its model checks what a writer has checked. Where
ten thousand runs are listed, their configs are files whose digests are known: of these only the
lines that differ from the defaults' are looked at. It is no reader of YAML: any line that `to_yaml`
does not write is refused.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from typing import Any

from ganrun.config.schema import Experiment
from ganrun.config.targets import LAYOUTS
from ganrun.config.write import lines, to_yaml

Texts = dict[str, str]
"""By its dotted name, what stands behind a field's colon."""

UNTOLD = ("name", "seeds", "target.points")
"""Fields that say which run it is, and points, which their digest tells apart: that they differ is
nothing to tell."""

_SECTIONS = re.compile(r"\n(?=\S)")
_LINE = re.compile(r"((?:  )*)(?:([A-Za-z_][A-Za-z0-9_]*):(?: (\S.*))?|- (\S.*))")


def written_fields(text: str) -> Texts | None:
    """Every field of a config that was written by `to_yaml`; None if one of its lines was not."""
    sections = written_sections(text)
    return None if sections is None else merged(sections)


def written_sections(text: str) -> list[Texts] | None:
    """The same, section by section; those that many configs share are the same object."""
    found: list[Texts] = []
    for section in _SECTIONS.split(text.removesuffix("\n")):
        inside = _section(section)
        if inside is None:
            return None
        found.append(inside)
    return found


def merged(sections: Iterable[Texts]) -> Texts:
    """The fields of all sections."""
    fields: Texts = {}
    for section in sections:
        fields.update(section)
    return fields


@lru_cache(maxsize=1 << 14)
def _section(text: str) -> Texts | None:
    """The fields of a section, which many configs share to the letter."""
    fields: Texts = {}
    sections: list[str] = []
    rows: list[str] = []
    for line in text.split("\n"):
        parts = _parts(line)
        if parts is None or parts[0] > len(sections):
            return None
        depth, name, value = parts
        if name:
            del sections[depth:]
            if sections and sections[-1] in fields:
                return None  # a value has none below it
            here = f"{sections[-1]}.{name}" if sections else name
            sections.append(here)
            rows = []
            if value:
                fields[here] = value
        elif sections and depth == len(sections):  # a row of the list that the last line began
            rows.append(value)
            fields[sections[-1]] = f"[{', '.join(rows)}]"
        else:
            return None
    return fields


@lru_cache(maxsize=1 << 14)
def _parts(line: str) -> tuple[int, str, str] | None:
    """A line's depth, the name of its field and what stands behind; of a list's row no name."""
    match = _LINE.fullmatch(line)
    if match is None:
        return None
    indent, name, value, row = match.groups("")
    return len(indent) // 2, name, value or row


def chosen_fields(fields: Mapping[str, str]) -> dict[str, Any]:
    """The fields, by dotted name, whose values are not the defaults, and these values."""
    return chosen_in([fields])


def chosen_in(sections: Iterable[Mapping[str, str]]) -> dict[str, Any]:
    """The same of a config's sections."""
    sections = list(sections)
    layouts = (section["target.layout"] for section in sections if "target.layout" in section)
    usual = default_fields(next(layouts, ""))
    return {
        name: value_of(text)
        for section in sections
        for name, text in section.items()
        if usual.get(name) != text and name not in UNTOLD
    }


@cache
def default_fields(layout: str) -> Texts:
    """Every default as it would be written, of a target of that layout."""
    usual = Experiment()
    fields = written_fields(to_yaml(usual))
    assert fields is not None
    if layout == usual.target.layout or layout not in LAYOUTS:
        return fields
    target = LAYOUTS[layout].model.model_construct().model_dump(mode="json")
    others = written_fields("".join(lines({"target": target}))) or {}
    rest = {name: text for name, text in fields.items() if not name.startswith("target.")}
    return rest | others | {"target.layout": fields["target.layout"]}


@lru_cache(maxsize=1 << 14)
def value_of(text: str) -> Any:
    """What a field's text means: a number, a list, words."""
    try:
        return json.loads(text)
    except ValueError:
        return text


def written_experiment(fields: Mapping[str, str]) -> Experiment:
    """The experiment of these fields, checked as any other; raises `ValidationError`."""
    content: dict[str, Any] = {}
    for name, text in fields.items():
        *sections, last = name.split(".")
        inner = content
        for section in sections:
            inner = inner.setdefault(section, {})
        inner[last] = value_of(text)
    return Experiment.model_validate(content)
