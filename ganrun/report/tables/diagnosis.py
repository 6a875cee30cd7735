"""A diagnosis on a terminal: the verdict, its evidence, the branches, and what to try next."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from pathlib import Path

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from ganrun import wording
from ganrun.diagnose.branches import FOLDER
from ganrun.diagnose.diagnosis import NAME, Branch, Diagnosis, as_json
from ganrun.report.diagnosis_story import (
    FIGURE,
    detective_words,
    dynamics_words,
    ended_as,
    how_sure,
    run_ending,
    whose,
)
from ganrun.report.live.sweep_frame import columns_that_fit, more_columns
from ganrun.report.palette import SCREEN_BLUE, SCREEN_VERMILLION
from ganrun.report.tables.run import BAD_WORDS, GAP, GOOD_WORDS
from ganrun.store.formats import json_text

DECIMALS = 2
LEAST_TITLE = 20
"""Cells that a branch's title gets; where it needs more, it goes on below."""

_HEADS = {
    "without fault": ("without", "fault"),
    "covered": ("modes", "covered"),
    "diverged": ("", "diverged"),
    "failed": ("", "failed"),
    "rounds": ("in run", "lengths"),
    "high_quality": ("high", "quality"),
    "mode_tv": ("mode", "TV"),
}
"""In the order of their worth: a narrow screen shows the first ones."""


def report_diagnosis(
    path: Path, diagnosis: Diagnosis, console: Console, *, as_json: bool = False
) -> None:
    """Draw a diagnosis into its run's folder and print it.

    Args:
        path: the run's folder.
        diagnosis: what was found.
        console: where the words go, or the JSON.
        as_json: print the whole document as JSON instead.

    Raises:
        StoreError: the figure cannot be written.
    """
    # matplotlib takes half a second to import, which nothing else here needs.
    from ganrun.report.figures.diagnosis import write_diagnosis_figure

    write_diagnosis_figure(path, diagnosis)
    if as_json:
        text = diagnosis_json(diagnosis, path)
        console.print(text, markup=False, emoji=False, highlight=False, soft_wrap=True)
    else:
        print_diagnosis(diagnosis, console, path=path)


def print_diagnosis(diagnosis: Diagnosis, console: Console, *, path: Path) -> None:
    """Print all there is to say of a run.

    Args:
        diagnosis: what was found.
        console: where it goes.
        path: the run's folder; of the diagnosis's files those are named that are there.
    """
    for words in (Text(whose(diagnosis), "bold"), verdict_line(diagnosis), Text("")):
        console.print(words, highlight=False)
    console.print(Text(diagnosis.evidence), highlight=False)
    console.print()
    for line in branch_lines(diagnosis, console.width):
        console.print(line, no_wrap=True, overflow="crop", highlight=False)
    console.print()
    for told in _probes(diagnosis):
        console.print(told, highlight=False)
        console.print()
    console.print(Text("What to try next", "bold"), highlight=False)
    console.print(Text(diagnosis.advice.words), highlight=False)
    if diagnosis.advice.command:
        # In one piece, to be pasted.
        console.print(Text(diagnosis.advice.command, SCREEN_BLUE), soft_wrap=True, highlight=False)
    if places := _places(path):
        console.print()
    for place in places:
        console.print(Text(place, "dim"), soft_wrap=True, highlight=False)


def diagnosis_json(diagnosis: Diagnosis, path: Path) -> str:
    """The whole document and the run's folder as strict JSON."""
    content = {"path": str(path), **as_json(diagnosis)}
    return json_text(content, sort_keys=False).decode().rstrip("\n")


def verdict_line(diagnosis: Diagnosis) -> Text:
    """`collapsed  (confidence 93 %; the quick verdict had said undertrained, 61 %)`."""
    word = diagnosis.verdict
    hue = SCREEN_BLUE if word in GOOD_WORDS else SCREEN_VERMILLION if word in BAD_WORDS else ""
    line = Text().append(word, f"bold {hue}".strip())
    return line.append(f"{GAP}({how_sure(diagnosis)})", "dim")


