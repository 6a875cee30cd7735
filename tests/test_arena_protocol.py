"""What pages may say to the arena: every message is understood or told to be wrong, in one line."""

from __future__ import annotations

import json
from typing import Any, get_args

import numpy as np
import pytest
from arena_examples import read_frame
from hypothesis import given
from hypothesis import strategies as st

from ganrun.arena import protocol
from ganrun.arena.protocol import (
    DEEPEST,
    LARGEST_MESSAGE,
    Message,
    ProtocolError,
    read_message,
    write_frame,
    write_message,
)
from ganrun.arena.settings import (
    SLIDERS,
    STAGE_ONLY,
    schema,
    target_drawn,
    value_of,
    window_of,
    with_overrides,
    with_setting,
)
from ganrun.config import ConfigError, Experiment
from ganrun.config.pieces import OBJECTIVES, PENALTIES
from ganrun.config.targets import LAYOUTS
from ganrun.mixture import mixture_of

EXAMPLES: list[dict[str, Any]] = [
    {"type": "play"},
    {"type": "pause"},
    {"type": "step", "what": "round"},
    {"type": "step", "what": "discriminator", "game": 2},
    {"type": "set", "game": 1, "field": "optimizer.learning_rate", "value": 3e-4},
    {"type": "set", "game": None, "field": "penalties", "value": {"r1": {"weight": 1}}},
    {"type": "reset"},
    {"type": "reseed", "seed": 7},
    {"type": "reseed"},
    {"type": "add", "copy_of": 1, "label": "B"},
    {"type": "remove", "game": 1},
    {"type": "stage", "games": [{"label": "A", "overrides": {"objective": "hinge"}}]},
    {"type": "speed", "rounds_per_second": 30},
    {"type": "speed", "rounds_per_second": None},
    {"type": "save", "game": 1},
    {"type": "config", "game": 1},
    {"type": "seen", "frame": 12},
]


@pytest.mark.parametrize("example", EXAMPLES, ids=json.dumps)
def test_every_message_of_the_reference_is_understood(example: dict[str, Any]):
    message = read_message(json.dumps(example))
    given_back = message.model_dump(exclude_unset=True)
    assert given_back == example


def test_the_reference_names_every_message():
    reference = protocol.__doc__ or ""
    kinds = {get_args(one.model_fields["type"].annotation)[0] for one in get_args(Message)}
    assert {example["type"] for example in EXAMPLES} == kinds
    assert all(f'{{"type": "{kind}"' in reference for kind in kinds)


WRONG = {
    "": "JSON",
    "play": "JSON",
    "[]": "dictionary",
    '{"type": "dance"}': "dance",
    '{"kind": "play"}': "type",
    '{"type": "play", "now": true}': "now: Extra",
    '{"type": "step", "what": "penalty"}': "what",
    '{"type": "step", "what": "round", "game": 1.5}': "game",
    '{"type": "step", "what": "round", "game": true}': "game",
    '{"type": "reseed", "seed": -1}': "seed",
    '{"type": "reseed", "seed": 1e99}': "seed",
    '{"type": "seen", "frame": 1' + "0" * 400 + "}": "frame",
    '{"type": "seen", "frame": 1' + "0" * 5000 + "}": "JSON",
    '{"type": "speed", "rounds_per_second": NaN}': "NaN",
    '{"type": "speed", "rounds_per_second": 0}': "rounds_per_second",
    '{"type": "speed", "rounds_per_second": true}': "rounds_per_second",
    '{"type": "speed", "rounds_per_second": "5"}': "rounds_per_second",
    '{"type": "reseed", "seed": true}': "seed",
    '{"type": "reseed", "seed": "5"}': "seed",
    '{"type": "seen", "frame": 1.0}': "frame",
    '{"type": "set", "field": "optimizer.b1", "value": 1e400}': "finite",
    '{"type": "set", "field": "optimizer.b1", "value": -Infinity}': "Infinity",
    '{"type": "set", "field": "", "value": 1}': "field",
    '{"type": "set", "field": "optimizer.b1"}': "value",
    '{"type": "add", "copy_of": 1, "label": "\\ud800"}': "half a character",
    '{"type": "add", "copy_of": 1, "label": "' + "x" * 61 + '"}': "label",
    '{"type": "stage", "games": []}': "games",
    "[" * 60_000: "JSON",
    '{"type": "set", "field": "target", "value": ' + "[" * 40 + "]" * 40 + "}": "levels deep",
    " " * (LARGEST_MESSAGE + 1): "KiB",
}


