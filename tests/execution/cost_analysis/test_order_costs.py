"""Every order of a simulated account against its decision: by hand, through splits, and summed."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markets import NAN, account, close_only, market, profile, wishes

from tradewright.execution.cost_analysis.order_costs import (
    MARKOUT_BARS,
    order_cost_dtype,
    order_costs,
)
from tradewright.kernel.batch import simulate
from tradewright.values.outcome import (
    CANCELLED,
    FILLED,
    WORKING,
    Outcome,
    fill_dtype,
    flow_dtype,
    order_dtype,
)
from tradewright.values.panel import DELISTING, SPLIT, Panel

PARTS = ("explicit", "realised", "delay", "missed")
BPS = 1e-4


def bars(open_, high, low, close, volume, actions=()):
    """A panel of one instrument from its columns."""
    panel = market(close, open_, volume, actions)
    high, low = (np.array(column, dtype=np.float64)[:, None] for column in (high, low))
    return Panel(
        panel.instants,
        panel.opens_at,
        panel.symbols,
        panel.open,
        high,
        low,
        panel.close,
        panel.volume,
        panel.actions,
    )


def made(orders, fills, length, names=1) -> Outcome:
    """An outcome with these orders and fills; money does not matter here."""
    zeros = np.zeros(length)
    widths = len(fill_dtype.names)
    padded = [tuple(fill) + (0.0,) * (widths - len(fill)) for fill in fills]
    widths = len(order_dtype.names)
    lines = [tuple(order) + (-1,) * (widths - len(order)) for order in orders]
    return Outcome(
        zeros,
        zeros,
        zeros,
        zeros,
        np.zeros(names),
        np.array(lines, dtype=order_dtype),
        np.array(padded, dtype=fill_dtype),
        np.zeros(0, dtype=flow_dtype),
    )


# Decided at the close of row 0 (10.00), first print of row 1 at 10.05; 700 of 1000 filled at 10.07 with 14
# dollars of fees; the rest given up at row 2's close of 10.08.
CURRICULUM = bars(
    open_=[10.0, 10.05, 10.08, 10.2],
    high=[10.0, 10.09, 10.09, 10.2],
    low=[10.0, 10.04, 10.07, 10.2],
    close=[10.0, 10.08, 10.08, 10.3],
    volume=[1e6, 7_000.0, 1e6, 1e6],
)
GIVEN_UP = made(
    [(0, 0, 0, 1000.0, 700.0, CANCELLED, 2)],
    [(0, 1, 0, 700.0, 10.07, 10.05, 14.0, 14.0)],
    4,
)


@pytest.fixture(scope="module")
def curriculum():
    return order_costs(CURRICULUM, GIVEN_UP)[0]


@pytest.mark.parametrize(
    ("part", "expected"),
    [
        ("explicit", 0.0014),
        ("realised", 0.0014),
        ("delay", 0.0035),
        ("missed", 0.0024),
    ],
)
def test_the_case_of_the_cfa_curriculum_read_from_records(curriculum, part, expected):
    assert curriculum[part] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sign", 1),
        ("ordered", 1000.0),
        ("filled", 700.0),
        ("decision_price", 10.0),
        ("arrival_price", 10.05),
        ("paid_price", 10.07),
        ("last_price", 10.08),
        ("fees_usd", 14.0),
        ("row", 0),
        ("done_row", 2),
        ("participation", 0.1),
    ],
)
def test_the_facts_behind_it(curriculum, name, expected):
    assert curriculum[name] == pytest.approx(expected)


def test_slippage_against_arrival_vwap_and_close(curriculum):
    typical = (10.09 + 10.04 + 10.08) / 3.0
    assert curriculum["arrival_bps"] == pytest.approx((10.07 / 10.05 - 1.0) / BPS)
    assert curriculum["vwap_bps"] == pytest.approx((10.07 / typical - 1.0) / BPS)
    assert curriculum["close_bps"] == pytest.approx((10.07 / 10.08 - 1.0) / BPS)


def test_markouts_look_at_closes_after_the_last_fill(curriculum):
    assert curriculum["markout_1_bps"] == pytest.approx((10.08 / 10.07 - 1.0) / BPS)
    assert math.isnan(curriculum["markout_5_bps"])


def test_a_sale_is_measured_on_its_own_side():
    sale = made(
        [(0, 0, 0, -1000.0, -1000.0, FILLED, 1)],
        [(0, 1, 0, -1000.0, 10.04, 10.05, 10.0, 5.0)],
        4,
    )
    found = order_costs(CURRICULUM, sale)[0]
    assert found["sign"] == -1
    assert found["arrival_bps"] == pytest.approx((1.0 - 10.04 / 10.05) / BPS)
    assert found["delay"] == pytest.approx(-0.005)
    assert found["markout_1_bps"] == pytest.approx((1.0 - 10.08 / 10.04) / BPS)


def test_an_order_without_a_fill_has_only_what_it_missed():
    unfilled = made([(0, 0, 0, 500.0, 0.0, CANCELLED, 2)], [], 4)
    found = order_costs(CURRICULUM, unfilled)[0]
    assert found["missed"] == pytest.approx(0.008)
    assert found["explicit"] == found["realised"] == found["delay"] == 0.0
    for name in ("paid_price", "arrival_bps", "vwap_bps", "close_bps", "markout_1_bps"):
        assert math.isnan(found[name])


def test_an_order_that_still_works_is_measured_to_the_last_close():
    working = made([(0, 0, 0, 500.0, 0.0, WORKING, 0)], [], 4)
    found = order_costs(CURRICULUM, working)[0]
    assert found["last_price"] == 10.3
    assert found["missed"] == pytest.approx(0.03)


def test_several_fills_are_averaged_by_shares():
    parts = made(
        [(0, 0, 0, 400.0, 400.0, FILLED, 2)],
        [
            (0, 1, 0, 100.0, 10.06, 10.05, 1.0, 1.0),
            (0, 2, 0, 300.0, 10.10, 10.08, 6.0, 2.0),
        ],
        4,
    )
    found = order_costs(CURRICULUM, parts)[0]
    assert found["paid_price"] == pytest.approx(10.09)
    assert found["fees_usd"] == 3.0
    assert found["participation"] == pytest.approx(400.0 / 1_007_000.0)


def test_orders_of_several_instruments_do_not_mix():
    panel = market([[10.0, 100.0], [11.0, 90.0], [12.0, 80.0]])
    outcome = made(
        [
            (0, 0, 0, 10.0, 10.0, FILLED, 1),
            (1, 0, 1, -5.0, -5.0, FILLED, 1),
        ],
        [
            (0, 1, 0, 10.0, 11.0, 11.0, 0.0, 1.0),
            (1, 1, 1, -5.0, 90.0, 90.0, 0.0, 2.0),
        ],
        3,
        2,
    )
    first, second = order_costs(panel, outcome)
    assert first["delay"] == pytest.approx(0.1)
    assert second["delay"] == pytest.approx(0.1)
    assert (first["fees_usd"], second["fees_usd"]) == (1.0, 2.0)


def test_no_orders_give_no_records():
    found = order_costs(CURRICULUM, made([], [], 4))
    assert len(found) == 0
    assert found.dtype == order_cost_dtype


def test_an_order_of_nothing_is_left_out():
    nothing = made([(0, 0, 0, 0.0, 0.0, FILLED, 1)], [], 4)
    assert len(order_costs(CURRICULUM, nothing)) == 0


# Bars with holes.


def test_arrival_is_the_first_print_where_the_next_bar_did_not_open():
    panel = market([10.0, NAN, 10.4, 10.4], open=[10.0, NAN, 10.3, 10.4])
    outcome = made(
        [(0, 0, 0, 10.0, 10.0, FILLED, 2)],
        [(0, 2, 0, 10.0, 10.3, 10.3, 0.0, 0.0)],
        4,
    )
    found = order_costs(panel, outcome)[0]
    assert found["arrival_price"] == 10.3
    assert found["realised"] == 0.0
    assert found["delay"] == pytest.approx(0.03)


def test_an_order_that_met_no_print_at_all_has_no_arrival():
    panel = market([10.0, NAN, NAN], open=[10.0, NAN, NAN])
    found = order_costs(panel, made([(0, 0, 0, 10.0, 0.0, WORKING, 0)], [], 3))[0]
    assert math.isnan(found["arrival_price"])
    assert found["missed"] == 0.0


def test_the_decision_price_is_the_last_known_close():
    panel = market([10.0, NAN, 10.4], open=[10.0, NAN, 10.4])
    outcome = made(
        [(0, 1, 0, 10.0, 10.0, FILLED, 2)],
        [(0, 2, 0, 10.0, 10.4, 10.4, 0.0, 0.0)],
        3,
    )
    assert order_costs(panel, outcome)[0]["decision_price"] == 10.0


def test_closes_alone_arrive_at_the_next_close_and_know_no_volume():
    panel = close_only([10.0, 10.2, 10.4])
    outcome = made(
        [(0, 0, 0, 10.0, 10.0, FILLED, 1)],
        [(0, 1, 0, 10.0, 10.25, 10.2, 0.5, 0.0)],
        3,
    )
    found = order_costs(panel, outcome)[0]
    assert found["arrival_price"] == 10.2
    assert math.isnan(found["participation"])
    assert math.isnan(found["vwap_bps"])
    assert found["markout_1_bps"] == pytest.approx((10.4 / 10.25 - 1.0) / BPS)


def test_a_bar_that_traded_at_unknown_prices_has_no_vwap():
    panel = bars([10.0] * 3, [NAN] * 3, [NAN] * 3, [10.0] * 3, [1e6] * 3)
    outcome = made(
        [(0, 0, 0, 10.0, 10.0, FILLED, 1)],
        [(0, 1, 0, 10.0, 10.0, 10.0, 0.0, 0.0)],
        3,
    )
    found = order_costs(panel, outcome)[0]
    assert math.isnan(found["vwap_bps"])
    assert found["participation"] == pytest.approx(10.0 / 1e6)


# Splits: everything stands on the basis of the decision.


def split_in_two(row: int):
    """Ten dollars a share, then five for two."""
    closes = [10.0] * row + [5.0] * (6 - row)
    return market(closes, volume=[1e6] * row + [2e6] * (6 - row), actions=[(row, 0, SPLIT, 2.0)])


@pytest.mark.parametrize("row", [1, 2, 3, 4, 5])
def test_a_split_anywhere_costs_nothing(row):
    panel = split_in_two(row)
    outcome = simulate(panel, wishes({0: 0.5}), account(capital_usd=1e4), profile())
    found = order_costs(panel, outcome)[0]
    assert found["ordered"] == pytest.approx(500.0)
    assert found["filled"] == pytest.approx(500.0)
    for part in PARTS:
        assert found[part] == pytest.approx(0.0, abs=1e-12)
    for bars_later in MARKOUT_BARS:
        later = found[f"markout_{bars_later}_bps"]
        assert math.isnan(later) or later == pytest.approx(0.0, abs=1e-9)


def test_an_order_that_works_through_a_split_is_one_order():
    # 200 shares a bar before, 400 after: the same participation.
    panel = market(
        [10.0, 10.0, 5.0, 5.0, 5.0],
        volume=[200.0, 200.0, 400.0, 400.0, 400.0],
        actions=[(2, 0, SPLIT, 2.0)],
    )
    outcome = simulate(panel, wishes({0: 0.5}), account(capital_usd=1e4), profile())
    found = order_costs(panel, outcome)[0]
    assert found["ordered"] == pytest.approx(500.0)
    assert found["filled"] == pytest.approx(500.0)
    assert found["paid_price"] == pytest.approx(10.0)
    assert found["participation"] == pytest.approx(500.0 / 600.0)
    assert found["vwap_bps"] == pytest.approx(0.0, abs=1e-9)


def test_an_order_cancelled_by_a_delisting_missed_the_rest():
    panel = market(
        [10.0, 10.0, 10.0, 10.0],
        volume=[100.0] * 4,
        actions=[(2, 0, DELISTING, 1.0)],
    )
    outcome = simulate(panel, wishes({0: 0.5}), account(capital_usd=1e4), profile())
    found = order_costs(panel, outcome)[0]
    assert found["filled"] == pytest.approx(100.0)
    assert found["ordered"] == pytest.approx(500.0)


# Against the kernel: what is said of orders adds up to what the account lost.


def test_the_last_sale_of_a_run_is_decided_and_done_on_its_last_row():
    panel = market([10.0, 10.0, 12.0])
    terms = account(capital_usd=1e4, liquidate_at_end=True)
    outcome = simulate(panel, wishes({0: 0.5}), terms, profile(half_spread_bps=10.0))
    last = order_costs(panel, outcome)[-1]
    assert last["row"] == last["done_row"] == 2
    assert last["arrival_price"] == last["decision_price"] == 12.0
    assert last["arrival_bps"] == pytest.approx(10.0)


@pytest.mark.parametrize("half_spread_bps", [0.0, 2.0, 25.0])
def test_arrival_slippage_of_a_market_order_is_half_the_spread(half_spread_bps):
    panel = market([10.0, 10.5, 11.0, 10.0], open=[10.0, 10.2, 11.0, 10.0])
    outcome = simulate(
        panel, wishes({0: 0.5, 2: 0.0}), account(capital_usd=1e4), profile(half_spread_bps=half_spread_bps)
    )
    found = order_costs(panel, outcome)
    assert found["arrival_bps"] == pytest.approx([half_spread_bps] * 2)


@given(seed=st.integers(0, 10_000), every=st.integers(1, 6), thin=st.booleans(), split=st.booleans())
@settings(max_examples=80, deadline=None)
def test_shortfalls_add_up_to_paper_gains_less_real_ones(seed, every, thin, split):
    generator = np.random.default_rng(seed)
    closes = 50.0 * np.exp(np.cumsum(generator.normal(0.0, 0.03, (30, 2)), axis=0))
    actions = []
    if split:
        closes[15:, 0] /= 2.0
        actions = [(15, 0, SPLIT, 2.0)]
    opens = closes * np.exp(generator.normal(0.0, 0.01, (30, 2)))
    volume = np.full((30, 2), 2_000.0 if thin else 1e7)
    panel = market(closes.tolist(), opens.tolist(), volume.tolist(), actions)
    decisions = wishes({row: list(generator.uniform(-0.4, 0.4, 2)) for row in range(0, 29, every)})
    costs = profile(half_spread_bps=5.0, commission_per_share_usd=0.01, commission_minimum_usd=1.0)
    terms = replace(account(capital_usd=1e6, max_gross=4.0), fractional=True)
    outcome = simulate(panel, decisions, terms, costs)
    found = order_costs(panel, outcome)
    paper_value = found["ordered"] * found["decision_price"]
    told = sum(found[part] for part in PARTS) * paper_value
    paper = found["sign"] * found["ordered"] * (found["last_price"] - found["decision_price"])
    paid = np.nan_to_num(found["paid_price"])
    real = found["sign"] * found["filled"] * (found["last_price"] - paid) - found["fees_usd"]
    assert told == pytest.approx(paper - real, rel=1e-9, abs=1e-6)
    assert found["fees_usd"].sum() == pytest.approx(outcome.fills["commission_usd"].sum())
    traded = np.abs(outcome.fills["qty"]) * outcome.fills["price"]
    assert (found["filled"] * paid).sum() == pytest.approx(traded.sum())


@given(seed=st.integers(0, 10_000))
@settings(max_examples=40, deadline=None)
def test_no_order_fills_more_than_it_wanted_or_more_than_traded(seed):
    generator = np.random.default_rng(seed)
    closes = 50.0 * np.exp(np.cumsum(generator.normal(0.0, 0.03, (30, 1)), axis=0))
    panel = market(closes.tolist(), volume=np.full((30, 1), 500.0).tolist())
    decisions = wishes({row: list(generator.uniform(-0.4, 0.4, 1)) for row in range(0, 29, 3)})
    outcome = simulate(panel, decisions, account(capital_usd=1e6), profile(participation=0.2))
    found = order_costs(panel, outcome)
    assert (found["filled"] <= found["ordered"]).all()
    assert np.nanmax(found["participation"], initial=0.0) <= 0.2 + 1e-9


@given(seed=st.integers(0, 10_000))
@settings(max_examples=30, deadline=None)
def test_later_bars_change_only_markouts_and_what_is_still_at_work(seed):
    generator = np.random.default_rng(seed)
    closes = 50.0 * np.exp(np.cumsum(generator.normal(0.0, 0.03, (30, 1)), axis=0))
    panel = market(closes.tolist())
    decisions = wishes({row: [0.5 if row % 2 else -0.5] for row in range(0, 15, 3)})
    whole = order_costs(panel, simulate(panel, decisions, account(capital_usd=1e6), profile()))
    short = panel.rows(0, 20)
    cut = order_costs(short, simulate(short, decisions, account(capital_usd=1e6), profile()))
    names = [name for name in order_cost_dtype.names if not name.startswith("markout")]
    assert whole[names].tolist() == cut[names].tolist()
