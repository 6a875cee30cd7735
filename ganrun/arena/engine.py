"""What the page's own engine plays (`assets/engine/`), for menus and for configs that ask for more.

The one list is `plays.json` beside the engine; a test holds it equal to the engine's own tables. A
piece that is declared and not in it is offered by no exported page.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ganrun.config import Experiment
from ganrun.config.choices import Choice
from ganrun.config.penalties import Penalties
from ganrun.config.remedies import rules
from ganrun.wording import listed

ENGINE = Path(__file__).parent / "assets" / "engine"
_NOT = "not"
"""In the list: fields that must be as they are by default."""


@cache
def _plays() -> Mapping[str, list[str]]:
    plays: Mapping[str, list[str]] = json.loads((ENGINE / "plays.json").read_text("utf-8"))
    return plays


def beyond_the_engine(experiment: Experiment) -> list[str]:
    """What a config asks for that the engine cannot play, a line each, by field."""
    pieces = [
        _not_played(field, name)
        for field, names in _named(experiment)
        for name in names
        if not _is_played(field, name)
    ]
    others = [
        f"{name}: not played in a page; leave it out"
        for name, info, value in rules(experiment)
        if name in _plays()[_NOT] and value != info.get_default()
    ]
    return pieces + others


def _named(experiment: Experiment) -> Iterator[tuple[str, list[str]]]:
    """The names of pieces and layouts that a config has, by field."""
    for field, _, value in rules(experiment):
        if isinstance(value, Penalties):
            yield field, [*value]
        elif isinstance(value, Choice):
            yield field, [value.name]
        elif isinstance(value, str):
            yield field, [value]
    yield "target.layout", [experiment.target.layout]


def _is_played(field: str, name: str) -> bool:
    return field not in _plays() or name in _plays()[field]


def _not_played(field: str, name: str) -> str:
    return f"{field}: {name!r} is not played in a page; {listed(_plays()[field])} are"


def playable(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The menus (`menus.schema`), without what the engine cannot play."""
    groups = [
        {"title": one["title"], "fields": [*_controls(one["fields"])]} for one in schema["groups"]
    ]
    layouts = [one for one in schema["layouts"] if _is_played("target.layout", one["name"])]
    return {**schema, "groups": [one for one in groups if one["fields"]], "layouts": layouts}


def _controls(fields: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for one in fields:
        field = one["field"]
        section, _, name = field.partition(".")
        if field in _plays()[_NOT] or (name and not _is_played(section, name)):
            continue
        if "choices" not in one:
            yield one
        else:
            kept = [choice for choice in one["choices"] if _is_played(field, choice["name"])]
            yield {**one, "choices": kept}
