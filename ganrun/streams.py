"""Standard output and error as a command needs them, whatever they were connected to.

A reader may leave (`| head`), a disk be full, an encoding have no letter for a name, a descriptor
be closed. None of that stops what the command is for: files are written all the same, and what
could not be printed is told at the end.
"""

from __future__ import annotations

import contextlib
import io
import os
import select
import sys
from typing import Any

_NAMES = {"stdout": "output", "stderr": "error"}


class _Written(io.RawIOBase):
    """Passes on what is written until that fails; the rest goes nowhere."""

    def __init__(self, raw: Any, name: str) -> None:
        self._raw = raw
        self.name = name
        self.failure: OSError | None = None

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return int(self._raw.fileno())

    def isatty(self) -> bool:
        return bool(self._raw.isatty())

    def write(self, data: Any) -> int:
        while self.failure is None:
            try:
                if (count := self._raw.write(data)) is not None:
                    return int(count)
                select.select([], [self._raw], [])  # another program made it one that cannot wait
            except OSError as error:
                self.failure = error
        return len(data)


def hold() -> None:
    """Let nothing that happens to standard output or error stop this process."""
    while (opened := os.open(os.devnull, os.O_RDWR)) <= 2:
        pass  # a closed one would be the next file's, and what is printed would go into that
    os.close(opened)
    for name in _NAMES:
        stream = getattr(sys, name)
        buffer = getattr(stream, "buffer", None)
        if buffer is not None:
            stream.flush()
            setattr(sys, name, _held(stream, _Written(getattr(buffer, "raw", buffer), name)))
    if os.environ.get("COLUMNS", "1").strip().lstrip("0") == "":
        del os.environ["COLUMNS"]  # no terminal is so narrow


def _held(stream: Any, written: _Written) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(written),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=stream.line_buffering or stream is sys.stderr,
        write_through=stream.write_through,
    )


def printed() -> str | None:
    """Print what is left; returns why that could not be, unless the reader had gone."""
    reasons = []
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # closed from the beginning
            stream.flush()
            written: Any = stream.buffer
            failure = written.raw.failure
            if failure is not None and not isinstance(failure, BrokenPipeError):
                reasons.append(f"standard {_NAMES[stream.name]}: {failure.strerror or failure}")
    return reasons[0] if reasons else None
