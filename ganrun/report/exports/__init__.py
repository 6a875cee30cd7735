"""Runs written for other programs: as tables, and as their experiment trackers keep them."""
