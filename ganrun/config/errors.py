"""How a problem with a config is told: one line each, where it is, which field, what is wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ganrun.errors import GanrunError

LONGEST = 400
"""Characters of a message; what is longer quotes a file at length."""


class ConfigError(GanrunError):
    """A config that cannot be used. `problems` holds one complete line of text per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[str, ...]]]:
        return ConfigError, (self.problems,)


@dataclass(frozen=True)
class Place:
    """Where something was written: a file with line and column from 1 on, or an option.

    `names` is the field that an option names in its own text, so that it need not be said again.
    """

    source: str
    line: int | None = None
    column: int | None = None
    names: str = ""

    def __str__(self) -> str:
        source = one_line(self.source)
        return source if self.line is None else f"{source}:{self.line}:{self.column}"


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong, at a place; `field` is a dotted name, empty if none is at fault."""

    place: Place
    field: str
    message: str

    def __str__(self) -> str:
        is_said = self.field in ("", self.place.names)
        name = "" if is_said else f"{one_line(shortened(self.field, 80))}: "
        return f"{self.place}: {name}{shortened(one_line(self.message), LONGEST)}"


def in_order(problems: list[Problem]) -> list[Problem]:
    """Return the problems file by file, in the order of their lines."""
    sources = list(dict.fromkeys(problem.place.source for problem in problems))

    def key(problem: Problem) -> tuple[int, int, int]:
        place = problem.place
        return (sources.index(place.source), place.line or 0, place.column or 0)

    return sorted(dict.fromkeys(problems), key=key)


def dotted(path: Sequence[str | int]) -> str:
    """Return a field's name in text.

    >>> dotted(("generator", "hidden", 1))
    'generator.hidden[1]'
    """
    name = ""
    for part in path:
        if isinstance(part, int):
            name += f"[{part}]"
        else:
            name += f".{part}" if name else part
    return name


def one_line(text: str) -> str:
    """Return the text with whatever cannot be printed on one line escaped."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def shortened(text: str, width: int = 40) -> str:
    """Return the text, its end cut off if it is long."""
    return text if len(text) <= width else text[: width - 3] + "..."


class PieceError(GanrunError):
    """A fault in a piece from outside while it is used: one line that names its file and line."""
