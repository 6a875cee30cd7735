"""What to try next, from what the branches showed: settings that can be pasted."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from statistics import median

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.schema import NAME_LIMIT
from ganrun.diagnose.document import Advice, Branch
from ganrun.measure.dynamics import MATERIAL
from ganrun.store import RunFolder
from ganrun.store.layout import CONFIG
from ganrun.verdict import Word


def advice(
    run: RunFolder,
    word: Word,
    *,
    best: Branch | None,
    afresh: Branch | None,
    rounds_wanted: int | None,
    modes: int,
) -> Advice:
    """What to try next.

    Args:
        run: what was diagnosed.
        word: the verdict.
        best: the branch whose cure did best, if cures were tried.
        afresh: the same cure from the first round on.
        rounds_wanted: rounds after which a longer run comes to rest, if that is what it needs.
        modes: of the target.
    """
    if word == "converged":
        return Advice("Nothing need change: the run is as good as this game gets.", (), None)
    if word == "undertrained" and rounds_wanted is not None:
        more = f"training.steps={rounds_wanted}"
        words = f"Train longer: the branches came to rest by about round {rounds_wanted:,}."
        return Advice(words, (more,), _command(run, (more,)))
    if best is None:
        return Advice("No cure was tried.", (), None)
    tried = afresh or best
    return Advice(
        f"{_praise(best, afresh, modes)}", tried.sets, _command(run, tried.sets, best.name)
    )


def rounds_until_rest(
    tracks: Sequence[tuple[Float[ndarray, " R"], Float[ndarray, " R"]]],
) -> int | None:
    """The round by which most continuations have reached what they come to, to two digits.

    Args:
        tracks: of each, the rounds and the share of samples where they belong.
    """
    found = []
    for rounds, placed in tracks:
        if len(placed) < 2:
            continue
        settled = float(np.mean(placed[-max(len(placed) // 4, 1) :]))
        arrived = np.flatnonzero(placed >= settled - MATERIAL)
        if len(arrived):
            found.append(float(rounds[arrived[0]]))
    if not found:
        return None
    wanted = median(found)
    unit = 10 ** max(math.floor(math.log10(max(wanted, 1))) - 1, 0)
    return int(math.ceil(wanted / unit) * unit)


def _praise(best: Branch, afresh: Branch | None, modes: int) -> str:
    """What a cure did, and how sure that is."""
    after = (best.mean("covered") or 0.0, best.cured, len(best.runs))
    begin = "from the run's end" if best.from_round else "from scratch"
    told = (
        f"Of the cures tried, {_quoted(best)} did best: {begin} it leaves "
        f"{after[0]:.1f} of {modes} modes covered, {after[1]} of {after[2]} GANs without fault"
    )
    if afresh is None:
        return f"{told}."
    covered = afresh.mean("covered") or 0.0
    return (
        f"{told}; from scratch {covered:.1f} of {modes}, {afresh.cured} of {len(afresh.runs)} "
        "without fault."
        + ("" if afresh.cured or best.cured else " It helps, but is not yet a cure.")
    )


def _quoted(branch: Branch) -> str:
    return f'"{branch.title.removeprefix("from scratch: ")}"'


def _command(run: RunFolder, sets: Sequence[str], name: str | None = None) -> str:
    words = ["ganrun", "train", str(run.path / CONFIG)]
    for one in sets:
        words += ["--set", one]
    if name is not None:
        old = run.config.name[: NAME_LIMIT - len(name) - 1]
        words += ["--set", f"name={old}-{name}"]
    return shlex.join(words)
