"""Clean features and strategies, as they are before somebody spoils one: leaks are injected here.

Each assigns one name a line and ends in `out`, so that any line can be spoilt. What is declared decides,
before anything is run, whether a mutant is one:
- `immune` says, line by line, which changes of level leave the answer as it is. A ratio of two prices does
  not care for their scale, so that a division by the last value, put there, changes nothing.
- `forgets` names lines whose first rows, made smaller, are of no account later (a running maximum).
- `saturates` names lines at which a jump between levels hits the bounds of the answer whatever its size.
- `late` says by how many rows a line is late already, so that it may be moved ahead as far.
- `one_sided` names lines that pin the answer where they hold positive values alone (an RSI of gains).
- `unit` names lines that lie between 0 and 1 and reach both, so that a min-max leaves them as they are.
- `warm_up` says for how many rows the function is silent.
Where decisions fall at the open, the lag is put where the column is read: no line may look further ahead.
"""

# ruff: noqa: RET504 - the last line has a name, so that it can be spoilt

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

from leak_zoo.features_numpy import Arrays
from tradewright.features.trailing import trailing_mean, trailing_return, trailing_zscore

# What a change of level does to a value: each of these holds those before it.
LEVELS = ("none", "scale", "affine", "monotone")


@dataclass(frozen=True)
class Clean:
    """One clean function, its source by lines, and what is known of its lines."""

    name: str
    function: Callable[..., Any]
    library: str
    table: str
    warm_up: int
    immune: Mapping[str, str]
    options: dict[str, Any] = field(default_factory=dict)
    source: tuple[str, ...] = ()
    file: str = ""
    forgets: tuple[str, ...] = ()
    saturates: tuple[str, ...] = ()
    late: Mapping[str, int] = field(default_factory=dict)
    one_sided: tuple[str, ...] = ()
    unit: tuple[str, ...] = ()

    def immunity(self, line: str) -> str:
        """Which changes of level at a line leave the answer as it is."""
        return self.immune.get(line, "none")


CLEAN: list[Clean] = []


def clean(warm_up: int = 0, immune: Mapping[str, str] | None = None, **declared: Any) -> Callable:
    """Declare a clean function: what is no field of it is an option of its audit."""
    kinds = ("forgets", "saturates", "late", "one_sided", "unit")
    options = {name: value for name, value in declared.items() if name not in kinds}
    known = {name: value for name, value in declared.items() if name in kinds}

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        lines = inspect.getsource(function).splitlines()
        first = next(place for place, line in enumerate(lines) if line.startswith("def "))
        words = str(next(iter(inspect.signature(function).parameters.values())).annotation)
        library = "polars" if "polars" in words else "numpy" if "ndarray" in words else "pandas"
        CLEAN.append(
            Clean(
                function.__name__,
                function,
                library,
                "daily",
                warm_up,
                immune or {},
                options,
                tuple(lines[first:]),
                inspect.getsourcefile(function) or "",
                **known,
            )
        )
        return function

    return declare


