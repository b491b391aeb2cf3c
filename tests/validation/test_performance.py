"""Growth, risk and reward of an account whose numbers can be worked out by hand."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from return_families import normal

from tradewright.validation.bootstrap import BootstrapOptions, resampling
from tradewright.validation.performance import (
    Period,
    bar_returns,
    bars_per_year,
    cash_returns,
    deepest_drawdown,
    depth_figures,
    drawdown_series,
    growth_figure,
    hit_rate_figure,
    measure,
    monthly_returns,
    period_of,
    sharpe_figure,
    sortino_figure,
    volatility_figure,
    yearly_returns,
)
from tradewright.values.instant import NS_PER_DAY, instant_of

OPTIONS = BootstrapOptions(seed=1, draws=200)


def days(count: int, first: str = "2020-01-01", step: int = 1) -> np.ndarray:
    return instant_of(first) + np.arange(count, dtype=np.int64) * step * NS_PER_DAY


def weekdays(count: int) -> np.ndarray:
    every = np.arange(2 * count)
    working = every[(every % 7) < 5][:count]
    return instant_of("2018-01-01") + working.astype(np.int64) * NS_PER_DAY


def account(equity, rate: float = 0.0) -> Period:
    values = np.asarray(equity, dtype=np.float64)
    return period_of(weekdays(len(values)), values, rate)


def long_account(bars: int = 600, seed: int = 3, drift: float = 0.0005) -> Period:
    return account(100.0 * np.cumprod(1.0 + 0.01 * normal(1, bars, seed)[0] + drift), 0.02)


# Returns and frequency


def test_a_return_is_what_was_earned_on_the_equity_before():
    np.testing.assert_allclose(bar_returns(np.array([100.0, 110.0, 99.0])), [0.1, -0.1])


def test_nothing_is_earned_on_nothing():
    returns = bar_returns(np.array([100.0, 0.0, 50.0, -10.0, 5.0]))
    assert returns[0] == -1.0
    assert np.isnan(returns[1])
    assert np.isnan(returns[3])


def test_cash_earns_by_the_calendar_so_a_weekend_earns_three_days():
    found = cash_returns(np.array([0, 1, 4, 5]) * NS_PER_DAY, 0.0365)
    np.testing.assert_allclose(found, [0.0001, 0.0003, 0.0001])


def test_daily_sessions_count_252_to_the_year():
    assert bars_per_year(days(2 * 252, step=1)[::1]) == 365.0
    sessions = np.linspace(0, 10 * 365.25, 2521).astype(np.int64) * NS_PER_DAY
    assert bars_per_year(sessions) == 252.0


def test_weekly_and_monthly_bars_are_recognised():
    assert bars_per_year(days(300, step=7)) == 52.0
    months = np.arange("2000-01", "2020-01", dtype="datetime64[M]").astype("datetime64[ns]").astype(np.int64)
    assert bars_per_year(months) == 12.0


def test_an_odd_frequency_is_measured():
    # Seven hourly bars a session.
    hourly = np.linspace(0, 10 * 365.25 * NS_PER_DAY, 10 * 1764 + 1).astype(np.int64)
    assert bars_per_year(hourly) == pytest.approx(1764.0)


def test_a_single_bar_has_the_customary_year():
    assert bars_per_year(days(1)) == 252.0


# Drawdown


def test_the_deepest_fall_is_found_with_its_dates():
    instants = days(7)
    found = deepest_drawdown(np.array([100.0, 120.0, 90.0, 110.0, 60.0, 125.0, 110.0]), instants)
    assert found.depth == pytest.approx(0.5)
    assert (found.peak_at, found.trough_at, found.recovered_at) == (instants[1], instants[4], instants[5])


def test_a_fall_that_never_recovered_says_so():
    assert deepest_drawdown(np.array([100.0, 50.0, 75.0]), days(3)).recovered_at is None


@pytest.mark.parametrize("equity", [[100.0], [], [100.0, 101.0, 102.0], [100.0, math.nan, 50.0]])
def test_an_account_that_never_fell_or_is_unknown_has_no_drawdown(equity):
    assert deepest_drawdown(np.array(equity), days(len(equity))) is None


@given(st.lists(st.floats(1.0, 1e6), min_size=1, max_size=60))
def test_drawdowns_are_zero_or_less_and_zero_at_each_new_peak(equity):
    values = np.array(equity)
    falls = drawdown_series(values)
    assert (falls <= 0.0).all() and (falls >= -1.0).all()
    assert (falls[values == np.maximum.accumulate(values)] == 0.0).all()


@given(st.lists(st.floats(1.0, 1e6), min_size=3, max_size=60))
def test_the_figure_and_the_dated_drawdown_agree(equity):
    period, dated = account(equity), deepest_drawdown(np.array(equity), weekdays(len(equity)))
    depth = dated.depth if dated else 0.0
    assert depth_figures(period, None)[0].value == pytest.approx(depth, abs=1e-9)


# Calendar


def test_months_compound_and_name_their_bars():
    instants = np.array([instant_of(day) for day in ("2020-01-30", "2020-01-31", "2020-02-03", "2020-02-28")])
    found = monthly_returns(instants, np.array([0.1, 0.2, -0.5]))
    assert [(one.year, one.month, one.bars) for one in found] == [(2020, 1, 1), (2020, 2, 2)]
    assert [one.value for one in found] == pytest.approx([0.1, -0.4])


def test_years_compound_their_months():
    instants = np.array([instant_of(day) for day in ("2019-12-30", "2019-12-31", "2020-01-02", "2020-06-30")])
    found = yearly_returns(monthly_returns(instants, np.array([0.1, 0.2, 0.5])))
    assert dict(found) == pytest.approx({2019: 0.1, 2020: 0.8})


def test_no_returns_make_no_months():
    assert monthly_returns(days(1), np.zeros(0)) == ()


def test_all_months_together_are_the_whole_period():
    period = long_account()
    months = monthly_returns(period.instants, period.returns)
    assert sum(one.bars for one in months) == len(period.returns)
    assert np.prod([1 + one.value for one in months]) == pytest.approx(np.prod(1 + period.returns))


# Figures


def test_growth_doubles_in_a_year_when_the_account_doubled_in_a_year():
    instants = np.array([instant_of("2020-01-01"), instant_of("2020-07-01"), instant_of("2021-01-01")])
    period = period_of(instants, np.array([100.0, 150.0, 200.0]), 0.0)
    assert growth_figure(period, None).value == pytest.approx(1.0, abs=0.01)


def test_volatility_is_the_deviation_times_the_root_of_the_year():
    period = long_account()
    expected = np.std(period.returns) * math.sqrt(period.bars_per_year)
    assert volatility_figure(period, None).value == pytest.approx(expected)


def test_sharpe_is_over_cash():
    period = long_account()
    excess = period.returns - period.cash
    expected = excess.mean() / excess.std(ddof=1) * math.sqrt(period.bars_per_year)
    assert sharpe_figure(period, None).value == pytest.approx(expected)


def test_sortino_divides_by_losing_bars_alone():
    period = long_account()
    low = math.sqrt(np.mean(np.minimum(period.excess, 0.0) ** 2))
    expected = period.excess.mean() / low * math.sqrt(period.bars_per_year)
    assert sortino_figure(period, None).value == pytest.approx(expected)


def test_sortino_without_a_losing_bar_is_not_evaluated():
    assert not sortino_figure(account([100.0, 101.0, 103.0, 104.0]), None).is_evaluated


def test_the_rounding_of_an_idle_account_is_no_risk_and_makes_no_ratio():
    # Cash that earns exactly its rate, booked in dollars: what is left of the excess is rounding.
    instants = weekdays(500)
    equity = 1e6 * np.cumprod(np.concatenate([[1.0], 1.0 + cash_returns(instants, 0.02)]))
    period = period_of(instants, equity, 0.02)
    assert np.any(period.excess != 0.0)
    for found in (sharpe_figure(period, None), sortino_figure(period, None)):
        assert not found.is_evaluated


def test_calmar_is_growth_over_the_deepest_fall():
    period = long_account()
    deepest, calmar = depth_figures(period, None)
    assert calmar.value == pytest.approx(growth_figure(period, None).value / deepest.value)


def test_an_account_that_lost_all_of_it_twice_has_no_calmar_ratio():
    instants = days(200)
    returns = np.full(199, 0.001)
    returns[[50, 100]] = -1.5
    deepest, calmar = depth_figures(Period(instants, returns, np.zeros(199), 252.0), None)
    assert deepest.value > 1.0
    assert calmar.value is None


def test_a_short_record_has_a_drawdown_and_no_calmar_ratio():
    deepest, calmar = depth_figures(account([100.0, 90.0, 95.0]), None)
    assert deepest.value == pytest.approx(0.1)
    assert "needs at least 0.25 years" in calmar.reason


def test_hit_rate_counts_bars_that_moved():
    found = hit_rate_figure(account([100.0, 101.0, 101.0, 100.0, 102.0]), None)
    assert (found.value, found.sample) == (pytest.approx(2 / 3), 3)


def test_interest_on_idle_cash_is_no_hit():
    """Half the bars in cash at 5 %, the others lose: none of them gained."""
    instants = days(41)
    cash = cash_returns(instants, 0.05)
    returns = np.where(np.arange(40) % 2 == 0, cash, -0.01)
    equity = 100.0 * np.cumprod(np.concatenate([[1.0], 1.0 + returns]))
    found = hit_rate_figure(period_of(instants, equity, 0.05), None)
    assert (found.value, found.sample) == (0.0, 20)


def test_a_ruined_account_has_no_hit_rate():
    found = hit_rate_figure(account([100.0, 120.0, 90.0, -5.0, -5.0, -5.0]), None)
    assert "ruined" in found.reason


def test_an_idle_account_has_no_hit_rate():
    assert "hardly any bar" in hit_rate_figure(account([100.0] * 50), None).reason


def test_every_figure_of_a_long_record_has_an_interval_around_it_and_a_sample():
    period = long_account()
    for found in measure(period, OPTIONS, "all"):
        assert found.is_evaluated
        assert found.sample > 0
        assert found.interval.low <= found.interval.high


def test_the_order_of_bars_matters_to_the_drawdown_and_not_to_the_sharpe_ratio():
    period = long_account()
    reordered = Period(period.instants, np.sort(period.returns), np.zeros(599), period.bars_per_year)
    plain = Period(period.instants, period.returns, np.zeros(599), period.bars_per_year)
    assert sharpe_figure(reordered, None).value == pytest.approx(sharpe_figure(plain, None).value)
    assert depth_figures(reordered, None)[0].value > depth_figures(plain, None)[0].value


def test_measuring_twice_gives_the_same_bits():
    assert measure(long_account(), OPTIONS, "key") == measure(long_account(), OPTIONS, "key")


@pytest.mark.parametrize("equity", [[], [100.0], [100.0, 100.0]], ids=["empty", "one bar", "two bars"])
def test_a_record_too_short_gives_reasons_instead_of_numbers(equity):
    values = np.array(equity)
    instants = days(max(len(values), 1))[: max(len(values), 1)]
    period = Period(
        instants,
        bar_returns(values) if len(values) > 1 else np.zeros(0),
        np.zeros(max(len(values) - 1, 0)),
        252.0,
    )
    for found in measure(period, OPTIONS, "short"):
        assert not found.is_evaluated or found.name == "Maximum drawdown"
        assert found.reason or found.value == 0.0


def test_a_ruined_account_gives_reasons_instead_of_numbers():
    period = account(np.concatenate([np.linspace(100, 0, 100), np.zeros(100)]))
    assert not sharpe_figure(period, resampling(period.excess, OPTIONS)).is_evaluated
    assert "ruined" in growth_figure(period, None).reason
    assert not volatility_figure(period, None).is_evaluated


def test_a_total_loss_on_the_last_bar_is_a_drawdown_of_everything():
    assert depth_figures(account([100.0, 120.0, 0.0]), None)[0].value == pytest.approx(1.0)
