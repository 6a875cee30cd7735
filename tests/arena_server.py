"""An arena on a small config, for tests of its page; what the command adds has tests of its own."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from arena_examples import running
from ready_processes import Copies

from ganrun.arena import measuring_turns, saving
from ganrun.config import load_experiment

SMALL = """\
name: small
seeds: 1
target: {layout: ring, modes: 5, radius: 2.0, std: 0.05}
generator: {hidden: [8]}
discriminator: {hidden: [8]}
training: {steps: 200, batch_size: 16}
evaluation: {every: 100, samples: 300}
snapshots: {count: 4, samples: 64, grid: 8}
"""


class Arena:
    """Served from a thread of this process; `address` is the page's, token and all."""

    def __init__(self, folder: Path) -> None:
        self.config = folder / "small.yaml"
        self.config.write_text(SMALL)
        self._runs = folder / "runs"
        self.start(0)

    def start(self, port: int) -> None:
        self._served = running(load_experiment(self.config), self._runs, port=port)
        self.address = self._served.__enter__().address

    @property
    def port(self) -> int:
        return int(self.address.partition("/?")[0].rpartition(":")[2])

    def stop(self) -> None:
        self._served.__exit__(None, None, None)


@contextmanager
def helped_by_copies() -> Iterator[None]:
    """Have what an arena lets other processes do done by such as are ready: `ready_processes`."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (measuring_turns, saving):
            patch.setattr(module, "Children", Copies)
        yield
