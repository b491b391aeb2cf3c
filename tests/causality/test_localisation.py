"""A dependence comes with its row, how far it looks, through which column, and the line at fault."""

from pathlib import Path

import pytest
from bars_for_audits import bars
from test_leaks_and_look_alikes import LEAKS

from tradewright.causality.audit import audit
from tradewright.causality.lint.check import lint, suspects
from tradewright.causality.options import AuditOptions
from tradewright.causality.verdict import DependsOnFuture

# What each leak looks ahead at most (None: to the end), and what of its source stands at fault.
WHERE = {
    "next return": (1, "d.close.shift(-1)"),
    "five ahead": (5, "d.close.shift(-5)"),
    "z-score over the whole": (None, "d.close.mean()"),
    "rank over the whole": (None, "d.close.rank(pct=True)"),
    "centred mean": (2, "d.close.rolling(5, center=True).mean()"),
    "back-fill of the warm-up": (19, "d.close.rolling(20).mean().bfill()"),
    "division by the last value": (None, "d.close.iloc[-1]"),
    "length as a number": (None, "len(d)"),
    "this month's mean": (2, "d.groupby(d.index.to_period('M')).close.transform('mean')"),
    "clip by whole quantiles": (None, "returns.quantile([0.01, 0.99])"),
    "only under a rare condition": (1, "frame.close.shift(-1)"),
    "too small to see": (None, "d.close.mean()"),
    "reversed rolling": (4, "d.close[::-1].rolling(5).mean()"),
    "low frequencies of the whole": (None, "np.fft.rfft(frame.close)[:20]"),
    "swing points": (2, "d.high.rolling(5, center=True).max()"),
    "bins labelled left": (5, "d.close.resample('W', label='left').last()"),
}


@pytest.fixture(scope="module")
def table():
    return bars()


@pytest.mark.parametrize("name", WHERE)
def test_the_horizon_and_the_operator_are_named(name, table):
    verdict = audit(LEAKS[name], table).verdict
    horizon, operator = WHERE[name]
    assert verdict.horizon == horizon
    assert verdict.place is not None and verdict.place.operator == operator


def signals(frame):
    frame = frame.copy()
    mean = frame.close.mean()
    deviation = frame.close.std()
    frame["z"] = (frame.close - mean) / deviation
    frame["ret"] = frame.close.pct_change()
    frame["lead"] = frame["ret"].shift(-2)
    out = frame[["ret"]].copy()
    out["signal"] = (frame["z"] > 1).astype(int)
    out["mix"] = frame["ret"] + 0.1 * frame["lead"].fillna(0)
    return out


def test_each_channel_is_led_back_to_its_own_line(table):
    found = {one.channel: one.verdict for one in audit(signals, table).channels}
    assert found["ret"].code == "NO_DEPENDENCE_OBSERVED"
    assert found["signal"].place.operator == "frame.close.mean()"
    assert found["mix"].place.operator == "frame['ret'].shift(-2)"
    assert found["mix"].horizon == 2


def own_loop(frame):
    prices = frame.close.to_numpy()
    out = []
    for row in range(len(prices)):
        later = min(row + 3, len(prices) - 1)
        out.append(prices[later] / prices[row] - 1)
    return out


def filled_array(frame):
    prices = frame.close.to_numpy()
    out = prices * 0
    for row in range(len(prices)):
        later = min(row + 3, len(prices) - 1)
        out[row] = prices[later] / prices[row] - 1
    return out


@pytest.mark.parametrize("target", [own_loop, filled_array])
def test_inside_a_loop_the_reading_expression_is_named(target, table):
    verdict = audit(target, table).verdict
    assert verdict.horizon == 3
    assert verdict.place.operator == "prices[later]"


def test_the_column_is_named_even_among_many(table):
    verdict = audit(lambda d: d.high.shift(1) / d.volume.shift(-1), table).verdict
    assert verdict.source == "volume"


def test_where_no_source_text_is_at_hand_the_dependence_is_still_told(table):
    target = eval("lambda d: d.close.shift(-1)")
    verdict = audit(target, table).verdict
    assert verdict.horizon == 1 and verdict.source == "close"


def five_outputs(df):
    """Two honest outputs, and leaks over all rows, two rows ahead, and in the warm-up alone."""
    df = df.copy()
    df["ret"] = df["close"].pct_change()
    df["mom"] = df["close"] / df["close"].shift(20) - 1
    df["vol"] = df["ret"].rolling(20).std()
    df["z"] = (df["mom"] - df["mom"].mean()) / df["mom"].std()
    df["smooth"] = df["close"].rolling(5, center=True).mean()
    df["fill"] = df["vol"].bfill()
    return df[["mom", "vol", "z", "smooth", "fill"]]


@pytest.mark.parametrize("rows", [1_500, 6_000], ids=["small", "large"])
def test_each_output_is_searched_and_placed_by_itself(rows):
    table = bars(rows).rename_axis("date").reset_index()
    table["date"] = table["date"].astype(str)
    source = Path(__file__)
    named = suspects(lint(source.read_text(), str(source), "five_outputs", with_labels=True))
    told = audit(five_outputs, table, AuditOptions(suspects=named)).channels
    found = {one.channel: one.verdict for one in told if isinstance(one.verdict, DependsOnFuture)}
    assert set(found) == {"z", "smooth", "fill"}
    assert found["fill"].row < 20
    assert found["z"].instant == table["date"][found["z"].row]
    at_fault = {name: verdict.place.operator for name, verdict in found.items()}
    assert at_fault["z"] in ("df['mom'].mean()", "df['mom'].std()", "mean()", "std()")
    assert at_fault["smooth"].endswith("rolling(5, center=True)")
    assert at_fault["fill"].endswith("bfill()")
