"""The gateway inside a simulation: what it let through, and what it refused in which words."""

import math
from collections import Counter
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tradewright.execution.checks.contract import GATEWAY, NAMES, Book, Request
from tradewright.execution.gateway import Decision, Verdict, decide
from tradewright.execution.kill_switch import KillSwitch
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.execution.limits.registry import RESEARCH_DEFAULT, find, simulated
from tradewright.kernel.reference_gate import Wish
from tradewright.kernel.reference_orders import Desk
from tradewright.kernel.reference_state import State
from tradewright.values.instant import NS_PER_DAY, iso_of
from tradewright.values.outcome import PENDING
from tradewright.values.panel import Floats, Panel

VOLUME_BARS = 20
# What a logged decision of a simulation rests on, by the names of the book.
INPUTS = (
    "reference_usd", "equity_usd", "position", "gross_usd", "net_usd", "long_usd", "working_usd",
    "buying_power_usd", "working_buys", "working_sells", "working_opening_usd", "day_volume",
    "day_start_usd", "rolling_start_usd", "session_peak_usd", "peak_usd",
)  # fmt: skip
COUNTS = ("working_orders", "orders_day", "kill_latched")
KILL_RULES = (
    "", "loss since the session began", "loss of the rolling sessions", "fall from the session's peak",
    "drawdown",
)  # fmt: skip


# One line a decision: the wish, the answer (`code` 0 passed, negative for want of an input) and its inputs.
decision_dtype = np.dtype(
    [(name, np.int64) for name in ("row", "asset", "code", "kind", *COUNTS)]
    + [(name, np.float64) for name in ("qty", "admitted", "limit_usd", "stop_usd", *INPUTS)]
)


@dataclass(frozen=True, eq=False)
class GatewayRecord:
    """What the gateway did in one run.

    `limits` are those that were held, `left_out` the names of those that bars cannot tell. `log` holds one
    line a decision (`decision_dtype`). `kill_row` is the row whose close tripped the switch,
    -1 for never; `kill_rule` says by which loss.
    """

    limits: Limits
    left_out: tuple[str, ...]
    log: NDArray[np.void]
    kill_row: int = -1
    kill_rule: str = ""


def held_limits(name: str, panel: Panel) -> tuple[Limits, tuple[str, ...]]:
    """The risk profile of that name as a simulation over this panel can hold it, and what it leaves out.

    Raises: UnknownName with the nearest profile.
    """
    limits, left_out = simulated(find(name))
    if limits.max_volume_share != FREE and not bool(np.isfinite(panel.volume).any()):
        return replace(limits, max_volume_share=FREE), (*left_out, "max_volume_share")
    return limits, left_out


def binds(name: str) -> bool:
    """Whether a profile asks anything that the market itself does not.

    What `research` refuses, an order without a size or a name without a price, the kernel refuses as well:
    such a run needs no second look at every order.
    """
    return name != RESEARCH_DEFAULT


def statistics(record: GatewayRecord, panel: Panel) -> dict[str, Any]:
    """How often the gateway was asked, what it said, and by which check."""
    codes = np.abs(record.log["code"])
    refused = Counter(codes[codes != 0].tolist())
    scaled = (codes == 0) & (record.log["admitted"] != record.log["qty"])
    killed = record.kill_row >= 0
    return {
        "limits": record.limits.name,
        "binding": record.limits.binding(),
        "not_simulated": sorted(record.left_out),
        "asked": len(record.log),
        "passed": int(np.count_nonzero((codes == 0) & ~scaled)),
        "scaled": int(np.count_nonzero(scaled)),
        "refused": int(sum(refused.values())),
        "refused_by": {NAMES[number]: refused[number] for number in sorted(refused)},
        "refused_usd": float(np.sum(_value(record.log[codes != 0]))),
        "killed_at": iso_of(int(panel.instants[record.kill_row])) if killed else None,
        "killed_by": record.kill_rule,
    }


def _value(log: NDArray[np.void]) -> Floats:
    return np.asarray(np.nan_to_num(np.abs(log["qty"]) * log["reference_usd"]))


def decision_of(line: np.void, record: GatewayRecord, panel: Panel) -> Decision:
    """One logged decision in full: asked again of the plain checks, which say in words what was decided."""
    request = Request(
        symbol=panel.symbols[line["asset"]],
        qty=float(line["qty"]),
        at=int(panel.instants[line["row"]]),
        type=int(line["kind"]),
        limit_usd=float(line["limit_usd"]),
        stop_usd=float(line["stop_usd"]),
    )
    book = Book(**{name: line[name].item() for name in (*INPUTS, *COUNTS)})
    return decide(request, book, record.limits)


