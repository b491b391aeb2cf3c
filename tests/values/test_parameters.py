"""Parameters: declared once, checked always, and errors that say how to mend."""

import copy
import pickle

import numpy as np
import pytest

from tradewright.strategies import registry
from tradewright.strategies.buy_and_hold import BuyAndHold
from tradewright.strategies.contract import Strategy
from tradewright.strategies.mean_reversion import MeanReversion
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.parameters import UnknownParameter, parameter
from tradewright.strategies.sma_cross import SmaCross
from tradewright.values.errors import InvalidOption, Misuse, UnknownName


def test_a_misspelt_parameter_gets_the_nearest_one_and_the_whole_list():
    with pytest.raises(UnknownParameter) as caught:
        registry.build("momentum", {"lokback": 252})
    assert f"{type(caught.value).__name__}: {caught.value}" == (
        "UnknownParameter: 'lokback' is not a parameter of Momentum. Did you mean 'lookback'?\n"
        "It takes: lookback (bars, 2 to 2520), skip (bars, 0 to 252), top (fraction, 0 to 1), "
        "invested (fraction, 0 to 1)."
    )


def test_a_misspelt_parameter_is_caught_in_plain_python_as_well():
    with pytest.raises(UnknownParameter, match="Did you mean 'slow'"):
        SmaCross(slwo=40)


def test_a_name_like_no_parameter_gets_the_list_alone():
    with pytest.raises(UnknownParameter) as caught:
        SmaCross(zzz=1)
    assert "Did you mean" not in str(caught.value)
    assert "It takes: fast (bars, 1 to 2519), slow (bars, 2 to 2520), short (yes or no)." in str(caught.value)


def test_an_unknown_parameter_is_a_misuse_like_every_unknown_name():
    assert issubclass(UnknownParameter, UnknownName)
    assert issubclass(UnknownParameter, Misuse)


@pytest.mark.parametrize(
    ("given", "bound"),
    [({"lookback": 1}, "below its lower bound, 2"), ({"lookback": 2521}, "above its upper bound, 2520")],
)
def test_a_value_out_of_bounds_is_told_which_bound(given, bound):
    with pytest.raises(InvalidOption, match=bound) as caught:
        registry.build("momentum", given)
    assert "bars, 2 to 2520" in str(caught.value)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"lookback": 2.5}, "no whole number"),
        ({"lookback": 252.0}, "no whole number"),
        ({"lookback": "252"}, "no number"),
        ({"lookback": True}, "no number"),
        ({"lookback": None}, "no number"),
        ({"top": float("nan")}, "not a finite number"),
        ({"top": float("inf")}, "not a finite number"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_in_words(given, words):
    with pytest.raises(InvalidOption, match=words):
        Momentum(**given)


@pytest.mark.parametrize("value", [1, 0, "yes", None])
def test_a_switch_takes_true_or_false_and_nothing_like_it(value):
    with pytest.raises(InvalidOption, match="neither true nor false"):
        SmaCross(short=value)


def test_numpy_numbers_are_numbers_and_are_kept_as_plain_ones():
    strategy = Momentum(lookback=np.int64(100), top=np.float32(0.5))
    assert strategy == Momentum(lookback=100, top=0.5)
    assert [type(value) for value in strategy.parameters().values()] == [int, int, float, float]


def test_a_whole_number_serves_where_parts_are_allowed():
    assert MeanReversion(entry=3).entry == 3.0
    assert isinstance(MeanReversion(entry=3).entry, float)


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        (SmaCross, {"fast": 50, "slow": 50}, "fast = 50 of SmaCross must be below slow = 50"),
        (Momentum, {"lookback": 20}, "skip = 21 of Momentum must be below lookback = 20"),
        (MeanReversion, {"entry": 0.5}, "exit = 0.5 of MeanReversion must be below entry = 0.5"),
    ],
)
def test_parameters_that_contradict_each_other_are_refused_with_both_named(kind, given, words):
    with pytest.raises(InvalidOption, match=words):
        kind(**given)


