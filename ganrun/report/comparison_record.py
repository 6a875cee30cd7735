"""What a report needs of a comparison: the groups, what sets them apart, and where it goes."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ganrun.compare import Comparison, Pair, compare, finding, sentences
from ganrun.config import ConfigError
from ganrun.config.identity import canonical_json, content_of, digest
from ganrun.config.metrics import AVERAGED
from ganrun.config.written_fields import differing_fields
from ganrun.report.comparison_groups import Gathered, gather
from ganrun.wording import plural

MOST_IN_NAME = 60
"""Characters of the groups' names in the name of a comparison's folder."""


@dataclass(frozen=True, eq=False)
class ComparisonRecord:
    """Groups of runs, compared; and where their runs are."""

    comparison: Comparison
    gathered: tuple[Gathered, ...]
    """In the order of the comparison's groups."""
    problems: tuple[str, ...] = ()
    """A line for each run that could not be read."""

    @property
    def names(self) -> list[str]:
        """The groups' names."""
        return [one.name for one in self.comparison.groups]

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """What is held against what."""
        return self.comparison.pairs

    @cached_property
    def differences(self) -> dict[str, tuple[str | None, ...]]:
        """The configs' fields that are not alike in all groups, and what each group has there."""
        return differing_fields([one.config for one in self.gathered])

    def perfect(self, metric: str) -> float | None:
        """What perfect samples score on average, where that is the same for all groups."""
        bare = metric.removeprefix(AVERAGED)
        found = {(one.reference.get(bare) or {}).get("mean") for one in self.gathered}
        return found.pop() if len(found) == 1 else None

    @property
    def folder_name(self) -> str:
        """The name of the folder that holds it: the same for the same groups, with any seeds."""
        first, *others = self.names
        against = others[0] if len(others) == 1 else plural(len(others), "other")
        words = re.sub(r"[^A-Za-z0-9_.-]+", "_", f"{first}-vs-{against}")[:MOST_IN_NAME]
        configs = sorted(canonical_json(content_of(one.config)) for one in self.gathered)
        return f"{words.strip('-_.')}-{digest(configs)}"

    def as_json(self) -> dict[str, Any]:
        """All that is known, JSON-ready."""
        return {
            "finding": finding(self.comparison),
            "sentences": [{"about": about, "words": words} for about, words in self.told],
            "groups": [_group_json(one) for one in self.gathered],
            "tests": self.comparison.tests,
            "pairs": [_pair_json(pair) for pair in self.pairs],
            "rows": [*self.comparison.rows()],
            "differences": {field: list(values) for field, values in self.differences.items()},
        }

    @cached_property
    def told(self) -> list[tuple[str, str]]:
        """The sentences, by what they are about."""
        return sentences(self.comparison)


def read_comparison(
    sources: Sequence[str | Path],
    *,
    all_pairs: bool = False,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> ComparisonRecord:
    """Read the runs that some sources name (see `comparison_groups`), and compare their groups.

    Raises `StoreError` or `ConfigError`, one clear line, where a source names nothing, or all runs
    are of one group.
    """
    gathered, problems = gather(sources, progress)
    if len(gathered) < 2:
        runs = sum(len(one.members) for one in gathered)
        which = "there is no run" if not runs else f"{plural(runs, 'run')} of one config"
        raise ConfigError([f"it takes two groups of runs to compare, and here is {which}"])
    comparison = compare([one.group for one in gathered], all_pairs=all_pairs)
    return ComparisonRecord(comparison, tuple(gathered), tuple(problems))


def _group_json(gathered: Gathered) -> Mapping[str, Any]:
    group = gathered.group
    return {
        "name": group.name,
        "seeds": list(group.seeds),
        "runs": {str(seed): str(path) for seed, path in sorted(gathered.folders.items())},
        "diverged": group.diverged,
        "without_result": dict(group.without_result),
        "verdicts": [
            {"verdict": word, "kind": kind, "runs": number}
            for (word, kind), number in sorted(group.verdicts.items())
        ],
    }


def _pair_json(pair: Pair) -> Mapping[str, Any]:
    return {
        "first": pair.first.name,
        "second": pair.second.name,
        "paired": pair.paired,
        "seeds": None if pair.seeds is None else list(pair.seeds),
        "runs": list(pair.runs),
        "seeds_needed": pair.needs,
        "can_tell": pair.can_tell,
    }
