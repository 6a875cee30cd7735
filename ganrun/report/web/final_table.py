"""Every metric at the end, beside what perfect samples score, and what it says in plain words."""

from __future__ import annotations

from ganrun.config.metrics import AVERAGED, METRICS, SUMMARY_METRICS, metric_called, own_keys
from ganrun.page.html_page import escaped
from ganrun.report.run_record import RunRecord, metric_words
from ganrun.report.run_story import too_many
from ganrun.report.web.page_parts import section, table

AVERAGE_CAPTION = (
    "Its average is the moving average of the generator's weights: measured beside it on the same "
    "latent points, and never in its place."
)


def final_section(run: RunRecord) -> str:
    """The table; of a run that has not ended, what its last evaluation says."""
    names = [name for name in SUMMARY_METRICS if METRICS[name].plain]
    names += [name for name in own_keys() if name in run.final]
    if not run.ended:
        names = [name for name in names if run.metric(name) is not None]
    if not names or run.last_round is None:
        return ""
    when = "At the end" if run.ended else f"At the last evaluation, round {run.last_round:,}"
    heading = f"{when}, beside perfect samples"
    caption = (
        "Perfect samples are drawn from the target itself: mean and 5-95 % range of 20 draws "
        f"of {run.config.evaluation.samples:,}."
        if run.reference
        else "What perfect samples score is measured when a run ends."
    )
    caption = " ".join((caption, *map(escaped, run.remarks)))
    average = ("its average",) if run.has_average else ()
    heads = ("metric", "this run", *average, "perfect", "what it says")
    rows, words = [_row(run, name) for name in names], (len(heads) - 1,)
    if average:
        caption += f" {AVERAGE_CAPTION}"
    numbers = table(heading, heads, rows, caption=caption, kind="final", words=words)
    return section("final", heading, numbers)


def _row(run: RunRecord, name: str) -> list[str]:
    points = (run.reference or {}).get(name)
    perfect = "&ndash;"
    if points:
        low, high = (metric_words(name, points[end], run.modes_total) for end in ("p5", "p95"))
        perfect = metric_words(name, points["mean"], run.modes_total)
        if low != high:
            perfect += f'<span class="note">{low} to {high}</span>'
    metric = metric_called(name)
    own = f"<b>{_number(run, name)}</b>"
    average = [_number(run, AVERAGED + name)] if run.has_average else []
    hint = f" {metric.better.capitalize()} is better." if metric.better else ""
    words = f"{escaped(metric.plain or metric.description)}{hint}"
    return [escaped(metric.called), own + _beyond(run, name), *average, perfect, words]


def _number(run: RunRecord, name: str) -> str:
    return metric_words(name, run.metric(name), run.modes_total, absent="&ndash;")


def _beyond(run: RunRecord, name: str) -> str:
    most = run.beyond(name)
    return "" if most is None else f'<span class="note">{too_many(most)}</span>'
