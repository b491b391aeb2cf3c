"""pandas, Polars and numpy, long and wide, several tables, and who knew what when."""

import numpy as np
import pandas as pd
import polars as pl
import pytest
from bars_for_audits import bars, long_bars

from tradewright.causality.audit import audit
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import DependsOnFuture, NoDependenceObserved, NotAssessed
from tradewright.values.errors import InvalidOption, UnknownName


def leaks(target, table, **options):
    verdict = audit(target, table, AuditOptions(**options)).verdict
    assert not isinstance(verdict, NotAssessed), verdict
    return isinstance(verdict, DependsOnFuture)


@pytest.fixture(scope="module")
def polars_bars():
    return pl.from_pandas(bars(400).rename_axis("time").reset_index())


@pytest.fixture(scope="module")
def array():
    return bars(400)[["open", "high", "low", "close", "volume"]].to_numpy(dtype=np.float64)


POLARS_LEAKS = [
    lambda d: d.select(pl.col("close").shift(-1) / pl.col("close")),
    lambda d: d["close"] - d["close"].mean(),
    lambda d: d.with_columns(m=pl.col("close").rolling_mean(5, center=True)).select("time", "m"),
    lambda d: d.select(pl.col("close").mean().over(pl.col("time").dt.truncate("1mo"))),
    lambda d: d.lazy().with_columns(pl.col("close").rank()),
    lambda d: d.group_by_dynamic("time", every="1w", label="left").agg(pl.col("close").last()),
    lambda d: d.select(pl.col("close").rolling_mean(10).fill_null(strategy="backward")),
]
POLARS_CLEAN = [
    lambda d: d.select(pl.col("close").shift(1) / pl.col("close")),
    lambda d: d["close"].ewm_mean(span=10),
    lambda d: d.with_columns(m=pl.col("close").rolling_mean(5)).drop_nulls().select("time", "m"),
    lambda d: d.select(pl.col("close").cum_max()),
    lambda d: d.group_by_dynamic("time", every="1w", label="right", closed="left").agg(
        pl.col("close").last()
    ),
    lambda d: d["close"].to_list(),
]


@pytest.mark.parametrize("number", range(len(POLARS_LEAKS)))
def test_polars_leaks_are_found(number, polars_bars):
    assert leaks(POLARS_LEAKS[number], polars_bars)


@pytest.mark.parametrize("number", range(len(POLARS_CLEAN)))
def test_polars_look_alikes_are_not(number, polars_bars):
    assert not leaks(POLARS_CLEAN[number], polars_bars)


def savgol(array):
    from scipy.signal import savgol_filter

    return savgol_filter(array[:, 3], 7, 2) if len(array) > 7 else array[:, 3]


def both_ways(array):
    from scipy.signal import butter, filtfilt

    return filtfilt(*butter(2, 0.2), array[:, 3]) if len(array) > 12 else array[:, 3]


def running_mean(array):
    sums = np.cumsum(np.r_[0.0, array[:, 3]])
    out = np.full(len(array), np.nan)
    out[9:] = (sums[10:] - sums[:-10]) / 10 if len(array) >= 10 else out[9:]
    return out


NUMPY_LEAKS = [
    lambda a: np.r_[a[1:, 3], np.nan] / a[:, 3],
    lambda a: a[:, 3] / a[:, 3].max(),
    savgol,
    both_ways,
    lambda a: np.linalg.svd(a - a.mean(0), full_matrices=False)[0][:, 0],
    lambda a: np.gradient(a[:, 3]) if len(a) > 2 else a[:, 3],
    lambda a: np.convolve(a[:, 3], np.ones(5) / 5, mode="same"),
]
NUMPY_CLEAN = [
    running_mean,
    lambda a: np.convolve(a[:, 3], np.ones(5) / 5)[: len(a)],
    lambda a: np.maximum.accumulate(a[:, 3]),
    lambda a: {"up": a[:, 3] > a[:, 0], "mean of all, for the report": float(a[:, 3].mean())},
    lambda a: (a[:, 3], np.cumsum(a[:, 4])),
]


@pytest.mark.parametrize("number", range(len(NUMPY_LEAKS)))
def test_numpy_leaks_are_found(number, array):
    assert leaks(NUMPY_LEAKS[number], array)


@pytest.mark.parametrize("number", range(len(NUMPY_CLEAN)))
def test_numpy_look_alikes_are_not(number, array):
    assert not leaks(NUMPY_CLEAN[number], array)


