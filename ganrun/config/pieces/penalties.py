"""Penalties on the discriminator."""

from __future__ import annotations

from ganrun.config.declarations import Parameter, Penalty, table

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
    kind="penalty",
)
