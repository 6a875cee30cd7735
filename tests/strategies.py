"""Hypothesis strategies for configs: good ones, bad ones, and texts that may be anything.

`bad_configs()` makes the bytes of files that are wrong by construction, never by the loader's own
opinion; the command-line tests use it too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from hypothesis import strategies as st

from ganrun.config import Experiment, choices, json_schema, pieces, to_yaml
from ganrun.config.choices import ChoiceOf
from ganrun.config.curved_targets import Curved
from ganrun.config.targets import LAYOUTS, MODES_LIMIT

SCHEMA = json_schema()
Config = dict[str, Any]


def resolved(field: dict[str, Any]) -> dict[str, Any]:
    """Return a part of the JSON Schema with its reference followed."""
    reference = field.get("$ref")
    return SCHEMA["$defs"][reference.rsplit("/", 1)[-1]] if reference else field


def number_fields(section: str) -> dict[str, dict[str, Any]]:
    """Return the fields of a section that hold one number."""
    properties = resolved(SCHEMA["properties"][section])["properties"]
    return {n: f for n, f in properties.items() if f.get("type") in ("integer", "number")}


def numbers(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Return the numbers that a field of the schema admits."""
    low, high = field["minimum"], field.get("maximum", field.get("exclusiveMaximum", 1) - 1)
    if field["type"] == "integer":
        return st.integers(low, high)
    return st.floats(low, high)


def names(table: Any) -> st.SearchStrategy[str]:
    """Return the declared names."""
    return st.sampled_from(list(table))


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Config]:
    """Return mappings that hold some of the fields."""
    return st.fixed_dictionaries({}, optional=fields)


def _sections(section: str) -> dict[str, st.SearchStrategy[Any]]:
    return {name: numbers(field) for name, field in number_fields(section).items()}


def pieces_of(kind: ChoiceOf) -> st.SearchStrategy[Any]:
    """Return the ways to write a piece: its name, its parameters, the only one without its name."""
    ways: list[st.SearchStrategy[Any]] = [names(kind.pieces)]
    for name, model in kind.models.items():
        fields = {n: numbers(f) for n, f in SCHEMA["$defs"][model.__name__]["properties"].items()}
        if "warmup" in fields:  # before the fall is over
            fields |= {"warmup": st.integers(0, 50), "until": st.integers(51, 10_000_000)}
        ways.append(st.fixed_dictionaries({name: some(**fields)}))
        if len(fields) == 1:
            ways.append(st.fixed_dictionaries({name: next(iter(fields.values()))}))
    return st.one_of(ways)


HIDDEN = st.lists(st.integers(1, 2048), min_size=1, max_size=8)
ROUNDS = st.integers(1, 10_000_000)
WEIGHTS = st.floats(1e-6, 1e6)
COORDINATES = st.floats(-1000, 1000)
STDS = st.floats(1e-4, 100)


@cache
def layout_fields(layout: str) -> st.SearchStrategy[Config]:
    """Return mappings that hold some of the fields of a layout."""
    properties = SCHEMA["$defs"][LAYOUTS[layout].model.__name__]["properties"]
    fields = {
        n: numbers(f) for n, f in properties.items() if f.get("type") in ("integer", "number")
    }
    if layout == "grid":
        fields |= {"rows": st.integers(1, 16), "columns": st.integers(1, 16)}
    if issubclass(LAYOUTS[layout].model, Curved):  # beads must be near one another, and not many
        fields = {
            "std": st.floats(0.08, 100),
            "radius": st.floats(0.1, 1),
            "modes": st.integers(1, 4),
        }
        fields = {name: fields[name] for name in fields.keys() & properties.keys()}
    return some(**fields)


@st.composite
def targets(draw: st.DrawFn) -> Config:
    """Draw a valid target of any layout."""
    layout = draw(names([name for name, one in LAYOUTS.items() if not one.from_file]))
    if layout == "custom":
        return draw(custom_targets())
    target = draw(layout_fields(layout)) | {"layout": layout}
    if layout == "random":  # many modes half a unit apart do not fit
        target["least_distance"] = draw(st.floats(0, 1e-4))
    if draw(st.booleans()):
        target["weights"] = [draw(WEIGHTS)] * LAYOUTS[layout].model(**target).mode_count
    return target


