"""The files of one's own in docs/extending.md, and pieces that are known for a while only."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import ganrun
from ganrun.config import outside
from ganrun.config.declarations import OPEN

PAGE = Path(ganrun.__file__).parent.parent / "docs" / "extending.md"
FILES = dict(re.findall(r"^```python\n# (\w+\.py)\n(.*?)^```$", PAGE.read_text(), re.M | re.S))
"""The text of each file of one's own that the page shows, by its name."""


def written(folder: Path, *names: str) -> list[Path]:
    """The page's files, in a folder."""
    for name in names or FILES:
        (folder / name).write_text(FILES[name])
    return [folder / name for name in names or FILES]


@contextmanager
def known_for_a_while() -> Iterator[None]:
    """Whatever is given in here is forgotten afterwards, so that no other test meets it."""
    tables = {kind: (dict(one._all), dict(one._in_full)) for kind, one in OPEN.items()}
    given, sources = dict(outside._given), dict(outside._sources)
    try:
        yield
    finally:
        for kind, (known, in_full) in tables.items():
            OPEN[kind]._all, OPEN[kind]._in_full = known, in_full
        outside._given.clear()
        outside._given.update(given)
        outside._sources.clear()
        outside._sources.update(sources)
