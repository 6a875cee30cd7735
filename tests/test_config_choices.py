"""Fields that hold a piece with its parameters: written, laid on one another, and told wrong."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from strategies import SCHEMA, Config, configs, pieces_of
from test_config_overrides import ways_to_say

from ganrun.config import ConfigError, Experiment, load_experiment, load_sweep, pieces
from ganrun.config.changes import with_changes
from ganrun.config.choices import Choice, ChoiceOf
from ganrun.config.schema import choices as choice_fields
from ganrun.config.schema import section_model
from ganrun.sweep.designs import Design
from ganrun.wording import setting

KINDS = {one.kind: one for one in choice_fields().values()}


def updates(value: Any) -> Choice:
    return Experiment.model_validate({"training": {"updates": value}}).training.updates


@pytest.mark.parametrize(
    "written",
    [3, 3.0, {}, {"weight": 3}],
    ids=str,
)
def test_a_piece_is_written_by_name_or_with_its_parameters(written: Any):
    weight = 10.0 if written == {} else 3.0
    one = updates({"consensus": written})
    assert (one.name, dict(one.parameters)) == ("consensus", {"weight": weight})
    assert one.written == {"consensus": {"weight": weight}}
    assert setting(one.written) == f"consensus, weight {weight:g}"
    assert (updates("consensus") == one) == (weight == 10.0)


def test_a_piece_without_parameters_is_its_name():
    assert updates("alternating") == updates({"alternating": {}}) == Experiment().training.updates
    assert updates({"alternating": {}}).written == "alternating"


def test_a_neutral_parameter_is_not_written():
    def activation(value: Any) -> Choice:
        return Experiment.model_validate({"generator": {"activation": value}}).generator.activation

    one = activation({"leaky_relu": 0.2})
    assert one == activation("leaky_relu")
    assert (one.written, dict(one.parameters)) == ("leaky_relu", {"slope": 0.2})
    assert one.static_numbers == {"slope": 0.2}
    assert activation({"leaky_relu": 0.3}).written == {"leaky_relu": {"slope": 0.3}}
    schedule = Experiment.model_validate({"optimizer": {"schedule": "linear"}}).optimizer.schedule
    assert schedule.written == {"linear": {"until": 10_000, "final": 0.0}}
    assert schedule.traced_numbers == {"until": 10_000, "final": 0.0, "warmup": 0}


@settings(derandomize=True, max_examples=60)
@given(config=configs())
def test_what_is_dumped_is_read_back_and_equal_ones_are_interchangeable(config: Config):
    one = Experiment.model_validate(config)
    again = Experiment.model_validate(json.loads(one.model_dump_json()))
    assert again == one == Experiment.model_validate(one.model_dump())
    assert hash(again) == hash(one)
    assert pickle.loads(pickle.dumps(one)) == one


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_way_to_write_a_piece_is_one_of_its_forms(kind: str):
    @settings(derandomize=True, max_examples=30)
    @given(value=pieces_of(KINDS[kind]))
    def every_way(value: Any) -> None:
        ((section, name), *_) = [path for path, one in choice_fields().items() if one.kind == kind]
        one = getattr(getattr(Experiment.model_validate({section: {name: value}}), section), name)
        assert one.name == (value if isinstance(value, str) else next(iter(value)))
        assert set(one.parameters) == {p.name for p in one.piece.parameters}

    every_way()


def test_a_choice_cannot_be_changed():
    one = updates("consensus")
    with pytest.raises(AttributeError):
        one.piece = pieces.UPDATES["alternating"]  # type: ignore[misc]
    with pytest.raises(TypeError):
        one.parameters["weight"] = 3.0  # type: ignore[index]
    assert repr(one) == "<consensus, weight 10>"


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_parameter_is_told_to_editors_in_full(kind: str):
    choice: ChoiceOf = KINDS[kind]
    for name, model in choice.models.items():
        told = SCHEMA["$defs"][model.__name__]["properties"]
        assert list(told) == [one.name for one in choice.pieces[name].parameters]
        for one in choice.pieces[name].parameters:
            assert told[one.name]["x-mark"] == ("static" if one.static else "traced")
            assert told[one.name]["type"] == ("integer" if one.whole else "number")
            assert one.least <= one.default <= one.most
            assert one.off is None or one.least <= one.off <= one.most


def test_a_remedy_that_is_a_field_is_one_and_every_remedy_has_its_paper_and_story():
    for name in pieces.REMEDIES:
        section, _, field = name.partition(".")
        model = section_model(section)
        assert model is not None
        assert field in model.model_fields
    tables = (
        *(pieces.UPDATES, pieces.PENALTIES, pieces.MINIBATCH, pieces.LATENTS, pieces.NORMS),
        *(pieces.SCHEDULES, pieces.DATA, pieces.REMEDIES, pieces.OBJECTIVES, pieces.OPTIMIZERS),
    )
    for one in (one for table in tables for one in table.values()):
        assert not one.story or one.paper, one.name
        assert not one.story or (one.story[0].isupper() and one.story.endswith(".")), one.name
        assert "\n" not in one.story
    plain = {"alternating", "simultaneous"}
    for table in (pieces.UPDATES, pieces.PENALTIES, pieces.REMEDIES):
        assert all(one.story for name, one in table.items() if name not in plain)


WRONG = {
    "training: {updates: consensu}": (
        "1:21: training.updates: unknown updates 'consensu'; did you mean 'consensus'?"
    ),
    "training: {updates: {conopt: 3}}": (
        "1:22: training.updates: unknown updates 'conopt'; did you mean 'consensus'?"
    ),
    "training: {updates: {consensus: {}, lookahead: {}}}": (
        "1:21: training.updates: expected one name with its parameters, not 'consensus' and "
        "'lookahead'"
    ),
    "training: {updates: {}}": (
        "1:21: training.updates: expected one name with its parameters, not an empty mapping"
    ),
    "training: {updates: {consensus: {wieght: 3}}}": (
        "1:34: training.updates.consensus.wieght: unknown field; did you mean 'weight'?"
    ),
    "training:\n  updates:\n    unrolled:\n      k: 3": (
        "4:7: training.updates.unrolled.k: unknown field; did you mean 'steps'?"
    ),
    "training: {updates: {alternating: 3}}": (
        "1:21: training.updates: 'alternating' has no parameters; write it without any"
    ),
    "training: {updates: {alternating: {weight: 3}}}": (
        "1:36: training.updates.alternating.weight: unknown field; it has no parameters"
    ),
    "generator: {latent: [normal]}": (
        "1:21: generator.latent: expected one of normal, uniform, mixture, particles, not a list"
    ),
    "generator: {latent: }": (
        "1:13: generator.latent: expected one of normal, uniform, mixture, particles, not nothing"
    ),
    "generator: {latent: 5}": (
        "1:21: generator.latent: expected one of normal, uniform, mixture, particles, not 5"
    ),
    "training: {updates: {consensus: }}": (
        "1:22: training.updates.consensus: expected a mapping of fields, not nothing"
    ),
    "training: {updates: {consensus: [3]}}": (
        "1:33: training.updates.consensus: expected a mapping of fields, not a list"
    ),
    "training: {updates: {consensus: {weight: {value: 3}}}}": (
        "1:42: training.updates.consensus.weight: expected a number, not a mapping"
    ),
    "training: {updates: {consensus: abc}}": (
        "1:33: training.updates.consensus: expected a number, not the text 'abc'"
    ),
    "training: {updates: {consensus: -1}}": (
        "1:33: training.updates.consensus: must be at least 0, not -1"
    ),
    "training: {updates: {lookahead: 3}}": (
        "1:33: training.updates.lookahead: expected a mapping of fields, not 3; "
        "did you mean {every: 3}?"
    ),
    "generator: {activation: {maxout: 2.5}}": (
        "1:34: generator.activation.maxout: expected a whole number, not 2.5"
    ),
    "discriminator: {norm: batch}": (
        "1:23: discriminator.norm: batch norm is for the generator alone: in a discriminator, a "
        "point's logit would depend on the batch that the point happens to be in"
    ),
    "training: {instance_noise: 0.1}": (
        "1:28: training.instance_noise: expected a mapping of fields, not 0.1; "
        "did you mean {std: 0.1}?"
    ),
    "ema: 0.9": "1:1: ema: unknown field; did you mean 'generator.average'?",
    "discriminator: {pac: 2}": "1:17: discriminator.pac: unknown field; did you mean 'packing'?",
    "discriminator: {m: 2}": "1:17: discriminator.m: unknown field; did you mean 'packing'?",
    "training: {unroll_steps: 5}": (
        "1:12: training.unroll_steps: unknown field; did you mean 'updates'?"
    ),
    "training: {k: 2}": "1:12: training.k: unknown field; did you mean 'discriminator_steps'?",
    "optimizer: {ttur: 4}": (
        "1:13: optimizer.ttur: unknown field; did you mean 'learning_rate_ratio'?"
    ),
    "training: {consensus: 3}": (
        "1:12: training.consensus: unknown field; did you mean 'training.updates: consensus'?"
    ),
    "training: {schedule: cosine}": (
        "1:12: training.schedule: unknown field; did you mean 'optimizer.schedule'?"
    ),
    "penalties: {dragan: {c: 1}}": (
        "1:22: penalties.dragan.c: unknown field; did you mean 'scale'?"
    ),
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("text", list(WRONG))
def test_a_wrong_piece_is_one_line_with_place_field_and_remedy(text: str, here: Path):
    Path("c.yaml").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_experiment(Path("c.yaml"))
    assert caught.value.problems == (f"c.yaml:{WRONG[text]}",)


LAID = [
    # under, over, both
    ("consensus", {"consensus": {"weight": 3}}, {"consensus": 3}),
    ({"lookahead": {"every": 9, "share": 0.1}}, {"lookahead": {"share": 0.2}}, ...),
    ({"lookahead": {"every": 9}}, "lookahead", "lookahead"),
    ({"lookahead": {"every": 9}}, {"consensus": 3}, {"consensus": 3}),
    ({"consensus": 4}, {"consensus": {"weight": 3}}, {"consensus": 3}),
    ({"consensus": {"weight": 4}}, {"consensus": 3}, {"consensus": 3}),
    ({"consensus": 4}, "alternating", "alternating"),
    ("alternating", {"unrolled": 7}, {"unrolled": 7}),
]


@pytest.mark.parametrize(("under", "over", "both"), LAID, ids=str)
def test_a_name_replaces_all_and_a_mapping_of_the_same_name_merges(
    under: Any, over: Any, both: Any, here: Path
):
    both = {"lookahead": {"every": 9, "share": 0.2}} if both is ... else both
    Path("base.yaml").write_text(str({"training": {"updates": under}}))
    Path("child.yaml").write_text(str({"extends": "base.yaml", "training": {"updates": over}}))
    Path("sweep.yaml").write_text(
        str({"base": "base.yaml", "cases": {"one": {"training.updates": over}}})
    )
    assert load_experiment(Path("child.yaml")).training.updates == updates(both)
    option = load_experiment(Path("base.yaml"), [f"training.updates={over}"])
    assert option.training.updates == updates(both)
    cell = Design(load_sweep(Path("sweep.yaml"))).cell(0)
    assert cell.experiment.training.updates == updates(both)


def test_a_pieces_parameter_is_set_alike_wherever_it_is_said(tmp_path: Path):
    changes = {"generator.activation.leaky_relu.slope": 0.1, "training.instance_noise.std": 0.5}
    base = {"generator.activation": "leaky_relu", "training.instance_noise": {"std": 0.1}}
    ready = with_changes(Experiment(), base)
    one = with_changes(ready, changes)
    assert one.generator.activation.written == {"leaky_relu": {"slope": 0.1}}
    assert one.training.instance_noise is not None
    assert one.training.instance_noise.std == 0.5
    first, *others = ways_to_say(tmp_path, {"training.updates": {"consensus": 2.0}})[:4]
    assert first.training.updates == updates({"consensus": 2})
    assert others == [first] * 3


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("training.updates.consensus.weight", 3, "training.updates.consensus: not in use"),
        ("training.instance_noise.std", 3, "training.instance_noise: not in use"),
        ("training.updates.consensu.weight", 3, "training.updates.consensu: no such section"),
    ],
)
def test_a_parameter_of_what_is_not_in_use_is_not_set_in_a_game(
    field: str, value: Any, message: str
):
    with pytest.raises(ConfigError) as caught:
        with_changes(Experiment(), {field: value})
    assert caught.value.problems == (message,)


def design(text: str) -> Design:
    Path("s.yaml").write_text(text)
    return Design(load_sweep(Path("s.yaml")))


def test_pieces_and_their_parameters_vary(here: Path):
    one = design("vary: {training.updates: [alternating, {consensus: {weight: 3}}, lookahead]}")
    assert [cell.name for cell in map(_updates_of(one), range(3))] == [
        *("alternating", "consensus", "lookahead")
    ]
    assert one.values(1) == ({"consensus": {"weight": 3.0}},)
    assert hash(one.values(1))
    two = design("vary: {training.updates.consensus.weight: {log: [1, 100], points: 3}}")
    assert [dict(cell.parameters)["weight"] for cell in map(_updates_of(two), range(3))] == [
        *(1.0, 10.0, 100.0)
    ]
    assert len({two.static_key(i) for i in range(3)}) == 1
    again = load_sweep(Path("s.yaml"))
    assert again.id == two.sweep.id != one.sweep.id


def _updates_of(one: Design) -> Any:
    return lambda i: one.cell(i).experiment.training.updates


def test_a_level_is_a_whole_piece_whatever_the_base_has(here: Path):
    base = "base: {optimizer: {schedule: {linear: {warmup: 9, final: 0.5}}}}\n"
    one = design(base + "vary: {optimizer.schedule: [linear, {linear: {until: 50}}]}")
    found = [dict(one.cell(i).experiment.optimizer.schedule.parameters) for i in range(2)]
    assert found == [
        {"until": 10_000, "final": 0.0, "warmup": 0},
        {"until": 50, "final": 0.0, "warmup": 0},
    ]


SWEEPS = {
    "vary: {training.updates: [alternating, {alternating: {}}]}": (
        's.yaml:1:40: vary.training.updates[1]: level "alternating" is listed twice'
    ),
    "vary: {training.updates: [consensu]}": (
        "s.yaml:1:27: vary.training.updates[0]: unknown updates 'consensu'; "
        "did you mean 'consensus'?"
    ),
    "vary: {training.updates: {log: [1, 2], points: 2}}": (
        "s.yaml:1:33: vary.training.updates.log[0]: expected one of alternating, simultaneous, "
        "extragradient, optimistic, consensus, unrolled, lookahead, competitive, not 1"
    ),
    "vary: {training.updates.consensus: [1]}": (
        "s.yaml:1:8: vary.training.updates.consensus: a section, not a field; vary its fields by "
        "their dotted names, or use 'cases'"
    ),
    "vary: {training.updates: [alternating], training.updates.consensus.weight: [1]}": (
        "s.yaml:1:41: vary.training.updates.consensus.weight: sets what 'training.updates' sets "
        "too; vary one of them"
    ),
    "vary: {training.updates.lookahead.share: [1], training.updates.consensus.weight: [1]}": (
        "s.yaml:1:47: vary.training.updates.consensus.weight: sets what "
        "'training.updates.lookahead.share' sets too; vary one of them"
    ),
    "vary: {training.updates.consensus.weight: [1]}\ncases: {a: {training.updates: lookahead}}": (
        "s.yaml:2:9: cases.a: sets 'training.updates', which varies too; leave it to one of them"
    ),
    "cases: {a: {}, b: {training.updates: {alternating: {}}}}": (
        "s.yaml:1:16: cases.b: the same as case 'a'"
    ),
    "cases: {a: {}, b: {training.updates: {consensus: {weight: x}}}}": (
        "s.yaml:1:59: cases.b.training.updates.consensus.weight: expected a number, not the text "
        "'x'"
    ),
    "cases: {a: {}, b: {training.instance_noise: 3}}": (
        "s.yaml:1:45: cases.b.training.instance_noise: expected a mapping of fields, not 3; "
        "did you mean {std: 3}?"
    ),
}


@pytest.mark.parametrize("text", list(SWEEPS))
def test_wrong_levels_and_cases_are_told_at_their_place(text: str, here: Path):
    with pytest.raises(ConfigError) as caught:
        design(text).validate()
    problems = [one for one in caught.value.problems if ".log[1]" not in one]
    assert problems == [SWEEPS[text]]


def test_cases_turn_remedies_on_and_off(here: Path):
    one = design(
        "base: {training: {instance_noise: {std: 0.3}}, generator: {average: 0.9}}\n"
        "cases: {a: {}, b: {training.instance_noise: null, generator.average: null}, "
        "c: {training.instance_noise.until: 9}}"
    )
    noises = [one.cell(i).experiment.training.instance_noise for i in range(3)]
    assert [noise and (noise.std, noise.until) for noise in noises] == [(0.3, None), None, (0.3, 9)]
    assert one.cell(1).experiment.generator.average is None
    assert one.cell(2).experiment.generator.average == 0.9
