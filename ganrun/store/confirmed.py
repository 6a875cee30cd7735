"""A verdict that was confirmed by playing a run on: `confirmed.json`, and as a frozen dataclass.

It is no part of the run, whose files are the same with it and without: who reads a run for its
numbers need not know of it.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, with_config

from ganrun.store.atomic import replace_file
from ganrun.store.documents import STRICT, Count, Identity, Share, Words, read_document
from ganrun.store.folder import RunFolder
from ganrun.store.formats import sealed
from ganrun.verdict import Word

NAME = "confirmed.json"
FORMAT = 1
"""Number of the layout, and of the rules behind it; a document of another one is made anew."""


@with_config(STRICT)
@dataclass(frozen=True)
class Confirmed:
    """What a run's game showed when it was played on, once."""

    format: int
    id: Identity
    """The run's."""
    seed: Annotated[int, Field(ge=0)]
    """The continuation's, for the noise that it drew."""
    rounds: Count
    """The round that it was played on to."""
    verdict: Word
    confidence: Share
    """How often the word is right, of such continuations."""
    evidence: Words
    """One sentence with the numbers it rests on."""


_ADAPTER = TypeAdapter(Confirmed)


def write_confirmed(folder: Path, confirmed: Confirmed) -> None:
    """Write `confirmed.json` into a run folder, whole or not at all."""
    replace_file(folder / NAME, sealed(asdict(confirmed)))


def read_confirmed(run: RunFolder) -> Confirmed | None:
    """The confirmed verdict of a run; None if there is none, or it is of another format.

    Raises `DamagedError` if it is damaged or another run's.
    """
    return read_document(
        run.path / NAME,
        _ADAPTER,
        number=FORMAT,
        what="confirmed verdict",
        run=run.id,
        writer="--confirm",
    )
