"""A sweep's YAML file and `--set` options to one `Sweep`, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ganrun.config import suggest
from ganrun.config.dotted_fields import (
    WRONG,
    fault_of,
    is_choice,
    is_section,
    may_be_null,
    overlap,
    path_of,
    value_of,
)
from ganrun.config.errors import ConfigError, Place, Problem, in_order, shortened
from ganrun.config.explain import explained, no_section, written
from ganrun.config.fields import SEED_END
from ganrun.config.load import settled_at, validated
from ganrun.config.outside_sources import in_full
from ganrun.config.points_target import Points
from ganrun.config.schema import Experiment
from ganrun.config.sources import SIZE_LIMIT, Written, read_tree
from ganrun.config.sweep_axes import factor_of
from ganrun.config.sweep_schema import TRIALS_LIMIT, Factor, Sweep, SweepHead, sweep_yaml
from ganrun.config.sweep_sources import SWEEP
from ganrun.config.targets import DEFAULT_LAYOUT, LAYOUTS
from ganrun.config.yaml_tree import Node, plain
from ganrun.wording import listed

ALSO: Mapping[str, tuple[str, ...]] = {
    "extends": suggest.ALSO["extends"][:2],
    "name": (),
    "base": ("experiment", "config", "defaults"),
    "design": ("method", "sampler", "scheme", "kind"),
    "seeds": suggest.ALSO["seeds"],
    "points": ("samples", "n", "count", "num_points", "n_points"),
    "precision": ("half_width", "tolerance", "accuracy", "width"),
    "most_seeds": ("max_seeds", "seeds_limit", "limit"),
    "confirm": ("confirmed", "verify"),
    "vary": ("axes", "factors", "grid", "parameters", "space", "sweep"),
    "cases": ("case", "variants", "arms"),
}
CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def load_sweep(source: Path | Written, overrides: Sequence[str] = ()) -> Sweep:
    """Read a sweep, the experiment it is based on, and the overrides on top (`name=yaml value`).

    Whether each level goes with those of the other axes is the design's matter: see
    `ganrun.sweep.designs`. Raises ConfigError with every problem found, each one line that begins
    with the file, line and column or with the override it is about.
    """
    problems: list[Problem] = []
    tree = read_tree(source, SWEEP, overrides, problems)
    sweep = _Reader(tree, problems).sweep() if tree else None
    if problems or sweep is None:
        raise ConfigError([str(problem) for problem in in_order(problems)])
    return sweep


class _Reader:
    """Reads one merged tree part by part, and collects what is wrong."""

    def __init__(self, tree: Node, problems: list[Problem]) -> None:
        self.tree, self.entries, self.problems = tree, tree.entries, problems
        nothing = Node(tree.place, {})
        self.axes = self.entries.get("vary", nothing).entries
        self.cases = self.entries.get("cases", nothing).entries

    def sweep(self) -> Sweep | None:
        self._unknown_fields()
        head = self._head()
        base = self._base()
        if base is None:
            return None
        layouts = self._layouts(base)
        cases = self._cases(layouts)
        is_factorial = head is None or head.design == "factorial"
        factors = self._factors(is_factorial, layouts)
        self._set_twice(factors, cases)
        if head is None or self.problems:
            return None
        sweep = Sweep(
            name=head.name,
            base=base,
            design=head.design,
            seeds=base.seeds,
            factors=factors,
            cases=cases,
            points=head.points,
            precision=head.precision,
            most_seeds=head.bound,
            confirm=head.confirm,
            case_places={name: entry.key for name, entry in self.cases.items()},
        )
        self._added_seeds(sweep)
        self._size(sweep)
        self._length(sweep)
        return sweep

    def _problem(self, place: Place, field: str, message: str) -> None:
        self.problems.append(Problem(place, field, message))

    def _unknown_fields(self) -> None:
        for name, entry in self.entries.items():
            if name in ALSO:
                continue
            if name in Experiment.model_fields:
                hint = f"; did you mean 'base.{shortened(entry.key.names or name, 80)}'?"
            elif meant := suggest.near(name, ALSO, ALSO, cutoff=0.75):
                hint = f"; did you mean {meant!r}?"
            elif found := suggest.elsewhere(name, "", DEFAULT_LAYOUT, cutoff=0.999):
                meant = listed((repr(f"base.{one}") for one in found), last="or")
                hint = f"; did you mean {meant}?"
            elif name == "<<":
                hint = suggest.field(name, "", DEFAULT_LAYOUT)
            else:
                hint = f"; the fields of a sweep are {', '.join(ALSO)}"
            self._problem(entry.key, name, "unknown field" + hint)

    def _head(self) -> SweepHead | None:
        names = SweepHead.model_fields
        head = Node(self.tree.place, {n: e for n, e in self.entries.items() if n in names})
        try:
            read = SweepHead.model_validate(plain(head))
        except ValidationError as error:
            self.problems.extend(explained(error, head))
            return None
        place = self.entries.get("points", self.tree).place
        number = read.points
        if read.design == "factorial" and number is not None:
            self._problem(place, "points", "a factorial design has them in each of its ranges")
        elif read.design != "factorial" and number is None:
            self._problem(place, "points", f"missing; a {read.design} design needs their number")
        elif read.design == "sobol" and number is not None and number.bit_count() != 1:
            above = 1 << number.bit_length()
            what = f"must be a power of two, as {above // 2} or {above}, not {number}"
            self._problem(place, "points", what)
        return read

    def _base(self) -> Experiment | None:
        """Return the experiment that everything varies, with the seeds of the sweep."""
        base = self.entries.get("base", Node(self.tree.place, {}))
        if not isinstance(base.value, dict):
            return None  # it could not be read, and has been told
        fields, seeds = dict(base.value), self.entries.get("seeds")
        if seeds is not None:
            fields["seeds"] = seeds
        found: list[Problem] = []
        experiment = validated(Node(base.place, fields), found)
        own = {self.tree.place.source} | {one.key.source for one in self.entries.values()}
        for problem in found:
            is_own = problem.place.source.startswith("--set") or problem.place.source in own
            is_seeds = seeds is not None and problem.field.startswith("seeds")
            prefix = "base." if is_own and problem.field and not is_seeds else ""
            self._problem(problem.place, prefix + problem.field, problem.message)
        return experiment

    def _layouts(self, base: Experiment) -> list[str]:
        """Return the layouts that the target may have somewhere in the design, the base's first."""
        layouts: list[str] = [base.target.layout]
        for case in self.cases.values():
            match plain(case):
                case {"target": {"layout": str(layout)}}:
                    layouts.append(layout)
        if axis := self.axes.get("target.layout"):
            levels = axis.value if isinstance(axis.value, list) else []
            named = (level.value for level in levels if isinstance(level.value, str))
            layouts += [in_full(LAYOUTS, name) for name in named]
        return list(dict.fromkeys(name for name in layouts if name in LAYOUTS))

    def _is_mapping(self, name: str, of: str) -> bool:
        """Return whether a field is a mapping, or nothing at all; complain if it is not."""
        node = self.entries.get(name)
        if node is None or isinstance(node.value, dict | None):
            return True
        self._problem(node.place, name, f"expected a mapping of {of}, not {written(node)}")
        return False

    def _factors(self, is_factorial: bool, layouts: list[str]) -> tuple[Factor, ...]:
        cases = self.entries.get("cases")
        has_cases = cases is not None and cases.value not in (None, {})
        if self._is_mapping("vary", "dotted fields") and not (
            self.axes or (is_factorial and has_cases)
        ):
            what = "nothing varies; give it fields" + (", or give 'cases'" if is_factorial else "")
            self._problem(self.entries.get("vary", self.tree).key, "vary", what)
        factors = [
            factor_of(name, entry, is_factorial, layouts, self.problems)
            for name, entry in self.axes.items()
        ]
        found = tuple(factor for factor in factors if factor is not None)
        for factor in found:
            if factor.field == "target.path":
                what = "a file is read once, before anything varies; give each file a case"
                self._problem(factor.place, f"vary.{factor.field}", what)
        for one, other in combinations(found, 2):
            if overlap(path_of(one.field), path_of(other.field)):
                what = f"sets what {one.field!r} sets too; vary one of them"
                self._problem(other.place, f"vary.{other.field}", what)
        return found

    def _cases(self, layouts: list[str]) -> dict[str, dict[str, Any]]:
        self._is_mapping("cases", "names to overrides")
        cases = {}
        for name, case in self.cases.items():
            label = f"cases.{name}"
            if not CASE.fullmatch(name):
                what = "a case's name has up to 64 letters, digits, '_' and '-'"
                self._problem(case.key, label, what)
            cases[name] = self._overrides((), case, label, layouts)
            if path := case.entries.get("target", case).entries.get("path"):
                self._read_points(cases[name], path, f"{label}.target")
        return cases

    def _read_points(self, case: dict[str, Any], path: Node, label: str) -> None:
        """Let the points of a case's own file take the file's place."""
        given = case.get("target", {})
        if given.get("path") is None:
            return
        try:
            target = Points.model_validate({"layout": "points"} | given)
        except ValidationError as error:
            message = str(error.errors(include_url=False)[0]["msg"])
            self._problem(path.place, label, message)
            return
        read = settled_at(target, path, f"{label}.path", self.problems)
        if read is not None:
            found = read.model_dump().items()
            case["target"] = {n: value for n, value in found if n != "draw" or n in given}

    def _overrides(
        self, above: tuple[str, ...], node: Node, label: str, layouts: list[str]
    ) -> dict[str, Any]:
        """Return the overrides under a node as the fields hold them."""
        if not isinstance(node.value, dict):
            self._problem(node.place, label, no_section(above, node))
            return {}
        values: dict[str, Any] = {}
        for name, entry in node.value.items():
            path, inner = (*above, name), f"{label}.{name}"
            if fault := fault_of(path, layouts):
                self._problem(entry.key, inner, fault)
            elif is_choice(path):
                values |= self._chosen(name, path, entry, inner, layouts)
            elif not is_section(path, layouts):
                value = value_of(path, entry, inner, layouts, self.problems)
                if value is not WRONG:
                    values[name] = value
            elif entry.value is None and may_be_null(path):
                values[name] = None
            else:
                values[name] = self._overrides(path, entry, inner, layouts)
        return values

    def _chosen(
        self, name: str, path: tuple[str, ...], entry: Node, label: str, layouts: list[str]
    ) -> dict[str, Any]:
        """Return a piece as an override: of its parameters those that are given, and no others."""
        choice = value_of(path, entry, label, layouts, self.problems)
        if choice is WRONG:
            return {}
        if not isinstance(entry.value, dict):
            return {name: choice.name}
        (given,) = entry.value.values()
        names = given.value if isinstance(given.value, dict) else choice.parameters
        return {name: {choice.name: {one: choice.parameters[one] for one in names}}}

    def _set_twice(self, factors: Sequence[Factor], cases: Mapping[str, Mapping[str, Any]]) -> None:
        """Complain about fields that both an axis and a case set."""
        for name, overrides in cases.items():
            for field in settings_of(overrides):
                for factor in factors:
                    one, other = f"{field}.", f"{factor.field}."
                    if one.startswith(other) or other.startswith(one):
                        self._problem(
                            self.cases[name].key,
                            f"cases.{name}",
                            f"sets {field!r}, which varies too; leave it to one of them",
                        )

    def _added_seeds(self, sweep: Sweep) -> None:
        """Complain about a precision that cannot be told, and about a bound that bounds nothing."""
        place = self.entries.get("most_seeds", self.tree).place
        if sweep.precision is None:
            if "most_seeds" in self.entries and sweep.most_seeds is not None:
                self._problem(place, "most_seeds", "bounds the seeds that a 'precision' adds")
            return
        if len(sweep.seeds) < 2:
            at = self.entries.get("precision", self.tree).place
            self._problem(at, "precision", "intervals need two seeds or more to begin with")
        elif len(sweep.every_seed) > (sweep.most_seeds or 0):
            self._problem(place, "most_seeds", f"the sweep begins with {len(sweep.seeds)}")
        elif max(sweep.every_seed) >= SEED_END:
            self._problem(place, "most_seeds", f"seeds beyond {max(sweep.seeds)} come to an end")

    def _length(self, sweep: Sweep) -> None:
        if any("points" in case.get("target", {}) for case in sweep.cases.values()):
            length = len(sweep_yaml(sweep))
            if length > SIZE_LIMIT:
                what = (
                    f"the points of all files make {length // 1024} KiB, and a sweep has at most "
                    f"{SIZE_LIMIT // 1024}; take fewer points, or more sweeps"
                )
                self._problem(self.entries["cases"].key, "cases", what)

    def _size(self, sweep: Sweep) -> None:
        if sweep.cells * len(sweep.every_seed) > TRIALS_LIMIT:
            cells, seeds = sweep.cells, len(sweep.every_seed)
            what = f"{cells:,} points with {seeds:,} seeds each are more than {TRIALS_LIMIT:,} GANs"
            self._problem(self.entries.get("vary", self.tree).key, "", what)


def settings_of(overrides: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted names of the fields that overrides set; of a removed penalty, its own.

    Of a piece with no parameters given it is the piece's.
    """
    for name, value in overrides.items():
        is_bare = not value and is_choice(path_of(above)[:-1])
        if isinstance(value, Mapping) and not is_bare:
            yield from settings_of(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"
