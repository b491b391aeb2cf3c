"""Small datasets for the tests of this room."""

from collections.abc import Callable
from datetime import date

import numpy as np
import polars as pl
import pytest

from tradewright.data import calendar
from tradewright.data.content import ACTIONS, BARS, LISTINGS, DatasetContent
from tradewright.values.panel import Panel, action_dtype
from tradewright.values.provenance import Origin, Provenance

PROVENANCE = Provenance(Origin.REAL, "a test", "none")
NEW_YORK = "America/New_York"


@pytest.fixture(scope="session")
def xnys() -> pl.DataFrame:
    """XNYS's sessions of 1998 to 2004: the year of the Y2K half day and of September 2001 in it."""
    return calendar.sessions("XNYS", date(1998, 1, 1), date(2004, 12, 31))


@pytest.fixture
def bars_of(xnys: pl.DataFrame) -> Callable[..., pl.DataFrame]:
    """Daily bars on the first sessions: an open, high and low around given closes, all of them cents."""

    def build(symbol: str = "AAA", closes: list[float] | None = None, count: int = 150) -> pl.DataFrame:
        rng = np.random.default_rng(len(symbol) + ord(symbol[0]))
        close = np.round(50 + np.cumsum(rng.normal(0, 0.2, count)), 2) if closes is None else np.array(closes)
        days = xnys.head(len(close))
        return pl.DataFrame(
            {
                "symbol": [symbol] * len(close), "opens_at": days["opens_at"], "known_at": days["closes_at"],
                "open": close, "high": close + 0.01, "low": close - 0.01, "close": close,
                "volume": np.full(len(close), 1e6),
            },
            schema=BARS,
        )  # fmt: skip

    return build


@pytest.fixture
def content_of(xnys: pl.DataFrame) -> Callable[..., DatasetContent]:
    """A dataset of given bars, with actions (symbol, kind, value, date) and listings as plain tuples."""

    def build(bars: pl.DataFrame, actions: list | None = None, listings: list | None = None, **more: object):
        acted = [(*action, 0) for action in actions or []]
        return DatasetContent(
            name=str(more.pop("name", "small")), provenance=PROVENANCE, calendar="XNYS", bars=bars,
            actions=pl.DataFrame(acted, schema=ACTIONS, orient="row"),
            listings=pl.DataFrame(listings or [], schema=LISTINGS, orient="row"),
            sessions=more.pop("sessions", xnys.head(bars["known_at"].n_unique())), **more,
        )  # fmt: skip

    return build


@pytest.fixture
def panel_with() -> Callable[..., Panel]:
    """A panel of closes (T x N), all prices alike, with actions (row, asset, kind, value)."""

    def build(close: np.ndarray, actions: list[tuple] | None = None) -> Panel:
        close = np.ascontiguousarray(np.asarray(close, dtype=float).reshape(len(close), -1))
        acts = np.array(actions or [], dtype=action_dtype)
        instants = np.arange(1, len(close) + 1, dtype=np.int64) * 86_400_000_000_000
        names = tuple(f"S{i}" for i in range(close.shape[1]))
        columns = [close.copy() for _ in range(4)]
        return Panel(instants, instants - 1, names, *columns, np.full(close.shape, 1000.0), acts)

    return build
