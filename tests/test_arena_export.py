"""The arena as one file: what is in it, what it refuses, and how it plays in a real browser."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from browser import Tabs, Watched, chromium, open_page  # noqa: F401
from command_line import cli, entered, left_behind
from engine_cases import CASES, GOLDEN, declared, experiment_of, played

from ganrun.arena.engine import ENGINE, beyond_the_engine, playable
from ganrun.arena.export import OFFLINE, check_exportable, exported
from ganrun.arena.menus import schema
from ganrun.arena.settings import with_setting
from ganrun.config import ConfigError, Experiment, load_experiment
from ganrun.config.changes import with_changes
from ganrun.page.modules import bundled

WEB = Path(__file__).parent / "web"
LARGEST = 1_500_000
TOLERANCE = 1e-4

DOCS = Path(__file__).parents[1] / "docs" / "arena.md"
COMMAND = re.compile(r"^ganrun (arena --export (\S+) .*)$", re.MULTILINE)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of two games that docs/arena.md shows how to make, by that command."""
    found = COMMAND.search(DOCS.read_text("utf-8"))
    assert found is not None
    with pytest.MonkeyPatch.context() as patch:
        folder = entered(tmp_path_factory.mktemp("exported"), patch)
        code, said, _ = cli(*found[1].split())
        assert left_behind(folder) == [found[2]]
    assert (code, said.split(":")[0]) == (0, found[2])
    assert re.search(r"\d+ kB, complete: it opens in any browser, offline\.$", said.strip())
    return folder / found[2]


# What is in it


def test_one_config_is_served_and_one_that_cannot_be_played_is_no_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = entered(tmp_path, monkeypatch)
    code, _, told = cli("arena", "five_gaussians", "ring8")
    assert code == 2
    assert "one alone is served; --export takes several" in told
    code, _, told = cli("arena", "--export", "a.html", "--set", "training.updates=competitive")
    assert code == 2
    assert told.startswith("training.updates: 'competitive' is not played in a page; alternating, ")
    assert left_behind(folder) == []


def test_a_page_is_small_and_names_no_address(file: Path) -> None:
    text = file.read_text("utf-8")
    assert file.stat().st_size < LARGEST
    assert "default-src 'none'" in text
    assert "worker-src blob:" in text
    names = text.replace("http://www.w3.org/2000/svg", "")
    for address in (' src="', "http://", "https://", "url("):
        assert address not in names, address


def test_menus_are_of_what_the_engine_plays() -> None:
    whole, offered = schema(), playable(schema())
    fields = {one["field"]: one for group in offered["groups"] for one in group["fields"]}
    names = [one["name"] for one in fields["training.updates"]["choices"]]
    assert "consensus" in names
    assert "competitive" not in names
    assert "generator.average" not in fields
    assert fields.keys() >= {"objective", "penalties.r1", "discriminator.packing"}
    assert len(offered["layouts"]) == len(whole["layouts"])


@pytest.mark.parametrize(
    ("field", "value", "line"),
    [
        (
            "training.updates",
            "competitive",
            "training.updates: 'competitive' is not played in a page; ",
        ),
        (
            "discriminator.minibatch",
            "discrimination",
            "discriminator.minibatch: 'discrimination' is not played in a page; none and std are",
        ),
        ("generator.average", 0.99, "generator.average: not played in a page; leave it out"),
    ],
)
def test_what_a_page_cannot_play_is_refused_in_a_line(field: str, value: Any, line: str) -> None:
    with pytest.raises(ConfigError) as refused:
        check_exportable([with_changes(Experiment(), {field: value})])
    (told,) = refused.value.problems
    assert told.startswith(line)


def test_a_page_has_as_many_games_as_the_arena() -> None:
    with pytest.raises(ConfigError, match="7 configs: a page has 6 games at most"):
        check_exportable([Experiment()] * 7)


def test_all_cases_of_the_engine_can_be_exported() -> None:
    for overrides in CASES.values():
        assert beyond_the_engine(experiment_of(overrides)) == []


def test_the_engine_s_list_names_only_what_is_declared() -> None:
    whole = schema()
    controls = {one["field"]: one for group in whole["groups"] for one in group["fields"]}
    declared_names = {
        field: {one["name"] for one in control["choices"]}
        for field, control in controls.items()
        if "choices" in control
    }
    declared_names["penalties"] = {name.removeprefix("penalties.") for name in controls}
    declared_names["target.layout"] = {one["name"] for one in whole["layouts"]}
    plays = json.loads((ENGINE / "plays.json").read_text("utf-8"))
    assert set(plays["not"]) <= controls.keys()
    for field, names in declared_names.items():
        assert set(plays[field]) <= names, field


