"""From what a command line names to groups of runs: folders, patterns, sweeps, cells of sweeps.

A source is a run's folder, a folder of runs, a sweep's folder, or a pattern of such names
(`runs/five_gaussians-s*`). Behind a sweep's folder may stand what chooses cells of it, after
colons: `SWEEP:case=wgan_gp:training.discriminator_steps=5`. Runs that differ in nothing but their
seed are one group, wherever they come from.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from glob import glob
from pathlib import Path
from typing import Any

from ganrun.compare import Group, Member
from ganrun.compare.comparison import metrics_of
from ganrun.config import ConfigError, Experiment
from ganrun.config.identity import canonical_json, content_of
from ganrun.config.metrics import AVERAGED
from ganrun.config.suggest import near
from ganrun.config.write import flow
from ganrun.config.written_fields import differing_fields
from ganrun.config.yaml_tree import resolve
from ganrun.influence.points import CASE
from ganrun.measure.showable import beyond
from ganrun.report.best_verdict import best_verdict
from ganrun.report.design_words import short_names
from ganrun.report.folders_inside import folders_inside, is_run_folder, sweeps_inside
from ganrun.store import RunFolder, StoreError
from ganrun.store.sweep_folder import SweepFolder, is_sweep_folder
from ganrun.sweep.designs import Design
from ganrun.sweep.precision import seeds_begun
from ganrun.wording import listed, setting

Progress = Callable[[int, int], None]
"""Told how many runs have been read, and of how many."""
COMPARISON = "comparison.json"
"""What the folder of a comparison holds."""
MOST_NAMED = 3
"""Fields in a group's name, where others have the same."""


@dataclass
class Gathered:
    """Runs of one config as they are found; those that are there twice count once."""

    name: str
    config: Experiment
    members: dict[int, Member] = field(default_factory=dict)
    folders: dict[int, Path] = field(default_factory=dict)
    """Of the runs with a result, by seed."""
    reference: dict[str, Any] = field(default_factory=dict)
    """What perfect samples score, as the first summary has it."""

    def add(self, member: Member, folder: Path, reference: dict[str, Any] | None = None) -> None:
        """Take a run in, unless one of its seed has come to its end."""
        there = self.members.get(member.seed)
        if there is not None and (there.has_result or not member.has_result):
            return
        self.members[member.seed] = member
        if member.has_result:
            self.folders[member.seed] = folder
            self.reference = self.reference or reference or {}

    @property
    def group(self) -> Group:
        """The same as what is compared."""
        return Group(self.name, self.config, tuple(self.members.values()))


@dataclass(frozen=True)
class _Wanted:
    """A run to be read: where it is, and where that is known its group's name and its config."""

    path: Path
    name: str = ""
    config: Experiment | None = None


def gather(
    sources: Sequence[str | Path], progress: Progress = lambda done, total: None
) -> tuple[list[Gathered], list[str]]:
    """The groups of runs that some sources name, and a line for each run that could not be read.

    The case of a sweep that changes nothing stands first among its own. Raises `StoreError` or
    `ConfigError`, one clear line, where a source names nothing.
    """
    wanted = [one for source in sources for one in _runs_of(os.fspath(source))]
    groups: dict[str, Gathered] = {}
    problems: list[str] = []
    for number, one in enumerate(wanted):
        try:
            _take_in(one, groups, problems)
        except StoreError as error:
            problems.append(str(error))
        progress(number + 1, len(wanted))
    found = [*groups.values()]
    _name_apart(found)
    return found, problems


def _take_in(wanted: _Wanted, groups: dict[str, Gathered], problems: list[str]) -> None:
    """Read a run into its group; a trial without a result is counted in its own."""
    if wanted.config is not None and not os.path.isdir(wanted.path):
        _group_for(groups, wanted.config, wanted.name).add(
            Member(wanted.config.seeds[0], {}, status="missing"), wanted.path
        )
        return
    try:
        run = RunFolder(wanted.path)
        config = wanted.config or run.config
        rule = "" if wanted.config else run.earlier_rule or ""
        if run.run["status"] == "interactive":
            problems.append(f"{wanted.path}: was played by hand, so it is left out")
            return
        member, reference = _member(run, config)
    except StoreError as error:
        if wanted.config is None:
            raise
        problems.append(str(error))
        config, rule = wanted.config, ""
        member, reference = Member(config.seeds[0], {}, status="damaged"), None
    _group_for(groups, config, wanted.name, rule).add(member, wanted.path, reference)


def _group_for(
    groups: dict[str, Gathered], config: Experiment, name: str, rule: str = ""
) -> Gathered:
    key = canonical_json(content_of(config)) + rule
    return groups.setdefault(key, Gathered(name or config.name, config))


def _member(run: RunFolder, config: Experiment) -> tuple[Member, dict[str, Any] | None]:
    """What is compared of a run, and what perfect samples score."""
    run.check_modes(config.target.mode_count)
    seed, summary = config.seeds[0], run.summary
    if summary is None:
        return Member(seed, {}, status=run.status), None
    reference, best = summary.get("reference") or {}, best_verdict(run)
    names = metrics_of([config])
    metrics = {name: _counted(reference, name, summary.get(name)) for name in names}
    word, kind = (best.word, best.kind) if best else ("", "")
    return Member(seed, metrics, word, kind, run.status), dict(reference)


