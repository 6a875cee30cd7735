"""Ids that stay, what shares a compiled program, and the text that a config is stored as."""

from __future__ import annotations

import hashlib
import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from strategies import Config, configs

from ganrun.config import (
    Experiment,
    identity,
    load_experiment,
    run_id,
    run_ids,
    static_key,
    to_yaml,
    traced_values,
)
from ganrun.config.dotted_fields import declared, path_of
from ganrun.config.fields import mark_of


def experiment(**fields: Any) -> Experiment:
    return Experiment.model_validate(fields)


# Ids name folders that people keep: if one of these changes, no earlier run can be resumed.
GOLDEN = {
    "e786740ff5f200bd": {},
    "1cf98183e3710b66": {
        "seeds": [3],
        "objective": "wasserstein",
        "penalties": {"gradient_penalty": {"weight": 1}},
        "optimizer": {"learning_rate": 1e-5, "b1": 0},
        "target": {"layout": "grid", "rows": 2, "columns": 2, "weights": [1, 2, 3, 4]},
    },
    "f98c4d36c17d21a8": {"generator": {"activation": "leaky_relu"}},
    "dc79b51090aba574": {
        "generator": {"activation": "leaky_relu"},
        "discriminator": {"activation": "leaky_relu"},
        "optimizer": {"name": "rmsprop", "b2": 0.9},
    },
    "35a0e3d7565158a4": {"optimizer": {"name": "sgd", "eps": 1e-7}},
    "0cdad794056c1c42": {"optimizer": {"eps": 1e-7}},
    "085dc1bdf6a8502c": {
        "training": {"updates": "simultaneous"},
        "penalties": {"r1": {}, "gradient_penalty": {"weight": 3}},
    },
    "6cf4648c447d865a": {
        "seeds": [2147483647],
        "discriminator": {"weight_clip": 0.01, "spectral_norm": True},
        "target": {"layout": "custom", "means": [[0, 1e-7]], "covariances": [[[1, 0], [0, 2]]]},
    },
}


SHIPPED = {
    "cases/collapsed": "cb6fbd1c399d1b09",
    "cases/converged": "aff0367ca8fddc38",
    "cases/diverged": "480efb74c0536197",
    "cases/imprecise": "f3e8a4248649673b",
    "cases/oscillating": "c46889c3ad93c332",
    "cases/sharpening": "c2484f89b0834c08",
    "cases/stuck": "7fb73f1d28ff97b5",
    "cases/undertrained": "de9811f0fea3ba6c",
    "five_gaussians": "07408cd797e0cc05",
    "five_gaussians_r1": "34bb03de4aa8fbd1",
    "five_gaussians_spectral_norm": "7d0fd4c64d15cf5b",
    "five_gaussians_wgan_gp": "8a575711f7719264",
    "grid25": "a22268f2e318843e",
    "ring8": "5eb93e4c4774f31c",
}


@pytest.mark.parametrize("name", list(SHIPPED))
def test_ids_of_shipped_configs_stay(name: str):
    path = Path(__file__).parents[1] / "configs" / f"{name}.yaml"
    assert run_ids(load_experiment(path))[0] == SHIPPED[name]


@pytest.mark.parametrize("expected", list(GOLDEN))
def test_ids_stay(expected: str):
    assert run_id(experiment(**GOLDEN[expected])) == expected


def test_the_id_is_the_hash_of_canonical_json():
    text = (
        '{"discriminator":{"activation":"relu","hidden":[64,64],"initializer":"lecun_normal",'
        '"initializer_gain":1.0,"spectral_norm":false,"weight_clip":null},'
        '"evaluation":{"every":250,"samples":2500},'
        '"generator":{"activation":"relu","hidden":[64,64],"initializer":"lecun_normal",'
        '"initializer_gain":1.0,"latent_dim":2},"objective":"non_saturating",'
        '"optimizer":{"b1":0.5,"b2":0.999,"learning_rate":0.001,"learning_rate_ratio":1.0,'
        '"name":"adam"},"penalties":{},"seeds":[0],"snapshots":{"count":40,"grid":24,'
        '"samples":256},"target":{"layout":"ring","modes":5,"radius":2.0,"std":0.05,'
        '"weights":null},"training":{"batch_size":256,"discriminator_steps":1,"steps":10000,'
        '"updates":"alternating"}}'
    )
    assert run_id(experiment()) == hashlib.sha256(text.encode()).hexdigest()[:16]
    content = identity.canonical_json({"b": [1.0, 1e-05, None, True], "a": "ü"})
    assert content == '{"a":"\\u00fc","b":[1.0,1e-05,null,true]}'


