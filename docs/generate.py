"""Write the pages of this folder that are made from the code: `python docs/generate.py`.

Every page is one function without arguments that returns its text; `PAGES` names them. A test
holds the pages current.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

INTRODUCTION = """\
# Configuration

<!-- Made by docs/generate.py from the schema; change that, not this. -->

A config is one YAML file. Every field has a default (but the `means` of a `custom` target), so a
config holds only what differs from it:

```yaml
name: my_ring
seeds: 8
target: {layout: ring, modes: 8, radius: 2.0, std: 0.05}
objective: wasserstein
penalties: {gradient_penalty: {weight: 10.0}}
optimizer: {learning_rate: 1e-4, b1: 0.0, b2: 0.9}
training: {discriminator_steps: 5}
```

`ganrun check CONFIG` says what is wrong with it, or prints it with every default written out.
`ganrun schema` prints a JSON Schema, with which editors complete fields and show what they mean;
the shipped configs name theirs in their first line.

A mistake is one line, with the place and, where one is near, the right name; all that is wrong is
told at once, and nothing is trained:

    configs/mine.yaml:7:14: optimizer.betta1: unknown field; did you mean 'b1'?

In the tables below, *traced* fields may differ between GANs that are trained by the same compiled
program; *static* fields are part of it: change one, and a new program is compiled. Of *optional*
ones whether they are null is part of it, and their numbers are not. The bounds of a range are
included.
"""

FILES = """\
## One config on top of another

`extends: other.yaml` inherits from one file, whose path is relative to this config, or that ships
with ganrun (`five_gaussians`, `configs/ring8.yaml`); it may extend another in turn.
`--set optimizer.learning_rate=3e-4` on the command line puts one value on top of everything, with
the same checks; it can be given several times, and the last one counts.

- Mappings are merged, field by field. Lists and single values replace what was there.
- A `target` with another `layout` than the parent's replaces the parent's whole target: what
  described one layout does not describe another.
- `penalties: {{r1: null}}` removes one penalty of the parent's, `penalties: null` all of them, and
  `penalties: {{}}` none: it adds nothing to what is inherited. `--set penalties.r1.weight=5` adds
  the penalty if it is not there.

## How values are written

- YAML 1.2: `1e-3` is a number, `no` is a text, a key that is given twice is an error.
- A number in quotes is a text, hence an error. Where a whole number is needed, `1e4` will do, but
  not `2.5`.
- `.inf` and `.nan` are never accepted.
- Anchors and aliases may be used; tags (`!!python/object`) and merge keys (`<<`) may not.
- A file is UTF-8, has at most {size} KiB, {nodes:,} values (aliases written out) and {depth}
  levels, and is one YAML document.

## Fields that go together

- `weights`, `stds` and `covariances` have one entry per mode. A `custom` target has `means`, and
  either `stds` or `covariances`; covariances are symmetric and positive definite.
- A target has at most {modes} modes; `evaluation.samples` is at least {per_mode} per mode.
- `random` modes must have room for their `least_distance`.
- `training.steps / evaluation.every` is at most {rows:,}. An `evaluation.every` beyond
  `training.steps` is fine: the first and the last round are always evaluated.
- `discriminator.packing` divides `training.batch_size`; a `minibatch` feature compares two packs or
  more. `discrimination` does not go with penalties of the slope at each point alone, `std` does.
- `norm: batch` and `latent: particles` need a `training.batch_size` of two or more, `norm: layer`
  hidden layers of two or more.
- `training.label_smoothing` needs an objective with labels, and a schedule's `warmup` ends before
  `until`.
- A number of `optimizer` that its optimizer does not use is ignored; where it is set, a note says
  so.
"""

SWEEPS = """\
## Sweeps

A sweep varies one experiment: `ganrun sweep SWEEP` trains a GAN for each of its points and seeds.
It is a YAML file of its own, read by the same rules and with the same messages:

```yaml
name: my_sweep
base: ../five_gaussians.yaml
seeds: 8
vary:
  optimizer.learning_rate_ratio: {{log: [0.1, 10], points: 7}}
  training.discriminator_steps: [1, 2, 5]
cases:
  bce: {{}}
  hinge: {{objective: hinge, discriminator.spectral_norm: true}}
```

