"""What the plain kernel keeps between two rows, and what passes from one of its phases to the next."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tradewright.kernel.costs import Restated, Slippage
from tradewright.kernel.inputs import Terms
from tradewright.kernel.reference_balances import Balances
from tradewright.values import outcome as out
from tradewright.values.panel import Floats, Panel

if TYPE_CHECKING:
    from tradewright.kernel.reference_gate import PlainGate


@dataclass
class Order:
    """A market order; `qty` is signed, `remaining` is what still wants to trade."""

    order_id: int
    row: int  # of the decision
    asset: int
    qty: float  # signed, restated by splits like the two below
    remaining: float  # what may still trade; a cut by the gross limit takes from it without filling
    filled: float = 0.0
    state: int = out.WORKING
    done_row: int = -1  # of the last fill or change of state
    ticket: int = -1  # of a submitted order
    latency_ms: float = 0.0


@dataclass
class Match:
    """What one order may trade on this row: the part that reduces a position, and the whole of it."""

    order: Order
    reference: float  # the printed price
    reducing: float  # signed, never more than is held
    qty: float  # signed, the reducing part included
    slip: Slippage  # how far from the print it fills


@dataclass
class State:
    """The account between two rows. Positions and marks are one a instrument; an unknown mark is NaN."""

    terms: Terms
    panel: Panel
    cash: float  # proceeds of short sales included
    equity: float  # at the last close
    qty: list[float]
    mark: list[float]
    working: dict[int, Order] = field(default_factory=dict)  # at most one an instrument
    delisted: set[int] = field(default_factory=set)
    long: float = 0.0
    short: float = 0.0  # a liability, zero or more
    interest: float = 0.0  # received so far, less what was paid
    borrow_fee: float = 0.0  # paid so far
    ruined_row: int = -1
    gate: "PlainGate | None" = None
    killed: bool = False  # the gate has shut for good: nothing may open
    receivable: float = 0.0  # dividends that are due, less those owed
    # Each with its pay row, instrument and amount, in the instrument's currency where balances are kept.
    due: list[tuple[int, int, float]] = field(default_factory=list)
    restated: dict[int, Restated] = field(default_factory=dict)  # by the last split, where there was one
    month: int = 0  # of the last trade, and the shares traded in it
    month_shares: float = 0.0
    forced: float = 0.0  # the share of every position that the last margin call sells
    calls: list[tuple[int, float, float]] = field(default_factory=list)  # row, equity, requirement
    barred: set[int] = field(default_factory=set)  # instruments that cannot be borrowed
    fees: dict[int, float] = field(default_factory=dict)  # of borrowing, by name, where on file
    sold: float = 0.0  # proceeds of this row
    # Earlier ones, by the session that settles them and the place of their currency, where it is kept.
    pending: dict[tuple[int, int], float] = field(default_factory=dict)
    balances: Balances | None = None  # where they are kept in their currencies
    orders: list[Order] = field(default_factory=list)
    fills: list[tuple[float, ...]] = field(default_factory=list)
    flows: list[tuple[int, int, int, float]] = field(default_factory=list)
    refusals: list[tuple[int, int, int]] = field(default_factory=list)


@dataclass(frozen=True)
class Intent:
    """Targets decided at the close of `row`: weights of equity, or shares; NaN leaves a position as it is."""

    row: int
    targets: Floats
    in_shares: bool = False
