"""Every command on README's page and on those of docs/ works, and CI runs the tests."""

from __future__ import annotations

import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from glob import glob
from itertools import chain
from pathlib import Path

import numpy as np
import pytest
from one_core import on_one_core
from typer.testing import CliRunner

from benchmarks.shipped import with_output, with_table
from ganrun.cli import app
from ganrun.config import ConfigError, load_experiment, load_sweep
from ganrun.config.shipped import default_sweep, shipped_configs
from ganrun.game import backend
from ganrun.store import run_path
from ganrun.store.sweep_folder import sweep_path
from ganrun.verdict import WORDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCS = {path.stem: path.read_text(encoding="utf-8") for path in sorted(ROOT.glob("docs/*.md"))}
CONFIGS, DIAGNOSING, SWEEPS = (DOCS[name] for name in ("configs", "diagnosing", "sweeps"))
PAGES = "".join([README, *DOCS.values()])
SHELL = list(dict.fromkeys(
    line for block in re.findall(r"^```sh\n(.*?)^```", PAGES, re.DOTALL | re.MULTILINE)
    for line in block.splitlines()
))  # fmt: skip
"""Every line that a reader is shown, in the order in which they are met, each once."""
RUN, TEST = (line for line in SHELL if line.startswith("python3 -m venv .venv && "))
ELSEWHERE = {".ci/run", ".venv/bin/python -m benchmarks.shipped", "ganrun arena"}
"""Commands that other tests take care of: here, and in test_arena_page.py."""
GANRUN = [
    re.sub(r"^.*?&& \.venv/bin/(?=ganrun )", "", line)
    for line in SHELL
    if "ganrun " in line and line not in ELSEWHERE
]

SMALL = [
    "target.modes=3",
    "training.steps=40",
    "training.batch_size=16",
    "evaluation.every=20",
    "evaluation.samples=100",
    "snapshots.count=4",
    "snapshots.samples=8",
    "snapshots.grid=4",
    "generator.hidden=[8]",
    "discriminator.hidden=[8]",
    "seeds=1",
]
"""Of the shapes that games have in other tests, whose compiled programs will do."""
FEWER = [
    *(f"base.{override}" for override in SMALL if not override.startswith("seeds")),
    "seeds=2",
    "vary.training.discriminator_steps=[1, 2]",
    "vary.optimizer.learning_rate=[1e-3]",
]
LESS = {
    "train": [word for override in SMALL for word in ("--set", override)],
    "sweep": [word for override in FEWER for word in ("--set", override)],
    "report": ["--dpi", "50"],
}
"""What is added to a command, so that it trains and draws but little."""
NOTHING_TO_SPARE = {"--dry-run", "--no-figures"}


def shell(command: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def executable(path: Path, text: str) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)


