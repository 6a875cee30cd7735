"""How the points of a sweep are chosen."""

from __future__ import annotations

from ganrun.config.declarations import Declaration, table

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
