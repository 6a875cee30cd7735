"""Hypothesis strategies for sweeps: good ones, and texts that may be anything."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from strategies import NO_NUMBER, NO_SECTION, TOKENS, Config, configs, dump, names, pieces_of, put

from ganrun.config import choices, pieces

LEVELS: dict[str, st.SearchStrategy[Any]] = {
    "optimizer.learning_rate": st.floats(1e-8, 10),
    "optimizer.b1": st.floats(0, 0.9),
    "optimizer.name": names(pieces.OPTIMIZERS),
    "training.discriminator_steps": st.integers(1, 100),
    "training.batch_size": st.integers(1, 65_536),
    "objective": names(pieces.OBJECTIVES),
    "generator.hidden": st.lists(st.integers(1, 2048), min_size=1, max_size=3),
    "generator.activation": pieces_of(choices.ACTIVATION),
    "discriminator.spectral_norm": st.booleans(),
    "discriminator.weight_clip": st.none() | st.floats(1e-6, 100),
    "training.updates": pieces_of(choices.UPDATE),
    "training.instance_noise.std": st.floats(0, 100),
    "optimizer.schedule.cosine.final": st.floats(0, 1),
    "discriminator.dropout": st.none() | st.floats(0, 0.95),
    "penalties.r1.weight": st.floats(0, 1e6),
    "target.std": st.floats(1e-4, 100),
}
RANGES: dict[str, tuple[int | float, int | float]] = {
    "optimizer.learning_rate": (1e-8, 10.0),
    "training.discriminator_steps": (1, 100),
    "training.batch_size": (1, 65_536),
    "discriminator.weight_clip": (1e-6, 100.0),
    "target.std": (1e-4, 100.0),
}


CONTRADICTED = (
    ("training", "label_smoothing"),
    ("discriminator", "packing"),
    ("discriminator", "minibatch"),
    ("generator", "norm"),
    ("generator", "latent"),
)


def _key(value: Any) -> Any:
    if isinstance(value, dict):  # each piece once, however it is written
        return (False, *value)
    if isinstance(value, str):
        return (False, value)
    return (type(value) is bool, tuple(value) if isinstance(value, list) else value)


@st.composite
def axes(draw: st.DrawFn, field: str, is_factorial: bool) -> Any:
    """Draw what `vary` may say of a field."""
    if field in RANGES and draw(st.booleans()):
        least, most = RANGES[field]
        numbers = st.integers(least, most) if type(least) is int else st.floats(least, most)  # type: ignore[arg-type]
        ends = sorted(draw(st.tuples(numbers, numbers).filter(lambda ends: ends[0] != ends[1])))
        scale = draw(st.sampled_from(["linear", "log"]))
        points = {"points": draw(st.integers(2, 4))} if is_factorial else {}
        return {scale: ends} | points
    return draw(st.lists(LEVELS[field], min_size=1, max_size=3, unique_by=_key))


@st.composite
def sweeps(draw: st.DrawFn) -> Config:
    """Draw a valid sweep as plain data, its levels free of contradictions."""
    design = draw(names(pieces.DESIGNS))
    fields = draw(st.lists(st.sampled_from(list(LEVELS)), min_size=1, max_size=3, unique=True))
    is_factorial = design == "factorial"
    sweep: Config = {
        "design": design,
        "vary": {field: draw(axes(field, is_factorial)) for field in fields},
        "base": draw(configs()),
    }
    # Whatever the target, a radius or a penalty of its own cannot stand in the way; nor what does
    # not go with every objective, width and batch size.
    sweep["base"].pop("target", None)
    for section, name in CONTRADICTED:
        sweep["base"].get(section, {}).pop(name, None)
    if not is_factorial:
        sweep["points"] = draw(st.sampled_from([2, 4]))
    if draw(st.booleans()):
        sweep["seeds"] = draw(st.integers(1, 3) | st.just([7, 3]))
    if draw(st.booleans()):
        free = [field for field in LEVELS if field not in fields]
        chosen = draw(st.lists(st.sampled_from(free), max_size=2, unique=True))
        sweep["cases"] = {
            "plain": draw(st.sampled_from([None, {}])),
            "other": {
                **{field: draw(LEVELS[field]) for field in chosen},
                "target": {"radius": 3.5},  # so that it is never the same as the plain one
            },
        }
    return sweep


NO_AXIS = [*NO_SECTION, {}, [], [[]], {"log": [1]}, {"log": [2, 1], "points": 3}, {"points": 2}]
WRONG = [
    *((("vary", field), value) for field in ("optimizer.b1", "objective") for value in NO_AXIS),
    *((("vary", field), [3]) for field in ("lr", "name", "seeds", "extends", "target", "a.b.c.d")),
    *((("vary", "training.batch_size"), [value]) for value in NO_NUMBER),
    *((("cases", "wrong"), value) for value in [*NO_SECTION, {"b1": 3}, {"seeds": 2}]),
    *((("cases", name), {}) for name in ("", "a b", "a.b", "../c", "é")),
    *((("points",), value) for value in [*NO_NUMBER, 0, 3.5]),
    *((("design",), value) for value in ("grid", "", 3, None, [])),
    *((("base",), value) for value in (3, "", "no_such.yaml", ".", [], {"optimizer": 3})),
    *((("seeds",), value) for value in (0, [], [1, 1], "x", -1)),
    (("extends",), "."),
    (("training",), {}),
]


def bad_sweeps() -> st.SearchStrategy[bytes]:
    """Return the bytes of sweeps' files, each of which is wrong."""
    return st.tuples(sweeps(), st.sampled_from(WRONG)).map(
        lambda found: dump(put(found[0], *found[1])).encode("utf-8", "surrogatepass")
    )


WORDS = st.sampled_from(
    [
        *("vary", "cases", "base", "design", "sobol", "random", "points", "log", "linear", "seeds"),
        *("optimizer.b1", "target.layout", "penalties.r1", "penalties", "generator.hidden"),
    ]
)


def sweep_texts() -> st.SearchStrategy[bytes]:
    """Return bytes that may or may not be a sweep: soups of tokens, broken texts."""
    soup = st.lists(WORDS | TOKENS, max_size=40).map(lambda parts: "".join(parts).encode())
    return soup | sweeps().flatmap(_spliced)


def _spliced(sweep: Config) -> st.SearchStrategy[bytes]:
    text = dump(sweep)
    return st.tuples(st.integers(0, len(text)), WORDS | TOKENS).map(
        lambda found: (text[: found[0]] + found[1] + text[found[0] :]).encode()
    )
