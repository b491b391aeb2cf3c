"""A fill taken apart: its terms add up to the price paid, and to what was charged beside it."""

import sys
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "kernel"))

from markets import DAY_NS, DEAR, Traits, account, draw

from tradewright.execution.profiles.registry import PROFILES
from tradewright.kernel.batch import simulate
from tradewright.runs.artifacts import fills_table
from tradewright.runs.cost_terms import taken_apart

RULES = [*PROFILES.values(), DEAR]


def fills(seed: int, rules) -> pl.DataFrame:
    """Fills of a random market."""
    traits = Traits(bars=50, assets=3, volume=1e6, pace=2, length_ns=DAY_NS // 4)
    stream = draw(seed, traits, account(capital_usd=1e6), rules)
    return fills_table(stream.panel, simulate(*stream.all))


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**31), st.sampled_from(RULES))
def test_the_terms_add_up_to_the_price_paid(seed, rules):
    for fill in fills(seed, rules).iter_rows(named=True):
        told = taken_apart(fill)
        in_price = sum(term.usd_a_share for term in told.in_price)
        assert told.reference + in_price == pytest.approx(told.price, rel=1e-12)
        beside = sum(term.usd_a_share for term in told.beside)
        assert told.price + beside == pytest.approx(told.all_in, rel=1e-12)
        usd = sum(term.usd for term in (*told.in_price, *told.beside))
        against = (told.all_in - told.reference) * fill["qty"]
        assert usd == pytest.approx(against, rel=1e-9, abs=1e-6)


def test_what_made_each_term_is_said_with_its_numbers():
    fill = {
        "filled_at": 0, "qty": -100.0, "reference": 50.0, "price": 49.9, "spread_usd": 4.0, "impact_usd": 5.0,
        "latency_usd": 1.0, "commission_usd": 1.0, "regulatory_usd": 0.5, "sigma": 0.02,
        "usual_volume": 10_000.0, "latency_ms": 60.0,
    }  # fmt: skip
    told = taken_apart(fill)
    spread, impact, drift = told.in_price
    assert "2 % volatility and about 500,000 $" in spread.how
    assert impact.how == "0.5 x 2 % x sqrt(1 % of the usual volume)"
    assert drift.how == "60 ms"
    assert spread.bps == pytest.approx(-8.0)
    assert told.beside[1].how == "SEC and FINRA"
    assert told.all_in == pytest.approx(49.9 - 0.015)


LIMITED = {
    "filled_at": 0, "qty": 100.0, "reference": 50.0, "price": 50.05, "spread_usd": 2.0, "impact_usd": 2.5,
    "latency_usd": 0.5, "commission_usd": 1.0, "regulatory_usd": 0.0, "sigma": 0.02,
    "usual_volume": 10_000.0, "latency_ms": 60.0, "held_usd": 5.0,
}  # fmt: skip
RESTING = {"price": 50.0, "spread_usd": 0.0, "impact_usd": 0.0, "latency_usd": 0.0, "held_usd": 10.0}


def test_what_a_limit_kept_away_is_told_and_not_added():
    told = taken_apart(LIMITED)
    assert [term.name for term in told.in_price][-1] == "held at the limit"
    assert (
        told.in_price[-1].how == "another 5.0000 $ (10.000 bp) of these lay beyond the limit: nobody paid it"
    )
    assert told.in_price[-1].usd == 0.0
    assert told.reference + sum(term.usd_a_share for term in told.in_price) == pytest.approx(told.price)
    # Half of each term was paid; the coefficient is the profile's all the same.
    assert told.in_price[1].how.startswith("0.5 x 2 %")


def test_a_resting_limit_pays_none_of_the_terms():
    told = taken_apart(LIMITED | RESTING)
    assert told.price == told.reference
    assert [term.usd for term in told.in_price] == [0.0] * 4
    assert told.in_price[1].how == "none: it filled at its limit"
    assert "20.000 bp" in told.in_price[-1].how


@pytest.mark.parametrize("held", [{}, {"held_usd": None}, {"held_usd": 0.0}])
def test_without_a_limit_nothing_is_said_of_one(held):
    fill = {name: value for name, value in LIMITED.items() if name != "held_usd"}
    assert len(taken_apart(fill | held).in_price) == 3


def test_what_was_not_known_is_said():
    fill = {
        "filled_at": 0, "qty": 10.0, "reference": 50.0, "price": 50.01, "spread_usd": 0.1, "impact_usd": 0.0,
        "latency_usd": 0.0, "commission_usd": 1.0, "regulatory_usd": 0.0, "sigma": 0.0, "usual_volume": 0.0,
        "latency_ms": 60.0,
    }  # fmt: skip
    spread, impact, drift = taken_apart(fill).in_price
    assert spread.how.startswith("flat: volume or volatility was not known")
    assert impact.how.startswith("not known")
    assert "its range is not known" in drift.how
