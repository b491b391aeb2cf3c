"""Currencies: in which one each instrument is quoted, and what was known of the rates between them."""

from collections.abc import Collection
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tradewright.values.errors import UnknownName, unknown_name

USD = "USD"
# ISO 4217 codes of currencies that have a market; a code that is misspelt gets the nearest of these.
CURRENCIES = (
    "AUD", "BRL", "CAD", "CHF", "CLP", "CNH", "CNY", "CZK", "DKK", "EUR", "GBP", "HKD", "HUF", "IDR", "ILS",
    "INR", "JPY", "KRW", "MXN", "MYR", "NOK", "NZD", "PHP", "PLN", "RON", "SEK", "SGD", "THB", "TRY", "TWD",
    "USD", "ZAR",
)  # fmt: skip

# What vendors write over prices in hundredths: what these are called, and of which currency.
MINOR_UNITS = {
    "GBX": ("pence", "GBP"), "GBp": ("pence", "GBP"), "GBx": ("pence", "GBP"),
    "ILA": ("agorot", "ILS"), "ILa": ("agorot", "ILS"),
    "ZAC": ("cents", "ZAR"), "ZAc": ("cents", "ZAR"),
}  # fmt: skip

# One unit of `of` was worth `rate` units of `priced_in` on a day, known from `known_at` on. `day_at`
# is that day's midnight; both instants are ns UTC.
rate_dtype = np.dtype(
    [
        ("known_at", np.int64), ("day_at", np.int64), ("of", "U3"), ("priced_in", "U3"), ("rate", np.float64),
    ],
    align=True,
)  # fmt: skip


def checked_currency(code: str, what: str = "currency", known: Collection[str] = CURRENCIES) -> str:
    """The code, if it names a currency.

    Raises: UnknownName with the nearest code; for hundredths, such as GBX, with what to divide by.
    """
    if code in MINOR_UNITS and code not in known:
        unit, whole = MINOR_UNITS[code]
        raise UnknownName(
            f"'{code}' is no {what} of its own: such prices are quoted in {unit}, hundredths of {whole}.",
            f"Divide prices and dividends by 100 and say {whole}.",
        )
    if code not in known:
        raise unknown_name(code, what, known)
    return code


def no_rates() -> NDArray[np.void]:
    """Nothing on file about rates."""
    return np.zeros(0, dtype=rate_dtype)


@dataclass(frozen=True, eq=False)
class Quotes:
    """What the prices of a panel are in, and the rates known.

    Shape: `currencies` is N, one code an instrument, empty where all prices are in one; `facts` are records
    of `rate_dtype`, in any order.
    """

    currencies: tuple[str, ...] = ()
    facts: NDArray[np.void] = field(default_factory=no_rates)