def test_the_id_leaves_out_the_name_and_nothing_else():
    base = run_id(experiment())
    assert run_id(experiment(name="other")) == base
    changes: list[Config] = [
        {"seeds": [1]},
        {"target": {"std": 0.06}},
        {"target": {"weights": [1, 1, 1, 1, 1]}},
        {"generator": {"latent_dim": 3}},
        {"discriminator": {"weight_clip": 1}},
        {"objective": "hinge"},
        {"penalties": {"r1": {}}},
        {"penalties": {"r1": {"weight": 1}}},
        {"optimizer": {"b2": 0.99}},
        {"optimizer": {"eps": 1e-7}},
        {"optimizer": {"discriminator_b1": 0.5}},
        {"optimizer": {"name": "adamw"}},
        {"optimizer": {"name": "adamw", "weight_decay": 0.1}},
        {"optimizer": {"schedule": "cosine"}},
        {"optimizer": {"schedule": {"cosine": {"warmup": 1}}}},
        {"generator": {"activation": "leaky_relu"}},
        {"generator": {"activation": {"leaky_relu": 0.1}}},
        {"generator": {"latent": "mixture"}},
        {"generator": {"average": 0.9}},
        {"discriminator": {"packing": 2}},
        {"training": {"updates": "consensus"}},
        {"training": {"updates": {"consensus": 3}}},
        {"training": {"instance_noise": {}}},
        {"training": {"instance_noise": {"until": 9}}},
        {"training": {"label_smoothing": 0}},
        {"training": {"data": "pool"}},
        {"training": {"steps": 9999}},
        {"evaluation": {"every": 251}},
        {"snapshots": {"count": 41}},
    ]
    ids = [run_id(experiment(**change)) for change in changes]
    assert len({base, *ids}) == len(changes) + 1


def test_a_run_has_one_seed_and_the_same_id_whatever_list_it_came_from():
    population = experiment(seeds=4)
    with pytest.raises(ValueError, match="one seed, not 4"):
        run_id(population)
    assert run_id(population.with_seed(2)) == run_id(experiment(seeds=[2]))


def test_a_field_that_is_added_later_leaves_old_ids_alone(monkeypatch: pytest.MonkeyPatch):
    # As if evaluation.samples and a layout's turns had been added later, with these neutral values.
    neutral = {"evaluation.samples": 2500, "target.turns": 1.5, "not.there": 1}
    old = experiment().model_dump(mode="json", exclude={"name": True, "evaluation": {"samples"}})
    monkeypatch.setattr(identity, "canonical_json", lambda content: repr(content))
    monkeypatch.setattr(identity, "NEUTRAL", neutral)
    as_it_was = hashlib.sha256(repr(old).encode()).hexdigest()[:16]
    assert run_id(experiment()) == as_it_was
    assert run_id(experiment(evaluation={"samples": 2501})) != as_it_was
    spiral = {"layout": "spiral"}
    assert run_id(experiment(target=spiral)) == run_id(experiment(target=spiral | {"turns": 1.5}))
    assert run_id(experiment(target=spiral)) != run_id(experiment(target=spiral | {"turns": 1.6}))


def test_a_neutral_value_names_a_field_that_exists_and_is_its_default():
    content = Experiment().model_dump(mode="json")
    for field, neutral in identity.NEUTRAL.items():
        section, _, name = field.partition(".")
        assert (content[section][name] if name else content[section]) == neutral


RMSPROP = {"optimizer": {"name": "rmsprop", "b2": 0.9}}


