"""Builders beside the tests, and the three drivers that every scenario must agree on."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from drivers import DRIVERS
from order_drivers import ORDER_DRIVERS


@pytest.fixture(params=sorted(DRIVERS))
def trade(request):
    """Trade decisions: by the plain reference, the compiled batch, or a session bar by bar."""
    return DRIVERS[request.param]


@pytest.fixture(params=sorted(ORDER_DRIVERS))
def trade_orders(request):
    """Trade single orders: by the plain reference, the compiled batch, or a session bar by bar."""
    return ORDER_DRIVERS[request.param]
