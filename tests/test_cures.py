"""The configs of the cures: one for every remedy, and the sweep that compares them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stored_sweeps import stored_sweep

from benchmarks.cures import PAGE, table, with_table
from ganrun.config import Experiment, load_experiment, pieces
from ganrun.config.identity import content_of
from ganrun.config.shipped import shipped_configs
from ganrun.config.sweep_load import load_sweep
from ganrun.report.sweep_record import read_sweep
from ganrun.sweep.designs import Design
from ganrun.sweep.estimate import times_plain, trial_seconds

CURES = sorted((shipped_configs() / "cures").glob("*.yaml"))
SWEEP = shipped_configs() / "sweeps" / "cures.yaml"

NO_CURE = {"normal", "uniform", "constant", "linear", "fresh", "pool"} | {
    *("none", "alternating", "simultaneous", "non_saturating")
}
"""What the plain game has, or what is a setting of it and no remedy."""


@pytest.mark.parametrize("path", CURES, ids=lambda path: path.stem)
def test_a_cure_is_named_after_its_file_and_says_whose_it_is(path: Path) -> None:
    experiment = load_experiment(path)
    assert experiment.name == path.stem
    comments = [line for line in path.read_text().splitlines() if line.startswith("# ")]
    assert len(comments) == 3  # the schema, and two lines
    assert comments[-1].rstrip().endswith(").")


def test_the_sweep_compares_all_of_them_and_the_plain_game() -> None:
    sweep = load_sweep(SWEEP)
    design = Design(sweep)
    every = {trial.case: trial.experiment for trial in map(design.trial, range(design.trials))}
    plain = load_experiment(shipped_configs() / "five_gaussians.yaml")
    cures = {path.stem: load_experiment(path) for path in CURES}
    assert len(sweep.seeds) == 16
    assert list(every) == ["plain", *(name for name in every if name in cures)]
    assert set(every) == {"plain", *cures}
    for name, experiment in {"plain": plain, **cures}.items():
        assert content_of(every[name]) == content_of(experiment), name


def test_every_remedy_has_its_config() -> None:
    """A remedy that is declared is compared with the others."""
    used = set().union(*(_pieces(load_experiment(path)) for path in CURES))
    tables = (
        pieces.OBJECTIVES, pieces.PENALTIES, pieces.UPDATES, pieces.LATENTS, pieces.MINIBATCH,
        pieces.NORMS, pieces.SCHEDULES, pieces.DATA, pieces.REMEDIES,
    )  # fmt: skip
    declared = {name for table in tables for name in table}
    assert declared - used <= NO_CURE


def _pieces(one: Experiment) -> set[str]:
    """The names of all pieces that an experiment makes use of."""
    plain = Experiment()
    used = {one.objective, *one.penalties, one.training.updates.name, one.generator.latent.name}
    used |= {one.discriminator.minibatch.name, one.generator.norm, one.discriminator.norm}
    used |= {one.optimizer.schedule.name, one.training.data.name}
    for field in pieces.REMEDIES:
        section, name = field.split(".")
        values = [getattr(getattr(config, section), name) for config in (one, plain)]
        if values[0] != values[1]:
            used.add(field)
    return used


def test_the_measured_table_stands_at_the_end_of_the_page(tmp_path: Path) -> None:
    text = "name: few\nseeds: 2\ncases: {plain: {}, hinge: {objective: hinge}}\n"
    end = {"plain": "collapsed", "hinge": "converged"}
    folder = stored_sweep(tmp_path, text, lambda trial: end[str(trial.case)])
    measured = table(read_sweep(folder.path))
    assert "| `hinge` |  | 5.00 [" in measured
    once = with_table("# Cures\n", measured)
    assert with_table(once, measured) == once
    assert once.startswith("# Cures\n\n<!-- cures: begin -->\n\nfactorial, 2 cells x 2 seeds")


def test_what_a_cure_costs_is_part_of_the_estimate() -> None:
    plain = load_experiment(shipped_configs() / "five_gaussians.yaml")
    assert times_plain(plain) == 1
    cures = {path.stem: load_experiment(path) for path in CURES}
    assert times_plain(cures["unrolled"]) == pieces.UPDATES["unrolled"].cost > 4
    ten = load_experiment(
        SWEEP.parents[1] / "cures" / "unrolled.yaml", ["training.updates.unrolled.steps=10"]
    )
    assert times_plain(ten) - 1 == pytest.approx(2 * (times_plain(cures["unrolled"]) - 1))
    assert times_plain(cures["r1"]) == 1 < trial_seconds(cures["r1"]) / trial_seconds(plain)
    assert times_plain(cures["maxout"]) == pieces.ACTIVATIONS["maxout"].cost


def measured_costs() -> dict[str, float]:
    """Rounds of the plain game that a round of each cure took, by the table of docs/cures.md."""
    found = re.findall(r"^\| `(\w+)` \| ([\d.]+) times", PAGE.read_text("utf-8"), re.MULTILINE)
    return {name: float(times) for name, times in found if name != "plain"}


def test_what_a_round_of_a_cure_is_estimated_to_cost_is_near_what_was_measured() -> None:
    plain = trial_seconds(load_experiment(shipped_configs() / "five_gaussians.yaml"))
    estimated = {path.stem: trial_seconds(load_experiment(path)) / plain for path in CURES}
    measured = measured_costs()
    assert measured.keys() == estimated.keys()
    ratios = {name: estimated[name] / measured[name] for name in measured}
    assert {name: ratio for name, ratio in ratios.items() if not 0.75 < ratio < 1.33} == {}
