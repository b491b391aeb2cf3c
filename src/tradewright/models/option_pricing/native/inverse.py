"""The volatility that a price implies: a safeguarded third-order iteration on the logarithm of the price.

Everything is said of the out-of-the-money option of the same strike, whose undiscounted price, divided by
sqrt(forward x strike), depends on m = |ln(forward / strike)| and on the deviation s = sigma sqrt(T) alone.
That price is w (M(m/s - s/2) - M(m/s + s/2)) with the Mills ratio M and a weight w which is also its slope
in s (Jaeckel 2015, "Let's be rational"). Below half of its upper bound the logarithm of the price is matched,
above it the logarithm of what is missing to the bound: both are smooth in ln s, so that a few steps do.
"""

import math

from tradewright.models.option_pricing.native.normal import ROOT_2_PI, compiled, mills, tail, tail_slope
from tradewright.values.panel import Floats, Ints

FINE, BELOW_BOUND, ABOVE_BOUND, EXPIRED = 0, 1, 2, 3
# Differences of Mills ratios are expanded up to this half-width; what is left out is below rounding.
NARROW, NEAR_MONEY, LAST_DERIVATIVE = 0.25, 3.0, 15
# After a step this small the cubic error is below rounding.
SETTLED, MOST_STEPS = 1e-6, 100
# What rounding may take from a price at its lower bound, as a share of the two legs it is the difference of.
ROUNDING = 4e-16


@compiled
def mills_fall(g: float, t: float, m: float) -> float:
    """M(g - t) - M(g + t): by its Taylor series where the difference would lose digits."""
    if t > NARROW or m > NEAR_MONEY:
        return float(mills(g - t) - mills(g + t))
    before, derivative = ROOT_2_PI * tail(g), -tail_slope(g)
    power, total = t, -derivative * t
    for order in range(1, LAST_DERIVATIVE):
        before, derivative = derivative, g * derivative + order * before
        power *= t / (order + 1.0)
        if order % 2 == 0:
            total -= derivative * power
    return float(2.0 * total)


@compiled
def log_price(m: float, s: float) -> tuple[float, float]:
    """Logarithm of the normalised price, and its elasticity d ln price / d ln s."""
    fall = mills_fall(m / s, 0.5 * s, m)
    weight = -0.5 * (m / s) * (m / s) - 0.125 * s * s - math.log(ROOT_2_PI)
    return weight + math.log(fall), s / fall


@compiled
def log_missing(m: float, s: float) -> tuple[float, float]:
    """Logarithm of what the normalised price lacks to its bound, and minus its elasticity."""
    both = mills(0.5 * s - m / s) + mills(m / s + 0.5 * s)
    weight = -0.5 * (m / s) * (m / s) - 0.125 * s * s - math.log(ROOT_2_PI)
    return weight + math.log(both), s / both


@compiled
def first_guess(m: float, beta: float, missing: float) -> float:
    """Where to begin: from the point of steepest price, along the leading term on the side of the answer."""
    if m == 0.0:
        return ROOT_2_PI * beta if missing > beta else math.sqrt(-8.0 * math.log(missing))
    steepest = math.sqrt(2.0 * m)
    here, elasticity = log_price(m, steepest)
    if math.log(beta) <= here:
        return 1.0 / math.sqrt(0.5 / m + 2.0 * (here - math.log(beta)) / (m * m))
    if missing > beta:
        price = math.exp(here)
        return float(steepest * (1.0 + (beta - price) / (price * elasticity)))
    return math.sqrt(2.0 * m + 8.0 * max(log_missing(m, steepest)[0] - math.log(missing), 0.0))


@compiled
def deviation_of(m: float, beta: float, missing: float) -> tuple[float, int]:
    """The deviation s at which the normalised price is `beta`, `missing` below its bound; and the steps."""
    s, low, high = first_guess(m, beta, missing), 0.0, math.inf
    is_low = beta < missing
    target = math.log(beta if is_low else missing)
    for step in range(MOST_STEPS):
        found, elasticity = log_price(m, s) if is_low else log_missing(m, s)
        sign = 1.0 if is_low else -1.0
        gap, slope = found - target, sign * elasticity
        if sign * gap > 0.0:
            high = s
        else:
            low = s
        bend = slope * (1.0 + m * m / (s * s) - 0.25 * s * s - slope)
        newton = -gap / slope
        move = newton / max(1.0 + 0.5 * newton * bend / slope, 0.5)
        after = s * math.exp(min(max(move, -3.0), 3.0))
        if not low <= after <= high:
            after, move = (math.sqrt(low * high) if low > 0.0 else 0.5 * high), 1.0
        s = after
        if abs(move) < SETTLED:
            return s, step + 1
    return s, MOST_STEPS


@compiled
def implied_all(terms: tuple[Floats, ...], prices: Floats, volatilities: Floats, reasons: Ints) -> int:
    """Fill each row's implied volatility, NaN with a reason where there is none. Gives the most steps."""
    right, spot, strike, years, rates, yields = terms
    longest = 0
    for row in range(len(spot)):
        t = years[row]
        held, owed = spot[row] * math.exp(-yields[row] * t), strike[row] * math.exp(-rates[row] * t)
        side, price = right[row], prices[row]
        intrinsic = max(side * (held - owed), 0.0)
        value, missing = price - intrinsic, (held if side > 0.0 else owed) - price
        reasons[row], volatilities[row] = FINE, math.nan
        if t == 0.0:
            reasons[row] = EXPIRED
        elif value < -ROUNDING * (held + owed):
            reasons[row] = BELOW_BOUND
        elif missing <= 0.0:
            reasons[row] = ABOVE_BOUND
        elif value <= 0.0:
            volatilities[row] = 0.0
        elif value > 0.0:
            scale = math.sqrt(held) * math.sqrt(owed)
            m = abs(math.log(spot[row] / strike[row]) + (rates[row] - yields[row]) * t)
            s, steps = deviation_of(m, value / scale, missing / scale)
            volatilities[row] = s / math.sqrt(t)
            longest = max(longest, steps)
    return longest
