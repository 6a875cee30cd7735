"""The content of `run.json`: all that may differ between two runs of one config."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    create_model,
)

from ganrun.config import Experiment
from ganrun.store import layout, provenance
from ganrun.store.documents import Argument, Count, Document, Identity, Words, check
from ganrun.store.formats import NOT_AS_WRITTEN, FormatError, digest_of, read_sealed

FORMAT = 2
"""Number of the run folder's layout: since 2, `run.json` is sealed and holds the files' digests."""

Record = dict[str, Any]

Status = Literal["running", "interrupted", "complete", "diverged", "failed", "interactive"]
FINISHED = ("complete", "diverged")
INTERACTIVE = "interactive"
"""Of a game played in the arena: it ended, but is no result of its config and never reused."""

Scalar = str | int | float | bool | None
_Written = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z")]
Time = Annotated[_Written, AfterValidator(lambda text: datetime.fromisoformat(text) and text)]
Seconds = Annotated[float, Field(ge=0, le=1e12)]
Digests = dict[str, Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\z")]]


class _Origin(Document):
    folder: Argument
    id: Identity
    round: Count


class _Change(Document):
    round: Count


class _Session(Document):
    started: Time | None = None
    ended: Time | None = None
    from_round: Count
    to_round: Count | None = None
    training_seconds: Seconds | None = None


class _RunJson(Document):
    """What readers rely on in a `run.json`, of any version."""

    format: Annotated[int, Field(ge=1)]
    id: Identity
    name: Annotated[Words, Field(min_length=1, max_length=1000)]
    again: bool = False
    status: Status
    error: Argument | None = None
    started: Time | None = None
    ended: Time | None = None
    training_seconds: Seconds | None = None
    rounds_per_second: Annotated[float, Field(ge=0)] | None = None
    reused_from: _Origin | None = None
    branched_from: _Origin | None = None
    numerics: dict[str, Scalar | list[Scalar] | dict[str, Scalar]] | None = None
    numerics_changes: list[_Change]
    digests: Digests | None = None
    sessions: Annotated[list[_Session], Field(min_length=1)]
    versions: dict[str, str | None] = Field(default_factory=dict)
    git: dict[str, str | bool | None] = Field(default_factory=dict)
    command: list[Argument] = Field(default_factory=list)


def read_record(content: bytes) -> Record:
    """What a `run.json` holds, checked; `FormatError` if it is damaged, or of a newer ganrun."""
    record, whole = read_sealed(content)
    written = record.get("format")
    if isinstance(written, int) and written > FORMAT:
        raise FormatError("was written by a newer ganrun")
    check(_RunJson, record)
    if record["format"] == FORMAT and not whole:
        raise FormatError(NOT_AS_WRITTEN)
    return record


_WANTED = (
    *("format", "id", "name", "status", "started", "ended"),
    *("reused_from", "digests", "sessions"),
)


@cache
def _glanced() -> Any:
    """The model of what a list shows, which is made when it is first asked for."""
    fields = {name: _RunJson.model_fields[name] for name in _WANTED}
    kinds: dict[str, Any] = {name: (field.annotation, field) for name, field in fields.items()}
    # Called from there, Python takes longer than all of the rest.
    kinds |= dict.fromkeys(("started", "ended"), (_Written | None, None))
    kinds["sessions"] = (Annotated[list[_Rounds], Field(min_length=1)], ...)
    return create_model("_Glanced", __config__=_Rounds.model_config, **kinds)


class _Rounds(BaseModel):
    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False)

    to_round: Count | None = None


def glanced_record(content: bytes) -> Record:
    """What a list shows of a `run.json`, checked but for its seal and for keys that stand twice.

    Of its sessions the last one's rounds alone are kept, and of times that they are written as
    such. Raises `ValueError` if it is damaged.
    """
    found = vars(_glanced().model_validate_json(content))
    origin, last = found["reused_from"], found["sessions"][-1]
    return found | {"sessions": [vars(last)], "reused_from": origin and dict(origin)}


def digests_of(files: Mapping[str, bytes]) -> dict[str, str]:
    """The digests of a run's files but `run.json`, which holds them."""
    return {name: digest_of(content) for name, content in files.items() if name != layout.RUN}


