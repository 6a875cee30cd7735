"""The ranking of a sweep's cases on its page: a table with a dot and its interval in every row."""

from __future__ import annotations

from ganrun import wording
from ganrun.config.metrics import METRICS
from ganrun.influence.case_words import called
from ganrun.influence.cases import RANKED_BY, RECOVERED
from ganrun.page.html_page import escaped
from ganrun.report.case_ranking import (
    BEST_MEANS,
    NOT_TOLD,
    SECONDS,
    CaseRow,
    case_rows,
    not_timed,
    perfect_words,
)
from ganrun.report.sweep_record import Numbers, SweepRecord
from ganrun.report.web.page_parts import section, table

COLUMNS = (*RANKED_BY, SECONDS)
BEST = "\N{BLACK STAR}"


def cases_section(record: SweepRecord) -> str:
    """The ranking; empty where the sweep has none."""
    rows = case_rows(record)
    if not rows:
        return ""
    plain, seeds = record.influence["cases"]["plain"], record.influence["cases"]["seeds"]
    than = [f"than {escaped(plain)}"] if plain else []
    metrics = (METRICS[name].called if name in METRICS else name for name in COLUMNS)
    heads = ["case", *than, *metrics, "verdicts"]
    cells = [_row(row, record.modes_total or 1, bool(plain)) for row in rows]
    cells.append(_perfect(record, bool(plain)))
    caption = f"Means over {wording.plural(seeds, 'seed')}, with 95 % intervals"
    words = {1, len(heads) - 1} if plain else {len(heads) - 1}
    shown = table(caption, heads, cells, caption=caption, kind="cases", words=words)
    marks = "".join(f"<li>{one}</li>" for one in _marks(record, bool(plain)))
    lead = """Press a heading to sort by it. Only differences that are called better or worse are
more than luck."""
    return section(
        "cases", "The cases side by side", f'<ul class="marks">{marks}</ul>', shown, lead=lead
    )


def _row(row: CaseRow, modes: int, compared: bool) -> list[str]:
    star = f'<span title="{BEST_MEANS}">{BEST}</span>' if row.entry["may_be_best"] else ""
    return [
        f'<span class="best">{star}</span>{escaped(called(row.entry))}',
        *([_than(row)] if compared else []),
        *(_number(row, name, modes) for name in COLUMNS),
        escaped(row.verdicts),
    ]


def _than(row: CaseRow) -> str:
    tones = {"better": "tone-good", "worse": "tone-bad"}
    word = row.than_plain
    gap = row.entry["difference"]
    order = "" if gap is None else f"{gap}"
    return f'<data value="{order}" class="{tones.get(word, "quiet")}">{escaped(word)}</data>'


def _number(row: CaseRow, name: str, modes: int) -> str:
    """A number with its interval, and its value for sorting; of the headline, drawn as well."""
    numbers = row.seconds if name == SECONDS else row.entry["measured"][name]
    words = escaped(row.words(name))
    if name == SECONDS and row.times_plain is not None and not row.is_plain:
        words += f' <span class="quiet">{row.times_plain:.1f}\N{MULTIPLICATION SIGN}</span>'
    value = "" if numbers["value"] is None else numbers["value"]
    strip = _strip(numbers, modes) if name == RECOVERED else ""
    return f'{strip}<data value="{value}">{words}</data>'


def _strip(numbers: Numbers, modes: int) -> str:
    """The mean as a dot and its interval as a line, on a scale from no mode to all of them."""
    if numbers["value"] is None:
        return ""
    ends = {key: numbers["value"] if numbers[key] is None else numbers[key] for key in numbers}
    at, low, high = (f"{100 * ends[key] / modes:.1f}%" for key in ("value", "low", "high"))
    style = f"--at: {at}; --low: {low}; --high: {high}"
    return f'<span class="strip" style="{style}" aria-hidden="true"></span>'


def _perfect(record: SweepRecord, compared: bool) -> list[str]:
    numbers = [perfect_words(record, name) for name in COLUMNS]
    return ['<span class="best"></span>perfect samples', *([""] if compared else []), *numbers, ""]


def _marks(record: SweepRecord, compared: bool) -> list[str]:
    told = [f'<span class="best">{BEST}</span>{BEST_MEANS}']
    if compared:
        told.append(f"- {NOT_TOLD}")
    if others := not_timed(record):
        told.append(f"the seconds leave out {wording.plural(others, 'run')} of other machines")
    return told
