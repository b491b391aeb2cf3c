"""Small markets of names quoted in other currencies, and accounts that keep balances in them."""

from dataclasses import replace

import numpy as np
from markets import DAY_NS, account, market

from tradewright.data.currency import in_currency
from tradewright.values.currency import Quotes, rate_dtype
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions

FLAT = [10.0] * 5


def rates_of(table: dict[str, list[float]]) -> np.ndarray:
    """A rate a day for each currency, in euros, known at the close of its day."""
    rows = [
        (day * DAY_NS, day * DAY_NS, code, "EUR", rate)
        for code, rates in table.items()
        for day, rate in enumerate(rates)
    ]
    return np.array(rows, dtype=rate_dtype)


def abroad(close, own, table, **kept) -> Panel:
    """Names quoted in the currencies `own`, told in euros at the rates of the table."""
    plain = replace(market(close, **kept), currency="EUR")
    return in_currency(replace(plain, quotes=Quotes(own, rates_of(table))), "EUR")


def dollars(rates, close=FLAT, **kept) -> Panel:
    """One name in dollars, over so many rates as given."""
    return abroad(close[: len(rates)], ("USD",), {"USD": rates}, **kept)


def keeps(**changes) -> AccountOptions:
    """A fractional account of 1,000 euros that keeps its balances."""
    given = {"fractional": True, "currency": "EUR", "balances": "kept", **changes}
    return account(**given)
