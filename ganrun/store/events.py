"""What was done to a game while it was played: `events.csv` of an interactive run.

A game is decided by its config, its seed and these events, each at an exact round: played again
with them, it comes to the same bits.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.store.formats import FormatError

STEP = "step"
"""The field of a single step: its value is `discriminator` or `generator`."""

_HEADER = ["round", "field", "value"]
_FIELD = re.compile(r"[A-Za-z0-9_.]{1,200}")


class Event(NamedTuple):
    """After `round` rounds a field (with dots, as in `--set`) was given a value, plain JSON.

    `target` and `penalties` are given whole. The field `step` is no config's: there the player
    named by the value took a step of its own, outside the rounds.
    """

    round: int
    field: str
    value: Any


def configs_along(start: Experiment, events: Sequence[Event]) -> list[Experiment]:
    """The config at the start and after each event. Raises `ConfigError` where one does not fit."""

    def after(one: Experiment, event: Event) -> Experiment:
        return one if event.field == STEP else with_changes(one, {event.field: event.value})

    return list(itertools.accumulate(events, after, initial=start))


def events_bytes(events: Sequence[Event]) -> bytes:
    """`events.csv`: a row per event, in their order, the value as JSON."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_HEADER)
    for event in events:
        value = json.dumps(event.value, allow_nan=False)
        writer.writerow([event.round, event.field, value])
    return text.getvalue().encode()


def read_events(content: bytes) -> list[Event]:
    """The events of `events.csv`. Raises `FormatError` if it is damaged."""
    try:
        rows = list(csv.reader(io.StringIO(content.decode()), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise FormatError("is not a whole table") from None
    if not rows or rows[0] != _HEADER or not content.endswith(b"\n"):
        raise FormatError("is not a table of events")
    events = [_event(row, line) for line, row in enumerate(rows[1:], start=2)]
    if any(b.round < a.round for a, b in itertools.pairwise(events)):
        raise FormatError("its rounds decrease")
    return events


def _event(row: list[str], line: int) -> Event:
    def refuse(constant: str) -> None:
        raise ValueError(constant)

    try:
        round_, field, value = row
        if not (round_.isascii() and round_.isdigit()) or not _FIELD.fullmatch(field):
            raise ValueError(row)
        return Event(int(round_), field, json.loads(value, parse_constant=refuse))
    except (ValueError, RecursionError):
        raise FormatError(f"line {line} is no event") from None
