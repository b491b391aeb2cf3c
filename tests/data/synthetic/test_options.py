"""Asking for a made market: what is refused says what holds and what to type."""

import dataclasses

import pytest

from tradewright.data.synthetic.options import BOUNDS, EDGES, PLANTED, SyntheticOptions, options_of
from tradewright.values.errors import InvalidOption, UnknownName


def test_a_market_without_words_has_no_edge():
    options = SyntheticOptions()
    assert options.edge == "none"
    assert options.edge_sharpe == 0.0


def test_a_misspelt_edge_gets_the_nearest_one():
    with pytest.raises(UnknownName, match=r"'momentun' is not a planted edge. Did you mean 'momentum'?"):
        SyntheticOptions(edge="momentun", edge_sharpe=1.0)


def test_a_misspelt_option_gets_the_nearest_one():
    with pytest.raises(UnknownName, match=r"Did you mean 'missing_share'?"):
        options_of({"mising_share": 0.1})


def test_an_edge_without_a_strength_is_told_how_to_give_one():
    with pytest.raises(InvalidOption, match=r"edge = 'momentum' without a strength. .* edge_sharpe = 1.0"):
        SyntheticOptions(edge="momentum")


def test_a_strength_without_an_edge_is_refused_not_ignored():
    with pytest.raises(InvalidOption, match=r"edge_sharpe = 1 without an edge. .* edge = 'momentum'"):
        SyntheticOptions(edge_sharpe=1.0)


@pytest.mark.parametrize("name", sorted(BOUNDS))
def test_each_number_is_refused_outside_its_bounds_with_its_unit(name: str):
    low, high, unit = BOUNDS[name]
    for value in (low - 1, high * 2 + 1):
        with pytest.raises(InvalidOption) as refusal:
            SyntheticOptions(**{name: value})
        assert name in str(refusal.value)
        assert unit in str(refusal.value)


@pytest.mark.parametrize("value", [float("nan"), True, "7"])
def test_what_is_no_number_is_refused(value: object):
    with pytest.raises(InvalidOption, match="missing_share"):
        SyntheticOptions(missing_share=value)


def test_every_number_of_the_options_has_bounds():
    numbers = {f.name for f in dataclasses.fields(SyntheticOptions) if isinstance(f.default, int | float)}
    assert numbers == set(BOUNDS)


def test_dates_that_are_none_are_refused():
    with pytest.raises(InvalidOption, match="Give dates as YYYY-MM-DD"):
        SyntheticOptions(first="2010-13-01")


def test_a_span_that_ends_before_it_begins_is_refused():
    with pytest.raises(InvalidOption, match="30 days or more"):
        SyntheticOptions(first="2012-01-03", last="2010-01-04")


def test_volatility_that_never_comes_back_is_refused():
    with pytest.raises(InvalidOption, match=r"below 0.999"):
        SyntheticOptions(garch_shock=0.1, garch_memory=0.95)


def test_an_edge_between_names_needs_names():
    with pytest.raises(InvalidOption, match=r"names = 2 with edge 'momentum'. .* give 4 or more"):
        SyntheticOptions(names=2, edge="momentum", edge_sharpe=1.0)


def test_followers_need_sectors_with_leaders():
    with pytest.raises(InvalidOption, match="give 18 or more"):
        SyntheticOptions(names=17, edge="lead_lag", edge_sharpe=1.0)
    with pytest.raises(InvalidOption, match="compares sectors"):
        SyntheticOptions(names=17, sectors=1, edge="lead_lag", edge_sharpe=1.0)


def test_a_market_needs_a_name():
    with pytest.raises(InvalidOption, match="must not be empty"):
        SyntheticOptions(name="")


def test_words_of_a_command_line_become_typed_options():
    options = options_of({"seed": "7", "edge": "momentum", "edge_sharpe": "1.5", "names": "20"})
    assert options == SyntheticOptions(seed=7, edge="momentum", edge_sharpe=1.5, names=20)


def test_numbers_of_a_file_become_typed_options():
    options = options_of({"names": 20, "missing_share": 0, "first": "2015-01-02"})
    assert options.missing_share == 0.0
    assert isinstance(options.missing_share, float)
    assert options.first == "2015-01-02"


@pytest.mark.parametrize(("name", "value"), [("names", "many"), ("names", 7.5), ("edge_sharpe", "high")])
def test_text_that_is_no_number_is_refused_with_what_is_needed(name: str, value: object):
    with pytest.raises(InvalidOption, match="Give a"):
        options_of({name: value})


def test_the_planted_example_is_a_momentum_market_of_a_sharpe_ratio_of_one():
    assert (PLANTED.edge, PLANTED.edge_sharpe, PLANTED.names) == ("momentum", 1.0, 60)


def test_each_edge_says_in_words_what_it_is():
    assert set(EDGES) >= {"none", "momentum", "mean_reversion", "lead_lag"}
    assert all(len(words) > 20 for words in EDGES.values())
