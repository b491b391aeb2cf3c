"""A network whose prices obey pay-off and parity by construction, and the equation by training.

Everything is in units of the discounted forward. With k = ln(strike / forward), level sigma and time t,
prices of all strikes solve Dupire's equation (1994, Risk 7(1)), with a(k, t) the local volatility:

    u_t = a^2 / 2 (u_kk - u_k),    u(k, 0) = max(1 - e^k, 0) for a call.

With x = -k, s = sigma sqrt(t), y = x / s, z = 2 sinh(x / 2) and the sign w of the right, the price is

    u = e^(k/2) [ w (z - x) Phi(3 w y / 2) + s h(w y) + s^3 phi(y) N(k, t, sigma) ]

with h(y) = y Phi(y) + phi(y).

For any N, s = 0 leaves the pay-off e^(k/2) max(w z, 0), and call less put is e^(k/2) z = 1 - e^k: parity is
exact. The first two terms are Bachelier's price bent to that forward; N is all that is learnt.
Float64 throughout: gamma is a second derivative, and half the digits of float32 would be gone in it.
"""

import equinox as eqx
import jax
import jax.numpy as jnp
from jax.scipy.special import ndtr

from tradewright.models.option_pricing.domain import Domain

# Dimensions: F features, W width of a layer. A row is one option.
FEATURES = 5
ROOT_2_PI = 2.5066282746310002
# A deviation below this is expiry: the pay-off is left.
LEAST_DEVIATION = 1e-15


class Network(eqx.Module):
    """The learnt part N(k, t, sigma): a small multilayer perceptron on scaled inputs."""

    layers: eqx.nn.MLP
    scale: tuple[float, float] = eqx.field(static=True)

    def __init__(self, width: int, depth: int, domain: Domain, key: jax.Array) -> None:
        """Draw weights; `domain` scales the inputs."""
        self.layers = eqx.nn.MLP(FEATURES, "scalar", width, depth, jnp.tanh, key=key)
        self.scale = (domain.most_volatility, domain.most_years)

    def __call__(self, k: jax.Array, years: jax.Array, sigma: jax.Array) -> jax.Array:
        """N of one option."""
        most_volatility, most_years = self.scale
        root = jnp.sqrt(years)
        s = jnp.maximum(sigma * root, LEAST_DEVIATION)
        most = most_volatility * most_years**0.5
        features = (  # F
            jnp.tanh(k / (3.0 * s)),
            jnp.tanh(k),
            2.0 * s / most - 1.0,
            2.0 * sigma / most_volatility - 1.0,
            2.0 * root / most_years**0.5 - 1.0,
        )
        return jnp.asarray(self.layers(jnp.stack(features)))  # F -> W -> ... -> 1


def density(y: jax.Array) -> jax.Array:
    """The normal density."""
    return jnp.exp(-0.5 * y * y) / ROOT_2_PI


def scaled_price(net: Network, w: jax.Array, k: jax.Array, years: jax.Array, sigma: jax.Array) -> jax.Array:
    """The price of one option in units of the discounted forward."""
    x, s = -k, jnp.maximum(sigma * jnp.sqrt(years), LEAST_DEVIATION)
    y, z = x / s, 2.0 * jnp.sinh(0.5 * x)
    bent = w * (z - x) * ndtr(1.5 * w * y)
    bachelier = s * (w * y * ndtr(w * y) + density(y))
    learnt = s**3 * density(y) * net(k, years, sigma)
    return jnp.exp(0.5 * k) * (bent + bachelier + learnt)


def residual(net: Network, domain: Domain, point: jax.Array) -> jax.Array:
    """What the equation is missed by at one point (k, years, sigma), for calls and puts alike."""
    k, years, sigma = point
    call = jnp.ones(())
    u_k, u_kk = jax.jvp(jax.grad(lambda one: scaled_price(net, call, one, years, sigma)), (k,), (call,))
    u_t = jax.grad(lambda one: scaled_price(net, call, k, one, sigma))(years)
    a = domain.smile.local(k, years, sigma)
    return jnp.asarray(u_t - 0.5 * a * a * (u_kk - u_k))


def market_price(net: Network, w: jax.Array, strike: jax.Array, market: tuple[jax.Array, ...]) -> jax.Array:
    """The price of one option in money; `market` is spot, years, rate, dividend yield and sigma."""
    spot, years, rate, dividend_yield, sigma = market
    forward = spot * jnp.exp((rate - dividend_yield) * years)
    k = jnp.log(strike / forward)
    return jnp.exp(-rate * years) * forward * scaled_price(net, w, k, years, sigma)


@eqx.filter_jit
def price_rows(net: Network, columns: tuple[jax.Array, ...]) -> jax.Array:
    """Prices of rows; columns are right, strike, spot, years, rate, dividend yield, sigma."""
    return jax.vmap(lambda w, strike, *market: market_price(net, w, strike, market))(*columns)


@eqx.filter_jit
def greek_rows(net: Network, columns: tuple[jax.Array, ...]) -> tuple[jax.Array, ...]:
    """Price, delta, gamma, vega, theta and rho of rows, by automatic differentiation."""

    def one(w: jax.Array, strike: jax.Array, *market: jax.Array) -> tuple[jax.Array, ...]:
        def value(*moved: jax.Array) -> jax.Array:
            return market_price(net, w, strike, moved)

        price, (delta, by_years, rho, _, vega) = jax.value_and_grad(value, tuple(range(5)))(*market)
        gamma = jax.grad(jax.grad(value))(*market)
        return price, delta, gamma, vega, -by_years, rho

    return jax.vmap(one)(*columns)
