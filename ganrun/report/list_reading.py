"""A folder of runs read at a glance: for `ganrun list`, `ganrun remove`, pages, and Python."""

from __future__ import annotations

import gc
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from ganrun.config.find import SWEEP
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
    names = _names(folder)
    if SWEEP in names:
        return RunList(
            folder, _Reader(now, _trials_in(folder), on_progress).sweep(folder, trials=True)
        )
    if RUN in names:
        raise StoreError(f"{folder}: is the folder of one run; ganrun report tells of it")
    with without_collecting():
        places = [*_places(folder, sorted(names))]
        reader = _Reader(now, _how_many(places), on_progress)
        groups = [
            reader.sweep(path, trials=trials) if is_sweep else [reader.run(path)]
            for path, is_sweep in places
        ]
        groups.sort(key=lambda group: _newest_first(group[0]))
        return RunList(folder, [one for group in groups for one in group])


@contextmanager
def without_collecting(*, at_the_end: bool = False) -> Iterator[None]:
    """Nothing of a list is garbage, which to look for takes a third of the time.

    `at_the_end` of a process what there is by then is not looked through any more either.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if at_the_end:
            gc.freeze()
        if was:
            gc.enable()


def _names(folder: Path) -> list[str]:
    with refused(folder, "read"):
        return os.listdir(folder)


def _places(folder: Path, names: Sequence[str]) -> Iterator[tuple[Path, bool]]:
    """Which of these names in a folder are runs or sweeps, and whether they are sweeps."""
    place = os.fspath(folder)
    for name in names:
        if name.startswith("."):
            continue
        here = f"{place}/{name}"
        is_sweep = not _holds(here, RUN) and _holds(here, SWEEP)
        if is_sweep or _holds(here, RUN, CONFIG):
            yield folder / name, is_sweep


def _how_many(places: Sequence[tuple[Path, bool]]) -> int:
    """How many runs there are to be read in some folders of runs and sweeps."""
    return sum(_trials_in(path) if is_sweep else 1 for path, is_sweep in places)


def _trials_in(sweep: Path) -> int:
    with suppress(OSError):
        return len(os.listdir(sweep / TRIALS))
    return 0


def _newest_first(one: Listed) -> tuple[float, str]:
    return one.age or 0.0, one.path.name


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
        kind: Kind = "trial" if sweep else "run"
        try:
            seen = glance(path)
            best = _best(seen)
        except StoreError as error:
            return _damaged(path, kind, error, sweep)
        if seen.record["status"] == INTERACTIVE:
            kind = "game"
        return Listed(path, kind, self._age(seen.at), sweep, glance=seen, best=best)

    def sweep(self, path: Path, *, trials: bool) -> list[Listed]:
        """A sweep, and with `trials` these."""
        # Where there is none, nothing of sweeps is imported.
        from ganrun.store.sweep_folder import SweepFolder
        from ganrun.sweep.precision import seeds_begun

        try:
            folder = SweepFolder(path)
            inside = [self.run(one, path.name) for one in _trials(folder.trials)]
            planned = folder.sweep.trials // len(folder.sweep.seeds) * seeds_begun(folder)
        except StoreError as error:
            return [_damaged(path, "sweep", error)]
        states = Counter(str(one.values.get("status")) for one in inside)
        fates = Counter(str(one.values.get("verdict") or one.values["status"]) for one in inside)
        whens = [one.glance for one in inside if one.glance and one.glance.at]
        latest = max(whens, key=lambda one: one.when or "", default=None)
        told: dict[str, Value] = {
            "name": folder.sweep.name,
            "id": folder.id,
            "status": _sweep_status(states, planned),
            "when": latest.when if latest else None,
            "trials": len(inside),
        }
        age = self._age(latest.at if latest else None)
        sweep = Listed(path, "sweep", age, told=told, fates=fates, planned=planned)
        return [sweep, *inside] if trials else [sweep]

    def _age(self, when: datetime | None) -> float | None:
        return None if when is None else max(0.0, (self._now - when).total_seconds() / _A_DAY)


def _trials(folder: Path) -> list[Path]:
    names = sorted(_names(folder)) if folder.is_dir() else []
    paths = (folder / name for name in names)
    return [path for path in paths if id_in_name(path) is not None]


def _sweep_status(states: Counter[str], planned: int) -> str:
    """A sweep's status, from those of its trials."""
    if states["running"]:
        return "running"
    ended = sum(states[status] for status in (*FINISHED, "failed", DAMAGED))
    if ended < planned:
        return "interrupted"
    return "failed" if states["failed"] + states[DAMAGED] else "complete"


def _holds(folder: str, *names: str) -> bool:
    """Whether a folder holds one of these files; asked the quickest way that there is."""
    return any(os.access(f"{folder}/{name}", os.F_OK) for name in names)


def _best(seen: Glance) -> BestVerdict | None:
    """The best verdict, for which other files are read only where there are any."""
    if _holds(os.fspath(seen.path), CONFIRMED, DIAGNOSIS):
        return best_verdict(RunFolder(seen.path))
    return quick_best(seen.verdict)


def _damaged(path: Path, kind: Kind, error: StoreError, sweep: str = "") -> Listed:
    """What is known of a folder that cannot be read: its name, and what is wrong with it."""
    name, seed = name_and_seed(path) or (path.name, None)
    told: dict[str, Value] = {"name": name, "seed": seed, "id": id_in_name(path)}
    return Listed(path, kind, None, sweep, told=told | {"status": DAMAGED}, problem=str(error))
