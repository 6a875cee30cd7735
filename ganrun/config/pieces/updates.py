"""How the slopes of both players become their moves."""

from __future__ import annotations

from ganrun.config.declarations import Parameter, Piece, table

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
        cost=1.6,
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
        cost=2.1,
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
        cost=6.6,
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
        cost=4.9,
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
    kind="update rule",
)
