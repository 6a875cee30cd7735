"""The adversarial game in pure JAX: targets, networks, objectives, penalties, rounds, populations.

This room knows no files, no screens and no YAML. Everything it needs of an experiment is in two
values: a `Game` (what is compiled in) and `Hyperparameters` (what is data).
"""
