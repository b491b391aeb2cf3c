"""Cash in several currencies: how an account keeps it, and what a simulation must know to follow it."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from tradewright.values.currency import checked_currency
from tradewright.values.errors import InvalidOption, unknown_name
from tradewright.values.panel import Floats, Ints, Panel

if TYPE_CHECKING:
    from tradewright.values.profile import AccountOptions, ExecutionProfile

CONVERTED, KEPT = "converted", "kept"
# What becomes of money in another currency than the account's.
BALANCES = {
    CONVERTED: "it is changed with every fill and dividend, at the rate of the day",
    KEPT: "it stays in its currency, as a balance of its own, until somebody changes it",
}
NEVER, SHORTFALLS, ALL = "never", "shortfalls", "all"
# What is changed at the close of a row where balances are kept, each time at the cost of changing money.
EXCHANGES = {
    NEVER: "nothing: a balance below zero is a loan in its currency",
    SHORTFALLS: "balances below zero are covered by those above it, the account's own first",
    ALL: "every balance in another currency is changed into the account's own",
}
# The same as numbers, as compiled code keeps them.
EXCHANGE_NONE, EXCHANGE_SHORTFALLS, EXCHANGE_ALL = range(3)


def _no_places() -> Ints:
    """No instruments."""
    return np.zeros(0, dtype=np.int64)


def _no_numbers() -> Floats:
    """No currencies."""
    return np.zeros(0)


def _no_rates() -> Floats:
    """No rates."""
    return np.zeros((0, 0))


@dataclass(frozen=True, eq=False)
class Currencies:
    """The currencies in which an account keeps balances; none where it keeps all money in its own.

    Shape: `names` is K, the account's own first, the others by name; `of_asset` is N, the place of each
    instrument's currency; `rates` is T x K, what one unit was worth, NaN where nobody knew.
    Units: `credit` and `debit`, K, a year's interest on what is above and below zero; `exchange` is the
    place in EXCHANGES; `exchange_share` what changing money costs, 0 where none is ever changed.
    """

    names: tuple[str, ...] = ()
    of_asset: Ints = field(default_factory=_no_places)
    rates: Floats = field(default_factory=_no_rates)
    credit: Floats = field(default_factory=_no_numbers)
    debit: Floats = field(default_factory=_no_numbers)
    exchange: int = 0
    exchange_share: float = 0.0


def currencies_of(panel: Panel, account: "AccountOptions", profile: "ExecutionProfile") -> Currencies:
    """The currencies of a panel told in the account's own, with the interest that each of them bears.

    Raises: InvalidOption for interest on a currency in which nothing is quoted.
    """
    if account.balances != KEPT:
        return Currencies()
    own = panel.quotes.currencies or (account.currency,) * len(panel.symbols)
    names = (account.currency, *sorted(set(own) - {account.currency}))
    for code in sorted(set(account.interest) - set(names)):
        raise InvalidOption(
            f"interest on {code}, in which nothing of this run is quoted.",
            f"Give it for {', '.join(names)}, or leave it out.",
        )
    rates = np.ones((len(panel.instants), len(names)))
    for place, code in enumerate(names[1:], 1):
        rates[:, place] = _rates_of(panel, [asset for asset, one in enumerate(own) if one == code])
    usual = (profile.cash_rate, profile.margin_rate)
    credit, debit = np.array([account.interest.get(code, usual) for code in names], dtype=np.float64).T.copy()
    exchange = list(EXCHANGES).index(account.exchanges)
    return Currencies(
        names,
        np.array([names.index(code) for code in own], dtype=np.int64),
        *(rates, credit, debit, exchange),
        profile.conversion_bps * 1e-4 if exchange != EXCHANGE_NONE else 0.0,
    )


def _rates_of(panel: Panel, assets: list[int]) -> Floats:
    """T: the rate of the currency in which all of these instruments are quoted, where any knows it."""
    rates = panel.rates[:, assets[0]].copy()
    for asset in assets[1:]:
        rates = np.where(np.isnan(rates), panel.rates[:, asset], rates)
    return rates


def check_balances(account: "AccountOptions") -> None:
    """Refuse words that name no way to keep or change money, and those that would bind nothing.

    Raises: UnknownName with the nearest word; InvalidOption.
    """
    if account.balances not in BALANCES:
        raise unknown_name(account.balances, "way to keep balances", BALANCES)
    if account.exchange and account.exchange not in EXCHANGES:
        raise unknown_name(account.exchange, "exchange of balances", EXCHANGES)
    for name in ("exchange", "interest"):
        if account.balances != KEPT and getattr(account, name):
            raise InvalidOption(
                f"{name} = {getattr(account, name)!r} where balances are {account.balances}.",
                "It binds balances that are kept alone: add balances = 'kept' (--balances kept).",
            )
    if account.type == "cash" and account.exchange == NEVER:
        raise InvalidOption(
            "exchange = 'never' in a cash account, which owes nothing in any currency.",
            "Say 'shortfalls' or 'all', or open a margin account.",
        )
    _check_interest(account.interest)


def _check_interest(interest: Mapping[str, tuple[float, float]]) -> None:
    """Two shares a year for each currency that is one."""
    for code, pair in interest.items():
        checked_currency(code, "currency of interest")
        if not all(math.isfinite(one) and -1.0 < one < 10.0 for one in pair):
            raise InvalidOption(
                f"interest of {pair[0]:g} and {pair[1]:g} a year on {code}.",
                "Give what a balance earns and what a loan costs as shares, such as [0.03, 0.06].",
            )
