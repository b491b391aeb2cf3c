"""The learned pricer: exact by construction where it must be, held against the closed form elsewhere."""

import math
import subprocess
import sys

import numpy as np
import pytest

pytest.importorskip("jax", reason="the extra [ml] is not installed")

from tradewright.models.option_pricing import black_scholes
from tradewright.models.option_pricing.contract import Terms
from tradewright.models.option_pricing.domain import Domain, Smile
from tradewright.models.option_pricing.learned import BATCHES, LearnedPricer
from tradewright.models.option_pricing.training import (
    NoProgress,
    TrainingOptions,
    points,
    residual_rms,
    train,
)
from tradewright.values.errors import BadInput, InvalidOption


@pytest.fixture(scope="module")
def untrained() -> LearnedPricer:
    return LearnedPricer.untrained(Domain(), width=6, depth=2, seed=3)


def held_out(domain: Domain, count: int = 4_000, deviations: float = 3.0) -> tuple[Terms, np.ndarray]:
    """Options of every kind, none of them a point of training."""
    draws = np.random.default_rng(123)
    k, years, sigma = points(domain, count, seed=77).T
    k = np.clip(k, -deviations * sigma * np.sqrt(years), deviations * sigma * np.sqrt(years))
    rate, dividend_yield = draws.uniform(-0.03, 0.1, count), draws.uniform(0.0, 0.05, count)
    spot = draws.uniform(10.0, 500.0, count)
    strike = spot * np.exp((rate - dividend_yield) * years + k)
    return Terms(draws.choice([-1.0, 1.0], count), spot, strike, years, rate, dividend_yield), sigma


def test_parity_holds_for_any_weights(untrained):
    terms, sigma = held_out(untrained.domain)
    call, put = (untrained.price(Terms(side, *terms.columns[1:]), sigma) for side in ("call", "put"))
    _, spot, strike, years, rate, dividend_yield = terms.columns
    forward = spot * np.exp(-dividend_yield * years) - strike * np.exp(-rate * years)
    assert np.max(np.abs(call - put - forward) / strike) < 1e-12


def test_the_pay_off_holds_for_any_weights(untrained):
    strikes = np.linspace(50.0, 200.0, 31)
    for side, sign in (("call", 1.0), ("put", -1.0)):
        paid = untrained.price(Terms(side, 100.0, strikes, 0.0, 0.05), 0.3)
        np.testing.assert_allclose(paid, np.maximum(sign * (100.0 - strikes), 0.0), atol=1e-10)


def test_training_lowers_the_residual_of_the_equation_on_points_it_never_saw(trained):
    domain = trained.pricer.domain
    fresh = points(domain, 3_000, seed=99)
    before = LearnedPricer.untrained(domain, trained.pricer.width, trained.pricer.depth, seed=0)
    assert residual_rms(trained.pricer, fresh) < 1e-3
    assert residual_rms(trained.pricer, fresh) < residual_rms(before, fresh) / 20.0
    assert trained.history[-1] < trained.history[0] / 20.0


def test_prices_and_greeks_are_those_of_the_closed_form(pricer):
    terms, sigma = held_out(pricer.domain)
    found, wanted = pricer.greeks(terms, sigma), black_scholes.greeks(terms, sigma)
    np.testing.assert_allclose(found.delta, wanted.delta, rtol=0.01, atol=1e-5)
    np.testing.assert_allclose(found.gamma, wanted.gamma, rtol=0.02, atol=1e-6)
    np.testing.assert_allclose(found.vega, wanted.vega, rtol=0.02, atol=1e-3)
    _, spot, *_ = terms.columns
    for name in ("price", "theta", "rho"):
        apart = np.abs(getattr(found, name) - getattr(wanted, name)) / spot
        assert np.max(apart) < 2e-3, name


def test_an_untrained_pricer_is_no_closed_form(untrained):
    # The bars above are not met by construction alone.
    terms, sigma = held_out(untrained.domain)
    found, wanted = untrained.greeks(terms, sigma), black_scholes.greeks(terms, sigma)
    assert np.max(np.abs(found.gamma / wanted.gamma - 1.0)) > 0.05


