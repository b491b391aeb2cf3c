"""What the interactive charts are given: the same numbers as the static ones, gaps as gaps, and words."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewright.research.dossier.charts import (
    MOST_ROWS,
    by_calendar,
    drawdown_chart,
    drawn_rows,
    equity_chart,
    exposure_chart,
    has_intraday_bars,
    numbers,
    plot_text,
    shared_columns,
    turnover_chart,
)
from tradewright.research.dossier.content import Series
from tradewright.research.dossier.profit_chart import profit_chart, spread
from tradewright.values.instant import NS_PER_DAY, NS_PER_SECOND, instant_of

EMPTY = np.zeros(0)
CHARTS = (equity_chart, drawdown_chart, exposure_chart, turnover_chart)


def series_of(equity: list[float], **others: np.ndarray) -> Series:
    first = instant_of("2024-01-02T21:00:00")
    instants = first + np.arange(len(equity), dtype=np.int64) * NS_PER_DAY
    return Series(instants, np.array(equity, dtype=np.float64), **others)


@pytest.mark.parametrize("make", CHARTS)
def test_no_series_is_said_in_words(make):
    chart = make(None)
    assert chart.traces == ()
    assert chart.missing.endswith(".")


@pytest.mark.parametrize("make", CHARTS[1:])
def test_a_line_that_nobody_computed_is_said_in_words(make):
    assert make(series_of([1.0, 2.0])).missing


@pytest.mark.parametrize("make", CHARTS[1:])
def test_a_line_of_gaps_alone_is_said_in_words(make):
    gaps = np.full(2, np.nan)
    assert make(series_of([1.0, 2.0], drawdown=gaps, gross=gaps, net=gaps, turnover=gaps)).missing


def test_equity_that_is_unknown_throughout_is_said_in_words():
    assert equity_chart(series_of([math.nan, math.nan])).missing


def test_equity_says_where_it_began_and_ended(content):
    words = equity_chart(content.series).words
    assert words.startswith("$1,000,000 on 1990-01-02 became $")
    assert "The benchmark became $" in words
    assert content.series.benchmark_how in words


def test_equity_without_a_benchmark_says_so():
    chart = equity_chart(series_of([1.0, 2.0]))
    assert "No benchmark was evaluated." in chart.words
    assert len(chart.traces) == 1


def test_equity_is_logarithmic_where_it_can_be(content):
    chart = equity_chart(content.series)
    assert chart.can_be_log
    assert chart.layout["yaxis"]["type"] == "log"


def test_a_ruined_account_is_drawn_on_a_linear_scale():
    chart = equity_chart(series_of([100.0, 50.0, -10.0]))
    assert not chart.can_be_log
    assert chart.layout["yaxis"]["type"] == "linear"


@pytest.mark.parametrize(
    ("last", "ticks"), [(150.0, {}), (1_600.0, {"tick0": 2.0, "dtick": math.log10(2.0)}), (1e9, {"dtick": 1})]
)
def test_a_log_scale_is_marked_at_doublings_of_the_capital(last, ticks):
    axis = equity_chart(series_of([100.0, last])).layout["yaxis"]
    assert {key: axis[key] for key in ("tick0", "dtick") if key in axis} == pytest.approx(ticks)


def test_the_deepest_drawdown_is_dated():
    chart = drawdown_chart(series_of([1.0, 0.5, 0.8], drawdown=np.array([0.0, -0.5, -0.2])))
    assert "−50.0\u00a0% on 2024-01-03" in chart.words


def test_exposure_draws_only_what_is_known():
    chart = exposure_chart(series_of([1.0, 1.0], gross=np.array([0.5, 0.7])))
    assert [trace["name"] for trace in chart.traces] == ["Gross"]
    assert chart.words == "Share of equity held: gross 50.0\u00a0% to 70.0\u00a0%."


def test_lines_differ_by_dash_as_well_as_by_colour(content):
    for make in (equity_chart, drawdown_chart, exposure_chart):
        dashes = [trace["line"]["dash"] for trace in make(content.series).traces]
        assert len(set(dashes)) == len(dashes) == 2


def test_turnover_adds_up_to_what_was_traded(content):
    trace = turnover_chart(content.series).traces[0]
    assert sum(trace["y"]) == pytest.approx(float(content.series.turnover.sum()))
    assert trace["x"][0] == "1990-01"


def test_turnover_of_a_short_period_is_shown_by_day():
    chart = turnover_chart(series_of([1.0, 1.0, 1.0], turnover=np.array([0.1, np.nan, 0.3])))
    assert chart.traces[0]["x"] == ["2024-01-02", "2024-01-03", "2024-01-04"]
    assert chart.traces[0]["y"] == [0.1, 0.0, 0.3]
    assert chart.words.endswith("by day: 30.0\u00a0% at most, in 2024-01-04.")


def test_months_are_summed_at_their_turn():
    instants = np.array([instant_of(d) for d in ("2024-01-31", "2024-02-01", "2024-02-29", "2024-04-01")])
    names, starts, ends, totals = by_calendar(instants, np.array([1.0, 2.0, 4.0, 8.0]), "M")
    assert names == ["2024-01", "2024-02", "2024-04"]
    assert totals.tolist() == [1.0, 6.0, 8.0]
    assert starts[1] == instant_of("2024-02-01")
    assert ends[1] == instant_of("2024-03-01")


def test_columns_are_shared_and_dated_once(content):
    columns = shared_columns(content.series)
    assert set(columns) == {
        "when", "equity_usd", "benchmark_usd", "drawdown", "benchmark_drawdown", "gross", "net",
    }  # fmt: skip
    assert columns["when"][0] == "1990-01-02"
    assert {len(column) for column in columns.values()} == {len(content.series.instants)}


def test_every_trace_over_time_finds_its_columns(content):
    columns = shared_columns(content.series)
    for make in (equity_chart, drawdown_chart, exposure_chart):
        for trace in make(content.series).traces:
            assert trace["x"].removeprefix("@") in columns
            assert trace["y"].removeprefix("@") in columns


def test_bars_within_a_day_are_told_apart_by_their_time():
    instants = instant_of("2024-01-02T15:30:00") + np.arange(3, dtype=np.int64) * 3600 * NS_PER_SECOND
    series = Series(instants, np.ones(3))
    assert has_intraday_bars(instants)
    assert shared_columns(series)["when"] == ["2024-01-02T15:30", "2024-01-02T16:30", "2024-01-02T17:30"]


def test_a_very_long_series_is_thinned_and_the_page_says_so(sized):
    series = sized(60_000, 5).series
    rows = drawn_rows(series)
    assert len(rows) <= MOST_ROWS
    assert f"{len(rows):,} of 60,000 bars" in equity_chart(series).words
    assert len(shared_columns(series)["when"]) == len(rows)


def test_axes_write_billions_as_people_do(content):
    assert equity_chart(content.series).layout["yaxis"]["exponentformat"] == "B"
    static = equity_chart(series_of([1e9, 4e9])).static
    assert "$2B" in static


def test_a_series_that_fits_is_drawn_whole_and_nothing_is_said(content):
    assert len(drawn_rows(content.series)) == len(content.series.instants)
    assert " bars" not in equity_chart(content.series).words


def test_gaps_reach_the_script_as_gaps():
    assert numbers(np.array([1.0, math.nan, math.inf, 2.123456789])) == [1.0, None, None, 2.123457]


def test_chart_text_cannot_become_the_library_s_markup():
    assert plot_text('<a href="javascript:x">&amp;') == '&lt;a href="javascript:x"&gt;&amp;amp;'


def test_everything_the_script_gets_is_json(content):
    for make in CHARTS:
        json.dumps(make(content.series).drawing, allow_nan=False)
    json.dumps(profit_chart(content.trades).drawing, allow_nan=False)


def test_profits_count_every_round_trip(content):
    trace = profit_chart(content.trades).traces[0]
    assert sum(trace["y"]) == len(content.trades)


def test_profits_are_marked_in_dollars_with_the_sign_in_front(content):
    axis = profit_chart(content.trades).layout["xaxis"]
    assert axis["ticktext"][list(axis["tickvals"]).index(0.0)] == "$0"
    assert all("$−" not in words for words in axis["ticktext"])


def test_profits_say_how_many_made_money(content):
    won = sum(trade.pnl_usd > 0 for trade in content.trades)
    assert profit_chart(content.trades).words.startswith(f"{won:,} of 1,500 round trips made money.")


@pytest.mark.parametrize("trades", [None, ()])
def test_no_trade_is_said_in_words(trades):
    assert "no finished round trip" in profit_chart(trades).missing


def test_trades_without_a_known_profit_are_not_drawn(content):
    unknown = replace(content.trades[0], pnl_usd=math.nan)
    assert profit_chart((unknown,)).missing


@given(st.lists(st.floats(-1e7, 1e7, allow_subnormal=False), min_size=1, max_size=200))
def test_a_histogram_loses_nobody_and_parts_losses_from_gains_at_zero(values):
    known = np.array([value if abs(value) > 1e-3 else 0.0 for value in values])
    edges, counts = spread(known)
    assert counts.sum() == len(known)
    assert np.any(np.abs(edges) < 1e-9)
    assert counts[edges[:-1] < -1e-9].sum() == (known < 0).sum()
