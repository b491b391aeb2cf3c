"""Bars that could have been traded: in bounds, on ticks, busy when it moves, with gaps where asked for."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from tradewright.data.synthetic.bars import OVERNIGHT_SHARE, drawn_bars, on_tick, visible
from tradewright.data.synthetic.factors import characters
from tradewright.data.synthetic.listings import schedule
from tradewright.data.synthetic.options import SyntheticOptions

OPTIONS = SyntheticOptions(seed=9, names=8)


def drawn(sessions: int = 3000, vol: float = 0.02, start: float = 60.0):
    moves = np.random.default_rng(3).standard_normal((sessions, 8)) * vol
    closes = start * np.exp(np.cumsum(moves, axis=0))
    return closes, moves, drawn_bars(closes, moves, np.full(moves.shape, vol), characters(OPTIONS), OPTIONS)


@settings(max_examples=40, deadline=None)
@given(
    arrays(np.float64, (6, 8), elements=st.floats(-0.9, 1.2)),
    st.floats(0.001, 0.3),
    st.floats(0.0002, 3000.0),
)
def test_every_bar_is_in_bounds_and_positive(moves: np.ndarray, vol: float, start: float):
    closes = start * np.exp(np.cumsum(moves, axis=0))
    bars = drawn_bars(closes, moves, np.full(moves.shape, vol), characters(OPTIONS), OPTIONS)
    assert np.all(bars.low <= np.minimum(bars.open, bars.close))
    assert np.all(bars.high >= np.maximum(bars.open, bars.close))
    assert np.all(bars.low > 0)
    assert np.all(bars.volume >= 1)


@given(st.lists(st.floats(1e-5, 5000.0), min_size=2, max_size=20))
def test_ticks_never_turn_an_order_of_prices_around(prices: list[float]):
    rising = np.sort(np.array(prices))
    assert np.all(np.diff(on_tick(rising)) >= 0)


@given(st.floats(1.0, 5000.0))
def test_a_price_of_a_dollar_or_more_is_whole_cents(price: float):
    quoted = float(on_tick(np.array([price]))[0])
    assert quoted == round(quoted, 2)
    assert abs(quoted - price) < 0.00500001


@given(st.floats(1e-6, 0.9999))
def test_a_price_below_a_dollar_is_hundredths_of_a_cent_and_never_zero(price: float):
    quoted = float(on_tick(np.array([price]))[0])
    assert quoted == round(quoted, 4) > 0
    assert abs(quoted - price) <= 0.0001


def test_volume_is_whole_shares_heavy_tailed_and_larger_when_the_price_moves():
    _, moves, bars = drawn()
    assert np.array_equal(bars.volume, np.rint(bars.volume))
    logs = np.log(bars.volume)
    assert np.mean([np.corrcoef(np.abs(m), v)[0, 1] for m, v in zip(moves.T, logs.T, strict=True)]) > 0.2
    typical = np.median(bars.volume, axis=0)
    assert np.all(bars.volume.max(axis=0) > 5 * typical)


def test_dollars_traded_are_about_the_names_turnover():
    closes, _, bars = drawn(vol=float(characters(OPTIONS).session_vol(OPTIONS).mean()))
    traded = np.median(bars.volume * closes, axis=0)
    assert np.all(np.abs(np.log(traded / characters(OPTIONS).turnover_usd)) < 0.4)


def test_a_part_of_the_variance_happens_overnight():
    closes, _, bars = drawn()
    overnight = np.log(bars.open[1:] / closes[:-1])
    session = np.log(closes[1:] / bars.open[1:])
    share = overnight.var() / (overnight.var() + session.var())
    assert share == pytest.approx(OVERNIGHT_SHARE, abs=0.02)
    assert abs(np.corrcoef(overnight.ravel(), session.ravel())[0, 1]) < 0.03


def test_the_range_of_a_session_is_that_of_brownian_motion():
    _, _, bars = drawn(start=900.0)
    spread = np.log(bars.high / bars.low)
    variance = 0.02**2 * (1.0 - OVERNIGHT_SHARE)
    # Parkinson (1980): the mean squared range is 4 ln 2 variances; independent extremes give slightly less.
    assert np.mean(spread**2) == pytest.approx(4 * np.log(2) * variance, rel=0.06)


def test_missing_bars_are_as_many_as_asked_for_and_never_the_first_or_last_of_a_name():
    options = SyntheticOptions(seed=9, names=50, missing_share=0.05, delisting_rate=0.1, late_share=0.3)
    lives = schedule(options, 2520)
    shown = visible(options, lives)
    listed = lives.listed()
    assert not (shown & ~listed).any()
    assert 1.0 - shown.sum() / listed.sum() == pytest.approx(0.05, abs=0.004)
    names = np.arange(50)
    assert shown[lives.first_row, names].all()
    assert shown[lives.last_row, names].all()


def test_without_a_missing_share_every_listed_bar_is_there():
    options = SyntheticOptions(seed=9, names=50, missing_share=0.0)
    lives = schedule(options, 600)
    assert np.array_equal(visible(options, lives), lives.listed())


def test_a_longer_history_begins_with_the_same_bars():
    (_, _, short), (_, _, long) = drawn(500), drawn(900)
    for column in ("open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(short, column), getattr(long, column)[:500]), column
