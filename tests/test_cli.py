"""The command line: what it prints where, its exit codes, and that every mistake is one line."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from command_line import cli, entered, left_behind
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from report_examples import fake_run, stored_run
from strategies import bad_configs

from ganrun.cli import app
from ganrun.store import StoreError
from ganrun.train import Outcome

ROOT = Path(__file__).parents[1]
HEAVY = {"jax", "jaxlib", "flax", "optax", "sklearn", "scipy", "matplotlib"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    return entered(tmp_path, monkeypatch)


# What a user does wrong first: arguments -> all that is printed.
MISTAKES = {
    "typo.yaml": (
        "typo.yaml:2:3: optimizer.learning_rat: unknown field; did you mean 'learning_rate'?"
    ),
    "mispelt.yaml": "mispelt.yaml: no such file; did you mean 'misspelt.yaml'?",
    "five_gausians.yaml": (
        "five_gausians.yaml: no such file; did you mean 'configs/five_gaussians.yaml'?"
    ),
    "folder": "folder: a directory, not a config",
    "misspelt.yaml --set training.steps": ("--set training.steps: expected dotted.name=value"),
    "misspelt.yaml --set training.stepps=5": (
        "--set training.stepps=5: unknown field; did you mean 'steps'?"
    ),
    "misspelt.yaml --set": "ganrun: option '--set' requires an argument",
    "misspelt.yaml --sets a=b": "ganrun {command}: no such option: --sets; did you mean --set?",
    "misspelt.yaml b.yaml": "b.yaml: no such file",
    "rng8": "rng8: no such file; did you mean 'configs/ring8.yaml'?",
    "ring9.yaml": "ring9.yaml: no such file; did you mean 'configs/ring8.yaml'?",
    "": "ganrun {command}: missing argument 'CONFIG...'",
    "crowded.yaml": (
        "crowded.yaml:1:9: target: cannot place 9 modes at least 2 apart in a square of half-width "
        "2; use fewer modes, a smaller least_distance or a larger radius"
    ),
}


@pytest.mark.parametrize("command", ["train", "check"])
@pytest.mark.parametrize("arguments", list(MISTAKES))
def test_a_mistake_is_one_line_and_leaves_nothing_behind(
    folder: Path, command: str, arguments: str
):
    Path("folder").mkdir()
    Path("misspelt.yaml").write_text("{}\n")
    Path("typo.yaml").write_text("optimizer:\n  learning_rat: 0.1\n")
    Path("crowded.yaml").write_text("target: {layout: random, modes: 9, least_distance: 2}\n")
    before = left_behind(folder)
    code, output, errors = cli(command, *arguments.split())
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1
    line = re.sub(r" \(see ganrun[a-z ]* --help\)$", "", errors.rstrip("\n"))
    assert line.startswith(MISTAKES[arguments].format(command=command))
    assert left_behind(folder) == before


UNUSED = {
    "a.yaml": "a.yaml: optimizer.b2: rmsprop does not use b2, but decay and eps",
    "a.yaml --set optimizer.name=sgd": "a.yaml: optimizer.b2: sgd does not use b2",
    "a.yaml --set optimizer.name=adam": None,
    "a.yaml --set optimizer.b2=0.999 --set optimizer.decay=0.9": None,
}


@pytest.mark.parametrize("arguments", list(UNUSED))
def test_a_number_that_the_optimizer_does_not_use_is_noted_and_checks_all_the_same(arguments: str):
    Path("a.yaml").write_text("optimizer: {name: rmsprop, b2: 0.9}\n")
    code, output, errors = cli("check", *arguments.split())
    assert code == 0
    assert output.startswith("name: ")
    assert errors == (f"note: {UNUSED[arguments]}\n" if UNUSED[arguments] else "")


def test_a_sweep_notes_what_none_of_its_optimizers_uses():
    Path("a.yaml").write_text(
        "vary: {optimizer.decay: [0.9, 0.99]}\n"
        "cases: {sgd: {optimizer: {name: sgd, b1: 0.9}}, adam: {optimizer.b1: 0.9}}\n"
    )
    code, _, errors = cli("sweep", "a.yaml", "--dry-run")
    assert code == 0
    assert errors.splitlines() == [
        "note: a.yaml: vary.optimizer.decay: adam and sgd do not use decay, but b1, b2 and eps",
        "note: a.yaml: cases.sgd.optimizer.b1: sgd does not use b1",
    ]


ELSEWHERE = {
    "trian configs/ring8.yaml": (2, "ganrun: no such command 'trian'"),
    "--verbose": (2, "ganrun: no such option: --verbose"),
    "diagnose nowhere": (1, "nowhere: no such folder"),
    "arena a.yaml b.yaml": (
        2,
        "ganrun arena: invalid value for CONFIG: one alone is served; --export takes several",
    ),
    "sweep a.yaml b.yaml": (2, "ganrun sweep: takes one SWEEP, and was given more: b.yaml"),
    "schema x": (2, "ganrun schema: takes no arguments, and was given more: x"),
    "schema --yaml": (2, "ganrun schema: no such option: --yaml"),
    "train a.yaml --checkpoint-every soon": (
        2,
        "ganrun train: invalid value for '--checkpoint-every': ",
    ),
    "train a.yaml --checkpoint-every -1": (
        2,
        "ganrun train: invalid value for '--checkpoint-every': ",
    ),
    "report": (
        1,
        "runs: there is no run or sweep in it; name one, or train one first: ganrun train ",
    ),
    "diagnose": (1, "runs: there is no finished run in it; name one, or train one first: ganrun "),
    "report nowhere": (1, "nowhere: no such folder"),
    "report . --only mode": (
        2,
        "ganrun report: invalid value: there is no figure 'mode' of a run: expected modes, ",
    ),
    "report . --no-figures --dpi 300": (2, "ganrun report: invalid value: --no-figures draws none"),
    "report . --dpi 5": (2, "ganrun report: invalid value for '--dpi': expected a number from 50"),
    "report .": (1, ".: not a run folder: it has no config.yaml"),
    "report \x1b[31m": (1, "\\x1b[31m: no such folder"),
    "check \udcff.yaml": (2, "\\udcff.yaml: no such file"),
    f"check {'y' * 300}": (2, f"{'y' * 300}: cannot be read: File name too long"),
    f"report {'y' * 300}": (1, "y"),
    f"diagnose {'y' * 300}": (1, "y"),
    f"train /{'y' * 300}/a.yaml": (2, f"/{'y' * 300}/a.yaml: cannot be read: File name too long"),
    "check ~nobody-of-that-name/a.yaml": (2, "~nobody-of-that-name/a.yaml: no such file"),
}


@pytest.mark.parametrize("arguments", list(ELSEWHERE))
def test_other_mistakes_are_one_line_too(folder: Path, arguments: str):
    code, output, errors = cli(*arguments.split())
    assert (code, output) == (ELSEWHERE[arguments][0], "")
    assert errors.startswith(ELSEWHERE[arguments][1])
    assert errors.count("\n") == 1
    assert left_behind(folder) == []


def numbers() -> list[tuple[str, str]]:
    """Commands with each of their options that takes a number."""
    return [
        (one.callback.__name__, f"--{name.replace('_', '-')}")
        for one in app.registered_commands
        if one.callback is not None
        for name, hint in get_type_hints(one.callback).items()
        if {int, float} & {hint, *get_args(hint)}
    ]


def test_there_are_options_that_take_a_number():
    assert ("train", "--checkpoint-every") in numbers()
    assert ("sweep", "--workers") in numbers()
    assert ("arena", "--port") in numbers()


@pytest.mark.parametrize(("command", "option"), numbers())
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1", "1e18", "1" + "0" * 400])
def test_every_option_that_takes_a_number_refuses_an_absurd_one(
    folder: Path, command: str, option: str, value: str
):
    Path("a.yaml").write_text("{}\n")
    code, _, errors = cli(command, "a.yaml", option, value)
    assert (code, errors.count("\n")) == (2, 1)
    assert errors.startswith(f"ganrun {command}: invalid value for '{option}': ")
    assert left_behind(folder) == ["a.yaml"]


@pytest.mark.parametrize(
    "words",
    [
        ["train", ""],
        ["report", ""],
        ["train", "a.yaml", "--runs-dir", ""],
        ["train", "a.yaml", "--runs-dir="],
        ["arena", "--host", ""],
        ["sweep", "--scheduler", ""],
    ],
    ids=" ".join,
)
def test_nothing_where_something_belongs_is_not_taken_for_this_folder(
    folder: Path, words: list[str]
):
    Path("a.yaml").write_text("{}\n")
    code, output, errors = cli(*words)
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert " is empty (see " in errors
    assert left_behind(folder) == ["a.yaml"]


def test_without_a_command_the_help_is_shown():
    code, output, errors = cli()
    assert (code, output) == (2, "")
    assert errors == cli("--help")[1]
    assert "ganrun train five_gaussians" in errors


def test_the_version_is_the_packages():
    assert cli("--version")[:2] == (0, f"ganrun {version_of_package()}\n")


def version_of_package() -> str:
    from importlib.metadata import version

    return version("ganrun")


@settings(
    max_examples=100,  # of those on which test_config_fuzz.py tries the loading itself
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(content=bad_configs(), command=st.sampled_from(["check", "check", "check", "train"]))
def test_a_bad_config_exits_with_2_and_is_told_in_lines_that_begin_with_its_path(
    folder: Path, content: bytes, command: str
):
    Path("bad.yaml").write_bytes(content)
    code, output, errors = cli(command, "bad.yaml")
    assert (code, output) == (2, "")
    assert errors.endswith("\n")
    for line in errors.removesuffix("\n").split("\n"):
        assert line.startswith("bad.yaml:")
        assert line.isprintable()
    assert left_behind(folder) == ["bad.yaml"]


def test_a_checked_config_is_printed_in_full_and_can_be_checked_again(folder: Path):
    Path("a.yaml").write_text("seeds: 2\n")
    code, resolved, errors = cli("check", "a.yaml", "--set", "optimizer.b1=0.25")
    assert (code, errors) == (0, "")
    assert "seeds: 2\n" in resolved
    assert "b1: 0.25\n" in resolved
    Path("b.yaml").write_text(resolved)
    assert cli("check", "b.yaml") == (0, resolved, "")
    assert left_behind(folder) == ["a.yaml", "b.yaml"]


def test_a_checked_config_and_the_schema_can_be_had_as_json():
    Path("a.yaml").write_text("seeds: 2\n")
    code, output, errors = cli("check", "a.yaml", "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["seeds"] == [0, 1]
    code, output, errors = cli("schema")
    assert (code, errors) == (0, "")
    assert json.loads(output)["properties"]["seeds"]["description"]


def test_modes_that_cannot_be_shown_are_warned_of_and_nothing_else_changes():
    Path("a.yaml").write_text("target: {weights: [1, 1, 1, 1, 0.000001]}\n")
    code, output, errors = cli("check", "a.yaml", "--json")
    assert code == 0
    assert json.loads(output)["target"]["modes"] == 5
    assert errors.startswith("note: a.yaml: mode 4 is too light to be shown by 2,500 samples")
    assert errors.count("\n") == 1
    Path("s.yaml").write_text("base: {}\nseeds: 1\nvary: {target.std: [0.05, 1.5, 2.0]}\n")
    code, _, errors = cli("sweep", "s.yaml", "--dry-run")
    assert code == 0
    assert errors == (
        "note: s.yaml: modes 0, 1, 2, 3 and 4 lie less than 2 std from another mode: perfect "
        "samples hardly show them as modes of their own\n"
    )


def test_a_shipped_config_is_found_from_any_folder(folder: Path):
    code, output, _ = cli("check", "configs/five_gaussians.yaml")
    assert (code, output.splitlines()[0]) == (0, "name: five_gaussians")
    Path("configs").mkdir()
    Path("configs/five_gaussians.yaml").write_text("name: mine\n")
    assert cli("check", "configs/five_gaussians.yaml")[1].splitlines()[0] == "name: mine"


# Training, with the training itself replaced: what the command makes of its outcomes.


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Outcome]]:
    """What the training is made to give back."""
    given: list[Outcome] = []
    asked: list[Any] = []

    def train_all(experiments: Any, watcher: Any, options: Any) -> list[list[Outcome]]:
        asked.append((experiments, options))
        return [given]

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", train_all)
    Path("a.yaml").write_text("{}\n")
    yield given
    assert len(asked) == 1


@pytest.fixture
def stored(folder: Path) -> Path:
    """The folder of a complete run."""
    run = fake_run(modes=[0, 3], verdict="collapsed", seed=3, steps=1000, snapshots=4)
    return stored_run(folder / "runs", run)


def test_finished_runs_exit_with_0_and_their_table(outcomes: list[Outcome], stored: Path):
    outcomes[:] = [Outcome(3, "trained", stored)]
    code, output, errors = cli("train", "a.yaml", "--set", "name=five_gaussians", "--quiet")
    assert (code, errors) == (0, "")
    assert "Seed 3: most likely collapsed (93 %); 2 of 5 modes recovered" in " ".join(
        output.split()
    )
    assert stored.name in output


@pytest.mark.parametrize("how", ["trained", "found"])
def test_a_name_that_a_run_does_not_get_is_told(outcomes: list[Outcome], stored: Path, how: Any):
    outcomes[:] = [Outcome(3, how, stored)]
    code, _, errors = cli("train", "a.yaml", "--set", "name=mine")
    assert code == 0
    assert (
        errors.splitlines()[-3] == "There as 'five_gaussians' already, and not renamed to 'mine'."
    )


def test_the_json_of_a_training_is_one_document(outcomes: list[Outcome], stored: Path):
    outcomes[:] = [Outcome(3, "found", stored)]
    code, output, errors = cli("train", "a.yaml", "--json", "--set", "name=five_gaussians")
    assert (code, errors) == (0, "Complete already, not trained again (--again trains afresh).\n")
    assert [run["seed"] for run in json.loads(output)["runs"]] == [3]


def test_a_failed_run_exits_with_1_after_the_table_of_the_others(
    outcomes: list[Outcome], stored: Path
):
    outcomes[:] = [Outcome(3, "trained", stored), Outcome(4, "failed", None, "disk full")]
    code, output, errors = cli("train", "a.yaml", "--set", "name=five_gaussians", "--quiet")
    assert (code, errors) == (1, "seed 4 failed: disk full\n")
    assert "Seed 3: most likely collapsed" in output


def test_an_interrupted_training_exits_with_130_and_says_how_to_go_on(
    outcomes: list[Outcome], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(sys, "argv", ["/bin/ganrun", "train", "a.yaml", "--set", "name=my run"])
    outcomes[:] = [Outcome(0, "interrupted", None)]
    code, output, errors = cli(*sys.argv[1:-1], "name=mine")
    assert (code, output) == (130, "")
    assert errors.endswith("run it again: ganrun train a.yaml --set 'name=my run'\n")


@pytest.mark.parametrize("signal_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_first_round_exits_with_130(
    folder: Path, monkeypatch: pytest.MonkeyPatch, signal_: int
):
    def train(*_: Any) -> None:
        signal.raise_signal(signal_)
        raise AssertionError("not interrupted")

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", train)
    before = signal.getsignal(signal.SIGTERM)
    Path("a.yaml").write_text("{}\n")
    assert cli("train", "a.yaml") == (130, "", "Interrupted.\n")
    assert signal.getsignal(signal.SIGTERM) == before
    assert left_behind(folder) == ["a.yaml"]


@pytest.mark.parametrize("module", ["ganrun.cli", "typer", "ganrun.streams"])
def test_an_interrupt_while_the_command_is_read_in_is_one_line(tmp_path: Path, module: str):
    """Ctrl-C in the first tenths of a second, before there is a command line to end."""
    (tmp_path / "sitecustomize.py").write_text(
        "import sys\n"
        "class Pressed:\n"
        "    def find_spec(self, name, *_):\n"
        f"        if name == {module!r}:\n"
        "            raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Pressed())\n"
    )
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    ended = subprocess.run(
        [sys.executable, "-m", "ganrun", "check", "ring8"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "Interrupted.\n")


def test_the_command_begins_where_an_interrupt_is_caught():
    declared = (Path(__file__).parents[1] / "pyproject.toml").read_text()
    assert tomllib.loads(declared)["project"]["scripts"] == {"ganrun": "ganrun.__main__:main"}


def test_a_home_folder_that_nobody_has_is_no_place_for_runs(folder: Path):
    Path("a.yaml").write_text("{}\n")
    code, output, errors = cli("train", "a.yaml", "--runs-dir=~nobody-of-that-name/here")
    assert (code, output) == (1, "")
    assert errors.startswith("~nobody-of-that-name/here: there is no home of ~nobody-of-that-name")
    assert left_behind(folder) == ["a.yaml"]


def test_where_a_closed_terminal_is_ignored_it_is_ignored_by_training_too(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    def train(*_: Any) -> None:
        signal.raise_signal(signal.SIGHUP)
        raise StoreError("went on")

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", train)
    Path("a.yaml").write_text("{}\n")
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does
    try:
        assert cli("train", "a.yaml") == (1, "", "went on\n")
    finally:
        signal.signal(signal.SIGHUP, before)


def test_where_runs_go_is_chosen_by_the_option_then_the_environment(
    folder: Path, monkeypatch: pytest.MonkeyPatch
):
    chosen: list[Path] = []

    def train_all(*given: Any) -> list[list[Outcome]]:
        chosen.append(given[2].runs_dir)
        return [[]]

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", train_all)
    Path("a.yaml").write_text("{}\n")
    cli("train", "a.yaml")
    monkeypatch.setenv("GANRUN_RUNS_DIR", "there")
    cli("train", "a.yaml")
    cli("train", "a.yaml", "--runs-dir", "here")
    assert chosen == [Path("runs"), Path("there"), Path("here")]
    monkeypatch.setenv("HOME", str(folder))
    cli("train", "~/a.yaml", "--runs-dir=~/here")
    monkeypatch.setenv("GANRUN_RUNS_DIR", "~/there")
    cli("train", "a.yaml")
    assert chosen[3:] == [folder / "here", folder / "there"]


def test_a_parent_and_a_base_may_lie_at_home(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "home").mkdir()
    monkeypatch.setenv("HOME", str(folder / "home"))
    Path("home/mine.yaml").write_text("name: mine\n")
    Path("a.yaml").write_text("extends: ~/mine.yaml\n")
    assert cli("check", "a.yaml")[1].startswith("name: mine\n")
    Path("s.yaml").write_text("base: ~/mine.yaml\nvary: {target.modes: [3, 4]}\n")
    assert cli("sweep", "s.yaml", "--dry-run")[0] == 0


LISTS = {
    "check a.yaml --set seeds=0,1,2": "the text '0,1,2'; did you mean [0, 1, 2]?",
    "check a.yaml --set generator.hidden=64,64": "the text '64,64'; did you mean [64, 64]?",
    "sweep --dry-run --set vary.training.steps=1,2": "the text '1,2'; did you mean [1, 2]?",
    "check a.yaml --set seeds=some,any": "the text 'some,any'",
}


@pytest.mark.parametrize("arguments", list(LISTS))
def test_a_list_without_its_brackets_is_shown_with_them(arguments: str):
    Path("a.yaml").write_text("{}\n")
    code, _, errors = cli(*arguments.split())
    assert code == 2
    assert errors.endswith(f", not {LISTS[arguments]}\n")


def test_sweeps_among_runs_are_not_passed_over_in_silence(folder: Path, stored: Path):
    for name in ("a-sweep-1", "b-sweep-2"):
        (stored.parent / name).mkdir()
        (stored.parent / name / "sweep.yaml").touch()
    code, output, errors = cli("report", "runs", "--no-figures")
    assert (code, stored.name in output) == (0, True)
    words = "of a sweep, the report is made on its own: runs/a-sweep-1 and runs/b-sweep-2"
    assert errors == f"note: {words}\n"
    assert (stored.parent / "report.html").exists()
    stored.rename(folder / "elsewhere")
    code, output, errors = cli("report", "runs")
    assert code == 0
    assert output == "runs/report.html: 2 sweeps, to be filtered and opened, in a browser\n"
    assert errors == f"note: {words}\n"


def test_a_line_that_quotes_a_name_at_length_keeps_its_beginning_and_its_end():
    for arguments in (["report", "x" * 5000], ["check", "x" * 5000], ["x" * 5000]):
        code, _, errors = cli(*arguments)
        assert code in (1, 2)
        assert len(errors) < 1700
        assert "xxx ... xxx" in errors
        assert errors.endswith(("File name too long\n", "--help)\n"))


def test_what_the_system_refuses_is_one_line(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: Any) -> None:
        raise PermissionError(13, "Permission denied", "/locked/\x1b[31maway")

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", refuse)
    Path("a.yaml").write_text("{}\n")
    assert cli("train", "a.yaml") == (1, "", "/locked/\\x1b[31maway: Permission denied\n")


# Real processes: what is imported, and that nothing but what is meant is printed.

PROBE = """
import contextlib, io, json, sys
from ganrun.cli import main
ended = []
for words in json.loads(sys.argv[1]):
    sys.argv[1:] = words
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as end:
            ended.append((end.code, said.getvalue().splitlines()))
