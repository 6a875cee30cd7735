"""Sweeps: a design's trials, trained by cohorts, and what the table of them says.

`designs` makes the trials, `run` trains those that have no result yet, `results` reads what became
of each, `answer` keeps `results.csv` and `influence.json` up to date, `estimate` tells the cost.
"""
