"""What exists: every name that a config may use and every metric that a run reports, declared once.

A declaration is a name, a one-line description and, where it has them, parameters. The schema, the
error messages, the docs and the property tests read these tables; the room that implements a name
holds a function of the same name, and a test holds the two key sets equal.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeVar


@dataclass(frozen=True)
class Declaration:
    """One name that a config may use; `also` holds what other codes and papers call it."""

    name: str
    description: str
    also: tuple[str, ...] = ()
    title: str = ""
    """What people call it, where that is not the name in words."""

    @property
    def label(self) -> str:
        """What menus and captions call it."""
        return self.title or self.name.replace("_", " ").capitalize()


@dataclass(frozen=True)
class Level:
    """A value that a game comes to rest at, and how to write it."""

    value: float
    label: str


@dataclass(frozen=True)
class Uphill:
    """How much a fake's loss falls as its logit `x` rises: minus the slope of the generator's loss.

    It is `constant + linear * x + height * sigmoid(steepness * x)`, as numbers, so that pages can
    work it out too.
    """

    constant: float = 0.0
    linear: float = 0.0
    height: float = 0.0
    steepness: float = 0.0

    def __call__(self, logit: float) -> float:
        """The fall at a logit, in units of the loss; never 0 for being too small to write."""
        exponent = min(max(-self.steepness * logit, -700.0), 700.0)
        return self.constant + self.linear * logit + self.height / (1 + math.exp(exponent))


@dataclass(frozen=True)
class Objective(Declaration):
    """What the two networks minimise, and what that makes of their losses and logits.

    `loss_d` and `loss_g` are the losses of a perfect forger against a detective at its best, which
    then answers the same everywhere; `None` where the game leaves them open.
    """

    loss_d: Level | None = None
    loss_g: Level | None = None
    undecided: Level | None = None
    """The logit of who cannot tell, above which the discriminator says 'real'; `None` for a critic,
    whose logit is a score: it decides nothing, and its level means nothing."""
    probability: bool = False
    """Whether the logit's sigmoid is the discriminator's probability of 'real'."""
    uphill: Uphill = Uphill(constant=1.0)
    """Times the slope of the field: the way a fake is pushed."""
    reach: float | None = None
    """How far from undecided the colours of a live field reach, where a logit means the same in any
    game: a pale picture is a detective who cannot tell. `None`: as far as the field does."""

    @property
    def decision_threshold(self) -> float:
        """The logit above which the discriminator says 'real'; NaN where it decides nothing."""
        return math.nan if self.undecided is None else self.undecided.value


@dataclass(frozen=True)
class Parameter:
    """A number that belongs to a penalty: traced, at least `least` and at most `most`."""

    name: str
    description: str
    default: float
    least: float
    most: float
    title: str = ""
    """What people call it, where that is not the name in words."""

    @property
    def label(self) -> str:
        """What captions call it, after the penalty's own label."""
        return self.title or self.name.replace("_", " ")


@dataclass(frozen=True)
class Penalty(Declaration):
    """A penalty on the discriminator and its parameters."""

    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True)
class Optimizer(Declaration):
    """An optimizer, and which of the other numbers of a config's `optimizer` it makes use of."""

    uses: tuple[Literal["b1", "b2", "decay", "eps"], ...] = ()


ROUNDING = 1e-3
"""How far a metric may be beyond its bounds, since it is rounded: more than by float32's digits."""


@dataclass(frozen=True)
class Metric(Declaration):
    """A number that a run reports.

    `when` says when it is recorded: `round` and `evaluation` in every row of `metrics.csv`, from
    the game itself and from samples; `final` and `evaluation` at the end, in `summary.json`.
    """

    when: Literal["round", "evaluation", "final"] = "evaluation"
    better: Literal["higher", "lower"] | None = None
    """The direction of improvement, if there is one all the way."""
    perfect: float | Literal["modes"] | None = None
    """What perfect samples tend to as their number grows; `modes` stands for K."""
    counts: bool = False
    """Whether it is a whole number."""
    plain: str = ""
    """What it says, for a reader who has not met it; without, the reports' tables leave it out."""
    label: str = ""
    """What people call it, where that is not its name."""
    unit: str = ""
    worth: int = 0
    """Its place among the columns of tables, of which a narrow screen shows the first; 0: none."""
    least: float = 0.0
    most: float = math.inf
    """Between these it lies wherever it was measured."""

    @property
    def of_modes(self) -> bool:
        """Whether it counts modes, of all that there are."""
        return self.perfect == "modes"

    def is_possible(self, number: float) -> bool:
        """Whether a file may hold this number: one that a measurement can come to, rounded."""
        return self.least - ROUNDING <= number <= self.most + ROUNDING

    @property
    def called(self) -> str:
        """What people call it: `reverse KL`."""
        return self.label or self.name.replace("_", " ")


