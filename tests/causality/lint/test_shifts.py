"""Shifts, differences, indexes and slices: a later row beside an earlier one."""
# ruff: noqa: E501 - a snippet stands on one line

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from snippets import ARRAYS, POLARS, depends_on_later_rows, found, rules

CLOSE = 100 * np.exp(np.cumsum(0.02 * np.random.default_rng(4).standard_normal(14)))


def test_a_negative_shift_is_found_where_it_stands():
    (one,) = found("x = bars['close'].rolling(3).mean()\nreturn x.shift(-2) / x")
    assert (one.rule, one.line, one.operator, one.rows_ahead) == ("shift-ahead", 7, "shift(-2)", 2)


@pytest.mark.parametrize(
    "call", ["shift(-1)", "diff(-1)", "pct_change(-1)", "shift(periods=-1)", "diff(periods=-3)"]
)
def test_every_way_to_shift_ahead_is_one(call):
    assert rules(f"return bars['close'].{call}") == {"shift-ahead"}


@pytest.mark.parametrize(
    "call", ["shift(1)", "shift()", "diff()", "pct_change(5)", "shift(0)", "shift(periods=2)"]
)
def test_shifts_backward_are_fine(call):
    assert rules(f"return bars['close'].{call}") == set()


@pytest.mark.parametrize(
    "lines",
    [
        "h = 5\nreturn bars['close'].shift(-h)",
        "h = -5\nreturn bars['close'].shift(h)",
        "h = 2 - 7\nreturn bars['close'].shift(h)",
        "lags = {'a': 1, 'b': -1}\nreturn bars['close'].shift(lags['b'])",
        "lags = [1, 2, -3]\nreturn bars['close'].shift(lags[-1])",
        "for k in (3, 1, -1):\n    x = bars['close'].shift(k)\nreturn x",
        "return pd.DataFrame({f'r{k}': bars['close'].shift(-k) for k in range(1, 4)})",
        "h = 3 if bars.empty else -4\nreturn bars['close'].shift(h)",
        "a, b = 3, -3\nreturn bars['close'].shift(b)",
        "h = abs(-4)\nreturn bars['close'].shift(-h)",
        "h = max(1, 3)\nreturn bars['close'].shift(-h)",
    ],
)
def test_variables_that_hold_a_negative_shift_are_followed(lines):
    assert rules(lines) == {"shift-ahead"}


def test_a_constant_of_the_file_is_followed():
    assert rules("return bars['close'].shift(-H)", before="H = 4") == {"shift-ahead"}


def test_a_default_argument_is_followed():
    assert rules("return bars['close'].shift(lag)", "bars, lag=-2") == {"shift-ahead"}


def test_an_argument_without_a_default_is_assumed_positive_and_said_to_be_possible():
    (one,) = found("return bars['close'].shift(-h)", "bars: pd.DataFrame, h: int")
    assert one.rule == "shift-ahead" and one.confidence.value == "possible"
    assert rules("return bars['close'].shift(h)", "bars: pd.DataFrame, h: int") == set()


def test_a_field_of_a_class_is_followed():
    lines = """
    class Momentum:
        lag: int = -3

        def values(self, bars: pd.DataFrame):
            return bars["close"].pct_change(self.lag)
    """
    assert rules("return Momentum().values(bars)", before=lines) == {"shift-ahead"}


def test_what_a_constructor_sets_is_followed():
    lines = """
    class Momentum:
        def __init__(self, lag):
            self.lag = -lag

        def values(self, bars: pd.DataFrame):
            return bars["close"].pct_change(self.lag)
    """
    assert rules("return Momentum(4).values(bars)", before=lines) == {"shift-ahead"}


def test_a_function_of_the_file_is_entered():
    helper = """
    def ahead(column, rows):
        return column.shift(-rows)
    """
    (one,) = found("return ahead(bars['close'], 2)", before=helper)
    assert (one.rule, one.line) == ("shift-ahead", 6)
    assert rules("return ahead(bars['close'], -2)", before=helper) == set()


def test_a_lambda_is_entered():
    assert rules("g = lambda x: x.shift(-1)\nreturn g(bars['close'])") == {"shift-ahead"}


def test_a_function_that_calls_itself_is_read_once():
    helper = """
    def smooth(column, times):
        return column if times == 0 else smooth(column.rolling(3).mean(), times - 1)
    """
    assert rules("return smooth(bars['close'], 3)", before=helper) == set()


@given(ahead=st.integers(1, 30), back=st.integers(0, 30))
def test_a_shift_ahead_is_undone_by_one_as_far_back(ahead, back):
    lines = f"return bars['close'].shift(-{ahead}).rolling(5).mean().shift({back})"
    assert rules(lines) == ({"shift-ahead"} if back < ahead else set())


