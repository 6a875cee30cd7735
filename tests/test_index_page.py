"""The page over a folder of runs: what is in it, and what it does in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from browser import PHONE, axe, axe_script, chromium, open_page, page  # noqa: F401
from report_examples import fake_run, stored_run
from stored_sweeps import GRID, stored_sweep

from ganrun.report.list_reading import list_runs
from ganrun.report.web.index_page import index_page, write_index_page

HOSTILE = "<img src=x onerror=alert(1)>'s run"


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    """The page of two runs, one of them under a hostile name, and of a sweep."""
    folder = tmp_path_factory.mktemp("index") / "runs"
    stored_run(folder, fake_run(modes=[0, 3], verdict="collapsed", steps=1000, snapshots=2))
    path = stored_run(folder, fake_run(seed=11, steps=1000, objective="hinge", snapshots=2))
    path.rename(folder / HOSTILE)
    shutil.move(stored_sweep(folder.parent / "elsewhere", GRID).path, folder)
    (folder / HOSTILE / "report.html").write_text("<!doctype html><title>its own page</title>")
    return write_index_page(list_runs(folder))


def island(path: Path) -> dict:
    found = re.search(r'<script type="application/json" id="runs">(.*?)</script>', path.read_text())
    return json.loads(found[1])


def test_the_table_holds_what_the_list_holds(written):
    found, table = list_runs(written.parent), island(written)["table"]
    columns = {column["name"]: column for column in table["columns"]}
    assert table["folders"] == [one.path.name for one in found.entries]
    for place, one in enumerate(found.entries):
        for name in ("name", "kind", "verdict", "status", "objective", "id"):
            value = one.value(next(c for c in found.columns if c.name == name))
            assert columns[name]["cells"][place] == ("" if value is None else value)
    marks = columns["modes_recovered"]["marks"]
    assert marks[table["fates"].index("collapsed")] == "10010"
    assert table["reports"].count("1") == 1
    assert "trials" in columns
    assert "sweep" not in columns, "a column in which nothing stands is left out"


def test_the_page_filters_sorts_and_opens_what_is_there(page, written):  # noqa: F811
    shown = page.open_file(written)
    assert shown.get_by_role("heading", level=1).inner_text() == "2 runs and 1 sweep"
    for text, words in (
        ("objective=hinge", "1 of 3 lines"),
        ("kind=run modes_recovered<3", "1 of 3 lines"),
        ("high_quality>", "is no condition"),
        ("objectve=hinge", "did you mean “objective”?"),
    ):
        shown.get_by_label("Filter").fill(text)
        assert words in shown.locator("#table-count").inner_text()
    shown.get_by_label("Filter").fill("")
    assert shown.locator("#newest canvas").count() == 2
    assert shown.locator("img").count() == 0
    shown.get_by_role("link", name=f"Report of {HOSTILE}", exact=True).click()
    shown.wait_for_function("document.title === 'its own page'")
    page.assert_quiet()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_room_on_a_phone_and_no_barriers(open_page, axe, written, scheme):  # noqa: F811
    watched = open_page(color_scheme=scheme, viewport=PHONE)
    shown = watched.open_file(written)
    watched.assert_no_sideways_scroll()
    assert axe(shown) == []


def test_a_folder_of_sweeps_alone_has_a_page_without_pictures(tmp_path, page):  # noqa: F811
    sweep = stored_sweep(tmp_path, GRID)
    shown = page.open_file(write_index_page(list_runs(sweep.path.parent)))
    assert shown.get_by_role("heading", name="The newest").count() == 0
    assert "1 line" in shown.locator("#table-count").inner_text()
    assert "1 sweep" in index_page(list_runs(sweep.path.parent))
