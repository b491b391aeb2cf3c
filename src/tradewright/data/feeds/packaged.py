"""Real history that comes with a package: no download, and what it is not is said with it."""

from datetime import date
from typing import TYPE_CHECKING

import polars as pl

from tradewright.data import calendar as exchange
from tradewright.data.content import BARS, DatasetContent
from tradewright.values.errors import Failure, unknown_name
from tradewright.values.provenance import Origin, Provenance

if TYPE_CHECKING:
    from pandas import DataFrame

_LICENCE = "BSD-3-Clause (the package skfolio; its authors offer the series for tests and examples only)"
_CLOSE_ONLY = "Closes only: orders fill at the next close, and no volume caps them."

# Each packaged dataset with its provenance; the names are what `tradewright data ingest` takes.
PACKAGED = {
    "sp500-20": Provenance(
        Origin.REAL,
        "skfolio, load_sp500_dataset",
        _LICENCE,
        (
            "Survivors only: the 20 companies were chosen from those still in the S&P 500 in 2022, so any "
            "strategy that holds them looks better than it would have been.",
            "Adjusted closes as of 2022: splits and dividends are in the prices already, old prices are a "
            "fraction of what was paid and rounded to a tenth of a cent, and costs per share would be wrong.",
            _CLOSE_ONLY,
        ),
        survivors_only=True,
    ),
    "sp500-index": Provenance(
        Origin.REAL,
        "skfolio, load_sp500_index",
        _LICENCE,
        (
            "A price index: dividends are not in it, so a portfolio that receives them beats it by about two "
            "percent a year without skill, and nobody could buy it at its level.",
            _CLOSE_ONLY,
        ),
        survivors_only=False,
    ),
}


def read(name: str) -> DatasetContent:
    """One of the packaged datasets, named as in PACKAGED.

    Shape: closes only; open, high, low and volume are NaN. Known at: each session's close, exchange XNYS.
    Raises: UnknownName for another name; Failure where the package skfolio is not installed.
    """
    if name not in PACKAGED:
        raise unknown_name(name, "packaged dataset", PACKAGED)
    closes = _load(name)
    days = exchange.sessions("XNYS", closes["session"].min(), closes["session"].max())  # type: ignore[arg-type]
    timed = exchange.time_daily(closes["session"], days, "America/New_York")
    nothing = pl.lit(float("nan"), dtype=pl.Float64)
    bars = closes.with_columns(timed).with_columns(
        *(nothing.alias(column) for column in ("open", "high", "low", "volume"))
    )
    return DatasetContent(
        name=name, provenance=PACKAGED[name], calendar="XNYS", bars=bars.select(BARS.names()).cast(BARS),
        sessions=days,
    )  # fmt: skip


def _load(name: str) -> pl.DataFrame:
    """Columns symbol, session and close, by symbol and then time."""
    frame = _frame(name)
    days: list[date] = [day.date() for day in frame.index]
    parts = [
        pl.DataFrame({"session": days, "close": frame[symbol].to_list()}).with_columns(symbol=pl.lit(symbol))
        for symbol in sorted(frame.columns)
    ]
    return pl.concat(parts)


def _frame(name: str) -> "DataFrame":
    """The package's own table; its libraries take a second to load, so only here."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from skfolio.datasets import load_sp500_dataset, load_sp500_index
        except ImportError as error:
            raise Failure(
                f"the packaged dataset '{name}' needs skfolio, which is not installed.",
                "Install the extra: pip install 'tradewright[research]'.",
            ) from error
        return load_sp500_dataset() if name == "sp500-20" else load_sp500_index()
