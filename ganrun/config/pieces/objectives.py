"""What the two networks minimise."""

from __future__ import annotations

import math

from ganrun.config.declarations import Level, Objective, Uphill, table

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
    kind="objective",
)