D = TypeVar("D", bound=Declaration)


def table(*declarations: D) -> Mapping[str, D]:
    """Return the declarations keyed by name, in the order they are declared."""
    return {declaration.name: declaration for declaration in declarations}


ACTIVATIONS = table(
    Declaration("relu", "max(x, 0)"),
    Declaration("leaky_relu", "x where positive, 0.2 x elsewhere", ("lrelu", "leakyrelu")),
    Declaration("tanh", "hyperbolic tangent"),
    Declaration("elu", "x where positive, exp(x) - 1 elsewhere"),
    Declaration(
        "gelu", "x times the standard normal distribution function of x, in its tanh approximation"
    ),
    Declaration("silu", "x times the logistic sigmoid of x", ("swish",)),
)

INITIALIZERS = table(
    Declaration("he_normal", "truncated normal of variance 2 / fan-in", ("kaiming_normal",)),
    Declaration("he_uniform", "uniform of variance 2 / fan-in", ("kaiming_uniform",)),
    Declaration("lecun_normal", "truncated normal of variance 1 / fan-in, the default of Flax"),
    Declaration("lecun_uniform", "uniform of variance 1 / fan-in"),
    Declaration(
        "glorot_normal", "truncated normal of variance 2 / (fan-in + fan-out)", ("xavier_normal",)
    ),
    Declaration(
        "glorot_uniform", "uniform of variance 2 / (fan-in + fan-out)", ("xavier_uniform",)
    ),
    Declaration("orthogonal", "a random orthogonal matrix"),
    Declaration("normal", "normal of std 0.02, whatever the fan-in", ("gaussian", "dcgan")),
    Declaration("torch", "uniform in +-1 / sqrt(fan-in), the default of PyTorch", ("pytorch",)),
)

BIAS_INITIALIZERS = table(
    Declaration("zeros", "all zero, the default of Flax", ("zero",)),
    Declaration("torch", "uniform in +-1 / sqrt(fan-in), the default of PyTorch", ("pytorch",)),
)

# Binary cross-entropy (Goodfellow et al. 2014, section 4.1): D = 1/2 everywhere, so either of the
# two terms is ln 2.
_TWO_LN_2 = Level(2 * math.log(2), "2 ln 2")

OBJECTIVES = table(
    Objective(
        "non_saturating",
        "Binary cross-entropy; the generator maximises log D(G(z)): the standard GAN.",
        ("bce", "vanilla", "standard", "gan", "nsgan", "cross_entropy", "binary_cross_entropy"),
        title="Cross-entropy",
        loss_d=_TWO_LN_2,
        loss_g=Level(math.log(2), "ln 2"),
        undecided=Level(0.0, "0"),
        probability=True,
        uphill=Uphill(height=1.0, steepness=-1.0),
        reach=3.0,
    ),
    Objective(
        "minimax",
        "Binary cross-entropy; the generator minimises log(1 - D(G(z))): the saturating original.",
        ("saturating", "zero_sum", "original"),
        loss_d=_TWO_LN_2,
        loss_g=Level(-math.log(2), "\N{MINUS SIGN}ln 2"),
        undecided=Level(0.0, "0"),
        probability=True,
        uphill=Uphill(height=1.0, steepness=1.0),
        reach=3.0,
    ),
    Objective(
        "wasserstein",
        "The critic's mean on real minus its mean on fake samples.",
        ("wgan", "wgan_gp", "earth_mover"),
        # The critic is defined up to a constant: its level, and the generator's loss, are open.
        loss_d=Level(0.0, "0"),
    ),
    Objective(
        "hinge",
        "Hinge loss for the discriminator, the negative mean for the generator.",
        # Any constant in [-1, 1] is optimal against perfect samples; the two terms then sum to 2.
        loss_d=Level(2.0, "2"),
        undecided=Level(0.0, "0"),
        reach=1.5,
    ),
    Objective(
        "least_squares",
        "Squared error to 1 on real and 0 on fake samples; the generator aims at 1.",
        ("lsgan", "mse", "l2"),
        # The best answer is 1/2: 1/2 (1/2)^2 + 1/2 (1/2)^2 for one, 1/2 (1/2)^2 for the other.
        loss_d=Level(0.25, "1/4"),
        loss_g=Level(0.125, "1/8"),
        undecided=Level(0.5, "1/2"),
        uphill=Uphill(constant=1.0, linear=-1.0),
        reach=0.75,
    ),
)

