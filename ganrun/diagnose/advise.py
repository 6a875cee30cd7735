"""What to try next, from what the branches showed: settings that can be pasted."""

from __future__ import annotations

import math
import shlex
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.config.schema import NAME_LIMIT
from ganrun.diagnose.diagnosis import Advice, Branch
from ganrun.store import RunFolder
from ganrun.store.layout import CONFIG
from ganrun.store.pieces_kept import pieces_options
from ganrun.verdict import Word
from ganrun.wording import form_for, plural

ARRIVED = 0.9
"""Part of the way to where it comes to rest after which a course has arrived."""
SMOOTHED = 5
"""Evaluations whose mean must have."""
LEAST_MORE = 1.5
"""A run that needs more rounds is told to take at least so many times its own."""


def advice(
    run: RunFolder,
    word: Word,
    *,
    best: Branch | None,
    afresh: Branch | None,
    rounds_wanted: int | None,
    everything: str,
) -> Advice:
    """What to try next.

    Args:
        run: what was diagnosed.
        word: the verdict.
        best: the branch whose cure did best, if cures were tried.
        afresh: the same cure from the first round on.
        rounds_wanted: rounds after which a longer run comes to rest, if that is what it needs.
        everything: the modes that perfect samples show, in words.
    """
    if word == "converged":
        return Advice("Nothing need change: the run is as good as this game gets.", (), None)
    if word in ("undertrained", "sharpening") and rounds_wanted is not None:
        more = f"training.steps={rounds_wanted}"
        words = f"Train longer: the branches came to rest by about round {rounds_wanted:,}."
        return Advice(words, (more,), _command(run, (more,)))
    if word == "sharpening":
        return Advice("Train longer: every mode is found, and quality still rises.", (), None)
    if best is None:
        return Advice("No cure was tried.", (), None)
    tried = afresh or best
    words = _praise(best, afresh, everything)
    return Advice(words, tried.sets, _command(run, tried.sets, best.name))


def rounds_until_rest(
    length: int,
    courses: Sequence[tuple[ndarray, Float[ndarray, " R"], float]],
) -> int | None:
    """The round by which most continuations have made nine tenths of their progress, to two digits.

    Args:
        length: rounds of the run; the answer is half as many more, at least.
        courses: of each continuation, its rounds, the share of samples where they belong at each of
            them, and that share at the end of the run.
    """
    found = []
    for rounds, placed, before in courses:
        if len(placed) < SMOOTHED:
            continue
        settled = float(np.mean(placed[-max(len(placed) // 4, 1) :]))
        smooth = np.convolve(placed, np.full(SMOOTHED, 1 / SMOOTHED), "valid")
        arrived = np.flatnonzero(smooth >= before + ARRIVED * (settled - before))
        if len(arrived):
            found.append(float(rounds[arrived[0] + SMOOTHED - 1]))
    if not found:
        return None
    wanted = max(median(found), LEAST_MORE * length)
    unit = 10 ** max(math.floor(math.log10(max(wanted, 1))) - 1, 0)
    return int(math.ceil(wanted / unit) * unit)


def _praise(best: Branch, afresh: Branch | None, everything: str) -> str:
    """What a cure did, and what it has not done yet."""
    begin = "from the run's end" if best.from_round else "from scratch"
    told = f"Of the cures tried, {_quoted(best)} did best: {begin} {_came_to(best, everything)}"
    if afresh is not None:
        told += f"; from scratch {_came_to(afresh, everything)}"
    return f"{told}.{_still_to_do(afresh or best, afresh and best)}"


def _came_to(branch: Branch, everything: str) -> str:
    gans, covered = len(branch.runs), branch.mean("covered") or 0.0
    return (
        f"{branch.found_all} of {plural(gans, 'GAN')} {form_for(gans, 'finds', 'find')} "
        f"{everything} ({covered:.1f} covered on average), {branch.cured} without fault"
    )


def _still_to_do(tried: Branch, before: Branch | None) -> str:
    """What is left to wish for where no GAN ended without fault."""
    if any(one is not None and one.cured for one in (tried, before)):
        return ""
    if tried.found_all < len(tried.runs):
        return " So it is not yet a cure."
    if tried.sharpening:
        return " So every mode is found; they are still sharpening, and more rounds should help."
    return " So every mode is found, if not sharply."


def _quoted(branch: Branch) -> str:
    return f'"{branch.title.removeprefix("from scratch: ")}"'


def _command(run: RunFolder, sets: Sequence[str], name: str | None = None) -> str:
    words = ["ganrun", "train", str(run.path / CONFIG)]
    for one in sets:
        words += ["--set", one]
    if name is not None:
        old = run.config.name[: NAME_LIMIT - len(name) - 1]
        words += ["--set", f"name={old}-{name}"]
    if run.path.parent != Path("runs"):
        words += ["--runs-dir", str(run.path.parent)]
    words += pieces_options(run.path, run.run.get("command") or ())
    return shlex.join(words)
