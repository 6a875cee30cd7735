"""Commands run in this process, in an empty folder, for tests of what they print and leave."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main
from typer.testing import CliRunner

from ganrun.cli import app

COMMAND = typer.main.get_command(app)
"""Made once: making it takes as long as checking a config."""


def entered(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a folder the current one, in which whatever a command leaves behind can be seen."""
    monkeypatch.chdir(folder)
    monkeypatch.delenv("GANRUN_RUNS_DIR", raising=False)
    monkeypatch.setattr("typer.testing._get_command", lambda _: COMMAND)
    return folder


def cli(*arguments: str | Path, **environment: str) -> tuple[int, str, str]:
    """Run a command in this process: its exit code, standard output and standard error."""
    words = [str(one) for one in arguments]
    result = CliRunner().invoke(app, words, prog_name="ganrun", env=environment)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, result.stdout, result.stderr


def left_behind(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
