"""`ganrun diagnose`, once it has found something: the words or the JSON, and the figure."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from ganrun.diagnose.diagnosis import Diagnosis
from ganrun.report.notes import print_whole
from ganrun.report.tables.diagnosis import diagnoses_json, diagnosis_json, print_diagnosis


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
        print_whole(console, diagnosis_json(diagnosis, path))
    else:
        print_diagnosis(diagnosis, console, path=path)


def report_as_list(found: Sequence[tuple[Path, Diagnosis]], console: Console) -> None:
    """Draw diagnoses into their runs' folders, and print all of them as one JSON list.

    Raises `StoreError` if a figure cannot be written.
    """
    from ganrun.report.figures.diagnosis import write_diagnosis_figure

    for path, diagnosis in found:
        write_diagnosis_figure(path, diagnosis)
    print_whole(console, diagnoses_json(found))
