"""Maps of members' newest samples, drawn anew only where there are new ones."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from rich.text import Text

from ganrun import wording
from ganrun.config.targets import Target
from ganrun.measure.coverage import mode_shares
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.progress import MemberProgress
from ganrun.report.geometry import covered_modes, share_outside
from ganrun.report.live.character_map import draw_map
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

MOST_SAMPLES = 1000
"""More points than this would fill the map no better and cost the training time."""


@dataclass(frozen=True, eq=False)
class MapView:
    """The map of one member's samples, and what can be read off it; `K` modes."""

    lines: list[Text]
    shares: Float[ndarray, " K"] | None
    missing: tuple[int, ...]
    outside: float


class LiveMap:
    """The true modes and the newest samples; drawn anew only when there are new samples."""

    def __init__(self, target: Target) -> None:
        """Of one member or several; `target` is what is shown before any has samples."""
        self._first = target
        self._drawn_for: tuple[object, ...] = ()
        self._drawn_samples: Float[ndarray, "N 2"] | None = None
        self._view = MapView([], None, (), 0.0)

    def view(self, member: MemberProgress | None, rows: int, ascii_only: bool) -> MapView:
        """The map of one member in `rows` lines; the true modes alone while it has no samples."""
        samples = member.samples if member is not None else None
        count = member.modes_covered if member is not None else None
        target = self._first if member is None else member.target
        wanted = (target, count, rows, ascii_only)
        if samples is not self._drawn_samples or wanted != self._drawn_for:
            self._view = _map_view(samples, mixture_of(target), count, rows, ascii_only)
            self._drawn_samples, self._drawn_for = samples, wanted
        return self._view


class LiveMaps:
    """A map for each member that is shown."""

    def __init__(self, target: Target) -> None:
        """Before there are any members, that of a `target` is shown."""
        self._target = target
        self._maps: dict[str | None, LiveMap] = {}

    def view(self, member: MemberProgress | None, rows: int, ascii_only: bool) -> MapView:
        """As `LiveMap.view` has it."""
        run = None if member is None else member.run
        live_map = self._maps.setdefault(run, LiveMap(self._target))
        return live_map.view(member, rows, ascii_only)


def _map_view(
    samples: Float[ndarray, "N 2"] | None,
    mixture: Mixture,
    count: int | None,
    rows: int,
    ascii_only: bool,
) -> MapView:
    if samples is None:
        lines = draw_map(None, mixture, rows=rows, ascii_only=ascii_only)
        return MapView(lines, None, (), 0.0)
    samples = samples[:MOST_SAMPLES]
    shares = mode_shares(samples, mixture)
    covered = covered_modes(shares, mixture.weights, count)
    lines = draw_map(samples, mixture, rows=rows, covered=covered, ascii_only=ascii_only)
    missing = tuple(int(mode) for mode in np.flatnonzero(~covered))
    return MapView(lines, shares, missing, share_outside(samples, mixture.extent))


def legend(view: MapView, whose: str, ascii_only: bool) -> Text:
    """What the signs on a map mean; `whose` samples they are, if there are any."""
    text = Text("  ")
    if whose:
        text.append("." if ascii_only else "⡪")
        text.append(f" samples of {whose}", "dim")
        if view.outside > 0:
            text.append(f", {wording.percent(view.outside)} off the map", "dim")
        text.append("   ")
    text.append("O" if ascii_only else "○", SCREEN_BLUE)
    text.append(" true modes   ", "dim")
    if view.missing:
        numbers = " ".join(str(mode) for mode in view.missing[:5])
        more = " ..." if len(view.missing) > 5 else ""
        text.append(numbers + more, f"bold {SCREEN_VERMILLION}")
        text.append(" not covered", "dim")
    return text
