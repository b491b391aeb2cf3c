"""Accounts in one currency, names in another: rates are dated facts, and what nobody knew is refused."""

from dataclasses import replace

import numpy as np
import pytest
from markets import DAY_NS, Traits, account, draw, market, profile, wishes
from order_drivers import ORDER_DRIVERS, order_differences
from order_streams import draw_orders

from tradewright.data.currency import RATE_LASTS_DAYS, in_currency, profile_in
from tradewright.kernel.batch import simulate, simulate_orders
from tradewright.values.currency import Quotes, checked_currency, rate_dtype
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.order import Amend, Bracket, Order, OrderType, TimeInForce
from tradewright.values.outcome import NO_RATE, REJECTED
from tradewright.values.panel import DIVIDEND, MERGER, Panel
from tradewright.values.profile import AccountOptions, FeeStep

CLOSES = [10.0, 11.0, 12.0, 12.0, 9.0]
RATES = [1.0, 1.5, 2.0, 1.0, 3.0]
ACCOUNT = account(capital_usd=1_000.0, fractional=True)


def facts(rates, of="EUR", priced_in="USD", instants=None) -> np.ndarray:
    """One rate a day, known at the close of its day; None where there is none."""
    moments = range(len(rates)) if instants is None else instants
    rows = [
        (day * DAY_NS, day * DAY_NS, of, priced_in, rate)
        for day, rate in zip(moments, rates, strict=True)
        if rate is not None
    ]
    return np.array(rows, dtype=rate_dtype)


def abroad(rates=RATES, closes=CLOSES, of="EUR", priced_in="USD", **kept) -> Panel:
    """A small market quoted in euros, as it was read."""
    plain = market(closes, **kept)
    return replace(plain, quotes=Quotes(("EUR",) * len(plain.symbols), facts(rates, of, priced_in)))


def test_a_position_is_worth_its_price_times_the_rate_of_each_day():
    # 1,000 $ at row 0 is 1,000 / (10 x 1.0) = 100 shares wanted; they fill at 11 x 1.5 = 16.50 $.
    panel = in_currency(abroad(), "USD")
    made = simulate(panel, wishes({0: 0.5}), ACCOUNT, profile())
    cash = 1_000.0 - 50.0 * 16.5
    expected = [1_000.0] + [
        cash + 50.0 * price * rate for price, rate in zip(CLOSES[1:], RATES[1:], strict=True)
    ]
    assert made.equity_usd == pytest.approx(expected, abs=1e-9)


def test_an_account_in_euros_holds_names_in_dollars_by_the_rate_turned():
    plain = replace(market(CLOSES), quotes=Quotes(("USD",), facts(RATES)))
    made = simulate(in_currency(plain, "EUR"), wishes({0: 0.5}), replace(ACCOUNT, currency="EUR"), profile())
    cash = 1_000.0 - 50.0 * 11.0 / 1.5
    expected = [1_000.0] + [cash + 50.0 * p / rate for p, rate in zip(CLOSES[1:], RATES[1:], strict=True)]
    assert made.equity_usd == pytest.approx(expected, abs=1e-9)


def test_changing_money_is_charged_on_fills_and_on_dividends_of_names_from_abroad_alone():
    both = market([[10.0, 10.0]] * 5, actions=[(3, 0, DIVIDEND, 1.0), (3, 1, DIVIDEND, 1.0)])
    panel = in_currency(replace(both, quotes=Quotes(("USD", "EUR"), facts([2.0] * 5))), "USD")
    made = simulate(panel, wishes({0: [0.2, 0.4]}), ACCOUNT, profile(conversion_bps=50.0))
    assert made.fills["commission_usd"] == pytest.approx([0.0, 400.0 * 0.005])
    assert made.flows["amount_usd"] == pytest.approx([20.0, 20.0 * 2.0 * (1.0 - 0.005)])


def test_who_is_short_pays_the_dividend_and_the_conversion():
    panel = in_currency(abroad([2.0] * 5, [10.0] * 5, actions=[(3, 0, DIVIDEND, 1.0)]), "USD")
    made = simulate(panel, wishes({0: -0.4}), ACCOUNT, profile(conversion_bps=50.0))
    assert made.flows["amount_usd"] == pytest.approx([-20.0 * 2.0 * 1.005])