def _counted(reference: dict[str, Any], name: str, number: float | None) -> float | None:
    """A metric; a count above what perfect samples reach is no success, and counts as that."""
    most = beyond(reference, name.removeprefix(AVERAGED), number)
    return number if most is None else float(most)


def _name_apart(groups: Sequence[Gathered]) -> None:
    """Where several groups have one name, tell them apart by the fields in which they differ."""
    for name in {one.name for one in groups}:
        alike = [one for one in groups if one.name == name]
        if len(alike) < 2:
            continue
        fields = differing_fields([one.config for one in alike])
        short = short_names([*fields])
        for place, one in enumerate(alike):
            values = [
                f"{said}={fields[full][place]}" for full, said in zip(fields, short, strict=True)
            ]
            told = ", ".join(values[:MOST_NAMED]) or f"{place + 1}"
            one.name = f"{name} ({told})"
        if len({one.name for one in alike}) < len(alike):
            for place, one in enumerate(alike):
                one.name = f"{one.name} #{place + 1}"


def _runs_of(source: str) -> Iterator[_Wanted]:
    """The runs that a source names."""
    paths, conditions = _split(source)
    if not paths:
        raise StoreError(f"{source}: no such folder")
    for path in paths:
        if is_sweep_folder(path):
            yield from _trials(path, conditions)
        elif conditions:
            raise StoreError(f"{path}: not a sweep's folder, so no cells of it can be chosen")
        elif is_run_folder(path):
            yield _Wanted(path)
        elif inside := folders_inside(path):
            yield from map(_Wanted, inside)
        elif os.path.exists(path / COMPARISON):
            continue  # an earlier one, which lies among the runs and is called as they are
        else:
            sweeps = f"; compare {sweeps_inside(path)[0]}" if sweeps_inside(path) else ""
            raise StoreError(f"{path}: holds no run{sweeps}")


def _split(source: str) -> tuple[list[Path], list[str]]:
    """The folders before the colons of a source, and the conditions behind them."""
    before, *conditions = source.split(":")
    while True:
        path = os.path.expanduser(before)
        if os.path.exists(path):
            return [Path(path)], conditions
        if found := sorted(glob(path)):
            return [Path(one) for one in found if os.path.isdir(one)], conditions
        if not conditions:
            return [], []
        before = f"{before}:{conditions.pop(0)}"


def _trials(path: Path, conditions: Sequence[str]) -> Iterator[_Wanted]:
    """The trials of a sweep in the cells that meet all conditions, the plain case's first."""
    folder = SweepFolder(path)
    design = Design(folder.sweep, seeds_begun(folder))
    chosen = [_condition(path, design, one) for one in conditions]
    cells = [cell for cell in range(design.cells) if all(meets(cell) for meets in chosen)]
    if not cells:
        raise StoreError(f"{path}: no cell meets all of {listed(conditions)}")
    plain = next((name for name, changes in folder.sweep.cases.items() if not changes), None)
    short = short_names(design.columns)
    for cell in sorted(cells, key=lambda cell: design.case(cell) != plain):
        values = zip(short, design.values(cell), strict=True)
        levels = [f"{name}={setting(value)}" for name, value in values]
        name = ", ".join(filter(None, (design.case(cell), *levels)))
        for place in range(len(design.seeds)):
            experiment = design.trial(cell * len(design.seeds) + place).experiment
            yield _Wanted(folder.trial_path(experiment), name, experiment)


def _condition(path: Path, design: Design, condition: str) -> Callable[[int], bool]:
    """Whether a cell meets `field=value`; raises `ConfigError` where none could."""
    name, equals, text = condition.partition("=")
    axes = [*([CASE] if design.sweep.cases else []), *design.columns]
    if not equals or name not in axes:
        meant = near(name, axes, {}, cutoff=0.6) if equals else None
        what = f"did you mean {meant!r}?" if meant else f"this sweep has {listed(axes)}"
        raise ConfigError([f"{path}: {condition}: cells are chosen by FIELD=VALUE; {what}"])

    def value(cell: int) -> Any:
        return (
            design.case(cell) if name == CASE else design.values(cell)[design.columns.index(name)]
        )

    found = {cell for cell in range(design.cells) if _is(value(cell), text)}
    if not found:
        levels = dict.fromkeys(setting(value(cell)) for cell in range(design.cells))
        meant = near(text, levels, {}, cutoff=0.6)
        what = f"did you mean {meant!r}?" if meant else f"there are {listed(levels, 12)}"
        raise ConfigError([f"{path}: no cell has {condition}; {what}"])
    return found.__contains__


def _is(level: Any, text: str) -> bool:
    """Whether a level is what is written there, in YAML or in the words of a table."""
    if text in (level, setting(level)) or flow(level).replace(" ", "") == text.replace(" ", ""):
        return True
    number = resolve(text)
    return not isinstance(number, str) and type(level) is not bool and bool(number == level)
