"""Statistics of all rows used on each, against those that look back."""
# ruff: noqa: E501 - a snippet stands on one line

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from snippets import ARRAYS, POLARS, depends_on_later_rows, found, rules

CLOSE = 100 * np.exp(np.cumsum(0.02 * np.random.default_rng(5).standard_normal(14)))


@pytest.mark.parametrize(
    "statistic", ["mean()", "std()", "min()", "max()", "median()", "quantile(0.9)", "sum()", "var()"]
)
def test_a_statistic_of_the_whole_on_each_row_is_found(statistic):
    (one,) = found(f"c = bars['close']\nreturn c / c.{statistic}")
    assert (one.rule, one.line, one.operator, one.rows_ahead) == ("whole-sample", 7, statistic, None)


@pytest.mark.parametrize(
    "window", ["rolling(20)", "expanding()", "ewm(span=5)", "rolling(window=5, min_periods=1)"]
)
def test_a_statistic_of_a_window_is_fine(window):
    assert rules(f"c = bars['close']\nw = c.{window}\nreturn (c - w.mean()) / w.std()") == set()


def test_the_whole_sample_of_a_table_is_found_column_by_column():
    assert rules("return (bars - bars.mean()) / bars.std()") == {"whole-sample"}
    assert rules("return bars.sub(bars.mean(axis=1), axis=0)") == set()


def test_a_number_that_only_sums_up_is_no_look_ahead():
    lines = """
    position = np.sign(bars['close'].pct_change(5))
    earned = position.shift(1) * bars['close'].pct_change()
    summary = {'sharpe': earned.mean() / earned.std(), 'days': len(earned)}
    print(summary)
    return position
    """
    assert rules(lines) == set()


def test_a_function_that_answers_a_single_number_is_no_row_output():
    assert rules("return bars['close'].pct_change().std() * 252 ** 0.5") == set()


def test_a_position_that_hangs_on_the_final_profit_is_found():
    lines = """
    position = np.sign(bars['close'].pct_change(5))
    total = (position.shift(1) * bars['close'].pct_change()).sum()
    if total < 0:
        position = -position
    return position
    """
    assert "whole-sample" in rules(lines)


def test_a_guard_that_only_raises_says_nothing():
    lines = """
    if bars['close'].isna().any() or bars['close'].min() <= 0:
        raise ValueError('prices')
    if len(bars) < 5:
        return bars['close'] * np.nan
    return bars['close'].pct_change()
    """
    assert rules(lines) == set()


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ("return bars['close'].rank(pct=True)", "whole-rank"),
        ("return pd.qcut(bars['close'], 4, labels=False)", "whole-rank"),
        ("return pd.cut(bars['close'], 4, labels=False)", "whole-rank"),
        ("return bars['close'].clip(*bars['close'].quantile([0.1, 0.9]))", "whole-sample"),
        ("c = bars['close']\nreturn c.clip(upper=c.quantile(0.99))", "whole-sample"),
        ("return bars['close'] / bars['close'].iloc[-1]", "last-value"),
        ("return bars['close'] / bars['close'].iat[-1]", "last-value"),
        ("return bars['close'] / bars['close'].tail(1).item()", "whole-sample"),
        ("return np.arange(len(bars)) / len(bars)", "length"),
        ("n = bars.shape[0]\nreturn bars['close'] / n", "length"),
        ("return (len(bars) - 1 - np.arange(len(bars))) * bars['close']", "length"),
        ("import scipy.stats\nreturn scipy.stats.zscore(bars['close'])", "whole-sample"),
        ("c = bars['close']\nreturn c - c.mode()[0]", "whole-sample"),
        ("c = bars['close']\nreturn c * c.corr(bars['volume'])", "whole-sample"),
        ("c = bars['close']\nreturn c > c.loc[c.idxmax()]", "whole-sample"),
    ],
)
def test_other_ways_to_use_all_rows_are_found(lines, rule):
    assert rules(lines) == {rule}


@pytest.mark.parametrize(
    "lines",
    [
        "return bars['close'].rolling(30).rank(pct=True)",
        "return pd.cut(bars['close'], [0, 50, 100], labels=False)",
        "return bars['close'] / bars['close'].iloc[0]",
        "return bars['close'] / bars['close'].iat[0]",
        "return bars.rank(axis=1)",
        "return np.sort(bars.to_numpy(), axis=1)[:, 0]",
        "day = bars.groupby('day')\nreturn (day['high'] if bars.empty else bars['high']) * 1.0",
        "return bars.groupby('day').close + bars.groupby('day').open",
        "return bars.mean(axis=1)",
        "return bars['close'].cummax()",
        "return np.arange(len(bars)) % 5",
        "return pd.Series(0.0, index=bars.index)",
        "return pd.Series(np.zeros(len(bars)), index=bars.index)",
        "return bars['close'].where(bars['close'] > 0).ffill()",
        "return bars['close'].fillna(0.0)",
        "rng = np.random.default_rng(1)\nreturn bars['close'] + rng.normal(size=len(bars))",
        "return bars['close'].clip(lower=0)",
    ],
)
def test_what_only_looks_like_it_is_not(lines):
    assert rules(lines) == set()


