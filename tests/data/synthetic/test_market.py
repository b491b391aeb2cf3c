"""The published path: what a trader sees of it agrees with what the model did."""

from dataclasses import replace

import numpy as np
import pytest

from tradewright.data.adjustments import growth_index
from tradewright.data.synthetic.market import Market, simulate
from tradewright.data.synthetic.options import SyntheticOptions
from tradewright.data.synthetic.portfolios import DEFINITIONS
from tradewright.data.synthetic.truth import BURN_IN
from tradewright.values.panel import Panel, action_dtype

SESSIONS = 900
MONTHS = np.arange(20, SESSIONS, 21)
OPTIONS = SyntheticOptions(
    seed=11, names=20, edge="momentum", edge_sharpe=1.0, split_above_usd=90.0, delisting_rate=0.05,
    late_share=0.2, missing_share=0.002,
)  # fmt: skip
PLAIN = replace(OPTIONS, edge="none", edge_sharpe=0.0)
COLUMNS = ("open", "high", "low", "close", "volume")


@pytest.fixture(scope="module")
def market() -> Market:
    return simulate(OPTIONS, SESSIONS, MONTHS)


@pytest.fixture(scope="module")
def plain() -> Market:
    return simulate(PLAIN, SESSIONS, MONTHS)


def panel_of(market: Market) -> Panel:
    """The published path as the catalogue would hand it out, delistings aside."""
    rows = [(event.row, event.name, event.kind, event.value) for event in market.events]
    actions = np.array(sorted(rows), dtype=action_dtype)
    instants = np.arange(SESSIONS, dtype=np.int64)
    symbols = tuple(str(name) for name in range(market.stage.options.names))
    columns = [np.ascontiguousarray(getattr(market.bars, column)) for column in COLUMNS]
    return Panel(instants, instants.copy(), symbols, *columns, actions)


def same_bars(first: Market, second: Market, names: int = 20, sessions: int = SESSIONS) -> bool:
    """Bit for bit, over the first names and sessions."""
    return all(
        np.array_equal(
            getattr(first.bars, c)[:sessions, :names],
            getattr(second.bars, c)[:sessions, :names],
            equal_nan=True,
        )
        for c in COLUMNS
    )


def test_the_same_options_make_the_same_market_to_the_last_bit(market: Market):
    again = simulate(OPTIONS, SESSIONS, MONTHS)
    assert same_bars(market, again)
    assert again.truth == market.truth
    assert again.events == market.events


def test_another_seed_makes_another_market(plain: Market):
    other = simulate(replace(PLAIN, seed=12), SESSIONS, MONTHS)
    assert not same_bars(plain, other)


def test_one_more_name_leaves_the_others_prices_as_they_are(plain: Market):
    more = simulate(replace(PLAIN, names=21), SESSIONS, MONTHS)
    assert same_bars(plain, more)


def test_a_longer_market_begins_with_the_shorter_one(plain: Market):
    options = replace(PLAIN, late_share=0.0)
    short, long = simulate(options, SESSIONS, MONTHS), simulate(options, SESSIONS + 200, MONTHS)
    assert same_bars(short, long)


@pytest.mark.parametrize(
    ("option", "value"), [("missing_share", 0.0), ("delisting_rate", 0.0), ("late_share", 0.0)]
)
def test_another_option_does_not_shift_the_draws_of_the_rest(plain: Market, option: str, value: float):
    other = simulate(replace(PLAIN, **{option: value}), SESSIONS, MONTHS)
    assert np.array_equal(plain.returns, other.returns)
    lives = (plain.stage.schedule, other.stage.schedule)
    kept = (lives[0].first_row == lives[1].first_row) & (lives[0].last_row == lives[1].last_row)
    both = ~np.isnan(plain.bars.close) & ~np.isnan(other.bars.close) & kept
    assert kept.sum() >= 10
    assert both.sum() > 0.9 * kept.sum() * SESSIONS * 0.9
    for column in COLUMNS:
        assert np.array_equal(getattr(plain.bars, column)[both], getattr(other.bars, column)[both]), column


