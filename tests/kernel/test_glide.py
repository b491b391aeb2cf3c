"""Quiet bars: the fast way is the slow way, to the last bit, for every kind of account."""

import numpy as np
import pytest
from drivers import differences
from markets import NAN, account, market, profile

from tradewright.kernel.inputs import terms_of
from tradewright.kernel.native import glide
from tradewright.kernel.native.books import market_of
from tradewright.kernel.native.numbers import list_assets
from tradewright.kernel.native.phases import accrue, guard, mark, write
from tradewright.kernel.native.records import new_account, new_assets
from tradewright.values.outcome import order_dtype

BARS = 1_100
RATES = {
    "free": profile(),
    "cash": profile(cash_rate=0.04),
    "all": profile(cash_rate=0.04, margin_rate=0.09, borrow_rate=0.05),
}
HOLDINGS = {
    "nothing": ([0.0, 0.0], 1_000.0),
    "nothing but debt": ([0.0, 0.0], -1_000.0),
    "one long": ([5.0, 0.0], 500.0),
    "one long on margin": ([15.0, 0.0], -500.0),
    "another long": ([0.0, 5.0], 500.0),
    "one short": ([-5.0, 0.0], 1_500.0),
    "a long and a short": ([5.0, -5.0], 1_000.0),
    "two long": ([3.0, 4.0], 300.0),
    "a long that is ruined": ([15.0, 0.0], -1_490.0),
    "a short that is ruined": ([-9.0, 0.0], 905.0),
}


def prices(assets, gaps, seed=0):
    """Random closes with missing ones."""
    random = np.random.default_rng(seed)
    close = 100.0 * np.exp(np.cumsum(random.normal(0.0, 0.01, (BARS, assets)), axis=0))
    close[random.random(close.shape) < gaps] = np.nan
    close[0] = 100.0
    return market(close)


def plain(function):
    """The function without its compiler."""
    return getattr(function, "py_func", function)


class Account:
    """The records of one account set up by hand, and what it writes."""

    def __init__(self, panel, rules, qty, cash):
        """Hold `qty` since before row 1, with this much cash."""
        terms = terms_of(panel, account(), rules)
        self.market = market_of(panel, terms)
        self.accounts, self.assets = new_account(terms), new_assets(len(qty))
        self.assets["qty"] = qty
        self.assets["mark"] = 100.0
        self.account = self.accounts[0]
        self.account["cash"] = cash
        self.path = tuple(np.zeros(len(panel.instants)) for _ in range(6))
        plain(list_assets)(self.account, self.assets)
        plain(mark)(self.account, self.assets, panel.close, 0)
        self.account["row"] = 1

    def glide(self, stop):
        """Take the fast way up to `stop`, as the loop over bars does."""
        while self.account["row"] < stop:
            glide.glide(self.account, self.assets, self.market, self.path, stop)

    def walk(self, stop):
        """Take the slow way: the phases themselves, row by row."""
        for row in range(int(self.account["row"]), stop):
            if self.account["accrues"]:
                plain(accrue)(self.account, self.market[0], row)
            plain(mark)(self.account, self.assets, self.market[2], row)
            if self.account["equity"] <= 0.0 and self.account["ruined_row"] < 0:
                self.account["ruined_row"] = row
            plain(write)(self.account, self.path, row)
            self.account["row"] = row + 1

    def state(self):
        """Everything that later rows depend on, and everything written."""
        names = ("cash", "equity", "long", "short", "interest", "borrow_fee", "row", "ruined_row")
        numbers = [self.account[name].item() for name in names]
        columns = [column.tolist() for column in self.path]
        return numbers, self.assets["qty"].tolist(), columns


def interpreted(monkeypatch):
    """Run the fast way without its compiler, so that records may be passed from Python."""
    for name in (
        "glide",
        "glide_many",
        "glide_flat",
        "glide_held",
        "glide_accruing",
        "fill",
        "all_known",
        "carry",
        "value_rows",
        "value_equity",
        "first_ruined",
        "known",
        "accrue",
        "mark",
        "write",
    ):
        monkeypatch.setattr(glide, name, plain(getattr(glide, name)))


@pytest.mark.parametrize("gaps", [0.0, 0.3])
@pytest.mark.parametrize("rates", sorted(RATES))
@pytest.mark.parametrize("holding", sorted(HOLDINGS))
def test_gliding_is_walking(monkeypatch, holding, rates, gaps):
    interpreted(monkeypatch)
    qty, cash = HOLDINGS[holding]
    panel = prices(2, gaps)
    fast, slow = Account(panel, RATES[rates], qty, cash), Account(panel, RATES[rates], qty, cash)
    fast.glide(BARS)
    slow.walk(BARS)
    assert fast.state() == slow.state()


@pytest.mark.parametrize("rates", sorted(RATES))
@pytest.mark.parametrize("holding", ["nothing", "one long", "one short", "a long that is ruined"])
def test_gliding_over_one_instrument_is_walking(monkeypatch, holding, rates):
    interpreted(monkeypatch)
    qty, cash = HOLDINGS[holding]
    for gaps in (0.0, 0.2):
        panel = prices(1, gaps, seed=1)
        fast = Account(panel, RATES[rates], qty[:1], cash)
        slow = Account(panel, RATES[rates], qty[:1], cash)
        fast.glide(BARS)
        slow.walk(BARS)
        assert fast.state() == slow.state()


