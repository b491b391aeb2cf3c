"""QuantLib as a contestant: its Black calculator, asked option by option, its quickest way from Python."""

import math

import numpy as np
import QuantLib
from protocol import Inputs, Task, serve

UNTOLD = -1

# Compared are price, delta and gamma, moved away from zero.
SHIFT = np.array([[1e3], [2.0], [1.0]])


def option_greeks(inputs: Inputs, options: dict) -> Task:
    """Price and five Greeks of each option."""
    names = ("right", "spot", "strike", "years", "rate", "dividend_yield", "volatility")
    rows = list(zip(*(inputs[name].tolist() for name in names), strict=True))
    kinds = {1.0: QuantLib.Option.Call, -1.0: QuantLib.Option.Put}

    def run() -> np.ndarray:
        out = np.empty((len(rows), 6))
        calculator, payoff = QuantLib.BlackCalculator, QuantLib.PlainVanillaPayoff
        exp, sqrt = math.exp, math.sqrt
        for row, (right, spot, strike, years, rate, dividend_yield, volatility) in enumerate(rows):
            discount = exp(-rate * years)
            forward = spot * exp(-dividend_yield * years) / discount
            one = calculator(payoff(kinds[right], strike), forward, volatility * sqrt(years), discount)
            out[row] = (
                one.value(),
                one.delta(spot),
                one.gamma(spot),
                one.vega(years),
                one.theta(spot, years),
                one.rho(years),
            )
        return out

    return Task(run, lambda out: out.T[:3] + SHIFT, lambda _: UNTOLD)


if __name__ == "__main__":
    known = {"QuantLib": QuantLib.__version__, "numpy": np.__version__}
    serve({"option_greeks": option_greeks}, known)
