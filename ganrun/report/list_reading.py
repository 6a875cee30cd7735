"""A folder of runs read at a glance: for `ganrun list`, `ganrun remove`, pages, and Python."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ganrun.config.metrics import BY_WORTH
from ganrun.diagnose.diagnosis import NAME as DIAGNOSIS
from ganrun.filters import Value
from ganrun.report.best_verdict import BestVerdict, best_verdict, quick_best
from ganrun.report.run_list import Kind, Listed, RunList
from ganrun.store import RunFolder, StoreError
from ganrun.store.atomic import refused
from ganrun.store.confirmed import NAME as CONFIRMED
from ganrun.store.glance import Glance, glance
from ganrun.store.layout import CONFIG, RUN, TRIALS, id_in_name, name_and_seed
from ganrun.store.run_json import FINISHED, INTERACTIVE
from ganrun.store.sweep_folder import SWEEP, SweepFolder, is_sweep_folder
from ganrun.sweep.precision import seeds_begun

DAMAGED = "damaged"
"""The status of a folder that cannot be read."""
_A_DAY = 86_400.0


def list_runs(
    folder: Path,
    *,
    trials: bool = False,
    on_progress: Callable[[int, int], None] = lambda read, total: None,
    now: datetime | None = None,
) -> RunList:
    """Look at all runs and sweeps in a folder, the newest first; trials follow their sweep.

    Args:
        folder: the folder of runs; of a sweep, whose trials are listed then.
        trials: give every trial of a sweep a line of its own as well.
        on_progress: told how many runs were read, and of how many, before each.
        now: what ages are told from; the present, if it is not given.

    A folder that is damaged is a line whose `problem` says what is wrong with it. Raises
    `StoreError` where the folder of runs itself cannot be read.
    """
    now = now or datetime.now(UTC)
    if is_sweep_folder(folder):
        reader = _Reader(now, _how_many([folder]), on_progress)
        return RunList(folder, reader.group(folder, trials=True))
    if os.path.exists(folder / RUN):
        raise StoreError(f"{folder}: is the folder of one run; ganrun report tells of it")
    with _without_collecting():
        paths = list(_folders(folder))
        reader = _Reader(now, _how_many(paths), on_progress)
        groups = [reader.group(path, trials=trials) for path in paths]
    groups.sort(key=lambda group: _newest_first(group[0]))
    return RunList(folder, [one for group in groups for one in group])


@contextmanager
def _without_collecting() -> Iterator[None]:
    """Nothing of what is read here is garbage, which to look for takes a third of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _folders(folder: Path) -> Iterator[Path]:
    """The folders of runs and sweeps directly inside one."""
    with refused(folder, "read"):
        names = sorted(name for name in os.listdir(folder) if not name.startswith("."))
    for name in names:
        place = os.path.join(folder, name)
        if any(os.path.exists(f"{place}/{file}") for file in (RUN, CONFIG, SWEEP)):
            yield folder / name


def _how_many(paths: Sequence[Path]) -> int:
    """How many runs there are to be read in some folders of runs and sweeps."""
    return sum(_trials_in(path) if is_sweep_folder(path) else 1 for path in paths)


def _trials_in(sweep: Path) -> int:
    with suppress(OSError):
        return len(os.listdir(sweep / TRIALS))
    return 0


def _newest_first(one: Listed) -> tuple[float, str]:
    age = one.values.get("age")
    return (float(age) if age is not None else 0.0), one.path.name


