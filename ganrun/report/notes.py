"""How lines are printed, cut or whole; what was written where, and the page that is opened."""

from __future__ import annotations

import webbrowser
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ganrun.config.errors import one_line

UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"


def print_whole(console: Console, words: str, style: str = "") -> None:
    """Print words as they are, whatever their length: to be copied, or read by a program."""
    lines = "\n".join(map(one_line, words.split("\n")))
    console.print(Text(lines, style), soft_wrap=True, highlight=False)


def print_wrapped(console: Console, words: Text) -> None:
    """Print words in as many lines as they take."""
    print_cut(console, words.wrap(console, console.width))


def print_cut(console: Console, lines: Iterable[Text]) -> None:
    """Print the lines of a table, without blanks at their ends; a mark stands for what is cut."""
    for line in lines:
        # Names and reasons come from files, which may hold what a terminal obeys.
        line.plain = "".join(c if c.isprintable() else UNPRINTABLE for c in line.plain)
        line.rstrip()
        console.print(line, no_wrap=True, overflow="ellipsis", highlight=False)


@dataclass(frozen=True)
class Notes:
    """Says things below a table; quiet where the output is JSON."""

    console: Console
    quiet: bool

    def say(self, words: str) -> None:
        """Say it in one line, whatever its length: paths stay in one piece."""
        if not self.quiet:
            print_whole(self.console, words, "dim")

    def say_drawn(self, paths: Sequence[Path]) -> None:
        """Say which figures there are, and in which folder."""
        if paths:
            self.say(f"{paths[0].parent}: {', '.join(path.name for path in paths)}")

    def open(self, page: Path) -> None:
        """Show a page in the reader's own browser, or say where it is if there is none."""
        if not webbrowser.open(page.resolve().as_uri()):
            self.say(f"no browser was found here; open {page.resolve()} in one")
