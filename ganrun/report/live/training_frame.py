"""One frame of the live display, as text that fits the terminal it is drawn on.

At 80 x 24 it holds a heading, a bar, the map with the numbers beside it, and a legend. Where there
is no room for the map it is left out; where there is none for all the seeds, some rows are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile, zip_longest
from statistics import median

import numpy as np
from jaxtyping import Float
from numpy import ndarray
from rich.cells import cell_len
from rich.text import Text

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.config.targets import Target
from ganrun.measure.coverage import mode_shares
from ganrun.mixture import Mixture, mixture_of
from ganrun.playing.progress import MemberProgress, Progress
from ganrun.report.geometry import covered_modes, share_outside
from ganrun.report.live.character_map import draw_map
from ganrun.report.live.frame_parts import (
    assembled,
    heading,
    inner_height,
    inner_width,
    justified,
    measuring_words,
    paced_bar,
    rounds_a_second,
)
from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION

LEAST_MAP_ROWS, MOST_MAP_ROWS = 8, 20
MEMBER_COLUMNS = ("modes_covered", "high_quality", "loss_d", "loss_g")
MOST_SAMPLES = 1000
"""More points than this would fill the map no better and cost the training time."""
SIDE_WIDTH = 45
"""Columns that the widest row of numbers takes."""
PHASES = {
    "compiling": "compiling the game",
    "training": "training",
    "measuring": "measuring",
}
"""What a phase is called on screen."""


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


def draw_frame(progress: Progress | None, live_map: LiveMap, moment: Moment, *, title: str) -> Text:
    """The whole display as lines of at most `width - 1` cells, at most `height - 1` of them."""
    width, room, ascii_only = inner_width(moment), inner_height(moment), moment.ascii_only
    members = progress.members if progress is not None else ()
    shown = _member_to_map(members)

    rows = _map_rows(width, room, len(members))
    side = _side(members, rows or max(room - 3, 0), narrow=width < SIDE_WIDTH)
    body = side
    if rows:
        view = live_map.view(shown, rows, ascii_only)
        if len(members) == 1:
            side += _shares(view, rows - len(side), ascii_only)
        body = [
            _beside(left, right, 2 * rows)
            for left, right in zip_longest(view.lines, side, fillvalue=Text(""))
        ]
        body += [Text(""), _legend(view, shown, _whose(members, shown), ascii_only)]
    head = [_heading(progress, title, moment), _bar(progress, moment), Text("")]
    return assembled([*head, *body], moment)


def _whose(members: Sequence[MemberProgress], member: MemberProgress | None) -> str:
    if member is None:
        return ""
    of_one = len({one.name for one in members}) == 1
    return f"seed {member.seed}" if of_one else f"{member.name}, seed {member.seed}"


def _member_to_map(members: Sequence[MemberProgress]) -> MemberProgress | None:
    """The first member that is being trained, else the first that has any samples to show."""
    mapped = [member for member in members if member.samples is not None]
    return next((member for member in mapped if _is_playing(member)), mapped[0] if mapped else None)


def _is_playing(member: MemberProgress) -> bool:
    return 0 < member.round < member.steps and not member.diverged


def _map_rows(width: int, room: int, members: int) -> int:
    """Lines that the map may take beside the numbers, or 0 where there is no room for it."""
    side = SIDE_WIDTH if members > 1 else 30
    rows = min((width - side - 4) // 2, room - 5, MOST_MAP_ROWS)
    return rows if rows >= LEAST_MAP_ROWS else 0


def _heading(progress: Progress | None, title: str, moment: Moment) -> Text:
    if progress is None:
        return heading(title, "starting", "", moment)
    members = progress.members
    kind = "seeds" if len({member.name for member in members}) == 1 else "runs"
    whose = f"seed {members[0].seed}" if len(members) == 1 else f"{len(members):,} {kind}"
    done, total = progress.rounds_done, progress.rounds_total
    far = f"{done:,} of {total:,}"
    right = f"round {far}" if len(members) == 1 else f"{far} rounds"
    if progress.measuring is not None:
        right = measuring_words(progress.measuring, moment.seconds_since_update)
    elif progress.phase != "training":
        so_far = wording.duration(moment.seconds_elapsed)
        right = f"{PHASES[progress.phase]}, {so_far} so far"
    return heading(title, whose, moment.ending or right, moment)


def _bar(progress: Progress | None, moment: Moment) -> Text:
    if progress is None:
        return paced_bar(0, 0, "", None, moment)
    speed, left = "", None
    if progress.phase == "training":
        speed, left = rounds_a_second(progress.rounds_per_second), progress.seconds_left
    return paced_bar(progress.rounds_done, progress.rounds_total, speed, left, moment)


def _shares(view: MapView, room: int, ascii_only: bool) -> list[Text]:
    """A bar for every mode's share of the samples, where there is room for all of them."""
    if view.shares is None or len(view.shares) + 2 > room:
        return []
    longest = max(float(view.shares.max()), 1 / len(view.shares))
    lines = [Text(""), Text("share of the samples by mode", "dim")]
    for mode, share in enumerate(view.shares):
        line = Text()
        lost = mode in view.missing
        line.append(f"{mode:>4}  ", f"bold {SCREEN_VERMILLION}" if lost else "dim")
        filled = round(16 * float(share) / longest)
        line.append(("#" if ascii_only else "━") * filled + " " * (16 - filled), SCREEN_BLUE)
        lines.append(line.append(f" {wording.percent(float(share)):>6}"))
    return lines