def test_an_export_does_without_jax() -> None:
    code = (
        "import sys; from ganrun.config import Experiment; "
        "from ganrun.arena.export import exported_page; exported_page([Experiment()]); "
        "assert not {'jax', 'uvicorn'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


# The same game


def test_what_is_on_record_is_what_jax_makes() -> None:
    recorded = json.loads(GOLDEN.read_text("utf-8"))
    assert recorded["declared"] == declared()
    assert list(recorded["cases"]) == [*CASES]
    name = "packing, gradient penalty, Wasserstein"
    found, wanted = played(experiment_of(CASES[name])), recorded["cases"][name]
    assert wanted["config"] == experiment_of(CASES[name]).model_dump(mode="json")
    for what in ("samples", "field"):
        assert found[what] == pytest.approx(wanted[what], abs=1e-5)


@pytest.fixture(scope="module")
def opened(chromium: Tabs, file: Path) -> Iterator[Watched]:  # noqa: F811
    """The exported page, in a window of a laptop."""
    with chromium.lent() as lend:
        watched = lend(viewport={"width": 1280, "height": 720})
        watched.open_file(file)
        watched.page.wait_for_selector(".game:nth-child(2) .covered:not(.unknown)")
        yield watched


def in_the_browser(opened: Watched, module: Path, argument: Any, code: str) -> Any:
    """What code makes of `told` in an empty page, with all that a module exports."""
    page = opened.page.context.new_page()
    made = page.evaluate(f"told => {{ {bundled(module)}\n{code} }}", argument)
    page.close()
    return made


def test_in_the_browser_20_rounds_are_jax_s(opened: Watched) -> None:
    recorded = json.loads(GOLDEN.read_text("utf-8"))
    apart = in_the_browser(
        opened,
        WEB / "agreement.js",
        recorded,
        "const declared = declaredIn(told.declared);"
        "return Object.entries(told.cases).map(([name, one]) => [name, agreement(one, declared)]);",
    )
    worst = {name: max(found.values()) for name, found in apart}
    assert len(worst) == len(CASES)
    assert {name: far for name, far in worst.items() if not far <= TOLERANCE} == {}


def changed(field: str, value: Any, base: Experiment) -> dict[str, Any] | str:
    """What the server makes of a change, or why it refuses it."""
    try:
        return with_setting(base, field, value).model_dump(mode="json")
    except ConfigError as error:
        return error.problems[0]


def test_a_page_changes_a_config_as_the_server_does_and_refuses_what_it_refuses(
    opened: Watched,
) -> None:
    rows = json.loads((WEB / "settings.json").read_text("utf-8"))
    bases = [with_changes(Experiment(), before) for _, _, before, _ in rows]
    wanted = [
        changed(field, value, base) for (field, value, *_), base in zip(rows, bases, strict=True)
    ]
    assert [one if isinstance(one, str) else None for one in wanted] == [row[3] for row in rows]
    asked = [
        [base.model_dump(mode="json"), *row[:2]] for base, row in zip(bases, rows, strict=True)
    ]
    found = in_the_browser(
        opened,
        OFFLINE / "settings.js",
        {"exported": exported([Experiment()]), "asked": asked},
        "const settings = new Settings(told.exported.schema, told.exported.declared);"
        "return told.asked.map(([config, field, value]) => {"
        "  try { return settings.changed(config, field, value); }"
        "  catch (error) { return error.message; }"
        "});",
    )
    for row, here, there in zip(rows, found, wanted, strict=True):
        assert here == there, row


def test_what_is_copied_is_the_config(opened: Watched, tmp_path: Path) -> None:
    experiments = [experiment_of(overrides) for overrides in CASES.values()]
    texts = in_the_browser(
        opened,
        OFFLINE / "yaml.js",
        [one.model_dump(mode="json") for one in experiments],
        "return told.map((config) => toYaml(config));",
    )
    copied = tmp_path / "copied.yaml"
    for one, text in zip(experiments, texts, strict=True):
        copied.write_text(text, encoding="utf-8")
        assert load_experiment(copied) == one


def test_it_plays_and_asks_for_nothing(opened: Watched) -> None:
    page = opened.page
    opened.wait_until("ganrun.arena.state().games.length === 2")
    page.evaluate("ganrun.arena.line.send({type: 'speed'})")
    page.click("#play")
    opened.wait_until("ganrun.arena.card(0).frame.header.round > 200")
    page.click("#play")
    opened.wait_until("!ganrun.arena.state().playing")
    page.evaluate("ganrun.arena.line.send({type: 'set', field: 'objective', value: 'hinge'})")
    opened.wait_until("ganrun.arena.state().games.every(g => g.config.objective === 'hinge')")
    page.evaluate("ganrun.arena.line.send({type: 'branch', game: 1, round: 100, label: 'earlier'})")
    opened.wait_until("ganrun.arena.state().games.length === 3")
    assert page.evaluate("ganrun.arena.state().games[2].label") == "earlier"
    opened.wait_until("ganrun.arena.card(2).frame.header.round === 100")
    opened.assert_quiet()


def test_it_plays_within_another_page(
    open_page: Callable[..., Watched],  # noqa: F811
    file: Path,
    tmp_path: Path,
) -> None:
    outer = tmp_path / "lesson.html"
    outer.write_text(f'<iframe src="{file.as_uri()}" width="600" height="700"></iframe>')
    watched = open_page(viewport={"width": 700, "height": 800})
    watched.open_file(outer)
    inside = watched.page.frames[1]
    inside.wait_for_selector(".game .covered:not(.unknown)")
    inside.click("#play")
    inside.wait_for_function("() => ganrun.arena.card(0).frame.header.round > 50", polling=50)
    widths = "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    content, window = inside.evaluate(widths)
    assert content <= window
    watched.assert_quiet()


def test_without_workers_a_recorded_game_is_shown(
    open_page: Callable[..., Watched],  # noqa: F811
    file: Path,
) -> None:
    watched = open_page(begin="delete window.Worker")
    watched.open_file(file)
    watched.page.wait_for_selector(".game .covered:not(.unknown)")
    assert "was recorded" in watched.page.inner_text("#banner")
    watched.page.click("#play")
    watched.wait_until("ganrun.arena.card(0).frame.header.round > 0")
    watched.assert_quiet()


def test_the_recording_is_of_a_game_that_collapses() -> None:
    recorded = json.loads((OFFLINE / "recorded.json").read_text("utf-8"))
    last = recorded["pictures"][-1]["header"]
    assert last["metrics"]["modes_covered"] < recorded["game"]["config"]["target"]["modes"]
    assert (OFFLINE / "recorded.json").stat().st_size < 400_000
