"""The tables that specimens and mutants are given: seeded random walks, small enough to audit in a moment."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

ROWS = 260
SESSIONS, BARS_A_DAY = 12, 22
SYMBOLS = ("AAA", "BBB", "CCC", "DDD", "EEE")


def _walk(rows: int, seed: int, deviation: float = 0.012) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    close = 100 * np.exp(np.cumsum(deviation * rng.standard_normal(rows)))
    opened = np.r_[close[0], close[:-1]] * np.exp(0.3 * deviation * rng.standard_normal(rows))
    high = np.maximum(opened, close) * (1 + 0.5 * deviation * rng.random(rows))
    low = np.minimum(opened, close) * (1 - 0.5 * deviation * rng.random(rows))
    volume = np.round(1e5 * np.exp(0.4 * rng.standard_normal(rows)))
    return {"open": opened, "high": high, "low": low, "close": close, "volume": volume}


@cache
def _daily() -> pd.DataFrame:
    index = pd.bdate_range("2019-01-01", periods=ROWS, name="ts")
    return pd.DataFrame(_walk(ROWS, 11), index=index)


@cache
def _intraday() -> pd.DataFrame:
    days = pd.bdate_range("2021-03-01", periods=SESSIONS)
    stamps = [day + pd.Timedelta(minutes=570 + 15 * (bar + 1)) for day in days for bar in range(BARS_A_DAY)]
    frame = pd.DataFrame(_walk(len(stamps), 12, 0.004), index=pd.DatetimeIndex(stamps, name="ts"))
    return frame.assign(day=frame.index.normalize())


@cache
def _panel() -> pd.DataFrame:
    days = pd.bdate_range("2020-01-01", periods=70)
    parts = [
        pd.DataFrame(_walk(len(days), 20 + place)).assign(date=days, symbol=symbol)
        for place, symbol in enumerate(SYMBOLS)
    ]
    return pd.concat(parts).sort_values(["date", "symbol"], kind="stable").reset_index(drop=True)


@cache
def _gappy() -> pd.DataFrame:
    """Daily closes with holes, as a thin listing has."""
    frame = _daily().copy()
    holes = np.random.default_rng(5).random(ROWS) < 0.12
    frame.loc[holes, "close"] = np.nan
    return frame


@cache
def _with_statements() -> dict[str, pd.DataFrame]:
    bars = _daily().reset_index()
    ends = pd.date_range("2018-12-31", "2019-12-31", freq="QE")
    rng = np.random.default_rng(6)
    statements = pd.DataFrame(
        {
            "period_end": ends,
            "filed_at": ends + pd.Timedelta(days=38),
            "eps": 1 + rng.random(len(ends)),
        }
    )
    return {"bars": bars, "statements": statements}


@cache
def _with_releases() -> dict[str, pd.DataFrame]:
    """A monthly figure: its first release, and the revision three months later in a column of its own."""
    bars = _daily().reset_index()
    months = pd.date_range("2018-11-30", "2019-12-31", freq="ME")
    rng = np.random.default_rng(7)
    first = rng.normal(2, 1, len(months))
    releases = pd.DataFrame(
        {
            "released_at": months + pd.Timedelta(days=12),
            "first": first,
            "revised": first + rng.normal(0, 0.4, len(months)),
            "revised_at": months + pd.Timedelta(days=100),
        }
    )
    return {"bars": bars, "releases": releases}


@cache
def _with_members() -> dict[str, pd.DataFrame]:
    """Who is in the index since when; DDD and EEE joined late."""
    since = pd.to_datetime(["2019-01-01", "2019-01-01", "2019-01-01", "2020-02-17", "2020-03-09"])
    return {
        "bars": _panel(),
        "members": pd.DataFrame({"symbol": SYMBOLS, "since": since, "weight": np.linspace(1, 2, 5)}),
    }


@cache
def _with_listings() -> dict[str, pd.DataFrame]:
    """Which company stands behind a ticker; CCC was taken over by another one in March."""
    since = pd.to_datetime(["2015-01-01"] * 5 + ["2020-02-24"])
    listings = pd.DataFrame(
        {"symbol": [*SYMBOLS, "CCC"], "listed_at": since, "beta": [0.8, 0.9, 1.0, 1.1, 1.2, 1.9]}
    )
    return {
        "bars": _panel(),
        "listings": listings.sort_values("listed_at", kind="stable").reset_index(drop=True),
    }


@cache
def _with_hours() -> dict[str, pd.DataFrame]:
    """Quarter-hours beside hourly bars that are stamped at their open and known at their close."""
    bars = _intraday().drop(columns="day").reset_index()
    opened = bars["ts"].dt.floor("h")
    hours = bars.groupby(opened)["close"].last().rename_axis("opened_at").reset_index()
    hours["closed_at"] = hours["opened_at"] + pd.Timedelta(hours=1)
    return {"bars": bars, "hours": hours}


@cache
def _with_news() -> dict[str, pd.DataFrame]:
    """Scores of news; some items carry no date, so that nobody knows when they were out."""
    bars = _daily().reset_index()
    rng = np.random.default_rng(8)
    published = pd.Series(
        pd.to_datetime("2018-12-20") + pd.to_timedelta(np.sort(rng.integers(0, 360, 60)), unit="D")
    )
    published[rng.random(60) < 0.2] = pd.NaT
    return {"bars": bars, "news": pd.DataFrame({"published_at": published, "score": rng.normal(0, 1, 60)})}


@cache
def _with_splits() -> pd.DataFrame:
    """Raw closes with two splits: `ratio` is known at the row on which it acts."""
    frame = _daily().copy()
    frame["ratio"] = 1.0
    for place, ratio in ((90, 2.0), (180, 3.0)):
        frame.iloc[place, frame.columns.get_loc("ratio")] = ratio
        frame.iloc[place:, [0, 1, 2, 3]] /= ratio
    return frame


MAKERS = {
    "daily": _daily, "intraday": _intraday, "panel": _panel, "gappy": _gappy, "statements": _with_statements,
    "releases": _with_releases, "members": _with_members, "listings": _with_listings, "hours": _with_hours,
    "news": _with_news, "splits": _with_splits,
}  # fmt: skip

# How the audit is told when rows of these tables were known.
KNOWN: dict[str, dict[str, Any]] = {
    "daily": {}, "intraday": {}, "gappy": {}, "splits": {},
    "panel": {"known_at": "date", "asset": "symbol"},
    "statements": {"known_at": {"bars": "ts", "statements": "filed_at"}},
    "releases": {
        "known_at": {"bars": "ts", "releases": "released_at"},
        "column_known_at": {"releases.revised": "revised_at"},
    },
    "members": {"known_at": {"bars": "date", "members": "since"}},
    "listings": {"known_at": {"bars": "date", "listings": "listed_at"}},
    "hours": {"known_at": {"bars": "ts", "hours": "closed_at"}},
    "news": {"known_at": {"bars": "ts", "news": "published_at"}},
}  # fmt: skip


@cache
def table_named(name: str, library: str = "pandas") -> Any:
    """A table by its name: pandas keeps its times in the index, Polars in `ts`, numpy has none."""
    made = MAKERS[name]()
    if library == "pandas":
        return made
    if isinstance(made, dict):
        return {key: pl.from_pandas(frame) for key, frame in made.items()}
    if library == "polars":
        return pl.from_pandas(made.reset_index() if made.index.name else made)
    numeric = made.select_dtypes("number")
    return {column: numeric[column].to_numpy(dtype=np.float64) for column in numeric.columns}
