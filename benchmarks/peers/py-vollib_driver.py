"""py_vollib_vectorized as a contestant: its vectorised prices and all of its Greeks."""

import warnings
from importlib.metadata import version

import numpy as np
from protocol import Inputs, Task, serve

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from py_vollib_vectorized import get_all_greeks, vectorized_black_scholes_merton

UNTOLD = -1

# Compared are price, delta and gamma, moved away from zero; its other Greeks are numerical.
SHIFT = np.array([[1e3], [2.0], [1.0]])


def option_greeks(inputs: Inputs, options: dict) -> Task:
    """Price and five Greeks of each option."""
    flags = np.where(inputs["right"] > 0, "c", "p")
    spot, strike, years, rate, volatility, dividend_yield = (
        inputs[name] for name in ("spot", "strike", "years", "rate", "volatility", "dividend_yield")
    )
    told = flags, spot, strike, years, rate, volatility, dividend_yield

    def run() -> tuple[np.ndarray, dict[str, np.ndarray]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            prices = vectorized_black_scholes_merton(*told, return_as="numpy")
            return prices, get_all_greeks(*told, model="black_scholes_merton", return_as="dict")

    def columns(found: tuple[np.ndarray, dict[str, np.ndarray]]) -> np.ndarray:
        prices, greeks = found
        return np.stack([np.ravel(one) for one in (prices, greeks["delta"], greeks["gamma"])]) + SHIFT

    return Task(run, columns, lambda _: UNTOLD)


if __name__ == "__main__":
    serve({"option_greeks": option_greeks}, {"py-vollib-vectorized": version("py-vollib-vectorized")})
