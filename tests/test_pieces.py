"""Pieces of one's own: what comes in, what is known by it, and what is told of what is wrong."""

from __future__ import annotations

import json
import os
import pickle
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from game_examples import without_compiling
from piece_examples import FILES, known_for_a_while, written

from ganrun.config import (
    ConfigError,
    Experiment,
    json_schema,
    load_experiment,
    load_sweep,
    run_id,
    to_yaml,
)
from ganrun.config.declarations import OPEN
from ganrun.config.errors import PieceError
from ganrun.config.giving import give
from ganrun.config.metrics import is_free, metrics_columns
from ganrun.config.outside import check_given, given
from ganrun.config.outside_sources import find_installed
from ganrun.config.shipped import shipped_configs
from ganrun.config.sweep_schema import sweep_yaml
from ganrun.config.targets import Ring
from ganrun.game import properties
from ganrun.game.checked_pieces import looked_at
from ganrun.game.members import game_of
from ganrun.game.rounds import initial_state, play_round
from ganrun.measure.own_metrics import own_metrics
from ganrun.mixture import mixture_of
from ganrun.report.commands_to_copy import diagnose_command
from ganrun.report.list_columns import COLUMNS
from ganrun.store.formats import FormatError
from ganrun.store.pieces_kept import kept_files, pieces_options, read_pieces
from ganrun.store.summary_json import _Told
from ganrun.sweep.designs import Design
from ganrun.sweep.results import results_text

CONFIG = """\
target: {layout: cross, modes: 6, gap: 2}
objective: exponential
penalties: {steepness: {weight: 0.5}}
evaluation: {metrics: [largest_gap]}
"""


@pytest.fixture(autouse=True)
def _apart() -> Iterator[None]:
    with known_for_a_while():
        yield


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """A config that names a piece of each file of the page, all of them given."""
    give(written(tmp_path))
    (tmp_path / "mine.yaml").write_text(CONFIG)
    return tmp_path / "mine.yaml"


