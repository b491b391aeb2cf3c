"""backtrader as a black box: preloaded feed, vectorised indicators, `next` called each bar, next-open fills.

Its feed belongs to one run, so that loading the bars is inside the clock; its observers are switched off.
"""

import backtrader
import numpy as np
from protocol import Inputs, Task, serve


class Arrays(backtrader.feed.DataBase):
    """A feed out of plain arrays."""

    params = (("inputs", None),)

    def start(self) -> None:
        """Turn the arrays into lists, which Python reads faster one by one."""
        super().start()
        held = self.p.inputs
        days = held["instants"] / 86_400e9 + 719_163.0
        columns = [held[name][:, 0].tolist() for name in ("open", "high", "low", "close", "volume")]
        self.bars = iter(zip(days.tolist(), *columns, strict=True))

    def _load(self) -> bool:
        bar = next(self.bars, None)
        if bar is None:
            return False
        lines = self.lines
        lines.datetime[0], lines.open[0], lines.high[0], lines.low[0], lines.close[0], lines.volume[0] = bar
        lines.openinterest[0] = 0.0
        return True


def _task(strategy: type, inputs: Inputs, options: dict) -> Task:
    def run() -> object:
        engine = backtrader.Cerebro(stdstats=False, runonce=True, preload=True)
        engine.broker.set_cash(options["capital_usd"])
        engine.broker.set_checksubmit(False)
        engine.broker.setcommission(commission=options["fee_bps"] * 1e-4)
        engine.adddata(Arrays(inputs=inputs))
        engine.addstrategy(strategy)
        return engine.run()[0]

    def equity(result: object) -> np.ndarray:
        silent_bars = len(inputs["close"]) - len(result.values)
        return np.concatenate([np.full(silent_bars, options["capital_usd"]), result.values])

    return Task(run, equity, lambda result: result.filled)


def sma(inputs: Inputs, options: dict) -> Task:
    """One instrument, one pair of averages, all in and out."""
    price_of_one = 1.0 + options["fee_bps"] * 1e-4

    class Cross(backtrader.Strategy):
        def __init__(self) -> None:
            self.fast = backtrader.ind.SMA(period=options["fast"])
            self.slow = backtrader.ind.SMA(period=options["slow"])
            self.values, self.filled = [], 0

        def notify_order(self, order: object) -> None:
            self.filled += order.status == order.Completed

        def next(self) -> None:
            self.values.append(self.broker.getvalue())
            if self.fast[0] > self.slow[0]:
                if not self.position:
                    # A trillionth is left over, so that rounding never makes the order too large.
                    self.buy(size=self.broker.getcash() / (self.data.close[0] * price_of_one) * (1 - 1e-12))
            elif self.position:
                self.close()

    return _task(Cross, inputs, options)


def silent(inputs: Inputs, options: dict) -> Task:
    """A strategy that looks at the close and never trades."""

    class Silent(backtrader.Strategy):
        def __init__(self) -> None:
            self.values, self.filled, self.seen = [], 0, 0.0

        def next(self) -> None:
            self.values.append(self.broker.getvalue())
            self.seen = self.data.close[0]

    return _task(Silent, inputs, options)


if __name__ == "__main__":
    known = {"backtrader": backtrader.__version__, "numpy": np.__version__}
    serve({"sma": sma, "silent": silent}, known)
