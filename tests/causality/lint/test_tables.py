"""Groups, longer bars, joins and filters: what a table's other rows tell about this one."""
# ruff: noqa: E501 - a snippet stands on one line

import pytest
from snippets import POLARS, found, rules

FACTS = "bars: pd.DataFrame, facts: pd.DataFrame"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return bars.groupby(bars.index.date)['high'].transform('max')", {"period-statistic"}),
        (
            "day = bars.index.normalize()\nreturn bars['close'] / bars.groupby(day)['close'].transform('mean')",
            {"period-statistic"},
        ),
        ("return bars.groupby('day')['close'].transform(lambda d: d - d.mean())", {"period-statistic"}),
        (
            "return bars.groupby('day')['close'].transform(lambda d: d / d.iloc[-1])",
            {"period-statistic", "last-value"},
        ),
        ("return bars.groupby('day')['close'].transform(lambda d: d.expanding().mean())", set()),
        ("return bars.groupby('day')['close'].transform('cummax')", set()),
        ("return bars.groupby('day')['close'].transform('first')", set()),
        ("return bars.groupby('day')['high'].cummax()", set()),
        ("return bars.groupby('day')['close'].shift(1)", set()),
        ("return bars.groupby('day')['close'].shift(-1)", {"shift-ahead"}),
        ("return bars.groupby('day')['close'].pct_change()", set()),
        ("return bars.groupby('day')['volume'].rank()", {"whole-rank"}),
        ("h = bars.groupby('day')['high'].max()\nreturn bars['day'].map(h)", {"period-statistic"}),
        ("h = bars.groupby('day')['high'].max().shift(1)\nreturn bars['day'].map(h)", set()),
        (
            "h = bars.groupby('day')['high'].max().shift(-1)\nreturn bars['day'].map(h)",
            {"shift-ahead", "period-statistic"},
        ),
        ("return bars.groupby('symbol')['close'].transform('mean')", {"whole-sample"}),
        ("return bars.groupby('symbol')['close'].transform('last')", {"whole-sample"}),
        ("return bars.groupby('symbol')['close'].rolling(5).mean()", set()),
        (
            "r = bars.groupby('symbol')['close'].pct_change()\nreturn r.groupby(bars['date']).transform('mean')",
            set(),
        ),
        (
            "b = bars.assign(r=bars.groupby('symbol')['close'].pct_change())\nreturn b.groupby('date')['r'].rank(pct=True)",
            set(),
        ),
    ],
)
def test_groups_are_told_apart_by_what_they_hold(lines, expected):
    got = rules(lines)
    assert bool(got) == bool(expected)
    assert got <= expected


def test_a_loop_over_days_that_uses_the_whole_day_is_found():
    lines = """
    parts = []
    for day, part in bars.groupby(bars.index.date):
        parts.append(part['close'] / part['high'].max())
    return pd.concat(parts)
    """
    assert rules(lines)
    assert rules(lines.replace("part['high'].max()", "part['high'].cummax()")) == set()


@pytest.mark.parametrize(
    ("lines", "is_leak"),
    [
        ("h = bars['close'].resample('1h').last()\nreturn h.reindex(bars.index, method='ffill')", True),
        ("h = bars['close'].resample('1h', label='left').mean()\nreturn h.reindex(bars.index).ffill()", True),
        (
            "h = bars['close'].resample('1h', label='right', closed='left').last()\nreturn h.reindex(bars.index, method='ffill')",
            False,
        ),
        (
            "h = bars['close'].resample('1h', label='right', closed='right').last()\nreturn h.reindex(bars.index, method='ffill')",
            False,
        ),
        (
            "h = bars['close'].resample('1h').last().shift(1)\nreturn h.reindex(bars.index, method='ffill')",
            False,
        ),
        (
            "h = bars['close'].resample('1h').last()\nh.index = h.index + pd.Timedelta('1h')\nreturn h.reindex(bars.index, method='ffill')",
            False,
        ),
        ("w = bars['close'].resample('W').last()\nreturn w.reindex(bars.index, method='ffill')", False),
        ("w = bars['close'].resample('ME').last()\nreturn w.reindex(bars.index, method='bfill')", True),
        ("w = bars['close'].resample('MS').last()\nreturn w.reindex(bars.index, method='ffill')", True),
        (
            "h = bars[['close']].resample('1h').last()\nreturn pd.merge_asof(bars, h, left_index=True, right_index=True)['close_y']",
            True,
        ),
        ("return bars['close'].resample('1h').transform('last')", True),
    ],
)
def test_a_longer_bar_counts_once_it_has_closed(lines, is_leak):
    assert bool(rules(lines)) == is_leak