@pytest.mark.parametrize("text", list(WRONG), ids=lambda text: text[:60])
def test_what_is_wrong_is_told_in_one_short_line(text: str):
    with pytest.raises(ProtocolError) as caught:
        read_message(text)
    told = str(caught.value)
    assert WRONG[text] in told
    assert len(told) <= 200
    assert "\n" not in told


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner),
    max_leaves=20,
)
types = st.sampled_from([example["type"] for example in EXAMPLES])
near_misses = st.builds(
    lambda example, changes: example | changes,
    st.sampled_from(EXAMPLES),
    st.dictionaries(
        st.sampled_from(["type", "game", "field", "value", "seed", "what", "games", "frame"]),
        json_values,
        max_size=2,
    ),
)


@given(st.one_of(st.text(max_size=300), near_misses.map(json.dumps), json_values.map(json.dumps)))
def test_any_text_is_a_message_or_an_error(text: str):
    try:
        message = read_message(text)
    except ProtocolError as error:
        assert "\n" not in str(error)  # noqa: PT017
    else:
        assert json.loads(text)["type"] == message.type


@given(
    st.sampled_from([*SLIDERS, "penalties", "target", "objective", "training.steps", "a.b.c"]),
    json_values,
)
def test_any_value_of_a_field_is_a_config_or_an_error(field: str, value: Any):
    try:
        json.dumps(value, allow_nan=False)
        changed = with_setting(Experiment(), field, value)
    except (ConfigError, ValueError):
        return
    assert isinstance(changed, Experiment)
    mixture_of(changed.target)


def test_nesting_is_admitted_as_deep_as_a_drawn_target_needs():
    target = {"layout": "custom", "means": [[0, 1], [2.5, -1]], "stds": [0.1, 0.2]}
    message = read_message(json.dumps({"type": "set", "field": "target", "value": target}))
    assert message.type == "set"
    games = [{"label": "A", "overrides": {"target": target}}] * 6
    assert read_message(json.dumps({"type": "stage", "games": games})).type == "stage"
    assert DEEPEST < 10


@given(
    st.integers(0, 5),
    st.integers(0, 6),
    st.dictionaries(st.text(max_size=5), st.floats() | st.text(max_size=9) | st.none(), max_size=5),
)
def test_a_picture_is_read_as_it_was_written(points: int, grid: int, header: dict[str, Any]):
    rng = np.random.default_rng(points)
    arrays = {
        "samples": rng.normal(size=(points, 2)).astype(np.float32),
        "field": rng.normal(size=(grid, grid)).astype(np.float32),
    }
    header.pop("arrays", None)
    frame = write_frame({**header, "loss": np.float32(0.1), "infinite": np.float32(np.inf)}, arrays)
    found, read = read_frame(frame)
    for name, array in arrays.items():
        assert np.array_equal(read[name], array)
        place = next(one for one in found["arrays"] if one["name"] == name)
        assert place["offset"] % 4 == 0
    assert found["infinite"] is None
    assert found["loss"] == pytest.approx(0.1)
    end = found["arrays"][-1]
    assert len(frame) == end["offset"] + 4 * grid * grid


def test_what_the_server_says_is_strict_json():
    text = write_message({"a": np.array([1.0, np.nan]), "b": float("inf"), "c": (np.int32(3),)})
    assert text == '{"a":[1.0,null],"b":null,"c":[3]}'


# What the menus and sliders are made of


def test_every_slider_stays_within_what_its_field_admits():
    for one in schema()["fields"]:
        if "low" in one:
            for value in (one["low"], one["high"]):
                assert one["least"] <= value <= one["most"]
                assert with_setting(Experiment(), one["field"], value) is not None


