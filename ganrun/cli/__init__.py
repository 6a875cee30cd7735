"""The front door: parses the command line, calls one function, prints. No logic, no heavy imports.

Each command is the module of its name: a function that `app` of `ganrun.cli.commands` is told of,
with the options that it shares taken from `ganrun.cli.options` and its ends from `ganrun.cli.ends`.
A new one is a new module here and one line below, where its place in `ganrun --help` is. What it
needs besides Typer it imports inside its function, for every command pays for what stands at the
heads of these files.
"""
# ruff: noqa: F401, I001

from __future__ import annotations

import os

from ganrun import streams
from ganrun.cli import completion
from ganrun.cli.commands import app
from ganrun.cli.ends import say

# In the order of `ganrun --help`.
import ganrun.cli.train
import ganrun.cli.sweep
import ganrun.cli.diagnose
import ganrun.cli.compare
import ganrun.cli.arena
import ganrun.cli.init
import ganrun.cli.check
import ganrun.cli.schema
import ganrun.cli.cache
import ganrun.cli.report
import ganrun.cli.list
import ganrun.cli.remove
import ganrun.cli.export


def main() -> None:
    """Run the command line."""
    streams.hold()
    asked, by_bash = completion.BASH
    if os.environ.get(asked) == by_bash:
        completion.join_at_equals(os.environ)
    try:
        app()
    except SystemExit as end:
        if lost := streams.printed():
            say(f"{lost}, so not all was printed")
            raise SystemExit(end.code or 1) from None
        raise
