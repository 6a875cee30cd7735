"""Which figures a reader wants, and how: known to the command line, which need not draw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class Format(StrEnum):
    """The kind of a figure's file."""

    PNG = "png"
    PDF = "pdf"
    SVG = "svg"


class Style(StrEnum):
    """Whether a figure tells its story in a headline, or leaves that to the caption of a paper."""

    PAGE = "page"
    PAPER = "paper"


DOTS_PER_INCH = 150
LEAST_DOTS, MOST_DOTS = 50, 1200

OF_RUNS = ("modes", "progression", "curves", "diagnosis")
OF_SWEEPS = ("cases", "influence", "phase", "marginals")

T = TypeVar("T")


@dataclass(frozen=True)
class Wanted:
    """Figures as they are wanted; as `PLAIN` is, all PNGs that a report draws."""

    formats: tuple[str, ...] = (Format.PNG,)
    dots_per_inch: int = DOTS_PER_INCH
    """Of a PNG, and of what is no line or letter in the others."""
    style: str = Style.PAGE
    only: tuple[str, ...] = ()
    """Their names, of `OF_RUNS` or `OF_SWEEPS`; empty: all."""

    def among(self, drawn: Mapping[str, T]) -> dict[str, T]:
        """Those of some figures that are wanted."""
        return {name: draw for name, draw in drawn.items() if not self.only or name in self.only}

    def strangers(self, known: Iterable[str]) -> list[str]:
        """What is asked for by name and is none of these."""
        return [name for name in self.only if name not in known]


PLAIN = Wanted()
