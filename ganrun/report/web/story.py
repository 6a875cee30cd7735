"""A run's story, told with the forger and the detective, from the numbers and nothing else.

The modes of the target are the notes that the forger has to print. Every passage knows the round it
is about, so that a player can be sent there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from ganrun import wording
from ganrun.config.remedies import Remedy, remedies_in
from ganrun.report import run_story
from ganrun.report.run_record import RunRecord
from ganrun.report.web.field_at_modes import field_at_modes
from ganrun.report.web.mode_histories import Loss, ModeHistories
from ganrun.verdict import MEANINGS
from ganrun.wording import form_for

MOST_NAMED = 5
"""More modes than this are counted instead of named."""
MOST_LOSSES = 4
"""Losses at more rounds than this are told together."""
FINE = 0.9
"""Share of high-quality samples from which the notes are called good."""
BY_CHANCE = 1 / 3
"""Of the samples that a push in no direction in particular would lead to within 60 degrees."""
NEAR_CHANCE = 0.12
SURE, GUESSING = 0.75, 0.58
"""Accuracies from which the detective is ahead, and below which it hardly knows."""


@dataclass(frozen=True)
class Passage:
    """A sentence or two, and the round that they are about; `None` where it is about none."""

    round: int | None
    words: str


def story_of(run: RunRecord, histories: ModeHistories | None) -> list[Passage]:
    """The whole story, in the order of rounds; one passage alone where nothing was evaluated."""
    if histories is None:
        return [Passage(None, run_story.sentence(run))]
    told = [
        *(Passage(None, rule_words(one)) for one in remedies_in(run.config)),
        *_beginning(run, histories),
        *_finding(histories),
        *_losing(histories),
        *_quality(run),
    ]
    told.sort(key=lambda passage: passage.round or 0)  # stable: what is first told stays first
    return [
        *told,
        *_never_found(run, histories),
        *_looking(run, histories),
        *_telling(run),
        _end(run),
    ]


def rule_words(remedy: Remedy) -> str:
    """What a remedy does to the game, after its name, its numbers and who proposed it."""
    return f"{remedy.words} ({remedy.piece.paper}). {remedy.piece.story}"


def _beginning(run: RunRecord, histories: ModeHistories) -> Iterator[Passage]:
    if histories.rounds[0] != 0:
        return
    quality = run.metrics["high_quality"][run.metrics["step"] == 0]
    share = float(quality[0]) if len(quality) and np.isfinite(quality[0]) else None
    total = run.modes_total
    kinds = f"{wording.in_words(total)} {wording.noun_for(total, 'kind')} of note"
    words = f"There {form_for(total, 'is', 'are')} {kinds} to forge. "
    words += "The forger begins with an untrained hand"
    if share is not None:
        passes = "none" if share == 0 else wording.percent(share)
        words += f": {passes} of its samples {'lies' if share == 0 else 'lie'} on a mode"
    yield Passage(0, f"{words}.")


def _finding(histories: ModeHistories) -> Iterator[Passage]:
    """The first modes that are covered, and when most are covered at once."""
    counts = histories.counts
    total = sum(mode.showable for mode in histories.modes)
    if not counts.any():
        return
    first, peak = int((counts > 0).argmax()), int(counts.argmax())
    if first != peak and histories.rounds[first] > 0:
        yield _printing(histories, first)
    most = ", the most that it ever does" if first != peak and counts[peak] < total else ""
    yield _printing(histories, peak, most)


def _printing(histories: ModeHistories, row: int, most: str = "") -> Passage:
    at = int(histories.rounds[row])
    when = f"By round {at:,}" if at else "From the start"
    return Passage(at, f"{when} it prints {_prints(histories, row)}{most}.")


def _losing(histories: ModeHistories) -> Iterator[Passage]:
    """Which modes are lost when, and whether they come back."""
    losses = histories.losses
    if not losses:
        return
    groups = [(at, list(lost)) for at, lost in groupby(losses, key=lambda loss: loss.round)]
    if len(groups) <= MOST_LOSSES:
        for at, lost in groups:
            yield Passage(at, _loss_words(histories, at, lost))
        return
    returns = sum(loss.back is not None for loss in losses)
    modes = {loss.mode for loss in losses}
    words = (
        f"From round {losses[0].round:,} on modes come and go: {_times(len(losses))} one is lost, "
        f"{_times(returns)} one comes back, {_named_of(modes, len(histories.modes))} among them."
    )
    yield Passage(losses[0].round, words)
    final = [loss for loss in losses if loss.back is None]
    if final:
        at = max(loss.round for loss in final)
        gone = {loss.mode for loss in final}
        now = _prints(histories, int(np.searchsorted(histories.rounds, at)))
        are = form_for(len(gone), "is", "are")
        words = f"By round {at:,} {_named(gone)} {are} gone, and not seen again before the end"
        yield Passage(at, f"{words}; it prints {now}.")


def _loss_words(histories: ModeHistories, at: int, lost: Sequence[Loss]) -> str:
    modes = {loss.mode for loss in lost}
    words = f"By round {at:,} the forger has given up {_named(modes)}"
    back = [loss for loss in lost if loss.back is not None]
    gone = {loss.mode for loss in lost if loss.back is None}
    if not back:
        now = _prints(histories, int(np.searchsorted(histories.rounds, at)), only=True)
        pronoun = form_for(len(gone), "it", "them")
        return f"{words}, and does not take {pronoun} up again: it prints {now}."
    returned = max(loss.back or 0 for loss in back)
    comes = f"{form_for(len(back), 'comes', 'come')} back by round {returned:,}"
    if not gone:
        return f"{words}; {form_for(len(back), 'it', 'they')} {comes}."
    stays = form_for(len(gone), "stays", "stay")
    some = _named({loss.mode for loss in back})
    return f"{words}: {some} {comes}, {_named(gone)} {stays} lost."


def _quality(run: RunRecord) -> Iterator[Passage]:
    """From when on nearly all of the samples are good, and stay so."""
    quality, steps = run.metrics["high_quality"], run.metrics["step"]
    known = np.isfinite(quality) & (steps > run.target_since)
    quality, steps = quality[known], steps[known]
    bad = np.flatnonzero(quality < FINE)
    good = int(bad[-1]) + 1 if len(bad) else 0
    # A few evaluations at least, or it may be chance.
    if len(quality) - good < 3 or good == 0:
        return
    yield Passage(
        int(steps[good]),
        f"From round {int(steps[good]):,} on more than nine in ten of its samples are good enough "
        "to be taken for one of the modes.",
    )


def _never_found(run: RunRecord, histories: ModeHistories) -> Iterator[Passage]:
    never = {mode.mode for mode in histories.modes if mode.found is None and mode.showable}
    if run.hidden:
        words = f"{wording.capital(_named(run.hidden))} cannot be told: perfect samples do not show"
        yield Passage(None, f"{words} {form_for(len(run.hidden), 'it', 'them')} either.")
    if not never:
        return
    last = int(histories.rounds[-1])
    if len(never) == len(run.showable):
        yield Passage(last, "It never prints any of the notes: no mode is ever covered.")
        return
    what = f"the other {_named(never)}" if len(never) > MOST_NAMED else _named(never)
    yield Passage(last, f"It never finds {what}.")


def _looking(run: RunRecord, histories: ModeHistories) -> Iterator[Passage]:
    """What the detective's field says of the modes that are missing at the end."""
    snapshots = run.snapshots
    if snapshots is None or not run.missing:
        return
    # The field swings from one snapshot to the next: the last quarter together tells more.
    last = snapshots.each()[-max(1, len(snapshots.steps) // 4) :]
    about = (snapshots.window, run.mixture, run.objective, run.missing)
    seen = [field_at_modes(one, *about) for one in last]
    marked = {at for at in run.missing if sum(at in one.marked for one in seen) * 2 > len(seen)}
    if not any(one.marked or one.unmarked for one in seen):
        return
    span = f"From round {last[0].step:,} to the end" if len(last) > 1 else "At the end"
    missing, total = set(run.missing), run.modes_total
    places = f"the {wording.noun_for(len(missing), 'place')} of {_named_of(missing, total)}"
    if not marked:
        words = f"{span} the detective no longer looks at {places}"
        yield Passage(int(histories.rounds[-1]), f"{words}: it mostly answers 'forged' there.")
        return
    words = f"{span} the detective still takes {_marked_words(marked, missing, places)} for real"
    pushed = [one.led for one in seen if one.led is not None]
    if pushed:
        words += f", {_push_words(float(np.mean(pushed)), len(missing))}"
    yield Passage(int(histories.rounds[-1]), f"{words}.")


def _marked_words(marked: set[int], missing: set[int], places: str) -> str:
    if marked == missing:
        return places
    which = f" ({wording.listed(sorted(marked))})" if len(marked) <= MOST_NAMED else ""
    places = wording.noun_for(len(missing), "place")
    words = wording.in_words(len(marked))
    return f"{words} of the {wording.in_words(len(missing))} missing {places}{which}"


def _push_words(led: float, missing: int) -> str:
    there = form_for(missing, "it", "the nearest of them")
    share = wording.percent(led, absent="none")
    pushes = f"it pushes {share} of the samples towards {there}"
    if led < BY_CHANCE - NEAR_CHANCE:
        return f"but hardly any slope leads there: {pushes}"
    if led <= BY_CHANCE + NEAR_CHANCE:
        return f"but its slope hardly leads there: {pushes}, where at random it would be a third"
    return f"and {pushes.removeprefix('it ')}, yet too few arrive"


def _telling(run: RunRecord) -> Iterator[Passage]:
    """How well the detective tells real from forged, over the last quarter."""
    accuracy = run.metrics["accuracy_d"]
    known = accuracy[np.isfinite(accuracy)]
    if len(known) < 4 or run.diverged or run.last_round is None:
        return
    mean = float(known[-max(1, len(known) // 4) :].mean())
    share = wording.percent(mean)
    when = "in the last quarter of the rounds"
    if mean >= SURE:
        words = f"The detective is ahead: {when} it is right about {share} of what it is shown"
    elif mean < GUESSING:
        words = f"The detective can hardly do better than guess: {when} it is right about {share}"
    else:
        words = f"The detective is right about {share} of what it is shown {when}, where a guess "
        words += "is right about half"
    yield Passage(run.last_round, f"{words}.")


def _end(run: RunRecord) -> Passage:
    last = run.last_round
    if not run.ended:
        return Passage(last, run_story.sentence(run))
    if run.diverged:
        at = "" if run.diverged_at is None else f" in round {run.diverged_at:,}"
        words = f"Then the game breaks down: a loss, a weight or a sample stops being finite{at}."
        return Passage(last, f"{words} The last picture shows the state before.")
    words = f"After {wording.plural(last or run.steps, 'round')} {_recovered(run)}"
    tale = MEANINGS[run.best.word].tale if run.best else None
    if tale and run.best and not run.best.is_known:
        tale = f"most likely, {tale}"
    return Passage(last, f"{words}: {tale}." if tale else f"{words}.")


def _recovered(run: RunRecord) -> str:
    """`two of the five modes are recovered`."""
    recovered, total = run.metric("modes_recovered"), run.modes_total
    if recovered is None:
        return "nobody has counted the modes"
    count = int(recovered)
    if (most := run.beyond("modes_recovered")) is not None:
        return f"{wording.in_words(count)} modes are recovered, {run_story.too_many(most)}"
    if count == total:
        return f"{_all(total, 'mode')} {form_for(total, 'is', 'are')} recovered"
    whole = f"the {wording.in_words(total)} {wording.noun_for(total, 'mode')}"
    number = wording.in_words(count) if count else "none"
    return f"{number} of {whole} {form_for(count, 'is', 'are')} recovered"


def _all(total: int, noun: str) -> str:
    """`the one mode`, `both modes` or `all five modes`."""
    few = {1: f"the one {noun}", 2: f"both {noun}s"}
    return few.get(total, f"all {wording.in_words(total)} {noun}s")


def _prints(histories: ModeHistories, row: int, *, only: bool = False) -> str:
    """`only two of the five notes (modes 0 and 3)`."""
    modes = {int(mode) for mode in np.flatnonzero(histories.covered[row])}
    total = len(histories.modes)
    if not modes:
        return "none of the notes"
    if len(modes) == total:
        return _all(total, "note")
    some = "only " if only else ""
    words = f"{some}{wording.in_words(len(modes))} of the {wording.in_words(total)} notes"
    return f"{words} ({_named(modes)})" if len(modes) <= MOST_NAMED else words


def _named(modes: Iterable[int]) -> str:
    """`mode 4`, `modes 1 and 4`, or `17 modes`."""
    numbers = set(modes)
    if len(numbers) > MOST_NAMED:
        return wording.plural(len(numbers), "mode")
    return wording.numbered("mode", numbers)


def _named_of(modes: set[int], total: int) -> str:
    """The same, but `all five modes` where it is all of them, and `the 17 modes` as known ones."""
    if len(modes) == total > 1:
        return _all(total, "mode")
    return f"the {_named(modes)} that are missing" if len(modes) > MOST_NAMED else _named(modes)


def _times(number: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(number, f"{wording.in_words(number)} times")
