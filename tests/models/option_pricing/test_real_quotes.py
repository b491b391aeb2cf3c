"""The GOOG chains of December 2015 against the implied volatilities and Greeks that came with them.

What the file's numbers turn out to be, found by trying: Black-Scholes on the underlying's close, with one day
less to expiry than the calendar says, and 0.9 % a year. Each strike has one volatility for its call and
its put, taken from one of them. The file's prices are the day's last trades, many hours old, and its
volatilities come mostly from quotes that it does not hold. So its Greeks can be computed again from its
volatilities, and about a quarter of its volatilities from its prices.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime

import numpy as np
import pytest

from tradewright.models.option_pricing.black_scholes import greeks, implied
from tradewright.models.option_pricing.contract import Terms

pytestmark = pytest.mark.market
RATE = 0.009
DAYS = ["2015-12-24", "2015-12-28"]


@dataclass(frozen=True)
class Chain:
    """One evening's options."""

    terms: Terms
    columns: dict[str, np.ndarray]

    def mates(self, found: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Values of the call and of the put of each row's strike and expiry."""
        right, _, strike, years, *_ = self.terms.columns
        place = {key: row for row, key in enumerate(zip(years, strike, right, strict=True))}
        both = [[place[y, k, side] for y, k in zip(years, strike, strict=True)] for side in (1.0, -1.0)]
        return found[both[0]], found[both[1]]


@pytest.fixture(scope="module", params=DAYS)
def chain(request, market_dir) -> Chain:
    with (market_dir / "options" / f"GOOG_{request.param}.csv").open() as file:
        underlying, *rows = list(csv.DictReader(file))
    names = ("strike", "close", "implied_volatility", "delta", "gamma", "vega", "theta", "rho", "volume")
    columns = {name: np.array([float(row[name]) for row in rows]) for name in names}
    today = date.fromisoformat(request.param)
    days = np.array([(datetime.strptime(row["expiry"], "%Y%m%d").date() - today).days - 1 for row in rows])
    right = ["call" if row["right"] == "C" else "put" for row in rows]
    return Chain(Terms(right, float(underlying["close"]), columns["strike"], days / 365.0, RATE), columns)


@pytest.mark.parametrize(
    ("greek", "unit", "typical"),
    [
        ("delta", 1.0, 5e-4),
        ("gamma", 1.0, 5e-6),
        ("vega", 0.01, 1e-3),
        ("theta", 1.0 / 365.0, 5e-4),
        ("rho", 0.01, 1e-3),
    ],
)
def test_the_files_greeks_follow_from_its_volatilities(chain, greek, unit, typical):
    told = chain.columns["implied_volatility"]
    # Below a volatility of 5 % the file's number is a floor of its solver, not a price's.
    known = told > 0.05
    assert known.mean() > 0.8
    found = getattr(greeks(chain.terms, told), greek) * unit
    apart = np.abs(found - chain.columns[greek])[known]
    assert np.median(apart) < typical
    assert np.quantile(apart, 0.9) < 10.0 * typical


def test_call_and_put_of_a_strike_share_the_files_volatility(chain):
    call, put = chain.mates(chain.columns["implied_volatility"])
    np.testing.assert_array_equal(call, put)


def test_every_fourth_strike_has_the_volatility_of_a_price_in_the_file(chain):
    found = implied(chain.terms, chain.columns["close"]).volatility
    call, put = chain.mates(found)
    told = chain.columns["implied_volatility"]
    apart = np.fmin(np.abs(call - told), np.abs(put - told))
    assert np.mean(apart < 1e-3) > 0.25


def test_most_prices_imply_a_volatility_and_the_others_say_why_not(chain):
    found = implied(chain.terms, chain.columns["close"])
    has = found.reasons == 0
    assert has.mean() > 0.85
    assert {found.reason(row) for row in np.flatnonzero(~has)} == {"below what exercise is worth"}
    # A stale trade in the money lies below what exercise is worth by then.
    right, spot, strike, *_ = chain.terms.columns
    assert np.all(right[~has] * (float(spot) - strike[~has]) > 0.0)


def test_our_volatilities_price_the_quotes_they_come_from(chain):
    found = implied(chain.terms, chain.columns["close"])
    has = (found.reasons == 0) & (chain.columns["close"] > 0.0)
    back = greeks(chain.terms, np.where(has, found.volatility, 0.2)).price
    np.testing.assert_allclose(back[has], chain.columns["close"][has], rtol=1e-10)
