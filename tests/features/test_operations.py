"""Every operation against its definition, in plain numpy: right, and honest about its digits."""

import sys
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tradewright.features import operations as op
from tradewright.features.expression import CLOSE, HIGH, Expression, column
from tradewright.features.machine import Machine
from tradewright.features.planner import plan_of
from tradewright.values.errors import InvalidOption, UnknownName

sys.path.insert(0, str(Path(__file__).parent))
import definitions

from conftest import walk

NAMES = tuple("ABCDEFGH")


def value_of(formula: Expression, x: np.ndarray, y: np.ndarray | None = None, instants=None) -> np.ndarray:
    rows = len(x)
    instants = np.arange(rows) if instants is None else instants
    columns = {"close": x, "high": x if y is None else y}
    return Machine(plan_of([formula]), NAMES[: x.shape[1]]).push(columns, instants)[0]


def near(found: np.ndarray, wanted: np.ndarray, tolerance: float = 1e-9) -> None:
    assert np.array_equal(np.isnan(found), np.isnan(wanted))
    assert np.allclose(found, wanted, rtol=tolerance, atol=tolerance, equal_nan=True)


walks = st.builds(
    walk,
    seed=st.integers(0, 10_000),
    rows=st.integers(1, 90),
    assets=st.integers(1, 5),
    gaps=st.sampled_from([0.0, 0.05]),
)
windows = st.integers(1, 12)

OF_WINDOWS = {
    "lag": (op.lag, definitions.lag),
    "mean": (op.mean, definitions.mean),
    "highest": (op.highest, definitions.highest),
    "lowest": (op.lowest, definitions.lowest),
    "weighted_mean": (op.weighted_mean, definitions.weighted_mean),
}


@pytest.mark.parametrize("name", OF_WINDOWS)
@settings(deadline=None, max_examples=60)
@given(x=walks, window=windows)
def test_a_trailing_operation_is_its_definition(name, x, window):
    made, defined = OF_WINDOWS[name]
    near(value_of(made(CLOSE, window), x), defined(x, window))


@pytest.mark.parametrize("degrees", [0, 1])
@settings(deadline=None, max_examples=60)
@given(x=walks, window=st.integers(2, 12))
def test_a_deviation_is_its_definition(degrees, x, window):
    near(value_of(op.deviation(CLOSE, window, degrees), x), definitions.deviation(x, window, degrees))


@settings(deadline=None, max_examples=60)
@given(x=walks, window=st.integers(3, 12))
def test_a_zscore_is_the_distance_from_the_mean_in_deviations(x, window):
    wanted = (x - definitions.mean(x, window)) / definitions.deviation(x, window)
    near(value_of(op.zscore(CLOSE, window), x), wanted, 1e-7)


@pytest.mark.parametrize("window", [*range(2, 14), 60])
def test_where_a_block_ends_no_symbol_notices_its_neighbours_nor_a_stream_the_batch(window):
    x, y = walk(window, 3 * window + 40, 3, gaps=0.01), walk(99, 3 * window + 40, 3)
    formulas = [
        op.deviation(CLOSE, window), op.zscore(CLOSE, window), op.correlation(CLOSE, HIGH, window),
        op.residual(CLOSE, HIGH, window),
    ]  # fmt: skip
    plan = plan_of(formulas)
    given = {"close": x, "high": y}
    whole = Machine(plan, NAMES[:3]).push(given, np.arange(len(x)))
    alone = Machine(plan, NAMES[:1]).push({k: v[:, 1:2] for k, v in given.items()}, np.arange(len(x)))
    assert np.array_equal(alone[:, :, 0], whole[:, :, 1], equal_nan=True)
    machine = Machine(plan, NAMES[:3])
    rows = [machine.push_row({k: v[row] for k, v in given.items()}, row) for row in range(len(x))]
    assert np.array_equal(np.stack(rows, axis=1), whole, equal_nan=True)


@pytest.mark.parametrize("spread", [1e-9, 0.02, 0.5, 300.0])
def test_a_logarithm_is_right_to_its_last_place(spread):
    x = np.exp(np.random.default_rng(3).normal(0.0, spread, (20_000, 1)).clip(-740.0, 709.0))
    found = value_of(op.log(CLOSE), x)[:, 0]
    exact = np.log(x[:, 0].astype(np.longdouble))
    assert (np.abs(found - exact) <= 1.0 * np.spacing(np.abs(exact.astype(float)))).all()


def test_a_logarithm_of_what_has_none_is_unknown_and_of_the_smallest_numbers_is_right():
    x = np.array([[0.0, -0.0, -1.0, np.inf, np.nan, 5e-324, 1e-310, 1.0]])
    wanted = [-np.inf, -np.inf, np.nan, np.inf, np.nan, np.log(5e-324), np.log(1e-310), 0.0]
    assert np.array_equal(value_of(op.log(CLOSE), x)[0], wanted, equal_nan=True)


