"""Commands as a user would start them, in processes of their own that need not import again.

A forked process has every module that this one has loaded, but a JAX that has not begun, so that a
command takes no longer than its work; what is done to the child before it starts is up to the
attack.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchmarks.hostile_outcomes import Said, Unfit, check_clear, first_line
from ganrun.store.layout import PROMISED
from ganrun.store.sweep_folder import INFLUENCE, RESULTS
from ganrun.store.sweep_folder import SWEEP as SWEEP_FILE

TINY = {
    "name": "tiny",
    "generator": {"hidden": [8]},
    "discriminator": {"hidden": [8]},
    "training": {"steps": 40, "batch_size": 16},
    "evaluation": {"every": 10, "samples": 200},
    "snapshots": {"count": 2, "samples": 16, "grid": 4},
}
SWEEP = {
    "name": "tiny",
    "base": TINY,
    "seeds": 2,
    "vary": {"optimizer.learning_rate": [1e-3, 3e-3]},
}
EQUAL = (*PROMISED, SWEEP_FILE, RESULTS, INFLUENCE)
"""Files that two equal commands write byte for byte."""


@dataclass(frozen=True)
class Scenario:
    """A command, and those that have to come before it."""

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()


TRAIN = ("train", "tiny.yaml", "--quiet", "--checkpoint-every", "0")
IN_SWEEP = ("sweep", "sweep.yaml", "--quiet", "--checkpoint-every", "0")
LONG_TRIALS = ("--set", "base.training.steps=20000", "--set", "base.evaluation.every=500")
RUN = "runs/tiny-s0-*"
SCENARIOS = {
    "train": Scenario(TRAIN),
    "confirm": Scenario((*TRAIN, "--confirm")),
    "longer": Scenario((*TRAIN, "--set", "training.steps=80"), (TRAIN,)),
    "report": Scenario(("report", RUN), (TRAIN,)),
    "diagnose": Scenario(("diagnose", RUN, "--quiet"), (TRAIN,)),
    "sweep": Scenario(IN_SWEEP),
    "long train": Scenario(
        (*TRAIN, "--set", "training.steps=100000", "--set", "evaluation.every=500")
    ),
    "long sweep": Scenario((*IN_SWEEP, *LONG_TRIALS)),
    "dask": Scenario((*IN_SWEEP, *LONG_TRIALS, "--workers", "2")),
    "sweep report": Scenario(
        ("report", "runs/tiny-sweep-*"), (("sweep", "sweep.yaml", "--quiet"),)
    ),
}


def preload() -> None:
    """Import what the commands import, without beginning to compute."""
    for name in (
        *("jax", "flax", "optax", "sklearn.mixture", "matplotlib.figure", "rich.console"),
        *("matplotlib.backends.backend_agg", "safetensors.numpy", "distributed"),
        *("ganrun.cli", "ganrun.playing.play", "ganrun.report.command", "ganrun.sweep.run"),
    ):
        __import__(name)


def lay_out(folder: Path) -> None:
    """The config and the sweep that the commands name."""
    from ganrun.store.formats import json_text  # JSON is YAML

    (folder / "tiny.yaml").write_bytes(json_text(TINY, sort_keys=False))
    (folder / "sweep.yaml").write_bytes(json_text(SWEEP, sort_keys=False))


@dataclass(frozen=True)
class Started:
    """A command that runs in a process, with its group, of its own."""

    pid: int
    folder: Path
    name: str

    def wait(self) -> Said:
        """What it said in the end."""
        _, status = os.waitpid(self.pid, 0)
        out, err = ((self.folder / f"{self.name}.{end}").read_text() for end in ("out", "err"))
        return Said(os.waitstatus_to_exitcode(status), out, err)

    def runs(self) -> bool:
        """Whether it has not come to its end."""
        return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def kill(self) -> bool:
        """Kill the process, and none that it started; whether it was still there."""
        ran = self.runs()
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)
        return ran

    def survives(self) -> bool:
        """Whether anything of it, or that it started, is still there."""
        try:
            os.killpg(self.pid, 0)
        except ProcessLookupError:
            return False
        return True


def start(
    command: Sequence[str],
    folder: Path,
    cache: Path,
    around: Callable[[Callable[[], int]], int] = lambda run: run(),
) -> Started:
    """Start a command in a folder, for which it is the current one.

    `around` is called in the new process, with what runs the command and gives its exit code.
    """
    words = [str(_found(folder, word)) for word in command]
    name = f"said-{len(list(folder.glob('said-*.out')))}"
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        return Started(pid, folder, name)
    try:
        os.setsid()
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        for descriptor, ending in ((1, "out"), (2, "err")):
            os.dup2(os.open(folder / f"{name}.{ending}", os.O_WRONLY | os.O_CREAT), descriptor)
        os.chdir(folder)
        os.environ["XDG_CACHE_HOME"] = str(cache)
        sys.argv = ["ganrun", *words]
        os._exit(around(_run))
    finally:
        os._exit(70)


def _run() -> int:
    from ganrun import cli

    try:
        cli.main()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        traceback.print_exc()
        code = 1
    else:
        code = 0
    sys.stdout.flush()
    sys.stderr.flush()
    return code


@contextmanager
def running(started: Started) -> Iterator[Started]:
    """Leave nothing of a command, nor of the processes that it started."""
    try:
        yield started
    finally:
        with suppress(ProcessLookupError):
            os.killpg(started.pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            os.waitpid(started.pid, 0)


def done(command: Sequence[str], folder: Path, cache: Path) -> Said:
    """Run a command to its end. Raises `Unfit` where it refuses."""
    with running(start(command, folder, cache)) as started:
        said = started.wait()
    if said.code:
        check_clear(said.code, said.err)
        raise Unfit("lost", f"{' '.join(command)}: {first_line(said.err)}")
    return said


def prepare(common: Path) -> None:
    """Run every scenario undisturbed, once, with compiled programs kept for all others."""
    preload()
    for name, scenario in SCENARIOS.items():
        folder = common / name
        if not (folder / "done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            lay_out(folder)
            for command in scenario.before:
                done(command, folder, cache_of(common))
            shutil.copytree(folder, common / f"before {name}", dirs_exist_ok=True)
            done(scenario.command, folder, cache_of(common))
            (folder / "done").touch()


def cache_of(common: Path) -> Path:
    """The cache that all commands share, but none that is at work on it."""
    return common / "cache"


def ready(common: Path, name: str, scratch: Path) -> Path:
    """A folder in which all has been done that comes before a scenario's command."""
    shutil.rmtree(scratch / name, ignore_errors=True)  # of a campaign that was cut short
    return Path(shutil.copytree(common / f"before {name}", scratch / name))


def differing(common: Path, name: str, folder: Path) -> list[str]:
    """Promised files that are not those of the undisturbed command."""
    calm = common / name
    paths = [path.relative_to(calm) for path in calm.rglob("*") if path.name in EQUAL]
    return sorted(
        str(path)
        for path in paths
        if not (folder / path).exists()
        or (folder / path).read_bytes() != (calm / path).read_bytes()
    )


def _found(folder: Path, word: str) -> str:
    """A word with a star as the path that it stands for, relative to the folder."""
    if "*" not in word:
        return word
    paths = sorted(folder.glob(word))
    return str(paths[0].relative_to(folder)) if paths else word
