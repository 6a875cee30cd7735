"""What would be deleted, and what is to be known before: what depends on it, what is inside."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganrun import wording
from ganrun.diagnose.diagnosis import NAME as DIAGNOSIS
from ganrun.report.list_reading import list_runs
from ganrun.report.run_list import Listed
from ganrun.store import StoreError
from ganrun.store.confirmed import NAME as CONFIRMED
from ganrun.store.layout import BRANCHES, FILES, TRIALS, id_in_name
from ganrun.store.removal import Removable, in_use, removable, remove
from ganrun.store.sweep_folder import INFLUENCE, RESULTS, SWEEP, is_sweep_folder

OURS = frozenset(
    {*FILES, CONFIRMED, DIAGNOSIS, BRANCHES, SWEEP, RESULTS, INFLUENCE, TRIALS}
    | {"report.html", "figures"}
)
"""What ganrun writes into the folder of a run or a sweep, its hidden files aside."""
MOST_NAMED = 3


@dataclass(frozen=True)
class Planned:
    """A folder that is asked to go."""

    found: Removable
    notes: tuple[str, ...] = ()
    """What is to be known of it before, a clause each."""
    kept: str = ""
    """Why it is not to be removed, in one line; empty if it is."""


def folder_called(word: Path, runs_dir: Path) -> Path:
    """The folder that is meant: one that is there, else one of the runs folder by name or id.

    Raises `StoreError`, one line, where several have that id.
    """
    if os.path.lexists(word) or not runs_dir.is_dir():
        return word
    name = os.fspath(word)
    found = [one for one in os.listdir(runs_dir) if name == one or one.endswith(f"-{name}")]
    if len(found) > 1:
        names = wording.listed(sorted(found), MOST_NAMED)
        raise StoreError(f"{name}: may be {names} of {runs_dir}; name one of them")
    return runs_dir / found[0] if found else word


def removal_plan(paths: Iterable[Path]) -> list[Planned]:
    """What would become of each of these folders; nothing is changed.

    Raises `StoreError`, one line, for a folder that is no run's and no sweep's.
    """
    found = {one.path: one for one in map(removable, paths)}
    outer = [one for one in found.values() if not found.keys() & set(one.path.parents)]
    beside = _begun_with_others({_runs_dir(one.path) for one in outer})
    return [_planned(one, beside, found.keys()) for one in outer]


def _planned(found: Removable, beside: Sequence[Listed], going: Collection[Path]) -> Planned:
    if reason := in_use(found):
        return Planned(found, kept=reason)
    notes = [*_inside(found), *_depending(found.path, beside, going), *_of_others(found.path)]
    return Planned(found, tuple(notes))


def _runs_dir(path: Path) -> Path:
    """The folder of runs that a run is in, even as a trial of a sweep there."""
    return path.parents[2] if _is_trial(path) else path.parent


def _is_trial(path: Path) -> bool:
    return path.parent.name == TRIALS and is_sweep_folder(path.parents[1])


def _begun_with_others(folders: Iterable[Path]) -> list[Listed]:
    """The runs in these folders, trials too, that were begun with what another run had made."""
    entries = (one for folder in folders for one in list_runs(folder, trials=True).entries)
    return [one for one in entries if one.glance and one.glance.record.get("reused_from")]


def _inside(found: Removable) -> Iterator[str]:
    if found.kind == "sweep":
        yield wording.plural(_runs_in(found.path / TRIALS), "trial")
    elif branches := _runs_in(found.path / BRANCHES):
        what = "its diagnosis, with " if (found.path / DIAGNOSIS).exists() else ""
        yield f"{what}{wording.plural(branches, 'run')} that played it on"


def _runs_in(folder: Path) -> int:
    names = os.listdir(folder) if folder.is_dir() else []
    return sum(id_in_name(folder / name) is not None for name in names)


def _depending(path: Path, beside: Sequence[Listed], going: Collection[Path]) -> Iterator[str]:
    if _is_trial(path):
        yield f"a trial of {path.parents[1].name}, which would train it again"
    taken = [
        one.path.name
        for one in beside
        if not {one.path, *one.path.parents} & {path, *going} and _begun_with(one, path)
    ]
    if taken:
        was = wording.form_for(len(taken), "was", "were")
        keep = wording.form_for(len(taken), "keeps", "keep")
        names = wording.listed(taken, MOST_NAMED)
        yield f"{names} {was} begun with what it had made, and {keep} that"


def _begun_with(one: Listed, path: Path) -> bool:
    """Whether a run was begun with what lies in a folder, as its record tells by a path of then."""
    assert one.glance is not None
    parts = Path(one.glance.record["reused_from"]["folder"]).parts
    return path.name in parts


def _of_others(path: Path) -> Iterator[str]:
    names = sorted(name for name in os.listdir(path) if not name.startswith("."))
    if others := [name for name in names if name not in OURS]:
        yield f"also {wording.listed(others, MOST_NAMED)}, which ganrun did not write"


def carry_out(plan: Iterable[Planned]) -> list[Planned]:
    """Delete what is planned; what cannot be deleted is kept, and says why."""
    done = []
    for one in plan:
        try:
            if not one.kept:
                remove(one.found)
            done.append(one)
        except StoreError as error:
            done.append(replace(one, kept=str(error)))
    return done
