"""Configs as a command is given them: found, loaded, and what may not be meant noted."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from ganrun.cli.ends import note
from ganrun.cli.options import SHORT_FORMS

if TYPE_CHECKING:
    from ganrun.config import Experiment


def settings(overrides: Sequence[str] | None, *, base: str = "", **short: str | None) -> list[str]:
    """What `--set` says, and on top of it what its short forms say, each by the option's name.

    `base` comes before the names of fields that a sweep has in its base.
    """
    said = {option: value for option, value in short.items() if value is not None}
    if "," in (seeds := said.get("seeds", "")) and not seeds.startswith("["):
        said["seeds"] = f"[{seeds}]"
    if "name" in said:
        from ganrun.config.write import flow

        said["name"] = flow(said["name"])  # one of digits alone is a text all the same
    fields = {option: SHORT_FORMS[option] for option in said}
    above = {field: base if "." in field else "" for field in fields.values()}
    added = [f"{above[field]}{field}={said[option]}" for option, field in fields.items()]
    return [*(overrides or ()), *added]


def give_pieces(paths: Sequence[Path] | None) -> None:
    """Let the pieces of some files be known, for as long as this process. Raises `ConfigError`."""
    if paths:
        from ganrun.config.giving import give

        give(paths)


@contextmanager
def fitting_shown() -> Iterator[None]:
    """On a terminal, how far the fit of a mixture to points is that a config names."""
    from ganrun.points.watching import watched_by

    with ExitStack() as stack:
        bars: list[Callable[[int, int], None]] = []

        def watch(done: int, total: int) -> None:
            if not bars:
                from ganrun.report.live.bar import counted

                bars.append(stack.enter_context(counted("fitting Gaussians to the points")))
            bars[0](done, total)

        with watched_by(watch):
            yield


def load(path: Path, overrides: Sequence[str]) -> Experiment:
    """Load a config, wherever it is, and see that its target can be made. Raises `ConfigError`."""
    from ganrun.api.configs import notes_on, place_modes
    from ganrun.config import load_experiment
    from ganrun.config.find import find_config

    with fitting_shown():
        experiment = load_experiment(find_config(path), overrides, place_modes)
    note(f"{path}: {line}" for line in notes_on(experiment))
    return experiment


def load_all(paths: Sequence[Path], overrides: Sequence[str]) -> list[Experiment]:
    """Load some configs, each once. Raises `ConfigError` with all that is wrong with any."""
    from ganrun.config.errors import ConfigError
    from ganrun.config.find import find_configs

    experiments: list[Experiment] = []
    problems: list[str] = []
    for path in dict.fromkeys(file for pattern in paths for file in find_configs(pattern)):
        try:
            experiments.append(load(path, overrides))
        except ConfigError as error:
            problems += error.problems
    if problems:
        raise ConfigError(list(dict.fromkeys(problems)))
    return experiments
