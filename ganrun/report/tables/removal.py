"""What is to be removed, for people to look at before, and for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence

from rich.console import Console

from ganrun import wording
from ganrun.report.notes import print_whole
from ganrun.report.removal_plan import Planned


def print_plan(plan: Sequence[Planned], console: Console) -> None:
    """Print each folder with its size and what is to be known of it, and how much it is in all."""
    for one in going(plan):
        about = [wording.size(one.found.size), *one.notes]
        print_whole(console, f"{one.found.path}: {'; '.join(about)}")
    print_whole(console, total(plan), "bold")


def going(plan: Sequence[Planned]) -> list[Planned]:
    """Those that are to be removed."""
    return [one for one in plan if not one.kept]


def total(plan: Sequence[Planned]) -> str:
    """How many folders are to go, and how large they are: `3 runs and 1 sweep, 4 MB`."""
    found = [one.found for one in going(plan)]
    kinds = [(kind, sum(one.kind == kind for one in found)) for kind in ("run", "sweep")]
    told = wording.listed(wording.plural(count, kind) for kind, count in kinds if count)
    return f"{told or 'nothing'}, {wording.size(sum(one.size for one in found))}"


def removal_json(plan: Sequence[Planned], *, removed: bool) -> str:
    """The same as strict JSON; `removed` says whether it was done."""
    content = {
        "removed": removed,
        "bytes": sum(one.found.size for one in going(plan)),
        "folders": [
            {
                "path": str(one.found.path),
                "kind": one.found.kind,
                "files": one.found.files,
                "bytes": one.found.size,
                "notes": list(one.notes),
            }
            for one in going(plan)
        ],
        "kept": [{"path": str(one.found.path), "reason": one.kept} for one in plan if one.kept],
    }
    return json.dumps(content, indent=2, allow_nan=False)
