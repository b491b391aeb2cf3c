"""Finite differences: the oracle where no closed form exists, on a smile or for early exercise."""

from dataclasses import dataclass

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.linalg import solve_banded

from tradewright.models.option_pricing.domain import Smile
from tradewright.values.panel import Floats

# The first steps are taken fully implicitly: a pay-off's corner would ring otherwise (Rannacher 1984).
SMOOTHING_STEPS = 4
# How far the grid reaches, in deviations, and the least reach in log-strike.
REACH, LEAST_REACH = 7.0, 0.5


@dataclass(frozen=True)
class Grid:
    """How fine the differences are: points across, steps in time.

    An American option may be exercised after every `exercise_every` steps; 1 comes nearest to any time.
    """

    across: int = 601
    steps: int = 200
    exercise_every: int = 1


def smile_prices(smile: Smile, level: float, years: float, k: Floats, grid: Grid = Grid()) -> Floats:
    """Calls of all strikes on a smile, in units of the discounted forward.

    Shape: that of `k`, log-strikes over forward. Units: `level` a year, as a fraction.
    Property: second order in both steps; measured in tests/models/option_pricing/test_finite_difference.py.
    Source: Dupire (1994), Risk 7(1); Crank and Nicolson (1947), with Rannacher's start.
    """
    reach = max(LEAST_REACH, REACH * level * years**0.5, 1.05 * float(np.max(np.abs(k))))
    axis = np.linspace(-reach, reach, grid.across)
    times = years * np.linspace(0.0, 1.0, grid.steps + 1) ** 2
    h = axis[1] - axis[0]
    # Averaged over a cell, the corner of the pay-off costs no order.
    value = np.maximum(1.0 - np.exp(axis), 0.0)
    value[np.argmin(np.abs(axis))] = 0.5 * (1.0 - (1.0 - np.exp(-0.5 * h)) / (0.5 * h))
    for step in range(grid.steps):
        middle, span = 0.5 * (times[step] + times[step + 1]), times[step + 1] - times[step]
        half = 0.5 * smile.local(axis, middle, level) ** 2
        bands = half * (1.0 / h**2 + 0.5 / h), -2.0 * half / h**2, half * (1.0 / h**2 - 0.5 / h)
        value = _advance(value, bands, span, step < SMOOTHING_STEPS)
    return np.asarray(CubicSpline(axis, value)(k))


def american_put(
    money: tuple[float, float], years: float, rate: float, volatility: float, grid: Grid = Grid(1201, 1200)
) -> float:
    """An American put; `money` is spot and strike.

    Source: Brennan and Schwartz (1977), Journal of Finance 32(2).
    """
    spot, strike = money
    reach = max(LEAST_REACH, REACH * volatility * years**0.5)
    axis = np.log(spot / strike) + np.linspace(-reach, reach, grid.across)
    h, span = axis[1] - axis[0], years / grid.steps
    paid = np.maximum(1.0 - np.exp(axis), 0.0)
    half, drift = 0.5 * volatility**2, rate - 0.5 * volatility**2
    ones = np.ones(grid.across)
    bands = (
        ones * (half / h**2 - 0.5 * drift / h),
        ones * (-2.0 * half / h**2 - rate),
        ones * (half / h**2 + 0.5 * drift / h),
    )
    value = paid
    for step in range(grid.steps):
        value = _advance(value, bands, span, step < SMOOTHING_STEPS)
        if (step + 1) % grid.exercise_every == 0:
            value = np.maximum(value, paid)
    return float(strike * value[grid.across // 2])


def _advance(value: Floats, bands: tuple[Floats, Floats, Floats], span: float, implicit: bool) -> Floats:
    """One step of v_t = L v with the edges kept; L is given by what it makes of the neighbours."""
    lower, centre, upper = bands
    share = 1.0 if implicit else 0.5
    after = value.copy()
    inner = slice(1, -1)
    pull = lower[inner] * value[:-2] + centre[inner] * value[inner] + upper[inner] * value[2:]
    after[inner] += (1.0 - share) * span * pull
    matrix = np.zeros((3, len(value)))
    matrix[0, 2:] = -share * span * upper[inner]
    matrix[1] = 1.0
    matrix[1, inner] -= share * span * centre[inner]
    matrix[2, :-2] = -share * span * lower[inner]
    return np.asarray(solve_banded((1, 1), matrix, after, check_finite=False))
