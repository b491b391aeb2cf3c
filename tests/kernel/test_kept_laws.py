"""Laws that need no truth: kept balances in a changed world whose consequence is known before."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import DRIVERS, differences
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import WAYS, Traits, draw, kept_by, profile
from teller import kinds_of

from tradewright.data.currency import in_currency
from tradewright.values.currency import Quotes
from tradewright.values.decisions import Decisions
from tradewright.values.profile import AccountOptions

simulate = DRIVERS["batch"]
KEEPING = WAYS[1:]
BROAD = profile(half_spread_bps=3.0, commission_bps=1.0, conversion_bps=20.0, borrow_rate=0.1)
plain_accounts = st.builds(
    AccountOptions,
    capital_usd=st.sampled_from([1_000.0, 100_000.0]),
    max_gross=st.sampled_from([1.0, 3.0]),
    fractional=st.just(True),
    liquidate_at_end=st.booleans(),
    type=st.sampled_from(["unrestricted", "cash", "margin"]),
)
accounts = st.builds(kept_by, plain_accounts, st.sampled_from(KEEPING))
markets = st.builds(
    Traits,
    bars=st.integers(3, 30),
    assets=st.integers(1, 3),
    gaps=st.sampled_from([0.0, 0.2]),
    acts=st.integers(0, 4),
    pace=st.integers(1, 4),
    volume=st.sampled_from([300.0, 1e6]),
    abroad=st.just(True),
)
seeds = st.integers(0, 2**32 - 1)


def told_anew(panel, rate_of):
    """The market as it was read, with every rate changed, told once more in dollars."""
    rates = panel.rates if len(panel.rates) else np.ones(panel.shape)
    columns = {name: getattr(panel, name) / rates for name in ("open", "high", "low", "close")}
    facts, actions = panel.quotes.facts.copy(), panel.actions.copy()
    of_row = rates[actions["row"], actions["asset"]]
    actions["value"] = np.where(actions["kind"] == 2, actions["value"] / of_row, actions["value"])
    actions["cash_usd"] /= of_row
    facts["rate"] = [rate_of(fact) for fact in facts]
    return in_currency(
        replace(
            panel,
            **columns,
            actions=actions,
            rates=np.zeros((0, 0)),
            quotes=Quotes(panel.quotes.currencies, facts),
        ),
        "USD",
    )


@settings(max_examples=80, deadline=None)
@given(seeds, markets, plain_accounts, st.sampled_from(KEEPING))
def test_where_rates_stand_still_and_nothing_costs_kept_and_converted_are_one_account(
    seed, traits, plain, way
):
    free = profile(half_spread_bps=3.0, commission_bps=1.0)
    stream = draw(seed, traits, plain, free)
    still = told_anew(stream.panel, lambda fact: {"EUR": 1.25, "JPY": 0.01}.get(str(fact["of"]), 0.75))
    one = simulate(still, stream.decisions, plain, free)
    other = simulate(still, stream.decisions, replace(kept_by(plain, way), interest={}), free)
    assert other.equity_usd == pytest.approx(one.equity_usd, rel=1e-9, abs=1e-6)
    assert other.positions == pytest.approx(one.positions, rel=1e-6, abs=1e-6)
    assert not other.exchange_cost_usd.any()
    assert other.exchange_gain_usd == pytest.approx(np.zeros(len(other.equity_usd)), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(seeds, markets, accounts)
def test_another_unit_of_the_own_money_changes_nothing_but_the_unit(seed, traits, account):
    stream = draw(seed, traits, account, BROAD)
    four = replace(
        stream.panel,
        **{name: getattr(stream.panel, name) * 4.0 for name in ("open", "high", "low", "close")},
        actions=in_fours(stream.panel.actions),
        rates=stream.panel.rates * 4.0,
    )
    own = [code == "USD" for code in stream.panel.quotes.currencies]
    if any(own):  # what is quoted in the own money would change with it
        return
    one = simulate(*stream.all)
    other = simulate(four, stream.decisions, replace(account, capital_usd=account.capital_usd * 4.0), BROAD)
    assert (one.equity_usd * 4.0).tolist() == other.equity_usd.tolist()
    assert (one.exchange_gain_usd * 4.0).tolist() == other.exchange_gain_usd.tolist()
    assert one.balances[:, 1:].tolist() == other.balances[:, 1:].tolist()
    assert one.fills["qty"].tolist() == other.fills["qty"].tolist()


def in_fours(actions):
    """Dividends and cash of mergers in the other unit."""
    found = actions.copy()
    found["value"] = np.where(found["kind"] == 2, found["value"] * 4.0, found["value"])
    found["cash_usd"] *= 4.0
    return found


@settings(max_examples=60, deadline=None)
@given(seeds, markets, accounts)
def test_rates_and_prices_of_later_rows_change_no_earlier_balance(seed, traits, account):
    stream = draw(seed, traits, account, BROAD)
    cut = traits.bars // 2
    noise = np.random.default_rng(seed).lognormal(0.0, 0.3, stream.panel.shape)
    noise[: cut + 1] = 1.0
    kinds = kinds_of(stream.panel, account)[1]
    moved = noise[:, [np.flatnonzero(kinds == kind)[0] for kind in kinds]]  # one noise a currency
    moved = np.where(kinds == 0, 1.0, moved)
    rates = stream.panel.rates * moved if len(stream.panel.rates) else stream.panel.rates
    columns = {name: getattr(stream.panel, name) * noise for name in ("open", "high", "low", "close")}
    calm = replace(account, liquidate_at_end=False)
    base = simulate(stream.panel, stream.decisions, calm, BROAD)
    other = simulate(replace(stream.panel, **columns, rates=rates), stream.decisions, calm, BROAD)
    for name in ("balances", "exchanged", "exchange_gain_usd", "equity_usd", "cash_usd"):
        assert np.array_equal(getattr(base, name)[: cut + 1], getattr(other, name)[: cut + 1]), name
    # Sizes decided at the cut fill on the next row; whoever decided them did not know its rate.
    decided = [one.orders[one.orders["row"] <= cut]["qty"].tolist() for one in (base, other)]
    assert decided[0] == decided[1]


@settings(max_examples=100, deadline=None)
@given(seeds, markets, st.sampled_from(KEEPING), st.sampled_from([1, 2, 3]))
def test_a_cash_account_spends_no_money_of_any_currency_before_it_settles(seed, traits, way, after):
    account = kept_by(AccountOptions(10_000.0, 1.0, True, type="cash"), way)
    rule = replace(BROAD, settlement_schedule=(("1900-01-01", after),))
    stream = draw(seed, traits, account, rule)
    made = simulate(*stream.all)
    _, of_asset, worth = kinds_of(stream.panel, account)
    spent = np.diff(made.exchange_cost_usd, prepend=0.0)
    for row in np.unique(made.fills["row"][made.fills["qty"] > 0.0]):
        waiting = 0.0
        for sale in made.fills[(made.fills["qty"] < 0.0) & (made.fills["row"] <= row)]:
            if row < sale["row"] + after:  # a row is a session here
                beside = sale["commission_usd"] + sale["regulatory_usd"]
                place = of_asset[sale["asset"]]
                units = max(-sale["qty"] * sale["price"] - beside, 0.0) / worth[sale["row"], place]
                waiting += units * worth[row, place]
        assert made.cash_usd[row] + spent[row] >= waiting - 1e-7 * max(waiting, 1.0)


@pytest.mark.parametrize("way", KEEPING, ids=[way[1] or "usual" for way in KEEPING])
@pytest.mark.parametrize("seed", range(4))
def test_the_order_of_the_names_changes_no_balance(seed, way):
    account = kept_by(AccountOptions(10_000.0, 2.0, True), way)
    stream = draw(seed, Traits(bars=30, assets=3, acts=0, pace=2, abroad=True), account, BROAD)
    turn = [2, 0, 1]
    columns = {
        name: np.ascontiguousarray(getattr(stream.panel, name)[:, turn])
        for name in ("open", "high", "low", "close", "volume", "rates")
        if len(getattr(stream.panel, name))
    }
    own = tuple(stream.panel.quotes.currencies[place] for place in turn)
    panel = replace(stream.panel, **columns, quotes=replace(stream.panel.quotes, currencies=own))
    turned = Decisions(stream.decisions.rows, np.ascontiguousarray(stream.decisions.weights[:, turn]))
    one, other = simulate(*stream.all), simulate(panel, turned, account, BROAD)
    assert other.currencies == one.currencies
    assert other.balances == pytest.approx(one.balances, rel=1e-9, abs=1e-6)
    assert other.exchange_cost_usd == pytest.approx(one.exchange_cost_usd, rel=1e-9, abs=1e-9)


def test_the_same_account_twice_is_the_same_to_the_bit():
    stream = draw(9, Traits(bars=40, acts=6, abroad=True), kept_by(AccountOptions(10_000.0), WAYS[3]), BROAD)
    assert differences(simulate(*stream.all), simulate(*stream.all)) == []