@pytest.mark.parametrize(
    ("lines", "is_leak"),
    [
        (
            "h = bars.group_by_dynamic('ts', every='1h').agg(pl.col('close').last().alias('h'))\nreturn bars.join_asof(h, on='ts').select('h')",
            True,
        ),
        (
            "h = bars.group_by_dynamic('ts', every='1h', label='right').agg(pl.col('close').last().alias('h'))\nreturn bars.join_asof(h, on='ts').select('h')",
            False,
        ),
        ("return bars.select(pl.col('high').max().over('day'))", True),
        ("return bars.select(pl.col('high').cum_max().over('day'))", False),
        ("return bars.select(pl.col('close').shift(1).over('symbol'))", False),
        ("return bars.select(pl.col('close').mean().over('symbol'))", True),
        ("return bars.select(pl.col('close').rank().over('date'), pl.col('symbol'))", False),
        (
            "return bars.select((pl.col('close') - pl.col('close').mean().over('date')), pl.col('symbol'))",
            False,
        ),
        ("return bars.filter(pl.len().over('symbol') > 100).select('close')", True),
        ("return bars.filter(pl.col('close') > 5).select('close')", False),
        ("return bars.sort('ts').select(pl.col('close').diff())", False),
        ("return bars.sort('ts', descending=True).select(pl.col('close').cum_max())", True),
        ("return bars.sort('close').select(pl.col('close').diff())", True),
    ],
)
def test_polars_groups_and_filters_are_told_apart(lines, is_leak):
    assert bool(rules(lines, POLARS)) == is_leak


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("return pd.merge_asof(bars, facts, on='ts')['eps']", set()),
        ("return pd.merge_asof(bars, facts, on='ts', direction='backward')['eps']", set()),
        ("return pd.merge_asof(bars, facts, on='ts', direction='forward')['eps']", {"join-ahead"}),
        ("return pd.merge_asof(bars, facts, on='ts', direction='nearest')['eps']", {"join-ahead"}),
        (
            "return pd.merge_asof(bars, facts, left_on='ts', right_on='period_end')['eps']",
            {"join-period-end"},
        ),
        (
            "return pd.merge_asof(bars, facts, left_on='ts', right_on='fiscal_quarter_end')['eps']",
            {"join-period-end"},
        ),
        ("return pd.merge_asof(bars, facts, left_on='ts', right_on='filed_at')['eps']", set()),
        (
            "f = facts.rename(columns={'period_end': 'ts'})\nreturn pd.merge_asof(bars, f, on='ts')['eps']",
            {"join-period-end"},
        ),
        (
            "return bars.merge(facts.set_index('period_end'), left_on='ts', right_index=True)['eps']",
            {"join-period-end"},
        ),
        (
            "return pd.merge_asof(bars, facts, left_on='ts', right_on='opened_at')['price']",
            {"join-open-stamp"},
        ),
        ("return bars['symbol'].isin(facts['symbol']) * bars['close']", {"join-undated"}),
        ("return bars['symbol'].isin(['AAA', 'BBB']) * bars['close']", set()),
        (
            "last = facts.drop_duplicates('symbol', keep='last')\nreturn bars.merge(last, on='symbol')['beta']",
            {"last-value"},
        ),
        (
            "f = facts.fillna({'published_at': pd.Timestamp('2000-01-01')})\nreturn pd.merge_asof(bars, f, left_on='ts', right_on='published_at')['x']",
            {"join-undated"},
        ),
        (
            "return pd.merge_asof(bars, facts, left_on='ts', right_on='released_at')['revised']",
            {"revised-value"},
        ),
        ("return pd.merge_asof(bars, facts, left_on='ts', right_on='revised_at')['revised']", set()),
        ("i = np.searchsorted(facts['at'], bars['ts'])\nreturn facts['eps'].to_numpy()[i]", {"join-ahead"}),
        (
            "i = np.searchsorted(facts['at'], bars['ts'], side='right') - 1\nreturn facts['eps'].to_numpy()[i]",
            set(),
        ),
    ],
)
def test_joins_are_told_by_direction_and_key(lines, expected):
    assert rules(lines, FACTS) == expected


def test_rows_dropped_for_a_later_label_are_named_with_both_places():
    lines = """
    table = pd.DataFrame({'mean': bars['close'].rolling(5).mean()})
    table['label'] = bars['close'].shift(-5)
    table = table.dropna()
    return table['mean']
    """
    assert {(one.rule, one.line) for one in found(lines)} == {("later-filter", 9)}


def test_rows_filtered_by_a_mask_that_knows_later_rows_are_found():
    assert rules("good = bars['close'].shift(-1) > bars['close']\nreturn bars[good]['close']") == {
        "shift-ahead"
    }
    assert rules("good = bars['close'].shift(1) > 0\nreturn bars[good]['close']") == set()


def test_columns_dropped_for_gaps_anywhere_are_found():
    assert rules("return bars.dropna(axis=1)") == {"later-filter"}
    assert rules("return bars.dropna()['close']") == set()


def test_groups_kept_by_their_length_are_found():
    assert rules("return bars.groupby('symbol').filter(lambda g: len(g) > 250)['close']") == {"later-filter"}
