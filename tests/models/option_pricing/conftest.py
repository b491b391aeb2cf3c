"""One small but real pricer, trained once for all tests of a process."""

import pytest


@pytest.fixture(scope="session")
def trained():
    """A quarter of the default's width and points: seconds instead of a quarter of a minute."""
    pytest.importorskip("jax", reason="the extra [ml] is not installed")
    from tradewright.models.option_pricing.domain import Domain
    from tradewright.models.option_pricing.training import TrainingOptions, train

    return train(Domain(most_volatility=0.6, most_years=1.0), TrainingOptions(width=8, points=400, steps=25))


@pytest.fixture(scope="session")
def pricer(trained):
    """The pricer alone."""
    return trained.pricer