def test_cash_of_a_merger_is_told_at_the_rate_of_its_day():
    panel = in_currency(abroad(actions=[(3, 0, MERGER, 0.0, -1, 7.0, 0)]), "USD")
    assert panel.actions["cash_usd"] == pytest.approx([7.0 * RATES[3]])


def test_a_limit_is_fixed_in_the_currency_of_its_exchange():
    # Said at row 0 for 9.50 euros; the euro doubles, and the bar's low of 10 euros is 20 $: no fill. Then 9.
    panel = in_currency(abroad([1.0, 2.0, 2.0, 2.0, 2.0], [10.0, 10.0, 10.0, 9.0, 9.0]), "USD")
    order = Order("A", 10.0, OrderType.LIMIT, limit_usd=9.5, time_in_force=TimeInForce.GTC)
    made = simulate_orders(panel, [(0, order)], ACCOUNT, profile())
    assert (made.fills["row"].tolist(), made.fills["price"].tolist()) == ([3], [18.0])


def test_a_stop_does_not_go_off_because_the_rate_moved():
    panel = in_currency(abroad([1.0, 1.0, 0.5, 0.5, 0.5], [10.0] * 5), "USD")
    stop = Order("A", -10.0, OrderType.STOP, stop_usd=9.0, time_in_force=TimeInForce.GTC)
    trail = Order("A", -10.0, OrderType.TRAILING_STOP, trail_usd=1.0, time_in_force=TimeInForce.GTC)
    for exit_ in (stop, trail):
        made = simulate_orders(
            panel, [(0, Bracket(Order.market("A", 10.0), None, exit_))], ACCOUNT, profile()
        )
        assert made.fills["row"].tolist() == [1]


def test_an_amended_price_counts_at_the_rate_of_its_own_day():
    panel = in_currency(abroad([1.0, 2.0, 2.0, 4.0, 4.0], [10.0] * 5), "USD")
    order = Order("A", 10.0, OrderType.LIMIT, limit_usd=5.0, time_in_force=TimeInForce.GTC)
    # 21 $ at the rate of row 1 is 10.50 euros: it passes. Said at row 0 it would be 21 euros.
    made = simulate_orders(panel, [(0, order), (1, Amend(0, limit_usd=21.0))], ACCOUNT, profile())
    assert made.fills["row"].tolist() == [2]


def test_a_touch_stays_a_touch_whatever_rounding_a_rate_brings():
    random = np.random.default_rng(3)
    for _ in range(50):
        low = float(np.round(random.uniform(5.0, 20.0), 2))
        rates = random.uniform(0.5, 2.0, 4).tolist()
        panel = in_currency(abroad(rates, [low] * 4), "USD")
        said = (0, Order("A", 1.0, OrderType.LIMIT, limit_usd=low * rates[0], time_in_force=TimeInForce.GTC))
        assert not len(simulate_orders(panel, [said], ACCOUNT, profile()).fills)


def test_the_last_rate_known_holds_until_a_later_one_is():
    panel = in_currency(abroad([1.5, None, None, 2.0, None]), "USD")
    assert panel.rates[:, 0].tolist() == [1.5, 1.5, 1.5, 2.0, 2.0]


def test_a_rate_that_came_late_is_used_from_then_on_and_an_older_one_never_again():
    late = np.array(
        [
            (0, 0, "EUR", "USD", 1.0),
            (3 * DAY_NS, DAY_NS, "EUR", "USD", 9.0),
            (2 * DAY_NS, 2 * DAY_NS, "EUR", "USD", 2.0),
        ],
        dtype=rate_dtype,
    )  # fmt: skip
    panel = in_currency(replace(market(CLOSES), quotes=Quotes(("EUR",), late)), "USD")
    assert panel.rates[:, 0].tolist() == [1.0, 1.0, 2.0, 2.0, 2.0]


def test_what_is_known_later_changes_no_earlier_row():
    base, other = (in_currency(abroad([1.0, 1.1, 1.2, *late]), "USD") for late in ([1.3, 1.4], [7.0, 8.0]))
    for one, changed in zip(base.columns(), other.columns(), strict=True):
        assert np.array_equal(one[:3], changed[:3])


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ([None, 1.0, 1.0, 1.0, 1.0], "no rate of EUR in USD for 1970-01-01: none was known by then"),
        ([1.0, 1.0, -2.0, 1.0, 1.0], "a rate of -2 USD for one EUR on 1970-01-03"),
        ([1.0, 1.0, np.nan, 1.0, 1.0], "a rate of nan USD for one EUR on 1970-01-03"),
    ],
)
def test_a_rate_that_is_missing_or_cannot_be_is_refused_by_name(rates, words):
    with pytest.raises(InvalidOption, match=words):
        in_currency(abroad(rates), "USD")


