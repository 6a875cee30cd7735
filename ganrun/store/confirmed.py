"""A verdict that was confirmed by playing a run on: `confirmed.json`, and as a frozen dataclass.

It is no part of the run, whose files are the same with it and without: who reads a run for its
numbers need not know of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, with_config

from ganrun.store.atomic import replace_file
from ganrun.store.documents import read_document
from ganrun.store.folder import RunFolder
from ganrun.store.formats import json_text
from ganrun.verdict import Word

NAME = "confirmed.json"
FORMAT = 1
"""Number of the layout, and of the rules behind it; a document of another one is made anew."""


@with_config(ConfigDict(extra="forbid", allow_inf_nan=False))
@dataclass(frozen=True)
class Confirmed:
    """What a run's game showed when it was played on, once."""

    format: int
    id: str
    """The run's."""
    seed: int
    """The continuation's, for the noise that it drew."""
    rounds: int
    """The round that it was played on to."""
    verdict: Word
    confidence: Annotated[float, Field(ge=0, le=1)]
    """How often the word is right, of such continuations."""
    evidence: str
    """One sentence with the numbers it rests on."""


_ADAPTER = TypeAdapter(Confirmed)


def write_confirmed(folder: Path, confirmed: Confirmed) -> None:
    """Write `confirmed.json` into a run folder, whole or not at all."""
    replace_file(folder / NAME, json_text(asdict(confirmed), sort_keys=False))


def read_confirmed(run: RunFolder) -> Confirmed | None:
    """The confirmed verdict of a run; None if there is none, or it is of another format or run.

    Raises `RunFolderError` if it is damaged.
    """
    path = run.path / NAME
    return read_document(path, _ADAPTER, number=FORMAT, what="confirmed verdict", run=run.id)
