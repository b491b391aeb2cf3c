"""Ways to trade the same single orders; the kernel's tests demand that they cannot be told apart."""

from collections.abc import Sequence

import numpy as np
from drivers import differences
from markets import DAY_NS, account, profile

from tradewright.kernel import batch, reference_orders
from tradewright.kernel.session import Session
from tradewright.values import outcome as out
from tradewright.values.decisions import Decisions
from tradewright.values.order import Instruction, OrderState
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel, action_dtype
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

Said = Sequence[tuple[int, Instruction]]


def orders_by_session(
    panel: Panel,
    said: Said,
    account: AccountOptions,
    profile: ExecutionProfile,
    decisions: Decisions | None = None,
    reading: Reading = Reading.BASE,
) -> Outcome:
    """One call a bar, with a look at the account after each, as a strategy in Python would do."""
    session = Session(panel, account, profile, reading)
    wanted = {} if decisions is None else dict(zip(decisions.rows.tolist(), decisions.weights, strict=True))
    for row in range(len(panel.instants)):
        session.advance(row)
        _ = session.equity_usd
        if row in wanted:
            session.intend(wanted[row])
        session.submit(*(word for at, word in said if at == row))
    return session.finish()


ORDER_DRIVERS = {
    "reference": reference_orders.simulate_orders,
    "batch": batch.simulate_orders,
    "session": orders_by_session,
}


def order_differences(one: Outcome, other: Outcome) -> list[str]:
    """The names of all fields in which two outcomes differ by a single bit, events included."""
    return differences(one, other) + ["events"] * (one.events.tolist() != other.events.tolist())


def bars(
    rows: Sequence[Sequence[float]],
    bars_a_day: int = 1,
    actions: Sequence[tuple[int, int, int, float]] = (),
) -> Panel:
    """One instrument, `A`: a row is open, high, low, close and maybe volume (else a million shares)."""
    table = np.array([(*row, 1e6) if len(row) == 4 else tuple(row) for row in rows], dtype=np.float64)
    step = DAY_NS // bars_a_day
    opens_at = np.arange(len(table)) * step
    columns = [np.ascontiguousarray(column[:, None]) for column in table.T]
    records = np.array(list(actions), dtype=action_dtype)
    return Panel(opens_at + step - 1, opens_at, ("A",), *columns, records)


def flat(price: float = 100.0, volume: float = 1e6) -> tuple[float, float, float, float, float]:
    """A bar on which nothing moves."""
    return price, price, price, price, volume


RICH = account(capital_usd=1e6, max_gross=10.0)
FREE = profile()


def states(outcome: Outcome) -> list[str]:
    """The state of every submitted order, by ticket."""
    mine = outcome.orders[outcome.orders["ticket"] >= 0]
    return [out.ORDER_STATES[int(one["state"])] for one in np.sort(mine, order="ticket")]


def life(outcome: Outcome, ticket: int) -> list[OrderState]:
    """The states of one ticket, one after the other."""
    return [OrderState(int(one["state"])) for one in outcome.events if one["ticket"] == ticket]


def filled(outcome: Outcome) -> list[tuple[int, float, float]]:
    """Row, shares and printed price of every fill."""
    return [(int(one["row"]), float(one["qty"]), float(one["reference"])) for one in outcome.fills]
