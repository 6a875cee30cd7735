"""What is meant where a config is named: a file, a run's folder, or one that ships; where runs are.

Nothing heavy is imported here, for a shell asks at every press of Tab.
"""

from __future__ import annotations

import os
from glob import glob
from pathlib import Path

from ganrun.config.shipped import shipped_configs, shipped_files

CONFIG = "config.yaml"
"""The config of a run, in its folder."""
SWEEP = "sweep.yaml"
"""The sweep, in its folder."""
ENDINGS = (".yaml", ".yml")
RUNS_DIR_VARIABLE = "GANRUN_RUNS_DIR"


def runs_folder(argument: Path | None = None) -> str:
    """Where runs are: the argument, else `GANRUN_RUNS_DIR`, else `runs`; `~` is the home."""
    chosen = argument if argument is not None else os.environ.get(RUNS_DIR_VARIABLE) or "runs"
    return os.path.expanduser(chosen)


def find_config(written: Path) -> Path:
    """The file that a config's name means; the name itself where there is none.

    What is here comes first: a file, or the folder of a run or a sweep, which stands for its
    config. Then a shipped one: `configs/...` is its path, and a name without an ending the file of
    that name, in whatever folder. A `~` at the beginning is the home folder, which no shell has put
    in behind an `=`.
    """
    path = Path(os.path.expanduser(written))
    return _here(path) or _shipped(path) or path


def find_beside(folder: Path, written: str) -> Path:
    """The file that is meant by a name in a config that lies in `folder`, by the same rules."""
    named = Path(os.path.expanduser(written))
    return _here(folder / named) or _shipped(named) or folder / named


def find_configs(pattern: Path) -> list[Path]:
    """What a pattern such as `configs/cures/*.yaml` means, sorted; what is no pattern, itself.

    A shell puts names in the place of patterns that are not quoted, where there are such files.
    """
    path = Path(os.path.expanduser(pattern))
    if not is_pattern(path):
        return [pattern]
    found = [Path(name) for name in sorted(glob(str(path), recursive=True))]
    return [one for one in found if _is_config(one)] or _shipped_alike(path) or [pattern]


def is_pattern(path: Path) -> bool:
    """Whether a path stands for all that are like it; one that is there stands for itself."""
    return any(sign in str(path) for sign in "*?[") and not os.path.lexists(path)


def _is_config(path: Path) -> bool:
    return path.name.endswith(ENDINGS) or _inside(path) is not None


def _here(path: Path) -> Path | None:
    if os.path.isdir(path):
        return _inside(path)
    return path if os.path.exists(path) else None


def _inside(folder: Path) -> Path | None:
    """The config of a run's or a sweep's folder."""
    files = (folder / name for name in (CONFIG, SWEEP))
    return next((file for file in files if os.path.isfile(file)), None)


def _shipped(name: Path) -> Path | None:
    if name.parts[:1] == ("configs",):
        path = shipped_configs().joinpath(*name.parts[1:])
        return path if os.path.isfile(path) else None
    if name.suffix or not name.name:
        return None
    found = (
        path
        for path in shipped_files()
        if path.with_suffix("").parts[-len(name.parts) :] == name.parts
    )
    return min(found, key=lambda path: len(path.parts), default=None)


def _shipped_alike(pattern: Path) -> list[Path]:
    """Names of shipped configs that are like a pattern, with `configs/` at its beginning or not."""
    shipped = shipped_configs()
    inner = pattern.parts[pattern.parts[:1] == ("configs",) :]
    if pattern.is_absolute() or ".." in inner:
        return []
    found = glob(str(Path(*inner)), root_dir=shipped, recursive=True)
    return [Path("configs", name) for name in sorted(found) if name.endswith(ENDINGS)]