def test_an_unknown_shift_is_undone_by_itself():
    parameters = "bars: pd.DataFrame, h: int"
    assert rules("return bars['close'].shift(-h).shift(h)", parameters) == set()
    assert rules("return bars['close'].shift(-h).shift(h + 1)", parameters) == set()
    assert rules("return bars['close'].shift(-h).shift(h - 1)", parameters) == {"shift-ahead"}


def test_of_two_looks_ahead_the_one_that_is_not_undone_is_named():
    lines = "both = bars['close'].shift(-1) + bars['open'].shift(-4)\nreturn both.shift(2)"
    assert [(one.operator, one.rows_ahead) for one in found(lines)] == [("shift(-4)", 2)]


def test_a_polars_expression_is_followed_to_the_table_it_is_used_on():
    lines = "nxt = pl.col('close').shift(-1)\nreturn bars.select((nxt / pl.col('close')).alias('x'))"
    (one,) = found(lines, POLARS)
    assert (one.rule, one.line) == ("shift-ahead", 6)


def test_a_polars_column_made_before_is_read_with_what_it_knows():
    lines = "wide = bars.with_columns(nxt=pl.col('close').shift(-1))\nreturn wide.select(pl.col('nxt') * 2)"
    assert rules(lines, POLARS) == {"shift-ahead"}
    assert rules(lines.replace("pl.col('nxt') * 2", "pl.col('close') * 2"), POLARS) == set()


def test_polars_shift_undone_is_fine():
    assert rules("return bars.select(pl.col('close').shift(-2).shift(3))", POLARS) == set()


@pytest.mark.parametrize(
    ("lines", "is_leak"),
    [
        ("return np.roll(close, -1)", True),
        ("r = np.roll(close, 1)\nr[0] = np.nan\nreturn r", False),
        ("r = np.roll(close, 3)\nr[:3] = np.nan\nreturn r", False),
        ("return np.roll(close, 1)", True),
        ("return np.concatenate([close[1:], [np.nan]])", True),
        ("return np.concatenate([[np.nan], close[:-1]])", False),
        ("return np.concatenate([[np.nan, np.nan], close[:-2]])", False),
        ("return np.r_[np.nan, np.diff(close)]", False),
        ("return np.r_[np.diff(close), np.nan]", True),
        ("return np.diff(close, prepend=np.nan)", False),
        ("return np.diff(close, append=np.nan)", True),
        ("r = np.zeros(len(close))\nr[1:] = np.diff(np.log(close))\nreturn r", False),
        ("r = np.zeros(len(close))\nr[:-1] = np.diff(np.log(close))\nreturn r", True),
        ("r = np.zeros(len(close))\nr[2:] = close[2:] - close[:-2]\nreturn r", False),
        ("r = np.zeros(len(close))\nr[:-2] = close[2:] - close[:-2]\nreturn r", True),
        ("r = np.zeros(len(close))\nr[4:] = close[2:-2]\nreturn r", False),
        ("r = np.zeros(len(close))\nr[1:-2] = close[3:]\nreturn r", True),
    ],
)
def test_slices_are_placed_where_they_are_written(lines, is_leak):
    assert bool(rules(lines, ARRAYS)) == is_leak
    assert depends_on_later_rows(lines, CLOSE) == is_leak


@settings(max_examples=60, deadline=None)
@given(read=st.integers(-3, 3), written=st.integers(-3, 3))
def test_a_loop_looks_ahead_exactly_where_running_it_shows(read, written):
    lines = f"""
    out = np.zeros(len(close))
    for t in range(4, len(close) - 4):
        out[t + {written}] = close[t + {read}] * 2
    return out
    """
    # The loop stops short of the end, so that its last rows differ when there are more: seen row by row alone.
    assert bool(rules(lines, ARRAYS)) == (read > written or written < 0 < read)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(-6, 0), stop=st.integers(-1, 4))
def test_a_window_in_a_loop_may_end_at_its_row(start, stop):
    lines = f"""
    out = np.full(len(close), np.nan)
    for t in range(8, len(close)):
        window = close[t + {start} - 2 : t + {stop}]
        out[t] = window.max() - window.min()
    return out
    """
    assert bool(rules(lines, ARRAYS)) == (stop > 1)
    assert depends_on_later_rows(lines, CLOSE) == (stop > 1)


@settings(max_examples=40, deadline=None)
@given(cut=st.integers(0, 4), place=st.integers(0, 4))
def test_a_slice_may_be_written_as_far_back_as_it_was_cut(cut, place):
    lines = f"""
    out = np.full(len(close) + 9, np.nan)
    out[{place} : len(close) - {cut} + {place}] = close[{cut}:]
    return out[: len(close)]
    """
    assert bool(rules(lines, ARRAYS)) == (cut > place)
    assert depends_on_later_rows(lines, CLOSE) == (cut > place)
