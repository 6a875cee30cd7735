"""The lines that every live display has: a heading with a spinner, a bar, two ends of a line."""

from __future__ import annotations

from collections.abc import Iterable

from rich.cells import cell_len
from rich.text import Text

from ganrun.report.live.watcher import Moment
from ganrun.report.palette import SCREEN_BLUE
from ganrun.wording import percent

SPINNER, ASCII_SPINNER = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏", "|/-\\"
SPINS_PER_SECOND = 4
LEAST_BAR, LEAST_WORDS = 10, 34


def heading(title: str, about: str, right: str, moment: Moment) -> Text:
    """The title behind a spinner, what it is about, and at the right how far it is."""
    left = _spinner(moment)
    left.append(title, "bold")
    left.append(f"  {about}", "dim")
    if not right:
        return left
    return justified(left, Text(right), inner_width(moment))


def bar(share: float, words: str, moment: Moment) -> Text:
    """A bar with words at its right; the words alone where there is no room for a bar."""
    share = min(max(share, 0.0), 1.0)
    words = f" {percent(share):>6}{words}"
    # A fixed place for the words keeps the bar from jumping as they change.
    space = inner_width(moment) - max(len(words), LEAST_WORDS)
    if space < LEAST_BAR:
        return Text(words.strip())
    full, empty = ("#", ".") if moment.ascii_only else ("━", "─")
    filled = round(share * space)
    text = Text()
    text.append(full * filled, SCREEN_BLUE)
    text.append(empty * (space - filled), "dim")
    return text.append(words)


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