print(json.dumps([ended, [name.partition(".")[0] for name in sys.modules]]))
"""


def imported_by(*commands: str) -> tuple[list[tuple[int, list[str]]], set[str]]:
    """Run commands in a process of their own.

    Returns the exit code of each and the lines of both its outputs, and the packages that all of
    them have imported together.
    """
    words = json.dumps([command.split() for command in commands])
    begun = [sys.executable, "-W", "error", "-c", PROBE, words]
    done = subprocess.run(begun, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    ended, imported = json.loads(done.stdout)
    return [(code or 0, lines) for code, lines in ended], set(imported)


def test_help_imports_nothing_that_takes_time():
    ((code, _),), imported = imported_by("--help")
    assert code == 0
    assert not imported & (HEAVY | {"numpy", "pydantic", "rich", "ruamel", "jaxtyping"})


def test_what_only_reads_configs_imports_no_numerics():
    Path("a.yaml").write_text("{}\n")
    right = ["check a.yaml", "check a.yaml --json", "schema"]
    wrong = [
        "check missing.yaml",
        "train missing.yaml",
        "train a.yaml --set steps",
        "train a.yaml --what",
    ]
    ended, imported = imported_by(*right, *wrong)
    assert [code for code, _ in ended] == [0] * len(right) + [2] * len(wrong)
    for _, lines in ended[len(right) :]:
        assert len(lines) == 1
        assert "Traceback" not in lines[0]
    assert not imported & (HEAVY | {"numpy", "jaxtyping"})


def test_what_reads_runs_imports_no_jax(stored: Path):
    (*found, missing), imported = imported_by(
        f"report {stored} --no-figures",
        "report runs --no-figures --json",
        f"train {stored / 'config.yaml'}",  # complete: shown, not trained
        "report a.yaml",
    )
    assert not imported & HEAVY
    for code, lines in found:
        assert code == 0, lines
        assert any(stored.name in line for line in lines)
    assert missing == (1, ["a.yaml: no such folder"])


def test_the_module_is_the_command():
    command = [sys.executable, "-m", "ganrun", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout == f"ganrun {version_of_package()}\n"


def test_a_reader_that_stops_reading_is_no_error(stored: Path):
    command = f"{sys.executable} -m ganrun report runs --no-figures --json | head -c 1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("{", "")
    assert (stored / "report.html").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="the system has no disk that is full")
def test_what_cannot_be_printed_is_told_and_is_a_failure():
    Path("a.yaml").write_text("{}\n")
    command = f"{sys.executable} -m ganrun check a.yaml > /dev/full"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    said = "standard output: No space left on device, so not all was printed\n"
    assert (done.returncode, done.stderr) == (1, said)


def test_letters_that_an_encoding_lacks_are_escaped_and_closed_streams_are_none(stored: Path):
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "COLUMNS": "0"}
    (stored.parent / "\u00e9").symlink_to(stored, target_is_directory=True)
    command = f"{sys.executable} -m ganrun report runs/\u00e9 --no-figures 2>&-"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=True, env=environment
    )
    assert "2 of 5 modes" in " ".join(done.stdout.split())
    assert "runs/\\xe9/report.html" in done.stdout