def test_a_number_of_an_optimizers_own_is_in_the_ids_of_its_runs_alone():
    """RMSprop's rule changed when it got `decay` and `eps`; nobody else's did."""
    assert run_id(experiment()) == identity.earlier_id(experiment())
    assert run_id(experiment(**RMSPROP)) == "1290ebcefb5dc084"
    # As ganrun 0.1.0 had it, where neither number existed.
    assert identity.earlier_id(experiment(**RMSPROP)) == "0e990a539fc4ada1"
    one = experiment(**RMSPROP)
    ids = {run_id(one)} | {
        run_id(experiment(optimizer={**RMSPROP["optimizer"], name: value}))
        for name, value in (("decay", 0.9), ("eps", 1e-7))
    }
    assert len(ids) == 3


def test_a_stored_config_stands_for_what_its_id_was_trained_as():
    one = experiment(**RMSPROP)
    assert identity.as_trained(one, run_id(one)) == one
    assert identity.as_trained(one, "0" * 16) is None
    before = identity.as_trained(one, identity.earlier_id(one))
    assert before == experiment(optimizer={**RMSPROP["optimizer"], "decay": 0.9})


def test_traced_values_are_plain_numbers_by_dotted_name():
    assert traced_values(experiment(penalties={"gradient_penalty": {"weight": 3}})) == {
        "discriminator.weight_clip": math.inf,
        "optimizer.learning_rate": 0.001,
        "optimizer.learning_rate_ratio": 1.0,
        "optimizer.b1": 0.5,
        "optimizer.b2": 0.999,
        "optimizer.decay": 0.99,
        "optimizer.eps": 1e-8,
        "optimizer.weight_decay": 0.01,
        "optimizer.discriminator_b1": 0.5,
        "optimizer.discriminator_b2": 0.999,
        "optimizer.discriminator_eps": 1e-8,
        "training.steps": 10_000,
        "training.discriminator_steps": 1,
        "penalties.gradient_penalty.weight": 3.0,
        "penalties.gradient_penalty.target": 1.0,
    }
    assert (
        traced_values(experiment(discriminator={"weight_clip": 1}))["discriminator.weight_clip"]
        == 1
    )


SAME_PROGRAM: list[Config] = [
    {"name": "other", "seeds": 7},
    {"optimizer": {"learning_rate": 1, "learning_rate_ratio": 2, "b1": 0.1, "b2": 0.2}},
    {"training": {"steps": 3, "discriminator_steps": 9}},
    {"discriminator": {"weight_clip": 0.1}},
    {"optimizer": {"discriminator_b1": 0.9, "discriminator_eps": 1e-4, "weight_decay": 0.1}},
    {"generator": {"activation": {"relu": {}}}},
    {"target": {"radius": 9, "std": 1, "weights": [1, 2, 3, 4, 5]}},
    {"target": {"layout": "line"}},
    {"target": {"layout": "grid", "rows": 1, "columns": 5}},
]
OTHER_PROGRAM: list[Config] = [
    {"target": {"modes": 6}},
    {"generator": {"hidden": [64, 65]}},
    {"discriminator": {"spectral_norm": True}},
    {"objective": "minimax"},
    {"penalties": {"r1": {}}},
    {"penalties": {"r2": {}}},
    {"optimizer": {"name": "sgd"}},
    {"training": {"batch_size": 128}},
    {"training": {"updates": "simultaneous"}},
    {"training": {"updates": "consensus"}},
    {"training": {"updates": {"unrolled": 3}}},
    {"training": {"updates": {"unrolled": 4}}},
    {"training": {"instance_noise": {}}},
    {"training": {"top_k": {}}},
    {"training": {"label_smoothing": 0.0}},
    {"training": {"data": "pool"}},
    {"generator": {"activation": "leaky_relu"}},
    {"generator": {"activation": {"leaky_relu": 0.1}}},
    {"generator": {"average": 0.5}},
    {"discriminator": {"dropout": 0.5}},
    {"discriminator": {"packing": 2}},
    {"optimizer": {"schedule": "linear"}},
    {"evaluation": {"samples": 2501}},
    {"snapshots": {"grid": 25}},
]


@pytest.mark.parametrize("fields", SAME_PROGRAM, ids=str)
def test_traced_fields_do_not_need_another_program(fields: Config):
    assert static_key(experiment(**fields)) == static_key(experiment())


