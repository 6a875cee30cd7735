"""The right name for a wrong one: near spellings, other codes' words, other sections' fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from ganrun.config.declarations import Declaration, Parameter, Piece
from ganrun.config.pieces import PENALTIES
from ganrun.config.schema import Experiment, choices, section_model
from ganrun.config.targets import LAYOUTS
from ganrun.wording import listed

# What other codes and papers call our fields.
ALSO: Mapping[str, tuple[str, ...]] = {
    "extends": ("inherits", "parent", "base", "include", "defaults"),
    "seeds": ("seed", "random_seed", "random_state", "n_seeds", "num_seeds"),
    "target": ("data", "dataset", "mixture", "distribution"),
    "generator": ("g", "netg", "forger"),
    "discriminator": ("d", "netd", "critic", "detective"),
    "objective": ("loss", "losses", "gan_mode", "criterion"),
    "penalties": ("penalty", "regularizer", "regularizers", "regularization"),
    "optimizer": ("optimiser", "optim", "opt"),
    "training": ("train", "trainer"),
    "evaluation": ("eval", "metrics"),
    "layout": ("shape", "kind", "type"),
    "modes": ("num_modes", "n_modes", "k", "components", "n_components", "clusters", "n"),
    "std": ("sigma", "stddev", "scale"),
    "stds": ("sigmas", "std", "scales"),
    "means": ("mean", "centers", "centres", "locations", "mu"),
    "covariances": ("covariance", "cov", "covs"),
    "weights": ("weight", "probabilities", "proportions"),
    "path": ("file", "filename", "csv", "npy"),
    "draw": ("real", "batches"),
    "weight": ("lambda", "gamma", "coefficient", "strength"),
    "least_distance": ("min_distance", "minimum_distance", "separation"),
    "spacing": ("distance", "step"),
    "columns": ("cols",),
    "latent_dim": ("z_dim", "nz", "latent_size", "noise_dim"),
    "latent": ("latent_distribution", "prior", "noise", "z", "z_distribution"),
    "hidden": ("layers", "hidden_layers", "hidden_sizes", "width", "widths", "units", "features"),
    "activation": ("nonlinearity", "act"),
    "initializer": ("initialiser", "init", "initialization", "weight_init"),
    "initializer_gain": ("initialiser_gain", "gain", "init_gain", "init_scale"),
    "bias_initializer": ("bias_initialiser", "bias_init"),
    "spectral_norm": ("sn", "spectral_normalization", "spectral_normalisation"),
    "norm": ("normalization", "normalisation", "batch_norm", "bn", "layer_norm", "ln"),
    "biases": ("bias", "use_bias"),
    "average": ("ema", "ema_decay", "ema_beta", "moving_average", "polyak", "swa"),
    "dropout": ("dropout_rate", "drop_rate"),
    "packing": ("pac", "m", "pack", "packs", "packing_degree"),
    "minibatch": ("minibatch_discrimination", "minibatch_std", "minibatch_stddev", "mbd", "mbstd"),
    "weight_clip": ("clip", "clip_value", "weight_clipping"),
    "learning_rate": ("lr", "lr_g", "g_lr", "alpha", "step_size"),
    "learning_rate_ratio": ("lr_ratio", "ttur", "ratio", "lr_d", "d_lr"),
    "b1": ("beta1", "beta_1", "momentum"),
    "b2": ("beta2", "beta_2"),
    "decay": ("rho", "smoothing_constant"),
    "eps": ("epsilon",),
    "weight_decay": ("wd", "decoupled_weight_decay"),
    "discriminator_b1": ("d_b1", "b1_d", "d_beta1", "beta1_d"),
    "discriminator_b2": ("d_b2", "b2_d", "d_beta2", "beta2_d"),
    "discriminator_eps": ("d_eps", "eps_d"),
    "schedule": ("scheduler", "lr_schedule", "lr_scheduler", "lr_decay", "annealing"),
    "steps": ("epochs", "iterations", "rounds", "n_steps", "num_steps", "max_steps"),
    "batch_size": ("batch", "bs"),
    "discriminator_steps": ("n_critic", "critic_steps", "d_steps", "ncritic", "k"),
    "updates": ("update", "update_rule", "unroll_steps", "unrolled_steps"),
    "instance_noise": ("input_noise", "noise", "noise_std"),
    "label_smoothing": ("smoothing", "smooth", "label_smooth", "real_label"),
    "top_k": ("topk", "k_top"),
    "data": ("dataset_size", "finite_data"),
    "until": ("end", "anneal_steps", "annealing_steps", "decay_steps"),
    "share": ("fraction", "ratio"),
    "every": ("interval", "frequency", "period"),
    "samples": ("n_samples", "num_samples"),
    "count": ("number", "n_snapshots"),
    "grid": ("resolution", "grid_size"),
} | {name: penalty.also for name, penalty in PENALTIES.items()}


def near(
    word: str, names: Iterable[str], also: Mapping[str, tuple[str, ...]], cutoff: float
) -> str | None:
    """Return the one of `names` that is nearest to `word`, in spelling or by its other names."""
    names = list(names)
    owner = {name: name for name in names}
    for name in names:
        for other in also.get(name, ()):
            owner.setdefault(other, name)
    word = word[:64].lower().replace("-", "_").replace(" ", "_")
    if word in owner:
        return owner[word]
    # Other codes' words of a letter or two are near to anything.
    longer = [other for other in owner if len(other) > 2 or other in names]
    likeness = {other: SequenceMatcher(None, word, other).ratio() for other in longer}
    nearest = max(longer, key=likeness.__getitem__, default="")
    return owner[nearest] if nearest and likeness[nearest] >= cutoff else None


def choice(word: str, declared: Mapping[str, Declaration]) -> str:
    """Return what to say after 'unknown ...': the declared name that was meant, or all of them."""
    also = {name: declaration.also for name, declaration in declared.items()}
    if meant := near(word, declared, also, cutoff=0.6):
        return f"; did you mean {meant!r}?"
    if not declared:
        return "; give the file that declares it with --pieces"
    return f"; it is one of {', '.join(declared)}"


def fields_of(section: str, layout: str) -> tuple[str, ...]:
    """Return the names of a section's fields; `""` is the config itself, `layout` the target's."""
    model = section_model(section, layout)
    if model is None:
        return ("layout",) if section == "target" else ()
    return (*(() if section else ("extends",)), *model.model_fields)


def field(word: str, section: str, layout: str, but: tuple[str, ...] = ()) -> str:
    """Return what to say after 'unknown field': what was meant, or the fields that there are.

    `but` names fields that may not be used where the word stands.
    """
    names = tuple(name for name in fields_of(section, layout) if name not in but)
    also = {**ALSO, **_other_names(section)}
    if not names:
        return "; it has no parameters"
    if word == "<<":
        return "; merge keys are not supported, 'extends' inherits from another file"
    if meant := near(word, names, also, cutoff=0.75):
        return f"; did you mean {meant!r}?"
    if section == "target":
        owners = [name for name, one in LAYOUTS.items() if word in one.model.model_fields]
        if owners:
            return f" of layout {layout!r}; it belongs to {listed(map(repr, owners))}"
    others = (
        elsewhere(word, section, layout, cutoff=0.999)
        or _as_pieces(word)
        or ([] if near(word, names, also, 0.6) else elsewhere(word, section, layout, cutoff=0.8))
    )
    if others:
        return f"; did you mean {listed(map(repr, others), last='or')}?"
    if meant := near(word, names, also, cutoff=0.6):
        return f"; did you mean {meant!r}?"
    return f"; the fields here are {', '.join(names)}"


def _other_names(section: str) -> dict[str, tuple[str, ...]]:
    """Return other names of pieces, or of a piece's parameters, where a section holds these."""
    first, name, piece = (*section.split("."), "", "")[:3]
    choice = choices().get((first, name))
    own: Iterable[Piece | Parameter] = ()
    if first == "penalties" and name in PENALTIES:
        own = PENALTIES[name].parameters
    elif choice is not None:
        own = choice.pieces[piece].parameters if piece else choice.pieces.values()
    return {one.name: (*one.also, *ALSO.get(one.name, ())) for one in own}


def _as_pieces(word: str) -> list[str]:
    """Return up to three fields and the pieces that they would hold, of which `word` is a name."""
    found = []
    for path, choice in choices().items():
        also = {name: one.also for name, one in choice.pieces.items()}
        if piece := near(word, choice.pieces, also, cutoff=0.999):
            found.append(f"{'.'.join(path)}: {piece}")
    return found[:3]


def elsewhere(word: str, section: str, layout: str, cutoff: float) -> list[str]:
    """Return up to three dotted names of fields in other sections that `word` is near to."""
    found = []
    for other in ("", *Experiment.model_fields, *(f"penalties.{name}" for name in PENALTIES)):
        if other == section:
            continue
        if meant := near(word, fields_of(other, layout), ALSO, cutoff):
            found.append(f"{other}.{meant}" if other else meant)
    return found[:3]