def test_arrays_by_name_are_a_table_too(array):
    table = {"close": array[:, 3].copy(), "volume": array[:, 4].copy()}
    assert leaks(lambda d: d["close"] - d["close"].mean(), table)
    assert not leaks(lambda d: np.maximum.accumulate(d["close"]), table)


def test_one_dimension_and_records_are_tables(array):
    assert leaks(lambda x: x[::-1].cumsum()[::-1], array[:, 3].copy())
    records = np.zeros(len(array), dtype=[("close", "f8"), ("volume", "i8")])
    records["close"], records["volume"] = array[:, 3], array[:, 4]
    assert leaks(lambda r: r["close"] > np.median(r["close"]), records)
    assert not leaks(lambda r: r["close"] * r["volume"], records)


# Decided at the open: of its own bar only the open is known.


def test_own_bar_close_is_the_future_of_a_decision_at_the_open():
    table = bars()
    sized = lambda d: 0.1 / d.close.pct_change().rolling(20).std()  # noqa: E731
    assert leaks(sized, table, decide_at="open")
    assert not leaks(sized, table, decide_at="close")
    assert not leaks(lambda d: 0.1 / d.close.pct_change().rolling(20).std().shift(1), table, decide_at="open")


def test_own_bars_open_is_known_at_the_open():
    table = bars()
    assert not leaks(lambda d: d.open / d.close.shift(1) - 1, table, decide_at="open")
    assert leaks(lambda d: d.open / d.low - 1, table, decide_at="open")
    assert leaks(lambda d: d.open / d.close.shift(1) - 1, table, decide_at="open", known_at_open=())


# Long tables: several assets an instant.


@pytest.fixture(scope="module")
def long():
    return long_bars()


LONG = {"known_at": "day", "asset": "symbol"}


def within_names(d):
    return d.groupby("symbol").close.pct_change()


def across_names(d):
    return d.groupby("day").close.rank(pct=True)


@pytest.mark.parametrize("target", [within_names, across_names])
def test_trailing_and_cross_sectional_features_of_a_long_table_are_clean(target, long):
    assert not leaks(target, long, **LONG)


def todays_constituents(d):
    last = d[d.day == d.day.max()].symbol
    return d[d.symbol.isin(last)].groupby("symbol").close.pct_change()


def shifted_without_groups(d):
    return d.close.shift(-1) / d.close - 1


def todays_largest(d):
    size = (d.close * d.volume).groupby(d.symbol).last()
    chosen = size.nlargest(2).index
    return d.symbol.isin(chosen)


@pytest.mark.parametrize(
    "target",
    [
        shifted_without_groups,
        todays_largest,
        lambda d: d.groupby("symbol").close.transform("mean"),
        lambda d: d.groupby("symbol").close.shift(-1),
        lambda d: (d.close - d.close.mean()) / d.close.std(),
    ],
)
def test_leaks_of_a_long_table_are_found(target, long):
    assert leaks(target, long, **LONG)


def test_a_universe_of_those_still_there_at_the_end_is_found(long):
    table = long[~((long.symbol == "BBB") & (long.day > long.day.unique()[100]))].reset_index(drop=True)
    assert leaks(todays_constituents, table, **LONG)


def test_a_universe_of_survivors_is_found_even_where_all_survive(long):
    assert leaks(todays_constituents, long, **LONG)


def test_wide_frames_and_named_levels_are_tables(long):
    wide = long.pivot(index="day", columns="symbol", values="close")
    assert leaks(lambda d: d.rank(axis=0), wide)
    assert not leaks(lambda d: d.rank(axis=1), wide)
    stacked = long.set_index(["day", "symbol"]).sort_index()
    assert leaks(lambda d: d.groupby("symbol").close.shift(-1), stacked)
    assert not leaks(lambda d: d.groupby("symbol").close.shift(1).dropna(), stacked)


# Facts with times of their own.


def statements():
    quarter = pd.bdate_range("2015-01-01", periods=600)[::60]
    return pd.DataFrame(
        {
            "period_end": quarter,
            "filed_at": quarter + pd.Timedelta(days=40),
            "eps": np.random.default_rng(5).normal(1, 0.3, len(quarter)),
        }
    )


def by_period_end(prices, facts):
    joined = pd.merge_asof(prices, facts.sort_values("period_end"), left_on="time", right_on="period_end")
    return joined.set_index("time").eps


def by_filing(prices, facts):
    joined = pd.merge_asof(prices, facts.sort_values("filed_at"), left_on="time", right_on="filed_at")
    return joined.set_index("time").eps