def branch_lines(diagnosis: Diagnosis, width: int) -> list[Text]:
    """The table of the run, its branches and perfect samples, of at most `width` cells a line."""
    columns = _columns(diagnosis)
    for before in (True, False):
        table = _table(diagnosis, columns, before=before)
        breadths = [
            max(map(cell_len, cells)) for cells in zip(*(row for _, row in table), strict=True)
        ]
        shown = columns_that_fit(breadths, width - LEAST_TITLE)
        if shown == len(columns):
            break
    hidden = more_columns(len(columns) - shown) if shown < len(columns) else ""
    taken = sum(len(GAP) + breadth for breadth in breadths[:shown]) + len(hidden)
    longest = max(cell_len(title) for title, _ in table)
    breadth = min(longest, max(width - taken, LEAST_TITLE))
    lines = []
    for place, (title, row) in enumerate(table, start=-2):  # 0 is the run
        first, *rest = textwrap.wrap(title, breadth, subsequent_indent=GAP) or [""]
        line = Text(first + " " * (breadth - cell_len(first)), end="")
        for cell, wide in zip(row[:shown], breadths[:shown], strict=True):
            line.append(GAP + " " * (wide - cell_len(cell)) + cell)
        if 0 < place <= len(diagnosis.branches):
            _colour(line, row[0], diagnosis.branches[place - 1], breadth)
        elif place:
            line.stylize("dim")
        lines += [line, *map(Text, rest)]
    lines[1].append(hidden)
    lines += [Text(note, "dim") for note in textwrap.wrap(_note(diagnosis, columns[:shown]), width)]
    for text in lines:
        text.truncate(width)
    return lines


def branch_table(diagnosis: Diagnosis) -> list[tuple[str, list[str]]]:
    """Two lines of headings, the run, its branches, perfect samples; each with its title."""
    return _table(diagnosis, _columns(diagnosis), before=True)


def branch_note(diagnosis: Diagnosis) -> str:
    """How to read that table."""
    return _note(diagnosis, _columns(diagnosis)).strip("()")


def _table(
    diagnosis: Diagnosis, columns: Sequence[str], *, before: bool
) -> list[tuple[str, list[str]]]:
    """Two lines of headings, the run, its branches, perfect samples; each with its title."""
    rows = [
        ("the run itself", _run_cells(diagnosis)),
        *((branch.title, _cells(diagnosis, branch, before)) for branch in diagnosis.branches),
        ("perfect samples", _perfect_cells(diagnosis)),
    ]
    heads = [("", [_heading(diagnosis, name)[line] for name in columns]) for line in (0, 1)]
    return [*heads, *((title, [cells.get(name, "-") for name in columns]) for title, cells in rows)]


def _columns(diagnosis: Diagnosis) -> list[str]:
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


def _heading(diagnosis: Diagnosis, name: str) -> tuple[str, str]:
    return ("covered", f"of {diagnosis.modes}") if name == "covered" else _HEADS[name]


def _run_cells(diagnosis: Diagnosis) -> dict[str, str]:
    came_to = run_ending(diagnosis)
    cells = {"without fault": "", "diverged": "", "failed": "", "rounds": "0 to 1"}
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
        "without fault": "",
        "diverged": "",
        "failed": "",
        "covered": str(diagnosis.modes),
        "rounds": "",
        "high_quality": wording.value(diagnosis.perfect_high_quality, DECIMALS),
        "mode_tv": wording.value(diagnosis.perfect_mode_tv, DECIMALS),
    }


def _colour(line: Text, cell: str, branch: Branch, before: int) -> None:
    """Colour how many are without fault; the number says the same."""
    if branch.cured in (0, len(branch.runs)):
        start = line.plain.index(cell, before)
        hue = SCREEN_BLUE if branch.cured else SCREEN_VERMILLION
        line.stylize(hue, start, start + len(cell))


def _note(diagnosis: Diagnosis, columns: Sequence[str]) -> str:
    words = "means over each one's last quarter"
    if diagnosis.branches:
        words += ", and over a branch's GANs [least, most]"
    if "rounds" in columns:
        words += f"; a length is the run's {wording.plural(diagnosis.rounds, 'round')}"
    return f"({words})"


def _probes(diagnosis: Diagnosis) -> list[Text]:
    """What the detectives say, and how the game moves."""
    words = [
        detective_words(diagnosis.detective) if diagnosis.detective else "",
        dynamics_words(diagnosis.dynamics) if diagnosis.dynamics else "",
    ]
    return [Text(each) for each in words if each]


def _places(path: Path) -> list[str]:
    """The files that a diagnosis left in the run's folder."""
    places = {
        path / NAME: "every number of this diagnosis",
        path / FIGURE: "each mode over the rounds",
        path / FOLDER: "the branches, run folders like any other",
    }
    return [f"{place}: {what}" for place, what in places.items() if place.exists()]
