"""What one expects of a command line: names for paths, short forms, completion, and good advice."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from command_line import COMMAND, cli, entered, left_behind
from diagnosis_examples import DIAGNOSES
from report_examples import fake_run, stored_run
from stored_sweeps import stored_sweep

from ganrun.cli import completion
from ganrun.config import Experiment, load_experiment
from ganrun.config.every_field import every_field
from ganrun.config.find import find_config
from ganrun.config.targets import LAYOUTS, Ring
from ganrun.config.template import template
from ganrun.store import StoreError
from ganrun.train import Outcome

ROOT = Path(__file__).parents[1]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty current folder."""
    return entered(tmp_path, monkeypatch)


@pytest.fixture
def trained(monkeypatch: pytest.MonkeyPatch) -> list[Experiment]:
    """What was to be trained; nothing is."""
    asked: list[Experiment] = []

    def train_all(experiments: Any, *_: Any) -> list[list[Outcome]]:
        asked.extend(experiments)
        return [[] for _ in experiments]

    monkeypatch.setattr(import_module("ganrun.train"), "train_all", train_all)
    return asked


def a_run(runs: Path, seed: int, *, age: int = 0, **changes: Any) -> Path:
    """A finished run's folder, last written so many seconds ago."""
    run = fake_run(modes=[0, 3], verdict="collapsed", seed=seed, steps=1000, snapshots=4, **changes)
    path = stored_run(runs, run)
    aged(path / "run.json", age)
    return path


def aged(path: Path, seconds: int) -> None:
    then = path.stat().st_mtime - seconds
    os.utime(path, (then, then))


def names(words: str) -> list[str]:
    """Names of the configs that `ganrun check` finds by these words."""
    code, output, errors = cli("check", *words.split(), "--json")
    assert (code, errors) == (0, "")
    found = json.loads(output)
    return [one["name"] for one in (found if isinstance(found, list) else [found])]


# Which config is meant.


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("five_gaussians", ["five_gaussians"]),
        ("cures/hinge", ["hinge"]),
        ("hinge", ["hinge"]),
        ("configs/ring8.yaml", ["ring8"]),
        ("ring8 grid25 ring8", ["ring8", "grid25"]),
        ("configs/cures/wgan_?p.yaml", ["wgan_gp", "wgan_lp"]),
        ("cures/wgan_?p.yaml", ["wgan_gp", "wgan_lp"]),
    ],
)
def test_a_config_that_ships_is_named_from_any_folder(words: str, found: list[str]):
    assert names(words) == found


def test_what_is_here_comes_before_what_ships(folder: Path):
    (folder / "hinge").mkdir()  # no run's
    assert names("hinge") == ["hinge"]
    Path("ring8").write_text("name: mine\n")
    assert names("ring8") == ["mine"]
    Path("cures").mkdir()
    Path("cures/wgan_gp.yaml").write_text("name: mine_too\n")
    assert names("cures/wgan_?p.yaml") == ["mine_too"]


def test_a_pattern_in_quotes_means_files_and_runs_and_a_name_with_its_signs_itself(folder: Path):
    a_run(folder / "runs", 3)
    for name in ("b", "a"):
        Path(f"{name}.yaml").write_text(f"name: {name}\n")
    Path("notes.txt").touch()
    Path("other").mkdir()
    Path("[ab].yaml").write_text("name: odd\n")
    assert names("[ab].yaml *.yaml *") == ["odd", "a", "b"]
    assert names("runs/*") == ["five_gaussians"]
    code, output, errors = cli("check", "x*.yaml")
    assert (code, output, errors) == (2, "", "x*.yaml: no such file\n")


def test_the_folder_of_a_run_stands_for_its_config(folder: Path, trained: list[Experiment]):
    path = a_run(folder / "runs", 3)
    cli("train", path, "--steps", "2000")
    (experiment,) = trained
    assert (experiment.seeds, experiment.training.steps) == ((3,), 2000)
    assert experiment == load_experiment(path / "config.yaml", ["training.steps=2000"])


