"""The content refuses to be filled with things that disagree."""

from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest

from tradewright.research.dossier.content import (
    FAIL,
    NOT_EVALUATED,
    PASS,
    GateLine,
    Grid,
    MonthlyReturns,
    Series,
    VerdictLines,
)

PASSED = GateLine("Data quality", PASS, "clean")
FAILED = GateLine("Real data", FAIL, "synthetic")
OPEN = GateLine("Replay verified", NOT_EVALUATED, "not replayed yet")


def test_a_gate_may_not_invent_a_fourth_answer():
    with pytest.raises(ValueError, match="it may say PASS, FAIL, NOT EVALUATED"):
        GateLine("Data quality", "MAYBE", "who knows")


def test_a_verdict_may_not_invent_a_fourth_answer():
    with pytest.raises(ValueError, match="the verdict says 'GOOD'"):
        VerdictLines("fine", "GOOD", (PASSED,))


@pytest.mark.parametrize("gates", [(), (PASSED, FAILED), (PASSED, OPEN)], ids=["none", "failed", "open"])
def test_a_verdict_cannot_pass_unless_every_gate_does(gates):
    with pytest.raises(ValueError, match="passes only when it has gates"):
        VerdictLines("ESTABLISHED", PASS, gates)


def test_a_verdict_passes_when_all_its_gates_do():
    assert VerdictLines("ESTABLISHED", PASS, (PASSED, PASSED)).status == PASS


def test_a_failing_verdict_may_hold_any_gates():
    assert VerdictLines("NOT ESTABLISHED", FAIL, (PASSED, OPEN)).gates == (PASSED, OPEN)


def test_a_series_needs_as_much_equity_as_instants():
    with pytest.raises(ValueError, match="3 instants but 2 values of equity"):
        Series(np.arange(3), np.ones(2))


@pytest.mark.parametrize(
    "name", ["benchmark_usd", "drawdown", "benchmark_drawdown", "gross", "net", "turnover"]
)
def test_an_optional_line_is_whole_or_absent(name):
    with pytest.raises(ValueError, match=f"{name} has 2 values; it may have 3 or none"):
        Series(np.arange(3), np.ones(3), **{name: np.ones(2)})


def test_a_series_of_equity_alone_is_enough():
    series = Series(np.arange(3), np.ones(3))
    assert len(series.benchmark_usd) == len(series.turnover) == 0


def test_monthly_returns_need_a_row_a_year():
    with pytest.raises(ValueError, match="2 years but a table of"):
        MonthlyReturns((1990, 1991), np.zeros((1, 12)), np.zeros(2))
    with pytest.raises(ValueError, match="2 years"):
        MonthlyReturns((1990, 1991), np.zeros((2, 12)), np.zeros(1))


def test_a_grid_fits_its_parameters():
    with pytest.raises(ValueError, match="a metric of shape"):
        Grid(("a", "b"), ((1, 2), (3,)), "Sharpe", np.zeros((1, 2)), 2)
    with pytest.raises(ValueError, match="a metric of shape"):
        Grid(("a",), ((1, 2), (3,)), "Sharpe", np.zeros((2, 1)), 2)


@pytest.mark.parametrize("point", [(2, 0), (0, -1), (0,), (0, 0, 0)])
def test_the_chosen_point_lies_on_its_grid(point):
    with pytest.raises(ValueError, match="is not on a grid of shape"):
        Grid(("a", "b"), ((1, 2), (3,)), "Sharpe", np.zeros((2, 1)), 2, point)


def test_content_is_frozen(content):
    with pytest.raises(FrozenInstanceError):
        content.notes = ()


def test_a_changed_copy_leaves_the_original_alone(content):
    assert replace(content, notes=()).notes == ()
    assert len(content.notes) == 2
