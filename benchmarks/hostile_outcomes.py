"""How an attack ended, and what a clear answer of the command line is."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from typer.testing import CliRunner

How = Literal["refused", "told", "undisturbed", "traceback", "hang", "unclear", "believed", "lost"]
GOOD: tuple[How, ...] = ("refused", "told", "undisturbed")
FAULTS: tuple[How, ...] = ("traceback", "hang", "unclear", "believed", "lost")

LONGEST_LINE = 500
"""Characters that a message may have."""
CODES = (1, 2)
"""Exit codes of what went wrong, in words."""


@dataclass(frozen=True)
class Outcome:
    """How a case ended, and what of it a reader should know."""

    how: How
    what: str


class Unfit(Exception):
    """What was said or done is at fault."""

    def __init__(self, how: How, what: str) -> None:
        super().__init__(what)
        self.how = how


@dataclass(frozen=True)
class Said:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def ganrun(*arguments: str) -> Said:
    """Run a command in this process. Raises `Unfit` where it ends in an exception."""
    from ganrun.cli import app

    os.environ["COLUMNS"] = "120"
    result = CliRunner().invoke(app, list(arguments))
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Said(result.exit_code, result.stdout, result.stderr)


def check_clear(code: int, err: str) -> None:
    """Raise `Unfit` unless a refusal is lines that one can read, under an exit code for it."""
    lines = err.splitlines()
    if code not in CODES:
        raise Unfit("unclear", f"exit code {code}: {err[-300:]}")
    if "Traceback" in err:
        raise Unfit("traceback", err[-600:])
    if not lines:
        raise Unfit("unclear", f"exit code {code} without a word")
    for line in lines:
        if not line.isprintable():
            raise Unfit("unclear", f"not printable: {line[:200]!r}")
        if len(line) > LONGEST_LINE:
            raise Unfit("unclear", f"{len(line)} characters: {line[:200]}")


def first_line(lines: str | Sequence[str]) -> str:
    """The beginning of what was said."""
    found = lines.splitlines() if isinstance(lines, str) else lines
    return found[0][:200] if found else ""
