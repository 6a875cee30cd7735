"""Numbers, shares, durations and lists as people write them, the same wherever they are read.

`page/assets/wording.js` says for pages what a browser has to put into words itself; a test holds
both to one table of cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_SMALL = "no one two three four five six seven eight nine ten eleven twelve".split()  # noqa: SIM905


def duration(seconds: float) -> str:
    """`8 s`, `2 min 05 s` or `1 h 02 min`; negative times count as zero."""
    whole = max(0, math.ceil(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"


def age(days: float) -> str:
    """How long ago something was, in one unit: `5 min`, `3 h`, `12 d`.

    >>> [age(days) for days in (0, 0.02, 0.5, 1.9, 2, 400.6)]
    ['0 min', '28 min', '12 h', '45 h', '2 d', '400 d']
    """
    minutes = int(1440 * days)
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 2880 else f"{minutes // 1440:,} d"


def count(number: float) -> str:
    """A number of things with thousands separated; a tenth where it is no whole one, as a mean."""
    tenths = round(float(number), 1)
    return f"{tenths:,.0f}" if tenths.is_integer() else f"{tenths:,.1f}"


def size(number: float) -> str:
    """Bytes in kB, MB or GB; the least that there is, if any, is 1 kB."""
    if number >= 1e9:
        return f"{number / 1e9:.1f} GB"
    if 0 < number < 1e6:
        return f"{max(1, round(number / 1e3))} kB"
    return f"{round(number / 1e6)} MB"


def possessive(noun: str) -> str:
    """Whose something is: `generator's`, `snapshots'`."""
    return f"{noun}'" if noun.endswith("s") else f"{noun}'s"


def in_words(number: int) -> str:
    """A small count as a word, as in running text; `no` for none, a larger one in digits."""
    return _SMALL[number] if 0 <= number < len(_SMALL) else f"{number:,}"


def value(number: float | None, decimals: int = 3, absent: str = "-") -> str:
    """A metric or a loss in a fixed number of decimals, or in powers of ten where it is huge."""
    if number is None or math.isnan(number):
        return absent
    if math.isinf(number):
        return "inf" if number > 0 else "-inf"
    if abs(number) >= 1000:
        return f"{number:.1e}"
    return f"{number:.{decimals}f}"


def setting(value: Any) -> str:
    """What a config holds, in little room: `0.2154`, `32x32`, `adam`, and `true` as in YAML.

    >>> setting({"consensus": {"weight": 3.0}})
    'consensus, weight 3'
    """
    if isinstance(value, list | tuple):
        return "x".join(map(setting, value))
    if isinstance(value, Mapping) and value and isinstance(next(iter(value.values())), Mapping):
        return "; ".join(with_numbers(name, numbers) for name, numbers in value.items())
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {setting(held)}' for key, held in value.items())}}}"
    if value is None or isinstance(value, bool):
        return {True: "true", False: "false", None: "null"}[value]
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def with_numbers(name: str, numbers: Mapping[str, Any]) -> str:
    """A piece of a game with its numbers: `consensus, weight 3`."""
    return ", ".join(
        [name, *(f"{one.replace('_', ' ')} {setting(numbers[one])}" for one in numbers)]
    )


def percent(share: float | None, absent: str = "-", *, exact: bool = False) -> str:
    """A share as whole per cent, halves to the even one: `54 %`; if exact, as finely as it is.

    Only a true 1 is 100 % and only a true 0 is 0 %: what would round to them keeps a decimal.

    >>> [percent(share) for share in (0, 1e-5, 0.536, 0.9999, 1)]
    ['0 %', '<0.1 %', '54 %', '99.9 %', '100 %']
    """
    if share is None or not math.isfinite(share):
        return absent
    hundredths = 100 * share
    if exact:
        return f"{hundredths:g} %"
    whole = round(hundredths)
    if whole == 0 and share > 0:
        return f"{hundredths:.1f} %" if hundredths >= 0.05 else "<0.1 %"
    if whole == 100 and share < 1:
        return f"{min(hundredths, 99.9):.1f} %"
    return f"{whole} %"


def interval(numbers: Mapping[str, Any]) -> str:
    """A share with its 95 % interval, `54 % [48, 60]`, from its `value`, `low` and `high`.

    Where the interval is not known, the share alone.
    """
    if numbers["value"] is None:
        return "-"
    inside = min(max(numbers["value"], 0.0), 1.0)
    if numbers["low"] is None:
        return percent(inside)
    low, high = (percent(numbers[end]).removesuffix(" %") for end in ("low", "high"))
    return f"{percent(inside)} [{low}, {high}]"


def interval_of_mean(numbers: Mapping[str, Any], decimals: int = 2, *, signed: bool = False) -> str:
    """`1.64 [1.43, 1.85]`: a mean that is no share; where no interval is known the mean alone.

    A difference is `signed`, `+0.31 [-0.12, +0.74]`.
    """
    if numbers["value"] is None:
        return "-"

    def told(number: float) -> str:
        return "+" * (signed and number > 0) + value(number, decimals)

    mean = told(numbers["value"])
    if numbers["low"] is None:
        return mean
    return f"{mean} [{told(numbers['low'])}, {told(numbers['high'])}]"


def form_for(number: int, one: str, many: str) -> str:
    """The form of a word that goes with so many: `is` or `are`, `it` or `them`."""
    return one if number == 1 else many


def noun_for(number: int, noun: str) -> str:
    """`seed` of one, else `seeds`."""
    return form_for(number, noun, f"{noun}s")


def plural(number: int, noun: str) -> str:
    """`1 seed` or `1,024 seeds`."""
    return f"{number:,} {noun_for(number, noun)}"


def every(total: int, noun: str) -> str:
    """`the one mode` or `all 5 modes`."""
    return form_for(total, f"the one {noun}", f"all {plural(total, noun)}")


def every_mode(shown: int, total: int) -> str:
    """`all 5 modes`; where no samples show them all, `the 4 of 5 modes that perfect samples show`.

    >>> every_mode(5, 5), every_mode(4, 5)
    ('all 5 modes', 'the 4 of 5 modes that perfect samples show')
    """
    if shown == total:
        return every(total, "mode")
    return f"the {of_total(shown, total)} modes that perfect samples show"


def of_total(number: float | None, total: int, absent: str = "-") -> str:
    """`3 of 5`."""
    return absent if number is None else f"{count(number)} of {total}"


def listed(names: Iterable[object], at_most: int | None = None, last: str = "and") -> str:
    """Names as in a sentence; of more than `at_most` the first few and how many others.

    >>> listed([1]), listed([1, 4]), listed([1, 2, 4]), listed(range(20), at_most=3)
    ('1', '1 and 4', '1, 2 and 4', '0, 1 and 18 others')
    """
    words = [str(name) for name in names]
    if at_most is not None and len(words) > at_most:
        words = [*words[: at_most - 1], f"{len(words) - at_most + 1} others"]
    if len(words) <= 1:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def numbered(noun: str, numbers: Iterable[int], at_most: int | None = None) -> str:
    """`mode 4` or `modes 1, 2 and 4`, in their order."""
    ordered = sorted(numbers)
    return f"{noun_for(len(ordered), noun)} {listed(ordered, at_most)}"


def of_modes(which: Sequence[int], modes: int) -> str:
    """`2 of 5 modes (1 and 4)`; a mode's number is that of its share's column."""
    if len(which) == modes:
        return form_for(modes, "The mode", f"All {modes} modes")
    return f"{len(which)} of {plural(modes, 'mode')} ({listed(which)})"


def capital(words: str) -> str:
    """The same words with a capital."""
    return words[:1].upper() + words[1:]