def test_the_folder_of_a_sweep_stands_for_the_sweep(folder: Path):
    sweep = stored_sweep(folder, fate=lambda _: "missing")
    code, output, _ = cli("sweep", sweep.path, "--dry-run", "--json")
    assert (code, json.loads(output)["trials"]) == (0, 18)
    code, _, errors = cli("check", sweep.path)
    assert code == 2
    assert errors.endswith("sweep.yaml: a sweep, not an experiment; 'ganrun sweep' takes it\n")


def test_a_sweep_that_ships_is_named_too():
    for name in ("influence", "configs/sweeps/influence.yaml"):
        code, output, _ = cli("sweep", name, "--dry-run", "--json", "--seeds", "2")
        assert (code, json.loads(output)["trials"]) == (0, 126)


@pytest.mark.parametrize(
    "name", ["configs/five_gaussians.yaml", "five_gaussians", "five_gaussians.yaml"]
)
def test_a_config_may_extend_one_that_ships_wherever_it_lies(name: str):
    if name == "five_gaussians.yaml":
        Path(name).write_text("name: another\n")  # the one beside it is meant
    Path("a.yaml").write_text(f"extends: {name}\nseeds: 2\n")
    modes = {"five_gaussians.yaml": "another"}.get(name, "five_gaussians")
    assert names("a.yaml") == [modes]
    Path("s.yaml").write_text(f"base: {{extends: {name}}}\nvary: {{target.modes: [3, 4]}}\n")
    assert cli("sweep", "s.yaml", "--dry-run")[0] == 0
    Path("s.yaml").write_text("extends: influence\nseeds: 2\n")
    assert cli("sweep", "s.yaml", "--dry-run")[0] == 0


def test_readmes_own_config_works_in_an_empty_folder():
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(# mine\.yaml\n.*?)^```", readme, re.DOTALL | re.MULTILINE)
    Path("mine.yaml").write_text(text)
    assert names("mine.yaml") == ["mine"]


def test_what_extends_nothing_that_is_there_is_told_as_before():
    Path("a.yaml").write_text("extends: five_gausians\n")
    code, _, errors = cli("check", "a.yaml")
    assert code == 2
    assert errors == (
        "a.yaml:1:10: extends: five_gausians: no such file; "
        "did you mean 'configs/five_gaussians.yaml'?\n"
    )


def test_mistakes_of_several_configs_are_told_at_once():
    Path("a.yaml").write_text("seed: 1\n")
    Path("b.yaml").write_text("lr: 1\n")
    code, output, errors = cli("check", "a.yaml", "b.yaml", "ring8")
    assert (code, output) == (2, "")
    assert [line.split(":")[0] for line in errors.splitlines()] == ["a.yaml", "b.yaml"]


def test_several_configs_are_printed_as_documents():
    output = cli("check", "ring8", "grid25")[1]
    assert [text.splitlines()[0] for text in output.split("---\n")] == [
        "name: ring8",
        "name: grid25",
    ]


# Options.


@pytest.mark.parametrize("words", [[], *([name] for name in COMMAND.commands)])
def test_h_is_help_everywhere(words: list[str]):
    code, output, errors = cli(*words, "-h")
    assert (code, errors) == (0, "")
    assert output == cli(*words, "--help")[1]
    assert re.search(r"-h, --help +Show this message and exit", output)


SHORT = {
    "--seeds 3": "seeds=3",
    "--seeds 0,7": "seeds=[0, 7]",
    "--seeds [4]": "seeds=[4]",
    "--steps 2e3": "training.steps=2000",
    "--name mine": "name=mine",
    "--name 2024": "name='2024'",
    "--set seeds=2 --seeds 4": "seeds=4",
}


@pytest.mark.parametrize("words", list(SHORT))
def test_short_forms_are_what_set_says(words: str):
    assert cli("check", "ring8", *words.split()) == cli("check", "ring8", "--set", SHORT[words])


@pytest.mark.parametrize("command", ["train", "check", "sweep", "arena"])
def test_every_command_that_takes_fields_has_the_short_forms(command: str):
    options = {one for param in COMMAND.commands[command].params for one in param.opts}
    assert options >= {"--set", "--seeds", "--steps", "--name"}


def test_of_a_sweep_the_steps_are_its_bases():
    Path("s.yaml").write_text("vary: {target.modes: [3, 4]}\n")
    words = ["sweep", "s.yaml", "--dry-run", "--json"]
    short = cli(*words, "--seeds", "3", "--steps", "500", "--name", "x")
    long = ["seeds=3", "base.training.steps=500", "name=x"]
    assert short == cli(*words, *(word for one in long for word in ("--set", one)))
    assert short[0] == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("--seeds some", "--set seeds=some: "),
        ("--steps 0", "--set training.steps=0: "),
        ("--name /", '--set name="/": '),
    ],
)
def test_a_mistake_in_a_short_form_is_one_line(words: str, told: str):
    code, output, errors = cli("check", "ring8", *words.split())
    assert (code, output, errors.count("\n")) == (2, "", 1)
    assert errors.startswith(told)