@clean(warm_up=1, immune={"close": "scale"})
def pandas_return(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    out = close / close.shift(1) - 1
    return out


@clean(warm_up=5, immune={"close": "scale", "fast": "none"})
def pandas_ratio_to_average(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    fast = close.rolling(5).mean()
    out = close / fast - 1
    return out


@clean(warm_up=20, immune={"close": "affine"})
def pandas_zscore(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    mean = close.rolling(20).mean()
    deviation = close.rolling(20).std()
    out = (close - mean) / deviation
    return out


@clean(warm_up=10, immune={"close": "scale", "returns": "none"})
def pandas_volatility(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    returns = close.pct_change()
    out = returns.rolling(10).std()
    return out


@clean(warm_up=1, immune={"volume": "scale", "average": "none"})
def pandas_volume_surprise(bars: pd.DataFrame) -> pd.Series:
    volume = bars["volume"]
    average = volume.ewm(span=15).mean()
    out = volume / average
    return out


@clean(
    warm_up=14,
    immune={"close": "affine", "change": "scale", "up": "none", "down": "none"},
    one_sided=("change",),
)
def pandas_rsi(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    change = close.diff()
    up = change.clip(lower=0).ewm(alpha=1 / 14).mean()
    down = (-change.clip(upper=0)).ewm(alpha=1 / 14).mean()
    out = 100 * up / (up + down)
    return out


@clean(warm_up=0, immune={"close": "scale"}, forgets=("close",))
def pandas_drawdown(bars: pd.DataFrame) -> pd.Series:
    close = bars["close"]
    highest = close.cummax()
    out = close / highest - 1
    return out


@clean(warm_up=30, immune={"volume": "monotone"})
def pandas_trailing_rank(bars: pd.DataFrame) -> pd.Series:
    volume = bars["volume"]
    out = volume.rolling(30).rank(pct=True)
    return out


@clean(warm_up=1, late={"before": 1})
def pandas_range(bars: pd.DataFrame) -> pd.Series:
    high = bars["high"]
    low = bars["low"]
    before = bars["close"].shift(1)
    out = (high - low) + 0.1 * (before - low) ** 2
    return out


@clean(warm_up=21, decide_at="open", immune={"close": "scale", "momentum": "none", "deviation": "none"})
def pandas_momentum_at_the_open(bars: pd.DataFrame) -> pd.Series:
    """A strategy: yesterday's momentum over yesterday's volatility, traded at the open."""
    close = bars["close"].shift(1)
    momentum = close.pct_change(10)
    deviation = close.pct_change().rolling(20).std()
    out = momentum / deviation
    return out


@clean(warm_up=20, immune={"close": "scale", "trend": "none"})
def pandas_trend_position(bars: pd.DataFrame) -> pd.Series:
    """A strategy: how far above its average, at most fully invested."""
    close = bars["close"]
    trend = close / close.rolling(20).mean() - 1
    out = (10 * trend).clip(-1, 1)
    return out


@clean(warm_up=1, immune={"close": "scale"})
def polars_return(bars: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("close")
    out = close / close.shift(1) - 1
    return bars.select(out.alias("out"))


@clean(warm_up=12, immune={"close": "scale", "mean": "none"})
def polars_ratio(bars: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("close")
    mean = close.rolling_mean(12)
    out = close / mean
    return bars.select(out.alias("out"))


@clean(warm_up=20, immune={"close": "scale", "returns": "scale"})
def polars_standardised_return(bars: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("close")
    returns = close.pct_change()
    out = returns / returns.rolling_std(20)
    return bars.select(out.alias("out"))


@clean(warm_up=0)
def polars_typical_price(bars: pl.DataFrame) -> pl.DataFrame:
    high = pl.col("high")
    low = pl.col("low")
    out = (high + low + pl.col("close")) / 3
    return bars.select(out.alias("out"))


@clean(warm_up=0, immune={"volume": "scale"})
def polars_volume_share(bars: pl.DataFrame) -> pl.DataFrame:
    volume = pl.col("volume")
    usual = volume.ewm_mean(span=10)
    out = volume / (volume + usual)
    return bars.select(out.alias("out"))


@clean(warm_up=15, immune={"close": "affine"}, unit=("out",))
def polars_place_in_range(bars: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("close")
    lowest = close.rolling_min(15)
    highest = close.rolling_max(15)
    out = (close - lowest) / (highest - lowest)
    return bars.select(out.alias("out"))


@clean(warm_up=11, decide_at="open", immune={"close": "scale", "momentum": "none"}, saturates=("close",))
def polars_momentum_at_the_open(bars: pl.DataFrame) -> pl.DataFrame:
    """A strategy: ten days' momentum up to yesterday."""
    close = pl.col("close").shift(1)
    momentum = close / close.shift(10) - 1
    out = momentum.clip(-0.2, 0.2)
    return bars.select(out.alias("out"))


@clean(warm_up=1, immune={"close": "scale"}, late={"before": 1})
def numpy_return(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    before = np.concatenate([[np.nan], close[:-1]])
    out = close / before - 1
    return out


@clean(warm_up=10, immune={"close": "scale"})
def numpy_ratio_by_loop(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    mean = np.array([close[max(t - 9, 0) : t + 1].mean() for t in range(len(close))])
    out = close / mean - 1
    return out


@clean(warm_up=0, immune={"high": "none", "low": "none"})
def numpy_log_range(bars: Arrays) -> np.ndarray:
    high = bars["high"]
    low = bars["low"]
    out = np.log(np.abs(high) + 1.0) - np.log(np.abs(low) + 1.0)
    return out


@clean(warm_up=0, immune={"close": "scale"}, forgets=("close",))
def numpy_drawdown(bars: Arrays) -> np.ndarray:
    close = bars["close"]
    highest = np.maximum.accumulate(close)
    out = close / highest
    return out


@clean(warm_up=0, immune={"volume": "scale"})
def numpy_smoothed_volume(bars: Arrays) -> np.ndarray:
    volume = bars["volume"]
    smooth = ewm(volume, 0.2)
    out = volume / smooth
    return out


def ewm(values: np.ndarray, rate: float) -> np.ndarray:
    """An exponential average, one row after the other; a gap leaves it as it is."""
    out = np.empty(len(values))
    level = np.nan
    for t in range(len(values)):
        if values[t] == values[t]:
            level = values[t] if level != level else level + rate * (values[t] - level)
        out[t] = level
    return out


@clean(warm_up=20, immune={"close": "affine"})
def own_trailing_zscore(bars: Arrays) -> np.ndarray:
    """The package's own."""
    close = bars["close"]
    out = trailing_zscore(np.ascontiguousarray(close)[:, None], 20)[:, 0]
    return out


@clean(warm_up=10, immune={"close": "none"})
def own_trailing_mean(bars: Arrays) -> np.ndarray:
    """The package's own."""
    close = bars["close"]
    out = trailing_mean(np.ascontiguousarray(close)[:, None], 10)[:, 0]
    return out


@clean(warm_up=10, immune={"close": "scale"})
def own_trailing_return(bars: Arrays) -> np.ndarray:
    """The package's own."""
    close = bars["close"]
    out = trailing_return(np.ascontiguousarray(close)[:, None], 10)[:, 0]
    return out


@clean(warm_up=1, immune={"close": "scale", "moves": "none"}, saturates=("close",))
def numpy_clipped_move(bars: Arrays) -> np.ndarray:
    """A strategy: leans against the last move, at most fully invested."""
    close = bars["close"]
    moves = np.concatenate([[0.0], close[1:] / close[:-1] - 1])
    out = np.clip(-20 * moves, -1, 1)
    return out
