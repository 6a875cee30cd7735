"""The shared room of pages: arrays that come back, pages that nothing can break out of."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from browser import chromium, open_page, page  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from ganrun.config.pieces import OBJECTIVES
from ganrun.page.arrays import packed
from ganrun.page.html_page import ASSETS, DARK, STYLE, document, island
from ganrun.page.modules import bundled
from ganrun.page.objective import objective_drawn
from ganrun.report import palette
from ganrun.report.web.field_at_modes import slopes

HOSTILE = '</script><script>alert(1)</script><img src=x onerror="alert(2)">&<!--'


def page_with(folder: Path, names: str = "", module: str = "", **parts) -> Path:
    """A page that hands some of a module's functions to the test, as `ganrun`."""
    if names:
        parts["script"] = folder / "handle.js"
        address = os.path.relpath(ASSETS / module, folder)
        parts["script"].write_text(
            f'import {{ {names} }} from "{address}";\nwindow.ganrun = {{ {names} }};\n'
        )
    path = folder / "page.html"
    path.write_text(document(**{"title": "t", "body": '<main id="content"></main>'} | parts))
    return path


def unpacked(content: dict) -> np.ndarray:
    """decode.js in Python."""
    raw = base64.b64decode(content["b64"])
    if content["dtype"] == "f32":
        return np.frombuffer(raw, "<f4").reshape(content["shape"])
    stored, missing = {"u8": ("u1", 255), "u16": ("<u2", 65535)}[content["dtype"]]
    codes = np.frombuffer(raw, stored).astype(float)
    step = (content["high"] - content["low"]) / (missing - 1)
    return np.where(codes == missing, np.nan, content["low"] + codes * step).reshape(
        content["shape"]
    )


@given(
    arrays(
        np.float32,
        st.tuples(st.integers(0, 4), st.integers(1, 5)),
        elements=st.floats(width=32, allow_nan=True, allow_infinity=True),
    ),
    st.sampled_from(["u8", "u16", "f32"]),
)
def test_any_array_comes_back_within_half_a_step(array, kind):
    content = json.loads(json.dumps(packed(array, kind), allow_nan=False))
    back = unpacked(content)
    finite = np.isfinite(array)
    np.testing.assert_array_equal(np.isnan(back), ~finite)
    steps = {"u8": 254, "u16": 65534, "f32": np.inf}[kind]
    slack = (content["high"] - content["low"]) * (0.5 / steps + 1e-12)
    assert np.all(np.abs(back[finite] - array[finite].astype(float)) <= slack)


def test_strays_beyond_the_range_come_back_as_its_ends():
    back = unpacked(packed(np.array([-1e9, 0.25, 1e9]), "u16", within=(-1.0, 1.0)))
    np.testing.assert_allclose(back, [-1.0, 0.25, 1.0], atol=1e-4)


@pytest.mark.parametrize("kind", ["u8", "u16", "f32"])
def test_the_browser_decodes_what_python_packs(page, tmp_path, kind):  # noqa: F811
    numbers = np.array([[1.5, -2.0, np.nan], [3.25, 0.0, 1e-3]])
    content = packed(numbers, kind)
    path = page_with(tmp_path, "decode", "decode.js", data={"d": content})
    script = "Array.from(ganrun.decode(JSON.parse(document.getElementById('d').textContent)))"
    decoded = page.open_file(path).evaluate(script)
    step = (content["high"] - content["low"]) / 254 if kind == "u8" else 1e-4
    np.testing.assert_allclose(np.array(decoded, float), numbers.ravel(), atol=step / 2 + 1e-6)
    page.assert_quiet()


def test_no_text_breaks_out_of_a_page(page, tmp_path):  # noqa: F811
    style, script = tmp_path / "style.css", tmp_path / "script.js"
    style.write_text(f"/* {HOSTILE} </style> */")
    script.write_text(f"window.said = {json.dumps(HOSTILE)};")
    path = page_with(
        tmp_path, title=HOSTILE, styles=[style], script=script, data={"d": {"name": HOSTILE}}
    )
    opened = page.open_file(path)
    assert opened.title() == HOSTILE
    assert opened.evaluate("window.said") == HOSTILE
    assert opened.evaluate("JSON.parse(document.getElementById('d').textContent).name") == HOSTILE
    assert opened.locator("img").count() == 0
    page.assert_quiet()


def test_a_script_that_the_page_did_not_bring_does_not_run(page, tmp_path):  # noqa: F811
    body = "<main id=content></main><script>window.intruder = 1</script>"
    path = page_with(tmp_path, body=body)
    assert page.open_file(path).evaluate("window.intruder === undefined")
    assert any("Content Security Policy" in line for line in page.console)


def test_json_islands_cannot_be_closed_and_refuse_nan():
    assert "<" not in island({"a": HOSTILE})
    assert json.loads(island({"a": HOSTILE})) == {"a": HOSTILE}
    with pytest.raises(ValueError, match="not JSON compliant"):
        island({"a": float("nan")})


def test_figures_have_the_hues_of_the_light_page():
    light = STYLE.read_text().split("@media")[0]
    hues = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", light))
    for name, hue in {
        "paper": palette.PAPER,
        "ink": palette.INK,
        "quiet": palette.QUIET,
        "blue": palette.BLUE,
        "orange": palette.ORANGE,
        "vermillion": palette.VERMILLION,
        "green": palette.GREEN,
        "field-real": palette.FIELD_BLUE,
        "field-middle": palette.FIELD_WHITE,
        "field-fake": palette.FIELD_ORANGE,
    }.items():
        assert hues[name] == hue


