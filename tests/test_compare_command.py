"""`ganrun compare`: what names groups of runs, what it prints and writes, and its page."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

import pytest
from browser import chromium, open_page  # noqa: F401
from rich.console import Console
from stored_sweeps import stored_sweep

from ganrun.config import ConfigError
from ganrun.report.comparison_command import report_comparison
from ganrun.report.comparison_groups import gather
from ganrun.report.comparison_record import ComparisonRecord, read_comparison
from ganrun.report.figures import write_comparison_figure
from ganrun.report.tables.comparison import print_comparison
from ganrun.report.web.comparison_page import write_comparison_page
from ganrun.store import StoreError
from ganrun.sweep.designs import Trial

CASES = """
name: cured
seeds: 7
vary:
  training.discriminator_steps: [1, 2]
cases:
  cure: {objective: wasserstein, penalties.gradient_penalty.weight: 0.1}
  plain: {}
"""


def fate(trial: Trial) -> str:
    """The cure recovers everything, unless it diverges or is missing; the plain game does not."""
    if trial.case == "cure":
        if trial.values[0] == 2:
            return "missing" if trial.seed == 6 else "diverged" if trial.seed == 5 else "converged"
        return "converged"
    return f"collapsed {1 + trial.seed % 3}"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return stored_sweep(tmp_path_factory.mktemp("cured"), CASES, fate).path


@pytest.fixture(scope="module")
def record(sweep: Path) -> ComparisonRecord:
    steps = "training.discriminator_steps=1"
    return read_comparison([f"{sweep}:case=plain:{steps}", f"{sweep}:case=cure:{steps}"])


def test_a_sweep_is_its_cells_with_the_plain_case_first(sweep: Path) -> None:
    groups, problems = gather([sweep])
    assert problems == []
    assert [one.name for one in groups] == [
        "plain, discriminator_steps=1",
        "plain, discriminator_steps=2",
        "cure, discriminator_steps=1",
        "cure, discriminator_steps=2",
    ]
    assert groups[3].group.without_result == {"missing": 1}
    assert groups[3].group.diverged == 1


def test_cells_are_chosen_by_their_values(sweep: Path) -> None:
    (one,), _ = gather([f"{sweep}:case=cure:training.discriminator_steps=2"])
    assert one.name == "cure, discriminator_steps=2"
    chosen, _ = gather([f"{sweep.parent}/cured-sweep-*:case=cure"])
    assert len(chosen) == 2


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ("case=cur", "no cell has case=cur; did you mean 'cure'?"),
        ("training.discriminator_step=1", "did you mean 'training.discriminator_steps'?"),
        ("training.discriminator_steps=7", "there are 1 and 2"),
        ("cure", "cells are chosen by FIELD=VALUE"),
    ],
)
def test_a_cell_that_there_is_not_is_told_with_what_was_meant(
    sweep: Path, conditions: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        gather([f"{sweep}:{conditions}"])
    (line,) = caught.value.problems
    assert message in line


def test_runs_that_differ_in_their_seeds_alone_are_a_group_wherever_they_lie(sweep: Path) -> None:
    groups, _ = gather([sweep / "trials"])
    assert len(groups) == 4
    assert sorted(len(one.members) for one in groups) == [6, 7, 7, 7]
    names = [one.name for one in groups]
    assert all(name.startswith("tiny (") for name in names)
    assert len(set(names)) == 4
    by_hand, _ = gather(sorted((sweep / "trials").glob("tiny-*")))
    assert [one.name for one in by_hand] == names
    twice, _ = gather([sweep, sweep / "trials"])
    assert len(twice) == 4


def test_what_names_no_runs_is_one_clear_line(sweep: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such folder"):
        gather([tmp_path / "nowhere"])
    with pytest.raises(StoreError, match="holds no run"):
        gather([tmp_path])
    with pytest.raises(StoreError, match=r"holds no run; compare .*cured-sweep"):
        gather([sweep.parent])
    with pytest.raises(StoreError, match="not a sweep's folder"):
        gather([f"{sweep}/trials:case=plain"])
    with pytest.raises(ConfigError, match="two groups of runs"):
        read_comparison([f"{sweep}:case=cure:training.discriminator_steps=1"])


def test_comparisons_that_lie_among_the_runs_are_passed_over(sweep: Path, tmp_path: Path) -> None:
    earlier = tmp_path / "tiny-vs-other-0123456789abcdef"
    earlier.mkdir()
    (earlier / "comparison.json").write_text("{}")
    groups, problems = gather([str(earlier), sweep])
    assert (len(groups), problems) == (4, [])
    with pytest.raises(ConfigError, match="there is no run"):
        read_comparison([f"{tmp_path}/tiny*"])


def test_what_differs_in_the_configs_is_told_field_by_field(record: ComparisonRecord) -> None:
    assert record.differences == {
        "objective": ("non_saturating", "wasserstein"),
        "penalties.gradient_penalty.weight": (None, "0.1"),
        "penalties.gradient_penalty.target": (None, "1.0"),
    }


def test_a_damaged_run_is_told_and_counted(tmp_path: Path) -> None:
    folder = stored_sweep(tmp_path, CASES, fate).path
    broken = next(iter(sorted((folder / "trials").glob("*-s0-*"))))
    (broken / "summary.json").write_text("{}")
    record = read_comparison([folder])
    (line,) = record.problems
    assert str(broken) in line
    assert sum(one.group.without_result["damaged"] for one in record.gathered) == 1


@pytest.fixture
def printed(sweep: Path, tmp_path: Path) -> tuple[str, Path]:
    console = Console(width=100, record=True, file=io.StringIO())
    steps = "training.discriminator_steps=1"
    sources = [f"{sweep}:case=plain:{steps}", f"{sweep}:case=cure:{steps}"]
    problems = report_comparison(sources, None, tmp_path, console, figures=False, quiet=True)
    assert problems == []
    (folder,) = tmp_path.glob("plain*-vs-cure*")
    return console.export_text(), folder


def test_the_command_prints_the_finding_the_numbers_and_what_differs(
    printed: tuple[str, Path],
) -> None:
    text, folder = printed
    assert "cure, discriminator_steps=1 recovers more modes than plain" in text
    assert "modes recovered" in text
    assert "better" in text
    assert "-> wasserstein" in text
    content = json.loads((folder / "comparison.json").read_text())
    assert content["pairs"][0]["seeds"] == list(range(7))
    assert content["differences"]["objective"] == ["non_saturating", "wasserstein"]
    assert (folder / "report.html").is_file()


def test_names_that_would_leave_no_room_stand_below_the_numbers(record: ComparisonRecord) -> None:
    console = Console(file=io.StringIO(), width=80)
    print_comparison(record, console)
    text = console.file.getvalue()
    head, _ = text.split("modes recovered", 1)
    assert head.splitlines()[-2].split()[:2] == ["first", "second"]
    first, second = record.names
    assert f"(first: {first})" in text
    assert f"(second: {second})" in text
    (line,) = re.findall("^modes recovered  .*", text, re.MULTILINE)
    assert re.search(r"\[\+\d\.\d\d, \+\d\.\d\d\]", line), "with its interval"


def test_many_groups_are_a_line_each(sweep: Path, tmp_path: Path) -> None:
    console = Console(width=100, record=True, file=io.StringIO())
    report_comparison([sweep], None, tmp_path, console, page=False, figures=False, quiet=True)
    text = console.export_text()
    assert "1 of 3 recovers more modes than plain, discriminator_steps=1" in text
    assert "told apart from plain, discriminator_steps=1, higher or lower" in text
    assert not list(tmp_path.glob("*-vs-*")), "nothing was asked for"


def test_the_figure_is_drawn_of_two_groups_and_of_many(sweep: Path, tmp_path: Path) -> None:
    (path,) = write_comparison_figure(read_comparison([sweep]), tmp_path)
    assert path.read_bytes().startswith(b"\x89PNG")


def test_two_games_run_in_step_on_the_page(
    record: ComparisonRecord,
    tmp_path: Path,
    open_page,  # noqa: F811
) -> None:
    path = write_comparison_page(record, tmp_path, ["ganrun", "compare", "a", "b"])
    for viewport in ({"width": 1280, "height": 900}, {"width": 390, "height": 844}):
        watched = open_page(viewport=viewport)
        page = watched.open_file(path)
        watched.assert_no_sideways_scroll()
        rounds = "ganrun.games.players.map((one) => one.steps[one.index])"
        assert page.evaluate(rounds) == [10, 10]
        assert page.locator(".player-slider").count() == 1
        page.locator(".player-slider").fill("1")
        assert page.evaluate(rounds) == [5, 5]
        page.locator("#seed").select_option("3")
        assert page.evaluate(rounds) == [5, 5]
        assert "seed 3" in page.locator(".pair-title").first.inner_text()
        watched.assert_quiet()
