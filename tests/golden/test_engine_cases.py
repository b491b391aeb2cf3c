"""The three engine cases of the oracles: cash flows published for another engine, met within one cent.

Each scales prices as that engine did (it adjusts for later dividends and splits); the cash flow is what is
compared, not that engine's way to it.
"""

import numpy as np
import pytest
from bars import actions_of, frame_of, panel_of, row_of
from drivers import DRIVERS
from markets import profile, wishes

from tradewright.kernel.session import Session
from tradewright.values.panel import SPLIT
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

CENT = 0.01
BROKER = profile(commission_per_share_usd=0.005, commission_minimum_usd=1.0)
WHOLE = AccountOptions(capital_usd=100_000.0)
PARTS = AccountOptions(capital_usd=100_000.0, fractional=True)

DAILY_SCALE = 0.8646266
STOP_SCALE = 0.996736
SPLIT_SCALE = 0.9011818 * 0.25


def hold(panel, account, shares, decided):
    """Hold this many shares from the bar after `decided` to the end."""
    session = Session(panel, account, BROKER)
    session.advance(decided)
    session.intend_shares(np.array([shares]))
    session.advance(len(panel.instants) - 1)
    return session.finish()


@pytest.fixture(scope="module")
def daily(market_dir):
    frame = frame_of(market_dir, "daily", "SPY", "2013-10-08", "2013-10-17")
    return panel_of(frame, "SPY", DAILY_SCALE)


def test_daily_case_ends_with_104_486_22_dollars(daily):
    outcome = hold(daily, WHOLE, 697.0, decided=0)
    assert outcome.equity_usd[-1] == pytest.approx(104_486.22, abs=CENT)


def test_daily_case_buys_697_shares_at_the_next_open(daily):
    fill = hold(daily, WHOLE, 697.0, decided=0).fills[0]
    assert fill["row"] == 1
    assert fill["qty"] == 697.0
    assert fill["price"] == pytest.approx(165.82 * DAILY_SCALE, rel=1e-12)


def test_daily_case_pays_half_a_cent_a_share(daily):
    fill = hold(daily, WHOLE, 697.0, decided=0).fills[0]
    assert fill["commission_usd"] == pytest.approx(3.485, abs=1e-9)


def test_daily_case_is_marked_at_the_last_close(daily):
    outcome = hold(daily, WHOLE, 697.0, decided=0)
    assert outcome.long_usd[-1] == pytest.approx(697.0 * 173.27 * DAILY_SCALE, rel=1e-12)


@pytest.mark.parametrize("driver", sorted(DRIVERS))
def test_daily_case_comes_out_of_a_weight_as_well(daily, driver):
    # 99.75 % of 100,000 dollars buys 697.17 shares at the close of the decision.
    outcome = DRIVERS[driver](daily, wishes({0: 0.9975}), WHOLE, BROKER)
    assert outcome.fills["qty"].tolist() == [697.0]
    assert outcome.equity_usd[-1] == pytest.approx(104_486.22, abs=CENT)


@pytest.fixture(scope="module")
def hourly(market_dir):
    frame = frame_of(market_dir, "hourly", "SPY", "2021-03-01 11:00", "2021-03-03 15:00")
    return panel_of(frame, "SPY", STOP_SCALE)


def test_stop_case_ends_with_99_991_05_dollars(hourly):
    outcome = hold(hourly, WHOLE, 1.0, decided=0)
    assert outcome.equity_usd[-1] == pytest.approx(99_991.05, abs=CENT)


def test_stop_case_fills_at_the_open_of_the_next_hour(hourly):
    fill = hold(hourly, WHOLE, 1.0, decided=0).fills[0]
    assert fill["reference"] == pytest.approx(389.395 * STOP_SCALE, rel=1e-12)
    assert fill["commission_usd"] == 1.0


def test_stop_case_is_marked_at_the_last_close(hourly):
    outcome = hold(hourly, WHOLE, 1.0, decided=0)
    assert outcome.long_usd[-1] == pytest.approx(381.42 * STOP_SCALE, rel=1e-12)


@pytest.fixture(scope="module")
def apple(market_dir):
    """Hours of AAPL over its 7:1 split; the decision is the hour before the open at 7 x 92.31."""
    frame = frame_of(market_dir, "hourly", "AAPL", "2014-06-04 12:00", "2014-06-09 12:00")
    actions = actions_of(market_dir, "AAPL", frame)
    return frame, panel_of(frame, "AAPL", SPLIT_SCALE, actions)


def test_split_case_ends_with_99_999_31_dollars(apple):
    # One share of the new kind is a seventh of the old one, bought before the split at seven times 92.31.
    _, panel = apple
    outcome = hold(panel, PARTS, 1.0 / 7.0, decided=0)
    assert outcome.fills["reference"][0] / SPLIT_SCALE / 7.0 == pytest.approx(92.31, abs=0.005)
    assert outcome.equity_usd[-1] == pytest.approx(99_999.31, abs=CENT)


def test_split_case_holds_one_share_after_the_split(apple):
    frame, panel = apple
    split_row = row_of(frame, "2014-06-09 09:00")
    assert panel.actions["row"].tolist() == [split_row]
    assert panel.actions["kind"].tolist() == [SPLIT]
    outcome = hold(panel, PARTS, 1.0 / 7.0, decided=0)
    assert outcome.positions[0] == pytest.approx(1.0, rel=1e-6)


def test_split_case_is_marked_at_93_70(apple):
    _, panel = apple
    outcome = hold(panel, PARTS, 1.0 / 7.0, decided=0)
    assert outcome.long_usd[-1] == pytest.approx(93.70 * SPLIT_SCALE, rel=1e-6)


def test_split_case_has_no_jump_where_the_split_falls(apple):
    frame, panel = apple
    split_row = row_of(frame, "2014-06-09 09:00")
    outcome = hold(panel, PARTS, 1.0 / 7.0, decided=0)
    jump = abs(outcome.long_usd[split_row] / outcome.long_usd[split_row - 1] - 1.0)
    assert jump < 0.01


def test_split_case_in_whole_shares_makes_seven_of_one(apple):
    # The ratio on file is 6.999997: six whole shares and a fraction that is paid out at the new price.
    _, panel = apple
    outcome = hold(panel, WHOLE, 1.0, decided=0)
    assert outcome.positions.tolist() == [6.0]
    lieu = outcome.flows["amount_usd"].sum()
    assert lieu == pytest.approx(0.999997 * 645.57 * SPLIT_SCALE / 6.999997, rel=1e-9)


def test_split_case_without_its_split_on_file_would_lose_six_sevenths(apple):
    frame, panel = apple
    blind = panel_of(frame, "AAPL", SPLIT_SCALE)
    told, untold = hold(panel, PARTS, 1.0, decided=0), hold(blind, PARTS, 1.0, decided=0)
    assert untold.long_usd[-1] == pytest.approx(told.long_usd[-1] / 6.999997, rel=1e-9)
