"""What is measured at a run's last state itself: its detectives, and the game's local dynamics."""

from __future__ import annotations

import cmath

from ganrun.diagnose.diagnosis import Detective, Dynamics
from ganrun.executors.compile_cache import compile_cache
from ganrun.measure.final import finite_or_none
from ganrun.store import RunFolder

NOT_FINITE = "How the game moves about its end is not known: its slopes there are not finite."


def probe(run: RunFolder) -> tuple[Detective | None, Dynamics | None]:
    """Question a live and a fresh detective, and look at the game around the run's last state.

    None of a run that diverged: its last finite state is so far out that numbers overflow there.
    """
    if run.status == "diverged":
        return None, None
    from ganrun.game import backend

    # Where the branches were played by other processes, this one has computed nothing yet.
    with backend.borrowed(compile_cache()):
        return _probed(run)


def _probed(run: RunFolder) -> tuple[Detective, Dynamics]:
    from ganrun.game.detectives import fresh_detective
    from ganrun.game.duality import duality_gap
    from ganrun.game.members import game_of, hyperparameters_of
    from ganrun.game.population import state_from_dict
    from ganrun.game.spectrum import local_spectrum, why_unknown

    checkpoint = run.checkpoint()
    assert checkpoint is not None
    game, hyper = game_of(run.config), hyperparameters_of(run.config)
    state = state_from_dict(game, checkpoint.state, hyper)
    found = fresh_detective(game, hyper, state)
    spectrum = local_spectrum(game, hyper, state)
    gap = duality_gap(game, hyper, state)
    leader = spectrum.leader if spectrum else None
    dynamics = Dynamics(
        eigenvalues=tuple(
            (one.real, one.imag)
            for one in (spectrum.eigenvalues if spectrum else ())
            if cmath.isfinite(one)
        ),
        kind=spectrum.kind if spectrum else None,
        reliable=bool(spectrum and spectrum.reliable),
        growth=finite_or_none(leader.growth) if leader else None,
        turning=finite_or_none(leader.turning) if leader else None,
        duality_gap=finite_or_none(gap.gap) if gap else None,
        detective_gain=finite_or_none(gap.detective_gain) if gap else None,
        forger_gain=finite_or_none(gap.forger_gain) if gap else None,
        unknown=why_unknown(game, hyper) or (None if spectrum else NOT_FINITE),
    )
    return Detective(**found._asdict()), dynamics


def rates_left(run: RunFolder) -> float:
    """What its schedule has left of a run's learning rates at its end, as a share."""
    if run.config.optimizer.schedule.name == "constant":
        return 1.0
    import jax.numpy as jnp

    from ganrun.game.members import game_of, hyperparameters_of
    from ganrun.game.rounds import in_round

    game, hyper = game_of(run.config), hyperparameters_of(run.config)
    then = in_round(game, hyper, jnp.int32(run.config.training.steps + 1))
    return float(then.generator.learning_rate / hyper.generator.learning_rate)
