"""How both networks descend: their optimizer, its schedule, and where the real points are from."""

from __future__ import annotations

from ganrun.config.declarations import Optimizer, Parameter, Piece, table

OPTIMIZERS = table(
    Optimizer(
        "adam",
        "Adam with momentum b1, second-moment decay b2 and eps.",
        paper="Kingma & Ba 2015",
        uses=("b1", "b2", "eps"),
        later=("eps",),
    ),
    Optimizer(
        "sgd", "Plain gradient descent, without momentum.", ("gradient_descent",), title="SGD"
    ),
    Optimizer(
        "rmsprop",
        "RMSProp with decay and eps, as PyTorch has it; it has no momentum.",
        ("rms_prop",),
        title="RMSProp",
        paper="Tieleman & Hinton 2012",
        uses=("decay", "eps"),
    ),
    Optimizer(
        "adamw",
        "Adam whose weights also shrink, by the learning rate times weight_decay a step.",
        ("adam_w",),
        title="AdamW",
        paper="Loshchilov & Hutter 2019",
        uses=("b1", "b2", "eps", "weight_decay"),
    ),
    Optimizer(
        "momentum",
        "Gradient descent with heavy-ball momentum b1, as PyTorch's SGD has it.",
        ("heavy_ball", "sgd_momentum", "sgdm"),
        paper="Polyak 1964",
        uses=("b1",),
    ),
    kind="optimizer",
)

_ROUNDS = 10_000_000


def _falling() -> tuple[Parameter, ...]:
    """The parameters of a schedule that falls."""
    return (
        Parameter(
            "until",
            "Round at which the rates have fallen.",
            10_000,
            1,
            _ROUNDS,
            also=("steps", "decay_steps", "end", "t_max"),
            unit="rounds",
            whole=True,
        ),
        Parameter(
            "final",
            "Share of the rates that is left then, and from then on.",
            0.0,
            0.0,
            1.0,
            also=("end_value", "eta_min", "min", "alpha"),
            off=1.0,
        ),
        Parameter(
            "warmup",
            "Rounds over which the rates rise from 0 at the beginning.",
            0,
            0,
            _ROUNDS,
            also=("warm_up", "warmup_steps"),
            unit="rounds",
            whole=True,
            neutral=0,
        ),
    )


SCHEDULES = table(
    Piece("constant", "The learning rates stay as they are.", ("none", "fixed")),
    Piece(
        "linear",
        "The learning rates fall in a straight line.",
        ("lin", "linear_decay"),
        title="Linear schedule",
        paper="Miyato et al. 2018",
        story="Forger and detective take smaller steps as time goes on, so that they come to rest.",
        parameters=_falling(),
    ),
    Piece(
        "cosine",
        "The learning rates fall along half a cosine.",
        ("cos", "cosine_decay", "cosine_annealing"),
        title="Cosine schedule",
        paper="Loshchilov & Hutter 2017",
        story="Forger and detective take smaller steps as time goes on, slowly at first and at the "
        "end.",
        parameters=_falling(),
    ),
)

DATA = table(
    Piece("fresh", "Every batch is drawn from the target.", ("infinite", "online")),
    Piece(
        "pool",
        "Batches are drawn from a number of points that the seed fixes.",
        ("finite", "dataset", "fixed"),
        title="Pool of points",
        paper="Lin et al. 2018",
        story="The detective learns from one box of real notes, again and again, and may come to "
        "know them by heart.",
        parameters=(
            Parameter(
                "size",
                "Points in the pool.",
                100_000,
                1,
                2**24,  # up to which float32 counts
                also=("n", "count", "samples", "num_samples"),
                whole=True,
            ),
        ),
    ),
)
