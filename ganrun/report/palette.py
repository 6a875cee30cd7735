"""The colours of every picture and table: those of the pages, safe for colour-blind readers.

Blue stands for what is real, covered or the detective's (the discriminator's); orange for what is
forged or the forger's (the generator's); vermillion for what is missing or broken. No message
rests on colour alone: a missing mode is also dashed, numbered or named. The hues are those of
Okabe and Ito (2008), the terminal's a little lighter, to be readable on dark and light screens.
"""

from __future__ import annotations

import re

from ganrun.page.html_page import STYLE
from ganrun.verdict import MEANINGS, Tone

_HUES = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", STYLE.read_text(encoding="utf-8")))
"""The light hues of every page, by name."""

INK = _HUES["ink"]
"""Text, axes and samples."""
QUIET = _HUES["quiet"]
"""Secondary text: captions, tick labels, equilibrium lines."""
FAINT = _HUES["border"]
"""Grid lines and bands behind the data."""
PAPER = _HUES["paper"]
"""The background of every figure."""

BLUE = _HUES["blue"]
ORANGE = _HUES["orange"]
VERMILLION = _HUES["vermillion"]
GREEN = _HUES["green"]

FIELD_BLUE = _HUES["field-real"]
FIELD_WHITE = _HUES["field-middle"]
FIELD_ORANGE = _HUES["field-fake"]
"""The ends and the middle of the discriminator's field: blue looks real to it, orange forged."""

SCREEN_BLUE = "#3d9be0"
SCREEN_ORANGE = ORANGE
SCREEN_VERMILLION = _HUES["cell-full"]
"""The same hues for a terminal, whose background may be black or white."""


def tone(word: str) -> Tone:
    """The tone of a verdict or a status, which pages give its chip."""
    if word in MEANINGS:
        return MEANINGS[word].tone
    return "bad" if word == "failed" else "warn"


def screen_hue(word: str) -> str:
    """A verdict's or a status's colour on a terminal; empty where it has none."""
    return {"good": SCREEN_BLUE, "bad": SCREEN_VERMILLION, "warn": ""}[tone(word)]