@pytest.mark.parametrize(
    ("lines", "rule"),
    [
        ("return (close - np.mean(close)) / np.std(close)", "whole-sample"),
        ("return close / np.nanmax(close)", "whole-sample"),
        ("return (close - close.min()) / np.ptp(close)", "whole-sample"),
        ("return close / close[-1]", "last-value"),
        ("return np.argsort(np.argsort(close))", "whole-rank"),
        ("return np.clip(close, *np.percentile(close, [5, 95]))", "whole-sample"),
        ("return close * np.linspace(0, 1, len(close))", "length"),
        (
            "return close - np.polyval(np.polyfit(np.arange(len(close)), close, 1), np.arange(len(close)))",
            "whole-sample",
        ),
        ("total = sum(close)\nreturn close / total", "whole-sample"),
        ("best = max(close)\nreturn close / best", "whole-sample"),
    ],
)
def test_arrays_and_builtins_are_understood(lines, rule):
    assert rule in rules(lines, ARRAYS)
    assert depends_on_later_rows(lines, CLOSE)


@pytest.mark.parametrize(
    "lines",
    [
        "return close / np.maximum.accumulate(close)",
        "return np.cumsum(close)",
        "return close - close[0]",
        "out = np.zeros(len(close))\nfor t in range(len(close)):\n    out[t] = close[: t + 1].mean()\nreturn out",
        "return np.array([close[max(t - 3, 0) : t + 1].max() for t in range(len(close))])",
        "w = np.lib.stride_tricks.sliding_window_view(close, 3)\nout = np.full(len(close), np.nan)\nout[2:] = w.mean(axis=1)\nreturn out",
        "out, total = np.empty(len(close)), 0.0\nfor t, price in enumerate(close):\n    total += price\n    out[t] = total / (t + 1)\nreturn out",
        "seen, out = [], []\nfor price in close:\n    seen.append(price)\n    out.append(max(seen) - min(seen[-3:]))\nreturn out",
        "out = np.empty(len(close))\nout[0] = close[0]\nfor t in range(1, len(close)):\n    out[t] = 0.9 * out[t - 1] + 0.1 * close[t]\nreturn out",
        "t = 0\nout = np.zeros(len(close))\nwhile t < len(close):\n    out[t] = close[t] * 2\n    t += 1\nreturn out",
    ],
)
def test_running_computations_by_hand_are_fine(lines):
    assert rules(lines, ARRAYS) == set()
    assert not depends_on_later_rows(lines, CLOSE)


