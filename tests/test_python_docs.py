"""What the pages on Python show is run as it stands, but for less training."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pytest
from diagnosis_examples import a_diagnosis
from test_readme import SMALL

import ganrun
from ganrun.api import configs, diagnosing, sweeping, training
from ganrun.config import load_sweep, sweep_yaml
from ganrun.config.sources import Written
from ganrun.diagnose.diagnosis import Diagnosis, write_diagnosis
from ganrun.game import backend
from ganrun.store import RunFolder

DOCS = Path(__file__).parents[1] / "docs"
LESS = [one for one in SMALL if not one.startswith("seeds")]


@pytest.fixture
def little(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], dict[str, Any]]:
    """Runs code in a folder of its own, in which little is trained, by this process."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("GANRUN_RUNS_DIR", raising=False)
    monkeypatch.setattr(backend, "cores", lambda: 1)
    whole, plan_of = configs.load_configs, sweeping._plan_of

    def less(sources: Any, overrides: Any) -> Any:
        return [ganrun.load_config(one, LESS) for one in whole(sources, overrides)]

    def fewer(plan: Any, overrides: Any) -> Any:
        small = [f"base.{one}" for one in LESS]
        return load_sweep(Written("sweep", sweep_yaml(plan_of(plan, overrides))), small)

    def known(run: RunFolder, *_: Any) -> Diagnosis:
        found = a_diagnosis("collapsed", id=run.id, seed=0, rounds=run.config.training.steps)
        write_diagnosis(run.path, found)
        return found

    monkeypatch.setattr(training, "load_configs", less)
    monkeypatch.setattr(sweeping, "_plan_of", fewer)
    monkeypatch.setattr(diagnosing, "diagnosed", known)
    names: dict[str, Any] = {}

    def run(code: str) -> dict[str, Any]:
        exec(compile(code, "<docs>", "exec"), names)
        return names

    plt.switch_backend("agg")
    yield run
    plt.close("all")


def test_every_block_of_the_page_works_one_after_another(little: Callable[[str], Any], capsys):
    page = (DOCS / "python.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    assert len(blocks) > 10
    for block in blocks:
        names = little(block)
    said = capsys.readouterr().out
    for block in blocks:
        for line in re.findall(r"print\(error\)  # (.*)", block):
            assert line in said
    assert names["found"] == names["run"].diagnosis
    assert Path("curves.pdf").read_bytes().startswith(b"%PDF")
    assert len(names["pace"].runs) == 12


def test_the_notebook_runs_from_the_top(little: Callable[[str], Any]):
    notebook = json.loads((DOCS / "notebook.ipynb").read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert (cell["outputs"], cell["execution_count"]) == ([], None)
            names = little("".join(cell["source"]))
    assert len(list(Path("runs").glob("plain-s*"))) == len(names["plain_runs"]) == 2
