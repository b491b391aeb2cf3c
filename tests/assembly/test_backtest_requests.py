"""A quick backtest counts under one hypothesis however its strategy was typed."""

from pathlib import Path

import pytest

from tradewright.assembly.backtests import BacktestRequest, options_of

MINE = """
from tradewright.strategies.contract import Strategy


class Drift(Strategy):
    @property
    def warm_up_bars(self):
        return 1

    def decide(self, view):
        return None
"""


def request(strategy: str, **given) -> BacktestRequest:
    return BacktestRequest(strategy=strategy, dataset="prices", **given)


def test_a_file_and_its_class_are_the_same_idea(tmp_path: Path):
    path = tmp_path / "drift.py"
    path.write_text(MINE)
    named, bare = options_of(request(f"{path}:Drift")), options_of(request(str(path)))
    assert named.hypothesis.id == bare.hypothesis.id == "unregistered-drift.py-drift"


def test_a_member_of_the_package_counts_under_its_own_name():
    assert options_of(request("momentum")).hypothesis.id == "unregistered-momentum"


def test_a_symbol_given_twice_is_one_symbol():
    assert tuple(options_of(request("momentum", symbols=("SPY", "SPY"))).universe.symbols) == ("SPY",)


@pytest.mark.parametrize("typed", ['{"SPY": 0.5}', '{"SPY":0.5}'])
def test_weights_by_symbol_can_be_typed(typed: str):
    options = options_of(request("buy_and_hold", parameters={"weights": typed}))
    assert options.strategy.parameters == {"weights": {"SPY": 0.5}}
