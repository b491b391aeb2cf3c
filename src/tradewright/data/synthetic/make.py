"""A made market as a dataset: tables as a vendor would deliver them, and the truth beside them."""

from dataclasses import asdict
from datetime import date
from typing import Any

import numpy as np
import polars as pl

from tradewright.data.calendar import sessions, time_zone_of
from tradewright.data.content import ACTIONS, BARS, LISTINGS, DatasetContent
from tradewright.data.synthetic.bars import OVERNIGHT_SHARE
from tradewright.data.synthetic.market import Market, simulate
from tradewright.data.synthetic.options import EDGES, SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.data.synthetic.portfolios import DEFINITIONS
from tradewright.data.synthetic.truth import BURN_IN
from tradewright.data.synthetic.volatility import (
    REGIMES,
    regime_drift,
    regime_shares,
    regime_volatility,
    segments,
    switching,
)
from tradewright.values.errors import InvalidOption
from tradewright.values.instant import NS_PER_SECOND
from tradewright.values.panel import ACTION_NAMES, DELISTING, Ints
from tradewright.values.provenance import Origin, Provenance

VENDOR = "tradewright synthetic market"
FEWEST_SESSIONS = 20
# Boards and exchanges speak an hour after the close.
ANNOUNCED_AFTER_NS = 3_600 * NS_PER_SECOND

NOTES = (
    "A Sharpe ratio here is mean over standard deviation of daily simple returns times the root of 252, "
    "before costs and without subtracting interest.",
    "True ratios come from the model's own conditional means and variances over unpublished paths; the "
    "path's ratios are what the published prices happened to show.",
    "The edge is a difference between names. Drift and volatility also change with the regime, so a "
    "strategy that times the whole market may earn or lose something even where no edge is planted.",
    "A name's score also knows its returns before its first published bar; whoever has only the bars sees "
    "the same score once a lookback of them is there.",
    f"On average {OVERNIGHT_SHARE:.0%} of a session's move has happened before its open: a strategy that "
    "fills at the next open misses that part of an edge of one session.",
    "The reference portfolio is a yardstick, not the best that could be done.",
)


def make(options: SyntheticOptions) -> DatasetContent:
    """Make a market: the same options give the same bytes, in every process.

    Raises: InvalidOption for a span without enough sessions or an edge too strong for the market; UnknownName
    for a calendar that does not exist.
    """
    days = sessions(options.calendar, date.fromisoformat(options.first), date.fromisoformat(options.last))
    if len(days) < FEWEST_SESSIONS:
        raise InvalidOption(
            f"{options.first} to {options.last} holds {len(days)} sessions of {options.calendar}.",
            f"A market needs {FEWEST_SESSIONS} or more.",
        )
    market = simulate(options, len(days), month_starts(days))
    symbols = symbols_of(options)
    return DatasetContent(
        name=options.name,
        provenance=_provenance(options),
        calendar=options.calendar,
        bars=_bars_table(market, symbols, days),
        actions=_actions_table(market, symbols, days),
        listings=_listings_table(market, symbols, days),
        truth=_truth(market, symbols, days),
        sessions=days,
        time_zone=time_zone_of(options.calendar),
    )


def symbols_of(options: SyntheticOptions) -> tuple[str, ...]:
    """The names' symbols: they do not look like anybody's tickers and do not change when names are added."""
    return tuple(f"SYN{name:04d}" for name in range(options.names))


def month_starts(days: pl.DataFrame) -> Ints:
    """The rows of the first session of each calendar month; row 0 is none, as nothing before it says so."""
    month = days["session"].dt.year().to_numpy() * 12 + days["session"].dt.month().to_numpy()
    return np.flatnonzero(np.diff(month)) + 1


def _provenance(options: SyntheticOptions) -> Provenance:
    planted = (
        "No edge between names is planted."
        if options.edge == "none"
        else f"An edge is planted ({options.edge}: {EDGES[options.edge]}), so finding it is no discovery."
    )
    caveats = (
        "These prices were made by a program; nobody ever traded at them.",
        planted,
        "It shows whether a method finds what is there and nothing else; it says nothing about real markets.",
    )
    return Provenance(Origin.SYNTHETIC, VENDOR, "Apache-2.0", caveats, survivors_only=False)


def _bars_table(market: Market, symbols: tuple[str, ...], days: pl.DataFrame) -> pl.DataFrame:
    """Bars symbol by symbol in time order; a missing bar is no row."""
    bars = market.bars
    name, row = np.nonzero(~np.isnan(bars.close.T))
    prices = {key: getattr(bars, key)[row, name] for key in ("open", "high", "low", "close", "volume")}
    times = {"opens_at": days["opens_at"].to_numpy()[row], "known_at": days["closes_at"].to_numpy()[row]}
    return pl.DataFrame({"symbol": pl.Series(symbols)[name], **times, **prices}, schema=BARS)


