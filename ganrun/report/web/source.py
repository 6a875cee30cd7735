"""All that the page of one run is made from, read once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ganrun.config import Experiment
from ganrun.diagnose.diagnosis import Diagnosis, read_diagnosis
from ganrun.report.run_record import RunRecord
from ganrun.store import Event, RunFolder
from ganrun.store.events import configs_along


@dataclass(frozen=True, eq=False)
class Source:
    """One run and what is around it; `note` is the content of its `run.json`."""

    run: RunRecord
    config: Experiment
    note: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    """What was done to an interactive run, in order of rounds."""
    diagnosis: Diagnosis | None = None

    def configs(self) -> list[Experiment]:
        """The config at the start and after each event."""
        return configs_along(self.config, self.events)

    @property
    def since(self) -> int:
        """The round after which the target is what it is at the end; -1: it has always been."""
        configs = self.configs()
        changed = [
            event.round
            for event, before, after in zip(self.events, configs, configs[1:], strict=False)
            if before.target != after.target
        ]
        return max(changed, default=-1)


def read_source(run: RunRecord) -> Source:
    """Read what is around a run; raises `RunFolderError` where a file of its folder is damaged."""
    folder = RunFolder(run.path)
    return Source(
        run=run,
        config=folder.config,
        note=folder.run,
        events=tuple(folder.events()),
        diagnosis=read_diagnosis(run.path),
    )
