"""A sweep's design: which points there are, and the experiment at each, made when it is asked for.

A *cell* is one point of the design, in one case; a *trial* is a cell with one seed. Cases vary
slowest, then the fields in their order, and seeds fastest. A design of a hundred thousand trials is
some numbers and a base: cells are built one at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ganrun.config import ConfigError, Experiment, Factor, Sweep, static_key, sweep_yaml
from ganrun.config.contradictions import may_contradict
from ganrun.config.dotted_fields import may_change_the_program, path_of
from ganrun.config.identity import digest
from ganrun.config.outside import check_given
from ganrun.config.sweep_axes import between
from ganrun.extras import how_to_install
from ganrun.measure.showable import warnings_of
from ganrun.sweep.contradictions import Contradictions
from ganrun.sweep.variants import Variants

MOST_WARNINGS = 3


@dataclass(frozen=True)
class Cell:
    """One point of a design: a value per varied field, a case if there are any, all seeds."""

    index: int
    values: tuple[Any, ...]
    case: str | None
    experiment: Experiment


@dataclass(frozen=True)
class Trial:
    """One GAN of a sweep: a cell at one seed."""

    index: int
    cell: int
    values: tuple[Any, ...]
    case: str | None
    seed: int
    experiment: Experiment


class Design:
    """The points of a sweep, in their order, and the experiments at them.

    `seeds` are the sweep's, or so many of those that may be added for precision.

    Raises ConfigError if a Sobol design lacks SALib, or if what varies places the modes of a layout
    from outside whose source was not given.
    """

    def __init__(self, sweep: Sweep, seeds: int | None = None) -> None:
        self.sweep = sweep
        self.columns = tuple(factor.field for factor in sweep.factors)
        self.cells = sweep.cells
        self.seeds = sweep.every_seed[: seeds or len(sweep.seeds)]
        self._cases: list[str | None] = [*sweep.cases] or [None]
        self._per_case = sweep.points_per_case
        self._levels_from_last = [factor.levels or () for factor in reversed(sweep.factors)]
        self._unit = None if sweep.design == "factorial" else _unit_points(sweep)
        touched = [path_of(name)[0] for name in self.columns]
        touched += [section for case in sweep.cases.values() for section in case]
        if "target" in touched:  # its modes are placed anew at every point
            check_given(sweep_yaml(sweep), only="layout")
        self._variants = {
            name: Variants(sweep.base, sweep.cases[name] if name else {}, self.columns)
            for name in self._cases
        }
        self._static = [
            i for i, name in enumerate(self.columns) if may_change_the_program(path_of(name))
        ]
        self._programs: dict[tuple[Any, ...], str] = {}
        self._newest: Cell | None = None

    @property
    def trials(self) -> int:
        """The number of GANs: cells times seeds."""
        return self.cells * len(self.seeds)

    def add_seeds(self, number: int) -> None:
        """Give every cell so many more seeds; trials are numbered anew."""
        self.seeds = self.sweep.every_seed[: len(self.seeds) + number]
        self._newest = None

    def values(self, index: int) -> tuple[Any, ...]:
        """Return the values of the varied fields at a cell."""
        point = index % self._per_case
        if self._unit is not None:
            return tuple(map(value_at, self.sweep.factors, self._unit[point].tolist()))
        values = []
        for levels in self._levels_from_last:  # the last field varies fastest
            point, level = divmod(point, len(levels))
            values.append(levels[level])
        return tuple(reversed(values))

    def case(self, index: int) -> str | None:
        """Return the case of a cell; None if the sweep has none."""
        return self._cases[index // self._per_case]

    def cell(self, index: int) -> Cell:
        """Return a cell, its experiment with all the sweep's seeds.

        Raises IndexError beyond the last, and pydantic's ValidationError where levels contradict
        each other: see `validate`.
        """
        if not 0 <= index < self.cells:
            raise IndexError(f"cell {index} of {self.cells}")
        newest = self._newest
        if newest is None or newest.index != index:
            values, case = self.values(index), self.case(index)
            one = self._variants[case].experiment(values)
            newest = Cell(index, values, case, one.model_copy(update={"seeds": self.seeds}))
            self._newest = newest  # its other seeds are likely to be asked for next
        return newest

    def trial(self, index: int) -> Trial:
        """Return a trial, its experiment with that one seed."""
        if not 0 <= index < self.trials:
            raise IndexError(f"trial {index} of {self.trials}")
        place, which = divmod(index, len(self.seeds))
        cell, seed = self.cell(place), self.seeds[which]
        one = cell.experiment.with_seed(seed)
        return Trial(index, place, cell.values, cell.case, seed, one)

    def static_key(self, index: int) -> str:
        """Return the `static_key` of a cell's experiment: trials with equal ones may be a cohort.

        Asked for every cell, it costs little more than the different keys: fields that are no part
        of the program are not looked at.
        """
        case = self.case(index)
        values = self.values(index) if self._static else ()
        known = (case, *(values[i] for i in self._static))
        if known not in self._programs:
            values = values or self.values(index)
            self._programs[known] = static_key(self._variants[case].experiment(values))
        return self._programs[known]

    def validate(self) -> None:
        """Raise ConfigError if levels of different axes contradict each other, naming them.

        Also if two cases are the same, so that all their GANs would be trained twice, and if the
        source of a piece was not given.
        """
        check_given(sweep_yaml(self.sweep))
        found = Contradictions(self.sweep)
        found.compare_cases({name: variants.content for name, variants in self._variants.items()})
        for case, values in self._differing_in(may_contradict):
            try:
                one = self._variants[case].experiment(values)
                found.place_modes(one, case, values)
            except ValidationError:
                found.add(case, values)
            if found.are_many:
                break
        found.raise_if_any()

    def warnings(self) -> list[str]:
        """A line on each thing that its experiments cannot show, or on the first of them."""
        found: dict[str, None] = {}
        for case, values in self._differing_in(_may_hide_modes):
            found |= dict.fromkeys(warnings_of(self._variants[case].experiment(values)))
        lines = list(found)
        more = len(lines) - MOST_WARNINGS
        return lines if more <= 0 else [*lines[:MOST_WARNINGS], f"and {more:,} more of the kind"]

    def _differing_in(
        self, matters: Callable[[tuple[str, ...]], bool]
    ) -> Iterator[tuple[str | None, tuple[Any, ...]]]:
        """A case and values for every combination of those fields whose path matters."""
        together = [i for i, name in enumerate(self.columns) if matters(path_of(name))]
        seen = set()
        for index in range(0, self.cells, 1 if together else self._per_case):
            values, case = self.values(index), self.case(index)
            known = (case, *(values[i] for i in together))
            if known not in seen:
                seen.add(known)
                yield case, values


def _may_hide_modes(path: tuple[str, ...]) -> bool:
    return path[0] == "target" or path == ("evaluation", "samples")


def value_at(factor: Factor, share: float) -> Any:
    """Return the value of a random or Sobol design's field at a share in [0, 1) of its range.

    Every level, and every whole number of a linear range, gets an equal part of [0, 1).
    """
    if factor.levels is not None:
        return factor.levels[min(int(share * len(factor.levels)), len(factor.levels) - 1)]
    assert factor.ends is not None
    assert factor.low is not None
    assert factor.high is not None
    value = between(*factor.ends, factor.log, share)
    return min(max(round(value), int(factor.low)), int(factor.high)) if factor.whole else value


def _unit_points(sweep: Sweep) -> Any:
    """Return the points of a random or Sobol design in the unit cube: floats, points x fields.

    They follow from the varied fields and the number of points alone, so that more seeds, more
    cases or more rounds keep them, and so does a doubled Sobol design its first half.
    """
    import numpy as np

    content = [[factor.field, factor.written()] for factor in sweep.factors]
    random = np.random.default_rng(int(digest(content), 16))
    size = len(sweep.factors)
    if sweep.design == "random":
        from scipy.stats import qmc

        return qmc.LatinHypercube(size, seed=random).random(sweep.points)
    try:
        from SALib.sample import sobol
    except ImportError as error:
        raise ConfigError(
            [f"a sobol design needs SALib; install it with: {how_to_install('sobol')}"]
        ) from error
    problem = {
        "num_vars": size,
        "names": [factor.field for factor in sweep.factors],
        "bounds": [[0.0, 1.0]] * size,
    }
    return sobol.sample(problem, sweep.points, calc_second_order=False, seed=random)