@pytest.mark.parametrize(
    "lines",
    [
        "out = np.zeros(len(close))\nbest = 0.0\nfor t in range(len(close) - 1, -1, -1):\n    best = max(best, close[t])\n    out[t] = best\nreturn out",
        "out = []\nfor price in reversed(close):\n    out.append(price)\nreturn [a / b for a, b in zip(close, out)]",
        "seen = []\nfor price in close:\n    seen.append(price)\nreturn [price / max(seen) for price in seen]",
        "out = close.copy()\nfor t in range(len(close) - 2, -1, -1):\n    out[t] = 0.9 * out[t + 1] + 0.1 * close[t]\nreturn out",
        "out = np.zeros(len(close))\nfor t in range(2, len(close)):\n    if close[t - 1] > close[t]:\n        out[t - 1] = 1.0\nreturn out",
        "t = len(close) - 1\nbest = 0.0\nout = np.zeros(len(close))\nwhile t >= 0:\n    best = max(best, close[t])\n    out[t] = best\n    t -= 1\nreturn out",
        "return np.cumsum(close[::-1])[::-1]",
        "return np.flip(np.maximum.accumulate(np.flip(close)))",
        "total = 0.0\nfor price in close:\n    total += price\nreturn close / total",
    ],
)
def test_loops_that_use_later_rows_are_found(lines):
    assert rules(lines, ARRAYS)
    assert depends_on_later_rows(lines, CLOSE)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return bars.select(pl.col('close') - pl.col('close').mean())", {"whole-sample"}),
        ("return bars.select(pl.col('close') / pl.col('close').last())", {"last-value"}),
        ("return bars.select(pl.col('close').rank())", {"whole-rank"}),
        ("return bars.select(pl.col('close') / pl.len())", {"length"}),
        ("return bars.with_columns(z=pl.col('close') / bars['close'].max())", {"whole-sample"}),
        ("return bars.select(pl.col('close').rolling_mean(5))", set()),
        ("return bars.select(pl.col('close').cum_max(), x=pl.col('close').ewm_mean(span=3))", set()),
        ("return bars.select(pl.mean_horizontal('open', 'close'))", set()),
        ("return bars.select(pl.int_range(pl.len()) % 5)", set()),
        ("return bars.select(pl.col('close').reverse().cum_sum().reverse())", {"reversed"}),
    ],
)
def test_polars_statistics_are_understood(lines, expected):
    assert rules(lines, POLARS) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return bars['close'].rolling(5, center=True).mean()", {"centred-window"}),
        ("return bars['close'].rolling(5).mean()", set()),
        ("return bars['close'].rolling(5, center=False).mean()", set()),
        ("return bars['close'].bfill()", {"back-fill"}),
        ("return bars['close'].fillna(method='bfill')", {"back-fill"}),
        ("return bars['close'].interpolate()", {"interpolation"}),
        ("return bars['close'].interpolate(method='pad')", set()),
        (
            "from scipy.signal import savgol_filter\nreturn savgol_filter(bars['close'], 7, 2)",
            {"two-sided-filter"},
        ),
        (
            "from scipy import signal as s\nb, a = s.butter(2, 0.1)\nreturn s.filtfilt(b, a, bars['close'])",
            {"two-sided-filter"},
        ),
        (
            "from scipy import signal as s\nb, a = s.butter(2, 0.1)\nreturn s.lfilter(b, a, bars['close'])",
            set(),
        ),
        ("return np.convolve(bars['close'], np.ones(5), mode='same')", {"two-sided-filter"}),
        ("return np.convolve(bars['close'], np.ones(5))[: len(bars)]", set()),
        (
            "from statsmodels.tsa.filters.hp_filter import hpfilter\ncycle, trend = hpfilter(bars['close'])\nreturn trend",
            {"two-sided-filter"},
        ),
        ("s = np.fft.rfft(bars['close'])\ns[5:] = 0\nreturn np.fft.irfft(s, len(bars))", {"whole-transform"}),
        ("u, s, v = np.linalg.svd(bars.to_numpy())\nreturn u[:, 0]", {"whole-transform"}),
        ("return bars['close'][::-1].rolling(3).mean()[::-1]", {"reversed"}),
        ("return bars['close'].iloc[::-1].cummin().iloc[::-1]", {"reversed"}),
        ("return bars['close'].iloc[::-1].shift(1).iloc[::-1]", {"shift-ahead"}),
        ("return bars['close'].iloc[::-1].shift(-1).iloc[::-1]", set()),
        ("return bars['close'].iloc[::-1].bfill().iloc[::-1]", set()),
    ],
)
def test_smoothing_filling_and_reversing_are_told_by_their_direction(lines, expected):
    assert rules(lines) == expected


@given(window=st.integers(2, 60), back=st.integers(0, 40))
def test_a_centred_window_is_undone_by_half_its_width(window, back):
    lines = f"return bars['close'].rolling({window}, center=True).mean().shift({back})"
    half = max((window - 1) // 2, 1)
    assert bool(rules(lines)) == (back < half)


def test_where_a_decision_falls_at_the_open_its_own_close_is_ahead():
    lines = "vol = bars['close'].pct_change().rolling(20).std()\nreturn 0.1 / vol"
    (one,) = found(lines, decide_at="open")
    assert (one.rule, one.line, one.rows_ahead) == ("own-bar", 6, 1)
    assert rules(lines) == set()
    assert rules(lines.replace(".std()", ".std().shift(1)"), decide_at="open") == set()
    assert rules("return bars['open'] / bars['close'].shift(1)", decide_at="open") == set()


MADE = "b = bars.copy()\nb['z'] = b['close'] - b['close'].mean()\n"


@pytest.mark.parametrize(
    "lines",
    [
        "out = []\nfor i in range(len(b)):\n    row = b.iloc[i]\n    out.append(row['z'])\nreturn pd.Series(out)",
        "out = []\nfor i in range(len(b)):\n    out.append(1 if b.iloc[i]['z'] > 0 else 0)\nreturn pd.Series(out)",
        "return pd.Series([row['z'] for _, row in b.iterrows()])",
        "return pd.Series([row.z for row in b.itertuples()])",
        "return pd.Series([b.loc[i, 'z'] for i in b.index])",
        "return b.apply(lambda row: row['z'], axis=1)",
        "return b.apply(lambda row: 1 if row['z'] > 0 else 0, axis=1)",
    ],
)
def test_a_column_that_was_made_of_all_rows_is_followed_into_each_of_its_rows(lines):
    assert rules(MADE + lines) == {"whole-sample"}


@pytest.mark.parametrize(
    "lines",
    [
        "out = []\nfor i in range(len(b)):\n    row = b.iloc[i]\n    out.append(row['close'])\nreturn pd.Series(out)",
        "return b.apply(lambda row: 1 if row['close'] > row['open'] else 0, axis=1)",
        "return b.apply(lambda row: row[['open', 'close']].mean(), axis=1)",
    ],
)
def test_a_row_s_other_columns_are_none_the_wiser(lines):
    assert rules(MADE + lines) == set()
