"""What every live display and its lines have: a heading with a spinner, a bar, how fast it goes."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

from ganrun.playing.progress import Measuring
from ganrun.report.fitting_columns import GAP
from ganrun.report.live.outlook import Outlook
from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE
from ganrun.wording import duration, percent

SPINNER, ASCII_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
SPINS_PER_SECOND = 4
LEAST_BAR, LEAST_WORDS = 10, 34
LEAST_ABOUT = 12
"""Cells of what something is about that say anything."""


def heading(title: str, about: str, right: str, moment: Moment) -> Text:
    """The title behind a spinner, what it is about, and at the right how far it is.

    Where there is no room for all of it, what it is about is cut, or left out, and then the title.
    """
    left, room = _spinner(moment), inner_width(moment)
    if right:
        room = max(room - cell_len(right) - len(GAP), 1)
    rest = room - cell_len(left.plain) - cell_len(title) - len(GAP)
    left.append_text(Text(title, "bold", end=""))
    if about and rest >= min(cell_len(about), LEAST_ABOUT):
        left.append(f"{GAP}{about}", "dim")
    left.truncate(room, overflow="crop" if moment.ascii_only else "ellipsis")
    return justified(left, Text(right), inner_width(moment)) if right else left


def staged(number: int, stages: int, what: str, measuring: str = "") -> str:
    """`2 of 5: trying cures`, or what is measured in that stage; it may be none of several."""
    if measuring:
        return f"{number} of {stages}, {measuring}" if number else measuring
    return f"{number} of {stages}: {what}" if number else what


def how_far(done: int, total: int, noun: str, outlook: Outlook) -> str:
    """`250 of 1,000 rounds (25 %)`."""
    share = f" ({percent(outlook.share(done, total))})" if total else ""
    return f"{done:,} of {total:,} {noun}{share}"


def rounds_a_second(number: float | None) -> str:
    """`812 rounds/s`; empty where it is not known."""
    return f"{number:,.0f} rounds/s" if number else ""


def pace(speed: str, seconds_left: float | None, *, at_most: bool = False) -> list[str]:
    """How fast it goes and how long it takes yet, or may take; without what is not known."""
    left = "" if seconds_left is None else f"{duration(seconds_left)} left"
    left = f"at most {left}" if left and at_most else left
    return [words for words in (speed, left) if words]


def measuring_words(measuring: Measuring, seconds_since: float = 0.0) -> str:
    """`measuring: 3 of 8, 40 s left`, so long after it was so."""
    left = measuring.seconds_left
    left = None if left is None else max(left - seconds_since, 0.0)
    far = f"measuring: {measuring.done:,} of {measuring.total:,}"
    return ", ".join([far, *pace("", left)])


def paced_bar(
    done: int,
    total: int,
    speed: str,
    seconds_left: float | None,
    moment: Moment,
    *,
    at_most: bool = False,
) -> Text:
    """A bar and the pace, in which the clock ticks on since the last update, until the end."""
    estimated = None if moment.ending else seconds_left
    left = moment.outlook.seconds_left(
        estimated, moment.seconds_elapsed, moment.seconds_since_update
    )
    paced = pace(speed, left, at_most=at_most)
    words = "".join(GAP + one for one in paced)
    return bar(moment.outlook.share(done, total), words, moment)


def bar(share: float, words: str, moment: Moment) -> Text:
    """A bar with words at its right; the words alone where there is no room for a bar."""
    words = f" {percent(share):>6}{words}"
    # A fixed place for the words keeps the bar from jumping as they change.
    space = inner_width(moment) - max(len(words), LEAST_WORDS)
    if space < LEAST_BAR:
        return Text(words.strip())
    full, empty = ("#", ".") if moment.ascii_only else ("━", "─")
    filled = int(share * space)
    text = Text().append(full * filled, SCREEN_BLUE)
    return text.append(empty * (space - filled), "dim").append(words)


def assembled(lines: Iterable[Text], moment: Moment) -> Text:
    """As many of the lines as there is room for, cut to the width."""
    kept = list(lines)[: inner_height(moment)]
    for line in kept:
        line.truncate(inner_width(moment))
    return Text("\n", no_wrap=True, overflow="crop", end="").join(kept)


def inner_width(moment: Moment) -> int:
    """Cells of a line; the terminal's last column is left free, so that none of them wraps."""
    return max(moment.width - 1, 1)


def inner_height(moment: Moment) -> int:
    """Lines of the display; the cursor has one of its own."""
    return max(moment.height - 1, 1)


def justified(left: Text, right: Text, width: int) -> Text:
    """`left` and `right` at the two ends of a line, or one after the other where it is short."""
    gap = max(width - cell_len(left.plain) - cell_len(right.plain), 2 if left.plain else 0)
    line = left.copy()
    line.append(" " * gap)
    return line.append_text(right)


def _spinner(moment: Moment) -> Text:
    frames = ASCII_SPINNER if moment.ascii_only else SPINNER
    shown = frames[int(moment.seconds_elapsed * SPINS_PER_SECOND) % len(frames)]
    return Text().append(f"{' ' if moment.ending else shown} ", SCREEN_BLUE)
