"""Every metric at the end, beside what perfect samples score, and what it says in plain words."""

from __future__ import annotations

from ganrun import wording
from ganrun.config.declarations import METRICS, SUMMARY_METRICS
from ganrun.page.html_page import escaped
from ganrun.report.run_record import WHOLE, RunRecord

ABBREVIATED = {"kl": "KL", "js": "JS", "tv": "TV", "nll": "NLL"}

PLAIN = {
    "modes_recovered": "How many modes one finds who fits Gaussians to the samples: in the right "
    "place, of about the right width, with a fifth of their weight or more.",
    "mixture_components": "How many clusters one would count without knowing the truth. More than "
    "the modes is usual: a generator's modes are not Gaussian.",
    "high_quality": "How many of the samples lie close enough to a mode (3 standard deviations) to "
    "be taken for one of its own.",
    "modes_captured": "Modes with a single good sample or more. An easy count: chance can do it.",
    "modes_covered": "Modes that get at least a fifth of the samples they should get.",
    "reverse_kl": "How unevenly the samples are spread over the modes. 0 is as it should be; two "
    "of five equal modes alone make 0.92.",
    "kl": "The same seen from the truth: very large where a mode is missing.",
    "js": "The same, seen from both sides; ln 2 = 0.69 at most.",
    "mode_tv": "Which share of the samples would have to move to another mode, or onto one, for "
    "all to be right.",
    "spread": "How wide the samples of a mode are, as variance over the mode's own. Far below 1 "
    "the forger prints the same few points over and over.",
    "nll": "How surprising the samples are under the truth. Lower is better only down to what "
    "perfect samples score: a forger that prints the peaks alone gets below.",
    "sliced_wasserstein": "How far samples would have to be carried to become real ones, in units "
    "of the plane.",
    "precision": "How many samples are near some real sample.",
    "recall": "How many real samples are near some sample: what is missing is missing here.",
    "density": "How thick the real samples stand where the samples are; about 1 for perfect ones.",
    "coverage": "How many real samples have a sample in their neighbourhood.",
}
"""Metric -> what it says, for a reader who has not met it."""


def final_section(run: RunRecord) -> str:
    """The table; of a run that has not ended, what its last evaluation says."""
    names = [name for name in SUMMARY_METRICS if name in PLAIN]
    if not run.ended:
        names = [name for name in names if run.metric(name) is not None]
    if not names or run.last_round is None:
        return ""
    rows = "".join(_row(run, name) for name in names)
    when = "At the end" if run.ended else f"At the last evaluation, round {run.last_round:,}"
    caption = (
        "Perfect samples are drawn from the target itself: mean and 5-95 % range of 20 draws "
        f"of {run.evaluation_samples:,}."
        if run.reference
        else "What perfect samples score is measured when a run ends."
    )
    return f"""
<section aria-labelledby="final-title">
  <h2 id="final-title">{when}, beside perfect samples</h2>
  <div class="table-scroll" tabindex="0" role="region" aria-labelledby="final-title">
  <table class="numbers final">
    <caption>{caption}</caption>
    <thead><tr><th scope="col">metric</th><th scope="col" class="number">this run</th>
    <th scope="col" class="number">perfect</th><th scope="col">what it says</th></tr></thead>
    <tbody>{rows}</tbody>
  </table>
  </div>
</section>"""


def _row(run: RunRecord, name: str) -> str:
    points = (run.reference or {}).get(name)
    perfect = "&ndash;"
    if points:
        low, high = (_shown(name, points[end], run.modes_total) for end in ("p5", "p95"))
        perfect = _shown(name, points["mean"], run.modes_total)
        if low != high:
            perfect += f'<span class="range">{low} to {high}</span>'
    better = METRICS[name].better
    hint = f" {better.capitalize()} is better." if better and name != "nll" else ""
    return (
        f'<tr><th scope="row">{escaped(_label(name))}</th>'
        f'<td class="number"><b>{_shown(name, run.metric(name), run.modes_total)}</b></td>'
        f'<td class="number">{perfect}</td><td>{escaped(PLAIN[name])}{hint}</td></tr>'
    )


def _label(name: str) -> str:
    """`reverse_kl` as `reverse KL`."""
    return " ".join(ABBREVIATED.get(word, word) for word in name.split("_"))


def _shown(name: str, number: float | None, total: int) -> str:
    if name in ("modes_recovered", "modes_covered", "modes_captured") and number is not None:
        return wording.of_total(number, total)
    if name in WHOLE and number is not None:
        return wording.count(number)
    return wording.value(number, absent="&ndash;")
