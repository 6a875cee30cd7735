"""Layouts from outside: the model of one, made of its parameters, and where its function puts them.

The places are part of the target that a config stands for, so that whoever reads a run knows them
without the function.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import SerializationInfo, WrapSerializer, WrapValidator, create_model

from ganrun.config.declarations import Piece
from ganrun.config.errors import PieceError
from ganrun.config.fields import Section, contradiction, traced
from ganrun.config.outside import given, not_given
from ganrun.config.outside_sources import in_full
from ganrun.config.parameters import field_of
from ganrun.config.targets import (
    HOW,
    LAYOUTS,
    PLANE,
    AnyTarget,
    CountedTarget,
    Layout,
    Pair,
    Std,
    Target,
    Weights,
    layout_of,
)

FARTHEST = 1000.0
"""How far from 0 a mode may be along either axis, in plane units."""


class OutsideTarget(CountedTarget):
    """What every layout from outside has: modes, and the places that its function gave them."""

    means: tuple[Pair, ...] | None = traced(None, "Where the layout's function places the modes.")

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (self.layout, dict(self))


def _again(layout: str, fields: dict[str, Any]) -> Target:
    return LAYOUTS[layout].model.model_construct(**fields)


def _layout_of(piece: Piece) -> Layout:
    """A layout as the house's table holds it."""
    fields: dict[str, Any] = {one.name: field_of(one) for one in piece.parameters}
    fields["std"] = (
        Std,
        traced(0.05, "Standard deviation of every mode, along every axis.", PLANE),
    )
    fields["weights"] = (Weights, traced(None, "One positive number per mode. Null: all equal."))
    fields["layout"] = (Literal[piece.name], traced(piece.name, HOW))
    model = create_model(
        f"Layout_{piece.name.replace('@', '_')}",
        __base__=OutsideTarget,
        __doc__=piece.description,
        **fields,
    )
    return Layout(
        name=piece.name,
        description=piece.description,
        also=piece.also,
        title=piece.title,
        model=model,
    )


LAYOUTS.open_to("layout", _layout_of)


def _target(value: Any, handler: Callable[[Any], Target]) -> Target:
    """Return a target of whichever layout, its modes placed where it is one from outside."""
    if isinstance(value, OutsideTarget):
        return value
    name = in_full(LAYOUTS, layout_of(value))
    if name not in LAYOUTS or name in LAYOUTS.house:
        return handler(value)
    target = getattr(_holder(name).model_validate({name: {**value, "layout": name}}), name)
    try:
        return target.model_copy(update={"means": _places(name, target)})
    except PieceError as error:
        raise contradiction(str(error), ("layout",)) from None


@cache
def _holder(name: str) -> type[Section]:
    """A model around a layout's, so that its complaints stand under its name as others' do."""
    fields: dict[str, Any] = {name: (LAYOUTS[name].model, ...)}
    return create_model("Target", __base__=Section, **fields)


def _places(name: str, target: Any) -> tuple[Pair, ...]:
    """Where the modes are; those that were stored, if the function is not there."""
    try:
        layout = given("layout", name)
    except KeyError:
        if target.means is None:
            raise PieceError(not_given("layout", name)) from None
        return target.means
    declared = layout.own.declaration
    assert isinstance(declared, Piece)
    parameters = {one.name: getattr(target, one.name) for one in declared.parameters}
    found = layout(modes=target.modes, **parameters)
    try:
        means = tuple((_rounded(x), _rounded(y)) for x, y in found)
    except (TypeError, ValueError):
        raise layout.wrong("must answer the modes' places, [modes, 2] numbers") from None
    if len(means) != target.modes:
        raise layout.wrong(f"placed {len(means)} modes of {target.modes}")
    if not all(math.isfinite(x) and abs(x) <= FARTHEST for place in means for x in place):
        raise layout.wrong(f"placed a mode farther out than {FARTHEST:g}")
    return means


def _rounded(number: Any) -> float:
    """So far that the last digits, in which machines differ, make no other run of it."""
    return round(float(number), 9) + 0.0


def _written(target: Target, handler: Callable[[Any], Any], info: SerializationInfo) -> Any:
    if isinstance(target, OutsideTarget):
        return target.model_dump(mode=info.mode)
    return handler(target)


if TYPE_CHECKING:
    OpenTarget = Target
else:
    OpenTarget = Annotated[AnyTarget, WrapValidator(_target), WrapSerializer(_written)]
