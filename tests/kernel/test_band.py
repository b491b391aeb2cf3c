"""The band of a run: three readings of the same market and the same words."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import Traits, wishes
from order_drivers import FREE, ORDER_DRIVERS, RICH, bars, flat
from order_streams import draw_orders

from tradewright.kernel.band import band_of, band_of_paths, drawdown, leaves_open, other_paths
from tradewright.kernel.batch import simulate, simulate_orders
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Bracket, Order
from tradewright.values.reading import Band, Reading, Span

BRACKET = Bracket.around(Order.market("A", 10), 110.0, 95.0)


def decided(*said) -> Decisions:
    """Words alone, without weights."""
    return Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 1)), said)


def band(panel, decisions) -> Band:
    """The band of a cost-free account."""
    return band_of(panel, decisions, simulate(panel, decisions, RICH, FREE), RICH, FREE)


def test_stop_and_target_in_one_bar_make_a_band():
    found = band(bars([flat(), flat(), (100, 112, 91, 100)]), decided((0, BRACKET)))
    gain = [value - RICH.capital_usd for value in found.final_equity_usd.values]
    # Ten shares: half way from 95 to 91, then the stop's 95, then the target's 110.
    assert gain == pytest.approx([-70.0, -50.0, 100.0])
    assert found.sign_depends


def test_readings_traded_side_by_side_are_those_traded_one_after_the_other():
    draws = np.random.default_rng(3)
    close = 100.0 * np.exp(np.cumsum(draws.normal(0.0, 0.03, 200)))
    panel = bars([(price, price * 1.04, price * 0.96, price) for price in close])
    said = [(row, Bracket.around(Order.market("A", 10), 160.0, 60.0)) for row in (0, 50, 120)]
    side_by_side = other_paths(panel, no_decisions(1), instructions_of(panel, said), (RICH, FREE))
    assert list(side_by_side) == [Reading.PESSIMISTIC, Reading.OPTIMISTIC]
    for reading, path in side_by_side.items():
        alone = simulate_orders(panel, said, RICH, FREE, None, reading)
        assert path.tolist() == alone.equity_usd.tolist()


def test_where_nothing_is_open_the_band_is_a_point():
    found = band(bars([flat(), flat(), (100, 112, 97, 111)]), decided((0, BRACKET)))
    assert not found.final_equity_usd.is_open
    assert not found.sign_depends


def test_a_band_on_one_side_of_zero_leaves_the_sign_alone():
    rows = [flat(), flat(100), flat(108), (108, 112, 104, 106), flat(106)]
    stop = Bracket.around(Order.market("A", 10), 110.0, 105.0)
    found = band(bars(rows), decided((0, Bracket.around(Order.market("A", 10), 110.0, 90.0)), (1, stop)))
    assert not found.sign_depends or found.total_return.low < 0.0 < found.total_return.high


def test_target_weights_on_known_volumes_leave_nothing_open():
    panel = bars([flat(), flat(101), flat(99)])
    decisions = wishes({0: 1.0})
    assert not leaves_open(panel, decisions)
    assert (
        band(panel, decisions).final_equity_usd.values == (band(panel, decisions).final_equity_usd.base,) * 3
    )


def test_an_unknown_volume_leaves_target_weights_open():
    panel = bars([flat(), (101, 101, 101, 101, float("nan")), flat(120), flat(120)])
    decisions = wishes({0: 1.0})
    assert leaves_open(panel, decisions)
    found = band(panel, decisions).final_equity_usd
    assert found.optimistic > found.base == found.pessimistic


def test_a_series_without_any_volume_leaves_target_weights_closed():
    panel = bars([(100, 100, 100, 100, float("nan"))] * 3)
    assert not leaves_open(panel, wishes({0: 1.0}))


def test_each_figure_is_that_of_its_own_reading():
    stream = draw_orders(5, Traits(bars=60, assets=2), RICH, FREE)
    decisions = Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 2)), tuple(stream.said))
    found = band(stream.panel, decisions)
    for reading in Reading:
        outcome = ORDER_DRIVERS["batch"](*stream.all, None, reading)
        value = getattr(found.final_equity_usd, reading.name.lower())
        assert value == outcome.equity_usd[-1]
        assert getattr(found.total_return, reading.name.lower()) == value / RICH.capital_usd - 1.0
        fall = getattr(found.max_drawdown, reading.name.lower())
        assert fall == drawdown(outcome.equity_usd, RICH.capital_usd)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_low_and_high_hold_all_three(seed):
    stream = draw_orders(seed, Traits(bars=30, assets=1), RICH, FREE)
    decisions = Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 1)), tuple(stream.said))
    found = band(stream.panel, decisions)
    for span in (found.final_equity_usd, found.total_return, found.max_drawdown):
        assert span.low <= min(span.values) <= max(span.values) <= span.high
        assert span.is_open == (len(set(span.values)) > 1)


@pytest.mark.parametrize(
    ("equity", "fall"),
    [([100.0, 110.0, 120.0], 0.0), ([100.0, 50.0, 120.0], 0.5), ([80.0, 120.0, 90.0], 0.25), ([], 0.0)],
)
def test_the_drawdown_counts_the_capital_as_the_first_peak(equity, fall):
    assert drawdown(np.array(equity), 100.0) == pytest.approx(fall)


def test_no_bars_are_no_gain():
    found = band_of_paths({reading: np.zeros(0) for reading in Reading}, 1_000.0)
    assert found.final_equity_usd == Span(1_000.0, 1_000.0, 1_000.0)
    assert found.total_return == Span(0.0, 0.0, 0.0)


def test_a_summary_keeps_the_band_in_plain_numbers():
    found = band_of_paths({reading: np.array([100.0 + 10.0 * reading]) for reading in Reading}, 100.0)
    assert found.plain()["final_equity_usd"] == {"pessimistic": 90.0, "base": 100.0, "optimistic": 110.0}
    assert found.plain()["sign_depends"] is True
