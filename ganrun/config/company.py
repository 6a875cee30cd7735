"""How pictures show a discriminator that sees several points at once, said wherever they do.

Then no point has an answer by itself: it is looked at as one more fake would be.
"""

from __future__ import annotations

from ganrun.config.schema import Discriminator

COMPANIES = 8
"""Packs over which the answer at a point is averaged, each with other partners."""


def in_company(discriminator: Discriminator) -> str:
    """What its field is, in a sentence; nothing where each point is judged by itself."""
    others, sees_batches = discriminator.packing - 1, discriminator.minibatch.name != "none"
    if others == 0 and not sees_batches:
        return ""
    batch = " and beside the rest of its batch" if sees_batches else ""
    if others == 0:
        return (
            "This detective judges each point beside the rest of its batch: the field is its "
            "answer at a point in a batch of the forger's samples."
        )
    return (
        f"This detective judges {others + 1} points together{batch}: the field is its answer at a "
        f"point in a pack with {others} of the forger's samples, averaged over {COMPANIES} such "
        "packs."
    )


def briefly_in_company(discriminator: Discriminator) -> str:
    """The same for a picture's caption."""
    return "each point is seen among the forger's samples" if in_company(discriminator) else ""