def test_bars_are_in_bounds_and_exist_exactly_where_a_name_is_listed_or_missing(market: Market):
    bars, listed = market.bars, market.stage.schedule.listed()
    shown = ~np.isnan(bars.close)
    for column in COLUMNS:
        assert np.array_equal(~np.isnan(getattr(bars, column)), shown), column
    assert not (shown & ~listed).any()
    assert shown.sum() > 0.99 * listed.sum()
    assert np.all(bars.low[shown] <= np.minimum(bars.open, bars.close)[shown])
    assert np.all(bars.high[shown] >= np.maximum(bars.open, bars.close)[shown])


def test_raw_prices_with_their_actions_grow_as_the_model_did(market: Market):
    growth = growth_index(panel_of(market))
    for name in range(20):
        known = np.flatnonzero(~np.isnan(market.bars.close[:, name]))
        first, last = known[0], known[-1]
        seen = growth[last, name] / growth[first, name]
        true = np.prod(1.0 + market.returns[BURN_IN + first + 1 : BURN_IN + last + 1, name])
        # Cents of rounding at both ends and where dividends are reinvested.
        assert seen == pytest.approx(true, rel=0.01)


def test_whoever_has_only_the_bars_sees_the_score_the_edge_pays_for(market: Market):
    growth = growth_index(panel_of(market))
    for row in range(300, SESSIONS, 100):
        complete = ~np.isnan(growth[row - 252]) & market.stage.schedule.listed()[row]
        seen = np.argsort(np.argsort((growth[row - 21] / growth[row - 252])[complete]))
        told = np.argsort(np.argsort(market.scores[BURN_IN + row][complete]))
        assert complete.sum() >= 10
        assert np.corrcoef(seen, told)[0, 1] > 0.99


def test_holders_of_a_delisted_name_lose_what_is_not_recovered(market: Market):
    lives = market.stage.schedule
    held = market.holders_returns()
    gone = np.flatnonzero(lives.delisted)
    assert len(gone) >= 1
    for name in gone:
        assert held[lives.last_row[name] + 1, name] == pytest.approx(lives.recovery[name] - 1.0)
        assert np.array_equal(
            held[: lives.last_row[name] + 1, name], market.returns[BURN_IN:][: lives.last_row[name] + 1, name]
        )


@pytest.mark.parametrize("portfolio", DEFINITIONS)
def test_a_portfolio_earns_once_a_session(market: Market, portfolio: str):
    earned = market.portfolio_returns(portfolio)
    assert earned.shape == (SESSIONS,)
    assert market.path_sharpe(portfolio) == pytest.approx(earned.mean() / earned.std() * 252**0.5)


def test_equal_weight_earns_the_mean_of_what_holders_earn(market: Market):
    listed = market.stage.schedule.listed()
    expected = [market.holders_returns()[row, listed[row - 1]].mean() for row in range(1, SESSIONS)]
    assert market.portfolio_returns("equal_weight")[1:] == pytest.approx(expected)


def test_published_returns_cluster_and_have_fat_tails_but_no_memory(plain: Market):
    returns = plain.returns[BURN_IN:] - plain.returns[BURN_IN:].mean(axis=0)
    scaled = returns / returns.std(axis=0)
    squares = scaled**2 - 1.0
    pairs = scaled[1:] * scaled[:-1]
    # Names share the market, so their mean has fewer independent terms than names times sessions.
    error = pairs.mean(axis=1).std() / np.sqrt(SESSIONS - 1)
    assert abs(pairs.mean()) < 3.5 * error
    assert np.mean(squares[1:] * squares[:-1]) / np.mean(squares**2) > 0.04
    assert np.mean(scaled**4) > 4.0


def test_a_single_name_is_a_market_too():
    alone = simulate(SyntheticOptions(names=1, sectors=1), 120, np.array([20, 41]))
    assert alone.bars.close.shape == (120, 1)
    assert alone.truth.portfolios["reference"].sharpe == 0.0


def test_fewer_names_than_sectors_is_a_market_too():
    few = simulate(SyntheticOptions(names=3, sectors=6), 120, np.array([20, 41]))
    assert np.isfinite(few.truth.portfolios["equal_weight"].sharpe)
