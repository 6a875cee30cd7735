"""A run at a glance: what a list of ten thousand shows, checked as when one is opened.

`run.json` and `summary.json` are checked against their models and their digests, `config.yaml`
against its digest, or against the run's id where there is none; the large files are not read. What
the quick way does not know for certain, such as a file in another form, an earlier verdict or any
damage, is left to `RunFolder`, so that there is one word on it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ganrun.config import run_id
from ganrun.config.identity import earlier_id
from ganrun.config.metrics import own_key
from ganrun.config.write import to_yaml
from ganrun.config.written import (
    Texts,
    chosen_in,
    merged,
    value_of,
    written_experiment,
    written_sections,
)
from ganrun.store import layout
from ganrun.store.folder import RunFolder
from ganrun.store.formats import digest_of, is_sealed
from ganrun.store.lock import is_claimed
from ganrun.store.pieces_kept import admit_kept
from ganrun.store.run_json import FINISHED, FORMAT, INTERACTIVE, Status, glanced_record, is_verified
from ganrun.store.summary_json import glanced_summary, read_summary
from ganrun.verdict import Verdict

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
"""So that what is no file, such as a pipe, is not waited for."""
_AT_ONCE = 1 << 14
"""Bytes that most of these files have at most; to ask for many more would cost time of its own."""
METRICS = "evaluation.metrics"
_LARGEST = 1 << 20
"""Bytes of a file that is read at a glance; a larger one is left to `RunFolder`."""


@dataclass(frozen=True, eq=False)
class Glance:
    """One run: its record, its config's fields, and what it came to."""

    path: Path
    record: Mapping[str, Any]
    """The content of `run.json`."""
    sections: Sequence[Texts]
    """The config's fields by dotted name, as they are written."""
    summary: Mapping[str, Any]
    """The content of `summary.json`; empty until the run has come to its end."""
    verdict: Verdict | None
    """The quick one."""

    @cached_property
    def fields(self) -> Texts:
        """The config's fields, of all sections."""
        return merged(self.sections)

    @cached_property
    def own_metrics(self) -> Sequence[str]:
        """What its metrics from outside are called."""
        return [own_key(name) for name in _named_metrics(self.sections)]

    @property
    def id(self) -> str:
        """The run's id."""
        return self.record["id"]

    @property
    def name(self) -> str:
        """The experiment's name."""
        return self.record["name"]

    @property
    def seed(self) -> int:
        """The run's one seed."""
        return int(self.fields["seeds"].strip("[]"))

    @property
    def rounds(self) -> int:
        """How many it was meant to be played for."""
        return int(self.fields["training.steps"])

    @property
    def rounds_played(self) -> int | None:
        """How many it was played for; None of one that is running, or whose process was killed."""
        if self.record["status"] == "complete":
            return self.rounds
        return self.record["sessions"][-1].get("to_round")

    @cached_property
    def status(self) -> Status:
        """As `RunFolder` has it."""
        status = self.record["status"]
        return "interrupted" if status == "running" and not is_claimed(self.path) else status

    @property
    def verified(self) -> bool | None:
        """As `RunFolder` has it."""
        return None if self.status == "running" else is_verified(self.record)

    @property
    def when(self) -> str | None:
        """When it ended, or else began: `2026-11-28T16:20:00Z`."""
        return self.record.get("ended") or self.record.get("started")

    @cached_property
    def at(self) -> datetime | None:
        """The same as a time."""
        return None if self.when is None else datetime.fromisoformat(self.when)

    @cached_property
    def chosen(self) -> Mapping[str, Any]:
        """The fields of its config that are not the defaults, by dotted name."""
        return chosen_in(self.sections)


def glance(path: Path) -> Glance:
    """Look at a run's folder; raises `RunFolderError`, one line, if it is damaged or no run's."""
    try:
        found = _quick(path)
        _ = found and found.at  # a day that there is
    except (OSError, ValueError, LookupError, TypeError):
        found = None
    return _whole(RunFolder(path)) if found is None else found


def _quick(path: Path) -> Glance | None:
    """What the files say if they are as today's ganrun writes them; else None, or any error."""
    folder = os.fspath(path)
    content = _content(folder, layout.RUN)
    record = glanced_record(content)
    if record["format"] != FORMAT or not is_sealed(content):
        return None
    if layout.id_in_name(path) not in (None, record["id"]):
        return None
    sections = _sections(folder, record)
    if sections is None:
        return None
    summary: Mapping[str, Any] = {}
    verdict = None
    if record["status"] in (*FINISHED, INTERACTIVE):
        content = _content(folder, layout.SUMMARY)
        if record["digests"].get(layout.SUMMARY) != digest_of(content):
            return None
        if own := _named_metrics(sections):
            admit_kept(path)
        summary = read_summary(content) if own else glanced_summary(content)
        verdict = Verdict.from_summary(summary)
        diverged = summary["diverged_at"] is not None
        if verdict is None or diverged != (record["status"] == "diverged"):
            return None
    return Glance(path, record, sections, summary, verdict)


def _sections(folder: str, record: Mapping[str, Any]) -> Sequence[Texts] | None:
    """The config's fields, if they are known to be this run's."""
    content = _content(folder, layout.CONFIG)
    sections = written_sections(content.decode())
    if sections is None:
        return None
    noted = (record["digests"] or {}).get(layout.CONFIG)
    if noted is not None:
        return sections if noted == digest_of(content) else None
    experiment = written_experiment(merged(sections))
    return sections if record["id"] in (run_id(experiment), earlier_id(experiment)) else None


def _named_metrics(sections: Sequence[Texts]) -> list[str]:
    """The full names of its metrics from outside."""
    return next((value_of(one[METRICS]) for one in sections if METRICS in one), [])


def _content(folder: str, name: str) -> bytes:
    """A file's bytes, in as few calls of the system as there can be."""
    file = os.open(f"{folder}/{name}", _READ)
    try:
        content = os.read(file, _AT_ONCE)
        while len(content) % _AT_ONCE == 0 and (more := os.read(file, _AT_ONCE)):
            content += more
            if len(content) > _LARGEST:
                raise ValueError(name)
        return content
    finally:
        os.close(file)


def _whole(run: RunFolder) -> Glance:
    """The same of a folder that is opened and read in full."""
    sections = written_sections(to_yaml(run.config))
    assert sections is not None
    return Glance(run.path, run.run, sections, run.summary or {}, run.verdict)
