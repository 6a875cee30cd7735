"""Measurements of ganrun, each a module that prints its table; README.md says what each shows."""
