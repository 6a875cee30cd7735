"""A game played once more, from its seed and its events, and recorded as a run is recorded."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.arena.game import Game, Past
from ganrun.config import Experiment
from ganrun.config.changes import with_changes
from ganrun.measure.reference import reference_metrics
from ganrun.mixture import mixture_of
from ganrun.playing.recorder import row_of, summary_of
from ganrun.playing.schedule import evaluation_rounds, snapshot_rounds
from ganrun.store import Interactive, Snapshot
from ganrun.store.events import configs_along
from ganrun.store.metrics_table import MetricsTable


def at_length(past: Past) -> Experiment:
    """The config at the start, for as many rounds as were played. Raises `ConfigError`."""
    return with_changes(past.start, {"training.steps": past.rounds})


def replayed(
    past: Past, device: Any, lanes: int, on_progress: Callable[[int], None] = lambda _: None
) -> tuple[Interactive, Game]:
    """Play a game again; returns its record, and the game as it stands at the end.

    What is due at a round is recorded before what happened there, but at the last round after it.
    `on_progress` is told how far it has come. Raises `ConfigError` where an event does not fit.
    """
    return _Replay(past, Game(at_length(past), device, lanes)).record(on_progress)


class _Replay:
    def __init__(self, past: Past, game: Game) -> None:
        sizes = game.start
        self._past = past
        self._game = game
        self._evaluated = evaluation_rounds(past.rounds, sizes.evaluation.every)
        self._snapped = snapshot_rounds(past.rounds, sizes.snapshots.count)
        self._extent = _extent_of_all(configs_along(past.start, past.events))
        self._rows: list[dict[str, Any]] = []
        self._snapshots: list[Snapshot] = []
        self._aimed_at = 0
        """The round since which the target is what it is at the end."""

    def record(self, on_progress: Callable[[int], None]) -> tuple[Interactive, Game]:
        game, last = self._game, self._past.rounds
        by_round = groupby(self._past.events, attrgetter("round"))
        events = {round_: list(there) for round_, there in by_round}
        for round_ in sorted({*self._evaluated, *self._snapped, *events}):
            game.advance(round_)
            if round_ != last:
                self._keep()
            for event in events.get(round_, ()):
                target = game.target
                game.apply(event)
                if game.target != target:
                    self._aimed_at = round_
            on_progress(round_)
        self._keep()
        return self._interactive(), game

    def _keep(self) -> None:
        game = self._game
        if game.diverged_at is not None:
            return
        if game.round in self._evaluated:
            measured = game.measure()
            self._rows.append(row_of(game.round, game.trace, measured.metrics))
        if game.round in self._snapped:
            self._snapshots.append(game.snapshot(self._extent))

    def _interactive(self) -> Interactive:
        game = self._game
        measured = game.measure()
        reference = reference_metrics(game.mixture, len(measured.samples))
        summary = summary_of(
            self._columns(),
            measured,
            game.mixture,
            reference,
            game.diverged_at,
            own=game.start.evaluation.metrics,
        )
        return Interactive(
            experiment=game.start,
            events=self._past.events,
            rows=self._rows,
            snapshots=self._snapshots,
            extent=self._extent,
            summary=summary,
        )

    def _columns(self) -> dict[str, ndarray]:
        """The evaluations of the target that it has at the end; rounds count from its beginning."""
        modes = self._game.mixture.modes
        own = [
            row
            for row in self._rows
            if row["step"] > self._aimed_at or (self._aimed_at == 0 and row["step"] == 0)
        ]
        rows = own or self._rows[-1:]
        columns = MetricsTable.of(modes, rows).arrays()
        columns["step"] = columns["step"] - self._aimed_at
        return columns


def _extent_of_all(configs: Sequence[Experiment]) -> tuple[float, ...]:
    """A window that holds those of all targets that the game has had."""
    targets = {config.target: None for config in configs}
    windows: Float[ndarray, "T 4"] = np.array([mixture_of(target).extent for target in targets])
    x, y = windows[:, :2], windows[:, 2:]
    return (float(x.min()), float(x.max()), float(y.min()), float(y.max()))
