"""What a sweep would do, before it is done."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rich.console import Console

from ganrun.report.notes import print_whole
from ganrun.store.sweep_folder import sweep_path
from ganrun.sweep.designs import Design
from ganrun.sweep.estimate import Estimate, estimate
from ganrun.sweep.run import cohorts_of
from ganrun.wording import duration, percent, plural, size


def report_plan(
    design: Design, runs_dir: Path, console: Console, *, cores: int, as_json: bool
) -> None:
    """Print the number of trials and cohorts, and about what time and disk they take."""
    cohorts = len(cohorts_of(design, range(design.cells)))
    plan, most = estimate(design, cohorts), _most(design, cohorts)
    path = sweep_path(runs_dir, design.sweep)
    if as_json:
        content: dict[str, Any] = {
            "path": str(path),
            "design": design.sweep.design,
            "cells": plan.cells,
            "seeds": list(design.seeds),
            "trials": plan.trials,
            "cohorts": plan.cohorts,
            "confirm": design.sweep.confirm,
            "cores": cores,
            "estimated_seconds": round(plan.seconds(cores)),
            "estimated_bytes": round(plan.disk_bytes),
        }
        if most is not None:
            content["at_most"] = {
                "seeds": design.sweep.most_seeds,
                "trials": most.trials,
                "estimated_seconds": round(most.seconds(cores)),
                "estimated_bytes": round(most.disk_bytes),
            }
        print(json.dumps(content, indent=2))
        return
    seeds = plural(len(design.seeds), "seed")
    confirm = design.sweep.confirm
    lines = [
        f"{design.sweep.name}: {design.sweep.design} design over {', '.join(axes(design))}",
        f"{plural(plan.trials, 'trial')}: {plural(plan.cells, 'cell')} x {seeds}",
        f"{plural(plan.cohorts, 'cohort')}: trials that share one compiled program",
        *([f"{percent(confirm)} of them played on to confirm their verdicts"] if confirm else []),
        f"about {duration(plan.seconds(cores))} on {plural(cores, 'core')}, "
        f"{size(plan.disk_bytes)} on disk, less what is there already",
    ]
    if most is not None:
        lines.append(
            f"until the main intervals are within {design.sweep.precision:g}, seeds are added: at "
            f"most {plural(design.sweep.most_seeds or 0, 'seed')}, {plural(most.trials, 'trial')}, "
            f"about {duration(most.seconds(cores))}, {size(most.disk_bytes)}"
        )
    lines.append(str(path))
    for line in lines:
        print_whole(console, line)


def _most(design: Design, cohorts: int) -> Estimate | None:
    """What all seeds that precision may ask for would cost; None where none are added."""
    if design.sweep.precision is None:
        return None
    return estimate(Design(design.sweep, design.sweep.most_seeds), cohorts)


def axes(design: Design) -> list[str]:
    """The axes in words: a field's name with the number of its levels, or its range."""
    named = []
    for factor in design.sweep.factors:
        if factor.levels is not None:
            named.append(f"{factor.field} ({plural(len(factor.levels), 'level')})")
        else:
            scale = ", log" if factor.log else ""
            named.append(f"{factor.field} ({factor.low:g} to {factor.high:g}{scale})")
    if design.sweep.cases:
        named.append(plural(len(design.sweep.cases), "case"))
    return named
