"""backtesting.py as a black box: `next` is called each bar, orders fill at the next open.

It trades whole shares only: the account is large enough for that to vanish. Its statistics are part of `run`.
"""

import warnings

import backtesting
import numpy as np
import pandas as pd
from bracket_rule import exits
from protocol import Inputs, Task, serve


def _mean(values: object, window: int) -> np.ndarray:
    return pd.Series(np.asarray(values)).rolling(window).mean().to_numpy()


def _frame(inputs: Inputs) -> pd.DataFrame:
    columns = {name.capitalize(): inputs[name][:, 0] for name in ("open", "high", "low", "close", "volume")}
    return pd.DataFrame(columns, index=pd.DatetimeIndex(inputs["instants"].astype("datetime64[ns]")))


def _task(strategy: type, inputs: Inputs, options: dict) -> Task:
    frame = _frame(inputs)
    cash, fee = options["capital_usd"], options["fee_bps"] * 1e-4

    def run() -> object:
        return backtesting.Backtest(frame, strategy, cash=cash, commission=fee).run()

    return Task(
        run,
        lambda result: result["_equity_curve"]["Equity"].to_numpy(),
        lambda result: 2 * len(result["_trades"]) + len(result["_strategy"].trades),
    )


def sma(inputs: Inputs, options: dict) -> Task:
    """One instrument, one pair of averages, all in and out."""

    class Cross(backtesting.Strategy):
        def init(self) -> None:
            self.fast = self.I(_mean, self.data.Close, options["fast"])
            self.slow = self.I(_mean, self.data.Close, options["slow"])

        def next(self) -> None:
            if self.fast[-1] > self.slow[-1]:
                if not self.position:
                    self.buy()
            elif self.position:
                self.position.close()

    return _task(Cross, inputs, options)


def silent(inputs: Inputs, options: dict) -> Task:
    """A strategy that looks at the close and never trades."""

    class Silent(backtesting.Strategy):
        def init(self) -> None:
            self.seen = 0.0

        def next(self) -> None:
            self.seen = self.data.Close[-1]

    return _task(Silent, inputs, options)


def brackets(inputs: Inputs, options: dict) -> Task:
    """In at a crossing by a market order with stop and target, where nothing is held."""

    class InBrackets(backtesting.Strategy):
        def init(self) -> None:
            self.fast = self.I(_mean, self.data.Close, options["fast"])
            self.slow = self.I(_mean, self.data.Close, options["slow"])

        def next(self) -> None:
            if self.fast[-1] > self.slow[-1] and not self.fast[-2] > self.slow[-2] and not self.position:
                stop, target = exits(self.data.Close[-1])
                self.buy(size=1_000, sl=stop, tp=target)

    return _task(InBrackets, inputs, options)


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    known = {"backtesting": backtesting.__version__, "numpy": np.__version__, "pandas": pd.__version__}
    serve({"sma": sma, "silent": silent, "brackets": brackets}, known)
