"""A stress table: what five imagined and five real shocks would do to positions, with source and date.

It revalues positions and nothing else: no forecast, no probability.
"""

from dataclasses import dataclass

import numpy as np

from tradewright.values.panel import Floats

LEAST_RETURNS = 60


@dataclass(frozen=True)
class Shock:
    """One move of the market.

    Units: `market` is the market's return; `against` is a move of every position against its holder,
    `largest` of the largest position alone; `spread_bps` is paid on everything held. `when` is a date, or
    two, or empty.
    """

    name: str
    when: str
    source: str
    market: float = 0.0
    against: float = 0.0
    largest: float = 0.0
    spread_bps: float = 0.0


IMAGINED = (
    Shock("Market falls 10 % overnight", "", "assumption", market=-0.10),
    Shock("Market falls 20 % overnight", "", "assumption: the size of 19 October 1987", market=-0.20),
    Shock("Market rises 10 % overnight", "", "assumption: what hurts shorts", market=0.10),
    Shock("Largest position moves 50 % against", "", "assumption: fraud, bid or failed trial", largest=0.50),
    Shock("All moves 5 % against, out at 100 bps", "", "assumption", against=0.05, spread_bps=100.0),
)  # fmt: skip
INDEX = "S&P 500 price index, close to close"
REAL = (
    Shock("Black Monday", "1987-10-19", INDEX, market=-0.2047),
    Shock("Worst day of the financial crisis", "2008-10-15", INDEX, market=-0.0903),
    Shock("First session after the US downgrade", "2011-08-08", INDEX, market=-0.0666),
    Shock("Pandemic, worst day", "2020-03-16", INDEX, market=-0.1198),
    Shock("Pandemic, peak to trough", "2020-02-19 to 2020-03-23", INDEX, market=-0.3392),
)
SHOCKS = IMAGINED + REAL


@dataclass(frozen=True)
class Stressed:
    """What a shock would have done to a book. Units: `loss` as a share of equity, positive is lost."""

    shock: Shock
    loss: float


def betas(growth: Floats) -> Floats:
    """Each instrument's move for a move of the equal-weighted market of the same panel.

    Shape: T x N values of a growth index in, N out; 1.0 where fewer than 60 common returns or no variance
    say otherwise.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        returns = growth[1:] / growth[:-1] - 1.0
    known = np.isfinite(returns)
    counts = known.sum(axis=1)
    market = np.divide(
        np.where(known, returns, 0.0).sum(axis=1), counts, out=np.full(len(counts), np.nan), where=counts > 0
    )
    found = np.ones(growth.shape[1])
    for asset in range(len(found)):
        both = known[:, asset] & np.isfinite(market)
        own, all_of = returns[both, asset], market[both]
        variance = float(np.var(all_of)) if len(all_of) >= LEAST_RETURNS else 0.0
        if variance > 0.0:
            found[asset] = float(np.mean((own - own.mean()) * (all_of - all_of.mean()))) / variance
    return found


def stress(weights: Floats, beta: Floats, shocks: tuple[Shock, ...] = SHOCKS) -> tuple[Stressed, ...]:
    """The loss each shock would bring to positions of these weights.

    Shape: `weights` (signed, of equity) and `beta` are N. A loss is of positions as they stand: nobody
    trades.
    """
    gross = np.abs(weights)
    largest = float(gross.max()) if len(gross) else 0.0
    return tuple(
        Stressed(
            one,
            float(-one.market * np.sum(weights * beta))
            + one.against * float(gross.sum())
            + one.largest * largest
            + one.spread_bps * 1e-4 * float(gross.sum()),
        )
        for one in shocks
    )
