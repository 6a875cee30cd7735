"""How losses and covered modes went so far, of every member that is trained."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float
from numpy import ndarray

from ganrun.playing.progress import MemberProgress

PLACES = 240
"""Parts of a training of each of which the latest number is kept."""
FOLLOWED = ("modes_covered", "loss_d", "loss_g")


class Course:
    """Numbers over a whole training or a branch; what is not known is NaN."""

    def __init__(self) -> None:
        self._values = np.full((len(FOLLOWED), PLACES), np.nan)
        self._latest: MemberProgress | None = None

    def add(self, member: MemberProgress) -> None:
        """Take note of its newest state."""
        if member is self._latest or not member.round:
            return
        self._latest = member
        share = member.round / max(member.steps, 1)
        self.note(share, {name: getattr(member, name) for name in FOLLOWED})

    def note(self, share: float, values: Mapping[str, float | None]) -> None:
        """Take note of what is known when such a share of it is done, from 0 to 1."""
        place = min(int(PLACES * share), PLACES - 1)
        for name, value in values.items():
            if value is not None:
                self._values[FOLLOWED.index(name), place] = value

    def of(self, name: str, width: int) -> Float[ndarray, " W"]:
        """A number over the training in so many columns; between two evaluations the one before.

        Columns before the first and after the latest are NaN.
        """
        values = self._values[FOLLOWED.index(name)]
        known = np.flatnonzero(np.isfinite(values))
        if not len(known):
            return np.full(width, np.nan)
        # Each column ends with the last place that it holds.
        ends = PLACES * np.arange(1, width + 1) // width - 1
        before = np.searchsorted(known, ends, side="right") - 1
        column = np.where(before >= 0, values[known[np.maximum(before, 0)]], np.nan)
        column[ends > known[-1] + PLACES // width] = np.nan
        return column


class Courses:
    """The courses of all members, by their runs."""

    def __init__(self) -> None:
        self._courses: dict[str, Course] = {}

    def add(self, members: Sequence[MemberProgress]) -> None:
        """Take note of the newest states."""
        for member in members:
            self.of(member).add(member)

    def of(self, member: MemberProgress) -> Course:
        """A member's course."""
        return self._courses.setdefault(member.run, Course())
