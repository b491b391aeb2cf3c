"""The section [search]: what it may say, what it may never choose, and the configurations it draws."""

import pytest
from study_files import STUDY

from tradewright.research.drawing import drawn, slowest
from tradewright.research.points import moved_by
from tradewright.research.search_options import Axis, space_of
from tradewright.research.study import parse
from tradewright.runs.strategy_source import build
from tradewright.values.errors import InvalidOption, UnknownName

PLAIN = STUDY[: STUDY.index("[strategy.grid]")] + STUDY[STUDY.index("[account]") :]
FOLDS = "\n[folds]\ntrain_bars = 200\ntest_bars = 100\n"
MOMENTUM = build("momentum", {"lookback": 60})


def asked(text: str, study: str = PLAIN):
    return parse(f"{study}\n[search]\n{text}\n", "study.toml").search


def axes(text: str):
    return space_of(asked(f'method = "random"\ntrials = 5\n{text}'), MOMENTUM)


def test_without_the_section_nothing_is_drawn():
    assert parse(STUDY, "study.toml").drawn is None
    assert parse(f'{STUDY}\n[search]\nmethod = "grid"\n', "study.toml").drawn is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('method = "random"\nparameters = ["lookback"]', "lacks 'trials'"),
        ('method = "random"\ntrials = 5', "names nothing to draw"),
        ('method = "optuna"\ntrials = 50\nparameters = ["lookback"]', "without folds would report the best"),
        ('method = "optuna"\ntrials = 15\nparameters = ["lookback"]', "would learn nothing"),
        ('method = "grid"', "has no grid to run"),
        ('method = "grid"\ntrials = 5', "draws nothing, yet has more keys"),
        ('method = "genetic"\ntrials = 5', "search.method = 'genetic'"),
    ],
)
def test_a_search_that_cannot_be_meant_is_refused_in_words(text, words):
    with pytest.raises(InvalidOption) as caught:
        asked(text)
    assert words in str(caught.value)


def test_draws_beside_a_grid_are_refused():
    with pytest.raises(InvalidOption, match=r"beside a \[strategy.grid\]"):
        asked('method = "random"\ntrials = 5\nparameters = ["lookback"]', STUDY)


def test_folds_may_pick_from_what_was_drawn():
    text = f'{PLAIN}{FOLDS}\n[search]\nmethod = "random"\ntrials = 5\nparameters = ["lookback"]\n'
    assert parse(text, "study.toml").drawn.trials == 5


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("half_spread_bps", "costs"),
        ("execution.override.half_spread_bps", "costs"),
        ("universe", "universe"),
        ("symbols", "universe"),
        ("start", "period"),
        ("train_bars", "folds"),
        ("refit_bars", "model"),
        ("benchmark", "benchmark"),
        ("capital_usd", "account"),
        ("seed", "seed"),
    ],
)
def test_what_must_stand_before_the_search_is_refused_by_name(name, what):
    with pytest.raises(InvalidOption) as caught:
        axes(f'parameters = ["{name}"]')
    assert f"names '{name}': {what} can never be searched" in str(caught.value)
    assert "lookback" in str(caught.value.mend)


def test_a_misspelt_parameter_is_told_with_the_nearest_one():
    with pytest.raises(UnknownName, match="lokback"):
        axes('parameters = ["lokback"]')


def test_bounds_and_kinds_are_those_that_the_strategy_declares():
    lookback, top = axes('parameters = ["lookback", "top"]\nranges = { top = [0.2, 0.6] }')
    assert (lookback.kind, lookback.low, lookback.high) == ("int", 2.0, 2520.0)
    assert (top.kind, top.low, top.high) == ("float", 0.2, 0.6)


@pytest.mark.parametrize(
    "ranges", ["lookback = [60, 40]", "lookback = [1, 40]", "lookback = [20.5, 40]", "top = [0.5, 1.5]"]
)
def test_ranges_out_of_order_out_of_bounds_or_of_another_kind_are_refused(ranges):
    with pytest.raises(InvalidOption):
        axes(f"ranges = {{ {ranges} }}")


SPACE = (Axis("fast", 5.0, 30.0, "int"), Axis("slow", 10.0, 60.0, "int"))


def cross(values):
    return build("sma_cross", {**values})


def test_draws_are_different_allowed_and_the_same_for_one_seed():
    found = drawn(SPACE, 40, 7, cross)
    assert found == drawn(SPACE, 40, 7, cross)
    assert found != drawn(SPACE, 40, 8, cross)
    assert len({tuple(values.items()) for values in found}) == 40
    assert all(values["fast"] < values["slow"] for values in found)
    assert {type(value) for values in found for value in values.values()} == {int}


def test_a_space_that_holds_too_few_is_told():
    with pytest.raises(InvalidOption, match="trials = 9, and its ranges hold 3 configurations"):
        drawn((Axis("fast", 5.0, 7.0, "int"),), 9, 1, lambda values: cross({"slow": 20, **values}))


def test_the_slowest_corner_sets_where_a_search_may_begin():
    assert slowest(SPACE, cross) == cross({"fast": 5, "slow": 60}).warm_up_bars


def test_fractions_are_drawn_to_six_digits_and_stay_inside():
    axis = Axis("top", 0.1, 0.3, "float")
    assert axis.value(0.123456789) == 0.123457
    assert axis.value(0.30000001) == 0.3


@pytest.mark.parametrize(
    ("value", "share", "wanted"),
    [(100, 0.2, 120), (100, -0.1, 90), (3, 0.1, 4), (3, -0.1, 2), (0.5, -0.2, 0.4), (-10, 0.1, -9)],
)
def test_a_parameter_moves_by_a_share_of_itself_and_a_whole_one_by_one_at_least(value, share, wanted):
    assert moved_by(value, share) == wanted
