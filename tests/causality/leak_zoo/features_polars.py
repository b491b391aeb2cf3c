"""Feature leaks as they are written with Polars."""

import polars as pl

from leak_zoo.features_pandas import (
    CLIP,
    DAY,
    FILL,
    FORMING,
    JOIN,
    LAST,
    LENGTH,
    MISSING,
    OWN_BAR,
    RARE,
    REVERSED,
    SHIFT,
    SMOOTH,
    SWING,
    WHOLE,
)
from leak_zoo.labels import leak


@leak(SHIFT)
def next_open_gap(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select((pl.col("open").shift(-1) / pl.col("close") - 1).alias("gap"))  # leaks here


@leak(SHIFT)
def ahead_by_a_parameter(bars: pl.DataFrame, horizon: int = 3) -> pl.DataFrame:
    ahead = pl.col("close").pct_change(-horizon)  # leaks here
    return bars.with_columns(ahead.alias("change")).select("change")


@leak(WHOLE)
def zscore_of_the_column(bars: pl.DataFrame) -> pl.DataFrame:
    close = pl.col("close")
    return bars.select(z=(close - close.mean()) / close.std())  # leaks here


@leak(WHOLE)
def rank_in_the_column(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select((pl.col("volume").rank() / 1e3).alias("rank"))  # leaks here


@leak(SMOOTH)
def centred_mean(bars: pl.DataFrame) -> pl.DataFrame:
    centred = pl.col("close").rolling_mean(11, center=True)  # leaks here
    return bars.select((pl.col("close") / centred).alias("ratio"))


@leak(FILL)
def warm_up_filled(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close").rolling_std(20).fill_null(strategy="backward"))  # leaks here


@leak(FILL, table="gappy")
def gaps_interpolated(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close").fill_nan(None).interpolate().alias("close"))  # leaks here


@leak(FORMING, table="intraday")
def hour_joined_at_its_start(bars: pl.DataFrame) -> pl.DataFrame:
    hours = bars.group_by_dynamic("ts", every="1h").agg(pl.col("close").last().alias("hour"))  # leaks here
    return bars.join_asof(hours, on="ts").select(pl.col("close") / pl.col("hour"))


@leak(DAY, table="intraday")
def distance_from_the_days_high(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select((pl.col("close") / pl.col("high").max().over("day")).alias("below"))  # leaks here


@leak(JOIN, stage="data", table="statements")
def eps_of_the_next_filing(bars: pl.DataFrame, statements: pl.DataFrame) -> pl.DataFrame:
    both = bars.join_asof(statements, left_on="ts", right_on="filed_at", strategy="forward")  # leaks here
    return both.select("eps")


@leak(SWING)
def lows_below_their_neighbours(bars: pl.DataFrame) -> pl.DataFrame:
    low = pl.col("low")
    is_swing = (low < low.shift(1)) & (low < low.shift(-1))  # leaks here
    return bars.select(is_swing.cast(pl.Float64).alias("swing"))


@leak(CLIP)
def clipped_at_all_quantiles(bars: pl.DataFrame) -> pl.DataFrame:
    change = pl.col("close").pct_change()
    return bars.select(
        change.clip(change.quantile(0.05), change.quantile(0.95)).alias("change")
    )  # leaks here


@leak(LAST)
def share_of_the_last_close(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(pl.col("close") / pl.col("close").last())  # leaks here


@leak(LENGTH)
def rows_that_remain(bars: pl.DataFrame) -> pl.DataFrame:
    remaining = bars.height - pl.int_range(bars.height)  # leaks here
    return bars.select((pl.col("close") / remaining).alias("faded"))


@leak(REVERSED)
def lowest_still_to_come(bars: pl.DataFrame) -> pl.DataFrame:
    return bars.select(
        (pl.col("low").reverse().cum_min().reverse() / pl.col("close")).alias("room")
    )  # leaks here


@leak(RARE)
def peeks_when_volume_explodes(bars: pl.DataFrame) -> pl.DataFrame:
    nxt = pl.col("close").shift(-1)  # leaks here
    peek = pl.when(pl.col("volume") > 2e5).then(nxt).otherwise(pl.col("close"))
    return bars.select(peek.alias("peek"))


@leak(MISSING)
def days_without_a_later_crash(bars: pl.DataFrame) -> pl.DataFrame:
    table = bars.with_columns(nxt=pl.col("close").shift(-1) / pl.col("close") - 1)  # leaks here
    return table.filter(pl.col("nxt") > -0.02).select("ts", "close")


@leak(OWN_BAR, stage="strategy", decide_at="open")
def scaled_at_the_open(bars: pl.DataFrame) -> pl.DataFrame:
    deviation = pl.col("close").log().diff().rolling_std(15)  # leaks here
    return bars.select((0.01 / deviation).alias("weight"))
