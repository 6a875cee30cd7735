"""Where the generator's latent points come from."""

from __future__ import annotations

from ganrun.config.declarations import Parameter, Piece, table

LATENTS = table(
    Piece("normal", "Independent standard normal coordinates.", ("gaussian",)),
    Piece("uniform", "Independent coordinates, uniform between -1 and 1."),
    Piece(
        "mixture",
        "An equal mixture of normals whose means and stds learn.",
        ("deligan", "mixture_of_gaussians", "gmm"),
        title="Learned mixture",
        paper="Gurumurthy et al. 2017",
        cost=1.3,
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
        cost=2.0,
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
    kind="latent",
)
