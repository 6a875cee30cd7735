"""What docs/extending.md says is all there is to do: its blocks in a copy of ganrun make a game."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

import ganrun
from ganrun.game.properties import QUICK_XLA

PACKAGE = Path(ganrun.__file__).parent
PAGE = (PACKAGE.parent / "docs" / "extending.md").read_text(encoding="utf-8")
BLOCKS = [
    textwrap.dedent(block)
    for block in re.findall(
        r"^ *```python\n( *# ganrun/.*?)^ *```$", PAGE, re.DOTALL | re.MULTILINE
    )
]
CONFIG = """\
name: extended
target: {layout: plus, modes: 4}
generator: {hidden: [4], initializer: wide, latent: corners}
discriminator: {hidden: [4]}
objective: boosting
penalties: {logit_size: {weight: 0.01}}
optimizer: {name: sign}
training: {steps: 20, batch_size: 8, updates: forger_first}
evaluation: {every: 10, samples: 100}
snapshots: {count: 2, samples: 16, grid: 4}
"""
"""`plus` and `boosting` are what others call the layout and the objective: hints know them."""


def put(block: str, into: Path) -> None:
    """Make one edit of the page: functions before the room's table, entries at the table's end."""
    head, text = block.split("\n", 1)
    place = re.fullmatch(r"# (\S+?\.py)(?:: (\w+)|, before (\w+))?", head)
    assert place is not None, head
    path = into / place[1]
    source = path.read_text(encoding="utf-8")
    table = place[2] or place[3] or path.stem.upper()
    opening = re.search(rf"^{table}\b.*(?:\(|\{{)\n", source, re.MULTILINE)
    if opening is None:  # a table on one line
        opening = re.search(rf"^{table}\b.*?(?:\(|\{{)", source, re.MULTILINE)
    assert opening is not None, f"{path.name} has no table {table}"
    at = opening.end() if place[2] else opening.start()
    added = textwrap.indent(text, "    ") if place[2] else f"{text}\n\n"
    path.write_text(source[:at] + added + source[at:], encoding="utf-8")


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of ganrun with every edit of the page."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(PACKAGE, folder / "ganrun")
    for block in BLOCKS:
        put(block, folder)
    (folder / "config.yaml").write_text(CONFIG)
    return folder


def ganrun_in(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-W", "error", "-m", "ganrun", *arguments]
    quickly = " ".join(f"--{name}={value}".lower() for name, value in QUICK_XLA.items())
    environment = os.environ | {"PYTHONPATH": str(folder), "XLA_FLAGS": quickly}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_every_piece_has_two_edits():
    for section in PAGE.partition("\n## In the house")[2].split("\n### ")[1:]:
        assert re.findall(r"^(\d)\. ", section, re.MULTILINE) == ["1", "2"]
    declared = re.findall(r"# ganrun/config/[\w/]+\.py: (\w+)\n", PAGE)
    assert declared == [
        "OBJECTIVES",
        "PENALTIES",
        "OPTIMIZERS",
        "UPDATES",
        "LATENTS",
        "INITIALIZERS",
        "LAYOUTS",
        "METRICS",
    ]


def test_other_codes_words_for_a_new_piece_are_hints(extended: Path):
    done = ganrun_in(extended, "check", "config.yaml")
    assert done.returncode == 2
    assert "did you mean 'cross'?" in done.stderr
    assert "did you mean 'exponential'?" in done.stderr


def test_a_game_made_of_new_pieces_is_trained_measured_and_reported(extended: Path):
    text = CONFIG.replace("plus", "cross").replace("boosting", "exponential")
    (extended / "right.yaml").write_text(text)
    done = ganrun_in(extended, "train", "right.yaml")
    assert done.returncode == 0, done.stderr
    (run,) = (extended / "runs").glob("extended-s*")
    with (run / "metrics.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["step"] for row in rows] == ["0", "10", "20"]
    assert all(float(row["largest_share"]) >= 0 for row in rows)
    summary = json.loads((run / "summary.json").read_text())
    assert summary["reference"]["largest_share"]["mean"] == pytest.approx(1.0, abs=0.5)
    done = ganrun_in(extended, "report", str(run))
    assert done.returncode == 0, done.stderr
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "How much too many samples the best served mode gets" in page
    assert "logit_size" in page


def test_editors_and_pages_know_the_new_pieces(extended: Path):
    schema = ganrun_in(extended, "schema").stdout
    for name in ("exponential", "logit_size", "sign", "forger_first", "corners", "wide", "cross"):
        assert f'"{name}"' in schema


def test_the_arena_offers_what_was_declared(extended: Path):
    script = "import json; from ganrun.arena.menus import schema; print(json.dumps(schema()))"
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=extended,
        env=os.environ | {"PYTHONPATH": str(extended)},
        capture_output=True,
        text=True,
        check=True,
    )
    menus = json.loads(done.stdout)
    controls = {one["field"]: one for group in menus["groups"] for one in group["fields"]}
    (weight,) = controls["penalties.logit_size"]["parameters"]
    assert (weight["field"], weight["traced"]) == ("penalties.logit_size.weight", True)
    assert weight["low"] < weight["default"] < weight["high"]
    offered = {name: controls[name]["choices"] for name in ("objective", "training.updates")}
    assert "Exponential" in [one["label"] for one in offered["objective"]]
    (rule,) = (one for one in offered["training.updates"] if one["name"] == "forger_first")
    assert (
        rule["story"]
        == "The forger hands in its notes before the detective has learned anything new."
    )
    assert "corners" in [one["name"] for one in controls["generator.latent"]["choices"]]
    assert "cross" in [one["name"] for one in menus["layouts"]]
