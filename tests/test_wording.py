"""Numbers, shares, durations and lists as people write them."""

from __future__ import annotations

import pytest
from browser import chromium, open_page, page  # noqa: F401
from hypothesis import given
from hypothesis import strategies as st

from ganrun import wording
from ganrun.page.html_page import ASSETS


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-1.0, "0 s"),
        (0.2, "1 s"),
        (59.5, "1 min 00 s"),
        (125.0, "2 min 05 s"),
        (3725.0, "1 h 02 min"),
    ],
)
def test_durations_read_as_people_say_them(seconds, words):
    assert wording.duration(seconds) == words


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0, "0 %"),
        (1.0, "100 %"),
        (0.0004, "<0.1 %"),
        (0.001, "0.1 %"),
        (0.006, "1 %"),
        (0.9942, "99 %"),
        (0.996, "99.6 %"),
        (0.9989, "99.9 %"),
        (0.99999, "99.9 %"),
        (0.5, "50 %"),
        (1 / 8, "12 %"),
        (3 / 8, "38 %"),
        (None, "-"),
        (float("nan"), "-"),
    ],
)
def test_only_nothing_is_0_percent_and_only_everything_is_100(share, words):
    assert wording.percent(share) == words


@given(st.floats(0, 1))
def test_a_share_in_percent_is_within_half_a_percent_and_never_a_false_end(share):
    words = wording.percent(share).removesuffix(" %")
    assert (words == "0") == (share == 0)
    assert (words == "100") == (share == 1)
    assert abs(float(words.removeprefix("<")) - 100 * share) <= 0.5


def test_the_marks_of_an_axis_are_told_exactly():
    shares = (0, 0.005, 0.025, 0.07, 0.5, 1)
    words = [wording.percent(share, exact=True) for share in shares]
    assert words == ["0 %", "0.5 %", "2.5 %", "7 %", "50 %", "100 %"]


def test_words_agree_with_how_many_there_are():
    assert [wording.form_for(n, "is", "are") for n in (0, 1, 2)] == ["are", "is", "are"]
    assert [wording.noun_for(n, "seed") for n in (0, 1, 2)] == ["seeds", "seed", "seeds"]


def test_an_interval_keeps_its_ends_from_false_nothings_too():
    assert wording.interval({"value": -0.01, "low": 0.0, "high": 0.004}) == "0 % [0, 0.4]"
    assert wording.interval({"value": 0.54, "low": 0.0002, "high": 0.997}) == "54 % [<0.1, 99.7]"
    assert wording.interval({"value": None, "low": None, "high": None}) == "-"


@pytest.mark.parametrize(
    ("number", "words"),
    [(None, "-"), (float("nan"), "-"), (0.12345, "0.123"), (1234.5, "1.2e+03"), (-1e9, "-1.0e+09")],
)
def test_numbers_keep_to_a_few_characters(number, words):
    assert wording.value(number) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (3, "3"), (2.5, "2.5"), (2.25, "2.2"), (2.04, "2"), (12345, "12,345")],
)
def test_a_count_has_tenths_only_where_it_is_no_whole_number(number, words):
    assert wording.count(number) == words
    assert wording.of_total(number, 5) == f"{words} of 5"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.21544347, "0.2154"),
        ([32, 32], "32x32"),
        ("adam", "adam"),
        (True, "true"),
        (None, "null"),
        ({"layout": "ring", "modes": 5}, "{layout: ring, modes: 5}"),
    ],
)
def test_a_setting_reads_as_in_a_config(value, words):
    assert wording.setting(value) == words


def test_one_is_not_many():
    assert (wording.plural(1, "seed"), wording.plural(1024, "seed")) == ("1 seed", "1,024 seeds")
    assert (wording.every(1, "mode"), wording.every(5, "mode")) == ("the one mode", "all 5 modes")
    assert (wording.in_words(0), wording.in_words(12), wording.in_words(13)) == (
        "no",
        "twelve",
        "13",
    )


def test_lists_end_in_a_word_and_may_be_cut_short():
    assert [wording.listed(range(n)) for n in range(4)] == ["", "0", "0 and 1", "0, 1 and 2"]
    assert wording.listed("abc", last="or") == "a, b or c"
    assert wording.listed(range(25), at_most=8) == "0, 1, 2, 3, 4, 5, 6 and 18 others"
    assert wording.listed(range(8), at_most=8) == "0, 1, 2, 3, 4, 5, 6 and 7"


def test_modes_go_by_number_in_their_order():
    assert wording.numbered("mode", [4]) == "mode 4"
    assert wording.numbered("mode", {4, 1, 2}) == "modes 1, 2 and 4"
    assert wording.of_modes([1, 4], 5) == "2 of 5 modes (1 and 4)"
    assert wording.of_modes([0], 1) == "The mode"
    assert wording.of_modes([0, 1], 2) == "All 2 modes"


# The same in a browser


def cases() -> list[tuple[str, list, str]]:
    """A function of `wording.js`, what it is given, and what Python says."""
    shares = sorted(
        {k / n for n in (1, 3, 8, 16, 40, 200, 2500) for k in range(n + 1)}
        | {1e-9, 4e-4, 5e-4, 0.0025, 0.0075, 0.9925, 0.9975, 0.99999, 1 - 1e-12}
    )
    means = [number / 40 for number in range(400)]
    names = [[str(k) for k in range(n)] for n in range(5)]
    return [
        *(("percent", [share], wording.percent(share)) for share in shares),
        *(("tenths", [mean], f"{mean:.1f}") for mean in means),
        *(("plural", [n, "trial"], wording.plural(n, "trial")) for n in (0, 1, 2, 1024, 10**6)),
        *(("thousands", [n], wording.count(n)) for n in (0, 999, 1000, 123456789)),
        *(("listed", [some], wording.listed(some)) for some in names),
        *(("capital", [words], wording.capital(words)) for words in ("", "a b", "Ab")),
    ]


def test_a_page_says_numbers_as_python_does(page):  # noqa: F811
    page.page.goto("about:blank")
    told = page.page.evaluate(
        """async ([text, cases]) => {
            const words = await import("data:text/javascript," + encodeURIComponent(text));
            return cases.map(([name, given]) => words[name](...given));
        }""",
        [(ASSETS / "wording.js").read_text(encoding="utf-8"), [case[:2] for case in cases()]],
    )
    different = [(case, said) for case, said in zip(cases(), told, strict=True) if case[2] != said]
    assert different == []
