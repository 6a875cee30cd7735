"""What the networks are made of: activations, norms, biases, features of a batch, first weights."""

from __future__ import annotations

from ganrun.config.declarations import Declaration, Parameter, Piece, table

ACTIVATIONS = table(
    Piece("relu", "max(x, 0)", title="ReLU"),
    Piece(
        "leaky_relu",
        "x where positive, slope times x elsewhere",
        ("lrelu", "leakyrelu"),
        title="Leaky ReLU",
        parameters=(
            Parameter(
                "slope",
                "Slope where x is negative.",
                0.2,
                0.0,
                1.0,
                also=("negative_slope", "alpha", "leak"),
                static=True,
                neutral=0.2,
            ),
        ),
    ),
    Piece("tanh", "hyperbolic tangent"),
    Piece("elu", "x where positive, exp(x) - 1 elsewhere", title="ELU"),
    Piece(
        "gelu",
        "x times the standard normal distribution function of x, in its tanh approximation",
        title="GELU",
    ),
    Piece("silu", "x times the logistic sigmoid of x", ("swish",), title="SiLU"),
    Piece(
        "maxout",
        "the largest of several linear functions: layers are that many times as wide before it",
        ("max_out",),
        paper="Goodfellow et al. 2013",
        cost=2.6,
        parameters=(
            Parameter(
                "pieces",
                "Linear functions of which the largest counts.",
                5,
                2,
                16,
                also=("k", "num_pieces", "n_pieces"),
                whole=True,
                static=True,
            ),
        ),
    ),
    kind="activation",
)

NORMS = table(
    Piece("none", "No normalisation.", ("null", "off", "identity")),
    Piece(
        "batch",
        "Batch norm before every activation; running statistics wherever samples are measured.",
        ("batchnorm", "batch_norm", "bn"),
        paper="Ioffe & Szegedy 2015",
        story="The forger prints a whole sheet at a time and evens out its ink over the sheet, so "
        "that no note is made without the others.",
    ),
    Piece(
        "layer",
        "Layer norm before every activation.",
        ("layernorm", "layer_norm", "ln"),
        paper="Ba et al. 2016",
        cost=1.7,
        story="Within each note the signals are evened out, layer by layer, so that none can drown "
        "the others.",
    ),
)
DISCRIMINATOR_NORMS = table(NORMS["none"], NORMS["layer"])

_NO_BATCH_NORM = (
    "batch norm is for the generator alone: in a discriminator, a point's logit would depend on "
    "the batch that the point happens to be in"
)
NOT_HERE = {
    "discriminator.norm": dict.fromkeys(("batch", *NORMS["batch"].also), _NO_BATCH_NORM),
}
"""Why a field does not take a name that another field of the same kind does."""

BIASES = table(
    Declaration("all", "Every layer adds a bias.", ("true", "yes", "on")),
    Declaration("output", "Only the last layer adds a bias.", ("last", "out")),
    Declaration("none", "No layer adds a bias.", ("false", "no", "off", "null")),
)

MINIBATCH = table(
    Piece("none", "Every point is judged by itself.", ("null", "off")),
    Piece(
        "std",
        "The mean std of the batch's features is one more feature before the last layer.",
        ("stddev", "minibatch_std", "minibatch_stddev", "mbstd"),
        title="Minibatch std",
        paper="Karras et al. 2018",
        cost=1.4,
        story="The detective sees on every note how much the notes of the whole sheet differ, so "
        "that a sheet of nearly equal notes gives the forger away.",
    ),
    Piece(
        "discrimination",
        "Each point's likeness to its batch is given to the last layer; slow in large batches.",
        ("minibatch_discrimination", "mbd"),
        title="Minibatch discrimination",
        paper="Salimans et al. 2016",
        cost=48.7,
        cost_grows_with="kernels",
        story="The detective lays every note beside the others of its sheet and notices those that "
        "are too much alike.",
        parameters=(
            Parameter(
                "kernels",
                "Kinds of likeness.",
                16,
                1,
                256,
                also=("n_kernels", "num_kernels", "b"),
                whole=True,
                static=True,
            ),
            Parameter(
                "dimensions",
                "Numbers that each kind of likeness compares.",
                5,
                1,
                64,
                also=("kernel_dim", "dim", "dims", "c"),
                whole=True,
                static=True,
            ),
        ),
    ),
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
