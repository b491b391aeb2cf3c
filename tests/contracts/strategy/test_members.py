"""The law of strategies on every member of the room: a new file there is tested here without a new test."""

import law
import pytest
from panels import MARKETS, panel_of

from tradewright.strategies import registry
from tradewright.strategies.contract import Strategy
from tradewright.strategies.parameters import UnknownParameter, bounds_of
from tradewright.values.errors import InvalidOption

MEMBERS = registry.members()
ROWS = 420


def at_bound(kind: type[Strategy], name: str, end: str) -> Strategy:
    """A strategy with one parameter at an end of its bounds, its neighbours moved to stay in order."""
    declared = {one.name: one for one in kind.declared()}
    given = {name: kind_of(declared[name].default)(getattr(bounds_of(declared[name]), end))}
    for one in declared.values():
        other = bounds_of(one).below
        if other and given.get(one.name, one.default) >= given.get(other, declared[other].default):
            moved, bound = (other, "high") if one.name in given else (one.name, "low")
            given[moved] = kind_of(declared[moved].default)(getattr(bounds_of(declared[moved]), bound))
    return kind(**given)


def kind_of(default) -> type:
    return type(default)


def knobs(kind: type[Strategy]) -> list[str]:
    return [one.name for one in kind.declared() if not isinstance(one.default, tuple)]


ENDS = [
    (name, knob, end) for name, kind in MEMBERS.items() for knob in knobs(kind) for end in ("low", "high")
]
VARIANTS = {f"{name}-default": kind() for name, kind in MEMBERS.items()}
VARIANTS |= {
    f"{name}-{knob}": kind(**{knob: True})
    for name, kind in MEMBERS.items()
    for knob in knobs(kind)
    if isinstance(getattr(kind(), knob), bool)
}


@pytest.fixture(params=VARIANTS)
def strategy(request) -> Strategy:
    return VARIANTS[request.param]


@pytest.fixture(params=MARKETS)
def panel(request):
    return panel_of(request.param, ROWS)


def test_targets_are_decide_row_by_row(strategy, panel):
    law.must_decide_alike_on_both_paths(strategy, panel)


@pytest.mark.parametrize("cut", [0, 1, 253, 300, 419])
def test_later_rows_change_nothing_that_was_decided_before(strategy, panel, cut):
    law.must_not_see_the_future(strategy, panel, cut)


def test_it_is_pure(strategy, panel):
    law.must_be_pure(strategy, panel)


def test_the_order_of_symbols_does_not_matter(strategy, panel):
    assert strategy.is_symmetric
    order = list(range(len(panel.symbols)))[::-1]
    law.must_not_lean_on_the_order_of_symbols(strategy, panel, order)
    law.must_not_lean_on_the_order_of_symbols(strategy, panel, order[1:] + order[:1])


def test_the_unit_of_prices_does_not_matter(strategy, panel):
    law.must_not_lean_on_the_unit_of_prices(strategy, panel, [5, -3, 0, 7, -6, 2][: len(panel.symbols)])


def test_it_holds_what_an_account_can_hold(strategy, panel):
    law.must_hold_what_an_account_can_hold(strategy, panel)


def test_it_is_silent_until_warm(strategy, panel):
    law.must_be_silent_until_warm(strategy, panel)


@pytest.mark.parametrize("name", MEMBERS)
def test_it_speaks_at_all_in_a_lively_market(name):
    for decisions in law.paths(MEMBERS[name](), panel_of("calm", ROWS)):
        assert len(decisions.rows) or decisions.said


@pytest.mark.parametrize(("name", "knob", "end"), ENDS)
def test_it_works_with_each_parameter_at_each_end_of_its_bounds(name, knob, end):
    strategy = at_bound(MEMBERS[name], knob, end)
    panel = panel_of("torn", strategy.warm_up_bars + 150)
    law.must_decide_alike_on_both_paths(strategy, panel)
    law.must_not_see_the_future(strategy, panel, strategy.warm_up_bars + 60)
    law.must_hold_what_an_account_can_hold(strategy, panel)
    law.must_be_silent_until_warm(strategy, panel)


@pytest.mark.parametrize(("name", "knob", "end"), ENDS)
def test_one_step_beyond_a_bound_is_refused(name, knob, end):
    kind = MEMBERS[name]
    declared = {one.name: one for one in kind.declared()}[knob]
    step = -1 if end == "low" else 1
    beyond = type(declared.default)(getattr(bounds_of(declared), end)) + step
    with pytest.raises(InvalidOption):
        kind(**{knob: beyond})


@pytest.mark.parametrize("name", MEMBERS)
def test_a_misspelt_parameter_is_refused_with_the_nearest_one(name):
    for declared in MEMBERS[name].declared():
        with pytest.raises(UnknownParameter, match=f"Did you mean '{declared.name}'"):
            registry.build(name, {f"{declared.name}x": 1})


@pytest.mark.parametrize("name", MEMBERS)
def test_it_introduces_itself_in_words(name):
    kind = MEMBERS[name]
    assert kind.__doc__
    assert len(kind.__doc__.split("\n")[0].split()) >= 8
