"""The walk on the page: plain words first, folds on a time line, what was picked, every fold in a table."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.research.dossier.folds_section import NO_FOLDS, folds_section
from tradewright.research.dossier.page import render


@pytest.fixture(scope="module")
def section(tree):
    return tree.one("section", id="folds")


def test_a_reader_is_told_what_is_done_before_any_number(section):
    words = section.text
    assert words.index("choice itself is put to the test") < words.index("0.62")
    assert "trained on 100 sessions, tested on the 50 that follow" in words.lower()


def test_the_measures_show_what_was_promised_what_came_and_what_was_kept(section):
    words = section.text
    for needed in (
        "out of sample",
        "0.62",
        "0.05 to 1.20",
        "in sample",
        "1.25",
        "Kept out of sample",
        "49.6",
    ):
        assert needed in words


def test_the_time_line_has_one_stroke_a_fold_and_kind(section):
    for kind in ("train", "test"):
        path = _path(section, kind)
        assert path.count("M") == path.count("H") == 4


def _path(section, kind: str) -> str:
    (found,) = [
        one for one in section.every("path", class_="fold") if kind in one.attributes["class"].split()
    ]
    return found.attributes["d"]


def test_each_test_lies_to_the_right_of_its_training_and_below_the_fold_before(section):
    strokes = {}
    for kind in ("train", "test"):
        pieces = _path(section, kind).replace("M", " ").replace("H", " ").split()
        strokes[kind] = [tuple(map(float, pieces[k : k + 3])) for k in range(0, len(pieces), 3)]
    for (_, y, end), (start, level, _) in zip(strokes["train"], strokes["test"], strict=True):
        assert end <= start
        assert y == level
    heights = [y for _, y, _ in strokes["test"]]
    assert heights == sorted(heights)
    assert len(set(heights)) == 4


def test_the_time_line_says_in_words_what_it_shows(section):
    picture = section.every("svg")[0]
    assert picture.attributes["role"] == "img"
    assert "4 folds" in picture.attributes["aria-label"]
    assert "1990-01-02" in picture.attributes["aria-label"]


def test_what_was_picked_is_counted(section):
    words = section.text
    assert "2 configurations picked in 4 folds" in words
    assert "lookback = 126 2 50" in words


def test_every_fold_stands_in_the_table_and_one_without_a_ratio_says_so(section):
    rows = section.one("details").every("tr")
    assert len(rows) == 5
    assert "1990-01-02 to" in rows[1].text
    assert "not evaluated" in rows[3].text


def test_the_joined_account_is_drawn_over_sessions_out_of_sample(section):
    assert "sessions out of sample only" in section.text
    assert len(section.every("svg")) == 2


def test_a_study_without_folds_says_how_to_ask_for_them(bare_tree):
    words = bare_tree.one("section", id="folds").text
    assert words == f"Out of sample {NO_FOLDS}"
    assert 'preset = "504/126/21"' in words


def test_an_account_without_a_known_value_is_words_and_no_picture(content, read):
    unknown = replace(content.folds, equity_usd=np.full(len(content.folds.equity_usd), np.nan))
    assert "no value to draw" in read(folds_section(unknown)).text


def test_hundreds_of_folds_stay_a_small_part_of_the_page(content):
    many = replace(content.folds, folds=content.folds.folds * 90)
    assert len(folds_section(many)) < 150_000


def test_many_picks_list_the_most_frequent_and_say_so(content, read):
    folds = tuple(replace(content.folds.folds[0], picked=f"lookback = {k}") for k in range(30))
    words = read(folds_section(replace(content.folds, folds=folds))).text
    assert "30 configurations picked in 30 folds, the 12 most frequent" in words


def test_words_of_a_strategy_cannot_break_out_of_the_section(content):
    evil = replace(content.folds.folds[0], picked="</td><script>alert(1)</script>")
    page = render(replace(content, folds=replace(content.folds, folds=(evil,))))
    assert "<script>alert(1)" not in page
