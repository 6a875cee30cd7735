"""`report.html` of a folder: all of its runs and sweeps, to be filtered, sorted and opened."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from ganrun import wording
from ganrun.measure.showable import showable_modes
from ganrun.page.html_page import encoded
from ganrun.report.run_list import Listed, RunList
from ganrun.report.web.list_table import fate, list_data
from ganrun.report.web.page_parts import FILTERED_TABLE, NAME, copyable, fates, report_page, section
from ganrun.report.web.trial_frames import TrialFrames, frames_of, packed_frames
from ganrun.store import RunFolder, StoreError
from ganrun.store.atomic import replace_file
from ganrun.verdict import FROM_THE_WORST, WORDS

MOST_PICTURES = 24
"""Runs whose samples are shown, the newest ones: to read a run's takes some milliseconds."""
UNFINISHED = ("running", "interrupted", "failed", "damaged")


def write_index_page(found: RunList) -> Path:
    """Write `report.html` into a folder of runs; raises `StoreError` where that cannot be."""
    path = found.folder / NAME
    replace_file(path, encoded(index_page(found)))
    return path


def index_page(found: RunList) -> str:
    """The whole page, as text."""
    ended = Counter(map(fate, found.entries))
    runs = {
        "table": list_data(found),
        "frames": packed_frames(_newest(found)),
        "verdicts": [one for one in (*WORDS, *UNFINISHED, "sweep") if ended[one]],
        "tones": {one.word: one.tone for one in FROM_THE_WORST},
        "command": f"ganrun report {shlex.quote(str(found.folder))}",
    }
    return report_page(
        "runs",
        f"{found.folder.absolute().name}: {found.counted}",
        [_head(found, ended), _pictures(), _table(), _again(found)],
        {"runs": runs},
        whose="what lies in its folder",
        sheets=["many"],
    )


def _head(found: RunList, ended: Counter[str]) -> str:
    runs = Counter({word: count for word, count in ended.items() if word != "sweep"})
    of = wording.form_for(runs.total(), "the run", f"the {runs.total():,} runs")
    told = f"What became of {of}, by the best verdict that there is:"
    bar = fates(runs, told) if runs else ""
    return f"""<section id="answer" aria-labelledby="title">
<p class="kicker">A folder of runs</p>
<h1 id="title">{found.counted}</h1>
{bar}
</section>"""


def _pictures() -> str:
    lead = "The samples of the runs that ended last, over the true modes."
    return section("pictures", "The newest", '<div id="newest"></div>', lead=lead)


def _table() -> str:
    return section("trials", "All runs and sweeps", FILTERED_TABLE)


def _again(found: RunList) -> str:
    folder = shlex.quote(str(found.folder))
    where = "--where 'verdict=collapsed high_quality&lt;0.5'".replace("&lt;", "<")
    content = f"""<p>This page, from what is there by then, with the pages of up to 16 runs:</p>
{copyable(f"ganrun report {folder}")}
<p>The same list in a terminal, with the same filters:</p>
{copyable(f"ganrun list {folder} {where}")}"""
    return section("again", "How to repeat it", content)


def _newest(found: RunList) -> Iterator[TrialFrames]:
    """The last samples of the newest runs; a run whose snapshots cannot be read is passed over."""
    ended = (pair for pair in enumerate(found.entries) if pair[1].best is not None)
    for index, one in islice(ended, MOST_PICTURES):
        if (frames := _last(index, one)) is not None:
            yield frames


def _last(index: int, one: Listed) -> TrialFrames | None:
    assert one.glance is not None
    run = RunFolder(one.path)
    try:
        snapshots, target = run.snapshots(), run.final_config.target
    except StoreError:
        return None
    if snapshots is None or not len(snapshots.steps):
        return None
    showable = showable_modes((run.summary or {}).get("reference"), target.mode_count)
    return frames_of(index, target, snapshots, [len(snapshots.steps) - 1], showable)