@settings(deadline=None, max_examples=40)
@given(x=walks, seed=st.integers(0, 100), window=st.integers(3, 12))
def test_correlation_slope_and_residual_are_those_of_least_squares(x, seed, window):
    y = walk(seed, *x.shape, gaps=0.03)
    near(value_of(op.correlation(CLOSE, HIGH, window), x, y), definitions.correlation(x, y, window), 1e-7)
    near(value_of(op.slope(HIGH, CLOSE, window), x, y), definitions.slope(y, x, window), 1e-6)
    near(value_of(op.residual(HIGH, CLOSE, window), x, y), definitions.residual(y, x, window), 1e-6)


@settings(deadline=None, max_examples=40)
@given(x=walks, span=st.integers(1, 12), seed=st.integers(1, 6))
def test_an_exponential_average_is_its_recursion_over_known_values(x, span, seed):
    alpha = 2.0 / (span + 1.0)
    near(value_of(op.exponential(CLOSE, span, seed), x), definitions.exponential(x, alpha, seed, span))
    near(value_of(op.wilder(CLOSE, span), x), definitions.exponential(x, 1.0 / span, span, span))


@settings(deadline=None, max_examples=40)
@given(x=walks)
def test_what_expands_is_taken_over_all_known_values_so_far(x):
    near(value_of(op.expanding_mean(CLOSE), x), definitions.so_far(x, np.mean))
    spread = definitions.so_far(x, lambda seen: seen.std(ddof=1), least=2)
    near(value_of(op.expanding_deviation(CLOSE), x), spread)
    near(value_of(op.highest_so_far(CLOSE), x), definitions.so_far(x, np.max))


@settings(deadline=None, max_examples=60)
@given(x=walks, share=st.sampled_from([0.0, 0.1, 0.25, 0.49]))
def test_what_looks_across_symbols_sees_one_instant(x, share):
    near(value_of(op.rank_across(CLOSE), x), definitions.rank_across(x))
    near(value_of(op.zscore_across(CLOSE), x), definitions.zscore_across(x))
    near(value_of(op.winsor_across(CLOSE, share), x), definitions.winsor_across(x, share))
    means = np.array([row[~np.isnan(row)].mean() if (~np.isnan(row)).any() else np.nan for row in x])
    near(value_of(op.mean_across(CLOSE), x), np.repeat(means[:, None], x.shape[1], axis=1))


def test_ties_share_the_middle_of_their_places():
    x = np.array([[3.0, 1.0, 3.0, np.nan]])
    assert value_of(op.rank_across(CLOSE), x)[0].tolist()[:3] == [2.5 / 3, 1 / 3, 2.5 / 3]


def test_symbols_that_are_all_alike_have_no_zscore():
    assert np.isnan(value_of(op.zscore_across(CLOSE), np.full((3, 4), 0.1))).all()


@settings(deadline=None, max_examples=60)
@given(x=walks, a=st.floats(-3, 3), b=st.floats(0.1, 3))
def test_arithmetic_is_that_of_numpy(x, a, b):
    y = x[::-1].copy()
    with np.errstate(all="ignore"):
        pairs = [
            (CLOSE + HIGH, x + y), (CLOSE - HIGH, x - y), (CLOSE * HIGH, x * y), (CLOSE / HIGH, x / y),
            (CLOSE + a, x + a), (a + CLOSE, x + a), (CLOSE - a, x - a), (a - CLOSE, a - x),
            (CLOSE * a, a * x), (a * CLOSE, a * x), (CLOSE / b, x / b), (b / CLOSE, b / x), (-CLOSE, -x),
            (op.log(CLOSE), np.log(x)), (op.square_root(CLOSE), np.sqrt(x)), (op.absolute(-CLOSE), x),
            (op.clip(CLOSE, 49.0, 51.0), np.clip(x, 49.0, 51.0)),
            (op.larger(CLOSE, HIGH), np.maximum(x, y)),
            (op.band(CLOSE, 49.0, 51.0), np.where(np.isnan(x), np.nan, (x > 51.0) * 1.0 - (x < 49.0) * 1.0)),
            (op.differs(CLOSE, HIGH), np.where(np.isnan(x) | np.isnan(y), np.nan, x != y)),
            (op.place_between(CLOSE, HIGH, CLOSE + HIGH), (x - y) / (x + y - y)),
        ]  # fmt: skip
    for formula, wanted in pairs:
        near(value_of(formula, x, y), wanted, 1e-12)


def test_a_logarithm_below_zero_and_a_flat_place_are_unknown():
    assert np.isnan(value_of(op.log(CLOSE - 100.0), np.ones((2, 1)))).all()
    assert np.isnan(value_of(op.place_between(CLOSE, HIGH, HIGH), np.ones((2, 1)))).all()