def test_greeks_by_differentiation_are_slopes_of_the_prices(pricer):
    terms, sigma = held_out(pricer.domain, 200, deviations=2.0)
    right, spot, *rest = terms.columns
    moved = [pricer.price(Terms(right, spot * (1.0 + by), *rest), sigma) for by in (1e-6, -1e-6)]
    slope = (moved[0] - moved[1]) / (2e-6 * spot)
    np.testing.assert_allclose(pricer.greeks(terms, sigma).delta, slope, rtol=1e-4, atol=1e-7)


def test_a_price_does_not_depend_on_its_company(pricer):
    terms, sigma = held_out(pricer.domain, BATCHES[1] + 3)
    together = pricer.price(terms, sigma)
    for row in (0, BATCHES[1], BATCHES[1] + 2):
        alone = pricer.price(Terms(*(float(column[row]) for column in terms.columns)), sigma[row])
        assert alone == pytest.approx(together[row], rel=1e-12)


def test_the_same_seed_learns_the_same_bits_and_another_one_other_bits():
    domain = Domain(most_volatility=0.5, most_years=0.5)
    options = TrainingOptions(width=3, points=60, steps=3, seed=1)
    one, same = (train(domain, options).pricer.weights() for _ in range(2))
    assert all(np.array_equal(one[name], same[name]) for name in one)
    drawn = [LearnedPricer.untrained(domain, 3, 2, seed).weights()["layer_0.weight"] for seed in (1, 2)]
    assert not np.array_equal(*drawn)


def test_each_step_is_told():
    told: list[tuple[int, float]] = []
    options = TrainingOptions(width=3, points=60, steps=2)
    found = train(Domain(), options, lambda step, loss: told.append((step, loss)))
    assert [step for step, _ in told] == [0, 1]
    assert tuple(loss for _, loss in told) == found.history


def test_a_residual_that_is_no_number_ends_training_by_name():
    broken = Domain(smile=Smile(skew=math.nan))
    with pytest.raises(NoProgress, match="not a number"):
        train(broken, TrainingOptions(width=3, points=60, steps=2))


@pytest.mark.parametrize(
    ("terms", "volatility", "said"),
    [
        (("call", 100.0, 100.0, 1.0), 0.01, "volatility = 0.01 is outside what this pricer has learnt"),
        (("call", 100.0, 100.0, 5.0), 0.2, "years = 5 is outside"),
        (("call", 100.0, 100.0, -1.0), 0.2, "Expiry in the past"),
        (("call", 100.0, [90.0, 100.0], 1.0), [0.2, 0.3, 0.4], "Shapes do not match"),
    ],
)
def test_what_was_not_learnt_is_refused(untrained, terms, volatility, said):
    with pytest.raises(InvalidOption, match=said):
        untrained.price(Terms(*terms), volatility)


def test_at_expiry_there_are_no_learned_greeks(untrained):
    with pytest.raises(InvalidOption, match="years = 0 is outside"):
        untrained.greeks(Terms("call", 100.0, 100.0, 0.0), 0.2)


@pytest.mark.parametrize("wrong", [{"width": 1}, {"depth": 9}, {"points": 3}, {"steps": 0}])
def test_options_that_cannot_train_are_refused(wrong):
    (name,) = wrong
    with pytest.raises(InvalidOption, match=f"{name} = "):
        TrainingOptions(**wrong)


def test_weights_of_another_shape_are_refused(untrained):
    other = LearnedPricer.untrained(Domain(), width=7, depth=2, seed=3)
    with pytest.raises(BadInput, match=r"do not fit the pricer: layer_0\.weight"):
        untrained.with_weights(other.weights())
    with pytest.raises(BadInput, match=r"layer_2\.bias"):
        untrained.with_weights({k: v for k, v in untrained.weights().items() if k != "layer_2.bias"})


def test_the_rest_of_the_process_keeps_its_precision(pricer):
    import jax.numpy as jnp

    pricer.price(Terms("call", 100.0, 100.0, 0.5), 0.2)
    assert jnp.ones(2).dtype == jnp.float32


def test_the_closed_form_loads_nothing_that_learns():
    code = (
        "import sys; from tradewright.models.option_pricing.black_scholes import price; "
        "from tradewright.runs import option_models; print('jax' in sys.modules, 'equinox' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["False", "False"]