@st.composite
def custom_targets(draw: st.DrawFn) -> Config:
    """Draw a valid custom target."""
    means = draw(st.lists(st.tuples(COORDINATES, COORDINATES), min_size=1, max_size=6))
    target: Config = {"layout": "custom", "means": [list(mean) for mean in means]}
    if draw(st.booleans()):
        target["stds"] = [draw(STDS) for _ in means]
    else:
        stds = [(draw(st.floats(0.01, 90)), draw(st.floats(-0.9, 0.9))) for _ in means]
        target["covariances"] = [
            [[std**2, std * 0.5 * slant], [std * 0.5 * slant, 0.25]] for std, slant in stds
        ]
    return target


@cache
def most_fields() -> st.SearchStrategy[Config]:
    """Return mappings that hold some of a config's fields; made once, since that takes a while."""
    networks = {
        "hidden": HIDDEN,
        "activation": pieces_of(choices.ACTIVATION),
        "biases": names(pieces.BIASES),
        "spectral_norm": st.booleans(),
        "initializer": names(pieces.INITIALIZERS),
        "bias_initializer": names(pieces.BIAS_INITIALIZERS),
    }
    penalties = {name: some(weight=st.floats(0, 1e6)) | st.none() for name in pieces.PENALTIES}
    return some(
        name=st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,20}", fullmatch=True),
        seeds=st.integers(1, 20)
        | st.lists(st.integers(0, 2**31 - 1), min_size=1, max_size=5, unique=True),
        target=targets(),
        generator=some(
            **networks,
            **_sections("generator"),
            latent=pieces_of(choices.LATENT),
            norm=names(pieces.NORMS),
            average=st.none() | st.floats(0, 0.99999),
        ),
        discriminator=some(
            **networks,
            **_sections("discriminator"),
            norm=names(pieces.DISCRIMINATOR_NORMS),
            dropout=st.none() | st.floats(0, 0.95),
            minibatch=pieces_of(choices.FEATURE),
            weight_clip=st.none() | st.floats(1e-6, 100),
        ),
        objective=names(pieces.OBJECTIVES),
        penalties=some(**penalties),
        optimizer=some(
            **_sections("optimizer"),
            name=names(pieces.OPTIMIZERS),
            discriminator_b1=st.none() | st.floats(0, 0.99999),
            schedule=pieces_of(choices.SCHEDULE),
        ),
        training=some(
            **_sections("training"),
            updates=pieces_of(choices.UPDATE),
            instance_noise=st.none() | some(std=st.floats(0, 100), until=st.none() | ROUNDS),
            label_smoothing=st.none() | st.floats(0, 0.5),
            top_k=st.none() | some(share=st.floats(1e-4, 1), until=st.none() | ROUNDS),
            data=pieces_of(choices.DATA),
        ),
        snapshots=some(**_sections("snapshots")),
    )


@st.composite
def configs(draw: st.DrawFn) -> Config:
    """Draw a valid config as plain data, most of its fields left out or not."""
    config = draw(most_fields())
    # Of the right size for every target and every length of training.
    config["evaluation"] = {
        "every": draw(st.integers(100, 10_000_000)),
        "samples": draw(st.integers(10 * MODES_LIMIT, 50_000)),
    }
    return _without_contradictions(config)