MEANT = {
    "train x --learning-rate 0.1": "--set optimizer.learning_rate=0.1",
    "train x --learning-rate=0.1": "--set optimizer.learning_rate=0.1",
    "train x --learning-rate": "--set optimizer.learning_rate=VALUE",
    "check x --lr 1e-3 --json": "--set optimizer.learning_rate=1e-3",
    "train x --lr --quiet": "--set optimizer.learning_rate=VALUE",
    "train x --optimizer.b1 0": "--set optimizer.b1=0",
    "train x --optimizer sgd": "--set optimizer.name=sgd",
    "train x --target grid": "--set target.layout=grid",
    "train x --loss hinge": "--set objective=hinge",
    "train x --gradient-penalty 10": "--set penalties.gradient_penalty.weight=10",
    "train x --epochs 500": "--steps 500",
    "train x --seed 3": "--seeds",
    "train x --num-seeds 3": "--seeds 3",
    "train x --hidden 32,32": "--set 'generator.hidden=[32,32]' or "
    "--set 'discriminator.hidden=[32,32]'",
    "train x --runs_dir here": "--runs-dir",
    "train x --quite": "--quiet",
    "sweep x --lr 1": "--set base.optimizer.learning_rate=1",
    "sweep x --points 8": "--set points=8",
    "sweep x --n-critic 5": "--set base.training.discriminator_steps=5",
    "sweep x --steeps 5": "--steps",
    "report x --jsn": "--json",
}


@pytest.mark.parametrize("words", list(MEANT))
def test_a_wrong_option_is_told_with_the_right_one(words: str):
    command, *_ = words.split()
    wrong = next(word for word in words.split() if word.startswith("--"))
    code, output, errors = cli(*words.split())
    assert (code, output) == (2, "")
    assert errors == (
        f"ganrun {command}: no such option: {wrong.split('=')[0]}; did you mean {MEANT[words]}? "
        f"(see ganrun {command} --help)\n"
    )


@pytest.mark.parametrize("words", ["train x --frobnicate 3", "report x --lr 1", "--zzz"])
def test_an_option_that_is_like_nothing_is_told_alone(words: str):
    code, _, errors = cli(*words.split())
    assert code == 2
    assert "did you mean" not in errors
    assert errors.count("\n") == 1


# Which run is meant.


def test_the_newest_is_reported_and_that_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch):
    runs = folder / "there"
    monkeypatch.setenv("GANRUN_RUNS_DIR", str(runs))
    old, new = a_run(runs, 1, age=50), a_run(runs, 2, age=20)
    (runs / "no_run").mkdir()
    code, output, errors = cli("report", "--no-figures", "--json")
    assert (code, errors) == (0, f"note: the newest run or sweep is taken: {new}\n")
    assert [one["seed"] for one in json.loads(output)["runs"]] == [2]
    aged(new / "run.json", 100)
    assert cli("report", "--no-figures")[2].endswith(f"{old}\n")
    sweep = stored_sweep(folder, fate=lambda _: "missing").path
    sweep = sweep.rename(runs / sweep.name)
    code, _, errors = cli("report", "--no-figures", "--json")
    assert (code, errors) == (0, f"note: the newest run or sweep is taken: {sweep}\n")


