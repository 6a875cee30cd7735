"""Sources of pieces from outside as they are given: by files, or by another process.

The tables that pieces go into are the schema's, so it is imported first.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import ganrun.config.schema  # noqa: F401 - every table is open once it is there
from ganrun.config.errors import ConfigError
from ganrun.config.outside import Given, Source, given_sources
from ganrun.config.outside_sources import give_source, read_source


def give(paths: Iterable[str | os.PathLike[str]]) -> list[Given]:
    """Read files and let their pieces be known.

    Raises `ConfigError`, a line for each fault, if a file cannot be read or run, if a declaration
    is not well formed, or if two files declare a piece of one name.
    """
    found: list[Given] = []
    problems: list[str] = []
    for path in dict.fromkeys(os.fspath(path) for path in paths):
        try:
            found += give_source(read_source(Path(path)))
        except ConfigError as error:
            problems += error.problems
    first: dict[tuple[str, str], Given] = {}
    for one in found:
        other = first.setdefault((one.own.kind, one.own.declaration.name), one)
        if other.source != one.source:
            problems.append(f"{one.label}: is in {other.source.name} too")
    if problems:
        raise ConfigError(problems)
    return found


def give_sources(sources: Sequence[Source]) -> None:
    """Let another process's sources be known in this one."""
    known = {source.digest for source in given_sources()}
    for source in sources:
        if source.digest not in known:
            give_source(source)
