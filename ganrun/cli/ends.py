"""How a command ends: what it says on standard error, and its exit code.

Exit codes: 0 done, 1 some run failed, 2 bad usage or config, 130 interrupted (after saving).
"""

from __future__ import annotations

import os
import shlex
import signal
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import typer

LONGEST_PART = 800
"""Characters of a line on standard error, at its beginning and at its end."""


def say(line: str) -> None:
    """Say what is no result: on standard error, in one line that a terminal prints as it is.

    Of one that quotes a name at length, the middle is left out: its end says what is wrong.
    """
    from ganrun.config.errors import one_line

    line = one_line(line)
    if len(line) > 2 * LONGEST_PART:
        line = f"{line[:LONGEST_PART]} ... {line[-LONGEST_PART:]}"
    typer.echo(line, err=True)


def note(lines: Iterable[str]) -> None:
    """Say what is no mistake and may not be meant."""
    for line in lines:
        say(f"note: {line}")


def exit_with(problems: Sequence[str]) -> None:
    """Say what could not be done, if anything; that is exit code 1."""
    for problem in problems:
        say(problem)
    if problems:
        raise typer.Exit(1)


def end_interrupted() -> NoReturn:
    """Say how to go on; that is exit code 130."""
    same = shlex.join(["ganrun", *sys.argv[1:]])
    say(f"Interrupted; everything is saved. To go on, run it again: {same}")
    raise typer.Exit(130)


@contextmanager
def clear_errors() -> Iterator[None]:
    """Turn what a user can mend into one line each on stderr and the right exit code."""
    try:
        yield
    except KeyboardInterrupt:
        say("Interrupted.")
        raise typer.Exit(130) from None
    except Exception as error:
        told = _told(error)
        if told is None:
            raise
        lines, code = told
        for line in lines:
            say(line)
        raise typer.Exit(code) from None


def _told(error: Exception) -> tuple[Sequence[str], int] | None:
    """Lines for the user and the exit code; None for what only a programmer can mend."""
    from ganrun.config import ConfigError
    from ganrun.machine import UnfitEnvironment

    if isinstance(error, ConfigError):
        return error.problems, 2
    if isinstance(error, UnfitEnvironment):
        return [str(error)], 2
    if isinstance(error, OSError) and error.filename is not None:
        return [f"{os.fsdecode(error.filename)}: {error.strerror}"], 1
    # Not before, since a config's mistake need not wait for the store.
    from ganrun.store import StoreError

    return ([str(error)], 1) if isinstance(error, StoreError) else None


@contextmanager
def termination_as_interrupt() -> Iterator[None]:
    """Let SIGTERM, which batch systems send before they kill, save like Ctrl-C.

    So does SIGHUP, which comes when the terminal is closed, unless it is ignored (nohup). A second
    one of them does not disturb the saving.
    """

    def interrupt(*_: Any) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise KeyboardInterrupt

    def hang_up(*_: Any) -> None:
        signal.raise_signal(signal.SIGTERM)

    before = {signal.SIGTERM: signal.signal(signal.SIGTERM, interrupt)}
    hangs_up = getattr(signal, "SIGHUP", None)
    if hangs_up is not None and signal.getsignal(hangs_up) is not signal.SIG_IGN:
        before[hangs_up] = signal.signal(hangs_up, hang_up)
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
