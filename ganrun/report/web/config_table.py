"""The config as it would stand in a file, with what differs from the defaults marked."""

from __future__ import annotations

from collections.abc import Mapping

from ganrun.config import Experiment
from ganrun.config.remedies import remedies_in
from ganrun.config.written_fields import Field, config_fields
from ganrun.page.html_page import escaped
from ganrun.report.web.page_parts import section
from ganrun.wording import form_for, plural


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