def problems_of(path: Path, *overrides: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        load_experiment(path, overrides)
    return list(caught.value.problems)


def faults_of(folder: Path, text: str) -> str:
    """What is said of a file with one fault."""
    (folder / "bad.py").write_text(f"from ganrun.pieces import *\n{text}")
    with pytest.raises(ConfigError) as caught:
        give([folder / "bad.py"])
    (only,) = caught.value.problems
    return only.removeprefix(f"{folder}/")


def penalty(name: str, more: str = "", body: str = "return 0.0") -> str:
    return (
        f"@penalty(Penalty({name!r}, 'It is one.'{more}))\ndef f(critic, batch, p):\n    {body}\n"
    )


# What is known


def test_every_file_of_the_page_is_short():
    assert set(FILES) == {"mine.py", "my_objective.py", "my_layout.py", "my_metric.py"}
    assert all(len(text.splitlines()) <= 20 for text in FILES.values())


def test_a_resolved_config_says_which_sources_it_means_and_loads_to_itself(config: Path):
    one = load_experiment(config)
    assert one.objective.startswith("exponential@")
    assert [name.partition("@")[0] for name in one.penalties] == ["steepness"]
    config.write_text(to_yaml(one))
    assert load_experiment(config) == one
    assert pickle.loads(pickle.dumps(one)) == one


def test_an_option_by_the_short_name_lies_on_what_a_run_has_in_full(config: Path):
    config.write_text(to_yaml(load_experiment(config)))
    one = load_experiment(config, ["penalties.steepness.weight=3", "target.gap=1"])
    assert [dict(numbers) for numbers in one.penalties.values()] == [{"weight": 3.0}]
    assert mixture_of(one.target).means.tolist()[4] == [2.0, 0.0]


def test_another_source_is_another_piece_and_another_run(config: Path):
    before = load_experiment(config)
    mine = config.parent / "mine.py"
    mine.write_text(f"{FILES['mine.py']}\n# edited\n")
    give([mine])
    after = load_experiment(config)
    assert run_id(before) != run_id(after)
    assert before.penalties.keys().isdisjoint(after.penalties)
    check_given(to_yaml(before))  # which is known beside it


def test_a_config_without_pieces_from_outside_is_as_it_was(config: Path):
    config.write_text("{}")
    assert "metrics" not in to_yaml(load_experiment(config)).partition("evaluation:")[2]


def test_a_sweep_knows_them_in_its_axes_and_its_cases(config: Path):
    path = config.parent / "sweep.yaml"
    path.write_text(
        "base: mine.yaml\nvary: {penalties.steepness.weight: [0.1, 1], target.gap: [1, 2]}\n"
        "cases: {mine: {}, hinge: {objective: hinge}}\n"
    )
    sweep = load_sweep(path)
    assert sweep.own_metrics == ("largest_gap",)
    path.write_text(sweep_yaml(sweep))
    assert load_sweep(path) == sweep


def test_editors_know_them_by_their_short_names(config: Path):
    text = json.dumps(json_schema())
    assert all(f'"{name}"' in text for name in ("steepness", "exponential", "cross", "gap"))


def test_what_a_user_imports_does_without_jax():
    import subprocess

    code = "import sys, ganrun.pieces; sys.exit('jax' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# What is wrong


def test_a_source_that_is_not_there_is_one_line_that_says_what_to_pass(config: Path):
    text = to_yaml(load_experiment(config))
    config.write_text(text.replace(load_experiment(config).objective, "exponential@00000000"))
    (line,) = problems_of(config)
    assert "is of another source" in line
    assert "--pieces" in line
    config.write_text("objective: nobodys@00000000")
    (line,) = problems_of(config)
    assert line.endswith(
        "objective 'nobodys@00000000' is from outside, and its source was not given; give it with "
        "--pieces"
    )


@pytest.mark.parametrize(
    ("option", "said"),
    [
        ("penalties.steepness.weight=-1", "must be at least 0, not -1"),
        ("penalties.steepness.wieght=1", "unknown field; did you mean 'weight'?"),
        ("objective=exponentail", "did you mean 'exponential@"),
        ("target.gap=99", "must be at most 10, not 99"),
        ("evaluation.metrics=[precision]", "is measured of every run"),
        ("training.label_smoothing=0.1", "has no labels to be smoothed"),
    ],
)
def test_a_mistake_in_their_fields_is_told_as_any_other(config: Path, option: str, said: str):
    (line,) = problems_of(config, option)
    assert said in line


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (penalty("r1"), "bad.py:2: penalty 'r1': is the name of one of ganrun's own"),
        (penalty("Bad"), "bad.py:2: penalty 'Bad': a name is lower-case letters"),
        (
            penalty("odd", ", parameters=(Parameter('w', 'It is.', 5.0, 0.0, 1.0),)"),
            "bad.py:2: penalty 'odd': parameter 'w': its default is not between",
        ),
        (penalty("one") + penalty("one").replace(" f(", " g("), "bad.py:5: penalty 'one' is decl"),
        ("x = 1 / 0\n", "bad.py:2: ZeroDivisionError: division by zero"),
        ("def f(:\n", "bad.py:2: SyntaxError: "),
        ("import helper_beside\n", "bad.py:2: ModuleNotFoundError: "),
        ("x = 1\n", "bad.py: declares no piece"),
    ],
)
def test_a_file_that_is_not_well_formed_is_told_with_its_line(tmp_path: Path, text: str, said: str):
    assert faults_of(tmp_path, text).startswith(said)


