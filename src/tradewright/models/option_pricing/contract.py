"""What every pricer is asked about: rows of contracts under rows of market conditions, as plain arrays."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from tradewright.values.errors import InvalidOption
from tradewright.values.option import Right
from tradewright.values.panel import Floats

# The domain in which prices are exact to double precision. Beyond it nothing trades.
MOST_MONEY, MOST_YEARS, MOST_VOLATILITY, MOST_RATE = 1e100, 200.0, 100.0, 3.0
BOUNDS = (MOST_MONEY, MOST_YEARS, MOST_VOLATILITY, MOST_RATE)


@dataclass(frozen=True, eq=False)
class Terms:
    """European options and the market they are priced in; single numbers and arrays that fit one another.

    Units: `right` +1 for a call, -1 for a put, or words; `spot` and `strike` in one currency; `years` to
    expiry; `rate` and `dividend_yield` a year, continuously compounded, as fractions.
    Shape: any shapes that broadcast. Raises: InvalidOption where they do not.
    """

    right: Any
    spot: ArrayLike
    strike: ArrayLike
    years: ArrayLike
    rate: ArrayLike = 0.0
    dividend_yield: ArrayLike = 0.0

    def __post_init__(self) -> None:
        """Turn everything into arrays of numbers, once."""
        object.__setattr__(self, "right", signs_of(self.right))
        for name in ("spot", "strike", "years", "rate", "dividend_yield"):
            object.__setattr__(self, name, np.asarray(getattr(self, name), dtype=np.float64))
        _ = self.shape

    @property
    def columns(self) -> tuple[Floats, ...]:
        """Right, spot, strike, years, rate and dividend yield, as they were given."""
        found = (self.right, self.spot, self.strike, self.years, self.rate, self.dividend_yield)
        return tuple(np.asarray(column) for column in found)

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape that all terms have together."""
        return shape_of(dict(zip(COLUMNS, self.columns, strict=True)))


COLUMNS = ("right", "spot", "strike", "years", "rate", "dividend_yield")


def signs_of(right: Any) -> Floats:
    """+1 and -1 from words, rights or numbers.

    Raises: UnknownName, InvalidOption.
    """
    if isinstance(right, Right | str):
        return np.float64(sign_of(right)) * np.ones(())
    given = np.asarray(right)
    if given.dtype.kind not in "OUS":
        return given.astype(np.float64, copy=False)
    return np.array([sign_of(one) for one in given.ravel()], dtype=np.float64).reshape(given.shape)


def sign_of(right: Any) -> float:
    """+1 for a call and -1 for a put, from a word, a right or a number."""
    if isinstance(right, Right):
        return float(right.sign)
    return float(Right.of(right).sign) if isinstance(right, str) else float(right)


def shape_of(arrays: dict[str, Floats]) -> tuple[int, ...]:
    """The shape that arrays have together.

    Raises: InvalidOption when they do not fit one another.
    """
    try:
        return np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        told = ", ".join(f"{name} {array.shape}" for name, array in arrays.items() if array.shape)
        raise InvalidOption(f"Shapes do not match: {told}.", "Give single numbers or equal shapes.") from None


def laid_out(terms: Terms, **others: Floats) -> tuple[tuple[int, ...], list[Floats]]:
    """The shape of terms and other columns together, and each as one long row, copied only where it must be.

    Raises: InvalidOption when their shapes do not match.
    """
    named = dict(zip(COLUMNS, terms.columns, strict=True)) | others
    shape = shape_of(named)
    return shape, [_row(array, shape) for array in named.values()]


def _row(array: Floats, shape: tuple[int, ...]) -> Floats:
    """One column as a long row that may be written to: a loop is compiled anew for one that may not."""
    row = np.broadcast_to(array, shape).ravel() if array.shape != shape else array.reshape(-1)
    return row if row.flags.writeable and row.flags.c_contiguous else row.copy()


def refuse(terms: Terms, **others: Floats) -> None:
    """Name the first row that is no option, and what holds; rows with NaN are unknown, not wrong.

    Raises: InvalidOption.
    """
    _, rows = laid_out(terms, **others)
    held = dict(zip([*COLUMNS, *others], rows, strict=True))
    for name, column in held.items():
        low, high, words = LIMITS[name]
        wrong = (column < low) | (column > high)
        if name in ("spot", "strike"):
            wrong |= column == 0.0
        if name == "right":
            wrong = (column != 1.0) & (column != -1.0)
        if wrong.any():
            row = int(np.argmax(wrong))
            place = f" in row {row}" if len(column) > 1 else ""
            raise InvalidOption(f"{name} = {column[row]:g}{place}.", words)


LIMITS = {
    "right": (-1.0, 1.0, "Give 1 for a call, -1 for a put, or the words."),
    "spot": (0.0, MOST_MONEY, f"A price is above zero, at most {MOST_MONEY:g}."),
    "strike": (0.0, MOST_MONEY, f"A strike is above zero, at most {MOST_MONEY:g}."),
    "years": (0.0, MOST_YEARS, f"Expiry in the past? Give 0 to {MOST_YEARS:g} years from now."),
    "rate": (-MOST_RATE, MOST_RATE, f"Give a fraction a year, {-MOST_RATE:g} to {MOST_RATE:g}: 0.05 is 5 %."),
    "dividend_yield": (
        -MOST_RATE,
        MOST_RATE,
        f"Give a fraction a year, {-MOST_RATE:g} to {MOST_RATE:g}: 0.02 is 2 %.",
    ),
    "volatility": (0.0, MOST_VOLATILITY, f"Give a fraction a year, 0 to {MOST_VOLATILITY:g}: 0.2 is 20 %."),
    "price": (0.0, MOST_MONEY, "A price is zero or more."),
}
