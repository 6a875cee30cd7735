"""The content of `run.json`: all that may differ between two runs of one config."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from ganrun.config import Experiment
from ganrun.store import provenance

FORMAT = 1
"""Number of the run folder's layout."""

Record = dict[str, Any]


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
    record |= {"status": "running", "error": None, "ended": None, "numerics": dict(numerics)} | code
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
    timed = [one for one in record["sessions"] if one.get("training_seconds") is not None]
    seconds = sum(one["training_seconds"] for one in timed)
    rounds = sum(one["to_round"] - one["from_round"] for one in timed)
    record |= {
        "ended": session["ended"],
        "training_seconds": seconds if timed else None,
        "rounds_per_second": rounds / seconds if seconds > 0 else None,
    }


def note_takeover(record: Record, source: Record, *, folder: str, at_round: int) -> None:
    """Note that this run goes on from another's last round, and what that one had noted."""
    record["reused_from"] = {"folder": folder, "id": source["id"], "round": at_round}
    record["numerics_changes"] = list(source.get("numerics_changes", []))
    note_numerics_change(record, source.get("numerics"), record["numerics"], at_round=at_round)
    record["sessions"][-1]["from_round"] = at_round


def note_branching(record: Record, source: Record, *, folder: str, at_round: int) -> None:
    """Note that this run begins with another's last state, and is no continuation of it."""
    record["branched_from"] = {"folder": folder, "id": source["id"], "round": at_round}
    session = record["sessions"][-1]
    session["from_round"] = max(session["from_round"], at_round)


def note_numerics_change(
    record: Record, before: Any, now: Mapping[str, Any], *, at_round: int
) -> None:
    """Note that the rounds after `at_round` are played under other numerics, if they are."""
    if at_round and before != now:
        record["numerics_changes"].append({"round": at_round, "from": before, "to": dict(now)})
