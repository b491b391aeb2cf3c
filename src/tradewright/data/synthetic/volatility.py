"""Fat tails, clustering and regimes: how wild each session is before anybody knows its direction."""

import math

import numpy as np
from numpy.typing import NDArray

from tradewright.data.synthetic.options import SESSIONS_PER_YEAR, SyntheticOptions
from tradewright.values.panel import Floats, Ints

CALM, TURBULENT = 0, 1
REGIMES = {CALM: "calm", TURBULENT: "turbulent"}

# No session moves by more than this many of its own standard deviations, so that no price can reach zero.
LARGEST_MOVE = 8.0
# Variance may cluster up to this multiple of its mean.
LARGEST_CLUSTER = 12.0


def innovations(generator: np.random.Generator, shape: tuple[int, ...], degrees: float) -> Floats:
    """Student t draws cut at `LARGEST_MOVE`, with mean 0 and variance 1 after the cut.

    Shape: `shape`, filled in time order, so that a longer draw begins with the shorter one.
    """
    bound, scale = _cut(degrees)
    drawn = generator.standard_t(degrees, size=shape)
    return np.clip(drawn, -bound, bound) * np.float64(scale)


def clustered_variance(shocks: Floats, shock: float, memory: float) -> Floats:
    """GARCH(1,1) variance of each session, with mean 1.

    Shape: time first, then whatever the shocks have. Known at: row t uses shocks before t alone.
    Source: Bollerslev (1986), Journal of Econometrics 31(3), eq. 5, with unit long-run variance.
    """
    variance = np.ones_like(shocks)
    level = 1.0 - shock - memory
    for row in range(1, len(shocks)):
        before = variance[row - 1]
        after = level + before * (memory + shock * np.square(shocks[row - 1]))
        np.minimum(after, LARGEST_CLUSTER, out=variance[row])
    return variance


def switching(options: SyntheticOptions) -> Floats:
    """Chance of leaving the calm and the turbulent regime at each session's end."""
    return np.array([1.0 / options.calm_sessions, 1.0 / options.turbulent_sessions])


def regime_shares(options: SyntheticOptions) -> Floats:
    """Share of all sessions spent in each regime in the long run."""
    leaving = switching(options)
    shares: Floats = leaving[::-1] / leaving.sum()
    return shares


def regime_path(uniforms: Floats, options: SyntheticOptions) -> NDArray[np.int8]:
    """The regime of each session, begun in the long-run mix.

    Shape: that of `uniforms`, time first.
    """
    leaving = switching(options)
    path = np.empty(uniforms.shape, dtype=np.int8)
    path[0] = uniforms[0] < regime_shares(options)[TURBULENT]
    for row in range(1, len(uniforms)):
        before = path[row - 1]
        path[row] = before ^ (uniforms[row] < leaving[before])
    return path


def regime_drift(options: SyntheticOptions) -> Floats:
    """Expected return of every name in each regime, a session."""
    return np.array([options.calm_drift, options.turbulent_drift]) / SESSIONS_PER_YEAR


def regime_volatility(options: SyntheticOptions) -> Floats:
    """What each regime multiplies volatilities with; their mean square in the long run is 1."""
    multiples = np.array([1.0, options.turbulence])
    return multiples / math.sqrt(float(np.sum(regime_shares(options) * np.square(multiples))))


def segments(path: NDArray[np.int8]) -> list[tuple[int, int, str]]:
    """A path of regimes as (first row, last row, name)."""
    starts: Ints = np.flatnonzero(np.diff(path, prepend=-1))
    ends = np.append(starts[1:], len(path)) - 1
    return [(int(a), int(b), REGIMES[int(path[a])]) for a, b in zip(starts, ends, strict=True)]


def _cut(degrees: float) -> tuple[float, float]:
    """Where a Student t is cut, and what it is multiplied with to have variance 1 after the cut."""
    bound = LARGEST_MOVE * math.sqrt(degrees / (degrees - 2.0))
    # Draws are clipped, not dropped: what lies beyond the bound counts with the bound's square.
    grid = np.linspace(-400.0, 400.0, 400_001)
    density = np.power(1.0 + np.square(grid) / degrees, -(degrees + 1.0) / 2.0)
    variance = float(np.sum(density * np.minimum(np.square(grid), bound * bound)) / np.sum(density))
    return bound, 1.0 / math.sqrt(variance)
