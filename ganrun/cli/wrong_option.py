"""What was meant by an option that there is not: another option, or the `--set` of a field."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from ganrun.cli.options import SHORT_FORMS

ALL_BUT_SPELT, LIKE = 0.85, 0.75
"""How near a word is to an option that was surely meant, and to one that may have been."""
CALLED, LIKE_A_FIELD = 0.999, 0.8
"""Likewise to a field's name, or to what other codes call it."""


def meant(option: str, words: Sequence[str], options: Sequence[str], *, in_sweep: bool) -> str:
    """What to say behind 'no such option'; nothing where nothing is near.

    `words` are the command line, and `options` those that the command has. An option that is all
    but spelt comes first, then a field of that very name, then an option or a field that is like
    it.
    """
    near = max(options, key=lambda one: _likeness(one, option), default="")
    likeness = _likeness(near, option)
    takes_fields = "--set" in options

    def fields(cutoff: float) -> list[str]:
        found = _fields_called(option, in_sweep, cutoff) if takes_fields else []
        return [_spelled(field, _value_of(option, words)) for field in found]

    found = (
        ([near] if likeness >= ALL_BUT_SPELT else [])
        or fields(CALLED)
        or ([near] if likeness >= LIKE else [])
        or fields(LIKE_A_FIELD)
    )
    if not found:
        return ""
    from ganrun.wording import listed

    return f"; did you mean {listed(found, last='or')}?"


def _likeness(one: str, other: str) -> float:
    return SequenceMatcher(None, one.strip("-"), other.strip("-")).ratio()


def _value_of(option: str, words: Sequence[str]) -> str | None:
    """What stands behind an option on the command line."""
    for word, after in pairwise([*words, "--"]):
        if word == option:
            return None if after.startswith("--") else after
        if word.startswith(f"{option}="):
            return word.removeprefix(f"{option}=")
    return None


def _fields_called(option: str, in_sweep: bool, cutoff: float) -> list[str]:
    """Up to three dotted names of fields that an option is called like."""
    from ganrun.config import suggest
    from ganrun.config.every_field import every_field
    from ganrun.config.sweep_load import ALSO
    from ganrun.config.targets import DEFAULT_LAYOUT

    word = option.strip("-").replace("-", "_")
    if in_sweep and (own := suggest.near(word, ALSO, ALSO, cutoff)):
        return [own]
    known = dict(every_field())
    inner = word.removeprefix("base.")
    found = [inner] if inner in known else suggest.elsewhere(inner, "-", DEFAULT_LAYOUT, cutoff)
    if found and "." not in found[0]:
        found = found[:1]  # what stands in a config itself is meant before what stands in a section
    base = "base." if in_sweep else ""
    return [f"{base}{name}" for one in found for name in _settable(one, known)][:3]


def _settable(name: str, known: Collection[str]) -> list[str]:
    """The field that is meant by its name or that of its section: what tells sections apart."""
    if name in known:
        return [name]
    telling = [f"{name}.name", f"{name}.layout"]
    if name.startswith("penalties."):
        telling = [one for one in known if one.startswith(f"{name}.")]
    return [one for one in telling if one in known][:1]


def _spelled(field: str, value: str | None) -> str:
    """The option that sets a field, in its short form where it has one."""
    value = "VALUE" if value is None else value
    inner = field.removeprefix("base.")
    for option, short_for in SHORT_FORMS.items():
        if inner == short_for:
            return shlex.join([f"--{option}", value])
    if "," in value and not value.startswith("["):
        value = f"[{value}]"
    return shlex.join(["--set", f"{field}={value}"])
