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
MOST_INTEREST = 5.0  # a year, on what is kept and on what is owed
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
    place in EXCHANGES; `exchange_share` what changing money costs; `changing`, N, what of that a fill must
    leave for the close, 0 where its money is not changed then.
    """

    names: tuple[str, ...] = ()
    of_asset: Ints = field(default_factory=_no_places)
    rates: Floats = field(default_factory=_no_rates)
    credit: Floats = field(default_factory=_no_numbers)
    debit: Floats = field(default_factory=_no_numbers)
    exchange: int = 0
    exchange_share: float = 0.0
    changing: Floats = field(default_factory=_no_numbers)


def currencies_of(panel: Panel, account: "AccountOptions", profile: "ExecutionProfile") -> Currencies:
    """The currencies of a panel told in the account's own, with the interest that each of them bears."""
    if account.balances != KEPT:
        return Currencies()
    own = panel.quotes.currencies or (account.currency,) * len(panel.symbols)
    names = (account.currency, *sorted(set(own) - {account.currency}))
    rates = np.ones((len(panel.instants), len(names)))
    for place, code in enumerate(names[1:], 1):
        rates[:, place] = _rates_of(panel, [asset for asset, one in enumerate(own) if one == code])
    usual = (profile.cash_rate, profile.margin_rate)
    credit, debit = np.array([account.interest.get(code, usual) for code in names], dtype=np.float64).T.copy()
    exchange = list(EXCHANGES).index(account.exchanges)
    places, share = (
        np.array([names.index(code) for code in own], dtype=np.int64),
        profile.conversion_bps * 1e-4,
    )
    # Shortfalls may be covered from any balance; where all is changed, an own name's money never is.
    is_changed = places > 0 if exchange == EXCHANGE_ALL else places >= 0
    if exchange == EXCHANGE_NONE or len(names) == 1:
        is_changed = places < 0
    changing = np.where(is_changed, share, 0.0)
    return Currencies(names, places, rates, credit, debit, exchange, share, changing)


def check_interest_counts(panel: Panel, account: "AccountOptions") -> None:
    """Refuse interest on a currency in which nothing is quoted, before anything runs.

    Raises: InvalidOption naming it and those that are.
    """
    others = sorted(set(panel.quotes.currencies) - {account.currency})
    for code in sorted(set(account.interest) - set(others)):
        raise InvalidOption(
            f"interest on {code}, in which nothing of this run is quoted.",
            f"Give it for {', '.join(others)}, or leave it out." if others else "Leave it out.",
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
    _check_interest(account.interest, account.currency)


def _check_interest(interest: Mapping[str, tuple[float, float]], own: str) -> None:
    """Two shares a year for each currency that is one, and is not the account's own.

    That one's are the profile's, by which returns in excess of cash are reckoned.
    """
    for code, pair in interest.items():
        checked_currency(code, "currency of interest")
        if code == own:
            raise InvalidOption(
                f"interest on {code}, the account's own currency.",
                "Set cash_rate and margin_rate in [execution.override] instead.",
            )
        if not _is_interest(pair):
            raise InvalidOption(
                f"interest of {pair} a year on {code}.",
                "Give shares: what is earned, above -1, and what is owed, at most 5, such as [0.03, 0.06].",
            )


def _is_interest(pair: object) -> bool:
    """True for two shares a year within what any bank asks for."""
    if not isinstance(pair, tuple | list) or len(pair) != 2:
        return False
    numbers = [one for one in pair if isinstance(one, int | float) and math.isfinite(one)]
    return len(numbers) == 2 and -1.0 < numbers[0] <= MOST_INTEREST and 0.0 <= numbers[1] <= MOST_INTEREST
