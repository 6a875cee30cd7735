"""Who watches a training, a sweep or a diagnosis: a display, lines, or only what goes wrong.

What differs between the three is their subject; when it is drawn and how it ends is the same.

A display draws from a thread of its own a few times a second, so that the clock ticks while a
program compiles; `update` only takes note of the newest progress and costs the training nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Hashable
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from types import TracebackType
from typing import Generic, Self, TextIO, TypeVar

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ganrun.report.live.outlook import Outlook
from ganrun.report.notes import print_whole
from ganrun.wording import duration

REFRESHES_PER_SECOND = 4.0
GONE = (OSError, ValueError, SystemExit)
"""What printing raises where nobody reads any more; rich turns a broken pipe into an exit."""
LEAST_SECONDS_BETWEEN_LINES = 1.0
SECONDS_BETWEEN_LINES = 5.0

P = TypeVar("P")
"""What the watcher is told: the progress of a training, a sweep or a diagnosis."""

MOST_TOLD = 20
"""Failed and diverged trials that get a line of their own; the others are counted."""


@dataclass(frozen=True)
class Moment:
    """What a frame is drawn for: the room there is, the clock, and how it ended if it has."""

    width: int
    height: int
    ascii_only: bool
    seconds_elapsed: float
    seconds_since_update: float
    ending: str | None
    outlook: Outlook = field(default_factory=Outlook)


class Subject(Generic[P]):
    """What is watched: how its progress looks as a frame and as a line, and how far it is."""

    @cached_property
    def outlook(self) -> Outlook:
        """What is said of how far it is, and of the time that it takes yet."""
        return Outlook()

    def note(self, progress: P) -> None:
        """Take note of the newest progress, before it is shown."""

    def draw(self, progress: P | None, moment: Moment) -> Text:
        """The whole display, for some progress or for none yet."""
        raise NotImplementedError

    def line(self, progress: P) -> str:
        """All there is to say of this moment, in ASCII."""
        raise NotImplementedError

    def done_and_total(self, progress: P) -> tuple[int, int]:
        """How far it has come."""
        raise NotImplementedError

    def phase(self, progress: P) -> Hashable:
        """What is told at once when it changes."""
        return None

    def is_whole(self, progress: P) -> bool:
        """Whether that is the end, rather than where it was stopped."""
        done, total = self.done_and_total(progress)
        return done >= total


class Quiet(Generic[P]):
    """Shows no progress, but says what goes wrong, without flooding; a context manager."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._end(whole=error is None)
        if self._told > MOST_TOLD:
            self._say(f"{self._told - MOST_TOLD:,} more were not named")

    def update(self, progress: P) -> None:
        """Take note of the newest state."""

    def tell(self, message: str) -> None:
        """Print a line at once, unless too many have been; a display stays below it."""
        self._told += 1
        if self._told <= MOST_TOLD:
            self._say(message)
        elif self._told == MOST_TOLD + 1:
            self._say("more like these are counted from here on; `ganrun report` names them all")

    def _say(self, line: str) -> None:
        # Nobody may be there to read it.
        with suppress(*GONE):
            print_whole(self._console, line)

    def _end(self, *, whole: bool) -> None:
        """Show the last state; `whole` unless an error ended it."""


