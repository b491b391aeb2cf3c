"""Tradewright as a contestant: strategies that come with it, through the public drivers of `runs`.

The panel is made before the clock starts. All from prices to the account's equity at every bar is inside:
columns, decisions, orders, fills, and the record of each of them.
"""

import numpy as np

from benchmarks.machine import versions
from benchmarks.peers.bracket_rule import exits
from benchmarks.peers.protocol import Inputs, Task, serve
from tradewright.kernel.band import other_paths
from tradewright.kernel.batch import simulate_orders
from tradewright.runs.backtest import Path, backtest
from tradewright.runs.sweep import grid, sweep
from tradewright.strategies.contract import Strategy
from tradewright.strategies.momentum import Momentum
from tradewright.strategies.sma_cross import SmaCross
from tradewright.strategies.view import View, Weights, Wish
from tradewright.validation.bootstrap import BootstrapOptions
from tradewright.validation.selection import superior_ability
from tradewright.values.decisions import no_decisions
from tradewright.values.instructions import instructions_of
from tradewright.values.order import Bracket, Order, TimeInForce
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel, no_actions
from tradewright.values.parameters import parameter
from tradewright.values.profile import AccountOptions, ExecutionProfile

OPENING_NS = 1_000_000_000
SHARES = 1_000.0
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


class CrossInBrackets(Strategy):
    """In by a bracket when the fast average crosses above the slow one; out by its exits."""

    watches_account = True
    fast: int = parameter(20, low=1, high=2519, unit="bars", about="window of the fast average", below="slow")
    slow: int = parameter(50, low=2, high=2520, unit="bars", about="window of the slow average")

    @property
    def warm_up_bars(self) -> int:
        """The slow window, and the bar before."""
        return self.slow + 1

    def decide(self, view: View) -> Wish:
        """A bracket of market order, stop and target."""
        name = view.only
        if not name.mean(self.fast) > name.mean(self.slow) or name.mean(self.fast, 1) > name.mean(
            self.slow, 1
        ):
            return None
        if name.position:
            return None
        stop, target = exits(name.close)
        return Bracket.around(Order.market(name.symbol, SHARES, TimeInForce.GTC), target, stop)


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


def momentum_sweep(inputs: Inputs, options: dict) -> Task:
    """Many variants of momentum over the same stocks, on two threads."""
    panel, (account, profile) = panel_of(inputs), costs(options)
    count, names = options["variants"] or len(inputs["held"]), len(panel.symbols)
    axes = {name: np.unique(inputs[name]).tolist() for name in ("lookback", "skip")}
    tops = [held / names for held in np.unique(inputs["held"]).tolist()]

    def run() -> object:
        every = grid(Momentum, {**axes, "top": tops})
        wanted = every if count == len(every) else every[:count]
        return sweep(wanted, panel, account, profile, threads=2)

    return Task(run, lambda result: result.equity_usd, lambda result: UNTOLD)


def brackets(inputs: Inputs, options: dict) -> Task:
    """Brackets by Python `decide`, asked at every bar."""
    return _backtest(CrossInBrackets(fast=options["fast"], slow=options["slow"]), inputs, options, "decide")


def brackets_kernel(inputs: Inputs, options: dict) -> Task:
    """The same words in the kernel alone, in one reading or in three: trading is timed, not deciding."""
    panel, (account, profile) = panel_of(inputs), costs(options)
    said = backtest(CrossInBrackets(), panel, account, profile).decisions.said
    words = instructions_of(panel, said)
    nothing = no_decisions(len(panel.symbols))

    def run() -> Outcome:
        base = simulate_orders(panel, words, account, profile)
        if options.get("band"):
            other_paths(panel, nothing, words, (account, profile))
        return base

    return Task(run, lambda base: base.equity_usd, lambda base: len(base.fills))


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
    tasks = (sma, sma_decide, silent, brackets, brackets_kernel, top_decile, sma_grid, momentum_sweep, spa)
    serve({task.__name__: task for task in tasks}, versions())
