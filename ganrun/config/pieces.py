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
)

LATENTS = table(
    Piece("normal", "Independent standard normal coordinates.", ("gaussian",)),
    Piece("uniform", "Independent coordinates, uniform between -1 and 1."),
    Piece(
        "mixture",
        "An equal mixture of normals whose means and stds learn.",
        ("deligan", "mixture_of_gaussians", "gmm"),
        title="Learned mixture",
        paper="Gurumurthy et al. 2017",
        story="The forger begins its notes at many separate places, which it may move, instead of "
        "one: between two that are apart it need not print anything.",
        parameters=(
            Parameter(
                "components",
                "Normals in the mixture.",
                50,
                1,
                4096,
                also=("k", "n_components", "num_components", "modes"),
                whole=True,
                static=True,
            ),
            Parameter(
                "rate", "Learning rate of means and stds over the generator's.", 1.0, 0.0, 1e4
            ),
            Parameter(
                "pull",
                "Weight of the mean squared distance of the stds from 1.",
                0.1,
                0.0,
                1e3,
                also=("weight", "sigma_weight"),
            ),
        ),
    ),
    Piece(
        "particles",
        "A cloud of latent points that learn; each draw is one of them.",
        ("particle", "particlegan", "cloud"),
        title="Learned particles",
        paper="ParticleGAN, 255BITS",
        story="The forger keeps a drawer full of templates and moves every single one, so that "
        "templates may part and leave the space between the modes empty.",
        parameters=(
            Parameter(
                "count",
                "Points in the cloud.",
                20_000,
                1,
                1_000_000,
                also=("n", "num_particles", "n_particles", "size"),
                whole=True,
                static=True,
            ),
            Parameter("rate", "Learning rate of the points over the generator's.", 10.0, 0.0, 1e4),
            Parameter(
                "spread",
                "Weight of the term that keeps a batch of points spread and uncorrelated.",
                1.0,
                0.0,
                1e3,
                also=("weight",),
            ),
        ),
    ),
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
        story="The detective sees on every note how much the notes of the whole sheet differ, so "
        "that a sheet of nearly equal notes gives the forger away.",
    ),
    Piece(
        "discrimination",
        "Each point's likeness to its batch is given to the last layer; slow in large batches.",
        ("minibatch_discrimination", "mbd"),
        title="Minibatch discrimination",
        paper="Salimans et al. 2016",
        cost=41.0,
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

# Binary cross-entropy (Goodfellow et al. 2014, section 4.1): D = 1/2 everywhere, so either of the
# two terms is ln 2.
_TWO_LN_2 = Level(2 * math.log(2), "2 ln 2")

OBJECTIVES = table(
    Objective(
        "non_saturating",
        "Binary cross-entropy; the generator maximises log D(G(z)): the standard GAN.",
        ("bce", "vanilla", "standard", "gan", "nsgan", "cross_entropy", "binary_cross_entropy"),
        title="Cross-entropy",
        paper="Goodfellow et al. 2014",
        loss_d=_TWO_LN_2,
        loss_g=Level(math.log(2), "ln 2"),
        labels=True,
        undecided=Level(0.0, "0"),
        probability=True,
        uphill=Uphill(height=1.0, steepness=-1.0),
        reach=3.0,
    ),
    Objective(
        "minimax",
        "Binary cross-entropy; the generator minimises log(1 - D(G(z))): the saturating original.",
        ("saturating", "zero_sum", "original"),
        paper="Goodfellow et al. 2014",
        loss_d=_TWO_LN_2,
        loss_g=Level(-math.log(2), "\N{MINUS SIGN}ln 2"),
        labels=True,
        undecided=Level(0.0, "0"),
        probability=True,
        uphill=Uphill(height=1.0, steepness=1.0),
        reach=3.0,
    ),
    Objective(
        "wasserstein",
        "The critic's mean on real minus its mean on fake samples.",
        ("wgan", "wgan_gp", "earth_mover"),
        paper="Arjovsky et al. 2017",
        story="The detective gives marks instead of verdicts, so that the forger always learns "
        "which way is better, however bad its notes are.",
        # The critic is defined up to a constant: its level, and the generator's loss, are open.
        loss_d=Level(0.0, "0"),
    ),
    Objective(
        "hinge",
        "Hinge loss for the discriminator, the negative mean for the generator.",
        paper="Lim & Ye 2017",
        story="The detective stops bothering about notes that it already tells with ease, and "
        "minds the doubtful ones.",
        # Any constant in [-1, 1] is optimal against perfect samples; the two terms then sum to 2.
        loss_d=Level(2.0, "2"),
        undecided=Level(0.0, "0"),
        reach=1.5,
    ),
    Objective(
        "least_squares",
        "Squared error to 1 on real and 0 on fake samples; the generator aims at 1.",
        ("lsgan", "mse", "l2"),
        paper="Mao et al. 2017",
        story="Even notes that pass are pulled nearer to the real ones: what counts is how far the "
        "detective's mark is from the right one.",
        # The best answer is 1/2: 1/2 (1/2)^2 + 1/2 (1/2)^2 for one, 1/2 (1/2)^2 for the other.
        loss_d=Level(0.25, "1/4"),
        loss_g=Level(0.125, "1/8"),
        labels=True,
        undecided=Level(0.5, "1/2"),
        uphill=Uphill(constant=1.0, linear=-1.0),
        reach=0.75,
    ),
    # Relativistic critics answer how much more real one point is than another: no level means
    # anything, and equal ones are the equilibrium.
    Objective(
        "relativistic_pairing",
        "The critic rates each real sample above a fake one, the generator the fake one above it.",
        ("rpgan", "rsgan", "relativistic", "relativistic_standard"),
        paper="Jolicoeur-Martineau 2018",
        story="The detective is shown a real note and a forgery side by side and says which is "
        "which, so that no forgery is ever judged by itself.",
        loss_d=Level(math.log(2), "ln 2"),
        loss_g=Level(math.log(2), "ln 2"),
        uphill=Uphill(constant=0.5),
    ),
    Objective(
        "relativistic_average",
        "The critic rates real samples above the mean fake one and fake below the mean real one.",
        ("ragan", "rasgan", "relativistic_mean"),
        paper="Jolicoeur-Martineau 2018",
        story="The detective compares every note with the average of the other pile, so that real "
        "notes look worse as forgeries get better.",
        loss_d=_TWO_LN_2,
        loss_g=_TWO_LN_2,
    ),
)

_WEIGHT = Parameter("weight", "Weight of the penalty.", 10.0, 0.0, 1e6, off=0.0)

PENALTIES = table(
    Penalty(
        "gradient_penalty",
        "WGAN-GP: weight * E[(||grad D|| - target)^2] between real and fake samples.",
        ("gp", "wgan_gp"),
        paper="Gulrajani et al. 2017",
        story="Between real and forged notes the detective's opinion must change evenly, neither "
        "with a jump nor not at all.",
        parameters=(
            _WEIGHT,
            Parameter("target", "Gradient norm that is not penalised.", 1.0, 0.0, 1e3, "norm"),
        ),
        per_point=True,
    ),
    Penalty(
        "r1",
        "R1: weight / 2 * E[||grad D||^2] on real samples.",
        paper="Mescheder et al. 2018",
        story="Around real notes the detective may not be fussy: it calms down once the forgeries "
        "are good.",
        parameters=(_WEIGHT,),
    ),
    Penalty(
        "r2",
        "R2: weight / 2 * E[||grad D||^2] on fake samples.",
        paper="Mescheder et al. 2018",
        story="Around forged notes the detective may not be fussy: it does not push the forger "
        "about once the forgeries are good.",
        parameters=(_WEIGHT,),
    ),
    Penalty(
        "lipschitz",
        "WGAN-LP: weight * E[max(0, ||grad D|| - target)^2] between real and fake samples.",
        ("lp", "wgan_lp", "one_sided"),
        paper="Petzka et al. 2018",
        story="Between real and forged notes the detective's opinion may not jump, but it may be "
        "as flat as it likes.",
        parameters=(
            _WEIGHT,
            Parameter("target", "Gradient norm up to which it is free.", 1.0, 0.0, 1e3, "norm"),
        ),
        per_point=True,
    ),
    Penalty(
        "dragan",
        "DRAGAN: weight * E[(||grad D|| - 1)^2] around real samples.",
        title="DRAGAN",
        paper="Kodali et al. 2017",
        story="Around real notes the detective's opinion must change evenly: a steep cliff there "
        "would drive the forgeries together on one spot.",
        parameters=(
            _WEIGHT,
            Parameter(
                "scale",
                "How far around, in stds of the real batch.",
                0.5,
                0.0,
                100.0,
                also=("c", "noise", "std"),
            ),
        ),
        per_point=True,
    ),
    Penalty(
        "zero_centered",
        "Zero-centred: weight * E[||grad D||^2] between real and fake samples.",
        ("zero_centred", "0gp", "gp0", "zero_gp"),
        paper="Thanh-Tung et al. 2019",
        story="Between real and forged notes the detective's opinion is kept as flat as it can be, "
        "so that it learns what is real in general and not these notes by heart.",
        parameters=(_WEIGHT,),
        per_point=True,
    ),
    Penalty(
        "logit_decay",
        "Drift: weight * E[D^2] on real samples.",
        ("drift", "drift_penalty", "epsilon_drift"),
        paper="Karras et al. 2018",
        story="The detective's answers to real notes are held near zero, so that they do not grow "
        "without end.",
        parameters=(Parameter("weight", "Weight of the penalty.", 0.001, 0.0, 1e6, off=0.0),),
    ),
)

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
    Piece(
        "extragradient",
        "Both look one step ahead and move by the slopes that they find there.",
        ("extra_gradient", "eg", "mirror_prox"),
        paper="Gidel et al. 2019",
        cost=1.9,
        story="Both think one move ahead and then make the move that answers the other's next one.",
        parameters=(
            Parameter(
                "strength",
                "Length of the look ahead, in steps.",
                1.0,
                0.0,
                10.0,
                also=("ahead", "extrapolation"),
                off=0.0,
            ),
        ),
    ),
    Piece(
        "optimistic",
        "Both move by their slope and by what it has changed since the last round.",
        ("omd", "oadam", "ogda", "optimism"),
        paper="Daskalakis et al. 2018",
        story="Both expect the other to go on as in the last round, and answer that already.",
        parameters=(
            Parameter(
                "strength",
                "Weight of the change of the slope.",
                1.0,
                0.0,
                10.0,
                also=("weight",),
                off=0.0,
            ),
        ),
    ),
    Piece(
        "consensus",
        "Both also descend the squared norm of both their slopes.",
        ("conopt", "consensus_optimization"),
        paper="Mescheder et al. 2017",
        cost=2.5,
        story="Forger and detective also seek a truce: a place where neither has anything left to "
        "gain, so that they stop chasing each other round in circles.",
        parameters=(
            Parameter(
                "weight", "Weight of the squared norm of the slopes.", 10.0, 0.0, 1e6, off=0.0
            ),
        ),
    ),
    Piece(
        "unrolled",
        "The generator answers what the discriminator would become after some more steps.",
        ("unroll", "unrolled_gan", "unrolling"),
        paper="Metz et al. 2017",
        cost=8.1,
        cost_grows_with="steps",
        story="The forger foresees how the detective would learn from its notes, so that it does "
        "not pay to print one kind only.",
        parameters=(
            Parameter(
                "steps",
                "Steps of the discriminator that the generator foresees.",
                5,
                0,
                50,
                also=("k", "unroll_steps", "unrolled_steps", "n", "unrolling_steps"),
                whole=True,
                static=True,
                off=0,
            ),
        ),
    ),
    Piece(
        "lookahead",
        "Every few rounds both go back to between where they were and where they are.",
        ("look_ahead", "lagan", "lookahead_minmax"),
        paper="Chavdarova et al. 2021",
        story="Every few rounds both take back part of the way that they went: what goes round in "
        "circles comes to its middle.",
        parameters=(
            Parameter(
                "every",
                "Rounds between two such steps back.",
                5,
                1,
                100_000,
                also=("k", "steps", "period"),
                unit="rounds",
                whole=True,
            ),
            Parameter(
                "share",
                "Share of the way to the newest weights that is kept.",
                0.5,
                0.0,
                1.0,
                also=("alpha",),
                off=1.0,
            ),
        ),
    ),
    Piece(
        "competitive",
        "Both move to the equilibrium of the game as it looks from where they are.",
        ("cgd", "competitive_gradient_descent"),
        paper="Schaefer & Anandkumar 2019",
        cost=6.1,
        story="Each makes its move knowing that the other will answer it, and that the other knows "
        "this too.",
        parameters=(
            Parameter(
                "strength",
                "Weight of the other's answer.",
                1.0,
                0.0,
                10.0,
                also=("weight",),
                off=0.0,
            ),
        ),
    ),
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

REMEDIES = table(
    Piece(
        "generator.spectral_norm",
        "Divide every weight matrix of the generator by its largest singular value.",
        title="Spectral norm of the forger",
        paper="Zhang et al. 2019",
        story="The forger cannot tear its notes far apart by a small turn of a knob, so that it "
        "changes them step by step.",
    ),
    Piece(
        "generator.average",
        "A moving average of the generator's weights, measured beside the generator itself.",
        title="Averaged forger",
        paper="Yazici et al. 2019",
        story="Beside the forger stands its calm twin, who does on average what the forger did of "
        "late: what goes to and fro, the twin has both of.",
    ),
    Piece(
        "discriminator.spectral_norm",
        "Divide every weight matrix of the discriminator by its largest singular value.",
        title="Spectral norm of the detective",
        paper="Miyato et al. 2018",
        story="The detective's opinion can be steep nowhere, so that the forger always sees which "
        "way is better.",
    ),
    Piece(
        "discriminator.weight_clip",
        "Clip every weight and bias of the discriminator after each step.",
        title="Weight clipping",
        paper="Arjovsky et al. 2017",
        story="None of the detective's convictions may grow large, so that its opinion stays "
        "gentle.",
    ),
    Piece(
        "discriminator.dropout",
        "Set a share of the discriminator's hidden values to 0 at random while it learns.",
        title="Dropout",
        paper="Srivastava et al. 2014",
        cost=1.5,
        story="The detective looks with some of its senses shut, each time others, so that no "
        "single clue decides.",
    ),
    Piece(
        "discriminator.packing",
        "The discriminator judges several points of one kind together.",
        title="Packing",
        paper="Lin et al. 2018",
        story="The detective sees several notes at a time, all real or all forged, so that some "
        "that are alike give the forger away.",
    ),
    Piece(
        "training.instance_noise",
        "Add noise to all that the discriminator sees, fading with the rounds.",
        title="Instance noise",
        paper="Sonderby et al. 2017",
        story="The detective looks through frosted glass, which may clear with time, so that real "
        "and forged notes overlap from the beginning.",
    ),
    Piece(
        "training.label_smoothing",
        "Tell the discriminator that real points are a little less than certainly real.",
        title="Label smoothing",
        paper="Salimans et al. 2016",
        story="The detective is told never to be quite sure of a real note, so that its opinion "
        "does not grow steep without end.",
    ),
    Piece(
        "training.top_k",
        "The generator learns only from those of its samples that look most real.",
        title="Top-k training",
        paper="Sinha et al. 2020",
        story="The forger throws its worst notes away before it learns, so that hopeless ones do "
        "not pull it astray.",
    ),
)
"""Remedies that are fields of their own, by the field's dotted name."""

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
