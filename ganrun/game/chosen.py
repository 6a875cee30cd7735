"""A piece of a game as it is compiled in: its name and those of its numbers that are no data."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chosen:
    """What a field of a config chose; `numbers` are its static parameters, by name."""

    name: str
    numbers: tuple[tuple[str, float], ...] = ()

    def __getitem__(self, number: str) -> float:
        """One of the numbers. Raises `KeyError` where the piece has none of that name."""
        return dict(self.numbers)[number]

    def whole(self, number: str) -> int:
        """One of the numbers, where it counts something."""
        return int(self[number])


# What a game has of each kind where it has nothing special.
NORMAL = Chosen("normal")
ALONE = Chosen("none")
CONSTANT = Chosen("constant")
ALTERNATING = Chosen("alternating")
FRESH = Chosen("fresh")