Any field of an experiment can vary, *traced* or *static*, by its dotted name. What is said of it is
a list of levels (numbers, names, lists such as `[[32, 32], [64]]`), or a range, `linear` or `log`,
with both ends included. In a factorial design a range has `points`, and where whole numbers
coincide there are fewer. In the other designs the range itself is drawn from, whole numbers are
rounded, and the levels of a list get equal parts of the design; `points` stands beside `vary`.

`cases` are one more axis, and vary slowest: each is a named set of overrides, by dotted names or
nested as in a config, with the same rules as one config on top of another. A field may be varied or
set by a case, but not both. Levels that contradict each other are an error that names them.

A sweep has at most {trials:,} GANs. A Latin hypercube has as many points as `points` says; a Sobol
design of `D` fields has `points * (D + 2)`, and needs SALib:
`.venv/bin/pip install -c constraints.txt -e '.[sobol]'`. The points follow from `vary` and `points`
alone, so more seeds, cases or rounds keep them, and a Sobol design that is doubled keeps those it
has.

`--set` overrides a sweep's own fields: `--set seeds=4`, `--set points=128`,
`--set vary.optimizer.b1=[0.0, 0.5]`, `--set cases.hinge.training.steps=500`; and those of its base
after `base`: `--set base.training.steps=500`. `base` may also hold fields itself, beside `extends`
or alone; and a sweep may extend another: an axis then replaces that of the same field, cases merge.

With a `precision`, `seeds` are those to begin with: more are added, a quarter of those there are at
a time, until the main 95 % intervals are within it on either side, or there are `most_seeds`. See
[sweeps](sweeps.md#as-many-gans-as-the-answer-takes).

The id of a sweep is made from all that decides its trials, and the names of its cases; not from
its own name or its base's.
"""

IDENTITY = """\
## Names and ids

The folder of a run is `<name>-s<seed>-<id>`. The id is made from the values of all fields but
`name`. How they are written makes no difference to it: comments, the order of fields, defaults
written out or not, `extends` and `--set`.
"""

COMMANDS = """\
# Commands

<!-- Made by docs/generate.py from ganrun/cli/; change that, not this. -->

`ganrun --help` (or `-h`) lists the commands, `ganrun COMMAND --help` what one of them takes, and
`ganrun --version` says which ganrun it is. `python -m ganrun` is the same program.

Wherever a config is asked for, it may be

- a YAML file, or a pattern of several, in quotes or not: `'configs/cures/*.yaml'`;
- the folder of a run, which stands for its config (to `sweep`, the folder of a sweep);
- the name of one that ships with ganrun, wherever you are: `five_gaussians`, `cures/wgan_gp`,
  `influence`. `extends` and `base` in a file find these too, and what is here comes first.

`--seeds 8`, `--steps 2000` and `--name x` are short for `--set seeds=8` and so on, and lie on top
of what `--set` says. `ganrun --install-completion` teaches your shell to complete commands, configs
that ship, the fields and values behind `--set`, and run folders.
"""

COMMON = """\
## What every command keeps to

- Results go to standard output; progress and what went wrong to standard error.
- A mistake on the command line or in a config is one line that says where it is, and no traceback;
  nothing has been trained or written then.
- A reader that stops reading (`| head`) is no failure: every file is written all the same. What
  cannot be printed, as on a full disk, is told, and is exit code 1.
- Letters that the encoding of a stream lacks are escaped, and so is what a terminal would obey, in
  names and messages alike. Columns of a table for which a screen is too narrow are named below it.
- `NO_COLOR` and pipes switch colours off; where standard error is no terminal, progress is plain
  lines.

| exit code | meaning |
|---|---|
| 0 | done; a GAN that diverged is a result, not a failure |
| 1 | some run failed, a run folder could not be read, or not all could be printed |
| 2 | bad usage, or a mistake in a config |
| 130 | interrupted (Ctrl-C, SIGTERM or SIGHUP), after saving; the arena is always ended so |

| environment variable | meaning |
|---|---|
| `GANRUN_RUNS_DIR` | where run folders go if `--runs-dir` does not say |
| `GANRUN_ARENA_TOKEN` | the token in the arena's address, instead of a new one at every start |
| `GANRUN_CACHE_MB` | how many megabytes of compiled programs are kept [1000]; 0 keeps none |
| `JAX_PLATFORMS` | what to train on, as for any program that uses JAX: `cpu`, `cuda` |

What else the environment holds reaches no number unnoticed. Options of JAX that change arithmetic,
or end in an error where a run would train (`JAX_ENABLE_X64`, `JAX_DEBUG_NANS` and the like), have
no effect. `XLA_FLAGS` and variables that choose a library's kernels (`NPY_DISABLE_CPU_FEATURES`,
`OPENBLAS_CORETYPE`, `GLIBC_TUNABLES`, `NVIDIA_TF32_OVERRIDE`) are recorded in the run's numerics,
so that it is not gone on with under others unasked; flags that only dump programs or count devices
are not. What JAX cannot start under is one line that names the variable.
"""

REMEDIES = """\
What is meant to keep modes, in words of the forger (the generator) and the detective (the
discriminator). All of it may be combined, varied by a sweep, and laid on any config.
"""

PIECES = """\
A piece is written as its name, or with its parameters as `{name: {parameter: value}}`, where the
only parameter of a piece may go without its name: `{name: value}`. On top of another config a name
alone has the defaults of all parameters; a mapping of the same name changes those that it gives,
and one of another name replaces the piece.
"""

MEASURED = ("<!-- cures: begin -->", "<!-- cures: end -->")
"""Between these stands what `benchmarks/cures.py` has measured."""

CURES = """\
# Cures