def is_verified(record: Mapping[str, Any]) -> bool:
    """Whether the digests of a run's files are known, and of what it was made from."""
    origin = record.get("reused_from") or {}
    return bool(record.get("digests")) and origin.get("verified") is not False


def new_record(experiment: Experiment, identity: str, *, again: bool) -> Record:
    """The record of a run that begins; `again` if it was asked for beside others of its config."""
    return {
        "format": FORMAT,
        "id": identity,
        "name": experiment.name,
        "seed": experiment.seeds[0],
        "again": again,
        "status": "running",
        "error": None,
        "started": provenance.now(),
        "ended": None,
        "training_seconds": None,
        "rounds_per_second": None,
        "reused_from": None,
        "numerics": None,
        "numerics_changes": [],
        "digests": None,
        "sessions": [],
    }


def begin_session(
    record: Record, *, numerics: Mapping[str, Any], command: Sequence[str], at_round: int
) -> None:
    """Note who trains from here on; code and numerics of the record are the latest session's.

    It begins after all that was noted before, whatever became of the clock since.
    """
    code = {"versions": provenance.versions(), "git": provenance.git(), "command": list(command)}
    earlier = record["sessions"][-1] if record["sessions"] else {}
    noted = (one.get(when) for one in (record, earlier) for when in ("started", "ended"))
    session = {
        "started": max([provenance.now(), *filter(None, noted)]),
        "ended": None,
        "from_round": at_round,
        "to_round": None,
        "training_seconds": None,
        "pid": os.getpid(),
        "host": platform.node(),
    }
    record |= {"format": FORMAT, "status": "running", "error": None, "ended": None}
    # What is written from here on has other digests.
    record |= {"numerics": dict(numerics), "digests": None} | code
    record["sessions"].append(session | code)


def end_session(
    record: Record, *, at_round: int, training_seconds: float | None, lasted: float = 0.0
) -> None:
    """Note the end of the latest session; the rate is over all sessions that told their seconds.

    It `lasted` so many seconds at least, however the clock was put back meanwhile.
    """
    session = record["sessions"][-1]
    session |= {
        "ended": max(provenance.now(), provenance.later(session["started"], lasted)),
        "to_round": at_round,
        "training_seconds": training_seconds,
    }
    told = ("training_seconds", "to_round")
    timed = [one for one in record["sessions"] if None not in map(one.get, told)]
    seconds = sum(one["training_seconds"] for one in timed)
    rounds = sum(one["to_round"] - one["from_round"] for one in timed)
    record |= {
        "ended": session["ended"],
        "training_seconds": seconds if timed else None,
        "rounds_per_second": rounds / seconds if seconds > 0 else None,
    }


def note_takeover(record: Record, source: Record, *, folder: str, at_round: int) -> None:
    """Note that this run goes on from another's last round, and what that one had noted."""
    record["reused_from"] = origin_in(source, folder=folder, at_round=at_round)
    record["numerics_changes"] = list(source.get("numerics_changes", []))
    note_numerics_change(record, source.get("numerics"), record["numerics"], at_round=at_round)
    record["sessions"][-1]["from_round"] = at_round


def origin_in(source: Record, *, folder: str, at_round: int) -> dict[str, Any]:
    """Where a run was taken from, and whether what lies there could be verified."""
    verified = is_verified(source)
    return {"folder": folder, "id": source["id"], "round": at_round, "verified": verified}


def note_branching(record: Record, source: Record, *, folder: str, at_round: int) -> None:
    """Note that this run begins with another's last state, and is no continuation of it."""
    record["branched_from"] = origin_in(source, folder=folder, at_round=at_round)
    session = record["sessions"][-1]
    session["from_round"] = max(session["from_round"], at_round)


def note_numerics_change(
    record: Record, before: Any, now: Mapping[str, Any], *, at_round: int
) -> None:
    """Note that the rounds after `at_round` are played under other numerics, if they are."""
    if at_round and before != now:
        record["numerics_changes"].append({"round": at_round, "from": before, "to": dict(now)})
