"""Strategies by name."""

import pytest

from tradewright.strategies import registry
from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.values.errors import UnknownName


def test_the_four_first_strategies_are_there_under_their_files_names():
    assert {"buy_and_hold", "mean_reversion", "momentum", "sma_cross"} <= set(registry.members())
    assert registry.find("momentum") is Momentum


def test_files_of_the_contract_are_no_members():
    assert {"contract", "frame", "view", "parameters", "registry"} & set(registry.members()) == set()
    assert Strategy not in registry.members().values()


def test_a_misspelt_strategy_gets_the_nearest_one():
    with pytest.raises(UnknownName, match=r"'momentun' is not a strategy\. Did you mean 'momentum'"):
        registry.build("momentun", {})


def test_parameters_left_out_are_at_their_defaults():
    assert registry.build("momentum", {"top": 0.2}) == Momentum(lookback=252, skip=21, top=0.2)
