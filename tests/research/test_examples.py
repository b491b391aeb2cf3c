"""The examples that come with the project are studies, and teach what is true."""

from pathlib import Path

import pytest

from tradewright.research.plan import profile_of
from tradewright.research.study import load
from tradewright.strategies.registry import build

FOLDER = Path(__file__).resolve().parents[2] / "examples"
EXAMPLES = sorted(FOLDER.glob("*.toml"))


def test_there_are_examples():
    assert {path.name for path in EXAMPLES} >= {"momentum.toml", "planted.toml"}


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_a_valid_study_with_a_strategy_that_exists(path):
    options = load(path)
    build(options.strategy.name, dict(options.strategy.parameters))
    profile_of(options)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_registers_parameters_that_lie_on_its_grid(path):
    strategy = load(path).strategy
    assert strategy.grid
    assert all(strategy.parameters[name] in values for name, values in strategy.grid.items())


def test_the_momentum_example_says_why_its_costs_are_its_own():
    options = load(FOLDER / "momentum.toml")
    assert profile_of(options).commission_per_share_usd == 0.0
    assert "commission_per_share_usd = 0" in profile_of(options).name
    assert [waiver.code for waiver in options.waivers] == ["adjusted-looking-prices"]


def test_the_planted_example_brings_its_own_market():
    options = load(FOLDER / "planted.toml")
    assert options.data.synthetic["edge_sharpe"] == 1.0
