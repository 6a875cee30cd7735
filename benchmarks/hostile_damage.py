"""Folders of which a file was damaged: told, refused, or shown as if nothing had been damaged.

A damage that was disguised, as somebody would who makes the digests anew, may be believed: then all
that is asked for is a clear answer.
"""

from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path
from typing import Literal

from benchmarks.damage import damage, disguise, kinds_for
from benchmarks.hostile_commands import cache_of, done, lay_out, preload
from benchmarks.hostile_outcomes import Outcome, Said, Unfit, check_clear, first_line, ganrun

WHOLE = "whole"
COMMANDS = (
    ("train", "tiny.yaml", "--quiet", "--set", "seeds=2", "--confirm"),
    ("diagnose", "runs/tiny-s0-*", "--quiet"),
    ("diagnose", "runs/tiny-s1-*", "--quiet"),
    ("sweep", "sweep.yaml", "--quiet"),
    ("sweep", "sweep.yaml", "--quiet", "--set", "seeds=[2, 3]", "--set", "name=other"),
)
RUN, OTHER_RUN = "tiny-s0-*", "tiny-s1-*"
SWEEP, OTHER_SWEEP = "tiny-sweep-*", "other-sweep-*"
PAGE = "report.html"
DAMAGED = ("--repair", "not a run folder")
"""One of them stands wherever a damage is told."""
BRANCHES = "diagnosis"
"""Folder of a run in which it was played on."""


def prepare(common: Path) -> None:
    """Train, diagnose and sweep what will be damaged, and what it may be swapped with."""
    folder = common / WHOLE
    if not folder.exists():
        preload()
        begun = common / f"{WHOLE}-begun"
        shutil.rmtree(begun, ignore_errors=True)
        begun.mkdir()
        lay_out(begun)
        for command in COMMANDS:
            done(command, begun, cache_of(common))
        begun.rename(folder)


def _attack(
    scratch: Path,
    rng: random.Random,
    *,
    name: str,
    other: str,
    chosen: Callable[[Path], bool],
) -> Outcome:
    """Damage one of the chosen files of a folder, and read the folder."""
    whole = scratch.parent / "common" / WHOLE / "runs"
    (origin,), (swap,) = whole.glob(name), whole.glob(other)
    folder = Path(shutil.copytree(origin, scratch / origin.name))
    files = sorted(path for path in folder.rglob("*") if path.is_file() and chosen(path))
    while True:
        path = rng.choice(files)
        kind = rng.choice([kind for kind in kinds_for(path.name) if _is_damage(path, kind)])
        twins = sorted(swap.rglob(path.name))
        if damage(path, kind, rng, other=rng.choice(twins) if twins else None):
            break
    how: Literal["earlier", "forged"] | None = rng.choice((*[None] * 4, "earlier", "forged"))
    if how:
        disguise(path.parent, how)
    paged = rng.random() < 0.2
    what = f"{path.relative_to(folder)}: {kind}{f', {how}' if how else ''}"
    said = _read(folder, paged=paged)
    try:
        return _judged(said, _undamaged(origin, paged), disguised=how is not None)
    except Unfit as error:
        raise Unfit(error.how, f"{what}: {error}") from None
    except Exception as error:
        raise RuntimeError(what) from error


def _judged(said: Said, whole: Said, *, disguised: bool) -> Outcome:
    if said.code:
        check_clear(said.code, said.err)
        return Outcome("refused", first_line(said.err))
    if said.err != whole.err:
        check_clear(1, said.err)
        return Outcome("told", first_line(said.err))
    if said.out == whole.out:
        return Outcome("undisturbed", "")
    if disguised or any(words in said.out for words in DAMAGED):
        return Outcome("told", "")
    raise Unfit("believed", first_line([a for a in said.out.splitlines() if a not in whole.out]))


def _read(folder: Path, *, paged: bool) -> Said:
    """What a report says of a folder, its page included, with the folder's name alone."""
    said = ganrun("report", str(folder), "--no-figures", *([] if paged else ["--json"]))
    page = folder / PAGE
    shown = page.read_text() if paged and page.exists() else ""
    out = said.out + shown
    place = str(folder.parent)
    return Said(said.code, out.replace(place, ""), said.err)


@cache
def _undamaged(origin: Path, paged: bool) -> Said:
    """The same of the folder when it is whole."""
    with tempfile.TemporaryDirectory() as temporary:
        return _read(Path(shutil.copytree(origin, Path(temporary) / origin.name)), paged=paged)


def _is_damage(path: Path, kind: str) -> bool:
    """What need not be there is not missed."""
    return kind != "removed" or path.name not in ("diagnosis.json", "confirmed.json")


def _is_result(path: Path) -> bool:
    """Whether a report reads it; it reads no branch of a diagnosis."""
    return path.suffix in (".yaml", ".json", ".csv", ".npz", ".safetensors") and (
        BRANCHES not in path.parts
    )


attack_run = partial(_attack, name=RUN, other=OTHER_RUN, chosen=_is_result)
attack_diagnosis = partial(
    _attack, name=RUN, other=OTHER_RUN, chosen=lambda path: path.name == "diagnosis.json"
)
attack_sweep = partial(_attack, name=SWEEP, other=OTHER_SWEEP, chosen=_is_result)
