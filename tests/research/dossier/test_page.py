"""The page as a whole: verdict first, the same bytes each time, and words where something is missing."""

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from tradewright.research.dossier.content import Luck, Ratio, Series
from tradewright.research.dossier.page import render
from tradewright.values.findings import Level

MOST_BYTES = 8_000_000


def section(tree, name: str):
    return tree.one("section", id=name)


def words_in_order(text: str, *words: str) -> bool:
    places = [text.find(word) for word in words]
    return all(place >= 0 for place in places) and places == sorted(places)


def test_the_same_content_gives_the_same_bytes(content, page):
    assert render(content).encode() == page.encode()


def test_another_content_gives_other_bytes(content, page):
    assert render(replace(content, notes=())) != page


def test_a_copy_of_the_content_gives_the_same_bytes(sized):
    assert render(sized(300, 20)) == render(sized(300, 20))


def test_the_page_stays_small_enough_to_send(page):
    assert len(page.encode()) < MOST_BYTES


def test_the_longest_page_stays_small_enough_to_send(sized):
    assert len(render(sized(60_000, 5_000)).encode()) < MOST_BYTES


def test_the_verdict_comes_before_everything_it_rests_on(tree):
    names = [part.attributes["id"] for part in tree.one("main").every("section")]
    assert names == [
        "verdict",
        "performance",
        "folds",
        "checks",
        "ladder",
        "costs",
        "execution",
        "gateway",
        "stress",
        "trades",
        "parameters",
        "data",
        "setup",
    ]


def test_the_headline_is_followed_by_the_caveats_and_then_by_numbers(tree):
    words = section(tree, "verdict").text
    assert words_in_order(
        words, "✗ FAIL", "NOT ESTABLISHED: 3 gates failed, 2 not evaluated", "Read this first",
        "The universe was chosen knowing who would survive; past returns are too good.",
        "Waived UNEXPLAINED_JUMP: a spin-off that the vendor does not record.", "Sharpe ratio a year",
        "0.57", "Gates",
    )  # fmt: skip


def test_synthetic_prices_are_called_so_under_the_verdict(tree, content):
    assert "These are synthetic prices" in section(tree, "verdict").text
    real = replace(content, passport=replace(content.passport, origin="real"))
    assert "synthetic prices" not in render(real)


def test_a_provider_without_caveats_is_said_to_state_none(read, content):
    passport = replace(content.passport, origin="real", caveats=(), waivers=())
    assert "states no caveat" in section(read(render(replace(content, passport=passport))), "verdict").text


def test_the_trials_stand_beside_the_sharpe_ratio(tree):
    beside = section(tree, "verdict").one("div", class_="sharpe").text
    assert words_in_order(
        beside,
        "0.57",
        "95 % interval: 0.21 to 0.93",
        "8,312 bars",
        "Trials of this hypothesis so far",
        " 12 ",
        "0.29",
    )


def test_gates_are_tallied_in_words(tree):
    caption = section(tree, "verdict").every("caption")[0].text
    assert caption == "8 gates: 3 passed, 3 failed, 2 not evaluated. What nobody evaluated never passes."


def test_notes_on_how_the_numbers_came_about_stand_with_the_verdict(tree):
    assert "orders decided at a close are filled at the next close." in section(tree, "verdict").text


def test_everything_needed_to_run_it_again_is_on_the_page(tree, content):
    words = section(tree, "setup").text
    for needed in (content.identity.run_id, content.identity.study_hash, "fixture-code-version", "20240131"):
        assert needed in words
    for quantity in (*content.setup.parameters, *content.setup.profile_numbers, *content.setup.account):
        assert quantity.name in words
    assert f"tradewright runs verify {content.identity.run_id}" in tree.one("footer").text


def test_the_data_passport_names_the_exact_snapshot(tree, content):
    words = section(tree, "data").text
    for needed in (
        content.passport.snapshot_id,
        "synthetic",
        "XNYS",
        "166,240",
        "yes: names that died are missing",
    ):
        assert needed in words


@pytest.mark.parametrize(("flag", "words"), [(None, "not evaluated"), (False, "no"), (True, "yes: names")])
def test_survivorship_is_said_unsaid_or_denied(read, content, flag, words):
    page = render(replace(content, passport=replace(content.passport, survivors_only=flag)))
    facts = {
        pair.one("dt").text: pair.one("dd").text
        for pair in section(read(page), "data").one("dl").every("div")
    }
    assert facts["Survivors only"].startswith(words)


def test_every_chart_has_a_static_picture_or_a_table(tree):
    charts = tree.every("figure", class_="chart")
    assert [chart.one("h3").text for chart in charts] == [
        "Equity", "Drawdown", "Exposure", "Turnover", "Profit and loss by round trip", "Parameter grid",
    ]  # fmt: skip
    for chart in charts[:-1]:
        assert len(chart.one("div", class_="static").every("svg")) == 1
    assert section(tree, "parameters").one("details", class_="twin").attributes["open"] == ""


