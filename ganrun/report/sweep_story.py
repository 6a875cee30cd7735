"""A sweep in words: what it found, which effects are shown for it, and what it still lacks."""

from __future__ import annotations

from collections import Counter

from ganrun import wording
from ganrun.influence.case_words import case_headline
from ganrun.influence.confirmations import confirmations
from ganrun.report.case_ranking import costs
from ganrun.report.sweep_record import Effect, SweepRecord
from ganrun.sweep.run import described

MOST_PAIRS = 8
"""Pairs of factors that are shown, the most influential."""
MOST_TITLE_LETTERS = 74
MOST_REASONS = 10
"""Failed trials that are named."""


def chosen_effects(record: SweepRecord) -> list[Effect]:
    """All factors, the leading pairs, what is left, and chance."""
    pairs = [effect for effect in record.effects if effect.kind == "pair"][MOST_PAIRS:]
    return [effect for effect in record.effects if effect not in pairs]


def headline(record: SweepRecord) -> str:
    """The finding in a few words, no more certain than its interval."""
    what, factors = record.explained, record.factors
    if record.ranked and not record.leveled:
        return case_headline(record.influence["cases"])
    clear = [effect for effect in factors if effect.leading["claimed"]]
    if not factors:
        return record.extreme or f"What explains {what} cannot be said"
    if not clear:
        return f"No factor can be shown to matter for {what}"
    leader, *others = clear
    if factors[1:] and leader.leading["low"] > max(e.leading["high"] for e in factors[1:]):
        return f"The {leader.label} matters most for {what}"
    if not others:
        return f"The {leader.label} matters for {what}"
    words = f"{wording.listed(f'the {effect.label}' for effect in clear)} matter for {what}"
    if len(words) > MOST_TITLE_LETTERS:
        of = len(factors)
        which = wording.every(of, "factor") if len(clear) == of else f"{len(clear)} of {of} factors"
        return wording.capital(f"{which} matter for {what}")
    return wording.capital(words)


def completeness(record: SweepRecord) -> list[str]:
    """How many trials have a result; where some have none, a line for each that failed as well."""
    total, finished = len(record.rows), record.finished
    if finished == total:
        return [f"The table is complete: {wording.plural(total, 'trial')}."]
    fates = [
        f"{count:,} {'not begun' if status == 'missing' else status}"
        for status, count in sorted(fates_without_result(record).items())
    ]
    has = wording.form_for(total, "has", "have")
    words = f"The table is incomplete: {finished:,} of {wording.plural(total, 'trial')} {has} a "
    failed = [row for row in record.without_result() if row.status == "failed"]
    lines = [f"{words}result; {wording.listed(fates)}."]
    for row in failed[:MOST_REASONS]:
        cell = described(record.design, row.cell)
        lines.append(f"{cell}, seed {row.seed}: failed: {row.error}")
    if len(failed) > MOST_REASONS:
        lines.append(f"... and {len(failed) - MOST_REASONS:,} more that failed")
    return lines


def confirmed(record: SweepRecord) -> str:
    """How often the quick verdicts came true where trials were played on; empty if none was."""
    rows = record.rows
    return confirmations([row.verdict for row in rows], [row.confirmed for row in rows])


def beyond_perfect(record: SweepRecord) -> list[int]:
    """The trials that recover more modes than perfect samples do, by number."""
    return [row.index for row in record.rows if row.beyond is not None]


def remarks(record: SweepRecord) -> str:
    """What is said after the answer: costs, trials played on, and counts that are no success.

    And what its targets' metrics are not.
    """
    told = [costs(record), confirmed(record)]
    if trials := len(beyond_perfect(record)):
        those = f"{trials:,} of {wording.plural(len(record.rows), 'trial')}"
        told.append(f"In {those} more modes are recovered than in perfect samples: no success.")
    told += of_targets(record)
    return " ".join(filter(None, told))


def of_targets(record: SweepRecord) -> list[str]:
    """The remarks on its targets, each once; of a case's own target with its name."""
    sweep = record.design.sweep
    own = sweep.base.target.remarks
    told = (
        list(own)
        if len(sweep.cases) < 1 or any("target" not in case for case in sweep.cases.values())
        else []
    )
    for number, (name, case) in enumerate(sweep.cases.items()):
        if "target" in case:
            cell = record.design.cell(number * sweep.points_per_case)
            told += [f"{name}: {one}" for one in cell.experiment.target.remarks]
    return told


def fates_without_result(record: SweepRecord) -> Counter[str]:
    """How many trials there are of each status, of those without a result."""
    return Counter(row.status for row in record.without_result())
