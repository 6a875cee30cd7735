"""A real arena in a process of its own, for tests of its page."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

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
    """`ganrun arena` on a small config; `address` is the page's, token and all."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "small.yaml"
        self.config.write_text(SMALL)
        self.runs = folder / "runs"
        self.start(0)

    def start(self, port: int) -> None:
        command = [sys.executable, "-W", "error", "-m", "ganrun", "arena", str(self.config)]
        command += ["--no-open", "--port", str(port), "--runs-dir", str(self.runs), "--quiet"]
        self.log = (self.folder / "log.txt").open("a")
        self.process = subprocess.Popen(
            command, cwd=self.folder, stdout=subprocess.PIPE, stderr=self.log, text=True,
            env=os.environ | {"PYTHONUNBUFFERED": "1"},
        )  # fmt: skip
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert "http://127.0.0.1:" in line, (self.folder / "log.txt").read_text()
        self.address = line[line.index("http://") :].split()[0]

    @property
    def port(self) -> int:
        return int(self.address.partition("/?")[0].rpartition(":")[2])

    def stop(self) -> int:
        """End it as Ctrl-C would; its exit code."""
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30)
        finally:
            self.process.kill()
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.log.close()