def test_every_choice_of_a_menu_can_be_set():
    menus = schema()
    (objective,) = (one for one in menus["fields"] if one["field"] == "objective")
    assert {one["name"] for one in objective["choices"]} == set(OBJECTIVES)
    for choice in objective["choices"]:
        with_setting(Experiment(), "objective", choice["name"])
    assert {one["name"] for one in menus["penalties"]} == set(PENALTIES)
    for penalty in menus["penalties"]:
        chosen = with_setting(Experiment(), "penalties", {penalty["name"]: {}})
        for parameter in penalty["parameters"]:
            field = f"penalties.{penalty['name']}.{parameter['name']}"
            assert value_of(chosen, field) == parameter["default"]
            for end in ("low", "high"):
                with_setting(chosen, field, parameter[end])
    assert {one["name"] for one in menus["layouts"]} == set(LAYOUTS)


def test_a_penalty_just_chosen_has_parameters_that_it_admits():
    for penalty in schema()["penalties"]:
        chosen = with_setting(Experiment(), "penalties", {penalty["name"]: penalty["chosen"]})
        for name, value in penalty["chosen"].items():
            assert chosen.penalties[penalty["name"]][name] == value


def test_every_number_that_a_page_may_set_has_both_ends():
    menus = schema()
    for holder in (menus, *menus["layouts"]):
        for one in holder["fields"]:
            assert one["kind"] not in ("number", "whole") or one["least"] < one["most"]


def test_every_field_of_a_layout_can_be_moved_to_either_end():
    for layout in schema()["layouts"]:
        fields = LAYOUTS[layout["name"]].model.model_fields
        numbers = {name for name, field in fields.items() if field.annotation in (int, float)}
        assert {one["field"] for one in layout["fields"]} == numbers
        for one in layout["fields"]:
            for end in ("low", "high"):
                target = {"layout": layout["name"], one["field"]: one[end]}
                if layout["name"] == "random":
                    target = {"modes": 2, "radius": 4.0, **target}
                with_setting(Experiment(), "target", target)


def test_a_scene_may_set_more_but_nothing_that_would_freeze_the_page():
    scene = {
        "generator.hidden": [32, 32],
        "penalties": {"r1": {}},
        "penalties.r1.weight": 0.5,
        "target": {"layout": "ring", "modes": 8},
        "target.std": 0.1,
        "training.batch_size": 64,
    }
    staged = with_overrides(Experiment(), scene)
    assert staged.generator.hidden == (32, 32)
    assert staged.penalties["r1"]["weight"] == 0.5
    assert staged.target.mode_count == 8
    assert value_of(staged, "target.std") == 0.1
    too_much: dict[str, Any] = {
        "generator.hidden": [2048],
        "discriminator.hidden": [8] * 5,
        "training.batch_size": 65536,
        "evaluation.samples": 50_000,
        "seeds": 5,
        "name": "../x",
    }
    for field, value in too_much.items():
        with pytest.raises(ConfigError):
            with_overrides(Experiment(), {field: value})
    assert set(schema()["stage_fields"]) == set(STAGE_ONLY)


def test_the_window_on_a_drawn_target_does_not_jump_with_its_first_modes():
    def window(*means: list[float]) -> Any:
        target = {"layout": "custom", "means": list(means), "stds": [0.1] * len(means)}
        one = with_setting(Experiment(), "target", target)
        return window_of(one, mixture_of(one.target))

    assert window([0, 0]) == window([1, 1]) == window([1, 1], [-1, 0.5])
    x0, x1, y0, y1 = window([8, 0], [0, 0])
    assert (x0, y0) == (-x1, -y1)
    assert x1 > 8


def test_a_drawn_mode_is_the_ellipse_of_its_covariance():
    covariance = [[0.5, 0.2], [0.2, 0.3]]
    target = {"layout": "custom", "means": [[1, 2]], "covariances": [covariance]}
    (mode,) = target_drawn(with_setting(Experiment(), "target", target))["modes"]
    turn = np.array(
        [
            [np.cos(mode["angle"]), -np.sin(mode["angle"])],
            [np.sin(mode["angle"]), np.cos(mode["angle"])],
        ]
    )
    axes = turn @ np.diag([mode["rx"] / 3, mode["ry"] / 3]) ** 2 @ turn.T
    assert np.allclose(axes, covariance)
    assert (mode["x"], mode["y"], mode["weight"]) == (1, 2, 1)
