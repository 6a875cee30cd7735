"""`ganrun report`: what became of one run or of many, read from their folders alone."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ganrun.report.record import RunRecord, read_record
from ganrun.report.terminal import print_results, results_json
from ganrun.store import RunFolderError, StoreError
from ganrun.store.layout import CONFIG, RUN

MOST_DRAWN = 16
"""Runs whose figures are drawn at one go; each takes a second or two."""


def report_run(
    paths: Sequence[Path],
    console: Console,
    *,
    figures: bool = True,
    as_json: bool = False,
) -> list[str]:
    """Print the table of these runs and draw each one's figures.

    Args:
        paths: run folders, or folders that hold run folders, such as `runs`.
        console: where the table goes, or the JSON.
        figures: write `figures/*.png` into every run's folder.
        as_json: print everything that is known as JSON instead of the table.

    Returns:
        One line for every run folder, inside a folder that was given, that could not be read.

    Raises:
        StoreError: a folder that was given is damaged or holds no run, or a figure cannot be
            written; the message is one clear line.
    """
    runs, problems = read_runs(paths)
    if as_json:
        console.print(results_json(runs), markup=False, highlight=False, soft_wrap=True)
    else:
        print_results(runs, console)
    if figures:
        _draw(runs, console, quiet=as_json)
    return problems


def read_runs(paths: Sequence[Path]) -> tuple[list[RunRecord], list[str]]:
    """The runs in these folders, and a line for each that could not be read."""
    runs: dict[Path, RunRecord] = {}
    problems: list[str] = []
    for path in paths:
        if is_run_folder(path) or not (inside := folders_inside(path)):
            runs.setdefault(path.resolve(), read_record(path))
            continue
        for folder in inside:
            try:
                runs.setdefault(folder.resolve(), read_record(folder))
            except StoreError as error:
                problems.append(str(error))
    if problems and not runs:
        raise RunFolderError(problems[0])
    return list(runs.values()), problems


def is_run_folder(path: Path) -> bool:
    """Whether a folder claims to be a run's, whole or damaged."""
    return (path / RUN).exists() or (path / CONFIG).exists()


def folders_inside(path: Path) -> list[Path]:
    """The run folders directly inside a folder, numbers in their names sorted as numbers."""
    if not path.is_dir():
        return []
    try:
        children = [child for child in path.iterdir() if is_run_folder(child)]
    except OSError as error:
        raise StoreError(f"{path}: cannot be read: {error.strerror or error}") from error
    return sorted(children, key=lambda child: _natural(child.name))


def _natural(name: str) -> list[tuple[int, str]]:
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def _draw(runs: Sequence[RunRecord], console: Console, *, quiet: bool) -> None:
    if len(runs) > MOST_DRAWN:
        if not quiet:
            words = f"figures are drawn for up to {MOST_DRAWN} runs at once; name fewer to see them"
            console.print(Text(words, "dim"), soft_wrap=True, highlight=False)
        return
    # matplotlib takes half a second to import, which the table need not wait for.
    from ganrun.report.figures import write_figures

    for run in runs:
        paths = write_figures(run)
        if not quiet:
            names = ", ".join(path.name for path in paths)
            words = f"{paths[0].parent}: {names}"
            console.print(Text(words, "dim"), soft_wrap=True, highlight=False)