def _without_contradictions(config: Config) -> Config:
    """Return a config of right values that also go together."""
    generator, discriminator = config.get("generator", {}), config.get("discriminator", {})
    for network in (generator, discriminator):
        if network.get("norm") == "layer":
            network["hidden"] = [max(2, width) for width in network.get("hidden", [2])]
    training = config.setdefault("training", {})
    if "packing" in discriminator:
        packs = max(2, training.get("batch_size", 256) // discriminator["packing"])
        training["batch_size"] = packs * discriminator["packing"]
    training["batch_size"] = max(2, training.get("batch_size", 256))
    if not pieces.OBJECTIVES[config.get("objective", "non_saturating")].labels:
        training["label_smoothing"] = None
    if "discrimination" in discriminator.get("minibatch", "none"):
        for name in [name for name, one in pieces.PENALTIES.items() if one.per_point]:
            config.get("penalties", {}).pop(name, None)
    return config


class Raw(str):
    """YAML that stands in a config as it is, without quotes."""


def dump(value: Any) -> str:
    """Return a config as YAML in flow style."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(k)}: {dump(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(dump, value)) + "]"
    return json.dumps(value)


def leaves(config: Config, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """Yield the path of every value that is no mapping."""
    for name, value in config.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, name))
        else:
            yield (*path, name)


def put(config: Config, path: tuple[str, ...], value: Any) -> Config:
    """Return the config with one value replaced or added."""
    name, *rest = path
    under = config.get(name) if isinstance(config.get(name), dict) else {}
    return config | {name: put(under or {}, tuple(rest), value) if rest else value}


NUMBERS = [
    ("optimizer", "learning_rate"),
    ("optimizer", "b2"),
    ("optimizer", "decay"),
    ("optimizer", "eps"),
    ("training", "steps"),
    ("training", "batch_size"),
    ("generator", "latent_dim"),
    ("generator", "hidden"),
    ("evaluation", "every"),
    ("snapshots", "grid"),
    ("discriminator", "weight_clip"),
    ("penalties", "r1", "weight"),
    ("training", "updates", "consensus", "weight"),
    ("training", "top_k", "share"),
    ("optimizer", "schedule", "cosine", "until"),
    ("generator", "activation", "maxout", "pieces"),
    ("generator", "average"),
    ("target", "std"),
]
NAMES = [
    ("objective",),
    ("generator", "norm"),
    ("generator", "latent"),
    ("discriminator", "minibatch"),
    ("optimizer", "schedule"),
    ("training", "data"),
    ("generator", "activation"),
    ("optimizer", "name"),
    ("training", "updates"),
]
NO_NUMBER = ["abc", "1", True, {}, {"a": 1}, [], Raw(".inf"), Raw("-.inf"), Raw(".nan"), -1, 1e30]
NO_NAME = ["abc", "", 1, 2.5, True, None, [], ["relu"], {}, "relu\x00", "ÿ", "x" * 5000]
NO_SECTION = ["abc", 1, True, [], [{}], Raw("!!python/object:os.system 'x'"), Raw("!foo {}")]
SECTIONS = [
    "generator",
    "discriminator",
    "optimizer",
    "training",
    "evaluation",
    "snapshots",
    "target",
]
CONTRADICTIONS: list[Config] = [
    {"target": {"modes": 3, "weights": [1, 2]}},
    {"target": {"layout": "custom"}},
    {"target": {"layout": "custom", "means": [[0, 0]]}},
    {"target": {"layout": "custom", "means": [[0, 0]], "stds": [1, 1]}},
    {"target": {"layout": "custom", "means": [[0, 0, 0]], "stds": [1]}},
    {"target": {"layout": "custom", "means": [[0, 0]], "covariances": [[[1, 2], [2, 1]]]}},
    {"target": {"layout": "random", "modes": 200, "least_distance": 1.0}},
    {"target": {"layout": "grid", "rows": 17, "columns": 17}},
    {"target": {"rows": 3}},
    {"discriminator": {"packing": 3}, "training": {"batch_size": 8}},
    {"training": {"label_smoothing": 0.1}, "objective": "hinge"},
    {"discriminator": {"norm": "batch"}},
    {"training": {"updates": {"consensus": {}, "lookahead": {}}}},
    {"seeds": [1, 1]},
    {"seeds": 0},
    {"seeds": [-1]},
    {"evaluation": {"every": 1}, "training": {"steps": 10_000_000}},
    {"evaluation": {"samples": 100}, "target": {"modes": 100}},
    {"name": "../up"},
    {"name": "a\n"},
    {"extends": "no_such_config.yaml"},
    {"extends": "."},
    {"extends": ["a.yaml"]},
]
TEXTS = [
    b"",
    b"# nothing\n",
    b"---\n",
    b"- a\n- b\n",
    b"just text\n",
    b"a: [1\n",
    b"a: b: c\n",
    b"\tname: x\n",
    b"name: x\n---\nname: y\n",
    b'name: "\\UFFFFFFFF"\n',
    b"name: \x00\n",
    b"name: *nothing\n",
    b"name: &a [*a]\n",
    b"[" * 5000,
    b"- " * 3000,
    b"{a: " * 3000,
    b"a: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (98 + i, 98 + i, b",".join([b"*%c" % (97 + i)] * 9)) for i in range(9)
    ),
    b"\xff\xfe" + "name: x\n".encode("utf-16-le"),
    b"#" * (257 * 1024),
    b"%YAML 9.9\n---\nname: x\n",
    b"<<: {name: x}\n",
    b"? [a]\n: b\n",
    b"1: 2\n",
    b"null: 3\n",
]


def _with_wrong_value(config: Config) -> st.SearchStrategy[Config]:
    wrong = st.one_of(
        st.tuples(st.sampled_from(NUMBERS), st.sampled_from(NO_NUMBER)),
        st.tuples(st.sampled_from(NAMES), st.sampled_from(NO_NAME)),
        st.tuples(st.sampled_from(SECTIONS).map(lambda name: (name,)), st.sampled_from(NO_SECTION)),
    )
    return wrong.map(lambda found: put(config, *found))


def _with_unknown_field(config: Config) -> st.SearchStrategy[Config]:
    # No field holds a capital letter or a space.
    names = st.text(max_size=12).map(lambda text: f"{text}Q") | st.sampled_from(["LR", "my field"])
    sections = st.sampled_from([(), *((section,) for section in SECTIONS), ("penalties", "r1")])
    return st.tuples(sections, names).map(lambda found: put(config, (*found[0], found[1]), 1))


def _with_contradiction(config: Config) -> st.SearchStrategy[Config]:
    return st.sampled_from(CONTRADICTIONS).map(lambda wrong: config | wrong)


def _in_bytes(config: Config) -> st.SearchStrategy[bytes]:
    """Return valid configs' text with something in it that no text may hold."""
    text = to_yaml(Experiment.model_validate(config)).encode()
    places = st.integers(0, len(text))
    wrong = st.sampled_from(
        [b"\xff", b"\xc3(", b"\x00", b"\x07", b"\xed\xa0\x80", "\ufffe".encode()]
    )
    added = st.sampled_from(
        [b"name: b\n", b": [\n", b"---\n{}\n", b"'", b"\t- x: [", b"@", b"!x y\n"]
    )
    return st.one_of(
        st.builds(lambda at, what: text[:at] + what + text[at:], places, wrong),
        added.map(lambda what: text + what),
    )


def bad_configs() -> st.SearchStrategy[bytes]:
    """Return the bytes of config files, each of which is wrong."""
    mutations: list[Callable[[Config], st.SearchStrategy[Config]]] = [
        _with_wrong_value,
        _with_unknown_field,
        _with_contradiction,
    ]
    structured = [
        configs().flatmap(mutation).map(lambda c: dump(c).encode("utf-8", "surrogatepass"))
        for mutation in mutations
    ]
    return st.one_of(*structured, configs().flatmap(_in_bytes), st.sampled_from(TEXTS))


TOKENS = st.sampled_from(
    [
        *("name", "seeds", "target", "layout", "custom", "means", "optimizer", "b1", "training"),
        *(
            "steps",
            "penalties",
            "r1",
            "weight",
            "extends",
            "null",
            "true",
            "1",
            "-1",
            "1e-3",
            "0x1F",
        ),
        *(
            ".inf",
            ".nan",
            "1e999",
            "9" * 5000,
            "''",
            '"',
            "'",
            "&a",
            "*a",
            "<<",
            "!!str",
            "!x",
            "%",
        ),
        *(
            ":",
            ": ",
            "- ",
            "? ",
            "[",
            "]",
            "{",
            "}",
            ",",
            "\n",
            "\n  ",
            "\n    ",
            "\t",
            "#",
            "|",
            ">",
        ),
        *("@", "`", "---", "...", "\\", "\r", "\x00", "\x85", "\u2028", "\ufeff", "é", "\x1b[31m"),
    ]
)


def config_texts() -> st.SearchStrategy[bytes]:
    """Return bytes that may or may not be a config: broken texts, soups of tokens, noise."""
    soup = st.lists(TOKENS, max_size=40).map(lambda parts: "".join(parts).encode())
    return st.one_of(
        soup, st.binary(max_size=60), configs().flatmap(_cut), configs().flatmap(_spliced)
    )


def _cut(config: Config) -> st.SearchStrategy[bytes]:
    text = to_yaml(Experiment.model_validate(config)).encode()
    return st.tuples(st.integers(0, len(text)), st.integers(0, len(text))).map(
        lambda ends: text[: min(ends)] + text[max(ends) :]
    )


def _spliced(config: Config) -> st.SearchStrategy[bytes]:
    text = to_yaml(Experiment.model_validate(config))
    return st.tuples(st.integers(0, len(text)), TOKENS).map(
        lambda found: (text[: found[0]] + found[1] + text[found[0] :]).encode()
    )
