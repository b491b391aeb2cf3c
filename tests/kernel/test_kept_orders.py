"""Single orders, sessions, sweeps and bands of accounts that keep balances."""

from dataclasses import replace

import numpy as np
import pytest
from drivers import KEPT, differences
from markets import DAY_NS, WAYS, Traits, account, draw, kept_by, market, profile, wishes
from order_drivers import ORDER_DRIVERS, bars, flat, order_differences
from order_streams import draw_orders

from tradewright.data.currency import in_currency
from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.band import band_of
from tradewright.kernel.batch import simulate
from tradewright.kernel.session import Session
from tradewright.kernel.sweep import simulate_many
from tradewright.values.currency import Quotes, rate_dtype
from tradewright.values.decisions import Decisions
from tradewright.values.errors import InvalidOption
from tradewright.values.order import Bracket, Cancel, Order, OrderType, TimeInForce
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

drivers = pytest.mark.parametrize("simulate_orders", ORDER_DRIVERS.values(), ids=ORDER_DRIVERS)
KINDS = ["unrestricted", "cash", "margin"]


def abroad(panel, rates):
    """A market in dollars, told in euros at a rate a day."""
    days = np.arange(len(rates)) * DAY_NS
    facts = np.array(
        [(day, day, "USD", "EUR", rate) for day, rate in zip(days.tolist(), rates, strict=True)],
        dtype=rate_dtype,
    )
    return in_currency(replace(panel, currency="EUR", quotes=Quotes(("USD",), facts)), "EUR")


def keeps(**changes) -> AccountOptions:
    """A fractional account of 100,000 euros that keeps its balances."""
    given = {"capital_usd": 1e5, "fractional": True, "currency": "EUR", "balances": "kept", **changes}
    return account(**given)


@drivers
def test_an_order_pays_and_earns_in_dollars_at_the_price_of_the_exchange(simulate_orders):
    panel = abroad(bars([flat(), flat(), flat(110.0), flat(110.0)]), [1.0, 2.0, 0.5, 0.5])
    said = [(0, Order.market("A", 10.0)), (1, Order.market("A", -10.0))]
    made = simulate_orders(panel, said, keeps(), profile())
    assert made.balances[:, 1].tolist() == [0.0, -1_000.0, 100.0, 100.0]
    assert made.balances[:, 0].tolist() == [1e5] * 4


@drivers
def test_a_limit_that_waits_is_met_in_dollars_and_books_them(simulate_orders):
    panel = abroad(bars([flat(), flat(), (100.0, 101.0, 94.0, 96.0), flat(96.0)]), [1.0, 2.0, 4.0, 4.0])
    order = Order("A", 10.0, OrderType.LIMIT, limit_usd=95.0, time_in_force=TimeInForce.GTC)
    made = simulate_orders(panel, [(0, order)], keeps(), profile())
    assert made.fills["row"].tolist() == [2]
    assert made.balances[2] == pytest.approx([1e5, -950.0])


@drivers
def test_a_bracket_leaves_its_gain_in_dollars(simulate_orders):
    rows = [flat(), flat(), (100.0, 112.0, 99.0, 111.0), flat(111.0)]
    said = [(0, Bracket.around(Order.market("A", 10.0), 110.0, 90.0))]
    made = simulate_orders(abroad(bars(rows), [1.0, 1.0, 3.0, 2.0]), said, keeps(), profile())
    assert made.balances[2:, 1] == pytest.approx([100.0, 100.0])
    assert made.cash_usd[2:] == pytest.approx([1e5 + 300.0, 1e5 + 200.0])


@drivers
def test_entry_and_exit_of_one_bar_are_netted_before_money_is_changed(simulate_orders):
    rows = [flat(), (100.0, 112.0, 99.0, 111.0), flat(111.0)]
    said = [(0, Bracket.around(Order.market("A", 10.0), 110.0, 90.0))]
    for exchange, left in (("all", [1e5 + 99.0, 0.0]), ("shortfalls", [1e5, 100.0])):
        account_ = keeps(exchange=exchange)
        made = simulate_orders(
            abroad(bars(rows), [1.0] * 3),
            said,
            account_,
            profile(conversion_bps=100.0),
            None,
            Reading.OPTIMISTIC,
        )
        assert made.balances[-1] == pytest.approx(left)


@drivers
def test_a_cash_account_buys_what_it_can_change_money_for(simulate_orders):
    panel = abroad(bars([flat(), flat(), flat()]), [1.0] * 3)
    cash = keeps(type="cash", max_gross=1.0)
    made = simulate_orders(panel, [(0, Order.market("A", 2_000.0))], cash, profile(conversion_bps=100.0))
    assert made.fills["qty"].tolist() == pytest.approx([1_000.0 / 1.01])
    assert made.balances[1] == pytest.approx([0.0, 0.0], abs=1e-9)


