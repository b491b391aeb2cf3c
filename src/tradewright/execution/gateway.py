"""The one door: every order passes the ordered checks, or is refused in words, and each decision is logged.

`decide` is pure. `Gateway` keeps what a door must remember between orders: the kill switch and the tally.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, replace
from enum import Enum
from typing import Any, NamedTuple

from tradewright.execution.checks.contract import (
    YES,
    Book,
    Judge,
    Refusal,
    Request,
    is_bounded_exit,
    notional_price,
    opening_shares,
)
from tradewright.execution.checks.losses import scale
from tradewright.execution.checks.registry import CHECKS, FOR_CANCELS, FOR_EXITS
from tradewright.execution.kill_switch import KillSwitch
from tradewright.execution.limits.contract import Limits
from tradewright.execution.tally import Tally


class Verdict(Enum):
    """What became of an order at the door."""

    PASSED = "passed"
    SCALED = "scaled"
    REFUSED = "refused"


# Plain names: looking a member up on its class costs as much as a check.
_PASSED, _REFUSED = Verdict.PASSED, Verdict.REFUSED
_OF_ORDERS, _OF_EXITS, _OF_CANCELS = (
    tuple(check.judge for check in checks) for checks in (CHECKS, FOR_EXITS, FOR_CANCELS)
)


class Decision(NamedTuple):
    """One decision: the rule, its inputs, the verdict and the time.

    `qty` is what may be sent, signed; 0.0 where refused. `refusal` names check, limit, value and way out.
    """

    at: int
    limits: str
    request: Request
    book: Book
    verdict: Verdict
    qty: float
    is_exit: bool
    refusal: Refusal | None = None

    @property
    def rule(self) -> str:
        """The check that decided; where all passed, what kind of order they passed."""
        if self.refusal is not None:
            return self.refusal.check
        return "soft limits" if self.verdict is Verdict.SCALED else "exit" if self.is_exit else "all"


def decide(request: Request, book: Book, limits: Limits) -> Decision:
    """Ask every check in order; the first refusal stands.

    A bounded exit skips the checks that protect against risk, and passes those that lack an input: whoever
    knows nothing must still be able to get out. Soft limits scale what opens before the checks look at it.
    """
    if request.is_cancel:
        return _verdict(request, book, limits, _OF_CANCELS, is_exit=False)
    if is_bounded_exit(request, book):
        return _verdict(request, book, limits, _OF_EXITS, is_exit=True)
    qty = scaled_qty(request, book, scale(book, limits))
    if qty == request.qty:
        return _verdict(request, book, limits, _OF_ORDERS, is_exit=False)
    found = _verdict(replace(request, qty=qty), book, limits, _OF_ORDERS, is_exit=False)
    verdict = Verdict.SCALED if found.verdict is Verdict.PASSED else Verdict.REFUSED
    return found._replace(request=request, verdict=verdict)


def decide_exit(request: Request, book: Book, limits: Limits) -> Decision:
    """Ask of an order that others keep from opening anything what every bounded exit is asked."""
    return _verdict(request, book, limits, _OF_EXITS, is_exit=True)


def scaled_qty(request: Request, book: Book, left: float) -> float:
    """The order with what opens a position scaled down to `left` of it, in whole lots and at least one.

    Soft limits slow down; what stops is the hard limit. A size that cannot be judged is left to the checks.
    """
    if left >= 1.0:
        return request.qty
    opening = opening_shares(request, book)
    if not 0.0 < opening < math.inf:
        return request.qty
    lot = book.lot if book.lot > 0.0 else 1.0
    size = abs(request.qty) - opening * (1.0 - left)
    whole = max(math.ceil(size / lot - 1e-9), 1) * lot
    return math.copysign(min(whole, abs(request.qty)), request.qty)


def _verdict(
    request: Request, book: Book, limits: Limits, judges: tuple[Judge, ...], is_exit: bool
) -> Decision:
    """What these checks say, in their order."""
    for judge in judges:
        refusal = judge(request, book, limits)
        if refusal is not None and not (is_exit and refusal.is_unknown):
            return Decision(request.at, limits.name, request, book, _REFUSED, 0.0, is_exit, refusal)
    return Decision(request.at, limits.name, request, book, _PASSED, request.qty, is_exit)


def log_record(decision: Decision) -> dict[str, Any]:
    """A decision as plain names and numbers: rule, inputs, verdict and time. What is unknown stays null."""
    refusal = decision.refusal
    known = {name: value for name, value in asdict(decision.book).items() if not _is_unknown(value)}
    wanted = {name: value for name, value in asdict(decision.request).items() if not _is_unknown(value)}
    return {
        "at": decision.at,
        "limits": decision.limits,
        "rule": decision.rule,
        "verdict": decision.verdict.value,
        "qty": decision.qty,
        "code": refusal.code if refusal else 0,
        "limit": refusal.limit if refusal else "",
        "value": refusal.value if refusal else "",
        "way_out": refusal.way_out if refusal else "",
        "request": wanted,
        "book": known,
    }


def _is_unknown(value: float | int | str) -> bool:
    return value == -1 or value != value


class Gateway:
    """The door of one account. It owns its switch and its tally; nobody else sends orders.

    `log` writes one decision down for good; where it fails the order is not sent.
    """

    def __init__(
        self, limits: Limits, log: Callable[[Decision], None], switch: KillSwitch | None = None
    ) -> None:
        """A door with the switch on and at rest, or as it was kept."""
        self.limits = limits
        self.switch = KillSwitch() if switch is None else switch
        self.tally = Tally(limits.duplicate_window_s, limits.repeat_window_s)
        self._log = log

    def ask(self, request: Request, book: Book) -> Decision:
        """Decide on an order and write it down; only what is written down passes.

        The door's own switch counts whatever the book says: a caller cannot open it.
        """
        self.switch = self.switch.watch(request.at, book, self.limits)
        if self.switch.is_latched and book.kill_latched != YES:
            book = replace(book, kill_latched=YES)
        decision = decide(request, book, self.limits)
        try:
            self._log(decision)
        except OSError:
            closed = replace(book, log_open=0)
            return _verdict(
                request, closed, replace(self.limits, needs_log=1), _OF_ORDERS[-1:], is_exit=False
            )
        if decision.verdict is not Verdict.REFUSED:
            self.tally.sent(request)
        return decision

    def look(self, at: int, book: Book) -> KillSwitch:
        """Look at the account between orders; the switch trips on a loss at its limit."""
        self.switch = self.switch.watch(at, book, self.limits)
        return self.switch

    def release(self, at: int, by: str, why: str) -> None:
        """A person lets orders pass again.

        Raises: InvalidOption without a name and a reason; Blocked before the cool-down is over.
        """
        self.switch = self.switch.release(at, by, why, self.limits)


def value_usd(request: Request, book: Book) -> float:
    """What an order is worth at the price it is judged by; NaN where that is unknown."""
    return abs(request.qty) * notional_price(request, book)