<!-- Made by docs/generate.py from the declarations and configs/cures; change those, not this. What
stands between the marks at the end is written by benchmarks/cures.py. -->

"Mode collapse is easier to demonstrate than to fix." `configs/five_gaussians.yaml` demonstrates it;
`configs/cures/` has one config for each remedy that the literature is built on: the same game with
that remedy as its authors mean it. A first line says what it changes and whose it is.

```sh
ganrun train configs/cures/r3gan.yaml configs/cures/pacgan4.yaml
ganrun sweep configs/sweeps/cures.yaml --dry-run
```

The first command trains both and compares them in a line each; `'configs/cures/*.yaml'` means all
of them. The sweep is all of them and the plain game, with 16 seeds each. What remedies are made of
can be combined and varied like any other field: see [configs](configs.md#remedies).
"""

CURES_COMPARED = """\
## Compared

A sweep with `cases` is answered by their ranking: modes recovered, samples of high quality and
reverse KL, each the mean over the seeds with its 95 % interval, and the seconds that a run trains,
beside the plain case and beside perfect samples. The moving average of a generator has a row of its
own.

What is told apart is told by pairs of equal seeds: if two cases were alike, each seed's difference
could as well have the other sign, and all signs are tried (Fisher 1935; Pitman 1937). All
comparisons with the plain case are allowed for by Holm's steps (1979), so that calling any of them
better or worse is wrong in 5 % of sweeps at most. A case may be the best unless some other is
better by the same test at 5 % over the number of the others. With 38 comparisons, fewer than 11
seeds can show nothing, and the report says so. `python -m benchmarks.coverage --cases` shows how
often all of it holds.
"""

METRICS = """\
# Metrics

<!-- Made by docs/generate.py from ganrun/config/metrics.py; change that, not this. -->

`x_1..x_N` are samples of the generator; mode `k` has mean `mu_k`, covariance `S_k` and weight
`w_k`, and there are `K` modes. A sample belongs to the mode of least Mahalanobis distance, and is
of *high quality* if that distance is at most 3. `share_k` is the share of samples that are of high
quality and belong to mode `k`. Modes are numbered from 0. What is undefined or infinite is empty
in `metrics.csv` and `null` in `summary.json`.

The modes of `two_moons`, `swiss_roll`, `checkerboard` and `rings` are chains of small Gaussians:
the distance to a mode is that to the nearest of its own, `spread` is not measured, and
`modes_recovered` has [a rule of its own](own-data.md#curves-rings-and-boards). Of `points` the
modes are an estimate, and so is all that is measured by them; perfect samples are drawn from it.

Under `reference`, `summary.json` holds the mean and the 5 % and 95 % points of the same metrics
over 20 draws of as many perfect samples; judge a number beside those, not beside the limit below.
Of `modes_covered` and `modes_recovered` it holds besides, under `by_mode`, the share of the draws
in which each mode is: a mode that half of them miss, or more, no run of as many samples can show.
"""

SOURCES = """\
## How modes are counted

For `modes_recovered`, Gaussian mixtures of several sizes are fitted to the samples, and BIC
chooses one: that is `mixture_components`. Its size is no count of modes, since a generator's modes
are not Gaussian, and bridges and background take components too. So components are matched to the
true modes, and a mode is recovered if what was matched to it is in its place, about as wide as it
is, has its share of the samples, and stands out: it is clearly denser in its middle than on a moat
around it, even in the direction in which the moat is densest. So a thread that passes through a
mode is none, however well a Gaussian fits a stretch of it. Where these lines are drawn, and why,
stands in `ganrun/measure/modes.py` and `ganrun/measure/contrast.py`; `python -m benchmarks.battery`
shows how often the count is right.

Modes too light for `evaluation.samples`, or closer than 2 std to another, even perfect samples
hardly show: `ganrun check`, `train` and `sweep` warn of them, and a run that recovers more modes
than perfect samples do is told so, and not that it recovered them all. What stands in the
`summary.json` of runs that were trained before the counting was changed is read as it is: only
training anew counts anew.

## Sources

- `modes_captured`, `high_quality`, `reverse_kl`: Srivastava et al. 2017 (VEEGAN); Lin et al. 2018
  (PacGAN)
- `sliced_wasserstein`: Bonneel et al. 2015
- `precision`, `recall`: Kynkäänniemi et al. 2019
- `density`, `coverage`: Naeem et al. 2020
"""


def metrics() -> str:
    """Return docs/metrics.md."""
    from ganrun.config import metrics

    parts = [METRICS]
    for title, when in (
        ("## At every evaluation, of the samples: `metrics.csv` and `summary.json`", "evaluation"),
        ("## At every evaluation, of that round: `metrics.csv`", "round"),
        ("## At the end: `summary.json`", "final"),
    ):
        rows = ["| metric | what | perfect samples, N to infinity |", "|---|---|---|"]
        for name, metric in metrics.METRICS.items():
            if metric.when == when:
                perfect = {"modes": "`K`", None: ""}.get(metric.perfect, metric.perfect)
                rows.append(f"| `{name}` | {metric.description} | {perfect} |")
        parts += [title, "\n".join(rows)]
    parts += [SOURCES]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def commands() -> str:
    """Return docs/cli.md."""
    import typer.main

    from ganrun.cli import app

    parts = [COMMANDS]
    for name, command in typer.main.get_command(app).commands.items():
        arguments = [p for p in command.params if p.param_type_name == "argument"]
        options = [p for p in command.params if p.param_type_name == "option"]
        shown = [a.metavar.removesuffix("...") + "..." * (a.nargs == -1) for a in arguments]
        usage = " ".join(["ganrun", name, *shown, *(["[OPTIONS]"] if options else [])])
        parts += [f"## `{usage}`", inspect.cleandoc(command.help)]
        rows = [f"| `{a.metavar}` | {a.help} |" for a in arguments]
        rows += [f"| {_spelling(o)} | {o.help}{_default(o)} |" for o in options]
        if rows:
            parts += ["\n".join(["| | |", "|---|---|", *rows])]
        if command.epilog:
            title, example = command.epilog.split(": ", 1)
            parts += [f"{title}: `{example}`"]
    return "\n\n".join(part.strip("\n") for part in [*parts, COMMON]) + "\n"


def _spelling(option: Any) -> str:
    """Return how an option is written: all its names and the name of its value."""
    value = f" {option.metavar}" if option.metavar else ""
    return ", ".join(f"`{name}{value}`" for name in [*option.opts, *option.secondary_opts])


def _default(option: Any) -> str:
    if option.default in (None, False):
        return ""
    return f" [default: {option.opts[0] if option.default is True else option.default}]"


def configuration() -> str:
    """Return docs/configuration.md."""
    from ganrun.config import (
        contradictions,
        json_schema,
        pieces,
        schema,
        sources,
        sweep_json_schema,
        targets,
    )
    from ganrun.config import sweep_schema as sweeps
    from ganrun.config import yaml_tree as document

    content = json_schema()
    models = content["$defs"]
    parts = [INTRODUCTION, "## The config itself", _table(_scalars(content["properties"]))]
    parts += ["## `target`", content["properties"]["target"]["description"]]
    for name, layout in targets.LAYOUTS.items():
        parts += [f"### `layout: {name}`", layout.description]
        parts += [_table(models[layout.model.__name__]["properties"], leave_out=("layout",))]
    for name in ("generator", "discriminator", "optimizer", "training", "evaluation", "snapshots"):
        model = models[name.capitalize()]
        parts += [f"## `{name}`", model["description"], _table(model["properties"])]
        for inner in model["properties"]:
            section = schema.section_model(f"{name}.{inner}")
            if section and (name, inner) not in schema.choices():
                one = models[section.__name__]
                parts += [
                    f"### `{name}.{inner}`",
                    one["description"],
                    _table(one["properties"]),
                ]
    parts += ["## `penalties`", "Each by its name, alone or together; none by default."]
    for name, penalty in pieces.PENALTIES.items():
        parts += [f"### `{name}`", penalty.description, _table(models[name]["properties"])]
    parts += ["## Names"]
    for title, declared in (
        ("objective", pieces.OBJECTIVES),
        ("initializer", pieces.INITIALIZERS),
        ("bias_initializer", pieces.BIAS_INITIALIZERS),
        ("biases", pieces.BIASES),
        ("norm", pieces.NORMS),
        ("optimizer.name", pieces.OPTIMIZERS),
    ):
        parts += [_names(title, declared)]
    parts += ["## Pieces", PIECES]
    kinds = {one.kind: one for one in schema.choices().values()}.values()
    for choice in kinds:
        tables = [_parameters(models, choice, piece) for piece in choice.pieces]
        parts += [_names(choice.kind, choice.pieces), *filter(None, tables)]
    remedies = [pieces.OBJECTIVES, pieces.PENALTIES, pieces.REMEDIES, pieces.NORMS]
    remedies += [one.pieces for one in kinds]
    parts += ["## Remedies", REMEDIES, _stories(*remedies)]
    files = FILES.format(
        size=sources.SIZE_LIMIT // 1024,
        nodes=document.NODES_LIMIT,
        depth=document.DEPTH_LIMIT,
        modes=targets.MODES_LIMIT,
        per_mode=contradictions.SAMPLES_PER_MODE,
        rows=contradictions.ROWS_LIMIT,
    )
    parts += [files, IDENTITY, SWEEPS.format(trials=sweeps.TRIALS_LIMIT)]
    parts += [_table(sweep_json_schema()["properties"]), _names("design", pieces.DESIGNS)]
    return "\n\n".join(part.strip("\n") for part in parts) + "\n"


def _scalars(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of the config itself that are not sections."""
    return {
        name: field for name, field in properties.items() if "x-mark" in field or name == "extends"
    }


def _table(properties: Mapping[str, Any], leave_out: Iterable[str] = ()) -> str:
    rows = ["| field | default | range | | what |", "|---|---|---|---|---|"]
    for name, field in properties.items():
        if name not in leave_out:
            default = _value(field["default"]) if "default" in field else ""
            span = f"{_range(field)} {field.get('x-unit', '')}".strip()
            mark = field.get("x-mark", "").replace("label", "")
            what = field["description"].replace("|", "\\|")
            rows.append(f"| `{name}` | {default} | {span} | {mark} | {what} |")
    return "\n".join(rows)


def _parameters(models: Mapping[str, Any], choice: Any, piece: str) -> str:
    """Return the table of a piece's parameters, if it has some."""
    properties = models[choice.models[piece].__name__]["properties"]
    return f"{choice.kind} `{piece}`:\n\n{_table(properties)}" if properties else ""


def _names(title: str, declared: Mapping[str, Any]) -> str:
    has_papers = any(getattr(entry, "paper", "") for entry in declared.values())
    rows = [f"| `{title}` | what |" + " paper |" * has_papers, "|---|---|" + "---|" * has_papers]
    for name, entry in declared.items():
        paper = f" {entry.paper} |" if has_papers else ""
        rows.append(f"| `{name}` | {entry.description} |{paper}")
    return "\n".join(rows)


def _stories(*tables: Mapping[str, Any]) -> str:
    """Return what every remedy does to the game."""
    rows = ["| remedy | what it does to the game |", "|---|---|"]
    told = [one for table in tables for one in table.values() if one.story]
    rows += [f"| `{one.name}` | {one.story} |" for one in told]
    return "\n".join(rows)


def _value(value: Any) -> str:
    from ganrun.config.write import flow

    return f"`{flow(value)}`"


def _range(field: Mapping[str, Any]) -> str:
    """Return what a field of the JSON Schema admits, in words."""
    if field.get("anyOf", [{}])[0].get("enum") and "$ref" in field["anyOf"][-1]:
        return "a piece below"
    if "anyOf" in field:
        options = [_range(option) for option in field["anyOf"]]
        return " or ".join(sorted(options, key=lambda option: option != "`null`"))
    kind = field.get("type")
    if "enum" in field:
        return "a name below"
    if kind == "null":
        return "`null`"
    if kind == "object" or "$ref" in field:
        return "fields"
    if kind == "boolean":
        return "`true`, `false`"
    if kind == "string":
        return "text"
    if kind == "array":
        return _range_of_list(field)
    bounds = [
        _bound(field[key] + step)
        for key, step in (("minimum", 0), ("maximum", 0), ("exclusiveMaximum", -1))
        if key in field
    ]
    whole = "whole, " if kind == "integer" else ""
    return whole + " to ".join(bounds)


def _range_of_list(field: Mapping[str, Any]) -> str:
    if "prefixItems" in field:
        return "[" + ", ".join(_range(item) for item in field["prefixItems"]) + "]"
    least, most = field.get("minItems", 0), field["maxItems"]
    count = f"{least} to {most:,}" if least else f"up to {most:,}"
    return f"list of {count}: {_range(field['items'])}"


def _bound(value: float) -> str:
    return f"{value:,.10g}".replace("e-0", "e-")


def cures() -> str:
    """Return docs/cures.md; what `python -m benchmarks.cures` has measured stays in it."""
    from ganrun.config import load_experiment
    from ganrun.config.remedies import remedies_in
    from ganrun.config.shipped import shipped_configs

    rows = ["| config | remedies | what they do to the game | paper |", "|---|---|---|---|"]
    for path in sorted((shipped_configs() / "cures").glob("*.yaml")):
        found = remedies_in(load_experiment(path))
        words = "; ".join(remedy.words for remedy in found)
        said, paper = _own_words(path)
        stories = " ".join(remedy.piece.story for remedy in found) or said
        papers = "; ".join(dict.fromkeys(one.piece.paper for one in found if one.piece.paper))
        link = f"[`{path.stem}`](../configs/cures/{path.name})"
        rows.append(f"| {link} | {words} | {stories} | {papers or paper} |")
    parts = [CURES, "\n".join(rows), CURES_COMPARED, _measured(FOLDER / "cures.md")]
    return "\n\n".join(part.strip("\n") for part in parts if part) + "\n"


def _own_words(path: Path) -> tuple[str, str]:
    """Return what a config's comment says, and the paper that it has in brackets at its end."""
    lines = [line[2:] for line in path.read_text("utf-8").splitlines() if line.startswith("# ")]
    words, _, paper = " ".join(lines[1:]).rpartition(" (")
    return words.rstrip(".") + ".", paper.rstrip(").")


def _measured(page: Path) -> str:
    """Return the part of a page that a benchmark writes; empty where it has written none."""
    text = page.read_text("utf-8") if page.exists() else ""
    start, end = (text.find(mark) for mark in MEASURED)
    return text[start : end + len(MEASURED[1])] if 0 <= start < end else ""


def schema() -> str:
    """The JSON Schema that the shipped configs name, for editors."""
    from ganrun.config import json_schema

    return json.dumps(json_schema(), indent=2) + "\n"


def sweep_schema() -> str:
    """The JSON Schema that the shipped sweeps name, for editors."""
    from ganrun.config import sweep_json_schema

    return json.dumps(sweep_json_schema(), indent=2) + "\n"


PAGES: dict[str, Callable[[], str]] = {
    "cli.md": commands,
    "configuration.md": configuration,
    "cures.md": cures,
    "metrics.md": metrics,
    "../configs/schema.json": schema,
    "../configs/sweeps/schema.json": sweep_schema,
}


def main() -> None:
    """Write every page."""
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")
        print(f"docs/{name}")


if __name__ == "__main__":
    main()
