"""A sweep's design in few words: how large it is, and what its factors are called."""

from __future__ import annotations

from collections.abc import Sequence

from ganrun import wording
from ganrun.sweep.designs import Design


def about_design(design: Design) -> str:
    """`factorial, 63 cells x 8 seeds`."""
    sweep = design.sweep
    cells, seeds = wording.plural(design.cells, "cell"), wording.plural(len(design.seeds), "seed")
    return f"{sweep.design}, {cells} x {seeds}"


def short_names(fields: Sequence[str]) -> list[str]:
    """The last part of each dotted name; with its section where that would not tell them apart."""
    last = [field.rsplit(".", 1)[-1] for field in fields]
    return [
        name if last.count(name) == 1 else " ".join(field.split(".")[-2:])
        for field, name in zip(fields, last, strict=True)
    ]
