"""What a config may name: every objective, penalty, optimizer and so on, declared once.

A declaration is a name, a one-line description and, where it has them, parameters. The schema, the
error messages, the docs and the property tests read these tables; the room that implements a name
holds a function of the same name, and a test holds the two key sets equal.
"""

from __future__ import annotations

import math

from ganrun.config.declarations import (
    Declaration,
    Level,
    Objective,
    Optimizer,
    Parameter,
    Penalty,
    Piece,
    Uphill,
    table,
)

ACTIVATIONS = table(
    Piece("relu", "max(x, 0)"),
    Piece("leaky_relu", "x where positive, 0.2 x elsewhere", ("lrelu", "leakyrelu")),
    Piece("tanh", "hyperbolic tangent"),
    Piece("elu", "x where positive, exp(x) - 1 elsewhere"),
    Piece(
        "gelu", "x times the standard normal distribution function of x, in its tanh approximation"
    ),
    Piece("silu", "x times the logistic sigmoid of x", ("swish",)),
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
    Piece(
        "alternating",
        "The generator answers the discriminator as its steps left it.",
        ("sequential",),
    ),
    Piece(
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