PENALTIES = table(
    Penalty(
        "gradient_penalty",
        "WGAN-GP: weight * E[(||grad D|| - target)^2] between real and fake samples.",
        ("gp", "wgan_gp"),
        parameters=(
            Parameter("weight", "Weight of the penalty.", 10.0, 0.0, 1e6),
            Parameter("target", "Gradient norm that is not penalised.", 1.0, 0.0, 1e3, "norm"),
        ),
    ),
    Penalty(
        "r1",
        "R1: weight / 2 * E[||grad D||^2] on real samples.",
        parameters=(Parameter("weight", "Weight of the penalty.", 10.0, 0.0, 1e6),),
    ),
    Penalty(
        "r2",
        "R2: weight / 2 * E[||grad D||^2] on fake samples.",
        parameters=(Parameter("weight", "Weight of the penalty.", 10.0, 0.0, 1e6),),
    ),
)

OPTIMIZERS = table(
    Optimizer(
        "adam",
        "Adam with momentum b1 and second-moment decay b2.",
        ("adamw",),
        uses=("b1", "b2"),
    ),
    Optimizer("sgd", "Plain gradient descent, without momentum.", ("gradient_descent",)),
    Optimizer(
        "rmsprop",
        "RMSProp with decay and eps, as PyTorch has it; it has no momentum.",
        ("rms_prop",),
        uses=("decay", "eps"),
    ),
)

UPDATES = table(
    Declaration(
        "alternating",
        "The generator answers the discriminator as its steps left it.",
        ("sequential",),
    ),
    Declaration(
        "simultaneous",
        "The generator answers the discriminator as it was before the round's last step of it.",
        ("joint", "parallel"),
    ),
)

DESIGNS = table(
    Declaration(
        "factorial", "Every level of every field with every other.", ("grid", "full", "cartesian")
    ),
    Declaration(
        "random",
        "A Latin hypercube: points that are spread evenly over every field's range.",
        ("latin_hypercube", "lhs", "uniform"),
    ),
    Declaration(
        "sobol",
        "Saltelli's scheme, which variance-based sensitivity indices need.",
        ("saltelli", "sensitivity"),
    ),
)