@pytest.mark.parametrize("stops", [(2, 3, BARS), (511, 512, 513, BARS), (600, BARS), (1_000, 1_001, BARS)])
@pytest.mark.parametrize("rates", sorted(RATES))
def test_gliding_in_pieces_is_gliding_at_once(monkeypatch, rates, stops):
    interpreted(monkeypatch)
    panel = prices(2, 0.1)
    whole = Account(panel, RATES[rates], [5.0, 0.0], 500.0)
    pieces = Account(panel, RATES[rates], [5.0, 0.0], 500.0)
    whole.glide(BARS)
    for stop in stops:
        pieces.glide(stop)
    assert whole.state() == pieces.state()


@pytest.mark.parametrize("holding", sorted(HOLDINGS))
def test_without_a_journal_equity_is_the_same(monkeypatch, holding):
    interpreted(monkeypatch)
    qty, cash = HOLDINGS[holding]
    panel = prices(2, 0.1)
    told, silent = Account(panel, RATES["all"], qty, cash), Account(panel, RATES["all"], qty, cash)
    silent.account["journals"] = 0
    # A sweep writes equity alone, and hands the same row out for every column.
    silent.path = (silent.path[0],) * 6
    told.glide(BARS)
    silent.glide(BARS)
    assert told.path[0].tolist() == silent.path[0].tolist()


@pytest.mark.parametrize("holding", ["one long", "one short"])
def test_without_a_journal_and_without_rates_equity_is_the_same(monkeypatch, holding):
    interpreted(monkeypatch)
    qty, cash = HOLDINGS[holding]
    for assets in (1, 2):
        panel = prices(assets, 0.1)
        told = Account(panel, RATES["free"], qty[:assets], cash)
        silent = Account(panel, RATES["free"], qty[:assets], cash)
        silent.account["journals"] = 0
        silent.path = (silent.path[0],) * 6
        told.glide(BARS)
        silent.glide(BARS)
        assert told.path[0].tolist() == silent.path[0].tolist()


@pytest.mark.parametrize(
    ("column", "known"),
    [
        ([1.0, 2.0, 3.0], True),
        ([1.0, NAN, 3.0], False),
        ([1.0, 0.0, 3.0], False),
        ([1.0, -1.0, 3.0], False),
        ([1.0, float("inf"), 3.0], False),
        ([1.0], True),
        ([NAN], False),
    ],
)
def test_a_column_is_known_where_every_price_printed(column, known):
    assert bool(plain(glide.all_known)(np.array(column))) is known


@pytest.mark.parametrize(
    ("close", "before", "carried"),
    [
        ([1.0, 2.0, 3.0], 9.0, [1.0, 2.0, 3.0]),
        ([NAN, 2.0, NAN], 9.0, [9.0, 2.0, 2.0]),
        ([NAN, NAN, NAN], 9.0, [9.0, 9.0, 9.0]),
        ([-1.0, 0.0, 3.0], 9.0, [9.0, 9.0, 3.0]),
    ],
)
def test_missing_prices_carry_the_one_before(monkeypatch, close, before, carried):
    interpreted(monkeypatch)
    column = np.zeros(3)
    glide.carry(column, np.array(close), before)
    assert column.tolist() == carried


@pytest.mark.parametrize(
    ("equity", "first"),
    [
        ([1.0, 0.0, 2.0], 1),
        ([-1.0, 5.0, 2.0], 0),
        ([1.0, 5.0, -0.5], 2),
    ],
)
def test_the_first_row_without_equity(equity, first):
    assert plain(glide.first_ruined)(np.array(equity)) == first


@pytest.mark.parametrize(("qty", "cash"), [(2.0, 10.0), (-2.0, 500.0), (2.0, -150.0)])
def test_valuing_rows_counts_those_without_equity(qty, cash):
    close = np.array([50.0, 75.0, 100.0, 300.0])
    columns = [np.zeros(4) for _ in range(3)]
    equity, cash_column, side = columns
    ruins = plain(glide.value_rows)(close, equity, cash_column, side, qty, cash)
    assert equity.tolist() == (cash + qty * close).tolist()
    assert side.tolist() == np.abs(qty * close).tolist()
    assert cash_column.tolist() == [cash] * 4
    assert ruins == int((equity <= 0.0).sum())


def test_the_guard_of_a_busy_row_and_of_a_quiet_one_agree():
    panel = prices(1, 0.0)
    one = Account(panel, RATES["free"], [15.0], -1_499.0)
    one.account["equity"] = -1.0
    plain(guard)(one.account, one.assets, np.zeros(0, dtype=order_dtype), 7)
    assert one.account["ruined_row"] == 7


def test_outcomes_that_differ_are_told_apart():
    from drivers import DRIVERS
    from markets import wishes

    panel = market([100.0, 100.0, 120.0])
    one = DRIVERS["batch"](panel, wishes({0: 0.5}), account(), profile())
    other = DRIVERS["batch"](panel, wishes({0: 0.4}), account(), profile())
    found = differences(one, other)
    assert {"equity_usd", "cash_usd", "long_usd", "positions", "orders", "fills"} <= set(found)
    assert "short_usd" not in found