class Display(Quiet[P]):
    """A display that stays in its place while a training goes on.

    Leaving the context, by whatever road, draws the last state once more and gives the terminal
    back. Whatever goes wrong while drawing is swallowed: a picture never ends a training.
    """

    def __init__(
        self,
        subject: Subject[P],
        *,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        own_thread: bool = True,
        stays: bool = True,
    ) -> None:
        """It is drawn in a thread of its own unless it is not; it `stays` when it has ended."""
        super().__init__(console)
        self._stays = stays
        self._subject = subject
        self._clock = clock
        self._progress: P | None = None
        self._updated_at = self._entered_at = clock()
        self._ending: str | None = None
        self._frame = Text("")
        self._live = Live(
            console=console,
            get_renderable=self.frame,
            auto_refresh=own_thread,
            refresh_per_second=REFRESHES_PER_SECOND,
            vertical_overflow="crop",
            # Whatever is printed meanwhile goes above the display, unless it goes to a file.
            redirect_stdout=_is_terminal(sys.stdout),
            redirect_stderr=_is_terminal(sys.stderr),
        )

    def __enter__(self) -> Self:
        self._entered_at = self._updated_at = self._clock()
        self._live.start()
        return self

    def _end(self, *, whole: bool) -> None:
        took = duration(self._clock() - self._entered_at)
        progress = self._progress
        whole = whole and progress is not None and self._subject.is_whole(progress)
        self._ending = f"took {took}" if whole else f"stopped after {took}"
        self._subject.outlook.end()
        # Where nothing had to be trained there is nothing to leave on the screen.
        stays = self._stays and progress is not None
        self._live.transient = not stays
        with suppress(*GONE):
            self._live.stop()
            if stays:
                self._console.print()  # what is printed next keeps its distance

    def update(self, progress: P) -> None:
        """Take note of the newest state; it is drawn at the next refresh."""
        self._updated_at = self._clock()
        self._progress = progress
        note(self._subject, progress)

    def frame(self) -> Text:
        """The display as it should look now."""
        with suppress(Exception):  # the last good frame stays; the training must not suffer
            now = self._clock()
            moment = Moment(
                width=self._console.size.width,
                height=self._console.size.height,
                ascii_only=ascii_only(self._console),
                seconds_elapsed=now - self._entered_at,
                seconds_since_update=now - self._updated_at,
                ending=self._ending,
                outlook=self._subject.outlook,
            )
            self._frame = self._subject.draw(self._progress, moment)
        return self._frame


class PacedLines(Quiet[P]):
    """A line of progress now and then, for logs and pipes.

    A line is due when another tenth is done or when five seconds have passed without one; the
    longer it has taken already, the longer that pause, so that a night's run fills no log.
    """

    def __init__(
        self,
        subject: Subject[P],
        *,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(console)
        self._subject = subject
        self._clock = clock
        self._started_at = self._printed_at = clock()
        self._printed: tuple[Hashable, int, str] | None = None
        self._latest: P | None = None

    def _end(self, *, whole: bool) -> None:
        # The last state is always told, be it the end or where it was interrupted.
        self._subject.outlook.end()
        if self._latest is not None:
            line = self._subject.line(self._latest)
            if self._printed is None or line != self._printed[2]:
                self._print(self._latest, line)

    def update(self, progress: P) -> None:
        """Print a line if one is due."""
        self._latest = progress
        note(self._subject, progress)
        if self._is_due(progress):
            self._print(progress, self._subject.line(progress))

    def _is_due(self, progress: P) -> bool:
        if self._printed is None or self._printed[0] != self._subject.phase(progress):
            return True
        now = self._clock()
        pause = now - self._printed_at
        done, total = self._subject.done_and_total(progress)
        tenth = total / 10
        another_tenth = done // tenth > self._printed[1] // tenth if tenth else False
        if another_tenth and pause >= LEAST_SECONDS_BETWEEN_LINES:
            return True
        return pause >= max(SECONDS_BETWEEN_LINES, (now - self._started_at) / 10)

    def _print(self, progress: P, line: str) -> None:
        done, _ = self._subject.done_and_total(progress)
        self._printed = (self._subject.phase(progress), done, line)
        self._printed_at = self._clock()
        self._say(line)


def note(subject: Subject[P], progress: P) -> None:
    """Have a subject take note; whatever goes wrong there ends no training."""
    with suppress(Exception):
        subject.note(progress)


def screen() -> Console:
    """Where progress goes: standard error, with a display only on a terminal.

    `FORCE_COLOR` asks for colours where there is none, not for a display in a log.
    """
    return Console(stderr=True, force_interactive=None if _is_terminal(sys.stderr) else False)


def watcher_for(
    console: Console, subject: Subject[P], *, quiet: bool = False
) -> Display[P] | PacedLines[P] | Quiet[P]:
    """The watcher that suits where the output goes: live on a terminal, plain lines elsewhere."""
    if quiet:
        return Quiet(console)
    if console.is_interactive and not console.is_dumb_terminal:
        return Display(subject, console=console)
    return PacedLines(subject, console=console)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def ascii_only(console: Console) -> bool:
    """Whether the terminal cannot be trusted with braille and box-drawing characters."""
    return console.legacy_windows or not console.encoding.lower().startswith("utf")