METRICS = table(
    Metric(
        "loss_d",
        "Discriminator's loss in that round, penalties not included.",
        when="round",
        label="loss D",
        least=-math.inf,
    ),
    Metric(
        "loss_g", "Generator's loss in that round.", when="round", label="loss G", least=-math.inf
    ),
    Metric(
        "real_logit",
        "Mean logit of the discriminator on that round's real batch.",
        when="round",
        least=-math.inf,
    ),
    Metric(
        "fake_logit",
        "Mean logit of the discriminator on that round's fake batch.",
        when="round",
        least=-math.inf,
    ),
    Metric(
        "accuracy_d",
        "Share of real and fake samples that the discriminator tells.",
        when="round",
        label="detective's accuracy",
        most=1.0,
    ),
    Metric("grad_norm_d", "Norm of the discriminator's gradient in that round.", when="round"),
    Metric("grad_norm_g", "Norm of the generator's gradient in that round.", when="round"),
    Metric(
        "penalty", "Sum of the weighted penalties in that round.", when="round", least=-math.inf
    ),
    Metric(
        "modes_total",
        "Number of modes of the target, K.",
        when="final",
        perfect="modes",
        counts=True,
    ),
    Metric(
        "modes_recovered",
        "Modes found by a Gaussian mixture fitted to the samples: the headline.",
        when="final",
        better="higher",
        perfect="modes",
        counts=True,
        worth=1,
        plain="How many modes one finds who fits Gaussians to the samples: in the right "
        "place, of about the right width, with a fifth of their weight or more.",
    ),
    Metric(
        "mixture_components",
        "Components that BIC chose: what one would count without knowing the truth.",
        when="final",
        counts=True,
        plain="How many clusters one would count without knowing the truth. More than "
        "the modes is usual: a generator's modes are not Gaussian.",
    ),
    Metric(
        "high_quality",
        "Share of samples within Mahalanobis distance 3 of a mode.",
        better="higher",
        perfect=0.9889,
        worth=3,
        plain="How many of the samples lie close enough to a mode (3 standard deviations) to "
        "be taken for one of its own.",
        most=1.0,
    ),
    Metric(
        "modes_captured",
        "Modes with at least one high-quality sample.",
        better="higher",
        perfect="modes",
        counts=True,
        plain="Modes with a single good sample or more. An easy count: chance can do it.",
    ),
    Metric(
        "modes_covered",
        "Modes whose share is at least a fifth of their weight; the others are missing.",
        better="higher",
        perfect="modes",
        counts=True,
        worth=2,
        plain="Modes that get at least a fifth of the samples they should get.",
    ),
    Metric(
        "reverse_kl",
        "KL divergence of shares over modes from the weights, sum p log(p/w), in nats.",
        better="lower",
        perfect=0.0,
        label="reverse KL",
        unit="nats",
        worth=4,
        plain="How unevenly the samples are spread over the modes. 0 is as it should be; two "
        "of five equal modes alone make 0.92.",
    ),
    Metric(
        "kl",
        "KL divergence of the weights from (smoothed) shares over modes, sum w log(w/p), in nats.",
        when="final",
        better="lower",
        perfect=0.0,
        label="KL",
        unit="nats",
        plain="The same seen from the truth: very large where a mode is missing.",
    ),
    Metric(
        "js",
        "Jensen-Shannon divergence between shares over modes and weights, in nats.",
        better="lower",
        perfect=0.0,
        label="JS",
        unit="nats",
        plain="The same, seen from both sides; ln 2 = 0.69 at most.",
        most=1.0,
    ),
    Metric(
        "mode_tv",
        "Total variation between high-quality shares and weights, off-mode samples included.",
        better="lower",
        perfect=0.011,
        label="mode TV",
        worth=5,
        plain="Which share of the samples would have to move to another mode, or onto one, for "
        "all to be right.",
        most=1.0,
    ),
    Metric(
        "spread",
        "Median over covered modes of the samples' variance within the mode over the mode's own.",
        perfect=0.949,
        worth=6,
        plain="How wide the samples of a mode are, as variance over the mode's own. Far below 1 "
        "the forger prints the same few points over and over.",
    ),
    Metric(
        "nll",
        "Mean negative log density of the samples under the true mixture, in nats.",
        label="NLL",
        unit="nats",
        worth=12,
        plain="How surprising the samples are under the truth. Lower is better only down to what "
        "perfect samples score: a forger that prints the peaks alone gets below.",
        least=-math.inf,
    ),
    Metric(
        "sliced_wasserstein",
        "Sliced 2-Wasserstein distance to as many real samples.",
        when="final",
        better="lower",
        label="sliced W2",
        worth=7,
        plain="How far samples would have to be carried to become real ones, in units "
        "of the plane.",
    ),
    Metric(
        "precision",
        "Share of samples near a real sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=8,
        plain="How many samples are near some real sample.",
        most=1.0,
    ),
    Metric(
        "recall",
        "Share of real samples near a sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=9,
        plain="How many real samples are near some sample: what is missing is missing here.",
        most=1.0,
    ),
    Metric(
        "density",
        "Mean number of real neighbourhoods that a sample lies in, over 5.",
        when="final",
        better="higher",
        worth=10,
        plain="How thick the real samples stand where the samples are; about 1 for perfect ones.",
    ),
    Metric(
        "coverage",
        "Share of real samples whose neighbourhood holds a sample (5 nearest neighbours).",
        when="final",
        better="higher",
        worth=11,
        plain="How many real samples have a sample in their neighbourhood.",
        most=1.0,
    ),
)

ROUND_METRICS = tuple(m.name for m in METRICS.values() if m.when == "round")
EVALUATION_METRICS = tuple(m.name for m in METRICS.values() if m.when == "evaluation")
SUMMARY_METRICS = tuple(m.name for m in METRICS.values() if m.when != "round")
BY_WORTH = tuple(sorted((m for m in METRICS if METRICS[m].worth), key=lambda m: METRICS[m].worth))
"""Metrics that tables have columns of: where there is little room, the first ones."""


def metrics_columns(modes: int) -> tuple[str, ...]:
    """Return the columns of metrics.csv for a target of that many modes, in their order."""
    return ("step", *ROUND_METRICS, *EVALUATION_METRICS, *share_columns(modes))


def share_columns(modes: int) -> tuple[str, ...]:
    """Return those of them that hold each mode's high-quality share."""
    return tuple(f"share_{mode}" for mode in range(modes))
