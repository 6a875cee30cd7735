"""What one sees while it trains: a live display on a terminal, plain lines elsewhere, or nothing.

The display draws from a thread of its own a few times a second, so that the clock ticks while the
program compiles; `update` only takes note of the newest progress and costs the training nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import TextIO

from rich.console import Console
from rich.live import Live
from rich.text import Text

from ganrun.mixture import Mixture
from ganrun.progress import Progress
from ganrun.report.frame import LiveMap, draw_frame
from ganrun.report.phrases import duration, progress_line

REFRESHES_PER_SECOND = 4.0
GONE = (OSError, ValueError, SystemExit)
"""What printing raises where nobody reads any more; rich turns a broken pipe into an exit."""
LEAST_SECONDS_BETWEEN_LINES = 1.0
SECONDS_BETWEEN_LINES = 5.0


class LiveDisplay:
    """A progress display with a map of the samples over the true modes; a context manager.

    Leaving the context, by whatever road, draws the last state once more and gives the terminal
    back. Whatever goes wrong while drawing is swallowed: a picture never ends a training.
    """

    def __init__(
        self,
        mixture: Mixture,
        *,
        title: str,
        console: Console,
        clock: Callable[[], float] = time.monotonic,
        own_thread: bool = True,
    ) -> None:
        self._title = title
        self._console = console
        self._clock = clock
        self._map = LiveMap(mixture)
        self._progress: Progress | None = None
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

    def __enter__(self) -> LiveDisplay:
        self._entered_at = self._updated_at = self._clock()
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        took = duration(self._clock() - self._entered_at)
        progress = self._progress
        whole = progress is not None and progress.rounds_done >= progress.rounds_total
        self._ending = f"took {took}" if whole and error is None else f"stopped after {took}"
        # Where nothing had to be trained there is nothing to leave on the screen.
        self._live.transient = progress is None
        with suppress(*GONE):
            self._live.stop()

    def update(self, progress: Progress) -> None:
        """Take note of the newest state; it is drawn at the next refresh."""
        self._updated_at = self._clock()
        self._progress = progress

    def frame(self) -> Text:
        """The display as it should look now."""
        try:
            now = self._clock()
            self._frame = draw_frame(
                self._progress,
                self._map,
                title=self._title,
                width=self._console.size.width,
                height=self._console.size.height,
                ascii_only=ascii_only(self._console),
                seconds_elapsed=now - self._entered_at,
                seconds_since_update=now - self._updated_at,
                ending=self._ending,
            )
        except Exception:  # the last good frame stays; the training must not suffer
            return self._frame
        return self._frame


class PlainLines:
    """A line of progress now and then, for logs and pipes; a context manager.

    A line is due when another tenth is done or when five seconds have passed without one; the
    longer it has taken already, the longer that pause, so that a night's run fills no log.
    """

    def __init__(
        self, *, title: str, console: Console, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._title = title
        self._console = console
        self._clock = clock
        self._started_at = self._printed_at = clock()
        self._printed: Progress | None = None
        self._latest: Progress | None = None

    def __enter__(self) -> PlainLines:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # The last state is always told, be it the end or where it was interrupted.
        if self._latest is not None and self._latest is not self._printed:
            self._print(self._latest)

    def update(self, progress: Progress) -> None:
        """Print a line if one is due."""
        self._latest = progress
        if self._is_due(progress):
            self._print(progress)

    def _is_due(self, progress: Progress) -> bool:
        printed = self._printed
        if printed is None or printed.phase != progress.phase:
            return True
        now = self._clock()
        pause = now - self._printed_at
        tenth = progress.rounds_total / 10
        another_tenth = (
            progress.rounds_done // tenth > printed.rounds_done // tenth if tenth else False
        )
        if another_tenth and pause >= LEAST_SECONDS_BETWEEN_LINES:
            return True
        return pause >= max(SECONDS_BETWEEN_LINES, (now - self._started_at) / 10)

    def _print(self, progress: Progress) -> None:
        self._printed = progress
        self._printed_at = self._clock()
        line = progress_line(self._title, progress)
        with suppress(*GONE):
            # Logs are for grep: one line each, whatever the width, and no markup.
            self._console.print(Text(line), soft_wrap=True, highlight=False)


class Quiet:
    """Shows nothing; a context manager."""

    def __enter__(self) -> Quiet:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        return None

    def update(self, progress: Progress) -> None:
        """Take no note of it."""


def watcher_for(
    console: Console, mixture: Mixture, *, title: str, quiet: bool = False
) -> LiveDisplay | PlainLines | Quiet:
    """The watcher that suits where the output goes: live on a terminal, plain lines elsewhere."""
    if quiet:
        return Quiet()
    if console.is_interactive and not console.is_dumb_terminal:
        return LiveDisplay(mixture, title=title, console=console)
    return PlainLines(title=title, console=console)


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def ascii_only(console: Console) -> bool:
    """Whether the terminal cannot be trusted with braille and box-drawing characters."""
    return console.legacy_windows or not console.encoding.lower().startswith("utf")
