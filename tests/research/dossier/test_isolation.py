"""The page asks nobody for anything, and words from outside cannot make it do otherwise."""

import base64
import hashlib
import re
from dataclasses import fields, is_dataclass, replace
from functools import lru_cache

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradewright.research.dossier import page as page_module
from tradewright.research.dossier.markup import Html, printable
from tradewright.research.dossier.page import render
from tradewright.values.findings import Finding

HOSTILE = "</title></style></script><script>alert('owned')</script><img src=x onerror=alert(1)>\"'&lt;"
LOADING = {
    "src",
    "srcset",
    "data",
    "action",
    "formaction",
    "poster",
    "background",
    "manifest",
    "ping",
    "cite",
}
LOADERS = {
    "link",
    "img",
    "iframe",
    "object",
    "embed",
    "audio",
    "video",
    "source",
    "base",
    "form",
    "frame",
    "portal",
}


def hostile(value):
    """The same content with every text in it replaced by one that tries to break out."""
    if isinstance(value, str):
        return value if value in ("PASS", "FAIL", "NOT EVALUATED", "real", "synthetic") else value + HOSTILE
    if isinstance(value, tuple):
        return tuple(hostile(one) for one in value)
    if is_dataclass(value):
        return replace(value, **{one.name: hostile(getattr(value, one.name)) for one in fields(value)})
    return value


@pytest.fixture(scope="module")
def hostile_page(content):
    return render(hostile(content))


def test_nothing_on_the_page_loads_anything(tree):
    for element in tree.every():
        assert element.name not in LOADERS, element.name
        assert not LOADING & set(element.attributes), element.attributes
        assert element.attributes.get("href", "#").startswith("#")


def test_neither_styles_nor_own_script_name_an_address(tree):
    styles = "".join(tree.one("style").pieces)
    own = "".join(tree.every("script")[-1].pieces)
    for text in (styles, own):
        assert not re.search(r"https?:|//[a-z]|url\(|@import|@font-face", text, re.IGNORECASE)
    for way_out in ("fetch(", "XMLHttpRequest", "WebSocket", "sendBeacon", "import(", "EventSource", "eval("):
        assert way_out not in own


def test_styles_in_attributes_name_no_address(tree):
    for element in tree.every():
        assert "url" not in element.attributes.get("style", "")


def test_the_chart_library_stands_in_the_page_once(page, tree):
    assert page.count("* plotly.js v") == 1
    assert [script.attributes.get("type", "") for script in tree.every("script")] == [
        "application/json",
        "",
        "",
    ]


def test_the_browser_is_told_to_refuse_every_request(tree):
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data: blob:"
    assert "connect-src" not in rules
    assert "unsafe-inline" not in rules["script-src"]
    assert "unsafe-eval" not in policy


def test_the_policy_names_exactly_the_scripts_of_the_page(tree):
    policy = tree.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
    named = set(re.findall(r"'sha256-([^']+)'", policy))
    scripts = ["".join(script.pieces) for script in tree.every("script")[1:]]
    assert named == {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in scripts}


def test_the_policy_stands_before_anything_it_governs(page):
    assert page.index("Content-Security-Policy") < page.index("<style>") < page.index("<script")
    assert page.index('charset="utf-8"') < 100


def test_a_library_that_would_end_its_element_is_refused(monkeypatch):
    import plotly.offline

    monkeypatch.setattr(plotly.offline, "get_plotlyjs", lambda: "x = '</SCRIPT>'")
    with pytest.raises(ValueError, match="cannot stand inside a page"):
        page_module._chart_library()


def test_line_ends_of_the_library_are_those_a_browser_would_hash(monkeypatch):
    import plotly.offline

    monkeypatch.setattr(plotly.offline, "get_plotlyjs", lambda: "a\r\nb\rc\n")
    assert page_module._chart_library() == "a\nb\nc\n"


def test_a_hypothesis_with_a_script_in_it_is_only_text(read, content):
    attack = "<script>alert('owned')</script>"
    page = render(replace(content, identity=replace(content.identity, hypothesis=attack)))
    tree = read(page)
    assert tree.one("blockquote").text == attack
    assert attack not in page
    assert len(tree.every("script")) == 3


def test_no_text_of_the_content_can_add_an_element_or_an_attribute(read, tree, hostile_page):
    attacked = read(hostile_page)
    assert [element.name for element in attacked.every()] == [element.name for element in tree.every()]
    attributes = {name for element in attacked.every() for name in element.attributes}
    assert not {name for name in attributes if name.startswith("on")}
    assert HOSTILE not in hostile_page


def test_hostile_text_is_still_shown_as_it_is(read, hostile_page):
    attacked = read(hostile_page)
    assert HOSTILE in "".join(attacked.one("h1").pieces)
    assert HOSTILE in "".join(attacked.one("blockquote").pieces)


def test_hostile_text_leaves_the_policy_alone(read, tree, hostile_page):
    policies = [
        one.one("meta", http_equiv="Content-Security-Policy").attributes["content"]
        for one in (tree, read(hostile_page))
    ]
    assert policies[0] == policies[1]


def test_symbols_reach_the_charts_without_markup(read, content):
    grid = replace(content.grid, names=("<b>a</b>", "<a href='x'>b</a>"))
    data = "".join(read(render(replace(content, grid=grid))).one("script", id="dossier-data").pieces)
    assert "<" not in data
    assert "\\u0026lt;b\\u0026gt;a" in data


# Accounts hold less than 1e15 dollars (see AccountOptions); what is no number can come from anywhere.
MONEY = st.floats(-1e15, 1e15) | st.sampled_from([float("nan"), float("inf"), -float("inf")])


@lru_cache(maxsize=1)
def small_library() -> Html:
    """Rendering many odd pages needs no five megabytes of library in each."""
    return Html("var Plotly;")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(odd=st.text(alphabet=st.characters(codec=None), max_size=30), number=MONEY)
def test_any_text_and_any_number_make_a_well_formed_page(monkeypatch, read, sized, odd, number):
    monkeypatch.setattr(page_module, "_chart_library", small_library)
    content = sized(40, 6)
    line = replace(content.costs[0], cause=odd, usd=number, bps_a_year=number)
    trade = replace(content.trades[0], symbol=odd, pnl_usd=number, entry_price=number, qty=1.0)
    equity = content.series.equity_usd.copy()
    equity[::3] = number if np.isfinite(number) and abs(number) < 1e100 else np.nan
    page = render(
        replace(
            content,
            identity=replace(content.identity, title=odd, hypothesis=odd, run_id=odd),
            passport=replace(content.passport, caveats=(odd,), findings=(Finding(odd, next(iter(
                type(content.passport.findings[0].level))), odd, odd),)),
            sharpe=replace(content.sharpe, value=number, low=number, high=number, how=odd, reason=odd),
            luck=replace(content.luck, sharpe=number, how=odd, p=number, p_how=odd, deflated=number),
            costs=(line,), trades=(trade,), notes=(odd,),
            series=replace(content.series, equity_usd=equity),
        )
    )  # fmt: skip
    tree = read(page)
    assert len(tree.every("script")) == 3
    assert "".join(tree.one("h1").pieces) == printable(odd)
    assert page.encode("utf-8")
    words = tree.one("main").text.replace(odd, " ").lower().split()
    assert not {"nan", "inf", "$nan", "$inf", "−inf", "−$inf"} & set(words)
