"""The arena as one file: the same page, with an engine of its own in the place of the server.

Nothing in it asks for a network or for Python. Where a browser forbids workers or WebAssembly, the
page shows a game that was recorded.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganrun import __version__
from ganrun.arena.engine import beyond_the_engine, playable
from ganrun.arena.menus import schema
from ganrun.arena.protocol import MOST_GAMES
from ganrun.arena.settings import (
    DEEPEST_NETWORK,
    LARGEST,
    LARGEST_COORDINATE,
    WIDEST_LAYER,
    largest,
)
from ganrun.config import ConfigError, Experiment
from ganrun.config.choices import choice_of
from ganrun.config.company import in_company
from ganrun.config.contradictions import SAMPLES_PER_MODE
from ganrun.config.pieces import OBJECTIVES
from ganrun.config.remedies import rules
from ganrun.config.schema import NAME_LIMIT, Discriminator
from ganrun.page.html_page import document
from ganrun.page.modules import bundled
from ganrun.page.objective import objective_drawn
from ganrun.wording import plural

ASSETS = Path(__file__).parent / "assets"
OFFLINE = ASSETS / "offline"
_BODY = re.compile(r"<body>\n<a class=\"skip-link\".*?</a>\n(.*)</body>", re.DOTALL)
_STYLE = re.compile(r'<link rel="stylesheet" href="/arena/assets/([^"]+)">')
_TITLE = re.compile(r"<title>(.*)</title>")
_FOOT = re.compile(r'(<footer class="foot">\s*<p>).*?(</p>)', re.DOTALL)


def exported_page(experiments: Sequence[Experiment]) -> str:
    """The page, as text to be written to a file.

    Each experiment is a game that it begins with, of its first seed; scenes are laid over the
    first. Raises `ConfigError` where one asks for what the page cannot play, a line for each.
    """
    check_exportable(experiments)
    text = (ASSETS / "arena.html").read_text(encoding="utf-8")
    body, title = _BODY.search(text), _TITLE.search(text)
    styles = [ASSETS / name for name in _STYLE.findall(text)]
    assert body is not None
    assert title is not None
    foot = (
        f"Made by ganrun {__version__}. Everything here is computed in this page and stays in it: "
        "it asks nothing of any network."
    )
    return document(
        title=title[1],
        body=_FOOT.sub(lambda found: found[1] + foot + found[2], body[1]),
        styles=[*styles, OFFLINE / "offline.css"],
        script=ASSETS / "arena.js",
        instead={ASSETS / "connection.js": OFFLINE / "connection.js"},
        data={"exported": exported(experiments), "recorded": _recorded()},
        generator=f"ganrun {__version__}",
        main="stage",
        worker=bundled(OFFLINE / "worker.js"),
    )


def check_exportable(experiments: Sequence[Experiment]) -> None:
    """See that a page can play these configs. Raises `ConfigError`."""
    if len(experiments) > MOST_GAMES:
        raise ConfigError(
            [f"{plural(len(experiments), 'config')}: a page has {MOST_GAMES} games at most"]
        )
    problems = [
        f"{one.name}: {line}" if len(experiments) > 1 else line
        for one in experiments
        for line in beyond_the_engine(one)
    ]
    if problems:
        raise ConfigError(problems)


def exported(experiments: Sequence[Experiment]) -> dict[str, Any]:
    """What the page's own session is begun with."""
    return {
        "schema": playable(schema()),
        "declared": {
            "neutral": _neutral_numbers(),
            "largest": {**LARGEST},
            "widest": WIDEST_LAYER,
            "deepest": DEEPEST_NETWORK,
            "farthest": LARGEST_COORDINATE,
            "samples_per_mode": SAMPLES_PER_MODE,
            "longest_name": NAME_LIMIT,
        },
        "objectives": {name: objective_drawn(name) for name in OBJECTIVES.house},
        "companies": _companies(),
        "configs": [one.with_seed(one.seeds[0]).model_dump(mode="json") for one in experiments],
    }


def _neutral_numbers() -> dict[str, float]:
    """The numbers of pieces that a config leaves out, by their dotted names."""
    return {
        f"{field}.{piece.name}.{number.name}": number.neutral
        for field, info, _ in rules()
        if (choice := choice_of(info))
        for piece in choice.pieces.house.values()
        for number in piece.parameters
        if number.neutral is not None
    }


def _companies() -> dict[str, list[str]]:
    """How to read a field by the detective's packing, from 1 on; alone or beside its batch."""
    packs = range(1, (largest("discriminator.packing") or 1) + 1)
    return {
        sight: [in_company(Discriminator(packing=size, minibatch=feature)) for size in packs]
        for sight, feature in (("alone", "none"), ("batch", "std"))
    }


def _recorded() -> Mapping[str, Any]:
    found: Mapping[str, Any] = json.loads((OFFLINE / "recorded.json").read_text("utf-8"))
    return found
