"""A sweep's YAML file and `--set` options to one `Sweep`, or all that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from ganrun.config import suggest
from ganrun.config.dotted_fields import WRONG, fault_of, is_section, value_of
from ganrun.config.errors import ConfigError, Place, Problem
from ganrun.config.explain import explained, no_section, written
from ganrun.config.load import validated
from ganrun.config.schema import Experiment
from ganrun.config.sources import in_order, read_file
from ganrun.config.sweep_axes import factor_of
from ganrun.config.sweep_schema import TRIALS_LIMIT, Factor, Sweep, SweepHead
from ganrun.config.sweep_sources import SWEEP, read_options, sweep_on_top
from ganrun.config.targets import DEFAULT_LAYOUT, LAYOUTS
from ganrun.config.yaml_tree import Entry, Node, plain
from ganrun.wording import listed

ALSO: Mapping[str, tuple[str, ...]] = {
    "extends": suggest.ALSO["extends"][:2],
    "name": (),
    "base": ("experiment", "config", "defaults"),
    "design": ("method", "sampler", "scheme", "kind"),
    "seeds": suggest.ALSO["seeds"],
    "points": ("samples", "n", "count", "num_points", "n_points"),
    "vary": ("axes", "factors", "grid", "parameters", "space", "sweep"),
    "cases": ("case", "variants", "arms"),
}
CASE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


def load_sweep(path: Path, overrides: Sequence[str] = ()) -> Sweep:
    """Read a sweep, the experiment it is based on, and the overrides on top (`name=yaml value`).

    Whether each level goes with those of the other axes is the design's matter: see
    `ganrun.sweep.designs`. Raises ConfigError with every problem found, each one line that begins
    with the file, line and column or with the override it is about.
    """
    problems: list[Problem] = []
    tree = read_file(Path(path), SWEEP, problems)
    sweep = None
    if tree is not None:
        whole: Node | None = tree
        for options in read_options(overrides, problems):
            whole = sweep_on_top(whole, options, problems)
        assert whole is not None
        sweep = _Reader(Node(tree.place, whole.value), problems).sweep()
    else:
        read_options(overrides, problems)
    if problems or sweep is None:
        raise ConfigError([str(problem) for problem in in_order(problems)])
    return sweep


class _Reader:
    """Reads one merged tree part by part, and collects what is wrong."""

    def __init__(self, tree: Node, problems: list[Problem]) -> None:
        assert isinstance(tree.value, dict)
        self.tree, self.entries, self.problems = tree, tree.value, problems

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
            case_places={name: entry.place for name, entry in self._mapping("cases").items()},
        )
        self._size(sweep)
        return sweep

    def _problem(self, place: Place, field: str, message: str) -> None:
        self.problems.append(Problem(place, field, message))

    def _unknown_fields(self) -> None:
        for name, entry in self.entries.items():
            if name in ALSO:
                continue
            if name in Experiment.model_fields:
                hint = f"; did you mean 'base.{entry.place.names or name}'?"
            elif meant := suggest.near(name, ALSO, ALSO, cutoff=0.75):
                hint = f"; did you mean {meant!r}?"
            elif found := suggest.elsewhere(name, "", DEFAULT_LAYOUT, cutoff=0.999):
                meant = listed((repr(f"base.{one}") for one in found), last="or")
                hint = f"; did you mean {meant}?"
            elif name == "<<":
                hint = suggest.field(name, "", DEFAULT_LAYOUT)
            else:
                hint = f"; the fields of a sweep are {', '.join(ALSO)}"
            self._problem(entry.place, name, "unknown field" + hint)

    def _head(self) -> SweepHead | None:
        names = SweepHead.model_fields
        head = Node(self.tree.place, {n: e for n, e in self.entries.items() if n in names})
        try:
            read = SweepHead.model_validate(plain(head))
        except ValidationError as error:
            self.problems.extend(explained(error, head))
            return None
        points = self.entries.get("points")
        place = points.node.place if points else self.tree.place
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
        entry = self.entries.get("base")
        base = entry.node if entry else Node(self.tree.place, {})
        if not isinstance(base.value, dict):
            return None  # it could not be read, and has been told
        fields, seeds = dict(base.value), self.entries.get("seeds")
        if seeds is not None:
            fields["seeds"] = seeds
        found: list[Problem] = []
        experiment = validated(Node(base.place, fields), found)
        own = {self.tree.place.source} | {one.place.source for one in self.entries.values()}
        for problem in found:
            is_own = problem.place.source.startswith("--set") or problem.place.source in own
            is_seeds = seeds is not None and problem.field.startswith("seeds")
            prefix = "base." if is_own and problem.field and not is_seeds else ""
            self._problem(problem.place, prefix + problem.field, problem.message)
        return experiment

    def _mapping(self, name: str) -> dict[str, Entry]:
        """Return the entries of `vary` or `cases`; none if there are none."""
        entry = self.entries.get(name)
        if entry is None or entry.node.value is None:
            return {}
        return entry.node.value if isinstance(entry.node.value, dict) else {}

    def _is_given(self, name: str) -> bool:
        entry = self.entries.get(name)
        return entry is not None and entry.node.value not in (None, {})

    def _layouts(self, base: Experiment) -> list[str]:
        """Return the layouts that the target may have somewhere in the design, the base's first."""
        layouts: list[str] = [base.target.layout]
        for case in self._mapping("cases").values():
            match plain(case.node):
                case {"target": {"layout": str(layout)}}:
                    layouts.append(layout)
        if axis := self._mapping("vary").get("target.layout"):
            levels = plain(axis.node)
            layouts += [name for name in levels if isinstance(name, str)] if levels else []
        return list(dict.fromkeys(name for name in layouts if name in LAYOUTS))

    def _factors(self, is_factorial: bool, layouts: list[str]) -> tuple[Factor, ...]:
        entry = self.entries.get("vary")
        if entry and not isinstance(entry.node.value, dict | None):
            what = f"expected a mapping of dotted fields, not {written(entry.node)}"
            self._problem(entry.node.place, "vary", what)
        elif not self._mapping("vary") and not (is_factorial and self._is_given("cases")):
            what = "nothing varies; give it fields" + (", or give 'cases'" if is_factorial else "")
            self._problem(entry.place if entry else self.tree.place, "vary", what)
        factors = [
            factor_of(name, entry, is_factorial, layouts, self.problems)
            for name, entry in self._mapping("vary").items()
        ]
        return tuple(factor for factor in factors if factor is not None)

    def _cases(self, layouts: list[str]) -> dict[str, dict[str, Any]]:
        entry = self.entries.get("cases")
        if entry and not isinstance(entry.node.value, dict | None):
            what = f"expected a mapping of names to overrides, not {written(entry.node)}"
            self._problem(entry.node.place, "cases", what)
        cases = {}
        for name, case in self._mapping("cases").items():
            label = f"cases.{name}"
            if not CASE.fullmatch(name):
                what = "a case's name has up to 64 letters, digits, '_' and '-'"
                self._problem(case.place, label, what)
            cases[name] = self._overrides((), case.node, label, layouts)
        return cases

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
                self._problem(entry.place, inner, fault)
            elif not is_section(path, layouts):
                value = value_of(path, entry.node, inner, layouts, self.problems)
                if value is not WRONG:
                    values[name] = value
            elif entry.node.value is None and name != "target" and path[0] == "penalties":
                values[name] = None
            else:
                values[name] = self._overrides(path, entry.node, inner, layouts)
        return values

    def _set_twice(self, factors: Sequence[Factor], cases: Mapping[str, Mapping[str, Any]]) -> None:
        """Complain about fields that both an axis and a case set."""
        for name, overrides in cases.items():
            for field in settings_of(overrides):
                for factor in factors:
                    one, other = f"{field}.", f"{factor.field}."
                    if one.startswith(other) or other.startswith(one):
                        self._problem(
                            self._mapping("cases")[name].place,
                            f"cases.{name}",
                            f"sets {field!r}, which varies too; leave it to one of them",
                        )

    def _size(self, sweep: Sweep) -> None:
        if sweep.trials > TRIALS_LIMIT:
            cells, seeds = sweep.cells, len(sweep.seeds)
            what = f"{cells:,} points with {seeds:,} seeds each are more than {TRIALS_LIMIT:,} GANs"
            place = self.entries["vary"].place if "vary" in self.entries else self.tree.place
            self._problem(place, "", what)


def settings_of(overrides: Mapping[str, Any], above: str = "") -> Iterator[str]:
    """Yield the dotted names of the fields that overrides set; of a removed penalty, its own."""
    for name, value in overrides.items():
        if isinstance(value, Mapping):
            yield from settings_of(value, f"{above}{name}.")
        else:
            yield f"{above}{name}"
