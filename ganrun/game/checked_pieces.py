"""The properties of pieces from outside, asked one by one: what `ganrun check --pieces` says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from pydantic import ValidationError

from ganrun.config import Experiment
from ganrun.config.declarations import OPEN
from ganrun.config.errors import PieceError
from ganrun.config.outside import Given, in_words, line_of
from ganrun.config.schema import choices
from ganrun.game.properties import Broken, Entry, properties_of, small
from ganrun.measure.own_metrics import own_metrics
from ganrun.mixture import Mixture, mixture_of

FIELDS = {"objective": "objective", "penalty": "penalties", "optimizer": "optimizer.name"}
"""By kind, the field that names a piece, where it holds no choice with parameters."""


@dataclass(frozen=True)
class Looked:
    """What came of looking whether a property holds of a piece; `fault` is empty where it does."""

    piece: Given
    words: str
    fault: str = ""


def looked_at(pieces: Iterable[Given]) -> Iterator[Looked]:
    """Ask every property of every piece; each is told when it is known."""
    for piece in pieces:
        for words, ask in _properties(piece):
            yield Looked(piece, words, _fault(piece, ask))


def _properties(piece: Given) -> Iterator[tuple[str, Callable[[], None]]]:
    if piece.own.kind == "layout":
        return _of_layout(piece)
    if piece.own.kind == "metric":
        return _of_metric(piece)
    return properties_of(_entry(piece))


def _fault(piece: Given, ask: Callable[[], None]) -> str:
    try:
        ask()
    except Broken as broken:
        return f"{piece.label}: {broken}"
    except PieceError as error:
        return str(error)
    except ValidationError as error:  # of a layout, which a config places where it is read
        return str(error.errors()[0]["msg"])
    except Exception as error:  # of the house, but for what the piece answered
        line = line_of(error, piece.source.name) or piece.own.line
        return f"{piece.at(line)}: {in_words(error)}"
    return ""


def _entry(piece: Given) -> Entry:
    table, name = OPEN[piece.own.kind], piece.full_name
    held = (".".join(path) for path, choice in choices().items() if choice.pieces is table)
    field = FIELDS.get(piece.own.kind) or next(held)
    return Entry(field, name, getattr(piece.own.declaration, "parameters", ()))


# Layouts


def _of_layout(piece: Given) -> Iterator[tuple[str, Callable[[], None]]]:
    def target(modes: int) -> Experiment:
        chosen = {"layout": piece.full_name, "modes": modes}
        return Experiment.model_validate({"target": chosen})

    def places() -> None:
        for modes in (1, 2, 3, 5, 8, 16):
            mixture_of(target(modes).target)

    def repeats() -> None:
        if target(8) != target(8):
            raise Broken("places the same modes elsewhere the second time")

    def apart() -> None:
        mixture = mixture_of(target(8).target)
        between = mixture.apart + np.diag(np.full(mixture.modes, np.inf))
        if between.min() < 1e-9:
            raise Broken("of eight modes two are in one place")

    yield "modes are placed, however many", places
    yield "and again in the same places", repeats
    yield "and apart", apart


# Metrics


def _of_metric(piece: Given) -> Iterator[tuple[str, Callable[[], None]]]:
    mixture = mixture_of(small({"target": {"layout": "ring", "modes": 5}}).target)
    perfect, _ = mixture.sample(500, np.random.default_rng(0))

    def measured(samples: np.ndarray) -> float | None:
        return next(iter(own_metrics([piece.full_name], samples, mixture).values()))

    def is_a_number() -> None:
        if measured(perfect) is None:
            raise Broken("is undefined for perfect samples")

    def repeats() -> None:
        if measured(perfect) != measured(perfect):
            raise Broken("is another number the second time")

    yield "it is a number of perfect samples", is_a_number
    yield "and the same again", repeats
    yield "samples stay as they are", lambda: _leaves_samples(piece, mixture, perfect)
    for words, samples in (
        ("one point", np.zeros((100, 2))),
        ("points far out", np.full((100, 2), 1e9)),
        ("points that are no numbers", np.full((100, 2), np.nan)),
    ):
        yield f"it bears {words}", lambda samples=samples: _bears(measured, samples)  # type: ignore[misc]


def _bears(measured: Callable[[np.ndarray], float | None], samples: np.ndarray) -> None:
    measured(samples)


def _leaves_samples(piece: Given, mixture: Mixture, samples: np.ndarray) -> None:
    before = samples.copy()
    piece(samples, mixture)
    if not np.array_equal(before, samples):
        raise Broken("changes the samples that it is given")
