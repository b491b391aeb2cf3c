"""The pictures that need no script: gaps stay gaps, zero stays zero, and nothing is drawn from nothing."""

import re

import numpy as np
import pytest

from tradewright.research.dossier.svg import (
    BOTTOM,
    TOP,
    WIDTH,
    Frame,
    Line,
    Scale,
    calendar_columns,
    column_chart,
    line_chart,
    scale_of,
    whisker,
)
from tradewright.research.dossier.wording import decimal
from tradewright.values.instant import NS_PER_DAY

FRAME = Frame("a fixture's line", 200, decimal)
DAYS = np.arange(10, dtype=np.int64) * NS_PER_DAY


def line_of(values: list[float]) -> Line:
    return Line("Strategy", "strategy", np.array(values))


def test_a_line_chart_names_itself_for_those_who_cannot_see_it(read):
    picture = read(line_chart(DAYS, (line_of(list(range(10))),), FRAME)).one("svg")
    assert picture.attributes["role"] == "img"
    assert picture.attributes["aria-label"] == "a fixture's line"
    assert picture.one("title").text == "a fixture's line"


def test_a_gap_breaks_the_line_instead_of_bridging_it():
    values = [1.0, 2.0, np.nan, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0]
    picture = line_chart(DAYS, (line_of(values),), FRAME)
    key, path = re.findall(r'd="(M[^"]*)" class="line strategy"', picture)
    assert key.count("M") == 1
    assert path.count("M") == 2
    assert "nan" not in picture


def test_a_higher_value_stands_higher():
    scale = Scale(0.0, 10.0, 200, False)
    heights = scale.place(np.array([0.0, 5.0, 10.0]))
    assert heights.tolist() == [200 - BOTTOM, (200 - BOTTOM + TOP) / 2, TOP]


def test_a_log_scale_gives_equal_room_to_equal_ratios():
    heights = Scale(1.0, 16.0, 200, True).place(np.array([1.0, 4.0, 16.0]))
    assert np.diff(heights).tolist() == pytest.approx([np.diff(heights)[0]] * 2)


def test_a_log_scale_leaves_out_what_it_cannot_show():
    heights = Scale(1.0, 16.0, 200, True).place(np.array([1.0, 0.0, -3.0]))
    assert np.isnan(heights[1:]).all()


def test_nothing_known_gives_no_picture():
    nothing = np.full(10, np.nan)
    assert line_chart(DAYS, (Line("Strategy", "strategy", nothing),), FRAME) is None
    assert column_chart(np.arange(11.0), nothing, FRAME, decimal) is None
    assert calendar_columns(DAYS, DAYS + NS_PER_DAY, nothing, FRAME) is None


def test_a_flat_line_is_drawn_in_the_middle_of_its_room():
    scale = scale_of(np.full(10, 5.0), FRAME)
    assert scale.low < 5.0 < scale.high


def test_a_flat_line_of_zeros_can_be_drawn():
    assert line_chart(DAYS, (line_of([0.0] * 10),), Frame("zeros", 200, decimal, zero=True)) is not None


def test_one_single_bar_can_be_drawn():
    assert line_chart(DAYS[:1], (line_of([3.0]),), FRAME) is not None


def test_drawdowns_show_the_zero_they_fall_from():
    scale = scale_of(np.array([-0.3, -0.1]), Frame("falls", 200, decimal, zero=True))
    assert (scale.low, scale.high) == (-0.3, 0.0)


def test_columns_below_zero_are_losses_and_hang_from_nothing(read):
    edges, counts = np.array([-2.0, -1.0, 0.0, 1.0]), np.array([3.0, 1.0, 2.0])
    columns = read(column_chart(edges, counts, FRAME, decimal)).every("rect")
    kinds = [column.attributes["class"] for column in columns]
    assert kinds == ["column loss", "column loss", "column gain"]
    assert all(float(column.attributes["height"]) >= 0 for column in columns)


def test_every_place_in_a_picture_is_a_number_inside_it(read):
    picture = read(line_chart(DAYS, (line_of(list(range(10))),), FRAME)).one("svg")
    for mark in picture.every("text"):
        assert 0 <= float(mark.attributes["x"]) <= WIDTH
        assert 0 <= float(mark.attributes["y"]) <= 200


def test_the_key_tells_lines_apart_by_more_than_colour(read):
    lines = (line_of(list(range(10))), Line("Benchmark", "benchmark", np.arange(10.0)))
    picture = read(line_chart(DAYS, lines, FRAME)).one("svg")
    words = [text.text for text in picture.every("text")]
    assert {"Strategy", "Benchmark"} <= set(words)


def test_the_whisker_shows_estimate_interval_zero_and_luck(read):
    picture = read(whisker(0.5, 0.2, 0.8, ((0.3, "luck 0.30"),), "Sharpe ratio 0.50")).one("svg")
    places = {line.attributes["class"]: float(line.attributes["x1"]) for line in picture.every("line")}
    dot = float(picture.one("circle").attributes["cx"])
    assert places["zero"] < places["interval"] < places["hurdle"] < dot
    assert [text.text for text in picture.every("text")] == ["0", "luck 0.30"]


def test_a_whisker_without_an_interval_draws_none(read):
    picture = read(whisker(0.5, np.nan, np.nan, (), "Sharpe ratio 0.50")).one("svg")
    assert [line.attributes["class"] for line in picture.every("line")] == ["zero"]
