"""The content of `summary.json`, as strictly as it is read: every metric, and the verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from itertools import pairwise
from typing import Annotated, Any, cast

from pydantic import AfterValidator, ConfigDict, Field, create_model, model_validator

from ganrun.config.declarations import Metric
from ganrun.config.metrics import (
    AVERAGED,
    AVERAGED_SUMMARY,
    SUMMARY_METRICS,
    metric_called,
    own_keys,
)
from ganrun.measure.showable import BY_MODE
from ganrun.store.documents import Count, Document, Share, Words, check
from ganrun.store.formats import FormatError, read_json
from ganrun.verdict import Word

Summary = dict[str, Any]


def _possible(metric: Metric) -> Any:
    """The type of a metric, which is null where it is undefined or infinite."""

    def checked(number: float) -> float:
        if not metric.is_possible(number) or (metric.counts and number != int(number)):
            raise ValueError("is no number that it can be")
        return number

    return Annotated[float, AfterValidator(checked)] | None


class _Points(Document):
    """A metric of perfect samples; `by_mode` stands beside them for what counts modes."""

    mean: float | None = None
    p5: float | None = None
    p95: float | None = None
    by_mode: list[Share] | None = None


class _Told(Document):
    """What a list shows of it; its reference is most of the document."""

    model_config = ConfigDict(extra="ignore")

    verdict: Word
    verdict_confidence: Share | None = None
    verdict_probabilities: dict[Word, Share] | None = None
    verdict_evidence: Words
    verdict_rule: Count
    mixture_reached_bound: bool | None = None
    recovered_modes: list[Count] | None = None
    diverged_at: Count | None = None


def _check_modes(told: Mapping[str, Any]) -> None:
    """Raise `ValueError` unless what is told mode by mode is of as many modes as there are."""
    modes = told["modes_total"]
    named = told["recovered_modes"] or ()
    if any(b <= a for a, b in pairwise(named)):
        raise ValueError("recovered_modes are not in ascending order")
    if modes is None:
        return
    if not modes or (named and named[-1] >= modes):
        raise ValueError(f"recovered_modes are not those of {modes:g} modes")
    for name in _OF_MODES:
        if (told.get(name) or 0) > modes:
            raise ValueError(f"{name} is more than {modes:g} modes")


class _Base(_Told):
    model_config = ConfigDict(extra="allow")

    reference: dict[str, _Points] | None = None

    @model_validator(mode="after")
    def _fit_the_modes(self) -> _Base:
        _check_modes(vars(self))
        return self

    @model_validator(mode="after")
    def _reference_fits_the_modes(self) -> _Base:
        modes = getattr(self, "modes_total", None)
        for name, points in (self.reference or {}).items():
            if None not in (modes, points.by_mode) and len(points.by_mode or ()) != modes:
                raise ValueError(f"reference.{name}.{BY_MODE} is not of {modes:g} modes")
        return self


_MEASURED = (*SUMMARY_METRICS, *AVERAGED_SUMMARY)
_OF_MODES = tuple(name for name in _MEASURED if metric_called(name).of_modes)
_fields = {name: (_possible(metric_called(name)), Field(default=None)) for name in _MEASURED}
_SummaryJson = create_model("_SummaryJson", __base__=_Base, **cast(Any, _fields))


def read_summary(content: bytes) -> Summary:
    """What a `summary.json` holds, checked; `FormatError`, which names the field, if damaged.

    A metric that it lacks is one that an earlier version did not measure.
    """
    summary = read_json(content)
    check(_SummaryJson, summary)
    for name in own_keys():
        number = summary.get(name)
        if not (number is None or (type(number) in (int, float) and math.isfinite(number))):
            raise FormatError(f"{name}: is no number")
    return summary


def glanced_summary(content: bytes) -> Mapping[str, Any]:
    """The same without its reference, checked as strictly but for keys that stand twice, and soon.

    What it lacks is None. Raises `ValueError` if it is damaged.
    """
    told = vars(_glanced(AVERAGED.encode() in content).model_validate_json(content))
    _check_modes(told)
    return told


@cache
def _glanced(averages: bool) -> Any:
    """The model of it, which is made when it is first asked for: that takes its time."""
    names = _MEASURED if averages else SUMMARY_METRICS
    fields = {name: (_bounded(metric_called(name)), Field(default=None)) for name in names}
    return create_model("_Glanced", __base__=_Told, **cast(Any, fields))


def _bounded(metric: Metric) -> Any:
    """The type of a metric, as `_possible` has it, without a call of Python for each number."""
    least, most = metric.bounds
    whole = 1.0 if metric.counts else None
    return Annotated[float, Field(ge=least, le=most, multiple_of=whole)] | None
