"""Parameters moved by 10 and 20 %: a plateau passes, a cliff is named, silence answers nothing."""

from dataclasses import replace

import pytest

from tradewright.validation.evidence import Evidence, GridPoint, Perturbed
from tradewright.validation.figure import Figure, not_evaluated
from tradewright.validation.stability import cliffs_around, parameter_stability, worst_kept
from tradewright.validation.verdict import Status


def ratio(value: float | None) -> Figure:
    if value is None:
        return not_evaluated("x", "ratio a year", 0, "no trades")
    return Figure("x", value, "ratio a year", 2_000)


def around(*values: float | None) -> tuple[Perturbed, ...]:
    moves = ((-0.2, 48), (-0.1, 54), (0.1, 66), (0.2, 72))
    return tuple(
        Perturbed("lookback", moved, at, ratio(one)) for (moved, at), one in zip(moves, values, strict=True)
    )


def evidence(own: float | None, *values: float | None) -> Evidence:
    headline = GridPoint((("lookback", 60),), (), ratio(own), is_headline=True)
    return Evidence(grid=(headline,), around=around(*values))


def test_a_plateau_passes_without_a_grid_and_says_what_the_worst_keeps():
    gate = parameter_stability(evidence(1.0, 0.9, 1.1, 0.8, 0.7))
    assert (gate.status, gate.value) == (Status.PASS, 1.0)
    assert "100% of 4 neighbours up to 20 % away" in gate.reason
    assert "the worst keeps 70%, no cliff" in gate.reason


def test_a_move_that_changes_nothing_is_not_counted_and_alone_answers_nothing():
    still = tuple(replace(one, is_same=True) for one in around(1.0, 1.0, 1.0, 1.0))
    some = replace(evidence(1.0, 0.9, 1.1, 0.8, 0.7), around=(*still[:2], *around(0.9, 1.1, 0.8, 0.7)[2:]))
    assert "100% of 2 neighbours" in parameter_stability(some).reason
    assert "2 more change nothing" in parameter_stability(some).reason
    assert worst_kept(1.0, some.around) == pytest.approx(0.7)
    assert parameter_stability(replace(some, around=still)).status is Status.NOT_EVALUATED


def test_a_cliff_is_named_with_its_parameter_its_move_and_its_ratio():
    gate = parameter_stability(evidence(1.0, 0.9, 0.8, 0.4, 0.9))
    assert (gate.status, gate.reason_code) == (Status.FAIL, "cliff")
    assert gate.reason.endswith("of 1.00 most is lost where one is moved: lookback = 66 (+10%) gives 0.40")


@pytest.mark.parametrize(
    ("own", "values", "code"),
    [
        (1.0, (-0.1, None, 0.8, 0.9), "below_limit"),
        (-0.2, (0.9, 0.9, 0.9, 0.9), "headline_not_positive"),
        (1.0, (0.9, None, 0.9, 0.9), "cliff"),
    ],
)
def test_neighbours_that_lose_or_say_nothing_fail_it(own, values, code):
    gate = parameter_stability(evidence(own, *values))
    assert (gate.status, gate.reason_code) == (Status.FAIL, code)


def test_without_a_ratio_of_its_own_nothing_is_answered():
    assert parameter_stability(evidence(None, 1.0, 1.0, 1.0, 1.0)).status is Status.NOT_EVALUATED
    assert parameter_stability(Evidence(around=around(1.0, 1.0, 1.0, 1.0))).status is Status.NOT_EVALUATED


def test_a_grid_and_its_neighbours_must_both_hold():
    grid = tuple(
        GridPoint((("lookback", value),), (step,), ratio(1.0), value == 60)
        for step, value in enumerate((40, 60, 80))
    )
    both = Evidence(grid=grid, around=around(0.9, 0.9, 0.9, 0.9))
    assert parameter_stability(both).status is Status.PASS
    assert "3 grid points" in parameter_stability(both).reason
    assert "4 neighbours" in parameter_stability(both).reason
    lost = replace(both, around=around(0.9, 0.2, 0.9, 0.9))
    assert parameter_stability(lost).reason_code == "cliff"
    broken = tuple(replace(point, sharpe=ratio(-1.0)) for point in grid)
    assert parameter_stability(replace(both, grid=broken)).reason_code == "below_limit"


def test_neighbours_answer_where_the_reported_parameters_lie_off_the_grid():
    grid = tuple(
        GridPoint((("lookback", value),), (step,), ratio(1.0)) for step, value in enumerate((40, 80))
    )
    off = Evidence(grid=(GridPoint((("lookback", 60),), (), ratio(1.0), True), *grid))
    assert parameter_stability(off).reason_code == "headline_off_grid"
    assert parameter_stability(replace(off, around=around(0.9, 0.9, 0.9, 0.9))).status is Status.PASS


def test_what_is_not_positive_has_nothing_that_could_be_kept():
    some = around(0.5, 0.1, 0.9, 1.2)
    assert worst_kept(-0.1, some) is None
    assert worst_kept(None, some) is None
    assert worst_kept(1.0, some) == pytest.approx(0.1)
    assert [one.value for one in cliffs_around(1.0, some)] == [54]
    assert cliffs_around(-1.0, some) == ()
