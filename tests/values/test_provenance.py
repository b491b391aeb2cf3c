"""Prices are real only where somebody says whose they are."""

import pytest

from tradewright.values.provenance import UNKNOWN, Origin, Provenance


@pytest.mark.parametrize("vendor", ["", " ", UNKNOWN, "Unknown"])
def test_prices_nobody_stands_for_have_no_stated_origin(vendor: str):
    assert Provenance(Origin.REAL, vendor, "mine").stated_origin is None


def test_a_named_vendor_stands_for_real_prices():
    assert Provenance(Origin.REAL, "my broker", "mine").stated_origin is Origin.REAL


def test_made_prices_are_synthetic_whoever_made_them():
    assert Provenance(Origin.SYNTHETIC, "", "mine").stated_origin is Origin.SYNTHETIC