def test_a_metric_takes_no_name_that_stands_in_files_and_tables_of_runs(tmp_path: Path):
    design = Design(load_sweep(shipped_configs() / "sweeps" / "influence.yaml"))
    header = results_text(design, iter(())).decode().split("\n")[0].split(",")
    listed = [column.name for column in COLUMNS]
    read = [*_Told.model_fields, *metrics_columns(3, averages=True)]
    for name in {*header, *listed, *read, *Experiment.model_fields}:
        assert "." in name or not is_free(name), name
    assert is_free("largest_gap")
    (tmp_path / "bad.py").write_text(
        "from ganrun.pieces import *\n"
        "@metric(Metric('precision', 'It is.'))\ndef f(s, m):\n    return 1\n"
    )
    with pytest.raises(ConfigError, match="is the name of one of ganrun's own"):
        give([tmp_path / "bad.py"])


def test_a_copy_in_a_run_folder_is_read_and_not_executed(tmp_path: Path):
    (tmp_path / "pieces.py.txt").write_text("raise SystemExit")
    with pytest.raises(ConfigError, match="is kept to be read; to use it, copy it"):
        give([tmp_path / "pieces.py.txt"])


def test_a_pipe_is_no_file_and_not_waited_for(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe.py")
    with pytest.raises(ConfigError, match=r"pipe\.py: not a file"):
        give([tmp_path / "pipe.py"])


def test_two_files_with_one_name_are_not_given_together(tmp_path: Path):
    for name in ("a.py", "b.py"):
        text = penalty("same").replace("It is one", f"In {name[0]}")
        (tmp_path / name).write_text(f"from ganrun.pieces import *\n{text}")
    with pytest.raises(ConfigError, match=r"b\.py:2: penalty 'same': is in .*a\.py too"):
        give([tmp_path / "a.py", tmp_path / "b.py"])


def test_what_a_function_raises_names_its_file_and_line(tmp_path: Path):
    (tmp_path / "raises.py").write_text(
        "from ganrun.pieces import *\n" + penalty("raising", body="return batch['real']")
    )
    (one,) = give([tmp_path / "raises.py"])
    with pytest.raises(PieceError, match=r"raises\.py:4: penalty 'raising': TypeError: "):
        given("penalty", one.full_name)(None, 3, {})


def test_a_metric_that_answers_no_number_is_told(tmp_path: Path):
    (tmp_path / "m.py").write_text(
        "from ganrun.pieces import *\n"
        "@metric(Metric('pair', 'Two.'))\ndef f(s, m):\n    return s[0]\n"
    )
    (one,) = give([tmp_path / "m.py"])
    with pytest.raises(PieceError, match="answered ndarray, not one number"):
        own_metrics([one.full_name], np.zeros((4, 2)), mixture_of(Ring()))


# What a folder keeps


def test_a_folder_tells_of_its_pieces_without_their_source_being_given(config: Path):
    one = load_experiment(config)
    kept = kept_files(to_yaml(one))
    assert set(kept) == {"pieces.json", "pieces.py.txt"}
    assert FILES["my_metric.py"] in kept["pieces.py.txt"].decode()
    told = {(kind, name): declared for kind, name, declared in read_pieces(kept["pieces.json"])}
    for (kind, name), declared in told.items():
        assert declared == given(kind, name).own.declaration
    assert {kind for kind, _ in told} == {"objective", "penalty", "layout", "metric"}
    text = to_yaml(one)
    with known_for_a_while():
        for table in OPEN.values():
            table._all, table._in_full = dict(table.house), {}
        for (kind, name), declared in told.items():
            OPEN[kind].admit(name, declared)
        config.write_text(text)
        shown = load_experiment(config)
        assert to_yaml(shown) == text


def test_what_a_folder_tells_must_be_what_was_written(config: Path):
    content = kept_files(to_yaml(load_experiment(config)))["pieces.json"]
    document = json.loads(content)
    document["sources"][0]["text"] += "# more"
    with pytest.raises(FormatError, match="its source is not what was written"):
        read_pieces(json.dumps(document).encode())
    document = json.loads(content)
    document["pieces"][0]["declaration"]["description"] = "\x1b[2J"
    with pytest.raises(FormatError):
        read_pieces(json.dumps(document).encode())


def test_commands_to_copy_give_the_files_as_they_were_given(config: Path, tmp_path: Path):
    folder = tmp_path / "runs" / "x"
    folder.mkdir(parents=True)
    for name, content in kept_files(to_yaml(load_experiment(config))).items():
        (folder / name).write_bytes(content)
    given_as = ["ganrun", "train", "x.yaml", "--pieces", "own/mine.py", "--pieces=my_metric.py"]
    options = pieces_options(folder, given_as)
    assert options[::2] == ["--pieces"] * 4
    assert {"own/mine.py", "my_metric.py", "my_layout.py"} < set(options[1::2])
    assert diagnose_command(folder).endswith(shlex.join(pieces_options(folder)))
    (folder / "pieces.json").write_text("{}")
    assert diagnose_command(folder) == f"ganrun diagnose {folder}"  # who runs it is told more
    assert pieces_options(tmp_path) == []


# What is asked of them


@pytest.mark.parametrize("section", ["penalties", "objective"])
def test_the_pages_pieces_are_played(config: Path, section: str):
    named = {"penalties": {"steepness": {}}, "objective": "exponential"}[section]
    with without_compiling():
        game = properties.small({section: named})
        state = initial_state(game_of(game), properties.hyper_of(game))
        properties.stays_finite(play_round(game_of(game), properties.hyper_of(game), state))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            penalty(
                "looks",
                ", parameters=(Parameter('w', 'It is.', 1.0, 0.0, 2.0),)",
                "return 1.0 if p['w'] > 0 else 0.0",
            ),
            r"bad\.py:4: penalty 'looks': TracerBoolConversionError: ",
        ),
        (penalty("many", body="return critic(batch.real)"), r"penalty 'many': answered an array"),
        (
            "@metric(Metric('low', 'It is low.'))\ndef f(samples, mixture):\n    return -1.0\n",
            r"bad\.py:2: metric 'low': answered -1, outside its least 0 and its most inf",
        ),
        (
            "@layout(Piece('heap', 'All in one place.'))\n"
            "def f(modes):\n    return [(0.0, 0.0)] * modes\n",
            r"bad\.py:2: layout 'heap': of eight modes two are in one place",
        ),
        (
            "@layout(Piece('few', 'One too few.'))\n"
            "def f(modes):\n    return [(float(k), 0.0) for k in range(modes - 1)]\n",
            r"bad\.py:2: layout 'few': placed 0 modes of 1",
        ),
    ],
)
def test_a_property_that_does_not_hold_is_told_with_its_line(tmp_path: Path, text: str, said: str):
    (tmp_path / "bad.py").write_text(f"from ganrun.pieces import *\n{text}")
    looks = looked_at(give([tmp_path / "bad.py"]))
    fault = next(one.fault for one in looks if one.fault)
    assert re.search(said, fault)


def test_everything_holds_of_the_pages_layout_and_metric(tmp_path: Path):
    found = [*looked_at(give(written(tmp_path, "my_layout.py", "my_metric.py")))]
    assert len(found) == 9
    assert not [one.fault for one in found if one.fault]


def test_a_package_is_asked_for_a_name_that_nobody_knows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    written(tmp_path, "my_metric.py")
    (tmp_path / "offered-1.0.dist-info").mkdir()
    (tmp_path / "offered-1.0.dist-info" / "METADATA").write_text("Name: offered\nVersion: 1.0\n")
    (tmp_path / "offered-1.0.dist-info" / "entry_points.txt").write_text(
        "[ganrun.pieces]\nmine = my_metric\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    find_installed.cache_clear()
    (tmp_path / "c.yaml").write_text("evaluation: {metrics: [largest_gap]}")
    (name,) = load_experiment(tmp_path / "c.yaml").evaluation.metrics
    source = given("metric", name).source
    assert (source.name, source.module) == ("my_metric", True)
    find_installed.cache_clear()
    del sys.modules["my_metric"]
