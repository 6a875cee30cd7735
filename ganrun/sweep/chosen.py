"""Which of a sweep's trials are played on, so that their quick verdicts are confirmed."""

from __future__ import annotations

from ganrun.config import run_id
from ganrun.store import RunFolder, StoreError, finished_at
from ganrun.store.sweep_folder import SweepFolder
from ganrun.sweep.designs import Design, Trial
from ganrun.sweep.precision import seeds_begun


def is_chosen(trial: Trial, share: float) -> bool:
    """Whether a trial is among the share that is chosen.

    By its run's id, which is as good as random: the same ones are chosen in any sweep, and those
    that a smaller share chose are among a larger one's.
    """
    return int(run_id(trial.experiment), 16) < share * 16**16


def chosen_runs(folder: SweepFolder) -> list[RunFolder]:
    """The finished runs of the trials that a sweep chooses; a damaged one is left to the table."""
    share = folder.sweep.confirm
    design = Design(folder.sweep, seeds_begun(folder))
    trials = map(design.trial, range(design.trials if share else 0))
    runs = []
    for trial in trials:
        if is_chosen(trial, share):
            try:
                run = finished_at(folder.trial_path(trial.experiment), trial.experiment)
            except StoreError:
                continue
            runs += [run] if run is not None else []
    return runs
