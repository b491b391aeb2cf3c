"""Tradewright as a contestant: strategies that come with it, through the public drivers of `runs`.

The panel is made before the clock starts. All from prices to the account's equity at every bar is inside:
columns, decisions, orders, fills, and the record of each of them.
"""

import numpy as np

from benchmarks.machine import versions
from benchmarks.peers.protocol import Inputs, Task, serve
from tradewright.runs.backtest import Path, backtest
from tradewright.runs.sweep import grid, sweep
from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Weights
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.selection import superior_ability
from tradewright.values.panel import Panel, no_actions
from tradewright.values.profile import AccountOptions, ExecutionProfile

OPENING_NS = 1_000_000_000
# A sweep keeps equity alone, and says nothing of fills.
UNTOLD = -1


class Silent(Strategy):
    """Looks at the close of every bar and never speaks: what is measured is the call."""

    @property
    def warm_up_bars(self) -> int:
        """It needs no past."""
        return 1

    def decide(self, view: View) -> Weights:
        """Leave everything as it is, unless a price is impossible."""
        return np.zeros(1) if view.only.close < 0.0 else None


def panel_of(inputs: Inputs) -> Panel:
    """The bars as a panel."""
    instants = inputs["instants"]
    columns = (np.ascontiguousarray(inputs[name]) for name in ("open", "high", "low", "close", "volume"))
    symbols = tuple(f"S{number:04d}" for number in range(inputs["close"].shape[1]))
    return Panel(instants, instants - OPENING_NS, symbols, *columns, no_actions())


def costs(options: dict) -> tuple[AccountOptions, ExecutionProfile]:
    """Parts of shares, no borrowing, a commission in basis points and nothing else."""
    account = AccountOptions(capital_usd=options["capital_usd"], fractional=True)
    profile = ExecutionProfile(
        name="benchmark",
        half_spread_bps=0.0,
        slippage_multiple=1.0,
        commission_bps=options["fee_bps"],
        commission_per_share_usd=0.0,
        commission_minimum_usd=0.0,
        participation=1.0,
        partial_fill_multiple=1.0,
        cash_rate=0.0,
        margin_rate=0.0,
        borrow_rate=0.0,
    )
    return account, profile


def _backtest(strategy: Strategy, inputs: Inputs, options: dict, path: Path) -> Task:
    panel, (account, profile) = panel_of(inputs), costs(options)
    return Task(
        lambda: backtest(strategy, panel, account, profile, path=path),
        lambda result: result.outcome.equity_usd,
        lambda result: len(result.outcome.fills),
    )


def sma(inputs: Inputs, options: dict) -> Task:
    """One pair of averages, all decisions in one pass."""
    return _backtest(SmaCross(fast=options["fast"], slow=options["slow"]), inputs, options, "targets")


def sma_decide(inputs: Inputs, options: dict) -> Task:
    """One pair of averages, asked at every bar."""
    return _backtest(SmaCross(fast=options["fast"], slow=options["slow"]), inputs, options, "decide")


def silent(inputs: Inputs, options: dict) -> Task:
    """Asked at every bar, and silent."""
    return _backtest(Silent(), inputs, options, "decide")


def top_decile(inputs: Inputs, options: dict) -> Task:
    """The top tenth of past returns, monthly."""
    strategy = Momentum(lookback=options["lookback"], skip=options["skip"], top=0.1)
    return _backtest(strategy, inputs, options, "targets")


def sma_grid(inputs: Inputs, options: dict) -> Task:
    """All pairs of two axes."""
    panel, (account, profile) = panel_of(inputs), costs(options)
    axes = {name: np.unique(inputs[name]).tolist() for name in ("fast", "slow")}

    def run() -> object:
        return sweep(grid(SmaCross, axes), panel, account, profile, threads=options["threads"])

    return Task(run, lambda result: result.equity_usd, lambda _: UNTOLD)


def spa(inputs: Inputs, options: dict) -> Task:
    """The best of many return records, the search priced in."""
    drawn = BootstrapOptions(seed=1, draws=options["draws"])
    return Task(
        lambda: superior_ability(inputs["excess"], drawn), lambda found: found.adjusted, lambda _: UNTOLD
    )


if __name__ == "__main__":
    tasks = (sma, sma_decide, silent, top_decile, sma_grid, spa)
    serve({task.__name__: task for task in tasks}, versions())
