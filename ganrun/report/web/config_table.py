"""The config as it would stand in a file, with what differs from the defaults marked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from ganrun.config import Experiment
from ganrun.config.choices import Choice
from ganrun.config.fields import mark_of
from ganrun.config.penalties import PARAMETERS, Penalties
from ganrun.config.remedies import remedies_in
from ganrun.config.write import flow
from ganrun.page.html_page import escaped
from ganrun.report.web.page_parts import section
from ganrun.wording import form_for, plural, setting

NAMES = ("name", "seeds")
"""Fields that say which run this is: no difference worth marking."""


@dataclass(frozen=True)
class Field:
    """One line of a config; values as YAML has them, pieces in words."""

    path: tuple[str, ...]
    value: str
    default: str | None
    """`None` where there is no default."""
    description: str

    @property
    def differs(self) -> bool:
        """Whether someone chose this value."""
        return self.value != self.default and self.path[0] not in NAMES


def config_section(config: Experiment) -> str:
    """The config, section by section."""
    fields = list(config_fields(config))
    papers = {one.field: one.piece.paper for one in remedies_in(config)}
    sections: dict[str, list[Field]] = {}
    for field in fields:
        sections.setdefault(field.path[0] if len(field.path) > 1 else "", []).append(field)
    parts = "".join(_section(name, inside, papers) for name, inside in sections.items())
    count = sum(field.differs for field in fields)
    note = "All values are the defaults."
    if count:
        differ = form_for(count, "differs", "differ")
        note = f"{plural(count, 'value')} {differ} from the defaults; "
        note += "each is marked, its default beside it."
    return section("config", "The config", f'<div class="config">{parts}</div>', lead=note)


def config_fields(section: BaseModel, path: tuple[str, ...] = ()) -> Iterator[Field]:
    """Every field of a config, in the order of the schema.

    Of penalties those that are used, with their parameters. `path` leads to a section inside.
    """
    for name, declared in type(section).model_fields.items():
        value = getattr(section, name)
        here = (*path, name)
        if isinstance(value, Penalties):
            yield from _penalties(here, value)
        elif isinstance(value, BaseModel) and mark_of(declared) is None:
            yield from config_fields(value, here)
        else:
            default: str | None = None
            if not declared.is_required():
                default = _in_words(declared.get_default(call_default_factory=True))
            if here == ("target", "layout"):
                default = Experiment().target.layout
            yield Field(here, _in_words(value), default, declared.description or "")


def _in_words(value: Any) -> str:
    """A value as YAML has it; a piece, or a section that may be null, as a phrase."""
    if isinstance(value, Choice):
        return setting(value.written)
    if isinstance(value, BaseModel):
        return ", ".join(f"{name} {flow(number)}" for name, number in value if number is not None)
    return flow(value)


def _penalties(path: tuple[str, ...], penalties: Mapping[str, Any]) -> Iterator[Field]:
    if not penalties:
        yield Field(path, "{}", "{}", "Penalties on the discriminator: none.")
    for name, parameters in penalties.items():
        model = PARAMETERS[name]
        if not parameters:
            yield Field((*path, name), "{}", None, model.__doc__ or "")
        for parameter, value in parameters.items():
            declared = model.model_fields[parameter]
            # A penalty is there because someone chose it, whatever its parameters.
            yield Field((*path, name, parameter), flow(value), None, declared.description or "")


def _section(name: str, fields: list[Field], papers: Mapping[str, str]) -> str:
    heading = f'<h3 class="mono">{escaped(name)}:</h3>' if name else "<h3>The run</h3>"
    rows = "".join(_row(one, papers.get(".".join(one.path[:2]))) for one in fields)
    return f'<div class="config-section">{heading}<dl>{rows}</dl></div>'


def _row(field: Field, paper: str | None) -> str:
    name = ".".join(field.path[1:] or field.path)
    kind = "field changed" if field.differs else "field"
    mark = ""
    if field.differs:
        was = "no default" if field.default is None else f"default {field.default}"
        mark = f' <span class="note">{escaped(was)}</span>'
    said = " ".join(filter(None, (field.description, paper and f"{paper}.")))
    words = f'<span class="note">{escaped(said)}</span>' if said else ""
    return (
        f'<div class="{kind}"><dt><code>{escaped(name)}</code>{words}</dt>'
        f"<dd><code>{escaped(field.value)}</code>{mark}</dd></div>"
    )