class _Reader:
    """Reads folders, and counts them."""

    def __init__(self, now: datetime, total: int, on_progress: Callable[[int, int], None]) -> None:
        self._now = now
        self._total = total
        self._on_progress = on_progress
        self._read = 0

    def run(self, path: Path, sweep: str = "") -> Listed:
        """A run, or a trial of the sweep in the folder of that name."""
        self._on_progress(self._read, self._total)
        self._read += 1
        try:
            seen = glance(path)
            best = _best(seen)
        except StoreError as error:
            return _damaged(path, "trial" if sweep else "run", error, sweep)
        return self._listed(seen, best, sweep)

    def _listed(self, seen: Glance, best: BestVerdict | None, sweep: str) -> Listed:
        kind: Kind = "trial" if sweep else "run"
        if seen.record["status"] == INTERACTIVE:
            kind = "game"
        values: dict[str, Value] = {
            "name": seen.name,
            "kind": kind,
            "seed": seen.seed,
            "id": seen.id,
            "status": seen.status,
            "rounds": seen.rounds_played,
            "when": seen.when,
            "age": self._age(seen.when),
            "modes_total": seen.summary.get("modes_total"),
            "sweep": sweep,
            "verified": {True: "yes", False: "no", None: ""}[seen.verified],
        }
        if best is not None:
            values |= {"verdict": best.word, "by": best.kind, "confidence": best.confidence}
        for name in BY_WORTH:
            values[name] = seen.summary.get(name)
        return Listed(seen.path, kind, values, seen, best)

    def group(self, path: Path, *, trials: bool) -> list[Listed]:
        """A run, or a sweep and perhaps its trials."""
        if not is_sweep_folder(path):
            return [self.run(path)]
        sweep, inside = self.sweep(path)
        return [sweep, *inside] if trials else [sweep]

    def sweep(self, path: Path) -> tuple[Listed, list[Listed]]:
        """A sweep, and its trials."""
        try:
            folder = SweepFolder(path)
            inside = [self.run(one, path.name) for one in _trials(folder)]
            planned = folder.sweep.trials // len(folder.sweep.seeds) * seeds_begun(folder)
        except StoreError as error:
            return _damaged(path, "sweep", error), []
        states = Counter(str(one.values.get("status")) for one in inside)
        fates = Counter(str(one.values.get("verdict") or one.values["status"]) for one in inside)
        whens = [str(when) for one in inside if (when := one.values.get("when"))]
        latest = max(whens, default=None)
        values: dict[str, Value] = {
            "name": folder.sweep.name,
            "kind": "sweep",
            "id": folder.id,
            "status": _sweep_status(states, planned),
            "when": latest,
            "age": self._age(latest),
            "trials": len(inside),
        }
        return Listed(path, "sweep", values, fates=fates, planned=planned), inside

    def _age(self, when: str | None) -> float | None:
        if when is None:
            return None
        return max(0.0, (self._now - datetime.fromisoformat(when)).total_seconds() / _A_DAY)


def _trials(folder: SweepFolder) -> list[Path]:
    with refused(folder.trials, "read"):
        names = sorted(os.listdir(folder.trials)) if folder.trials.is_dir() else []
    paths = (folder.trials / name for name in names)
    return [path for path in paths if id_in_name(path) is not None]


def _sweep_status(states: Counter[str], planned: int) -> str:
    """A sweep's status, from those of its trials."""
    if states["running"]:
        return "running"
    ended = sum(states[status] for status in (*FINISHED, "failed", DAMAGED))
    if ended < planned:
        return "interrupted"
    return "failed" if states["failed"] + states[DAMAGED] else "complete"


def _best(seen: Glance) -> BestVerdict | None:
    """The best verdict, for which other files are read only where there are any."""
    if seen.holds(CONFIRMED, DIAGNOSIS):
        return best_verdict(RunFolder(seen.path))
    return quick_best(seen.verdict)


def _damaged(path: Path, kind: Kind, error: StoreError, sweep: str = "") -> Listed:
    """What is known of a folder that cannot be read: its name, and what is wrong with it."""
    name, seed = name_and_seed(path) or (path.name, None)
    values: dict[str, Value] = {"name": name, "seed": seed, "id": id_in_name(path)}
    values |= {"kind": kind, "status": DAMAGED, "sweep": sweep}
    return Listed(path, kind, values, problem=str(error))