@drivers
@pytest.mark.parametrize("count", [2, 4])
def test_a_cash_account_owes_nothing_after_several_purchases_of_one_bar(simulate_orders, count):
    panel = abroad(bars([flat()] * 4), [1.0] * 4)
    said = [(0, Order.market("A", 2_000.0)) for _ in range(count)]
    cash = keeps(type="cash", max_gross=1.0)
    made = simulate_orders(panel, said, cash, profile(conversion_bps=100.0))
    assert made.cash_usd.min() >= -1e-9
    assert made.balances.min() >= -1e-9
    assert made.exchange_cost_usd[-1] == pytest.approx(1e5 - 1e5 / 1.01)


@drivers
def test_weights_and_orders_of_one_bar_share_what_changing_money_costs(simulate_orders):
    panel = abroad(bars([flat()] * 4), [1.0] * 4)
    cash = keeps(type="cash", max_gross=1.0)
    made = simulate_orders(
        panel, [(0, Order.market("A", 900.0))], cash, profile(conversion_bps=100.0), wishes({0: 0.6})
    )
    assert len(made.fills) == 2
    assert made.balances.min() >= -1e-9


@drivers
def test_fill_or_kill_counts_the_cost_of_changing_money(simulate_orders):
    panel, cash = abroad(bars([flat()] * 3), [1.0] * 3), keeps(type="cash", max_gross=1.0)
    order = Order("A", 995.0, OrderType.MARKET, time_in_force=TimeInForce.FOK)
    assert not len(simulate_orders(panel, [(0, order)], cash, profile(conversion_bps=100.0)).fills)
    assert len(simulate_orders(panel, [(0, order)], cash, profile(conversion_bps=10.0)).fills) == 1


@drivers
def test_words_that_come_to_nothing_leave_every_balance_as_it_was(simulate_orders):
    panel = abroad(bars([flat()] * 4), [1.0, 2.0, 3.0, 4.0])
    order = Order("A", 10.0, OrderType.LIMIT, limit_usd=50.0, time_in_force=TimeInForce.GTC)
    made = simulate_orders(
        panel, [(0, order), (1, Cancel(0)), (1, Order.market("A", 1e13))], keeps(), profile()
    )
    assert made.balances.tolist() == [[1e5, 0.0]] * 4
    assert not made.exchange_gain_usd.any()


@pytest.mark.parametrize("way", WAYS[1:], ids=[way[1] or "usual" for way in WAYS[1:]])
@pytest.mark.parametrize("kind", KINDS)
def test_reference_and_compiled_twin_agree_in_every_bit(kind, way):
    plain = AccountOptions(10_000.0, 2.0, kind == "cash", True, type=kind)
    rule = replace(PROFILES["stressed"], conversion_bps=25.0)
    for seed in range(4):
        traits = Traits(bars=40, assets=3, gaps=0.1, acts=8, facts=6 * (seed % 2), abroad=True)
        stream = draw_orders(seed, traits, kept_by(plain, way), rule)
        decisions, reading = stream.stream.decisions, list(Reading)[seed % 3]
        expected = ORDER_DRIVERS["reference"](*stream.all, decisions, reading)
        for name in ("batch", "session"):
            assert order_differences(expected, ORDER_DRIVERS[name](*stream.all, decisions, reading)) == []


def test_a_difference_in_balances_alone_is_seen_by_the_comparison():
    stream = draw(1, Traits(abroad=True), kept_by(AccountOptions(10_000.0), ("kept", "")), profile())
    made = simulate(*stream.all)
    for name in KEPT[1:]:
        changed = replace(made, **{name: getattr(made, name) + 1e-9})
        assert differences(made, changed) == [name]


@pytest.mark.parametrize("way", WAYS, ids="-".join)
def test_a_sweep_is_what_each_candidate_earns_alone_whatever_ran_before_it(way):
    stream = draw(
        5, Traits(bars=40, acts=6, abroad=True), kept_by(AccountOptions(10_000.0, 2.0), way), profile()
    )
    random = np.random.default_rng(5)
    others = [
        Decisions(stream.decisions.rows, random.normal(0.0, 0.5, stream.decisions.weights.shape))
        for _ in range(4)
    ]
    for threads in (1, 2):
        equity = simulate_many(stream.panel, others, stream.account, stream.profile, threads)
        for row, one in zip(equity, others, strict=True):
            alone = simulate(stream.panel, one, stream.account, stream.profile)
            assert row.tolist() == alone.equity_usd.tolist()


def test_every_reading_of_a_band_keeps_balances():
    rows = [flat(), flat(), (100.0, 112.0, 91.0, 100.0), flat()]
    panel = abroad(bars(rows), [1.0, 1.0, 1.0, 2.0])
    said = ((0, Bracket.around(Order.market("A", 10.0), 110.0, 95.0)),)
    words = Decisions(np.zeros(0, dtype=np.int64), np.zeros((0, 1)), said)
    kept, rule = keeps(), profile()
    found = band_of(panel, words, simulate(panel, words, kept, rule), kept, rule)
    # Dollars lost or won are worth twice as many euros at the end: 70 and 50 lost, 100 won.
    assert found.final_equity_usd.values == pytest.approx((1e5 - 140.0, 1e5 - 100.0, 1e5 + 200.0))


