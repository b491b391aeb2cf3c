"""The law of features on every member of the room: a new class there is tested here without a new test."""

import feature_law as law
import numpy as np
import pytest
from feature_bars import MARKETS, bars_of

from tradewright.features import registry
from tradewright.features.contract import Feature
from tradewright.features.feature_set import FeatureSet
from tradewright.features.sets import SETS, technical
from tradewright.values.errors import InvalidOption
from tradewright.values.parameters import UnknownParameter, bounds_of

MEMBERS = registry.members()
ROWS = 420
EVERY = FeatureSet([kind() for kind in MEMBERS.values()])


def numbers(kind: type[Feature]) -> list[str]:
    return [one.name for one in kind.declared() if isinstance(one.default, int | float)]


def at_bound(kind: type[Feature], name: str, end: str) -> Feature:
    """A feature with one parameter at an end of its bounds, its neighbours moved to stay in order."""
    declared = {one.name: one for one in kind.declared()}
    given = {name: type(declared[name].default)(getattr(bounds_of(declared[name]), end))}
    for one in declared.values():
        other = bounds_of(one).below
        if other and given.get(one.name, one.default) >= given.get(other, declared[other].default):
            moved, bound = (other, "high") if one.name in given else (one.name, "low")
            given[moved] = type(declared[moved].default)(getattr(bounds_of(declared[moved]), bound))
    return kind(**given)


ENDS = [
    (name, knob, end) for name, kind in MEMBERS.items() for knob in numbers(kind) for end in ("low", "high")
]


@pytest.fixture(params=MEMBERS)
def member(request) -> FeatureSet:
    return FeatureSet([MEMBERS[request.param]()])


@pytest.fixture(params=MARKETS)
def market(request):
    return bars_of(request.param, ROWS)


def test_the_stream_gives_the_bits_of_the_batch_at_every_row(market):
    law.must_stream_as_it_batches(EVERY, market)


def test_a_kept_state_goes_on_where_it_ended(market):
    law.must_go_on_from_a_kept_state(EVERY, market, 307)


@pytest.mark.parametrize("cut", [0, 1, 21, 253, 300, 419])
def test_later_rows_change_nothing(market, cut):
    law.must_not_see_the_future(EVERY, market, cut)


def test_it_first_speaks_at_its_declared_lookback(member):
    law.must_first_speak_at_its_lookback(member, bars_of("calm", ROWS))


@pytest.mark.parametrize("name", ["calm", "torn", "steep"])
def test_its_reach_suffices(member, name):
    law.must_need_no_more_than_its_reach(member, bars_of(name, 700), 680)


def test_its_window_is_no_wider_than_its_need(member):
    law.must_use_all_of_its_window(member, bars_of("calm", ROWS))


def test_a_gap_is_felt_where_it_is_and_forgotten_after(member):
    law.must_forget_a_gap(member, bars_of("calm", ROWS), 120)


def test_the_order_of_symbols_does_not_matter(market):
    assert all(one.is_symmetric for one in EVERY.features)
    order = list(range(market["close"].shape[1]))[::-1]
    law.must_not_lean_on_the_order_of_symbols(EVERY, market, order)
    law.must_not_lean_on_the_order_of_symbols(EVERY, market, order[1:] + order[:1])


def test_values_follow_the_unit_of_prices_as_declared(market):
    law.must_follow_the_unit_of_prices(EVERY, market, [5, -3, 0, 7, -6, 2][: market["close"].shape[1]])


def test_it_is_pure(market):
    law.must_be_pure(EVERY, market)


def test_a_column_is_the_same_alone_and_in_company(member):
    law.must_not_lean_on_company(member, technical(), bars_of("torn", 300))


@pytest.mark.parametrize("name", ["calm", "torn", "steep", "still"])
def test_a_symbol_alone_is_the_same_as_among_others(name):
    law.must_treat_a_symbol_alone_as_among_others(EVERY, bars_of(name, ROWS))


@pytest.mark.parametrize("name", SETS)
def test_named_sets_hold_to_the_law_as_well(name):
    features, torn = SETS[name](), bars_of("torn", 200)
    law.must_stream_as_it_batches(features, torn)
    law.must_not_see_the_future(features, torn, 150)
    law.must_first_speak_at_its_lookback(features, bars_of("calm", features.warm_up_bars + 40))
    law.must_follow_the_unit_of_prices(features, torn, [1, 2, 3, 4, 5, 6])


@pytest.mark.parametrize(("name", "knob", "end"), ENDS)
def test_it_works_with_each_parameter_at_each_end_of_its_bounds(name, knob, end):
    features = FeatureSet([at_bound(MEMBERS[name], knob, end)])
    rows = features.warm_up_bars + 40
    calm = bars_of("calm", rows)
    law.must_first_speak_at_its_lookback(features, calm)
    law.must_not_see_the_future(features, bars_of("torn", rows), features.warm_up_bars + 10)
    law.must_treat_a_symbol_alone_as_among_others(features, calm)


@pytest.mark.parametrize(("name", "knob", "end"), ENDS)
def test_one_step_beyond_a_bound_is_refused(name, knob, end):
    declared = {one.name: one for one in MEMBERS[name].declared()}[knob]
    step = -1 if end == "low" else 1
    with pytest.raises(InvalidOption):
        MEMBERS[name](**{knob: type(declared.default)(getattr(bounds_of(declared), end)) + step})


@pytest.mark.parametrize("name", MEMBERS)
def test_a_misspelt_parameter_is_refused_with_the_nearest_one(name):
    for declared in MEMBERS[name].declared():
        with pytest.raises(UnknownParameter, match=f"Did you mean '{declared.name}'"):
            registry.build(name, {f"{declared.name}x": 1})


@pytest.mark.parametrize(("name", "knob", "end"), ENDS)
def test_another_parameter_is_another_schema_and_another_name(name, knob, end):
    kind = MEMBERS[name]
    usual, other = kind(), at_bound(kind, knob, end)
    if usual == other:
        return
    assert usual.name != other.name
    assert FeatureSet({"x": usual}).schema_hash != FeatureSet({"x": other}).schema_hash


@pytest.mark.parametrize("name", MEMBERS)
def test_it_introduces_itself_in_words(name):
    kind = MEMBERS[name]
    assert kind.__doc__
    assert len(kind.__doc__.split("\n")[0].split()) >= 7
    assert str(kind().formula())


def test_no_two_members_share_a_formula():
    keys = [one.key for one in EVERY.formulas]
    assert len(keys) == len(set(keys))


def test_every_member_varies_in_a_lively_market():
    values = law.computed(EVERY, bars_of("calm", ROWS))
    told = {name for name, column in zip(EVERY.names, values, strict=True) if np.nanstd(column) == 0.0}
    # Rows of a day each are known at the same hour.
    assert told == {"hour_of_day"}
