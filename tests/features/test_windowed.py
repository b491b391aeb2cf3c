"""Functions and Polars expressions as features: whatever they do, they see their window and nothing else."""

import numpy as np
import polars as pl
import pytest

from tradewright.features.contract import Feature
from tradewright.features.feature_set import FeatureSet
from tradewright.features.windowed import from_polars, windowed
from tradewright.values.errors import InvalidOption

ROWS, NAMES = 150, ("A", "B", "C")
INSTANTS = np.arange(ROWS, dtype=np.int64)


def bars(gaps: float = 0.0) -> dict[str, np.ndarray]:
    draws = np.random.default_rng(8)
    close = 20.0 * np.exp(np.cumsum(draws.normal(0, 0.02, (ROWS, 3)), axis=0))
    close[draws.random(close.shape) < gaps] = np.nan
    return {"close": close, "volume": draws.uniform(1.0, 2.0, close.shape)}


def of(feature: Feature, data: dict[str, np.ndarray]) -> np.ndarray:
    rows = len(data["close"])
    return FeatureSet([feature]).of_columns(data, INSTANTS[:rows], NAMES).values[0]


def streamed(feature: Feature, data: dict[str, np.ndarray]) -> np.ndarray:
    stream = FeatureSet([feature]).stream(NAMES)
    rows = zip(INSTANTS, data["close"], data["volume"], strict=True)
    return np.array(
        [stream.push(int(at), {"close": close, "volume": volume})[0] for at, close, volume in rows]
    )


@windowed(window=10, inputs=("close", "volume"))
def vwap_gap(close, volume):
    """How far the close lies from the volume-weighted price of ten bars."""
    return close[-1] / ((close * volume).sum(axis=0) / volume.sum(axis=0)) - 1.0


EXPRESSIONS = {
    "zscore": (pl.col("close") - pl.col("close").mean()) / pl.col("close").std(),
    "mean": pl.col("close").mean(),
    "rolling": pl.col("close").rolling_mean(3),
    "ewm": pl.col("close").ewm_mean(span=5, adjust=False),
    "cumulative": pl.col("close").cum_max(),
    "two": (pl.col("close") * pl.col("volume")).sum() / pl.col("volume").sum(),
    "rank": pl.col("close").rank() / pl.len(),
    "whole": (pl.col("close") > pl.col("close").shift(1)).sum(),
    "filled": pl.col("close").backward_fill(),
}
MADE = {"function": vwap_gap} | {name: from_polars(name, one, 10) for name, one in EXPRESSIONS.items()}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("gaps", [0.0, 0.1])
def test_the_stream_gives_the_bits_of_the_batch(name, gaps):
    data = bars(gaps)
    assert np.array_equal(of(MADE[name], data), streamed(MADE[name], data), equal_nan=True)


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("cut", [5, 10, 77, 149])
def test_later_rows_change_nothing(name, cut):
    data = bars(0.05)
    whole, shocked = of(MADE[name], data), {name: one.copy() for name, one in data.items()}
    for one in shocked.values():
        one[cut:] = 1e6
    assert np.array_equal(
        of(MADE[name], {n: one[:cut] for n, one in data.items()}), whole[:cut], equal_nan=True
    )
    assert np.array_equal(of(MADE[name], shocked)[:cut], whole[:cut], equal_nan=True)


@pytest.mark.parametrize("name", MADE)
def test_nothing_is_said_before_the_window_is_full_and_something_then(name):
    found = of(MADE[name], bars())
    assert np.isnan(found[:9]).all()
    assert not np.isnan(found[9:]).any()


def test_a_function_is_its_windows_written_out():
    data, found = bars(), of(vwap_gap, bars())
    for row in range(9, ROWS):
        close, volume = (data[name][row - 9 : row + 1] for name in ("close", "volume"))
        assert np.allclose(
            found[row], close[-1] / ((close * volume).sum(0) / volume.sum(0)) - 1.0, rtol=1e-12
        )


def test_an_expression_is_its_windows_written_out():
    data = bars()
    found = of(MADE["zscore"], data)
    for row in range(9, ROWS):
        seen = data["close"][row - 9 : row + 1]
        assert np.allclose(found[row], (seen[-1] - seen.mean(0)) / seen.std(0, ddof=1), rtol=1e-9)


def test_an_expression_that_looks_ahead_meets_the_end_of_its_window():
    ahead = from_polars("ahead", pl.col("close").shift(-1) / pl.col("close") - 1.0, 5)
    assert np.isnan(of(ahead, bars())).all()
    centred = from_polars("centred", pl.col("close").rolling_mean(5, center=True), 5)
    assert np.isnan(of(centred, bars())).all()


def test_a_function_gets_copies_and_can_spoil_nothing():
    @windowed(window=4)
    def vandal(close):
        last = close[-1].copy()
        close[:] = -1.0
        while close.base is not None:
            close = close.base
        close[:] = -1.0
        return last

    data = bars()
    assert np.array_equal(of(vandal, data)[3:], data["close"][3:])
    assert data["close"].min() > 0.0


def test_a_function_of_the_wrong_shape_is_told_what_to_give():
    @windowed(window=4)
    def scalar(close):
        return close.mean()

    with pytest.raises(InvalidOption, match=r"shape \(\)\. Give one for each of 3 symbols"):
        of(scalar, bars())


def test_a_function_is_named_and_described_by_itself():
    assert vwap_gap.name == "vwap_gap"
    assert vwap_gap.inputs == ("close", "volume")
    assert vwap_gap.lookback_bars == 10
    assert type(vwap_gap).__doc__.startswith("How far the close lies")


def test_another_function_expression_or_window_is_another_schema():
    def made(window, body):
        @windowed(window=window)
        def same_name(close):
            return body(close)

        return same_name

    @windowed(window=3)
    def one(close):
        return close[-1] * 2.0

    first = one

    @windowed(window=3)
    def one(close):
        return close[-1] * 3.0

    hashes = [FeatureSet({"x": feature}).schema_hash for feature in (first, one)]
    hashes += [
        FeatureSet({"x": from_polars("x", pl.col("close").mean(), window)}).schema_hash for window in (3, 4)
    ]
    hashes += [FeatureSet({"x": from_polars("x", pl.col("close").median(), 3)}).schema_hash]
    assert len(set(hashes)) == 5


def test_two_closures_of_one_text_are_two_features_with_values_of_their_own():
    def scaled(level):
        @windowed(window=2)
        def same_name(close):
            return close[-1] * level

        return same_name

    data = bars()
    table = FeatureSet({"one": scaled(1.0), "two": scaled(2.0)}).of_columns(data, INSTANTS, NAMES)
    assert table.values.shape[0] == 2
    np.testing.assert_array_equal(table.values[1], 2.0 * table.values[0])


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: windowed(window=0), "window of 0"),
        (lambda: windowed(window=3, inputs="close")(lambda close: close[-1]), "names of columns"),
        (lambda: windowed(window=3, inputs=())(lambda: 0), "names of columns"),
        (lambda: from_polars("x", pl.lit(1.0), 3), "reads no column"),
        (lambda: from_polars("x", pl.col("close"), 2.5), "whole number"),
    ],
)
def test_what_makes_no_window_is_refused_in_words(make, words):
    with pytest.raises(InvalidOption, match=words):
        make()


def test_a_long_history_is_taken_in_pieces(monkeypatch):
    from tradewright.features import windowed as room

    data, feature = bars(), MADE["zscore"]
    whole = of(feature, data)
    monkeypatch.setattr(room, "PIECE", 100)
    assert np.array_equal(of(feature, data), whole, equal_nan=True)
