"""The backtest driver: one strategy over one panel, in one pass where it offers that, else bar by bar."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING, Literal

from tradewright.execution.limits.registry import RESEARCH_DEFAULT
from tradewright.kernel.band import band_of
from tradewright.kernel.batch import simulate
from tradewright.kernel.session import Session
from tradewright.runs.gate.artifacts import gate_before, record_of
from tradewright.runs.gate.plain import GatewayRecord
from tradewright.runs.gate.unasked import Unasked
from tradewright.runs.own_code import broken
from tradewright.strategies.contract import Strategy
from tradewright.strategies.frame import Frame
from tradewright.strategies.view import View, walk
from tradewright.values.decisions import Decisions
from tradewright.values.errors import InvalidOption, TradewrightError, unknown_name
from tradewright.values.instant import iso_of
from tradewright.values.order import Instruction, OrderStatus
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Band

if TYPE_CHECKING:
    from tradewright.kernel.native.gate import Gate
    from tradewright.runs.gate.compiled import CompiledGate

Path = Literal["auto", "targets", "decide"]
PATHS = ("auto", "targets", "decide")


@dataclass(frozen=True, eq=False)
class Backtest:
    """A strategy, the market it met, what it wanted and what came of it.

    `path` says how it was asked: "targets", all rows in one pass, or "decide", row by row; `rules` are those
    it traded under. `limits` names the risk profile that its orders were held against, `gate` did it where
    that profile asks anything.
    """

    strategy: Strategy
    panel: Panel
    decisions: Decisions
    outcome: Outcome
    path: str
    rules: tuple[AccountOptions, ExecutionProfile]
    limits: str = RESEARCH_DEFAULT
    gate: "CompiledGate | None" = None

    @cached_property
    def band(self) -> Band:
        """What would have come of the same decisions if bars that cannot tell were read otherwise.

        Traded when first asked for; under limits each reading passes a gate of its own.
        """
        new_gate = partial(gate_before, self.limits, self.panel)
        return band_of(self.panel, self.decisions, self.outcome, *self.rules, new_gate)

    @property
    def gateway(self) -> GatewayRecord:
        """What the gateway let through and refused."""
        met = Unasked(self.panel, self.rules[1].latency_bars)
        return record_of(self.limits, self.gate, met, self.decisions, self.outcome)


def backtest(
    strategy: Strategy,
    panel: Panel,
    account: AccountOptions,
    profile: ExecutionProfile,
    path: Path = "auto",
    limits: str = RESEARCH_DEFAULT,
) -> Backtest:
    """Let a strategy trade a panel, every order through the gateway under these risk limits.

    `path` "auto" takes the strategy's `targets` where it has them, "decide" always asks bar by bar, "targets"
    insists. The contract of strategies makes both give the same run.
    Raises: InvalidOption where `targets` is asked for and missing; Failure where the strategy's code breaks.
    """
    if path not in PATHS:
        raise unknown_name(path, "path of a backtest", PATHS)
    gate, frame, rules = gate_before(limits, panel), Frame(panel), (account, profile)
    if path != "decide":
        decisions = asked_at_once(strategy, frame)
        if decisions is not None:
            outcome = simulate(panel, decisions, account, profile, gate)
            return Backtest(strategy, panel, decisions, outcome, "targets", rules, limits, gate)
        if path == "targets":
            raise InvalidOption(
                f"{type(strategy).__name__} has no targets().", "Use path 'auto' or 'decide'."
            )
    decisions, outcome = decide_loop(strategy, frame, panel, account, profile, gate)
    return Backtest(strategy, panel, decisions, outcome, "decide", rules, limits, gate)


def decide_loop(
    strategy: Strategy,
    frame: Frame,
    panel: Panel,
    account: AccountOptions,
    profile: ExecutionProfile,
    gate: "Gate | None" = None,
) -> tuple[Decisions, Outcome]:
    """Ask the strategy on every row, with its account beside it.

    The account runs only when it is looked at, and in bulk: rows on which nobody looks cost no call.
    Raises: Failure where the strategy's own code breaks, with the row's instant.
    """
    books = SessionAccount(Session(panel, account, profile, gate=gate), len(frame))
    view = View(frame, books)
    try:
        decisions = walk(strategy, view)
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:
        raise broken(strategy, f"decide failed at {iso_of(view.instant)} (row {view.row})", error) from error
    return decisions, books.finish()


def asked_at_once(strategy: Strategy, frame: Frame) -> Decisions | None:
    """The strategy's `targets`, None where it has none.

    Raises: Failure where its own code breaks.
    """
    try:
        return strategy.targets(frame)
    except TradewrightError:
        raise
    except (Exception, SystemExit) as error:
        raise broken(strategy, "targets failed", error) from error


class SessionAccount:
    """A kernel session as a view sees it.

    A strategy that never looks at its money costs the session one note a decision: the compiled loop catches
    up in one call, when somebody looks or at the end.
    """

    def __init__(self, session: Session, rows: int) -> None:
        """Over a session that has not begun, for a panel of `rows`."""
        self._session = session
        self._rows = rows

    def decided(self, row: int, weights: Floats) -> None:
        """Hand a decision to the kernel, which meets the market with it on the next row."""
        self._at(row).intend(weights)

    def said(self, row: int, instructions: Sequence[Instruction]) -> None:
        """Hand words on single orders to the kernel, where they arrive before the next row."""
        self._at(row).submit(*instructions)

    def working_orders(self, row: int) -> tuple[OrderStatus, ...]:
        """Submitted orders that have not ended after a row's close."""
        return self._at(row).working_orders

    def positions(self, row: int) -> Floats:
        """Shares held after a row's close, N."""
        return self._at(row).positions

    def cash_usd(self, row: int) -> float:
        """Cash after a row's close."""
        return self._at(row).cash_usd

    def equity_usd(self, row: int) -> float:
        """Equity after a row's close."""
        return self._at(row).equity_usd

    def finish(self) -> Outcome:
        """Run what is left of the panel and report."""
        if self._rows:
            self._at(self._rows - 1)
        return self._session.finish()

    def _at(self, row: int) -> Session:
        if self._session.row < row:
            self._session.advance(row)
        return self._session