class PlainGate:
    """The same gate over the plain kernel: what the compiled one means."""

    def __init__(self, limits: Limits) -> None:
        """Limits as a simulation can hold them."""
        self.limits, self.switch = limits, KillSwitch()
        self.decisions: list[tuple[int, Decision]] = []
        self._day, self._orders_day = -1, 0
        self._starts: list[float] = []
        self._equity = self._session_peak = self._peak = math.nan
        self._row = -1
        self._desk: Desk | None = None

    def opened(self, state: State) -> None:
        """Before the first bar there is the capital."""
        self._equity = self._peak = state.terms.capital_usd

    def closed(self, state: State, row: int) -> bool:
        """Follow equity to a close: sessions, peaks and the kill switch, which latches; True once it has."""
        self._row, at = row, int(state.panel.instants[row])
        if at // NS_PER_DAY != self._day:
            self._day, self._orders_day = at // NS_PER_DAY, 0
            self._starts.append(self._equity)
            self._session_peak = self._equity
        self._equity = state.equity
        self._session_peak = max(self._session_peak, state.equity)
        self._peak = max(self._peak, state.equity)
        if self.limits.needs_kill_switch:
            book = Book(equity_usd=state.equity, **self._losses())
            self.switch = self.switch.watch(at, book, self.limits)
        return self.switch.is_latched

    def beside(self, desk: Desk) -> None:
        """Single orders wait at this desk."""
        self._desk = desk

    def admitted(self, state: State, wish: Wish) -> tuple[float, int]:
        """The shares that may work, and the reason where none may."""
        book = Book(**self._account(state, wish.asset), **self._losses())
        request = Request(
            symbol=state.panel.symbols[wish.asset],
            qty=wish.shares,
            at=int(state.panel.instants[wish.row]),
            type=wish.type,
            limit_usd=wish.limit,
            stop_usd=wish.stop,
        )
        decision = decide(request, book, self.limits)
        self.decisions.append((wish.row, decision))
        if decision.refusal is not None:
            return 0.0, decision.refusal.code
        self._orders_day += 1
        return decision.qty, 0

    def _losses(self) -> dict[str, Any]:
        """What losses are measured from, and the switch."""
        return {
            "day_start_usd": self._starts[-1],
            "rolling_start_usd": self._starts[-self.limits.rolling_sessions :][0],
            "session_peak_usd": self._session_peak,
            "peak_usd": self._peak,
            "orders_day": self._orders_day,
            "kill_latched": self.switch.state,
        }

    def _waiting(self, asset: int) -> tuple[float, float, float, int]:
        """Submitted orders that work on: shares to buy, to sell, in exits, and their count."""
        buys = sells = exits = 0.0
        count = 0
        for live in self._desk.live.get(asset, []) if self._desk is not None else ():
            if not live.works or live.leaving or live.order.state == PENDING:
                continue
            count += 1
            if live.reduce_only:
                exits += abs(live.order.remaining)
            elif live.order.remaining > 0.0:
                buys += live.order.remaining
            else:
                sells -= live.order.remaining
        return buys, sells, exits, count

    def _account(self, state: State, asset: int) -> dict[str, Any]:
        """Account and instrument, orders for target weights counted as filled."""
        gross = net = long = working = opening = 0.0
        orders = 0
        for number, held in enumerate(state.qty):
            waits = state.working[number].remaining if number in state.working else 0.0
            buys, sells, exits, count = self._waiting(number)
            if held == 0.0 and waits == 0.0 and count == 0:
                continue
            mark, after = state.mark[number], held + waits
            gross += abs(after * mark)
            net += after * mark
            long += max(after * mark, 0.0)
            working += abs(waits) * mark
            working += (buys + sells + exits) * mark
            up, down = max(after + buys, 0.0) - max(after, 0.0), max(sells - after, 0.0) - max(-after, 0.0)
            opening += max(up, down) * mark
            orders += count + (waits != 0.0)
        recent = state.panel.volume[max(self._row - VOLUME_BARS + 1, 0) : self._row + 1, asset]
        known = [one for one in recent.tolist() if one >= 0.0]
        own_buys, own_sells, _, _ = self._waiting(asset)
        return {
            "working_buys": own_buys,
            "working_sells": own_sells,
            "working_opening_usd": opening,
            "reference_usd": state.mark[asset],
            "equity_usd": state.equity,
            "position": state.qty[asset],
            "gross_usd": gross,
            "net_usd": net,
            "long_usd": long,
            "working_usd": working,
            "working_orders": orders,
            "buying_power_usd": state.terms.max_gross * state.equity - gross,
            "day_volume": sum(known) / len(known) if known else math.nan,
        }


def verdict_of(line: np.void) -> Verdict:
    """What a logged line says."""
    if line["code"] != 0:
        return Verdict.REFUSED
    return Verdict.PASSED if line["admitted"] == line["qty"] else Verdict.SCALED


def rule_of(code: int) -> str:
    """The check behind a code of the gateway."""
    return NAMES[abs(code) % GATEWAY]
