"""The shipped cases: one config per verdict, each a clear example of its word."""

from __future__ import annotations

from pathlib import Path

import pytest
from json_schema_check import accepts

from ganrun.config import json_schema, load_experiment
from ganrun.config.shipped import find_config, shipped_configs
from ganrun.diagnose.confirm import confirm
from ganrun.executors.this_process import ThisProcess
from ganrun.game import backend
from ganrun.playing.jobs import Job, Member, Options, Outcome
from ganrun.report.best_verdict import best_verdict
from ganrun.store import RunFolder
from ganrun.verdict import WORDS
from ganrun.verdict.words import WORTH_NAMING

CASES = shipped_configs() / "cases"
SCHEMA = json_schema()


def test_there_is_one_case_per_verdict() -> None:
    assert sorted(path.stem for path in CASES.iterdir()) == sorted(WORDS)
    assert {path.suffix for path in CASES.iterdir()} == {".yaml"}


@pytest.mark.parametrize("word", WORDS)
def test_every_case_is_named_after_its_verdict_and_says_what_it_shows(word: str) -> None:
    from ruamel.yaml import YAML

    text = (CASES / f"{word}.yaml").read_text(encoding="utf-8")
    first, *comment = [line for line in text.splitlines() if line.startswith("#")]
    assert first == "# yaml-language-server: $schema=../schema.json"
    assert len(comment) > 1
    assert accepts(SCHEMA, YAML(typ="safe", pure=True).load(text), SCHEMA)
    experiment = load_experiment(CASES / f"{word}.yaml")
    assert (experiment.name, experiment.seeds) == (word, (0,))


@pytest.mark.parametrize("word", WORDS)
def test_a_case_is_found_from_any_folder(
    word: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert find_config(Path("configs/cases") / f"{word}.yaml") == CASES / f"{word}.yaml"


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, RunFolder]:
    """The run of every case, trained for real and played on.

    All by this process, which has compiled what others would have to fetch first.
    """
    options = Options(runs_dir=tmp_path_factory.mktemp("runs"))
    jobs = [Job((Member(load_experiment(CASES / f"{word}.yaml")),), options) for word in WORDS]
    outcomes: list[Outcome] = []
    with ThisProcess() as executor:
        for _, ended in executor.run([[job] for job in jobs], lambda _: None):
            outcomes += ended
    assert [one.how for one in outcomes] == ["trained"] * len(WORDS)
    runs = [RunFolder(one.path) for one in outcomes]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(backend, "cores", lambda: 1)
        assert not confirm(runs, options, lambda _: None)
    return {run.config.name: run for run in runs}


@pytest.mark.parametrize("word", WORDS)
def test_the_run_of_a_case_gets_its_word_when_it_is_played_on(
    word: str, runs: dict[str, RunFolder]
) -> None:
    found = best_verdict(runs[word])
    assert found is not None
    assert (found.word, found.kind) == (word, "quick" if word == "diverged" else "confirmed")


@pytest.mark.parametrize("word", WORDS)
def test_the_word_of_a_case_is_among_those_that_are_likely_at_a_glance(
    word: str, runs: dict[str, RunFolder]
) -> None:
    verdict = runs[word].verdict
    assert verdict is not None
    assert verdict.probabilities[word] >= WORTH_NAMING, verdict
    assert verdict.word != "diverged" or word == "diverged"
