"""Rules between fields: values, each right by itself, that make no game together.

One table says them all. A config, an option, a sweep's cells and the arena are held to it by the
one validator of `Experiment`, and a sweep asks it which fields need to be looked at together.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ganrun.config.metrics import own_key
from ganrun.config.pieces import OBJECTIVES, PENALTIES
from ganrun.wording import listed

ROWS_LIMIT = 100_000
SAMPLES_PER_MODE = 10


@dataclass(frozen=True)
class Contradiction:
    """A rule: `fields` are all that it reads, by dotted name, the one at fault first.

    `broken` returns what is wrong with an experiment, naming the other field, or None.
    """

    fields: tuple[str, ...]
    broken: Callable[[Any], str | None]


def _too_many_evaluations(one: Any) -> str | None:
    least = -(-one.training.steps // ROWS_LIMIT)
    if one.evaluation.every >= least:
        return None
    return (
        f"{one.evaluation.every} with {one.training.steps} rounds makes more than {ROWS_LIMIT} "
        f"evaluations; must be at least {least}"
    )


def _too_few_samples(one: Any) -> str | None:
    least = SAMPLES_PER_MODE * one.target.mode_count
    if one.evaluation.samples >= least:
        return None
    return (
        f"{one.evaluation.samples} samples are too few for {one.target.mode_count} modes; must be "
        f"at least {least}"
    )


def _uneven_packs(one: Any) -> str | None:
    packing, batch = one.discriminator.packing, one.training.batch_size
    if batch % packing == 0:
        return None
    return f"packs of {packing} do not divide training.batch_size, {batch}"


def _nothing_to_compare(one: Any) -> str | None:
    feature, batch = one.discriminator.minibatch.name, one.training.batch_size
    if feature == "none" or batch >= 2 * one.discriminator.packing:
        return None
    packing = one.discriminator.packing
    packs = f", in packs of discriminator.packing {packing}," if packing > 1 else ""
    return (
        f"{feature!r} compares the points of a batch, but training.batch_size {batch}{packs} is one"
    )


def _slopes_of_single_points(one: Any) -> str | None:
    found = [f"penalties.{name}" for name in one.penalties if PENALTIES[name].per_point]
    if one.discriminator.minibatch.name != "discrimination" or not found:
        return None
    return (
        f"'discrimination' makes every logit depend on the whole batch, but {listed(found)} "
        "is of the slope at each point alone; 'std' goes with it"
    )


def _batch_of_one(one: Any) -> str | None:
    if one.generator.norm != "batch" or one.training.batch_size > 1:
        return None
    return "batch norm needs a training.batch_size of two latent points or more, not 1"


def _cloud_of_one(one: Any) -> str | None:
    if one.generator.latent.name != "particles" or one.training.batch_size > 1:
        return None
    return "the spread of particles needs a training.batch_size of two or more, not 1"


def _norm_of_one(player: str) -> Callable[[Any], str | None]:
    def broken(one: Any) -> str | None:
        network = getattr(one, player)
        if network.norm != "layer" or min(network.hidden) > 1:
            return None
        return f"the layer norm of a single value is always 0, but {player}.hidden has a layer of 1"

    return broken


def _no_labels(one: Any) -> str | None:
    if one.training.label_smoothing is None or OBJECTIVES[one.objective].labels:
        return None
    labelled = [name for name, other in OBJECTIVES.items() if other.labels]
    return f"objective {one.objective!r} has no labels to be smoothed; {listed(labelled)} have"


def _warmup_without_end(one: Any) -> str | None:
    schedule = one.optimizer.schedule.parameters
    if not schedule or schedule["warmup"] < schedule["until"]:
        return None
    return (
        f"the warmup of {schedule['warmup']} rounds must end before the fall does, until "
        f"{schedule['until']}"
    )


_FALLS = tuple(
    f"optimizer.schedule.{name}.{number}"
    for name in ("linear", "cosine")
    for number in ("warmup", "until")
)


def _two_of_one_key(one: Any) -> str | None:
    keys = [own_key(name) for name in one.evaluation.metrics]
    twice = [key for key in dict.fromkeys(keys) if keys.count(key) > 1]
    return f"{twice[0]!r} is there twice" if twice else None


CONTRADICTIONS = (
    Contradiction(("evaluation.metrics",), _two_of_one_key),
    Contradiction(("evaluation.every", "training.steps"), _too_many_evaluations),
    Contradiction(("evaluation.samples", "target"), _too_few_samples),
    Contradiction(("discriminator.packing", "training.batch_size"), _uneven_packs),
    Contradiction(
        ("discriminator.minibatch", "training.batch_size", "discriminator.packing"),
        _nothing_to_compare,
    ),
    # Gulrajani et al. 2017, section 4: the penalty is of each input's own slope.
    Contradiction(("discriminator.minibatch", "penalties"), _slopes_of_single_points),
    Contradiction(("generator.norm", "training.batch_size"), _batch_of_one),
    Contradiction(("generator.latent", "training.batch_size"), _cloud_of_one),
    Contradiction(("generator.norm", "generator.hidden"), _norm_of_one("generator")),
    Contradiction(("discriminator.norm", "discriminator.hidden"), _norm_of_one("discriminator")),
    Contradiction(("training.label_smoothing", "objective"), _no_labels),
    Contradiction(("optimizer.schedule", *_FALLS), _warmup_without_end),
)


def may_contradict(path: tuple[str, ...]) -> bool:
    """Return whether a value of a field, right by itself, may be wrong beside other fields' values.

    These are the fields that the rules between fields read, and all of a target's.
    """
    read = {field for rule in CONTRADICTIONS for field in rule.fields}
    return path[0] == "target" or ".".join(path) in read
