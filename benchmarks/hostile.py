"""Attack what lies around the numbers by the thousand: files, configs, system calls, the arena.

    python -m benchmarks.hostile                        all of it; an hour on 2 cores
    python -m benchmarks.hostile configs damaged_run    two of the campaigns
    python -m benchmarks.hostile --cases 50             so many cases of each
    python -m benchmarks.hostile --folder DIR           keeps it there, and goes on where it stopped

A case follows from its campaign, its number and `--seed` alone. Of each there are three good ends:
ganrun *refused* in clear lines and with the right exit code, or *told* of the damage and showed the
rest, or it came to no harm and said or wrote the very same as *undisturbed*. Everything else is a
fault, and the exit code is 1: a traceback, a hang, an unclear message, another answer that was
believed, bytes or memory that were lost. The cases at fault are listed with their numbers.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from types import FrameType

from benchmarks import (
    hostile_arena,
    hostile_configs,
    hostile_damage,
    hostile_faults,
    hostile_kills,
)
from benchmarks.hostile_outcomes import FAULTS, GOOD, Outcome, Unfit
from ganrun.game.backend import cores

Attack = Callable[[Path, random.Random], Outcome]


@dataclass(frozen=True)
class Campaign:
    """So many attacks of one kind."""

    cases: int
    attack: Attack
    """One case: in a scratch folder that is its own, with its own numbers to be random by."""
    prepare: Callable[[Path], None] = lambda _: None
    """Make what all cases need, in a folder that their scratch folders stand beside."""
    seconds: float = 60
    """A case that takes longer hangs."""
    alone: bool = False
    """Whether a case starts processes of its own that use the cores."""


CAMPAIGNS = {
    "configs": Campaign(10_000, hostile_configs.attack),
    "damaged_run": Campaign(2_000, hostile_damage.attack_run, hostile_damage.prepare),
    "damaged_sweep": Campaign(2_000, hostile_damage.attack_sweep, hostile_damage.prepare),
    "damaged_diagnosis": Campaign(2_000, hostile_damage.attack_diagnosis, hostile_damage.prepare),
    "faults": Campaign(300, hostile_faults.attack, hostile_faults.prepare, seconds=240),
    "kills": Campaign(20, hostile_kills.attack, hostile_kills.prepare, seconds=600, alone=True),
    "arena": Campaign(27, hostile_arena.attack, seconds=240, alone=True),
}


def main() -> int:
    """Attack, and print the table; 0 if nothing was at fault."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.hostile", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("campaigns", nargs="*", metavar="CAMPAIGN", help=", ".join(CAMPAIGNS))
    parser.add_argument("--cases", type=int, help="of each campaign; the default is its own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, help="for the outcomes; goes on with what is there")
    options = parser.parse_args()
    for name in options.campaigns:
        if name not in CAMPAIGNS:
            parser.error(f"no campaign {name!r}; there are {', '.join(CAMPAIGNS)}")
    names = options.campaigns or list(CAMPAIGNS)
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.folder or Path(temporary)
        found = {name: campaign(name, folder, options.cases, options.seed) for name in names}
    print(table(found))
    wrong = [(name, *one) for name in names for one in found[name] if one[1].how in FAULTS]
    for name, index, outcome in wrong[:50]:
        print(f"{name} {index}: {outcome.how}: {outcome.what}")
    return 1 if wrong else 0


def campaign(name: str, folder: Path, cases: int | None, seed: int) -> list[tuple[int, Outcome]]:
    """Every case of a campaign, by its number; those that `folder` knows are not tried again."""
    plan = CAMPAIGNS[name]
    wanted = plan.cases if cases is None else cases
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}-{seed}.jsonl"
    found = dict(_known(path))
    missing = [index for index in range(wanted) if index not in found]
    if missing:
        common = folder / "common"
        common.mkdir(exist_ok=True)
        plan.prepare(common)
        with path.open("w") as lines:  # the last line of before may be cut off
            for index, outcome in chain(
                found.copy().items(), _attacked(name, seed, missing, common)
            ):
                found[index] = outcome
                print(json.dumps([index, outcome.how, outcome.what]), file=lines, flush=True)
                _progress(name, len(found), wanted)
    return [(index, found[index]) for index in range(wanted)]


def table(found: dict[str, list[tuple[int, Outcome]]]) -> str:
    """How many cases of each campaign ended how."""
    columns = [*GOOD, *FAULTS]
    rows = [["campaign", "cases", *columns]]
    for name, outcomes in found.items():
        counts = Counter(outcome.how for _, outcome in outcomes)
        rows.append([name, str(len(outcomes)), *(str(counts[column]) for column in columns)])
    rows.insert(1, ["---"] * len(rows[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _known(path: Path) -> Iterator[tuple[int, Outcome]]:
    if path.exists():
        for line in path.read_text().splitlines():
            if line.endswith("]"):  # not cut off
                index, how, what = json.loads(line)
                yield index, Outcome(how, what)


def _attacked(
    name: str, seed: int, indexes: Iterable[int], common: Path
) -> Iterator[tuple[int, Outcome]]:
    workers = 1 if CAMPAIGNS[name].alone else cores()
    tasks = [(name, seed, index, common) for index in indexes]
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        yield from pool.map(case, tasks)


def case(task: tuple[str, int, int, Path]) -> tuple[int, Outcome]:
    """One case, in this process."""
    name, seed, index, common = task
    plan = CAMPAIGNS[name]
    rng = random.Random(f"{name} {seed} {index}")
    before = signal.signal(signal.SIGALRM, _hang)
    signal.setitimer(signal.ITIMER_REAL, plan.seconds)
    try:
        with tempfile.TemporaryDirectory(dir=common.parent) as scratch:
            return index, _outcome(plan.attack, Path(scratch), rng)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _outcome(attack: Attack, scratch: Path, rng: random.Random) -> Outcome:
    try:
        return attack(scratch, rng)
    except Hang:
        return Outcome("hang", "")
    except Unfit as error:
        return Outcome(error.how, str(error))
    except Exception:
        return Outcome("traceback", traceback.format_exc()[-600:])


class Hang(BaseException):
    """A case took too long; no `except Exception` may take it for an error like others."""


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise Hang


def _progress(name: str, done: int, wanted: int) -> None:
    if done % max(1, wanted // 20) == 0:
        clock = time.strftime("%H:%M:%S")
        print(f"{clock} {name}: {done} of {wanted}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
