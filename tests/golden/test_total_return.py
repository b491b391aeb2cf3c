"""AAPL from 1998 to 2021: raw prices with actions booked against prices adjusted as of the end."""

import numpy as np
import pytest
from bars import actions_of, frame_of, panel_of
from markets import FREE

from tradewright.data.adjustments import adjusted_closes, growth_index, held_value
from tradewright.kernel.session import Session
from tradewright.values.panel import DIVIDEND, SPLIT, panel_of_closes
from tradewright.values.profile import AccountOptions

pytestmark = pytest.mark.market

CAPITAL = 100_000.0
ACCOUNT = AccountOptions(capital_usd=CAPITAL, fractional=True)
SYMBOLS = ("AAPL", "SPY", "IBM", "IWM")


def closes_of(market_dir, symbol):
    """Closes alone with every action on file, so that money can be put to work at a close."""
    frame = frame_of(market_dir, "daily", symbol, "1998-01-02", "2021-03-31")
    panel = panel_of(frame, symbol, 1.0, actions_of(market_dir, symbol, frame))
    bare = panel_of_closes(panel.instants, panel.symbols, panel.close)
    return type(panel)(
        bare.instants, bare.opens_at, bare.symbols, bare.open, bare.high, bare.low, bare.close, bare.volume,
        panel.actions.copy(),
    )  # fmt: skip


@pytest.fixture(scope="module", params=SYMBOLS)
def panel(request, market_dir):
    return closes_of(market_dir, request.param)


@pytest.fixture(scope="module")
def apple(market_dir):
    return closes_of(market_dir, "AAPL")


def reinvested(panel):
    """Hold the whole account in the instrument and put each dividend back at the close of its day."""
    growth = growth_index(panel)
    units = growth[:, 0] / panel.close[:, 0]
    dividends = panel.actions[panel.actions["kind"] == DIVIDEND]["row"].tolist()
    scale = CAPITAL / panel.close[1, 0] / units[1]
    session = Session(panel, ACCOUNT, FREE)
    session.advance(0)
    session.intend_shares(np.array([scale * units[1]]))
    for row in dividends:
        if row > 2:
            session.advance(row - 1)
            session.intend_shares(np.array([scale * units[row]]))
    session.advance(len(panel.instants) - 1)
    return session.finish(), growth[:, 0]


def test_apple_has_splits_and_dividends_on_file(apple):
    assert (apple.actions["kind"] == SPLIT).sum() == 4
    assert (apple.actions["kind"] == DIVIDEND).sum() > 30


def test_total_return_booked_raw_equals_the_adjusted_view_to_a_millionth(panel):
    outcome, growth = reinvested(panel)
    booked = outcome.equity_usd[-1] / outcome.equity_usd[1]
    assert booked == pytest.approx(growth[-1] / growth[1], rel=1e-6)


def test_total_return_agrees_with_the_as_of_adjusted_closes(panel):
    outcome, _ = reinvested(panel)
    adjusted = adjusted_closes(panel, len(panel.instants) - 1)[:, 0]
    assert outcome.equity_usd[-1] / outcome.equity_usd[1] == pytest.approx(
        adjusted[-1] / adjusted[1], rel=1e-6
    )


def test_total_return_agrees_at_every_single_row(panel):
    outcome, growth = reinvested(panel)
    booked = outcome.equity_usd[1:] / outcome.equity_usd[1]
    assert booked == pytest.approx(growth[1:] / growth[1], rel=1e-6)


def test_dividends_kept_as_cash_agree_with_the_held_value(apple):
    session = Session(apple, ACCOUNT, FREE)
    session.advance(0)
    session.intend_shares(np.array([100.0]))
    session.advance(len(apple.instants) - 1)
    outcome = session.finish()
    gained = (outcome.equity_usd - CAPITAL) / 100.0
    worth = held_value(apple)[:, 0]
    assert gained[1:] == pytest.approx(worth[1:] - worth[1], rel=1e-6, abs=1e-9)


def test_raw_prices_without_actions_would_tell_another_story(apple):
    _, growth = reinvested(apple)
    raw = apple.close[-1, 0] / apple.close[1, 0]
    assert growth[-1] / growth[1] > 50.0 * raw


def test_every_split_leaves_wealth_where_it_was(apple):
    outcome, _ = reinvested(apple)
    for action in apple.actions[apple.actions["kind"] == SPLIT]:
        row = int(action["row"])
        price_move = apple.close[row, 0] * action["value"] / apple.close[row - 1, 0]
        wealth_move = outcome.equity_usd[row] / outcome.equity_usd[row - 1]
        assert wealth_move == pytest.approx(price_move, rel=1e-9)