def test_every_place_for_a_chart_has_its_drawing_and_its_words(tree):
    data = json.loads("".join(tree.one("script", id="dossier-data").pieces))
    places = tree.every("div", class_="plot")
    assert [place.attributes["id"] for place in places] == [
        f"chart-{name}" for name in ("equity", "drawdown", "exposure", "turnover", "profits", "grid")
    ]
    assert {f"chart-{chart['id']}" for chart in data["charts"]} == {
        place.attributes["id"] for place in places
    }
    assert all(place.attributes["aria-label"] and place.attributes["role"] == "img" for place in places)


def test_a_minus_sign_stays_with_its_dollars(tree):
    words = "".join(section(tree, "trades").one("figcaption").pieces)
    assert "worst −\u2060$" in words


def test_no_id_is_used_twice(tree):
    ids = [element.attributes["id"] for element in tree.every() if "id" in element.attributes]
    assert len(ids) == len(set(ids))


def test_every_link_of_the_page_leads_somewhere_on_it(tree):
    ids = {element.attributes.get("id") for element in tree.every()}
    links = [link.attributes["href"] for link in tree.every("a")]
    assert len(links) == 13
    assert {link.removeprefix("#") for link in links} <= ids


def test_tables_have_captions_and_scoped_heads(tree):
    tables = tree.every("table")
    assert len(tables) >= 15
    for one in tables:
        assert one.one("caption").text
        assert all("scope" in head.attributes for head in one.every("th"))


def test_headings_never_skip_a_level(tree):
    levels = [int(element.name[1]) for element in tree.every() if element.name in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later <= earlier + 1 for earlier, later in pairwise(levels))


def test_the_page_says_its_language_and_its_title(tree):
    assert tree.one("html").attributes["lang"] == "en"
    assert tree.one("head").one("title").text == "Fixture: momentum on random walks · Tradewright dossier"


def test_nothing_evaluated_is_said_everywhere_in_words(bare_tree):
    words = bare_tree.one("main").text
    for needed in (
        "NOT ESTABLISHED: no gate was asked", "○ NOT EVALUATED", "The account never traded.",
        "No ledger was kept.",
        "No gate was asked, so nothing is established.", "No equity was recorded",
        "Drawdowns were not evaluated.",
        "Exposure was not recorded.", "Monthly returns were not evaluated.", "Costs were not evaluated.",
        "Turnover was not recorded.", "Round trips were not evaluated.", "No parameter grid was run",
        "What luck alone would show is not evaluated.", "p with the search priced in: not evaluated",
    ):  # fmt: skip
        assert needed in words


def test_nothing_evaluated_draws_nothing(bare_tree):
    assert bare_tree.every("figure") == []
    assert json.loads("".join(bare_tree.one("script", id="dossier-data").pieces)) == {
        "columns": {},
        "charts": [],
    }


@pytest.mark.parametrize("which", ["tree", "bare_tree"])
def test_no_reader_ever_meets_nan(which, request):
    tree = request.getfixturevalue(which)
    shown = [tree.one("main").text, tree.one("header").text, tree.one("footer").text]
    shown += [value for element in tree.every() for value in element.attributes.values()]
    lowered = " ".join(shown).lower().split()
    assert not {"nan", "-nan", "inf", "−inf", "none%", "$nan", "nan%"} & set(lowered)


def test_a_sharpe_ratio_without_a_value_shows_its_reason_and_no_picture(read, content):
    silent = Ratio(
        "Sharpe ratio a year", np.nan, "ratio a year", 1, "", reason="needs at least 2 returns, has 1"
    )
    box = section(read(render(replace(content, sharpe=silent))), "verdict").one("div", class_="sharpe")
    assert "Needs at least 2 returns, has 1." in box.text
    assert box.every("svg") == []


def test_a_sharpe_ratio_without_an_interval_says_so(read, content):
    bare = replace(content.sharpe, low=np.nan, high=np.nan)
    box = section(read(render(replace(content, sharpe=bare))), "verdict").one("div", class_="sharpe")
    assert "95 % interval: not evaluated" in box.text


def test_the_price_of_the_search_stands_beside_the_trials_with_its_method(tree):
    box = section(tree, "verdict").one("div", class_="sharpe")
    assert words_in_order(
        box.text,
        "p with the search priced in: 0.034",
        "Over cash, the weaker of both",
        "Deflated Sharpe ratio: 0.910",
    )


def test_an_unkept_ledger_is_not_zero_trials(read, content):
    page = render(replace(content, luck=Luck(None, np.nan, "no ledger was kept")))
    box = section(read(page), "verdict").one("div", class_="sharpe")
    assert words_in_order(
        box.text, "Trials of this hypothesis so far", "not evaluated", "No ledger was kept."
    )


def test_a_series_without_bars_is_the_same_as_none(read, content):
    empty = Series(np.zeros(0, dtype=np.int64), np.zeros(0))
    page = render(replace(content, series=empty))
    assert "No equity was recorded" in section(read(page), "performance").text


def test_a_series_of_one_bar_is_drawn(read, sized):
    content = replace(sized(1, 1), monthly=None)
    assert "became $1,000,000" in section(read(render(content)), "performance").text


def test_an_error_that_was_not_waived_is_not_called_waived(read, content):
    page = render(replace(content, passport=replace(content.passport, waivers=())))
    words = section(read(page), "data").text
    assert any(finding.level is Level.ERROR for finding in content.passport.findings)
    assert "(waived)" not in words
    assert "The study waives nothing." in words
