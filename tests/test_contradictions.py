"""Rules between fields: each is told in the same words by a config, an option and the arena."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from ganrun.config import ConfigError, Experiment, load_experiment
from ganrun.config.changes import with_changes
from ganrun.config.contradictions import CONTRADICTIONS

BATCH = "training.batch_size"
PER_POINT = "is of the slope at each point alone; 'std' goes with it"
WRONG: list[tuple[dict[str, Any], str]] = [
    (
        {"discriminator.packing": 3},
        "discriminator.packing: packs of 3 do not divide training.batch_size, 256",
    ),
    (
        {"discriminator.minibatch": "std", BATCH: 1},
        "discriminator.minibatch: 'std' compares the points of a batch, but training.batch_size 1 "
        "is one",
    ),
    (
        {"discriminator.minibatch": "discrimination", BATCH: 8, "discriminator.packing": 8},
        "discriminator.minibatch: 'discrimination' compares the points of a batch, but "
        "training.batch_size 8, in packs of discriminator.packing 8, is one",
    ),
    *(
        (
            {"discriminator.minibatch": "discrimination", "penalties": {name: {}}},
            "discriminator.minibatch: 'discrimination' makes every logit depend on the whole "
            f"batch, but penalties.{name} {PER_POINT}",
        )
        for name in ("gradient_penalty", "lipschitz", "dragan", "zero_centered")
    ),
    (
        {"generator.norm": "batch", BATCH: 1},
        "generator.norm: batch norm needs a training.batch_size of two latent points or more, "
        "not 1",
    ),
    (
        {"generator.latent": {"particles": {"count": 9}}, BATCH: 1},
        "generator.latent: the spread of particles needs a training.batch_size of two or more, "
        "not 1",
    ),
    *(
        (
            {f"{player}.norm": "layer", f"{player}.hidden": [8, 1]},
            f"{player}.norm: the layer norm of a single value is always 0, but {player}.hidden "
            "has a layer of 1",
        )
        for player in ("generator", "discriminator")
    ),
    *(
        (
            {"training.label_smoothing": 0.1, "objective": name},
            f"training.label_smoothing: objective {name!r} has no labels to be smoothed; "
            "non_saturating, minimax and least_squares have",
        )
        for name in ("wasserstein", "hinge", "relativistic_pairing", "relativistic_average")
    ),
    *(
        (
            {"optimizer.schedule": {name: {"warmup": 20, "until": 20}}},
            "optimizer.schedule: the warmup of 20 rounds must end before the fall does, until 20",
        )
        for name in ("linear", "cosine")
    ),
]
RIGHT: list[dict[str, Any]] = [
    {"discriminator.packing": 4},
    {"discriminator.minibatch": "std", BATCH: 2, "penalties": {"gradient_penalty": {}}},
    {"discriminator.minibatch": "discrimination", "penalties": {"r1": {}, "logit_decay": {}}},
    {"discriminator.minibatch": "discrimination", BATCH: 16, "discriminator.packing": 8},
    {"generator.norm": "batch", BATCH: 2},
    {"generator.norm": "layer", "generator.hidden": [2]},
    {"training.label_smoothing": 0.0, "objective": "least_squares"},
    {"optimizer.schedule": {"linear": {"warmup": 19, "until": 20}}},
]


def as_options(changes: dict[str, Any]) -> list[str]:
    return [f"{name}={value}" for name, value in changes.items()]


@pytest.fixture
def plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("c.yaml").write_text("{}")
    return Path("c.yaml")


@pytest.mark.parametrize(("changes", "message"), WRONG, ids=str)
def test_what_makes_no_game_is_one_error_that_names_both_fields(
    changes: dict[str, Any], message: str, plain: Path
) -> None:
    with pytest.raises(ConfigError) as in_arena:
        with_changes(Experiment(), changes)
    assert in_arena.value.problems == (message,)
    with pytest.raises(ConfigError) as in_options:
        load_experiment(plain, as_options(changes))
    (problem,) = in_options.value.problems
    assert problem.startswith("--set ")
    assert problem.endswith(message.partition(": ")[2])
    at_fault, words = message.split(": ", 1)
    others = [name for name in changes if name != at_fault] or [BATCH, "until"]
    assert any(part in words for name in others for part in (name, name.rpartition(".")[2]))


@pytest.mark.parametrize("changes", RIGHT, ids=str)
def test_what_is_just_right_is_no_contradiction(changes: dict[str, Any], plain: Path) -> None:
    assert with_changes(Experiment(), changes) == load_experiment(plain, as_options(changes))


class Recorder:
    """An experiment that tells which fields were read of it."""

    def __init__(self, whole: Any, found: set[str], name: str = "") -> None:
        self._whole, self._found, self._name = whole, found, name

    def __getattr__(self, name: str) -> Any:
        value, whole = getattr(self._whole, name), f"{self._name}{name}"
        if whole in SECTIONS:
            return Recorder(value, self._found, f"{whole}.")
        self._found.add(whole)
        return value


SECTIONS = ("generator", "discriminator", "optimizer", "training", "evaluation", "snapshots")
EXAMPLES = [
    Experiment(),
    *(Experiment.model_construct(**dict(with_changes(Experiment(), changes))) for changes in RIGHT),
]


@pytest.mark.parametrize("rule", CONTRADICTIONS, ids=lambda rule: rule.fields[0])
def test_a_rule_reads_the_fields_that_it_says_and_no_others(rule: Any) -> None:
    found: set[str] = set()
    for one in EXAMPLES:
        rule.broken(Recorder(one, found))
    said = {".".join(field.split(".")[:2]) for field in rule.fields}
    assert found <= said
    assert rule.fields[0] in found