def test_a_session_shows_the_total_at_the_rate_of_each_row():
    panel = abroad(market([100.0] * 4), [1.0, 2.0, 3.0, 4.0])
    session = Session(panel, keeps(), profile())
    seen = []
    for row in range(4):
        session.advance(row)
        if row == 0:
            session.submit(Order.market("A", -10.0))
        seen.append((session.cash_usd, session.equity_usd))
    assert [cash for cash, _ in seen] == [1e5, 1e5 + 2_000.0, 1e5 + 3_000.0, 1e5 + 4_000.0]
    assert [equity for _, equity in seen] == [1e5] * 4
    assert session.finish().balances[-1].tolist() == [1e5, 1_000.0]


def test_a_session_that_is_finished_early_has_balances_of_the_rows_that_ran():
    panel = abroad(market([100.0] * 6), [1.0] * 6)
    session = Session(panel, keeps(liquidate_at_end=True, exchange="all"), profile(conversion_bps=100.0))
    session.advance(0)
    session.submit(Order.market("A", 10.0))
    session.advance(2)
    made = session.finish()
    assert made.balances.shape == made.exchanged.shape == (3, 2)
    assert made.balances[-1] == pytest.approx([1e5 - 20.0, 0.0])
    assert len(made.exchange_gain_usd) == len(made.exchange_cost_usd) == 3


@pytest.mark.parametrize("rows", [1, 2, 7])
def test_a_journal_that_grows_leaves_balances_alone(rows):
    from tradewright.kernel.native import books

    stream = draw(rows, Traits(bars=30, acts=6, pace=1, abroad=True), keeps(currency="USD"), profile())
    expected = simulate(*stream.all)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(books, "_FIRST_ROOM", 1)
        assert differences(expected, simulate(*stream.all)) == []


def test_an_account_in_another_currency_than_its_prices_is_refused_kept_or_not():
    for way in WAYS:
        with pytest.raises(InvalidOption, match=r"an account in GBP over prices in"):
            simulate(market([10.0] * 3), wishes({0: 0.5}), kept_by(account(currency="GBP"), way), profile())


def test_a_later_rate_changes_no_earlier_balance():
    base, other = (
        simulate(
            abroad(market([100.0] * 6), [1.0, 1.1, 1.2, *late]),
            wishes({0: 0.5, 1: -0.3, 2: 0.2}),
            keeps(exchange="shortfalls"),
            profile(conversion_bps=10.0, cash_rate=0.1, margin_rate=0.3, borrow_rate=0.2),
        )
        for late in ([1.3, 1.4, 1.5], [7.0, 0.2, 9.0])
    )
    assert base.balances[:3].tolist() == other.balances[:3].tolist()
    assert base.equity_usd[:3].tolist() == other.equity_usd[:3].tolist()
    assert base.cash_usd[4] != other.cash_usd[4]


def test_dearer_money_never_leaves_more_of_it():
    panel = abroad(market([100.0, 101.0, 99.0, 103.0, 102.0]), [1.0, 1.1, 0.9, 1.2, 1.0])
    said = [(0, Order.market("A", 10.0)), (1, Order.market("A", -20.0)), (2, Order.market("A", 15.0))]
    for exchange in ("shortfalls", "all"):
        left = [
            ORDER_DRIVERS["batch"](
                panel, said, keeps(exchange=exchange), profile(conversion_bps=bps)
            ).equity_usd
            for bps in (0.0, 5.0, 50.0)
        ]
        assert left[0][-1] > left[1][-1] > left[2][-1]


def test_amounts_in_another_unit_of_the_foreign_currency_change_nothing():
    # A dollar cut into eight pieces: prices eight times as high, each worth an eighth.
    rows, rates = [10.0, 11.0, 9.0, 12.0, 10.0], np.array([1.0, 1.1, 0.9, 1.2, 1.0])
    rule = profile(conversion_bps=10.0, cash_rate=0.1, margin_rate=0.3, commission_bps=2.0)
    for way in WAYS[1:]:
        own = kept_by(keeps(), way)
        one, other = (
            simulate(abroad(market([price * unit for price in rows]), (rates / unit).tolist()),
                     wishes({0: 0.5, 1: 1.5, 2: -0.5}), own, rule)
            for unit in (1.0, 8.0)
        )  # fmt: skip
        assert one.equity_usd.tolist() == other.equity_usd.tolist()
        assert (one.balances[:, 1] * 8.0).tolist() == other.balances[:, 1].tolist()
