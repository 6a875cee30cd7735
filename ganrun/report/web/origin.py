"""Where a run comes from: code, machine and time; and the command to repeat it."""

from __future__ import annotations

import math
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ganrun import wording
from ganrun.page.html_page import escaped
from ganrun.report.commands_to_copy import train_command
from ganrun.report.run_record import RunRecord
from ganrun.report.web.page_parts import copyable, section

FILES = (
    "config.yaml",
    "metrics.csv",
    "summary.json",
    "snapshots.npz",
    "events.csv",
    "diagnosis.json",
    "figures/modes.png",
    "figures/progression.png",
    "figures/curves.png",
    "figures/progression.gif",
    "figures/diagnosis.png",
)
"""What may lie beside the page."""


def origin_section(run: RunRecord) -> str:
    """Provenance, the files beside the page, and how to have the run again."""
    rows = "".join(
        f"<div><dt>{escaped(label)}</dt><dd>{value}</dd></div>" for label, value in _facts(run)
    )
    facts = f'<dl class="facts">{rows}</dl>'
    return section("origin", "Where it comes from", _again(run), facts)


def repeat_command(run: RunRecord) -> str | None:
    """What trains this run afresh, or goes on with it; `None` for a game played by hand."""
    if run.status == "interactive":
        return None
    return train_command(run, again=run.ended and not run.earlier_rule)


def _again(run: RunRecord) -> str:
    command = repeat_command(run)
    if command is None:
        return (
            "<p>This game was played by hand. The config above is how it began, the events are "
            "what was done to it since: together with the seed they decide it to the last bit."
            "</p>"
        )
    words, what = "This goes on from the last checkpoint.", "the command that goes on"
    if run.earlier_rule:
        words, what = (
            (
                f"This was trained when {escaped(run.earlier_rule)}. By today's rule its config "
                "is another run, in a folder of its own, with other numbers."
            ),
            "the command that trains it by today's rule",
        )
    elif run.ended:
        words, what = (
            (
                "This trains the run afresh, in a folder beside it. On the same type of machine, "
                "jaxlib and backend it gives the same numbers, bit by bit."
            ),
            "the command that repeats it",
        )
    return f"<p>{words}</p>{copyable(command, what)}"


def _unverified(run: RunRecord) -> str:
    """Why its files may be other than what was written; empty where they are not."""
    if run.verified is not False:
        return ""
    who = "an earlier ganrun" if run.ended else "the process that was cut off"
    return f"no: {who} noted no digests"


def _facts(run: RunRecord) -> list[tuple[str, str]]:
    note = run.run_json
    numerics = _mapping(note.get("numerics"))
    seconds, rate = note.get("training_seconds"), note.get("rounds_per_second")
    facts = [
        ("run", f"<code>{escaped(run.path.name)}</code>"),
        ("status", escaped(run.status)),
        ("begun", _time(note.get("started"))),
        ("ended", _time(note.get("ended"))),
        ("training", _training(seconds, rate)),
        ("sessions", _sessions(note.get("sessions"))),
        ("trained when", escaped(run.earlier_rule or "")),
        ("verified", _unverified(run)),
        ("went on from", _folder(note.get("reused_from"))),
        ("branched from", _folder(note.get("branched_from"))),
        ("machine", _joined(numerics, ("machine", "backend", "device"))),
        ("lanes", escaped(numerics.get("lanes", ""))),
        ("versions", _versions(_mapping(note.get("versions")))),
        ("git", _git(_mapping(note.get("git")))),
        ("command", _command(note.get("command"))),
        ("files", _files(run.path)),
    ]
    return [(label, value) for label, value in facts if value]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _time(value: Any) -> str:
    return escaped(value.replace("T", " ").replace("Z", " UTC")) if isinstance(value, str) else ""


def _training(seconds: Any, rate: Any) -> str:
    if not isinstance(seconds, int | float) or not math.isfinite(seconds):
        return ""
    words = wording.duration(seconds)
    if isinstance(rate, int | float):
        words += f", {rate:,.0f} rounds a second"
    return escaped(words)


def _sessions(sessions: Any) -> str:
    """How often it was taken up; worth telling only where that is more than once."""
    return str(len(sessions)) if isinstance(sessions, Sequence) and len(sessions) > 1 else ""


def _folder(note: Any) -> str:
    if not isinstance(note, Mapping) or not note.get("folder"):
        return ""
    at = note.get("round")
    where = f", round {at:,}" if isinstance(at, int) else ""
    return f"<code>{escaped(note['folder'])}</code>{where}"


def _joined(values: Mapping[str, Any], names: Sequence[str]) -> str:
    return escaped(", ".join(str(values[name]) for name in names if values.get(name)))


def _versions(versions: Mapping[str, Any]) -> str:
    return escaped(", ".join(f"{name} {version}" for name, version in versions.items()))


def _git(git: Mapping[str, Any]) -> str:
    if not git.get("commit"):
        return ""
    dirty = ", with changes that were not committed" if git.get("dirty") else ""
    return f"<code>{escaped(str(git['commit'])[:12])}</code>{dirty}"


def _command(command: Any) -> str:
    if not isinstance(command, Sequence) or isinstance(command, str) or not command:
        return ""
    return f"<code>{escaped(shlex.join(map(str, command)))}</code>"


def _files(path: Path) -> str:
    """Links to what lies beside the page."""
    return ", ".join(f'<a href="{name}">{name}</a>' for name in FILES if (path / name).exists())
