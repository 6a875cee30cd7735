"""What is wrong with a config, in words: one line per problem, with the right name where one is near."""

from __future__ import annotations

from collections.abc import Sequence


class ConfigError(Exception):
    """A config that cannot be used. `problems` holds one complete line of text per problem."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))

    def __reduce__(self) -> tuple[type[ConfigError], tuple[tuple[str, ...]]]:
        return ConfigError, (self.problems,)
