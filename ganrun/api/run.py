"""A run as a program sees it: what it was asked for, what became of it, and what it can do."""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jaxtyping import Float
from numpy import ndarray

from ganrun.config import Experiment
from ganrun.diagnose.diagnosis import Diagnosis, read_diagnosis
from ganrun.errors import ArgumentError
from ganrun.mixture import Mixture
from ganrun.report import run_story
from ganrun.report.best_verdict import BestVerdict, best_verdict
from ganrun.report.run_record import RunRecord, read_record
from ganrun.store import RunFolder, Snapshots, Status, StoreError
from ganrun.verdict import Word

if TYPE_CHECKING:
    from matplotlib.figure import Figure
    from pandas import DataFrame


class Run:
    """A run, in its folder, which none of this changes.

    Whatever is asked for is read then, and checked against what `run.json` says was written; each
    raises `StoreError`, one line, where a file is missing or damaged. A run that is still being
    trained may have more to tell when it is asked again.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        """Open the run of a folder; see `open_run`."""
        self._opened = RunFolder(Path(path))

    @property
    def _folder(self) -> RunFolder:
        """The folder as it is now: one whose run has ended stays as it is."""
        if not self._opened.ended:
            self._opened = RunFolder(self.path)
        return self._opened

    @property
    def path(self) -> Path:
        """Its folder."""
        return self._opened.path

    @property
    def id(self) -> str:
        """16 hexadecimal digits made from its config, all but the name."""
        return self._folder.id

    @property
    def name(self) -> str:
        """The name of its config."""
        return self.config.name

    @property
    def seed(self) -> int:
        """Its one seed."""
        return self.config.seeds[0]

    @property
    def status(self) -> Status:
        """`running`, `interrupted`, `failed`, `complete`, `diverged`, or `interactive`."""
        return self._folder.status

    @property
    def config(self) -> Experiment:
        """Its config in full, with its one seed: `run.config.training.steps`."""
        return self._folder.config

    @property
    def mixture(self) -> Mixture:
        """The truth that it was to learn: `K` modes with their means, covariances and weights."""
        return self.record.mixture

    @property
    def verdict(self) -> Word | None:
        """The word of the best verdict that there is; None before the run's end."""
        best = self.best_verdict
        return None if best is None else best.word

    @property
    def best_verdict(self) -> BestVerdict | None:
        """The best verdict that there is: its word, its kind, how sure it is, and the evidence."""
        return best_verdict(self._folder)

    @property
    def diagnosis(self) -> Diagnosis | None:
        """What `ganrun.diagnose` has found; None if it was not asked yet."""
        return read_diagnosis(self.path, self.id)

    @property
    def summary(self) -> Mapping[str, Any] | None:
        """Every metric at the end, and `reference`: what perfect samples score; None before it."""
        summary = self._folder.summary
        return None if summary is None else dict(summary)

    @property
    def metrics(self) -> DataFrame:
        """A row per evaluation, as in `metrics.csv`: `step`, losses, metrics; NaN where empty."""
        from pandas import DataFrame

        return DataFrame(self._folder.metrics())

    @property
    def rounds(self) -> list[int]:
        """The rounds of which there are samples and a field, ascending."""
        snapshots = self._folder.snapshots()
        return [] if snapshots is None else snapshots.steps.tolist()

    @property
    def extent(self) -> tuple[float, float, float, float]:
        """The window of the field as `imshow` takes it: `(x_min, x_max, y_min, y_max)`."""
        return self._snapshots.window

    def samples(self, round: int | None = None) -> Float[ndarray, "N 2"]:
        """Samples of the generator as it was after a round; by default the last one there is.

        Raises `ArgumentError`, which names the nearest rounds, for one that is not in `rounds`.
        """
        return self._snapshots.samples[self._place_of(round)].copy()

    def field(self, round: int | None = None) -> Float[ndarray, "G G"]:
        """The discriminator's logit on a grid over `extent`, rows along y from the lowest.

        Of a round as in `samples`. It is shown by `imshow(field, extent=..., origin="lower")`.
        """
        return self._snapshots.field[self._place_of(round)].copy()

    def generate(
        self, count: int, seed: int = 0, *, average: bool = False
    ) -> Float[ndarray, "N 2"]:
        """Fresh samples of the generator as the last checkpoint has it, in float32.

        Args:
            count: how many. The first so many are the same however many are asked for.
            seed: of the latent points, which all runs share; 0 to 4,294,967,295.
            average: of the moving average of the generator instead, where one was kept.

        Raises:
            ArgumentError: for numbers out of range, or an average that there is not.
            StoreError: the run has no checkpoint, or a damaged one.
        """
        from ganrun.api.generation import fresh_samples

        return fresh_samples(self._folder, count, seed, average=average)

    def figure(self, name: str = "modes", *, style: str = "page") -> Figure:
        """A figure as `ganrun report` draws it: `modes`, `progression`, `curves` or `diagnosis`.

        It belongs to the caller: it is neither saved nor one of pyplot's. In the style `paper` it
        leaves its story to the caption. Raises `ArgumentError` for one that the run has not.
        """
        from ganrun.api.drawing import run_figure

        return run_figure(self.record, name, style)

    @property
    def record(self) -> RunRecord:
        """The run as reports read it, all at once."""
        return self._finished_record if self._folder.ended else read_record(self.path)

    @cached_property
    def _finished_record(self) -> RunRecord:
        return read_record(self.path)

    @property
    def _snapshots(self) -> Snapshots:
        snapshots = self._folder.snapshots()
        if snapshots is None or not len(snapshots.steps):
            raise ArgumentError(f"{self.path}: has no snapshot yet")
        return snapshots

    def _place_of(self, round: int | None) -> int:
        """Where a round stands among the snapshots."""
        rounds = self.rounds
        if round is None or round in rounds:
            return -1 if round is None else rounds.index(round)
        near = sorted(sorted(rounds, key=lambda one: abs(one - round))[:2])
        named = " and ".join(f"{one:,}" for one in near)
        raise ArgumentError(
            f"{self.path}: has no snapshot of round {round:,}; the nearest are of {named} "
            "(rounds has them all)"
        )

    def __repr__(self) -> str:
        try:
            record = self.record
            best = f"{record.best.short}, " if record.best and not record.diverged else ""
            return f"<Run {self.path.name}: {best}{run_story.outcome(record)}>"
        except StoreError as error:
            return f"<Run {error}>"

    def _repr_html_(self) -> str:
        from ganrun.api.in_notebook import run_shown

        return run_shown(self.record)
