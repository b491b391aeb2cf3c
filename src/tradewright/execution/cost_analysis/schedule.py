"""Optimal execution: what selling over time costs, how sure that is, and the schedule that weighs both."""

import math
from dataclasses import dataclass, fields

import numpy as np

from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats


@dataclass(frozen=True)
class ImpactTerms:
    """One name's market impact under linear laws.

    Units: `volatility_usd` dollars a share and square root of a day; `fixed_usd` (epsilon) dollars a share,
    half the spread and fees; `permanent` (gamma) dollars a share per share traded; `temporary` (eta)
    dollars a share per share traded a day.
    """

    volatility_usd: float
    fixed_usd: float
    permanent: float
    temporary: float

    def __post_init__(self) -> None:
        """Refuse what is no number of zero or more."""
        for field in fields(self):
            value = getattr(self, field.name)
            if not 0.0 <= value < math.inf:
                raise InvalidOption(f"{field.name} = {value}.", "Give a number of zero or more.")


def linear_schedule(shares: float, intervals: int) -> Floats:
    """Shares still held after each interval, sold at an even pace; intervals + 1 numbers from all to none."""
    _check(shares, intervals)
    return np.linspace(shares, 0.0, intervals + 1)


def optimal_schedule(
    shares: float, days: float, intervals: int, terms: ImpactTerms, risk_aversion: float
) -> Floats:
    """Shares still held after each interval, where expected cost + risk_aversion x variance is smallest.

    Units: `risk_aversion` (lambda) per dollar; zero gives the linear schedule.
    Raises: InvalidOption where the interval is so long that permanent impact outweighs temporary impact.
    Source: Almgren and Chriss (2000), Journal of Risk 3(2), section 2.
    """
    _check(shares, intervals)
    step = days / intervals
    eta = _eta_less_half_gamma(terms, step)
    curvature = risk_aversion * terms.volatility_usd**2 / eta  # kappa-tilde squared
    kappa = math.acosh(0.5 * curvature * step**2 + 1.0) / step
    if kappa * days < 1e-6:
        return linear_schedule(shares, intervals)
    left = days - step * np.arange(intervals + 1)
    return np.asarray(shares * np.sinh(kappa * left) / math.sinh(kappa * days))


def expected_cost_usd(held: Floats, days: float, terms: ImpactTerms) -> float:
    """Expected shortfall of a schedule, in dollars.

    Shape: `held` is intervals + 1, from all shares to none. Units: `days` for the whole schedule.
    Source: Almgren and Chriss (2000), section 1, for linear impact.
    """
    step = days / (len(held) - 1)
    sold = -np.diff(held)
    eta = _eta_less_half_gamma(terms, step)
    spread = terms.fixed_usd * float(np.sum(np.abs(sold)))
    return 0.5 * terms.permanent * float(held[0]) ** 2 + spread + eta / step * float(np.sum(sold**2))


def cost_variance(held: Floats, days: float, terms: ImpactTerms) -> float:
    """Variance of a schedule's shortfall, in dollars squared. Source: Almgren and Chriss (2000)."""
    step = days / (len(held) - 1)
    return terms.volatility_usd**2 * step * float(np.sum(held[1:] ** 2))


def _eta_less_half_gamma(terms: ImpactTerms, step: float) -> float:
    """Temporary impact with the part that permanent impact already charges taken out."""
    eta = terms.temporary - 0.5 * terms.permanent * step
    if eta <= 0.0:
        raise InvalidOption(
            f"an interval of {step:g} days under permanent impact {terms.permanent:g}.",
            f"Make intervals shorter than {2.0 * terms.temporary / max(terms.permanent, 1e-300):g} days.",
        )
    return eta


def _check(shares: float, intervals: int) -> None:
    if not (math.isfinite(shares) and intervals >= 1):
        raise InvalidOption(f"{shares} shares in {intervals} intervals.", "Give a number and 1 or more.")