@pytest.mark.parametrize("window", [2, 20, 252])
def test_a_mean_is_as_exact_as_adding_its_own_window_up(window):
    x = walk(7, 3000, 1)
    found = value_of(op.mean(CLOSE, window), x)[:, 0]
    for row in range(window - 1, len(x), 37):
        seen = x[row - window + 1 : row + 1, 0]
        exact = sum(map(Fraction, seen.tolist())) / window
        assert abs(Fraction(found[row]) - exact) <= Fraction((window + 1) * 2.0**-53 * seen.max())


@pytest.mark.parametrize("level", [0.0, 1e4, 1e8])
@pytest.mark.parametrize("window", [2, 20, 252])
def test_a_variance_keeps_its_digits_at_any_level_of_prices(window, level):
    x = np.round(walk(8, 2500, 1) * 1024.0) / 1024.0 + level
    found = value_of(op.deviation(CLOSE, window), x)[:, 0] ** 2
    bound = 4.0 * window**2 * 2.0**-53
    for row in range(window - 1, len(x), 53):
        seen = [Fraction(one) for one in x[row - window + 1 : row + 1, 0].tolist()]
        middle = sum(seen) / window
        exact = float(sum((one - middle) ** 2 for one in seen) / (window - 1))
        assert abs(found[row] - exact) <= bound * exact + 1e-300


def test_a_value_from_far_above_leaves_no_trace_once_its_window_has_passed():
    calm = walk(9, 300, 2)
    spiked = calm.copy()
    spiked[100] = 1e15
    for formula in (
        op.mean(CLOSE, 20),
        op.deviation(CLOSE, 20),
        op.weighted_mean(CLOSE, 20),
        op.correlation(CLOSE, HIGH, 20),
    ):
        y = walk(10, 300, 2)
        assert np.array_equal(value_of(formula, calm, y)[120:], value_of(formula, spiked, y)[120:])


def test_an_infinity_is_forgotten_with_its_row():
    x = walk(11, 100, 2)
    x[50] = np.inf
    for formula in (op.mean(CLOSE, 10), op.deviation(CLOSE, 10), op.highest(CLOSE, 10)):
        assert np.isfinite(value_of(formula, x)[60:]).all()


def test_a_flat_window_has_deviation_zero_and_no_zscore():
    x = np.full((60, 2), 100.1)
    assert (value_of(op.deviation(CLOSE, 10), x)[9:] == 0.0).all()
    assert np.isnan(value_of(op.zscore(CLOSE, 10), x)).all()


def test_a_jump_before_a_flat_stretch_leaves_the_variance_exactly_zero():
    x = np.full((100, 1), 33.3)
    x[:45] = 1e7
    assert (value_of(op.deviation(CLOSE, 20), x)[64:] == 0.0).all()


INSTANTS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))


@settings(deadline=None, max_examples=300)
@given(INSTANTS)
def test_an_instant_says_what_a_calendar_says(moment):
    moment = moment.replace(tzinfo=UTC, microsecond=0)
    instants = np.array([int(moment.timestamp()) * 1_000_000_000])
    wanted = {
        "weekday": moment.weekday(), "month_day": moment.day, "month": moment.month,
        "quarter": (moment.month + 2) // 3, "year_day": moment.timetuple().tm_yday,
        "hour": moment.hour + moment.minute / 60 + moment.second / 3600,
    }  # fmt: skip
    for part, value in wanted.items():
        found = value_of(op.of_instant(part) + 0.0 * CLOSE, np.ones((1, 2)), instants=instants)
        assert found[0] == pytest.approx([value, value])


def test_one_symbols_column_is_handed_to_all():
    x = walk(12, 20, 3)
    assert np.array_equal(value_of(op.of_symbol(CLOSE, "B"), x), np.repeat(x[:, 1:2], 3, axis=1))
    with pytest.raises(UnknownName, match="Known: A, B, C"):
        value_of(op.of_symbol(CLOSE, "SPY"), x)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: op.lag(CLOSE, 0), "never ahead"),
        (lambda: op.lag(CLOSE, -1), "never ahead"),
        (lambda: op.mean(CLOSE, 0), "window of 0"),
        (lambda: op.mean(CLOSE, 2.5), "whole number"),
        (lambda: op.mean(CLOSE, True), "whole number"),
        (lambda: op.deviation(CLOSE, 1), "2 or more"),
        (lambda: op.deviation(CLOSE, 5, degrees=2), "degrees of freedom"),
        (lambda: op.band(CLOSE, 2.0, 1.0), "lower end first"),
        (lambda: op.winsor_across(CLOSE, 0.5), "less than 0.5"),
        (lambda: op.winsor_across(CLOSE, -0.1), "0 or more"),
        (lambda: CLOSE + float("nan"), "finite number"),
        (lambda: CLOSE * "2", "finite number"),
        (lambda: column("my close"), "name of a column"),
        (lambda: bool(CLOSE - HIGH), "neither true nor false"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(make, words):
    with pytest.raises(InvalidOption, match=words):
        make()


def test_an_unknown_part_of_an_instant_gets_the_nearest_one():
    with pytest.raises(UnknownName, match="Did you mean 'weekday'"):
        op.of_instant("week_day")