def test_static_fields_each_need_a_program_of_their_own():
    keys = {static_key(experiment(**fields)) for fields in [{}, *OTHER_PROGRAM]}
    assert len(keys) == len(OTHER_PROGRAM) + 1
    one, other = experiment(penalties={"r1": {"weight": 1}}), experiment(penalties={"r1": {}})
    assert static_key(one) == static_key(other)


STRENGTHS: list[tuple[str, Config, Config]] = [
    ("training", {"updates": {"consensus": 1}}, {"updates": {"consensus": 2}}),
    ("training", {"updates": {"lookahead": {"every": 3}}}, {"updates": "lookahead"}),
    ("training", {"instance_noise": {}}, {"instance_noise": {"std": 1, "until": 9}}),
    ("training", {"top_k": {}}, {"top_k": {"share": 0.1, "until": 9}}),
    ("training", {"label_smoothing": 0}, {"label_smoothing": 0.3}),
    ("training", {"data": "pool"}, {"data": {"pool": 9}}),
    ("generator", {"average": 0}, {"average": 0.9}),
    ("generator", {"latent": "particles"}, {"latent": {"particles": {"rate": 2, "spread": 0}}}),
    ("discriminator", {"dropout": 0}, {"dropout": 0.9}),
    ("optimizer", {"schedule": "linear"}, {"schedule": {"linear": {"until": 5, "warmup": 2}}}),
]


@pytest.mark.parametrize(("section", "one", "other"), STRENGTHS, ids=str)
def test_a_remedys_strengths_do_not_need_another_program(section: str, one: Config, other: Config):
    first, second = experiment(**{section: one}), experiment(**{section: other})
    assert static_key(first) == static_key(second)
    assert traced_values(first).keys() == traced_values(second).keys()
    assert traced_values(first) != traced_values(second)


def test_null_stands_for_a_number():
    values = traced_values(experiment(training={"instance_noise": {}, "top_k": {}}))
    assert values["training.instance_noise.until"] == math.inf
    assert values["training.top_k.until"] == 0
    values = traced_values(experiment(optimizer={"b1": 0.25, "discriminator_b2": 0.5}))
    assert values["optimizer.discriminator_b1"] == 0.25
    assert values["optimizer.discriminator_b2"] == 0.5


@settings(derandomize=True, max_examples=100)
@given(config=configs())
def test_every_value_is_either_traced_or_static(config: Config):
    one = Experiment.model_validate(config)
    key = static_key(one)
    for name, value in traced_values(one).items():
        assert type(value) in (int, float)
        if mark_of(declared(path_of(name))) == "optional":  # whether it is there is static
            assert f'"{name}":true' in key
        else:
            assert name not in key


def test_the_text_of_a_config_is_read_alike_by_yaml_1_1():
    yaml = pytest.importorskip("yaml")
    names = ["no", "y", "NULL", "1e5", "12", "1_0", "0x1F", "2020-01-01", "a.b", "x", "1.5", "on"]
    for name in names:
        one = experiment(
            name=name,
            optimizer={"learning_rate": 1e-7, "b1": 0, "b2": 1.5e-5},
            target={"layout": "custom", "means": [[1e-9, 3]], "covariances": [[[1, 0], [0, 1]]]},
            penalties={"r1": {"weight": 1e5}},
            seeds=[0, 2],
        )
        assert Experiment.model_validate(yaml.safe_load(to_yaml(one))) == one


def test_the_text_of_a_config_is_meant_for_people():
    one = experiment(
        seeds=8,
        target={"layout": "custom", "means": [[0, 1], [2, 3]], "stds": [0.1, 1e-4]},
        penalties={"r1": {}},
    )
    assert to_yaml(one).startswith(
        """\
name: experiment
seeds: 8
target:
  layout: custom
  means:
    - [0.0, 1.0]
    - [2.0, 3.0]
  stds: [0.1, 0.0001]
  covariances: null
  weights: null
generator:
  latent_dim: 2
  latent: normal
  hidden: [64, 64]
  activation: relu
"""
    )
    assert "\npenalties:\n  r1:\n    weight: 10.0\n" in to_yaml(one)
    assert "\nseeds: [0]\n" in to_yaml(experiment())
    assert "\nseeds: [1, 0]\n" in to_yaml(experiment(seeds=[1, 0]))
