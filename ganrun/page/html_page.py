"""One self-contained HTML page: everything inline, nothing fetched, closed to the network.

The page's Content-Security-Policy names the hash of every script in it, so that nothing else runs
whatever a run's files hold, and allows no connection, frame, form or foreign image.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from ganrun.page.modules import bundled

ASSETS = Path(__file__).parent / "assets"
"""What the browser gets of what all pages share."""
STYLE = ASSETS / "style.css"
DARK = ASSETS / "dark.css"
"""The dark hues of the same."""


def document(
    *,
    title: str,
    body: str,
    styles: Sequence[Path] = (),
    script: Path | None = None,
    data: Mapping[str, Any] | None = None,
    generator: str = "ganrun",
    allow_eval: bool = False,
    later: Sequence[str] = (),
    instead: Mapping[Path, Path] | None = None,
    main: str = "content",
    worker: str = "",
) -> str:
    """A whole page, as text to be written to a file.

    Args:
        title: the page's title, as plain text.
        body: what stands between header and end of page, as HTML; its main part should be a
            `<main>` with the id `main`, where the skip link leads.
        styles: style sheets that follow the one that all pages share.
        script: the module that the page begins with; what it imports travels along.
        data: name -> what `JSON.parse(document.getElementById(name).textContent)` shall give; NaN
            and infinities are an error.
        generator: what made the page, for its `<meta>`.
        allow_eval: let scripts compile code; for chart libraries that cannot do without.
        later: the text of scripts that are not in the page as they are, but which it may unpack
            and put into itself.
        instead: modules in whose place others are taken (`modules.bundled`).
        main: the id of its main part.
        worker: the text of a script that the page may run as a worker, and compile WebAssembly in;
            the page finds it in the element `worker`.
    """
    codes = [] if script is None else [_closed(bundled(script, instead), "script")]
    sheets = [_closed(_text(path), "style") for path in (STYLE, *styles)]
    dark = _closed(_text(DARK), "style")
    policy = _policy([*codes, *later], allow_eval, has_worker=bool(worker))
    return "\n".join(
        [
            "<!doctype html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f'<meta name="generator" content="{escaped(generator)}">',
            f"<title>{escaped(title)}</title>",
            *(f"<style>{sheet}</style>" for sheet in sheets),
            f'<style media="(prefers-color-scheme: dark)" data-dark>{dark}</style>',
            "</head>",
            "<body>",
            f'<a class="skip-link" href="#{main}">Skip to the content</a>',
            body,
            *(_island(name, content) for name, content in (data or {}).items()),
            *(
                [f'<script type="text/plain" id="worker">{_closed(worker, "script")}</script>']
                if worker
                else []
            ),
            *(f'<script type="module">{code}</script>' for code in codes),
            "</body>",
            "</html>",
            "",
        ]
    )


def escaped(text: object) -> str:
    """Any text, safe inside HTML and inside a quoted attribute."""
    return html.escape(str(text), quote=True)


def island(content: Any) -> str:
    """JSON that cannot end the `<script>` it stands in; raises `ValueError` for NaN."""
    text = json.dumps(content, allow_nan=False, separators=(",", ":"), ensure_ascii=False)
    for character in "<>&\u2028\u2029":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


@cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _island(name: str, content: Any) -> str:
    return f'<script type="application/json" id="{escaped(name)}">{island(content)}</script>'


def _closed(text: str, element: str) -> str:
    """The text without anything that would end its element; in JavaScript and CSS `\\/` is `/`."""
    newlines = text.replace("\r\n", "\n")  # a browser hashes what it has parsed
    return newlines.replace(f"</{element}", f"<\\/{element}").replace("<!--", "<\\!--")


def _policy(codes: Sequence[str], allow_eval: bool, *, has_worker: bool) -> str:
    hashes = [base64.b64encode(hashlib.sha256(code.encode()).digest()).decode() for code in codes]
    sources = [
        *(f"'sha256-{one}'" for one in hashes),
        *(["'unsafe-eval'"] if allow_eval else []),
        *(["'wasm-unsafe-eval'"] if has_worker else []),
    ]
    return "; ".join(
        [
            "default-src 'none'",
            f"script-src {' '.join(sources)}",
            *(["worker-src blob:"] if has_worker else []),
            "style-src 'unsafe-inline'",
            "img-src data: blob:",
            "base-uri 'none'",
            "form-action 'none'",
        ]
    )


def encoded(page: str) -> bytes:
    """A page as a file; bytes of a folder's name that are no letters are written as escapes."""
    return page.encode(errors="backslashreplace")
