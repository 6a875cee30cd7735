"""What a config's fields are called in a sentence."""

from __future__ import annotations

from ganrun.config.pieces import PENALTIES
from ganrun.wording import possessive

NAMES = {
    "case": "case",
    "objective": "objective",
    "optimizer.name": "optimiser",
    "optimizer.learning_rate": "learning rate",
    "optimizer.learning_rate_ratio": "learning-rate ratio",
    "optimizer.b1": "first moment's decay (b1)",
    "optimizer.b2": "second moment's decay (b2)",
    "optimizer.decay": "squared gradients' decay",
    "training.steps": "number of rounds",
    "training.batch_size": "batch size",
    "training.discriminator_steps": "number of discriminator steps",
    "training.updates": "update rule",
    "training.label_smoothing": "label smoothing",
    "training.data": "supply of real points",
    "optimizer.schedule": "learning-rate schedule",
    "optimizer.weight_decay": "weight decay",
    "optimizer.discriminator_b1": "discriminator's b1",
    "optimizer.discriminator_b2": "discriminator's b2",
    "optimizer.discriminator_eps": "discriminator's eps",
    "generator.latent_dim": "latent size",
    "target.modes": "number of modes",
    "target.std": "modes' width (std)",
    "target.layout": "target's layout",
}
NETWORK_FIELDS = {
    "hidden": "architecture",
    "latent": "latent distribution",
    "average": "weights' moving average",
    "minibatch": "minibatch feature",
    "activation": "activation",
    "initializer": "initialiser",
    "initializer_gain": "initialiser's gain",
    "bias_initializer": "biases' initialiser",
    "spectral_norm": "spectral norm",
    "weight_clip": "weight clip",
}


def plain_name(field: str) -> str:
    """A dotted name in plain words, to be read after "the".

    >>> plain_name("optimizer.learning_rate_ratio")
    'learning-rate ratio'
    >>> plain_name("generator.hidden")
    "generator's architecture"
    >>> plain_name("penalties.r1.weight")
    "R1 penalty's weight"
    >>> plain_name("training.updates.consensus.weight")
    "consensus' weight"
    >>> plain_name("training.instance_noise.std")
    "instance noise's std"
    >>> plain_name("target.seed")
    "target's seed"
    >>> plain_name("snapshots.samples")
    "snapshots' samples"
    """
    if field in NAMES:
        return NAMES[field]
    *sections, last = field.split(".")
    if sections and sections[-1] in PENALTIES:
        return f"{possessive(_penalty(PENALTIES[sections[-1]].label))} {last}"
    last = NETWORK_FIELDS.get(last, last.replace("_", " "))
    return f"{possessive(sections[-1].replace('_', ' '))} {last}" if sections else last


def _penalty(label: str) -> str:
    """A penalty in a sentence: `R1 penalty`, `gradient penalty`."""
    within = label if label.isupper() else label[0].lower() + label[1:]
    return within if within.endswith("penalty") else f"{within} penalty"
