"""What every error is that somebody who uses ganrun can mend."""

from __future__ import annotations


class GanrunError(Exception):
    """Something that can be mended; its text says what, in a line for each thing that is wrong."""


class ArgumentError(GanrunError, ValueError):
    """A function was asked for what there is not; the line names what there is."""