def test_a_dark_page_has_a_hue_for_each_of_the_light_one():
    hues = re.compile(r"--([a-z-]+): [^;]*(?:#|rgb)")
    light, dark = (hues.findall(sheet.read_text()) for sheet in (STYLE, DARK))
    assert len(light) > 20
    assert dark == light


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_button_goes_round(open_page, tmp_path, scheme):  # noqa: F811
    body = '<main id="content"><button data-theme-toggle class="button"></button></main>'
    path = page_with(tmp_path, "listenToThemeButtons", "theme.js", body=body)
    watched = open_page(color_scheme=scheme)
    opened = watched.open_file(path)
    opened.evaluate("ganrun.listenToThemeButtons()")
    ground = "getComputedStyle(document.body).backgroundColor"
    seen = [opened.evaluate(ground)]
    for _ in range(3):
        opened.get_by_role("button").click()
        seen.append(opened.evaluate(ground))
    light, dark = "rgb(255, 255, 255)", "rgb(20, 23, 28)"
    assert seen == [dark if scheme == "dark" else light, light, dark, seen[0]]
    watched.assert_quiet()


def test_a_page_needs_neither_jax_nor_matplotlib():
    script = (
        "import sys, ganrun.page.arrays, ganrun.page.html_page\n"
        "heavy = {'jax', 'flax', 'matplotlib', 'sklearn', 'plotly'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("name", list(OBJECTIVES))
def test_arrows_weigh_a_slope_as_the_generators_loss_does(page, tmp_path, name):  # noqa: F811
    import jax

    from ganrun.game.objectives import OBJECTIVES as PLAYED

    path = page_with(tmp_path, "uphillOf", "field.js")
    logits = np.linspace(-6.0, 6.0, 9)
    drawn = objective_drawn(name)
    script = "([uphill, logits]) => logits.map(ganrun.uphillOf(uphill))"
    uphill = page.open_file(path).evaluate(script, [drawn["uphill"], logits.tolist()])
    loss_of = PLAYED[name].generator_loss

    def loss(fake):
        """Beside a real point of the same logit."""
        return loss_of(jax.lax.stop_gradient(fake)[None], fake[None])

    slope = jax.vmap(jax.grad(loss))(logits)
    np.testing.assert_allclose(uphill, -np.asarray(slope), atol=1e-6)
    assert drawn["middle"] == getattr(OBJECTIVES[name].undecided, "value", None)
    in_python = [OBJECTIVES[name].uphill(logit) for logit in logits.tolist()]
    np.testing.assert_allclose(uphill, in_python, rtol=1e-12)


def test_the_slope_in_the_browser_is_the_reports_own(page, tmp_path):  # noqa: F811
    rng = np.random.default_rng(0)
    field, extent = rng.standard_normal((7, 7)), [-2.0, 1.0, 0.0, 3.0]
    points = np.column_stack([rng.uniform(-2.5, 1.5, 30), rng.uniform(-0.5, 3.5, 30)])
    path = page_with(tmp_path, "gradientAt", "field.js")
    script = """([field, extent, points]) => points.map(([x, y]) => {
        const at = ganrun.gradientAt(field, 7, extent, x, y);
        return at && [at.value, at.dx, at.dy];
    })"""
    found = page.open_file(path).evaluate(script, [field.ravel().tolist(), extent, points.tolist()])
    values, gradients = slopes(field, extent, points)
    expected = np.column_stack([values, gradients])
    got = np.array([[np.nan] * 3 if one is None else one for one in found], float)
    np.testing.assert_allclose(got, expected, atol=1e-9)
    assert 0 < np.isnan(values).sum() < 30


def test_modules_become_one_script_in_which_none_sees_anothers_own_names(page, tmp_path):  # noqa: F811
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "names.js").write_text(
        'const own = "names";\nexport const told = () => own;\nexport function twice(x) {\n'
        "  return 2 * x;\n}\n"
    )
    (tmp_path / "other.js").write_text(
        'import {\n  told,\n  twice,\n} from "./deep/names.js";\n\nconst own = "other";\n'
        "export class Pair {\n  both = [own, told(), twice(4)];\n}\n"
    )
    (tmp_path / "entry.js").write_text(
        'import { twice } from "./deep/names.js";\nimport { Pair } from "./other.js";\n'
        "window.seen = [...new Pair().both, twice(1)];\n"
    )
    opened = page.open_file(page_with(tmp_path, script=tmp_path / "entry.js"))
    assert opened.evaluate("window.seen") == ["other", "names", 8, 2]
    assert opened.evaluate("typeof own + typeof told + typeof Pair") == "undefined" * 3
    page.assert_quiet()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('import { b } from "./named.js";', "named.js does not export b, says entry.js"),
        ('import { a } from "./named.js";\nexport const a = 1;', "exports a, as another file does"),
        ('import { a as b } from "./named.js";', "does not export a as b"),
        ('import * as named from "./named.js";', "not a form that pages use: import"),
        ("export default 1;", "not a form that pages use: export default"),
        ('import { c } from "./circle.js";', "imports itself"),
    ],
)
def test_a_module_that_cannot_be_put_into_a_page_is_an_error(tmp_path, text, said):
    (tmp_path / "named.js").write_text("export const a = 1;\n")
    (tmp_path / "circle.js").write_text('import { d } from "./entry.js";\nexport const c = 1;\n')
    (tmp_path / "entry.js").write_text(text + "\n")
    with pytest.raises(ValueError, match=said):
        bundled(tmp_path / "entry.js")
