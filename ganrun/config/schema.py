"""What an experiment is: one frozen model per section, with every default, unit and range."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    Field,
    SerializerFunctionWrapHandler,
    model_serializer,
    model_validator,
)
from pydantic_core import PydanticCustomError

from ganrun.config.choices import (
    ACTIVATION,
    DATA,
    FEATURE,
    LATENT,
    SCHEDULE,
    UPDATE,
    Choice,
    ChoiceOf,
    choice_of,
)
from ganrun.config.contradictions import CONTRADICTIONS
from ganrun.config.fields import (
    SEED_END,
    NullIs,
    Number,
    OneOf,
    Section,
    Switch,
    Whole,
    contradiction,
    label,
    optional,
    static,
    traced,
    types_of,
    whole_number,
)
from ganrun.config.metrics import OWN_METRICS
from ganrun.config.outside_layouts import OpenTarget
from ganrun.config.penalties import Penalties, penalty_model, penalty_table
from ganrun.config.pieces import (
    BIAS_INITIALIZERS,
    BIASES,
    DISCRIMINATOR_NORMS,
    INITIALIZERS,
    NORMS,
    OBJECTIVES,
    OPTIMIZERS,
    PENALTIES,
)
from ganrun.config.targets import DEFAULT_LAYOUT, LAYOUTS, PLANE
from ganrun.wording import listed

SEEDS_LIMIT = 16_384
MOST_METRICS = 32
NAME = r"^[A-Za-z0-9][A-Za-z0-9._-]*$"  # safe as the start of a folder's name
NAME_LIMIT = 64
MOST_ROUNDS = 10_000_000
MOST_DECAY = 0.99999  # beyond it, float32 soon rounds to 1, and 1 - decay to 0

Width = Annotated[Whole, Field(ge=1, le=2048)]
Hidden = Annotated[tuple[Width, ...], Field(min_length=1, max_length=8)]
Seed = Annotated[Whole, Field(ge=0, lt=SEED_END)]


def _seeds(value: Any) -> Any:
    """Read a count as that many seeds from 0 on."""
    is_count = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_count:
        return value
    count = whole_number(value)
    if not 1 <= count <= SEEDS_LIMIT:
        raise PydanticCustomError(
            "seed_count", "a count of seeds must be from 1 to {most}", {"most": SEEDS_LIMIT}
        )
    return tuple(range(count))


class _Network(Section):
    hidden: Hidden = static((64, 64), "Widths of the hidden layers, from input to output.")
    activation: Annotated[Choice, ACTIVATION] = static(
        lambda: ACTIVATION("relu"), "Activation of the hidden layers."
    )
    biases: Annotated[str, OneOf(BIASES)] = static("all", "Which layers add a bias.")
    spectral_norm: Switch = static(
        False, "Divide every weight matrix by its largest singular value."
    )
    initializer: Annotated[str, OneOf(INITIALIZERS)] = static(
        "lecun_normal", "Distribution of the initial weights."
    )
    initializer_gain: Number = static(
        1.0, "Factor on the initial weights, not on the biases.", ge=1e-6, le=100
    )
    bias_initializer: Annotated[str, OneOf(BIAS_INITIALIZERS)] = static(
        "zeros", "Distribution of the initial biases."
    )


class _Latent(Section):
    latent_dim: Whole = static(2, "Dimensions of the latent points.", ge=1, le=1024)
    latent: Annotated[Choice, LATENT] = static(
        lambda: LATENT("normal"), "Distribution of the latent points."
    )


class Generator(_Network, _Latent):  # pydantic lists the last base's fields first
    """The forger: a network from latent points to samples."""

    norm: Annotated[str, OneOf(NORMS)] = static("none", "Norm before every activation.")
    average: Number | None = optional(
        "Decay of a moving average of the weights, which is measured beside them. Null: none.",
        ge=0,
        le=MOST_DECAY,
    )


class Discriminator(_Network):
    """The detective (critic): a network from points of the plane to one logit."""

    norm: Annotated[str, OneOf(DISCRIMINATOR_NORMS)] = static(
        "none", "Norm before every activation."
    )
    dropout: Number | None = optional(
        "Share of hidden values that are 0 while it learns. Null: none.", ge=0, le=0.95
    )
    packing: Whole = static(1, "Points that are judged together.", "points", ge=1, le=64)
    minibatch: Annotated[Choice, FEATURE] = static(
        lambda: FEATURE("none"), "What the last layer is told of the batch around a point."
    )
    weight_clip: Annotated[Number | None, NullIs(math.inf)] = traced(
        None,
        "Clip every weight and bias to [-weight_clip, weight_clip] after each step. Null: never.",
        ge=1e-6,
        le=100,
    )


def _users_of(number: str) -> str:
    return listed(name for name, one in OPTIMIZERS.items() if number in one.uses)


class Optimizer(Section):
    """How both networks descend."""

    name: Annotated[str, OneOf(OPTIMIZERS)] = static("adam", "Optimizer of both networks.")
    learning_rate: Number = traced(1e-3, "Learning rate of the generator.", ge=1e-8, le=10)
    learning_rate_ratio: Number = traced(
        1.0, "Learning rate of the discriminator over the generator's.", ge=1e-6, le=1e4
    )
    b1: Number = traced(
        0.5,
        f"Momentum of {_users_of('b1')}; the others do not use it.",
        ge=0,
        le=MOST_DECAY,
    )
    b2: Number = traced(
        0.999, f"Decay of squared gradients in {_users_of('b2')}.", ge=0, le=MOST_DECAY
    )
    decay: Number = traced(
        0.99, f"Decay of squared gradients in {_users_of('decay')}.", ge=0, le=MOST_DECAY
    )
    eps: Number = traced(
        1e-8,
        f"Added to the root of the mean squared gradient in {_users_of('eps')}.",
        ge=1e-12,
        le=1,
    )
    weight_decay: Number = traced(
        0.01,
        f"Share of a weight that a step of learning rate 1 takes, in {_users_of('weight_decay')}.",
        ge=0,
        le=1,
    )
    discriminator_b1: Number | None = traced(
        None, "The discriminator's own b1. Null: as the generator's.", ge=0, le=MOST_DECAY
    )
    discriminator_b2: Number | None = traced(
        None, "The discriminator's own b2. Null: as the generator's.", ge=0, le=MOST_DECAY
    )
    discriminator_eps: Number | None = traced(
        None, "The discriminator's own eps. Null: as the generator's.", ge=1e-12, le=1
    )
    schedule: Annotated[Choice, SCHEDULE] = static(
        lambda: SCHEDULE("constant"), "How both learning rates change with the rounds."
    )


class InstanceNoise(Section):
    """Noise on all that the discriminator sees, real and fake."""

    std: Number = traced(
        0.1, "Standard deviation of the noise at the beginning.", PLANE, ge=0, le=100
    )
    until: Annotated[Whole | None, NullIs(math.inf)] = traced(
        None,
        "Rounds over which it fades in a straight line. Null: never.",
        "rounds",
        ge=1,
        le=MOST_ROUNDS,
    )


class TopK(Section):
    """Of a batch of fakes the generator learns only from those with the highest logits."""

    share: Number = traced(0.5, "Share of the batch that it learns from.", ge=1e-4, le=1)
    until: Annotated[Whole | None, NullIs(0)] = traced(
        None,
        "Rounds over which the share falls from 1 in a straight line. Null: at once.",
        "rounds",
        ge=0,
        le=MOST_ROUNDS,
    )


class Training(Section):
    """How the game is played."""

    steps: Whole = traced(10_000, "Length of the training.", "rounds", ge=1, le=MOST_ROUNDS)
    batch_size: Whole = static(256, "Real and latent points per step.", "samples", ge=1, le=65_536)
    discriminator_steps: Whole = traced(1, "Discriminator steps per generator step.", ge=1, le=100)
    updates: Annotated[Choice, UPDATE] = static(
        lambda: UPDATE("alternating"),
        "How the slopes of both players become their moves.",
    )
    instance_noise: InstanceNoise | None = optional(
        "Noise on all that the discriminator sees. Null: none."
    )
    label_smoothing: Number | None = optional(
        "How far below 1 the label of real points is. Null: not at all.", ge=0, le=0.5
    )
    top_k: TopK | None = optional("Which fakes the generator learns from. Null: all.")
    data: Annotated[Choice, DATA] = static(
        lambda: DATA("fresh"), "Where the real points of a batch come from."
    )


class Evaluation(Section):
    """When and on how many samples the generator is measured."""

    every: Whole = static(
        250,
        "Rounds between evaluations; the first and the last round are always evaluated.",
        "rounds",
        ge=1,
        le=MOST_ROUNDS,
    )
    samples: Whole = static(2500, "Samples per evaluation.", "samples", ge=100, le=50_000)
    metrics: Annotated[
        tuple[Annotated[str, OneOf(OWN_METRICS)], ...], Field(max_length=MOST_METRICS)
    ] = static((), "Metrics of one's own that are measured at the end, beside all of ganrun's.")

    @model_serializer(mode="wrap")
    def _without_no_metrics(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """As it was written before there were such metrics, where there are none."""
        content: dict[str, Any] = handler(self)
        return content if self.metrics else {k: v for k, v in content.items() if k != "metrics"}


class Snapshots(Section):
    """What is kept of the training, to be drawn."""

    count: Whole = static(40, "Snapshots kept, at most, beside the last round's.", ge=1, le=1000)
    samples: Whole = static(256, "Generator samples per snapshot.", "samples", ge=1, le=10_000)
    grid: Whole = static(
        24,
        "Points per side of the grid on which the discriminator is drawn.",
        "points",
        ge=2,
        le=256,
    )


class Experiment(Section):
    """One config: a target, a game, and how it is measured, for one seed or several."""

    name: str = label(
        "experiment",
        "Start of the run folders' names: letters, digits, '.', '_' and '-'.",
        pattern=NAME,
        max_length=NAME_LIMIT,
        strict=True,
    )
    seeds: Annotated[
        tuple[Seed, ...], Field(min_length=1, max_length=SEEDS_LIMIT), BeforeValidator(_seeds)
    ] = traced((0,), "Seeds of the runs: a list, or a count (8 means 0 to 7).")
    target: OpenTarget = Field(
        default=LAYOUTS[DEFAULT_LAYOUT].model(),
        description="The 2D Gaussian mixture to be learned.",
    )
    generator: Generator = Field(default=Generator(), description=Generator.__doc__)
    discriminator: Discriminator = Field(default=Discriminator(), description=Discriminator.__doc__)
    objective: Annotated[str, OneOf(OBJECTIVES)] = static(
        "non_saturating", "What the two networks minimise."
    )
    penalties: Penalties = Field(
        default=Penalties(), description="Penalties on the discriminator: name and parameters."
    )
    optimizer: Optimizer = Field(default=Optimizer(), description=Optimizer.__doc__)
    training: Training = Field(default=Training(), description=Training.__doc__)
    evaluation: Evaluation = Field(default=Evaluation(), description=Evaluation.__doc__)
    snapshots: Snapshots = Field(default=Snapshots(), description=Snapshots.__doc__)

    @model_validator(mode="after")
    def _seeds_are_unique(self) -> Experiment:
        seen: set[int] = set()
        for place, seed in enumerate(self.seeds):
            if seed in seen:
                raise contradiction(f"seed {seed} is listed twice", ("seeds", place))
            seen.add(seed)
        return self

    @model_validator(mode="after")
    def _fields_go_together(self) -> Experiment:
        for rule in CONTRADICTIONS:
            if message := rule.broken(self):
                raise contradiction(message, *(tuple(field.split(".")) for field in rule.fields))
        return self

    def with_seed(self, seed: int) -> Experiment:
        """Return this experiment with that one seed: the config of one run."""
        return self.model_copy(update={"seeds": (seed,)})


def section_model(section: str, layout: str = DEFAULT_LAYOUT) -> type[BaseModel] | None:
    """Return the model of a section by its dotted name, None where there is no such section.

    `""` is the config itself; `layout` is the target's.
    """
    first, _, penalty = section.partition(".")
    if first == "penalties":
        if not penalty:
            return penalty_table()
        return penalty_model(penalty) if penalty in PENALTIES else None
    if section == "target":
        return LAYOUTS[layout].model if layout in LAYOUTS else None
    if section == "":
        return Experiment
    first, *inner = section.split(".")
    model = _section_in(Experiment, first)
    if model is None or not inner:
        return model
    choice = choices().get((first, inner[0]))
    name, *piece = inner
    if choice is None:
        return None if piece else _section_in(model, name)
    if not piece:
        return choice.table
    return None if piece[1:] else choice.models.get(piece[0])


def _section_in(model: type[BaseModel], name: str) -> type[Section] | None:
    """Return the model of a section that a field of the model holds, unless it is null."""
    field = model.model_fields.get(name)
    kinds = types_of(field.annotation) if field else set()
    return next((one for one in kinds if isinstance(one, type) and issubclass(one, Section)), None)


@cache
def choices() -> Mapping[tuple[str, str], ChoiceOf]:
    """The fields that hold a piece with its parameters, by section and name, and which pieces."""
    found = {}
    for section in Experiment.model_fields:
        model = _section_in(Experiment, section)
        for name, field in model.model_fields.items() if model else ():
            if choice := choice_of(field):
                found[section, name] = choice
    return found