def _legend(view: MapView, member: MemberProgress | None, whose: str, ascii_only: bool) -> Text:
    """What the signs on the map mean; `whose` samples they are."""
    text = Text("  ")
    if member is not None:
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


def _side(members: Sequence[MemberProgress], height: int, narrow: bool) -> list[Text]:
    """The numbers: one column for a lone member, else a bounded number of rows of members."""
    if not members:
        return []
    if len(members) == 1:
        return _one_member(members[0])[:height]
    return _many_members(members, height, narrow)


def _one_member(member: MemberProgress) -> list[Text]:
    quality = Text(wording.percent(member.high_quality))
    losses = (Text(wording.value(loss)) for loss in (member.loss_d, member.loss_g))
    numbers = zip(MEMBER_COLUMNS, (_covered(member), quality, *losses), strict=True)
    lines = [
        Text().append(f"{METRICS[name].called:<15}", "dim").append_text(words)
        for name, words in numbers
    ]
    if member.diverged:
        lines += [Text(""), Text("diverged: no longer finite", SCREEN_VERMILLION)]
    return lines


def _many_members(members: Sequence[MemberProgress], height: int, narrow: bool) -> list[Text]:
    labels = _labels(members)
    breadth = max(4, *(len(label) for label in labels))
    covered, quality, *losses = (METRICS[name].called for name in MEMBER_COLUMNS)
    columns = f"{'seed':>{breadth}}  {covered}"
    if not narrow:
        # What is cut leaves room for the map.
        columns = "  ".join([columns, f"{quality:.6}.", *losses])
    room = max(height - 1 if len(members) < height else height - 3, 0)
    # Members may be trained one after another: the rows follow those that are at it.
    ended = (m.diverged or m.round >= m.steps for m in members)
    first_unfinished = sum(takewhile(bool, ended))
    start = max(min(first_unfinished - room // 2, len(members) - room), 0)
    mark = not all(_is_playing(member) for member in members)
    lines = [Text(columns, "dim")]
    for label, member in list(zip(labels, members, strict=True))[start : start + room]:
        line = Text(f"{label:>{breadth}}{'>' if mark and _is_playing(member) else ' '} ")
        line.append_text(justified(Text(""), _covered(member), 13))
        if member.diverged:
            line.append("  diverged", SCREEN_VERMILLION)
        elif member.round == 0:
            line.append("  waiting", "dim")
        elif not narrow:
            line.append(f"  {wording.percent(member.high_quality):>7}")
            line.append(f"  {wording.value(member.loss_d):>6}  {wording.value(member.loss_g):>6}")
        lines.append(line)
    if room < len(members):
        lines += _all_members(members, len(members) - room)
    return lines[: max(height, 0)]


def _labels(members: Sequence[MemberProgress]) -> list[str]:
    """What tells each from the others: its seed, its name, or both."""
    count = len(members)
    if len({member.seed for member in members}) == count:
        return [str(member.seed) for member in members]
    if len({member.name for member in members}) == count:
        return [member.name[-16:] for member in members]
    return [f"{member.name[-16:]} {member.seed}" for member in members]


def _all_members(members: Sequence[MemberProgress], hidden: int) -> list[Text]:
    """Two lines for those that have no row: how many, and how all of them do."""
    lines = [Text(f"... and {hidden:,} more", "dim")]
    counts = [member.modes_covered for member in members if member.modes_covered is not None]
    if counts:
        middle = wording.count(median(counts))
        words = f"all: median {middle}, min {min(counts)}, max {max(counts)}"
        diverged = diverged_words(members)
        lines.append(Text(words + (f"; {diverged}" if diverged else "")))
    return lines


def diverged_words(members: Sequence[MemberProgress]) -> str:
    """How many members diverged; empty if none has."""
    diverged = sum(member.diverged for member in members)
    if not diverged:
        return ""
    return "diverged" if len(members) == 1 else f"{diverged} diverged"


def _covered(member: MemberProgress) -> Text:
    if member.modes_covered is None:
        return Text("-")
    everything = member.modes_covered == member.modes_total
    style = SCREEN_BLUE if everything else SCREEN_VERMILLION
    return Text(wording.of_total(member.modes_covered, member.modes_total), style)


def _beside(left: Text, right: Text, left_width: int) -> Text:
    line = Text("  ").append_text(left)
    line.append(" " * (left_width - cell_len(left.plain) + 3))
    return line.append_text(right)