def test_a_rate_that_is_stale_is_refused_with_the_day_it_is_of():
    closes = [10.0] * (RATE_LASTS_DAYS + 3)
    rates = [1.0, *[None] * (RATE_LASTS_DAYS + 2)]
    with pytest.raises(InvalidOption, match=r"for 1970-01-09: the last one known then is of 1970-01-01"):
        in_currency(abroad(rates, closes), "USD")
    in_currency(abroad(rates[:-2], closes[:-2]), "USD")


def test_a_rate_lasts_seven_whole_days_to_the_close_of_the_last():
    late = 21 * 3600 * 10**9
    for count, holds in ((RATE_LASTS_DAYS + 1, True), (RATE_LASTS_DAYS + 2, False)):
        panel = abroad([1.5, *[None] * (count - 1)], [10.0] * count)
        panel = replace(panel, instants=panel.instants + late, opens_at=panel.opens_at + late)
        panel.quotes.facts["known_at"] += late
        if holds:
            assert in_currency(panel, "USD").rates[:, 0].tolist() == [1.5] * count
        else:
            with pytest.raises(InvalidOption, match=r"for 1970-01-09: the last one known then is of 1970"):
                in_currency(panel, "USD")


def test_there_is_no_way_by_a_third_currency():
    with pytest.raises(InvalidOption, match=r"no rate of EUR in CHF"):
        in_currency(abroad(), "CHF")


def before_its_first_print(rates):
    """A bracket said a row before the first price, over a bar's latency; then the price falls by half."""
    stop = Order("A", -10.0, OrderType.STOP, stop_usd=9.0, time_in_force=TimeInForce.GTC)
    said = [(0, Bracket(Order.market("A", 10.0), None, stop))]
    panel = in_currency(abroad(rates, [np.nan, 10.0, 10.0, 10.0, 5.0, 5.0]), "USD")
    plain = ORDER_DRIVERS["reference"](panel, said, ACCOUNT, profile(latency_bars=1))
    for name in ("batch", "session"):
        again = ORDER_DRIVERS[name](panel, said, ACCOUNT, profile(latency_bars=1))
        assert order_differences(plain, again) == []
    return plain


def test_a_stop_said_before_the_first_price_of_a_name_from_abroad_sells():
    made = before_its_first_print([1.0] * 6)
    assert made.fills[["row", "qty", "price"]].tolist() == [(2, 10.0, 10.0), (4, -10.0, 5.0)]


def test_an_order_said_while_no_rate_was_known_is_refused_by_name():
    made = before_its_first_print([None] + [1.0] * 5)
    assert made.refusals.tolist() == [(0, 0, NO_RATE)]
    assert made.orders["state"].tolist() == [REJECTED, REJECTED]
    assert not len(made.fills)


def test_before_the_first_price_a_rate_that_went_stale_is_none():
    late = [np.nan] * (RATE_LASTS_DAYS + 3) + [5.0]
    panel = in_currency(abroad([2.0] + [None] * (RATE_LASTS_DAYS + 2) + [3.0], late), "USD")
    assert panel.rates[: RATE_LASTS_DAYS + 1, 0].tolist() == [2.0] * (RATE_LASTS_DAYS + 1)
    assert np.isnan(panel.rates[RATE_LASTS_DAYS + 1 : -1, 0]).all()
    assert panel.rates[-1, 0] == 3.0


def test_before_the_first_price_no_rate_is_asked_for():
    panel = in_currency(abroad([None, None, 1.0, 1.0, 1.0], [np.nan, np.nan, 5.0, 5.0, 5.0]), "USD")
    assert np.isnan(panel.rates[:2, 0]).all()
    assert panel.close[2:, 0].tolist() == [5.0, 5.0, 5.0]


def test_an_unknown_currency_is_refused_by_name_and_nothing_else_changes():
    with pytest.raises(UnknownName, match=r"'EURO' is not a currency of an account. Did you mean 'EUR'"):
        AccountOptions(currency="EURO")
    with pytest.raises(UnknownName, match=r"'EYR' is not a currency"):
        in_currency(abroad(), "EYR")


