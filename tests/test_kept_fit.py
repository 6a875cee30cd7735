"""Points are fitted once: what is kept of a fit is the fit, and is not believed unchecked."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from ganrun import user_cache
from ganrun.cli import app
from ganrun.config import ConfigError, load_experiment, to_yaml
from ganrun.config.encoded_points import in_short
from ganrun.config.written_fields import config_fields, differing_fields
from ganrun.points import fit, kept_fit
from ganrun.points.watching import watched_by

CONFIG = "name: own\ntarget: {layout: points, path: own.csv}\n"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A config that names a file of two blobs, and a cache of its own."""
    monkeypatch.setattr(kept_fit, "user_cache", lambda: tmp_path / "cache")
    monkeypatch.setattr(user_cache, "user_cache", lambda: tmp_path / "cache")
    rng = np.random.default_rng(0)
    blobs = [rng.normal(centre, 0.1, (40, 2)) for centre in ((0, 0), (2, 1))]
    np.savetxt(tmp_path / "own.csv", np.concatenate(blobs), delimiter=",")
    (tmp_path / "own.yaml").write_text(CONFIG)
    return tmp_path / "own.yaml"


@pytest.fixture
def fitted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes that were fitted, one by one."""
    sizes: list[int] = []
    plain = fit._fitted

    def counted(points, size):
        sizes.append(size)
        return plain(points, size)

    monkeypatch.setattr(fit, "_fitted", counted)
    return sizes


def test_a_config_that_is_read_again_is_the_same_and_fits_nothing(config: Path, fitted: list[int]):
    told: list[tuple[int, int]] = []
    with watched_by(lambda done, total: told.append((done, total))):
        first = load_experiment(config)
    assert told == [(size - 1, 8) for size in fitted]
    assert load_experiment(config) == first
    assert len(fitted) == len(told)
    load_experiment(config, ["target.modes=3"])
    assert fitted[-1] == 3
    assert len(user_cache.kept_fits()) == 2


def test_a_fit_that_is_not_as_it_was_kept_is_made_again(config: Path, fitted: list[int]):
    first = load_experiment(config)
    (kept,) = user_cache.kept_fits()
    once = len(fitted)
    for content in (b"", b"{}\nno digest\n", kept.path.read_bytes().replace(b"0.", b"1.", 1)):
        kept.path.write_bytes(content)
        assert load_experiment(config) == first
    assert len(fitted) == 4 * once
    user_cache.keep(kept.path, {"means": [[0, 0]], "covariances": [], "weights": [1], "bic": []})
    assert load_experiment(config) == first
    assert len(fitted) == 5 * once


def test_points_are_told_in_short_and_kept_whole(config: Path):
    done = CliRunner().invoke(app, ["check", str(config)], prog_name="ganrun")
    assert done.exit_code == 0
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("  points: "))
    word = load_experiment(config).target.points  # type: ignore[union-attr]
    told = f"{len(word):,} letters; whole in --json and in a run's folder"
    assert line.replace('"', "") == f"  points: {word[:16]}... ({told})"
    whole = CliRunner().invoke(app, ["check", str(config), "--json"], prog_name="ganrun").stdout
    assert json.loads(whole)["target"]["points"] == word
    (config.parent / "short.yaml").write_text(done.stdout)
    with pytest.raises(ConfigError, match=r"target\.points: shortened for people"):
        load_experiment(config.parent / "short.yaml")
    fields = {".".join(one.path): one.value for one in config_fields(load_experiment(config))}
    assert len(fields["target.points"]) < 100
    assert in_short(to_yaml(load_experiment(config))).count("...") == 1


def test_two_sets_of_points_differ_by_their_digests_alone(config: Path):
    first = load_experiment(config, ["target.modes=2"])
    with (config.parent / "own.csv").open("a") as file:
        file.write("1,1\n")
    names = differing_fields([first, load_experiment(config, ["target.modes=2"])])
    assert "target.digest" in names
    assert "target.points" not in names