def _actions_table(market: Market, symbols: tuple[str, ...], days: pl.DataFrame) -> pl.DataFrame:
    """Splits, dividends and delistings by date, each known from the evening it was announced."""
    listed = market.stage.schedule
    found = [(e.row, e.name, e.kind, e.value, e.declared_row) for e in market.events]
    for name in map(int, np.flatnonzero(listed.delisted)):
        last = int(listed.last_row[name])
        found.append((last + 1, name, DELISTING, float(listed.recovery[name]), last))
    found.sort()
    closes, dates = days["closes_at"].to_list(), days["session"].to_list()
    rows = [
        (symbols[name], ACTION_NAMES[kind], value, dates[row], closes[declared] + ANNOUNCED_AFTER_NS)
        for row, name, kind, value, declared in found
    ]
    return pl.DataFrame(rows, schema=ACTIONS, orient="row")


def _listings_table(market: Market, symbols: tuple[str, ...], days: pl.DataFrame) -> pl.DataFrame:
    """One listing a name; the last date of a delisted one is that of its last session."""
    listed, dates = market.stage.schedule, days["session"].to_list()
    rows = [
        (symbol, symbol, dates[first], dates[last] if gone else None)
        for symbol, first, last, gone in zip(
            symbols, listed.first_row, listed.last_row, listed.delisted, strict=True
        )
    ]
    return pl.DataFrame(rows, schema=LISTINGS, orient="row")


def _truth(market: Market, symbols: tuple[str, ...], days: pl.DataFrame) -> dict[str, Any]:
    """Everything the market knows about itself, as plain numbers and words that JSON can hold."""
    options, truth = market.stage.options, market.truth
    reference = truth.portfolios["reference"]
    return {
        "edge": options.edge,
        "meaning": EDGES[options.edge],
        "asked_sharpe": options.edge_sharpe,
        "true_sharpe": _figure(reference.sharpe),
        "standard_error": _figure(reference.standard_error),
        "definition": f"Reference portfolio, gross of costs: {DEFINITIONS['reference']}.",
        "amplitude": truth.amplitude * SESSIONS_PER_YEAR,
        "amplitude_unit": "expected return a year for a score of one",
        "portfolios": _portfolios(market),
        "walked_years": round(truth.paths * market.stage.schedule.sessions / SESSIONS_PER_YEAR, 1),
        "regimes": _regimes(market, days),
        "names": _names(market, symbols),
        "seed": options.seed,
        "options": asdict(options),
        "notes": list(NOTES),
    }


def _portfolios(market: Market) -> dict[str, Any]:
    """Each portfolio's true figures, its definition, and what the published path happened to show."""
    return {
        name: {
            "definition": DEFINITIONS[name],
            "true_sharpe": _figure(earned.sharpe),
            "standard_error": _figure(earned.standard_error),
            "annual_return": _figure(earned.annual_return),
            "annual_volatility": _figure(earned.annual_volatility),
            "path_sharpe": _figure(market.path_sharpe(name)),
        }
        for name, earned in market.truth.portfolios.items()
    }


def _regimes(market: Market, days: pl.DataFrame) -> dict[str, Any]:
    """The chain of regimes and the path it took."""
    options, dates = market.stage.options, days["session"].to_list()
    calm, turbulent = (float(chance) for chance in switching(options))
    return {
        "names": list(REGIMES.values()),
        "transition": [[1.0 - calm, calm], [turbulent, 1.0 - turbulent]],
        "shares": [float(share) for share in regime_shares(options)],
        "annual_drift": [float(drift) * SESSIONS_PER_YEAR for drift in regime_drift(options)],
        "volatility_multiple": [float(multiple) for multiple in regime_volatility(options)],
        "path": [
            {"first": str(dates[first]), "last": str(dates[last]), "regime": regime}
            for first, last, regime in segments(market.weather.regimes[BURN_IN:, 0])
        ],
    }


def _names(market: Market, symbols: tuple[str, ...]) -> dict[str, Any]:
    """What each name is like."""
    names = market.stage.names
    return {
        symbol: {
            "sector": int(names.sector[place]),
            "beta": _figure(names.beta[place]),
            "idiosyncratic_vol": _figure(names.idiosyncratic_vol[place]),
            "dividend_yield": _figure(names.dividend_yield[place]),
        }
        for place, symbol in enumerate(symbols)
    }


def _figure(value: float) -> float:
    """Six decimals are more than any of these is known to; adding zero turns -0.0 into 0.0."""
    return round(float(value), 6) + 0.0
