"""What a learned pricer is asked about: bounds of volatility and time, and the smile over strikes."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from tradewright.models.option_pricing.contract import Terms, laid_out, refuse
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats


@dataclass(frozen=True)
class Smile:
    """Local volatility as a multiple of its level, by log-strike over forward and time.

    Units: `skew` is the slope at the money, `curvature` what is added far out on both sides, `fading` how
    fast the skew fades, a year. All zero is the flat surface of Black and Scholes.
    """

    skew: float = 0.0
    curvature: float = 0.0
    fading: float = 0.0

    @property
    def is_flat(self) -> bool:
        """Whether a closed form exists."""
        return self.skew == 0.0 and self.curvature == 0.0

    def local(self, k: Any, years: Any, level: Any) -> Any:
        """Local volatility at log-strike `k`; arrays of any library, or single numbers."""
        bounded = k / (1.0 + k * k) ** 0.5
        return level * (1.0 - self.skew * bounded / (1.0 + self.fading * years) + self.curvature * bounded**2)


@dataclass(frozen=True)
class Domain:
    """Where a learned pricer has learnt: every strike, rate and yield, within these volatilities and times.

    Units: volatilities (the level of the surface) a year, as fractions; years to expiry.
    """

    least_volatility: float = 0.05
    most_volatility: float = 0.8
    most_years: float = 2.0
    smile: Smile = Smile()

    def refuse(self, terms: Terms, volatility: Floats, least_years: float = 0.0) -> None:
        """Refuse rows outside, by name.

        Raises: InvalidOption naming the first row at fault and what holds.
        """
        refuse(terms, volatility=volatility)
        _, (*columns, sigma) = laid_out(terms, volatility=volatility)
        bounds = {
            "volatility": (sigma, self.least_volatility, self.most_volatility),
            "years": (columns[3], least_years, self.most_years),
        }
        for name, (column, low, high) in bounds.items():
            wrong = (column < low) | (column > high)
            if wrong.any():
                row = int(np.argmax(wrong))
                raise InvalidOption(
                    f"{name} = {column[row]:g} is outside what this pricer has learnt.",
                    f"It knows {low:g} to {high:g}; train another, or use the closed form.",
                )
