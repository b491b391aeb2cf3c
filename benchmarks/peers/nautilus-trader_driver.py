"""nautilus_trader as a black box: an event for every bar, orders through its risk engine and its venue.

Bars and engine are made before the clock starts; between runs the engine is reset. Prices and sizes go
through its fixed point, and fees are taken from its fills.
"""

from collections import deque
from decimal import Decimal

import nautilus_trader
import numpy as np
from bracket_rule import exits
from nautilus_trader.backtest.config import BacktestEngineConfig
from nautilus_trader.backtest.engine import BacktestEngine
from nautilus_trader.config import LoggingConfig, StrategyConfig
from nautilus_trader.model.currencies import USD
from nautilus_trader.model.data import Bar, BarType
from nautilus_trader.model.enums import AccountType, OmsType, OrderSide, OrderType
from nautilus_trader.model.identifiers import InstrumentId, Symbol, Venue
from nautilus_trader.model.instruments import Equity
from nautilus_trader.model.objects import Money, Price, Quantity
from nautilus_trader.trading.strategy import Strategy
from protocol import Inputs, Task, serve

DIGITS = 6
SIZE = 1_000
# Its fixed point holds no more; far above any order here.
MOST_VOLUME = 1e12


def _instrument(fee_bps: float) -> Equity:
    return Equity(
        instrument_id=InstrumentId(Symbol("ONE"), Venue("SIM")),
        raw_symbol=Symbol("ONE"),
        currency=USD,
        price_precision=DIGITS,
        price_increment=Price(10**-DIGITS, DIGITS),
        lot_size=Quantity.from_int(1),
        maker_fee=Decimal(fee_bps) / 10_000,
        taker_fee=Decimal(fee_bps) / 10_000,
        ts_event=0,
        ts_init=0,
    )


class _InBrackets(Strategy):
    """In at a crossing by a market order with stop and target, where nothing is held."""

    def __init__(self, instrument: Equity, bar_type: BarType, fast: int, slow: int) -> None:
        super().__init__(StrategyConfig())
        self.instrument, self.bar_type = instrument, bar_type
        self.fast, self.slow = fast, slow
        self.kept: deque[float] = deque(maxlen=slow + 1)
        self.sums, self.was_above = [0.0, 0.0], False

    def on_start(self) -> None:
        self.subscribe_bars(self.bar_type)

    def on_bar(self, bar: Bar) -> None:
        close = bar.close.as_double()
        kept = self.kept
        kept.append(close)
        self.sums[0] += close - (kept[-self.fast - 1] if len(kept) > self.fast else 0.0)
        self.sums[1] += close - (kept[0] if len(kept) > self.slow else 0.0)
        if len(kept) < self.slow:
            return
        is_above = self.sums[0] / self.fast > self.sums[1] / self.slow
        if is_above and not self.was_above and self.portfolio.is_flat(self.instrument.id):
            stop, target = exits(close)
            self.submit_order_list(
                self.order_factory.bracket(
                    instrument_id=self.instrument.id,
                    order_side=OrderSide.BUY,
                    quantity=Quantity.from_int(SIZE),
                    sl_trigger_price=self.instrument.make_price(stop),
                    tp_price=self.instrument.make_price(target),
                    entry_order_type=OrderType.MARKET,
                )
            )
        self.was_above = is_above


def _engine(inputs: Inputs, options: dict) -> BacktestEngine:
    engine = BacktestEngine(
        BacktestEngineConfig(logging=LoggingConfig(bypass_logging=True), run_analysis=False)
    )
    engine.add_venue(
        venue=Venue("SIM"),
        oms_type=OmsType.NETTING,
        account_type=AccountType.MARGIN,
        base_currency=USD,
        starting_balances=[Money(options["capital_usd"], USD)],
        bar_execution=True,
    )
    instrument = _instrument(options["fee_bps"])
    engine.add_instrument(instrument)
    bar_type = BarType.from_str(f"{instrument.id}-1-MINUTE-LAST-EXTERNAL")
    engine.add_data(_bars(inputs, bar_type))
    engine.add_strategy(_InBrackets(instrument, bar_type, options["fast"], options["slow"]))
    return engine


def _bars(inputs: Inputs, bar_type: BarType) -> list[Bar]:
    columns = (np.round(inputs[name][:, 0], DIGITS).tolist() for name in ("open", "high", "low", "close"))
    volume = np.minimum(inputs["volume"][:, 0], MOST_VOLUME).tolist()
    instants = inputs["instants"].tolist()
    return [
        Bar(bar_type, *(Price(value, DIGITS) for value in prices), Quantity(size, 0), instant, instant)
        for *prices, size, instant in zip(*columns, volume, instants, strict=True)
    ]


def brackets(inputs: Inputs, options: dict) -> Task:
    """The bracket case: the clock holds `run` alone."""
    engine = _engine(inputs, options)

    def run() -> BacktestEngine:
        # Everything is put back but the bars, which stay loaded.
        engine.reset()
        engine.run()
        return engine

    def fills(done: BacktestEngine) -> int:
        return len(done.trader.generate_order_fills_report())

    def equity(done: BacktestEngine) -> np.ndarray:
        held = done.cache.account_for_venue(Venue("SIM")).balance_total(USD).as_double()
        return np.array([held])

    return Task(run, equity, fills)


if __name__ == "__main__":
    serve({"brackets": brackets}, {"nautilus_trader": nautilus_trader.__version__, "numpy": np.__version__})
