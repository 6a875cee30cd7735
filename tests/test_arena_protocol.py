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
from ganrun.arena.menus import FIRST, LABELS, SLIDERS, schema
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
    MOST_COMPARISONS,
    OF_THE_START,
    STAGE_ONLY,
    may_be_set,
    target_drawn,
    value_of,
    window_of,
    with_overrides,
    with_setting,
)
from ganrun.config import ConfigError, Experiment, load_experiment, static_key
from ganrun.config.changes import with_changes
from ganrun.config.pieces import OBJECTIVES, PENALTIES, REMEDIES
from ganrun.config.remedies import KINDS, rules
from ganrun.config.shipped import shipped_configs
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
    {"type": "branch", "game": 1, "round": 300, "label": "slower"},
    {"type": "rewind", "game": 2, "round": 0},
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
    '{"type": "rewind", "game": 1, "round": -1}': "round",
    '{"type": "branch", "game": 1}': "round",
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
    st.sampled_from(
        [
            *SLIDERS,
            *("penalties", "penalties.r1", "target", "objective", "training", "training.steps"),
            *("training.updates", "training.top_k", "generator.average", "a.b.c", "training..x"),
        ]
    ),
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


def controls() -> dict[str, dict[str, Any]]:
    menus = schema()
    declared = [*menus["fields"], *(one for group in menus["groups"] for one in group["fields"])]
    return {one["field"]: one for one in declared}


def numbers() -> list[tuple[Experiment, dict[str, Any]]]:
    """Every number with a slider, and a game that has it."""
    found: list[tuple[Experiment, dict[str, Any]]] = []
    for field, one in controls().items():
        if one["kind"] in ("number", "whole"):
            found.append((Experiment(), one))
        ways = one.get("choices") or ([one] if one["kind"] == "optional" else [])
        for way in ways:
            game = with_setting(Experiment(), field, way["chosen"])
            found += [(game, number) for number in way.get("parameters", [])]
    return found


def leaf(one: dict[str, Any]) -> str:
    return one["field"].rpartition(".")[2]


def test_every_rule_that_is_declared_has_a_control_of_its_kind():
    shown = [one["field"] for group in schema()["groups"] for one in group["fields"]]
    assert len(shown) == len(set(shown))
    offered = {name for name, _, _ in rules()}.difference(STAGE_ONLY, OF_THE_START, ["penalties"])
    assert set(shown) == offered | {f"penalties.{name}" for name in PENALTIES}
    assert set(REMEDIES) <= set(shown)
    assert [group["title"] for group in schema()["groups"]] == list(KINDS)


def test_every_number_can_be_moved_to_both_ends_of_its_slider():
    for game, one in numbers():
        for value in (one["low"], one["high"]):
            assert one["least"] <= value <= one["most"], one["field"]
            if one["kind"] == "whole":
                assert isinstance(value, int), one["field"]
            # A warmup may only be as long as the fall that it belongs to.
            if leaf(one) not in ("warmup", "until"):
                moved = with_setting(game, one["field"], value)
                assert value_of(moved, one["field"]) == value


def test_every_choice_of_a_menu_can_be_made_and_unmade():
    for field, one in controls().items():
        ways = one.get("choices") or ([one] if one["kind"] == "optional" else [])
        for way in ways:
            chosen = with_setting(Experiment(), field, way["chosen"])
            is_default = one["kind"] == "choice" and way["name"] == one["default"]
            is_same_program = static_key(chosen) == static_key(Experiment())
            assert is_same_program == (one["traced"] or is_default), field
            assert with_setting(chosen, field, one["default"]) == Experiment()


def test_switches_and_menus_say_what_is_declared():
    assert {one["name"] for one in controls()["objective"]["choices"]} == set(OBJECTIVES)
    assert {one["name"] for one in schema()["layouts"]} == set(LAYOUTS)
    for name, declared in REMEDIES.items():
        one = controls()[name]
        told = (one["label"], one["description"], one["paper"], one["story"])
        assert told == (declared.label, declared.description, declared.paper, declared.story)
    for name, declared in PENALTIES.items():
        one = controls()[f"penalties.{name}"]
        assert (one["label"], one["story"]) == (declared.label, declared.story)
        assert [number["default"] for number in one["parameters"]] == [
            number.default for number in declared.parameters
        ]


def test_what_the_menus_say_by_hand_is_of_fields_that_there_are():
    known = {one["field"] for one in controls().values()} | {one["field"] for _, one in numbers()}
    assert {*LABELS, *SLIDERS, *FIRST} <= known


CURES = [load_experiment(path) for path in sorted(shipped_configs().glob("cures/*.yaml"))]


@pytest.mark.parametrize("field", FIRST)
def test_what_is_switched_on_begins_as_in_a_shipped_config(field: str):
    chosen = value_of(with_setting(Experiment(), field, FIRST[field]), field)
    assert chosen in [value_of(one, field) for one in CURES]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("discriminator.packing", 32),
        ("generator.latent", {"particles": {"count": 1_000_000}}),
        ("generator.activation", {"maxout": {"pieces": 21}}),
        ("training.updates", {"unrolled": {"steps": 50}}),
        ("discriminator.minibatch", {"discrimination": {"kernels": 256}}),
        ("discriminator.minibatch", {"discrimination": {"kernels": 64, "dimensions": 20}}),
    ],
)
def test_what_would_freeze_the_page_is_refused_but_kept_where_it_was(field: str, value: Any):
    with pytest.raises(ConfigError, match=field.replace(".", r"\.")):
        with_setting(Experiment(), field, value)
    if "21" not in str(value):
        big = with_changes(Experiment(), {field: value})
        assert with_setting(big, "optimizer.b1", 0.9).optimizer.b1 == 0.9


def test_comparisons_are_counted_over_a_whole_round():
    one = with_setting(Experiment(), "discriminator.minibatch", "discrimination")
    assert MOST_COMPARISONS < 256**2 * 16 * 8 * 10
    with pytest.raises(ConfigError, match="compares too many points"):
        with_setting(one, "training.discriminator_steps", 10)


def test_fields_that_contradict_each_other_are_named_both():
    smoothed = with_setting(Experiment(), "training.label_smoothing", 0.1)
    with pytest.raises(ConfigError) as caught:
        with_setting(smoothed, "objective", "wasserstein")
    told = str(caught.value)
    assert "label_smoothing" in told
    assert "objective" in told
    with pytest.raises(ConfigError, match=r"discriminator\.packing.*training\.batch_size"):
        with_setting(Experiment(), "discriminator.packing", 3)


def test_whole_sections_are_not_set():
    assert not any(map(may_be_set, ("training", "generator", "optimizer", "evaluation", "", ".")))


def test_every_number_that_a_page_may_set_has_both_ends():
    of_layouts = [one for layout in schema()["layouts"] for one in layout["fields"]]
    for one in (*of_layouts, *(number for _, number in numbers())):
        assert one["least"] < one["most"]


def test_every_field_of_a_layout_can_be_moved_to_either_end():
    for layout in schema()["layouts"]:
        fields = LAYOUTS[layout["name"]].model.model_fields
        numbers = {name for name, field in fields.items() if field.annotation in (int, float)}
        assert {one["field"] for one in layout["fields"]} == numbers or layout["from_file"]
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