def _heap(middle: float) -> Iterator[tuple[float, float]]:
    rng = np.random.default_rng(0)
    yield from (rng.normal(middle, 0.1, (100, 2))).tolist()


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the shipped configs, README's own, and a `ganrun` that trains but little.

    It does so on one core: that processes of its own come to the same is shown elsewhere.
    """
    folder = tmp_path_factory.mktemp("newcomer")
    shutil.copytree(shipped_configs(), folder / "configs")
    for text in re.findall(
        r"^```yaml\n(# (?:\w+)\.yaml\n.*?)^```", PAGES, re.DOTALL | re.MULTILINE
    ):
        name = text.split(maxsplit=2)[1]
        (folder / name).write_text(text)
    # Two heaps of a newcomer's own.
    rows = [f"{x},{y}" for middle in (0, 3) for x, y in _heap(middle)]
    (folder / "own.csv").write_text("\n".join(rows))
    words = shlex.join(on_one_core([sys.executable, "-W", "error", "-m", "ganrun"]))
    cases = [f'[ "$1" = {name} ] && set -- "$@" {shlex.join(more)}' for name, more in LESS.items()]
    script = ["#!/bin/sh", *cases, f'exec {words} "$@"', ""]
    executable(folder / "bin" / "ganrun", "\n".join(script))
    return folder


def test_every_ganrun_line_works_one_after_another(
    newcomer: Path, monkeypatch: pytest.MonkeyPatch, quick_xla: None
):
    """The first by a shell, as those that need one; the others would do so much alike.

    They are played by this process, as the command does where there is but one core.
    """
    monkeypatch.chdir(newcomer)
    monkeypatch.setattr(backend, "cores", lambda: 1)
    monkeypatch.delenv("GANRUN_RUNS_DIR", raising=False)
    path = f"{newcomer / 'bin'}{os.pathsep}{os.environ['PATH']}"
    for line in GANRUN:
        _, command, *arguments = shlex.split(line)
        if line != GANRUN[0] and ">" not in line:
            quoted = set(re.findall("'(.*?)'", line))
            found = [[word] if word in quoted else glob(word) or [word] for word in arguments]
            less = [] if NOTHING_TO_SPARE & {*arguments} else LESS.get(command, [])
            words = [command, *chain.from_iterable(found), *less]
            here = CliRunner().invoke(app, words, prog_name="ganrun")
            code, output, told = here.exit_code, here.stdout, here.stderr
        else:
            done = shell(line, newcomer, PATH=path)
            code, output, told = done.returncode, done.stdout, done.stderr
        assert code == 0, f"{line}\n{told}"
        assert output or ">" in line
        assert "Traceback" not in told


def test_there_is_no_command_that_nothing_tries():
    ganrun = [line for line in SHELL if "ganrun " in line]
    assert set(SHELL) == {RUN, TEST, *ganrun, *ELSEWHERE}
    assert GANRUN[0] == "ganrun train configs/five_gaussians.yaml"
    assert len(GANRUN) >= 6


def test_the_page_opens_with_the_two_commands_for_a_fresh_machine():
    install = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt -e "
    assert f"{install}. && .venv/bin/{GANRUN[0]}" == RUN
    assert f"{install}'.[test]' && .venv/bin/pytest" == TEST
    assert SHELL[:2] == [RUN, TEST]
    assert README.index(TEST) < README.index("## ")


def test_ci_runs_the_test_command_of_the_page_in_an_environment_of_its_own(tmp_path: Path):
    # A python3 that cannot make environments: the first command is printed, then all is over.
    executable(tmp_path / "bin" / "python3", '#!/bin/sh\necho "python3 $*"\nexit 3\n')
    path = f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}"
    done = shell(str(ROOT / ".ci" / "run"), tmp_path, PATH=path, TMPDIR=str(tmp_path))
    told, called = done.stdout.splitlines()
    environment = called.removeprefix("python3 -m venv ")
    assert Path(environment).parent == tmp_path
    assert told == "+ " + TEST.replace(".venv", environment)
    assert done.returncode == 3
    assert not Path(environment).exists(), "CI cleans up"


def test_what_ci_installs_is_pinned_by_names_and_versions_alone():
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin) for pin in pins)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["test"]]
    names = {re.split(r"[^A-Za-z0-9._-]", wish)[0] for wish in wanted}
    assert names <= {pin.partition("==")[0] for pin in pins}


def test_the_mistake_that_the_page_shows_is_told_just_so(newcomer: Path, monkeypatch):
    monkeypatch.chdir(newcomer)
    (shown,) = re.findall(r"^    (mine\.yaml:\d+:\d+: .*)$", README, re.MULTILINE)
    text = Path("mine.yaml").read_text()
    line = int(shown.split(":")[1])
    right, wrong = shown.split("'")[1], shown.split(": ")[1]
    assert text.splitlines()[line - 1].startswith(right)
    Path("mistaken.yaml").write_text(text.replace(f"\n{right}:", f"\n{wrong}:"))
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("mistaken.yaml"))
    assert caught.value.problems == (shown.replace("mine.yaml", "mistaken.yaml"),)


def test_the_output_that_the_page_shows_is_of_the_config_that_ships():
    experiment = load_experiment(shipped_configs() / "five_gaussians.yaml")
    shown, *_ = re.findall(r"^```text\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    folders = [run_path(Path("runs"), experiment.with_seed(seed)) for seed in experiment.seeds]
    lines = shown.splitlines()[-len(folders) :]
    assert lines == [str(folder) for folder in folders], "print it again: see the comment above it"


def test_the_answer_that_the_page_shows_is_of_the_sweep_that_ships():
    sweep = load_sweep(default_sweep())
    shown, *_ = re.findall(r"^```text\n(.*?)^```", SWEEPS, re.DOTALL | re.MULTILINE)
    assert f"{sweep_path(Path('runs'), sweep)}/results.csv" in shown, "run `ganrun sweep` again"
    for name in ("phase", "influence"):
        assert (ROOT / "docs" / "images" / f"{name}.png").is_file()
    assert f"Over the {sweep.trials} trials" in shown


def test_the_diagnosis_that_the_page_shows_is_of_the_case_that_ships():
    case = load_experiment(shipped_configs() / "cases" / "collapsed.yaml")
    (shown,) = re.findall(r"^```text\n(.*?)^```", DIAGNOSING, re.DOTALL | re.MULTILINE)
    assert str(run_path(Path("runs"), case)) in shown, "diagnose it again"
    assert shown.startswith("collapsed, seed 0: 5 modes")
    assert (ROOT / "docs" / "images" / "diagnosis.png").is_file()


def test_every_case_has_its_row():
    rows = re.findall(r"^\| `(\w+)` \| \w", DIAGNOSING, re.MULTILINE)
    assert set(WORDS) <= set(rows)


def test_every_shipped_config_has_its_row_in_the_table():
    (table,) = re.findall(r"shipped configs: begin -->(.*?)<!-- shipped", CONFIGS, re.DOTALL)
    rows = re.findall(r"^\| `(\w+)` \| \d", table, re.MULTILINE)
    assert sorted(rows) == sorted(path.stem for path in shipped_configs().glob("*.yaml"))


def test_the_table_of_shipped_configs_is_printed_from_their_runs(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    quick_xla: None,
):
    runs = tmp_path / "shipped"
    words = ["five_gaussians", "--seeds", "1", *LESS["train"][:-2], "--runs-dir", str(runs)]
    monkeypatch.setattr(sys, "argv", ["shipped", *words])
    monkeypatch.setattr(backend, "cores", lambda: 1)
    runpy.run_path(str(ROOT / "benchmarks" / "shipped.py"), run_name="__main__")
    header, _, row = capsys.readouterr().out.splitlines()
    assert header in CONFIGS
    assert re.fullmatch(
        r"\| `five_gaussians` \| \d\.\d \[\d, \d\] of 3 \| \d \w+(, \d \w+)* \| \d+ \|", row
    )
    assert len(list(runs.glob("five_gaussians-s*"))) == 1


def test_a_page_takes_another_table_or_output_and_nothing_else_changes():
    page = with_table(CONFIGS, "| new |")
    assert "begin -->\n\n| new |\n\n<!-- shipped" in page
    (table,) = re.findall(r"configs: begin -->\n\n(.*?)\n\n<!-- shipped", CONFIGS, re.DOTALL)
    assert with_table(page, table) == CONFIGS
    page = with_output(README, "printed\nagain")
    assert "```text\nprinted\nagain\n```\n" in page
    output, *_ = re.findall(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert with_output(page, output) == README


def test_the_page_can_be_read_in_one_sitting():
    assert len(README.split()) <= 1800
    assert "shields.io" not in README