@pytest.mark.parametrize(
    ("code", "unit", "whole"),
    [("GBX", "pence", "GBP"), ("GBp", "pence", "GBP"), ("ILA", "agorot", "ILS"), ("ZAC", "cents", "ZAR")],
)
def test_hundredths_are_not_taken_for_a_misspelt_currency(code, unit, whole):
    with pytest.raises(UnknownName) as caught:
        checked_currency(code)
    assert f"quoted in {unit}" in caught.value.what
    assert caught.value.mend == f"Divide prices and dividends by 100 and say {whole}."


def test_prices_in_another_currency_than_the_account_are_never_traded():
    for panel in (
        abroad(),
        in_currency(replace(market(CLOSES), quotes=Quotes(("USD",), facts(RATES))), "EUR"),
    ):
        with pytest.raises(InvalidOption, match=r"an account in USD over prices in"):
            simulate(panel, wishes({0: 0.5}), ACCOUNT, profile())


def test_a_panel_is_converted_once():
    panel = in_currency(abroad(), "USD")
    assert in_currency(panel, "USD") is panel
    with pytest.raises(InvalidOption, match=r"told in USD already"):
        in_currency(panel, "EUR")


def test_a_profile_tells_its_dollars_in_the_currency_of_the_account():
    plain = replace(market(CLOSES), quotes=Quotes(("USD",), facts([8.0] * 5, "USD", "SEK")))
    dear = replace(
        profile(commission_per_share_usd=0.01, commission_minimum_usd=1.0, spread_scale_bps=3.0),
        commission_tiers=((0.0, 0.02),), fee_schedule=(FeeStep("1970-01-01", 1e-5, 1e-4, 5.0, 0.01),),
    )  # fmt: skip
    told = profile_in(dear, in_currency(plain, "SEK"))
    assert (told.commission_per_share_usd, told.commission_minimum_usd) == (0.08, 8.0)
    assert told.commission_tiers == ((0.0, 0.16),)
    assert told.fee_schedule[0] == FeeStep("1970-01-01", 1e-5, 8e-4, 40.0, 0.08)
    assert told.spread_scale_bps == pytest.approx(6.0)  # eight times the money halves the estimate
    assert profile_in(dear, market(CLOSES)) is dear


def test_rows_cut_off_take_their_rates_along():
    assert in_currency(abroad(), "USD").rows(1, 3).rates[:, 0].tolist() == RATES[1:3]


@pytest.mark.parametrize("seed", range(8))
def test_reference_and_compiled_twin_agree_in_every_bit_abroad(seed):
    kind = ["unrestricted", "cash", "margin"][seed % 3]
    traits = Traits(bars=40, assets=3, gaps=0.1, acts=6, abroad=True)
    rule = profile(conversion_bps=25.0, half_spread_bps=3.0, commission_bps=1.0)
    stream = draw_orders(seed, traits, AccountOptions(10_000.0, 2.0, bool(seed % 2), type=kind), rule)
    assert len(stream.panel.rates)
    plain = ORDER_DRIVERS["reference"](*stream.all, stream.stream.decisions)
    assert order_differences(plain, ORDER_DRIVERS["batch"](*stream.all, stream.stream.decisions)) == []
    assert order_differences(plain, ORDER_DRIVERS["session"](*stream.all, stream.stream.decisions)) == []


@pytest.mark.parametrize("seed", range(4))
def test_equity_is_cash_and_each_holding_by_its_own_price_and_rate(seed):
    traits = Traits(bars=40, assets=3, gaps=0.0, acts=0, abroad=True)
    plain = draw(seed, replace(traits, abroad=False), ACCOUNT, profile())
    stream = draw(seed, traits, ACCOUNT, profile(conversion_bps=10.0))
    made = simulate(*stream.all)
    shares = np.zeros(stream.panel.shape)
    np.add.at(shares, (made.fills["row"], made.fills["asset"]), made.fills["qty"])
    worth = np.cumsum(shares, axis=0) * plain.panel.close * stream.panel.rates
    gap = made.equity_usd - made.cash_usd - worth.sum(axis=1)
    assert np.abs(gap).max() <= 1e-9 * np.abs(made.equity_usd).max()
    assert len(made.fills) > 5
