"""Feature sets, their tables and their streams."""

import numpy as np
import pytest

from tradewright.data.adjustments import forward_bars, growth_index
from tradewright.features import registry
from tradewright.features.contract import Feature
from tradewright.features.expression import CLOSE, Expression, column
from tradewright.features.families.averages import SimpleAverage, SmaRatio
from tradewright.features.families.index import BetaToIndex
from tradewright.features.families.oscillators import MacdLine, Rsi
from tradewright.features.families.returns import Momentum, SimpleReturn
from tradewright.features.feature_set import FeatureSet
from tradewright.features.operations import mean
from tradewright.features.sets import find_set, technical
from tradewright.values.errors import InvalidOption, UnknownName
from tradewright.values.panel import DELISTING, DIVIDEND, SPLIT, Panel, action_dtype

INSTANTS = np.arange(1, 121, dtype=np.int64) * 86_400_000_000_000


def columns(rows: int = 120, count: int = 2) -> dict[str, np.ndarray]:
    close = 50.0 * np.exp(np.cumsum(np.random.default_rng(3).normal(0, 0.02, (rows, count)), axis=0))
    return {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close, "volume": close * 1e4}


def panel(actions: list[tuple] = ()) -> Panel:
    bars = {name: column.copy() for name, column in columns().items()}
    for row, asset, kind, value in actions:
        for name in ("open", "high", "low", "close") if kind == SPLIT else ():
            bars[name][row:, asset] /= value
        if kind == SPLIT:
            bars["volume"][row:, asset] *= value
    recorded = np.array(list(actions), dtype=action_dtype)
    return Panel(INSTANTS, INSTANTS - 1, ("A", "B"), *bars.values(), recorded)


def test_the_technical_set_has_its_26_columns_in_their_order():
    windows = [
        f"{name}_{bars}"
        for bars in (5, 10, 20, 60)
        for name in ("sma_ratio", "ema_ratio", "deviation", "momentum")
    ]
    last = ["rsi_14", "bollinger_position_20_2", "range_position_10", "range_position_20"]
    macd = ["macd_line", "macd_signal", "macd_histogram"]
    assert list(technical().names) == [
        "expanding_zscore",
        "simple_return",
        "log_return",
        *windows,
        *last,
        *macd,
    ]
    assert len(technical()) == 26
    assert technical().inputs == ("close", "high", "low")


def test_a_table_gives_a_column_by_its_name_and_rows_for_a_model():
    table = FeatureSet([SimpleReturn(1), Rsi(14)]).of_columns(columns(), INSTANTS, ("A", "B"))
    assert table.names == ("simple_return_1", "rsi_14")
    assert table["rsi_14"].shape == (120, 2)
    matrix = table.matrix()
    assert matrix.shape == (240, 2)
    assert np.array_equal(matrix[2 * 50 + 1], table.values[:, 50, 1])
    with pytest.raises(UnknownName, match="Did you mean 'rsi_14'"):
        table["rsi14"]


def test_a_table_becomes_a_long_polars_frame():
    frame = FeatureSet([Rsi(14)]).of_columns(columns(), INSTANTS, ("A", "B")).to_polars()
    assert frame.columns == ["known_at", "symbol", "rsi_14"]
    assert frame["known_at"].to_list()[:3] == [INSTANTS[0], INSTANTS[0], INSTANTS[1]]
    assert frame["symbol"].to_list()[:3] == ["A", "B", "A"]


def test_a_table_cannot_be_written_into():
    table = FeatureSet([Rsi(14)]).of_columns(columns(), INSTANTS, ("A", "B"))
    with pytest.raises(ValueError, match="read-only"):
        table.values[0, 0, 0] = 1.0


def test_one_formula_under_two_names_is_two_columns():
    features = FeatureSet({"slow": Rsi(14), "same": Rsi(14), "raw": CLOSE})
    table = features.of_columns(columns(), INSTANTS, ("A", "B"))
    assert np.array_equal(table["slow"], table["same"], equal_nan=True)
    assert np.array_equal(table["raw"], columns()["close"])
    stream = features.stream(("A", "B"))
    assert stream.push(1, {"close": np.array([1.0, 2.0])})[2].tolist() == [1.0, 2.0]


def test_a_split_and_a_dividend_move_no_feature():
    features = FeatureSet([SmaRatio(10), Momentum(20, 0), MacdLine(12, 26)])
    plain, split = features.of_panel(panel()), features.of_panel(panel([(60, 0, SPLIT, 4.0)]))
    assert np.array_equal(plain.values, split.values, equal_nan=True)
    paid = features.of_panel(panel([(60, 0, DIVIDEND, 1.0)]))
    assert np.array_equal(paid.values[:, :60], plain.values[:, :60], equal_nan=True)
    assert not np.array_equal(paid.values[:, 60], plain.values[:, 60], equal_nan=True)


def test_features_of_a_panel_see_the_growth_index_as_their_close():
    torn = panel([(30, 1, DIVIDEND, 2.0), (60, 0, SPLIT, 4.0), (90, 1, DELISTING, 0.5)])
    close = FeatureSet({"close": CLOSE}).of_panel(torn)["close"]
    assert np.array_equal(close[:, 0], growth_index(torn)[:, 0])
    assert np.array_equal(close[:90, 1], growth_index(torn)[:90, 1])
    assert np.isnan(close[90:, 1]).all()


