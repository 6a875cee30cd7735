"""What became of a diagnosed run, of each of its branches and of perfect samples, as a table."""

from __future__ import annotations

from collections.abc import Sequence

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.diagnose.diagnosis import Branch, Diagnosis
from ganrun.report.diagnosis_story import ended_as, run_ending
from ganrun.report.fitting_columns import in_two

DECIMALS = 2

_HEADS = {
    "without fault": ("without", "fault"),
    "covered": ("covered", "of {}"),
    "diverged": ("", "diverged"),
    "failed": ("", "failed"),
    "rounds": ("in run", "lengths"),
    **{name: in_two(METRICS[name].called) for name in ("high_quality", "mode_tv")},
}
"""In the order of their worth: a narrow screen shows the first ones."""
_EMPTY = dict.fromkeys(("without fault", "diverged", "failed", "rounds"), "")
"""Cells that only a branch has."""


def branch_table(diagnosis: Diagnosis, *, before: bool = True) -> list[tuple[str, list[str]]]:
    """Two lines of headings, the run, its branches, perfect samples; each with its title.

    `before` says what the run had covered where a branch began, beside what the branch covers.
    """
    columns = branch_columns(diagnosis)
    rows = [
        ("the run itself", _run_cells(diagnosis)),
        *((branch.title, _cells(diagnosis, branch, before)) for branch in diagnosis.branches),
        ("perfect samples", _perfect_cells(diagnosis)),
    ]
    modes = diagnosis.modes
    heads = [("", [_HEADS[name][line].format(modes) for name in columns]) for line in (0, 1)]
    return [*heads, *((title, [cells.get(name, "-") for name in columns]) for title, cells in rows)]


def branch_note(diagnosis: Diagnosis, columns: Sequence[str] | None = None) -> str:
    """How to read that table, of which these columns are shown, or all."""
    columns = branch_columns(diagnosis) if columns is None else columns
    words = "means over each one's last quarter"
    if diagnosis.branches:
        words += ", and over a branch's GANs [least, most]"
    if "rounds" in columns:
        words += f"; a length is the run's {wording.plural(diagnosis.rounds, 'round')}"
    return words


def branch_columns(diagnosis: Diagnosis) -> list[str]:
    """The columns that say something here: most diagnoses have no GAN that diverged or failed."""
    branches = diagnosis.branches
    needless = {
        status
        for status in ("diverged", "failed")
        if not any(ended_as(branch, status) for branch in branches)
    }
    if not branches:
        needless |= {"without fault", "rounds"}
    return [name for name in _HEADS if name not in needless]


def _run_cells(diagnosis: Diagnosis) -> dict[str, str]:
    came_to = run_ending(diagnosis)
    cells = {**_EMPTY, "rounds": "0 to 1"}
    if came_to is None:
        return cells
    return cells | {
        "covered": wording.count(came_to.covered),
        "high_quality": wording.value(came_to.high_quality, DECIMALS),
        "mode_tv": wording.value(came_to.mode_tv, DECIMALS),
    }


def _cells(diagnosis: Diagnosis, branch: Branch, before: bool) -> dict[str, str]:
    lengths = [end / max(diagnosis.rounds, 1) for end in (branch.from_round, branch.to_round)]
    first, last = (wording.count(length) for length in lengths)
    return {
        "without fault": wording.of_total(branch.cured, len(branch.runs)),
        "diverged": wording.count(ended_as(branch, "diverged")),
        "failed": wording.count(ended_as(branch, "failed")),
        "covered": _covered(diagnosis, branch, before),
        "rounds": f"{first} to {last}",
        "high_quality": wording.value(branch.mean("high_quality"), DECIMALS),
        "mode_tv": wording.value(branch.mean("mode_tv"), DECIMALS),
    }


def _covered(diagnosis: Diagnosis, branch: Branch, before: bool) -> str:
    """Covered modes: `2 -> 4.6 [4, 5]`, from what the run had to the GANs' mean and range."""
    after = [run.covered for run in branch.runs if run.covered is not None]
    mean, came_to = branch.mean("covered"), run_ending(diagnosis)
    if mean is None:
        return "-"
    words = wording.count(mean)
    if len(after) > 1:
        words += f" [{wording.count(min(after))}, {wording.count(max(after))}]"
    if before and branch.from_round and came_to:
        return f"{wording.count(came_to.covered)} -> {words}"
    return words


def _perfect_cells(diagnosis: Diagnosis) -> dict[str, str]:
    return {
        **_EMPTY,
        "covered": wording.count(sum(diagnosis.perfect_modes)),
        "high_quality": wording.value(diagnosis.perfect_high_quality, DECIMALS),
        "mode_tv": wording.value(diagnosis.perfect_mode_tv, DECIMALS),
    }