@pytest.fixture
def diagnosed(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Runs that were diagnosed; nothing is played, and no figure drawn."""
    asked: list[Path] = []

    def diagnose(run: Any, *_: Any) -> Any:
        asked.append(run.path)
        if "7" in run.path.name.split("-")[1]:
            raise StoreError(f"{run.path}: another process is diagnosing this run")
        return DIAGNOSES["collapsed"]()

    monkeypatch.setattr(import_module("ganrun.diagnose.run"), "diagnose", diagnose)
    monkeypatch.setattr("ganrun.report.figures.diagnosis.write_diagnosis_figure", lambda *_: None)
    return asked


def test_the_newest_finished_run_is_diagnosed(folder: Path, diagnosed: list[Path]):
    run = a_run(folder / "runs", 1, age=20)
    unfinished = a_run(folder / "runs", 2, status="interrupted", reached=500)
    assert unfinished.exists()
    stored_sweep(folder, fate=lambda _: "missing")
    code, output, errors = cli("diagnose", "--quiet")
    where = run.relative_to(folder)
    assert (code, errors) == (0, f"note: the newest finished run is taken: {where}\n")
    assert "\ncollapsed  (confidence" in output
    assert diagnosed == [where]


def test_several_runs_are_diagnosed_one_after_another(folder: Path, diagnosed: list[Path]):
    paths = [a_run(folder / "runs", seed).relative_to(folder) for seed in (1, 7, 2)]
    titles = []

    code, output, errors = cli("diagnose", *paths, "--quiet")
    assert diagnosed == paths
    assert (code, errors) == (1, f"{paths[1]}: another process is diagnosing this run\n")
    assert output.count("What to try next") == 2
    code, output, errors = cli("diagnose", "runs/*-s[12]-*", "--json", "--quiet")
    assert (code, errors) == (0, "")
    assert [one["path"] for one in json.loads(output)] == [str(paths[0]), str(paths[2])]
    assert json.loads(cli("diagnose", paths[0], "--json")[1])["path"] == str(paths[0])
    assert titles == []


def test_progress_says_which_of_several_is_diagnosed(
    folder: Path, diagnosed: list[Path], monkeypatch: pytest.MonkeyPatch
):
    titles: list[str] = []

    class Diagnosing:
        def __init__(self, *, title: str) -> None:
            titles.append(title)

    monkeypatch.setattr("ganrun.report.live.diagnosis.Diagnosing", Diagnosing)
    paths = [a_run(folder / "runs", seed) for seed in (1, 2)]
    cli("diagnose", *paths, "--quiet")
    cli("diagnose", paths[0], "--quiet")
    assert titles == [
        "five_gaussians, seed 1 (1 of 2)",
        "five_gaussians, seed 2 (2 of 2)",
        "five_gaussians",
    ]


# What is next.


@pytest.fixture
def outcomes(monkeypatch: pytest.MonkeyPatch) -> list[Outcome]:
    """What the training is made to give back."""
    given: list[Outcome] = []
    monkeypatch.setattr(import_module("ganrun.train"), "train_all", lambda *_: [given])
    Path("a.yaml").write_text("name: five_gaussians\n")
    return given


def test_after_a_training_two_lines_say_what_is_next(folder: Path, outcomes: list[Outcome]):
    converged = stored_run(
        folder / "my runs",
        fake_run(modes=range(5), verdict="converged", seed=1, steps=1000, snapshots=4),
    )
    collapsed = a_run(folder / "my runs", 2)
    outcomes[:] = [Outcome(1, "trained", converged), Outcome(2, "trained", collapsed)]
    assert cli("train", "a.yaml")[2].splitlines() == [
        f"To see how it came to that: ganrun report '{converged}' '{collapsed}'",
        f"To test it by experiment: ganrun diagnose '{collapsed}'",
    ]
    outcomes[:] = [Outcome(1, "found", converged)] * 6
    assert cli("train", "a.yaml")[2].splitlines()[1:] == [
        f"To see how it came to that: ganrun report '{folder / 'my runs'}'",
        f"To test it by experiment: ganrun diagnose '{converged}'",
    ]
    for option in ("--json", "--quiet"):
        assert "ganrun report" not in cli("train", "a.yaml", option)[2]
    outcomes[:] = [Outcome(3, "failed", None, "disk full")]
    assert cli("train", "a.yaml")[2] == "seed 3 failed: disk full\n"


# A config to begin with.


def test_a_config_to_begin_with_is_written_and_is_the_default(folder: Path):
    code, output, errors = cli("init")
    assert (code, errors) == (0, "")
    assert output == "mine.yaml: every field of a config. Next: ganrun train mine.yaml\n"
    assert left_behind(folder) == ["mine.yaml"]
    assert load_experiment(Path("mine.yaml")) == Experiment(name="mine")


def sections() -> dict[str, list[str]]:
    """What is commented out, as it is without the sign: by section, each field with its header."""
    text = re.sub(r"^#(?! \S)", "", template("mine"), flags=re.MULTILINE)
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if begun := re.match(r"(\w+):", line):
            section = begun[1]
            found[section] = [line]
        elif re.match(r"  \w+:", line):
            found[section].append(line)
    return found


def test_a_config_to_begin_with_names_every_field_once_and_is_not_too_wide():
    shown = [
        f"{section}.{line.split(':')[0].strip()}"
        for section, lines in sections().items()
        for line in lines[1:] or [f".{section}:"]
    ]
    inner = {"training.instance_noise", "training.top_k"}
    named = ["extends..extends"]
    for name in dict(every_field()):
        section, _, field = name.partition(".")
        if section != "target" or field in Ring.model_fields:
            named.append(f"{section}.{field.split('.')[0]}" if field else f"{name}..{name}")
    assert sorted(shown) == sorted(set(named))
    assert inner < set(named)
    assert max(len(line) for line in template("mine").splitlines()[1:]) <= 100


def test_each_field_that_is_commented_out_has_its_default_or_is_one_that_is_off():
    off = ("penalties.", "training.instance_noise", "training.top_k")
    for section, (head, *lines) in sections().items():
        for line in lines:
            Path("one.yaml").write_text(f"{head}\n{line}\n")
            is_off = f"{section}.{line.strip()}".startswith(off)
            assert (load_experiment(Path("one.yaml")) != Experiment()) == is_off, line
        if not lines and section not in ("extends", "name"):
            Path("one.yaml").write_text(f"{head}\n")
            assert load_experiment(Path("one.yaml")) == Experiment()


def test_a_config_to_begin_with_never_takes_the_place_of_another(folder: Path):
    Path("mine.yaml").write_text("name: dear\n")
    code, output, errors = cli("init")
    assert (code, output) == (1, "")
    assert errors == "mine.yaml: cannot be written: File exists\n"
    assert Path("mine.yaml").read_text() == "name: dear\n"
    assert left_behind(folder) == ["mine.yaml"]
    assert cli("init", "nowhere/a.yaml")[0] == 1
    assert cli("init", "my first.yaml")[0] == 0
    assert load_experiment(Path("my first.yaml")).name == "experiment"


# Completion, as Typer is asked by a shell.


def offered(line: str, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What bash is offered where a line ends; it divides words at spaces and at `=`."""
    words = re.findall(r"=|[^ =]+", line)
    if line.endswith(" "):
        words.append("")
    monkeypatch.setenv(completion.FIELD, "")
    monkeypatch.setenv("COMP_WORDS", "\n".join(words))
    monkeypatch.setenv("COMP_CWORD", str(len(words) - 1))
    completion.join_at_equals(os.environ)
    return cli(**{completion.BASH[0]: completion.BASH[1]})[1].split()


OFFERED = {
    "ganrun tr": ["train"],
    "ganrun train five_gaussians_": [
        "five_gaussians_r1",
        "five_gaussians_spectral_norm",
        "five_gaussians_wgan_gp",
    ],
    "ganrun train cures/wgan_g": ["cures/wgan_gp", "cures/wgan_gp_drift"],
    "ganrun check configs/ring": ["configs/ring8.yaml"],
    "ganrun train ring8 min": ["mine.yaml"],
    "ganrun train runs/": ["runs/a-s0-1"],
    "ganrun diagnose ": ["runs/a-s0-1"],
    "ganrun report run": ["runs/a-s0-1", "runs/b-sweep-1"],
    "ganrun report elsewhere/": ["elsewhere/c-s0-1"],
    "ganrun sweep inf": ["influence", "influence_sobol"],
    "ganrun train ring8 --set optimizer.learning_rate_": [
        "optimizer.learning_rate_ratio=",
        "optimizer.learning_rate_ratio=1.0",
    ],
    "ganrun train ring8 --set optimizer.learning_": [
        "optimizer.learning_rate=",
        "optimizer.learning_rate_ratio=",
    ],
    "ganrun train ring8 --set target.layout=": [*LAYOUTS],
    "ganrun train ring8 --set objective=hi": ["hinge"],
    "ganrun train --set seeds=3 --set generator.spectral_norm=t": ["true"],
    "ganrun sweep --set design=so": ["sobol"],
    "ganrun sweep --set base.objective=hi": ["hinge"],
    "ganrun train --see": ["--seeds"],
    "ganrun train --set nothing=": [],
    "ganrun train '' --set objective=hi": ["hinge"],
}


@pytest.mark.parametrize("line", list(OFFERED))
def test_bash_is_offered(line: str, monkeypatch: pytest.MonkeyPatch):
    marks = ["runs/a-s0-1/config.yaml", "runs/b-sweep-1/sweep.yaml", "elsewhere/c-s0-1/config.yaml"]
    for mark in [*marks, "mine.yaml", "runs/other/x", "notes.txt"]:
        Path(mark).parent.mkdir(parents=True, exist_ok=True)
        Path(mark).touch()
    assert offered(line, monkeypatch) == OFFERED[line]


def test_every_name_that_is_offered_is_one(monkeypatch: pytest.MonkeyPatch):
    for name in offered("ganrun train ", monkeypatch):
        assert find_config(Path(name)).exists(), name
    for name in offered("ganrun sweep ", monkeypatch):
        assert find_config(Path(name)).parent.name == "sweeps"


def test_other_shells_are_offered_whole_words_and_what_they_mean():
    words = "ganrun train ring8 --set objective=hi"
    shown = cli(_GANRUN_COMPLETE="complete_zsh", _TYPER_COMPLETE_ARGS=words)[1]
    assert '"objective=hinge":"' in shown


def test_a_shell_can_be_taught_to_complete():
    shown = cli("--help")[1]
    assert "--install-completion" in shown
    assert "--show-completion" in shown


@pytest.mark.parametrize(
    ("line", "heavy"),
    [
        ("ganrun train five", {"numpy", "ganrun.config.schema"}),
        ("ganrun report ru", {"numpy", "ganrun.config.schema"}),
        ("ganrun train --set obj", {"numpy", "rich"}),
    ],
)
def test_what_is_offered_is_offered_at_once(line: str, heavy: set[str]):
    program = (
        "import sys\nsys.argv[0] = 'ganrun'\nfrom ganrun.cli import main\n"
        "try:\n    main()\nfinally:\n    print(*sys.modules)"
    )
    words = line.split()
    asked = {completion.BASH[0]: completion.BASH[1], "COMP_CWORD": str(len(words) - 1)}
    environment = {**os.environ, **asked, "COMP_WORDS": "\n".join(words)}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, env=environment, check=True
    )
    assert not {"jax", *heavy} & set(done.stdout.splitlines()[-1].split())
