"""A profile or an account that could not exist is refused by name."""

from dataclasses import replace

import pytest

from tradewright.values.errors import InvalidOption
from tradewright.values.profile import AccountOptions, ExecutionProfile

FREE = ExecutionProfile("free", 0, 1, 0, 0, 0, 1.0, 1, 0, 0, 0)


def test_a_free_profile_is_possible():
    assert FREE.half_spread_bps == 0


@pytest.mark.parametrize("name", ["half_spread_bps", "commission_bps", "borrow_rate", "cash_rate"])
@pytest.mark.parametrize("value", [-0.1, float("nan"), float("inf")])
def test_a_cost_below_zero_or_unknown_is_refused(name: str, value: float):
    with pytest.raises(InvalidOption, match=name):
        replace(FREE, **{name: value})


@pytest.mark.parametrize("share", [0.0, 1.5])
def test_participation_outside_a_bars_volume_is_refused(share: float):
    with pytest.raises(InvalidOption, match="participation"):
        replace(FREE, participation=share)


@pytest.mark.parametrize(
    ("options", "name"),
    [
        ({"capital_usd": 0.0}, "capital_usd"),
        ({"capital_usd": float("nan")}, "capital_usd"),
        ({"max_gross": 0}, "max_gross"),
    ],
)
def test_an_account_that_could_not_trade_is_refused(options: dict, name: str):
    with pytest.raises(InvalidOption, match=name):
        AccountOptions(**options)


@pytest.mark.parametrize("price", [float("nan"), float("inf"), -0.1])
def test_a_tier_has_a_finite_price(price):
    with pytest.raises(InvalidOption, match="finite shares and dollars"):
        ExecutionProfile(
            "own", 1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0, commission_tiers=((0.0, price),)
        )
