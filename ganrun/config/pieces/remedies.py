"""Remedies that are fields of their own."""

from __future__ import annotations

from ganrun.config.declarations import Piece, table

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
        cost=1.7,
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
        cost=1.2,
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
        cost=1.4,
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
        cost=1.3,
        story="The forger throws its worst notes away before it learns, so that hopeless ones do "
        "not pull it astray.",
    ),
)
"""Remedies that are fields of their own, by the field's dotted name."""