def forward(prices, facts):
    facts = facts.sort_values("filed_at")
    joined = pd.merge_asof(prices, facts, left_on="time", right_on="filed_at", direction="forward")
    return joined.set_index("time").eps


@pytest.fixture(scope="module")
def two_tables():
    return {"prices": bars().rename_axis("time").reset_index(), "facts": statements()}


TWO = {"known_at": {"prices": "time", "facts": "filed_at"}}


def test_a_statement_joined_on_its_period_end_is_found(two_tables):
    certificate = audit(by_period_end, two_tables, AuditOptions(**TWO))
    assert isinstance(certificate.verdict, DependsOnFuture)
    assert certificate.verdict.source == "facts.eps"


def test_a_forward_join_is_found_and_a_join_on_filing_is_clean(two_tables):
    assert leaks(forward, two_tables, **TWO)
    assert not leaks(by_filing, two_tables, **TWO)


def test_one_column_with_a_time_of_its_own():
    table = bars().rename_axis("time").reset_index()
    table["eps"] = np.random.default_rng(1).normal(size=len(table)).round(2)
    table["eps_filed"] = table.time + pd.Timedelta(days=10)
    own = {"known_at": "time", "column_known_at": {"eps": "eps_filed"}}
    assert leaks(lambda d: d.close * d.eps, table, **own)
    assert not leaks(lambda d: d.close * d.eps.shift(10), table, **own)


def test_rows_without_a_date_are_never_known():
    table = bars().rename_axis("time").reset_index()
    facts = statements()
    facts.loc[3, "filed_at"] = pd.NaT
    tables = {"prices": table, "facts": facts}

    def admits_undated(prices, facts):
        facts = facts.assign(filed_at=facts.filed_at.fillna(facts.period_end)).sort_values("filed_at")
        return pd.merge_asof(prices, facts, left_on="time", right_on="filed_at").set_index("time").eps

    def drops_undated(prices, facts):
        return by_filing(prices, facts.dropna(subset="filed_at"))

    assert leaks(admits_undated, tables, **TWO)
    assert not leaks(drops_undated, tables, **TWO)


def test_the_table_may_stand_in_any_order():
    table = bars().rename_axis("time").reset_index().sample(frac=1.0, random_state=3).reset_index(drop=True)

    def sorted_first(d):
        ordered = d.sort_values("time")
        return ordered.set_index("time").close.pct_change()

    assert not leaks(sorted_first, table, known_at="time")
    assert leaks(lambda d: d.set_index("time").sort_index().close.shift(-1), table, known_at="time")


def test_labels_may_look_ahead_where_they_are_declared():
    def features_and_label(d):
        return pd.DataFrame({"past": d.close.pct_change(), "label": d.close.shift(-5) / d.close - 1})

    table = bars()
    assert leaks(features_and_label, table)
    certificate = audit(features_and_label, table, AuditOptions(labels=("label",)))
    assert isinstance(certificate.verdict, NoDependenceObserved)
    assert any("label" in words for words in certificate.not_assessed)


def test_what_is_announced_in_advance_may_be_read_ahead():
    table = bars().assign(holiday=lambda d: (d.index.day_of_week == 4).astype(float))

    def ahead(d):
        return d.holiday.shift(-1).where(d.close > 0)

    assert leaks(ahead, table)
    assert not leaks(ahead, table, known_in_advance=("holiday",))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"known_at": "tme"}, "Did you mean 'time'"),
        ({"known_at": "close"}, "numbers with fractions"),
        ({"known_at": "symbol"}, "holds no times"),
        ({"column_known_at": {"epss": "time"}}, "column of"),
    ],
)
def test_a_misspelt_column_is_answered_with_the_nearest(options, words):
    table = bars(60).rename_axis("time").reset_index().assign(symbol="AAA")
    with pytest.raises((InvalidOption, UnknownName), match=words):
        audit(lambda d: d.close, table, AuditOptions(**options))


@pytest.mark.parametrize("table", [[1, 2, 3], {"a": [1]}, "bars.csv", {}])
def test_what_is_no_table_is_refused_in_words(table):
    with pytest.raises(InvalidOption, match="Give a pandas or Polars DataFrame"):
        audit(lambda d: d, table)


@pytest.mark.parametrize("options", [{"decide_at": "noon"}, {"frame": "arrow"}, {"level": "C9"}])
def test_options_out_of_their_words_are_refused(options):
    with pytest.raises(InvalidOption, match="Give"):
        AuditOptions(**options)
