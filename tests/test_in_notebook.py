"""What a notebook shows: players that leave each other alone, and one line of progress."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import jax
import pytest
from browser import Watched, chromium, open_page, page  # noqa: F401
from report_examples import fake_run
from rich.console import Console

from ganrun.api.in_notebook import run_shown
from ganrun.api.watching import watcher
from ganrun.executors import executor_for, processes
from ganrun.game import backend
from ganrun.report.live.watcher import Subject


def test_players_on_one_page_leave_each_other_alone(page: Watched, tmp_path: Path):  # noqa: F811
    shown = "".join(run_shown(fake_run(seed=seed)) for seed in (0, 1))
    file = tmp_path / "notebook.html"
    file.write_text(f"<!doctype html><meta charset='utf-8'><title>two</title>{shown}")
    page.open_file(file)
    one, other = page.page.frames[1:]
    for frame in (one, other):
        frame.locator("canvas.player-canvas").wait_for()
        sizes = "[document.documentElement.scrollHeight - innerHeight, innerWidth]"
        beyond, width = frame.evaluate(sizes)
        assert beyond <= 0, "the frame is too low"
        assert width >= 400
    one.get_by_role("button", name="One snapshot back").click()
    rounds = [frame.locator(".player-round").inner_text() for frame in (one, other)]
    assert rounds[0] != rounds[1] == "round 10,000"
    page.assert_quiet()


class Counting(Subject[int]):
    def line(self, progress: int) -> str:
        return f"{progress} done"


def notebook(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is displayed below the cell of a notebook, each line over the one before."""
    shown: list[str] = []

    def display(content: dict[str, str], **_: Any) -> Any:
        shown.append(content["text/plain"])
        return SimpleNamespace(update=lambda new, **_: shown.append(new["text/plain"]))

    ipython, displays = ModuleType("IPython"), ModuleType("IPython.display")
    ipython.get_ipython = lambda: SimpleNamespace(kernel=object())
    displays.display = display
    monkeypatch.setitem(sys.modules, "IPython", ipython)
    monkeypatch.setitem(sys.modules, "IPython.display", displays)
    return shown


def test_a_notebook_sees_one_line_of_progress_to_the_end(monkeypatch: pytest.MonkeyPatch):
    shown = notebook(monkeypatch)
    with watcher(Counting(), None) as watching:
        for done in range(50):
            watching.update(done)
    assert shown == ["0 done", "49 done"]
    with watcher(Counting(), False) as watching:
        watching.update(0)
    assert len(shown) == 2


def test_without_a_terminal_nothing_is_shown_unless_it_is_asked_for(capsys, monkeypatch):
    monkeypatch.setattr("ganrun.api.watching.screen", lambda: Console(stderr=True))
    for progress, lines in ((None, ""), (False, ""), (True, "7 done\n")):
        monkeypatch.setattr(Counting, "done_and_total", lambda *_: (7, 7))
        with watcher(Counting(), progress) as watching:
            watching.update(7)
            watching.tell("no news")
        assert capsys.readouterr().err.replace("no news\n", "") == lines


def test_where_another_program_uses_jax_a_run_on_a_cpu_has_a_process_of_its_own(monkeypatch):
    begun: list[int] = []
    monkeypatch.setattr(processes, "Processes", begun.append)
    monkeypatch.setattr(processes, "trains_on_cpu", lambda: True)
    monkeypatch.setattr(backend._Client, "ours", False)
    executor_for(1)
    assert begun == [1]


def test_jax_is_given_back_as_it_was(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(backend._Client, "ours", False)
    before = jax.config.values["jax_enable_x64"]
    jax.config.update("jax_enable_x64", True)
    try:
        with backend.borrowed(None):
            assert not jax.config.values["jax_enable_x64"]
        assert jax.config.values["jax_enable_x64"]
    finally:
        jax.config.update("jax_enable_x64", before)
