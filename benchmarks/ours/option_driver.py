"""The closed form of options as a contestant, and its floors: from arrays of terms to six columns."""

import numpy as np

from benchmarks import option_floors
from benchmarks.machine import versions
from benchmarks.peers.protocol import Inputs, Task, serve
from tradewright.models.option_pricing.black_scholes import GREEKS, greeks
from tradewright.models.option_pricing.contract import COLUMNS, Terms

UNTOLD = -1

# Compared are price, delta and gamma, moved away from zero; the other Greeks of one peer are numerical.
SHIFT = np.array([[1e3], [2.0], [1.0]])


def option_greeks(inputs: Inputs, options: dict) -> Task:
    """Prices and five Greeks through the public function, all checks included."""
    terms = Terms(*(inputs[name] for name in COLUMNS))

    def columns(found: object) -> np.ndarray:
        return np.stack([getattr(found, name) for name in ("price", *GREEKS[:2])]) + SHIFT

    return Task(lambda: greeks(terms, inputs["volatility"]), columns, lambda _: UNTOLD)


def floor(inputs: Inputs, options: dict) -> Task:
    """The same columns by a bare loop."""
    terms = tuple(inputs[name] for name in COLUMNS)
    loop = option_floors.lean if options.get("lean") else option_floors.plain

    def run() -> tuple[np.ndarray, ...]:
        out = tuple(np.empty(len(terms[0])) for _ in range(6))
        loop(terms, inputs["volatility"], out)
        return out

    return Task(run, lambda out: np.stack(out[:3]) + SHIFT, lambda _: UNTOLD)


if __name__ == "__main__":
    serve({"option_greeks": option_greeks, "floor": floor}, versions())
