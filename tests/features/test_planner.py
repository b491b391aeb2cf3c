"""The plan: common work once, everything in its order, warm-up and reach from the formulas alone."""

import math

import numpy as np
import pytest

from tradewright.features import operations as op
from tradewright.features.expression import CLOSE, HIGH, LOW, VOLUME, column
from tradewright.features.machine import Machine
from tradewright.features.native import opcodes
from tradewright.features.planner import INPUTS_AT_MOST, plan_of, schema_hash
from tradewright.features.sets import technical
from tradewright.features.windowed import windowed
from tradewright.values.errors import InvalidOption


def codes(plan) -> list[int]:
    return [step.operation.code for stage in plan.stages for step in stage.steps if step.operation]


def test_one_average_that_ten_formulas_read_is_computed_once():
    plan = plan_of([CLOSE / op.mean(CLOSE, 20) - number for number in range(10)])
    assert codes(plan).count(opcodes.MEAN) == 1
    assert codes(plan).count(opcodes.DIVIDE) == 1
    assert codes(plan).count(opcodes.AFFINE) == 10


def test_mean_square_and_score_of_one_window_share_its_moments():
    plan = plan_of([op.deviation(CLOSE, 20), op.zscore(CLOSE, 20), op.zscore(CLOSE, 20, degrees=0)])
    assert codes(plan).count(opcodes.MOMENTS) == 1


def test_formulas_written_twice_are_one():
    assert (CLOSE / op.lag(CLOSE, 3)).key == (CLOSE / op.lag(CLOSE, 3)).key
    assert (CLOSE / op.lag(CLOSE, 3)).key != (CLOSE / op.lag(CLOSE, 4)).key
    assert (CLOSE - HIGH).key != (HIGH - CLOSE).key


def test_every_step_comes_after_those_it_reads():
    for stage in technical().plan.stages:
        written: set[int] = set()
        for step in stage.steps:
            assert set(step.reads) <= written
            written |= set(step.writes)


def test_scratch_columns_are_used_again_and_results_are_written_once():
    stage = technical().plan.stages[0]
    results = [place for step in stage.steps for place in step.writes if place < 0]
    assert sorted(results) == sorted(-1 - number for number in range(len(stage.results)))
    assert stage.scratch_columns < 10 < len(stage.steps)


@pytest.mark.parametrize(
    ("formula", "lookback", "reach"),
    [
        (CLOSE, 1, 1),
        (op.lag(CLOSE, 5), 6, 6),
        (op.mean(CLOSE, 20), 20, 20),
        (op.mean(op.lag(CLOSE, 5), 20), 25, 25),
        (op.deviation(CLOSE / op.lag(CLOSE, 1) - 1.0, 10), 11, 11),
        (op.mean(CLOSE, 5) / op.mean(VOLUME, 60), 60, 60),
        (op.highest(HIGH, 9) - op.lowest(LOW, 14), 14, 14),
        (op.expanding_mean(CLOSE), 1, math.inf),
        (op.expanding_deviation(op.lag(CLOSE, 1)), 3, math.inf),
        (op.rank_across(op.mean(CLOSE, 7)), 7, 7),
        (op.of_instant("month"), 1, 1),
    ],
)
def test_lookback_and_reach_follow_from_the_formula(formula, lookback, reach):
    assert (formula.lookback_bars, formula.reach) == (lookback, reach)


@pytest.mark.parametrize("span", [2, 10, 60, 500])
def test_an_exponential_average_reaches_until_older_rows_weigh_less_than_a_billionth(span):
    average = op.exponential(CLOSE, span)
    assert average.lookback_bars == span
    faded = (1.0 - 2.0 / (span + 1.0)) ** (average.reach - span)
    assert 0.1e-9 < faded <= 1e-9


def test_the_warm_up_is_that_of_the_slowest_column():
    assert plan_of([op.mean(CLOSE, 5), op.lag(CLOSE, 90), CLOSE]).warm_up_bars == 91
    assert technical().warm_up_bars == 61
    assert technical().reach_bars == math.inf


def test_a_schema_hash_tells_order_names_and_formulas_apart():
    pair = (op.mean(CLOSE, 5), op.mean(CLOSE, 6))
    known = schema_hash(("a", "b"), pair)
    assert schema_hash(("a", "b"), (op.mean(CLOSE, 5), op.mean(CLOSE, 6))) == known
    assert (
        len(
            {
                known,
                schema_hash(("b", "a"), pair),
                schema_hash(("a", "b"), pair[::-1]),
                schema_hash(("a",), pair[:1]),
            }
        )
        == 4
    )


def test_the_schema_hash_of_the_technical_set_is_what_models_were_saved_with():
    # It changes where a formula, a name or the order does; saved models of the set are then refused.
    assert technical().schema_hash[:16] == "6978b35569c9d2b1"


def test_a_function_in_the_middle_cuts_the_plan_into_stages():
    @windowed(window=3)
    def middle(close):
        return np.median(close, axis=0)

    smoothed = middle.formula()
    formula = op.mean(smoothed, 4) + op.mean(CLOSE, 2)
    plan = plan_of([formula, smoothed, CLOSE])
    assert len(plan.stages) == 2
    assert formula.lookback_bars == 6
    x = np.random.default_rng(1).uniform(1, 2, (50, 2))
    found = Machine(plan, ("A", "B")).push({"close": x}, np.arange(50))
    medians = np.full(x.shape, np.nan)
    for row in range(2, 50):
        medians[row] = np.median(x[row - 2 : row + 1], axis=0)
    assert np.array_equal(found[1], medians, equal_nan=True)
    assert np.array_equal(found[2], x)
    for row in range(5, 50):
        assert np.allclose(found[0, row], medians[row - 3 : row + 1].mean(0) + x[row - 1 : row + 1].mean(0))
    assert np.isnan(found[0, :5]).all()


def test_more_inputs_than_a_program_takes_are_refused_and_as_many_are_not():
    every = [column(f"c{number}") for number in range(INPUTS_AT_MOST + 1)]
    whole = every[0]
    for one in every[1:-1]:
        whole = whole + one
    x = {f"c{number}": np.full((3, 1), float(number)) for number in range(INPUTS_AT_MOST)}
    assert Machine(plan_of([whole]), ("A",)).push(x, np.arange(3))[0, 0, 0] == sum(range(INPUTS_AT_MOST))
    with pytest.raises(InvalidOption, match="Split them"):
        plan_of([whole + every[-1]])


def test_a_scaled_quotient_is_one_step_with_the_bits_of_two():
    quotient = CLOSE / op.mean(CLOSE, 5)
    scaled = 3.0 * quotient - 1.0
    once, apart = plan_of([CLOSE / op.mean(CLOSE, 5) * 3.0]), plan_of([scaled, quotient])
    codes = [[step.operation.code for step in one.stages[0].steps if step.operation] for one in (once, apart)]
    assert codes[0] == [opcodes.MEAN, opcodes.RATIO]
    assert opcodes.DIVIDE in codes[1]
    x = {"close": np.random.default_rng(2).uniform(1, 2, (40, 3))}
    whole, of_two = (Machine(plan, tuple("ABC")).push(x, np.arange(40)) for plan in (once, apart))
    assert np.array_equal(whole[0], 3.0 * of_two[1], equal_nan=True)
    assert np.array_equal(of_two[0], 3.0 * of_two[1] - 1.0, equal_nan=True)


def test_a_deep_formula_is_planned_without_recursion():
    deep = CLOSE
    for _ in range(5000):
        deep = deep * 1.0
    assert len(plan_of([deep]).stages[0].steps) == 5001
