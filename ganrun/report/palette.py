"""The colours of every picture and table: one palette, safe for colour-blind readers.

Blue stands for what is real, covered or the detective's (the discriminator's); orange for what is
forged or the forger's (the generator's); vermillion for what is missing or broken. No message
rests on colour alone: a missing mode is also dashed, numbered or named. The hues are those of
Okabe and Ito (2008), the terminal's a little lighter, to be readable on dark and light screens.
"""

from __future__ import annotations

from ganrun.verdict import MEANINGS, Tone

INK = "#23272e"
"""Text, axes and samples."""
QUIET = "#5c6370"
"""Secondary text: captions, tick labels, equilibrium lines."""
FAINT = "#d9dce1"
"""Grid lines and bands behind the data."""
PAPER = "#ffffff"
"""The background of every figure."""

BLUE = "#0072b2"
ORANGE = "#d98c00"
VERMILLION = "#d55e00"
GREEN = "#009e73"

FIELD_BLUE = "#3f8fc9"
FIELD_WHITE = "#f8f8f6"
FIELD_ORANGE = "#e9a23b"
"""The ends and the middle of the discriminator's field: blue looks real to it, orange forged."""

SCREEN_BLUE = "#3d9be0"
SCREEN_VERMILLION = "#e8702a"
"""The same two hues for a terminal, whose background may be black or white."""


def tone(word: str) -> Tone:
    """The tone of a verdict or a status, which pages give its chip."""
    if word in MEANINGS:
        return MEANINGS[word].tone
    return "bad" if word == "failed" else "warn"


def screen_hue(word: str) -> str:
    """A verdict's or a status's colour on a terminal; empty where it has none."""
    return {"good": SCREEN_BLUE, "bad": SCREEN_VERMILLION, "warn": ""}[tone(word)]