@pytest.mark.parametrize("cut", [29, 30, 31, 60, 61, 90, 91])
def test_bars_adjusted_forward_are_never_changed_by_what_comes_later(cut):
    torn = panel([(30, 1, DIVIDEND, 2.0), (60, 0, SPLIT, 4.0), (90, 1, DELISTING, 0.5)])
    whole, early = forward_bars(torn), forward_bars(torn.rows(0, cut))
    for name in ("open", "high", "low", "close", "volume"):
        assert np.array_equal(getattr(whole, name)[:cut], getattr(early, name), equal_nan=True)


def test_volume_is_counted_in_the_first_shares():
    torn = panel([(60, 0, SPLIT, 4.0)])
    assert np.allclose(forward_bars(torn).volume, columns()["volume"])


def test_columns_of_ones_own_are_inputs_like_any_other():
    features = FeatureSet({"calm": mean(column("mood"), 3)})
    assert features.inputs == ("mood",)
    table = features.of_columns({"mood": np.arange(10.0)[:, None]}, np.arange(10), ("A",))
    assert table["calm"][2:, 0].tolist() == [float(k) for k in range(1, 9)]


def test_a_users_own_class_is_a_feature():
    class Gap(Feature):
        """How far the open lies from the close before, as a fraction of it."""

        def formula(self) -> Expression:
            """open / close before - 1."""
            from tradewright.features.expression import OPEN
            from tradewright.features.operations import lag

            return OPEN / lag(CLOSE, 1) - 1.0

    gap = Gap()
    assert (gap.name, gap.inputs, gap.lookback_bars, gap.reach_bars) == ("gap", ("close", "open"), 2, 2)
    assert FeatureSet([gap]).of_columns(columns(), INSTANTS, ("A", "B"))["gap"].shape == (120, 2)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: FeatureSet([]), "of no feature"),
        (lambda: FeatureSet([Rsi(14), Rsi(14)]), "Two columns are called 'rsi_14'"),
        (lambda: FeatureSet([Rsi]), "such as Rsi"),
        (lambda: FeatureSet([CLOSE]), "has no name"),
        (lambda: FeatureSet({"x": 3}), "neither a feature nor a formula"),
        (lambda: technical().stream(()), "no symbol"),
        (
            lambda: technical().of_columns({n: c[:50] for n, c in columns().items()}, INSTANTS, ("A", "B")),
            "120 rows x 2",
        ),
    ],
)
def test_what_makes_no_set_is_refused_in_words(make, words):
    with pytest.raises(InvalidOption, match=words):
        make()


def test_a_missing_input_is_named():
    with pytest.raises(UnknownName, match="is not a column of the data"):
        technical().of_columns({"close": columns()["close"]}, INSTANTS, ("A", "B"))


def test_an_index_that_is_no_symbol_is_refused_with_those_that_are():
    with pytest.raises(UnknownName, match="'SPY' is not a symbol"):
        FeatureSet([BetaToIndex(60, "SPY")]).of_columns(columns(), INSTANTS, ("A", "B"))


def test_a_stream_refuses_a_row_that_is_not_later():
    stream = FeatureSet([SimpleAverage(3)]).stream(("A",))
    stream.push(5, {"close": np.ones(1)})
    with pytest.raises(InvalidOption, match="order of time"):
        stream.push(5, {"close": np.ones(1)})
    assert np.isnan(stream.push(6, {"close": np.ones(1)})[0, 0])
    assert stream.push(7, {"close": np.ones(1)})[0, 0] == 1.0


def test_a_row_that_was_refused_leaves_no_trace():
    stream = FeatureSet([SimpleAverage(2)]).stream(("A", "B"))
    stream.push(1, {"close": np.array([1.0, 1.0])})
    before = stream.state()
    with pytest.raises(InvalidOption, match="shape"):
        stream.push(2, {"close": np.ones(3)})
    with pytest.raises(UnknownName, match="close"):
        stream.push(2, {"open": np.ones(2)})
    assert stream.state()[1] == before[1]
    assert stream.push(2, {"close": np.array([3.0, 5.0])})[0].tolist() == [2.0, 3.0]


def test_the_state_of_another_set_is_refused():
    narrow, wide = (
        FeatureSet([SimpleAverage(2)]).stream(("A",)),
        FeatureSet([SimpleAverage(9)]).stream(("A",)),
    )
    with pytest.raises(InvalidOption, match="other features or symbols"):
        narrow.restore(wide.state())


def test_a_state_is_a_copy():
    stream = FeatureSet([SimpleAverage(2)]).stream(("A",))
    stream.push(1, {"close": np.ones(1)})
    kept = stream.state()
    stream.push(2, {"close": np.ones(1)})
    assert kept[0].rows_seen == 1
    stream.restore(kept)
    assert stream.push(2, {"close": np.array([3.0])})[0, 0] == 2.0


def test_no_rows_give_no_rows():
    table = technical().of_columns(
        {name: one[:0] for name, one in columns().items()}, INSTANTS[:0], ("A", "B")
    )
    assert table.values.shape == (26, 0, 2)


def test_names_are_found_and_misspelt_ones_get_the_nearest():
    assert registry.find("rsi") is Rsi
    assert registry.build("rsi", {"window": 7}) == Rsi(7)
    assert registry.family_of(Rsi) == "oscillators"
    with pytest.raises(UnknownName, match="Did you mean 'sma_ratio'"):
        registry.find("smaratio")
    with pytest.raises(UnknownName, match="Did you mean 'technical'"):
        find_set("tecnical")
