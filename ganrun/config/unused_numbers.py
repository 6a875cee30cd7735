"""Numbers of a config's `optimizer` for which the optimizer that it names has no use.

They are no mistake by themselves: a sweep over optimizers leaves them in every stored config. But
who sets one expects it to act, so that the front door says where it does not.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from ganrun.config.pieces import OPTIMIZERS
from ganrun.config.schema import Experiment, Optimizer
from ganrun.config.sweep_schema import Sweep
from ganrun.wording import listed

_USED_BY_SOME = frozenset(chain(*(one.uses for one in OPTIMIZERS.values())))


def unused_numbers(experiment: Experiment) -> list[str]:
    """Return one line per number that is not at its default and acts on nothing."""
    return list(_unused("", _set_in(experiment), [experiment.optimizer.name]))


def unused_in_sweep(sweep: Sweep) -> list[str]:
    """Return one line per number that is set somewhere and that none of its trials uses."""
    fields = (factor.field.split(".") for factor in sweep.factors)
    varied = [name for section, *_, name in fields if section == "optimizer"]
    lines = [
        *_unused("base.", _set_in(sweep.base), sweep.optimizers),
        *_unused("vary.", varied, sweep.optimizers),
    ]
    for name, overrides in sweep.cases.items():
        numbers = overrides.get("optimizer") or {}
        if "name" in numbers:
            lines += _unused(f"cases.{name}.", numbers, [numbers["name"]])
        else:
            lines += _unused(f"cases.{name}.", numbers, sweep.optimizers)
    return lines


def _set_in(experiment: Experiment) -> list[str]:
    fields = Optimizer.model_fields
    return [n for n in fields if getattr(experiment.optimizer, n) != fields[n].default]


def _unused(where: str, numbers: Iterable[str], optimizers: Collection[str]) -> Iterator[str]:
    used = dict.fromkeys(chain(*(OPTIMIZERS[name].uses for name in optimizers)))
    who = f"{listed(optimizers)} {'does' if len(optimizers) == 1 else 'do'} not use"
    but = f", but {listed(used)}" if used else ""
    for number in numbers:
        shared = number.removeprefix("discriminator_")
        if shared in _USED_BY_SOME and shared not in used:
            yield f"{where}optimizer.{number}: {who} {number}{but}"