def test_a_strategy_is_frozen_and_equal_by_its_parameters():
    strategy = SmaCross(fast=5)
    with pytest.raises(AttributeError):
        strategy.fast = 6
    assert strategy == SmaCross(fast=5)
    assert hash(strategy) == hash(SmaCross(fast=5))
    assert strategy != SmaCross(fast=6)


@pytest.mark.parametrize("name", registry.members())
def test_a_strategy_survives_copying_pickling_and_its_own_parameters(name):
    strategy = registry.build(name, {})
    assert copy.deepcopy(strategy) == strategy
    assert pickle.loads(pickle.dumps(strategy)) == strategy
    assert registry.build(name, strategy.parameters()) == strategy


def test_weights_by_symbol_are_kept_sorted_and_given_back_as_a_mapping():
    strategy = BuyAndHold(weights={"TLT": 0.4, "SPY": 0.6})
    assert strategy == BuyAndHold(weights={"SPY": 0.6, "TLT": 0.4})
    assert strategy.parameters() == {"weights": {"SPY": 0.6, "TLT": 0.4}}
    assert BuyAndHold(**strategy.parameters()) == strategy


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ({"SPY": 1.5}, "out of bounds"),
        ({"SPY": 0.6, "TLT": 0.6}, "add up to 1.2"),
        ({"SPY": 0.6, "TLT": -0.6}, "add up to 1.2"),
        ({"SPY": "much"}, "no number"),
        (0.5, "no mapping"),
    ],
)
def test_weights_that_no_account_could_hold_are_refused(weights, words):
    with pytest.raises(InvalidOption, match=words):
        BuyAndHold(weights=weights)


def test_what_is_typed_is_read_as_the_parameters_kind():
    assert Momentum.from_text({"lookback": "100", "top": "1"}) == Momentum(lookback=100, top=1.0)
    assert SmaCross.from_text({"short": "yes"}) == SmaCross(short=True)
    assert SmaCross.from_text({"short": "false"}) == SmaCross()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"lookback": "many"}, "no number"),
        ({"lookback": "2.5"}, "no whole number"),
        ({"lookback": "1"}, "lower bound"),
    ],
)
def test_what_is_typed_wrongly_is_refused_like_any_other_value(typed, words):
    with pytest.raises(InvalidOption, match=words):
        Momentum.from_text(typed)


def test_a_misspelt_name_on_the_command_line_gets_the_nearest_one():
    with pytest.raises(UnknownParameter, match="Did you mean 'top'"):
        Momentum.from_text({"tpo": "0.1"})


def test_a_field_without_bounds_is_refused_when_the_class_is_written():
    with pytest.raises(TypeError, match=r"Loose\.knob has no bounds"):

        class Loose(Strategy):
            knob: int = 3


def test_a_number_without_a_default_cannot_be_declared():
    with pytest.raises(TypeError):
        parameter(low=1, high=2, unit="bars", about="nothing")


def test_a_strategy_that_cannot_decide_cannot_be_built():
    class Silent(Strategy):
        @property
        def warm_up_bars(self) -> int:
            return 1

    with pytest.raises(TypeError, match="abstract"):
        Silent()


@pytest.mark.parametrize("name", registry.members())
def test_every_parameter_says_what_it_is_about_in_words(name):
    for declared in registry.find(name).declared():
        bounds = declared.metadata["tradewright.bounds"]
        assert len(bounds.about.split()) >= 3
        assert bounds.low < bounds.high


def test_a_word_is_kept_as_typed_and_anything_else_is_refused():
    from tradewright.features.families.index import BetaToIndex

    assert BetaToIndex(60, "SPY").index == "SPY"
    assert BetaToIndex.from_text({"index": "7203"}).index == "7203"
    assert BetaToIndex(60, "SPY").parameters() == {"window": 60, "index": "SPY"}
    with pytest.raises(InvalidOption, match="is no text"):
        BetaToIndex(60, 7203)
    with pytest.raises(UnknownParameter, match=r"window \(bars, 3 to 2520\), index \(text\)"):
        BetaToIndex(indx="SPY")
