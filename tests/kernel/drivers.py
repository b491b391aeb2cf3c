"""Three ways to trade the same decisions; the kernel's tests demand that they cannot be told apart."""

import numpy as np

from tradewright.kernel import batch, reference
from tradewright.kernel.session import Session
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile


def trade_by_session(
    panel: Panel, decisions: Decisions, account: AccountOptions, profile: ExecutionProfile
) -> Outcome:
    """One call a bar, with a look at the account after each, as a strategy in Python would do."""
    session = Session(panel, account, profile)
    weights = dict(zip(decisions.rows.tolist(), decisions.weights, strict=True))
    for row in range(len(panel.instants)):
        session.advance(row)
        _ = session.equity_usd
        if row in weights:
            session.intend(weights[row])
    return session.finish()


DRIVERS = {"reference": reference.simulate, "batch": batch.simulate, "session": trade_by_session}

COLUMNS = ("equity_usd", "cash_usd", "long_usd", "short_usd", "positions", "interest_usd", "borrow_fee_usd")
KEPT = ("currencies", "balances", "exchanged", "exchange_gain_usd", "exchange_cost_usd")
RECORDS = ("orders", "fills", "flows", "refusals", "margin_calls")


def differences(one: Outcome, other: Outcome) -> list[str]:
    """The names of all fields in which two outcomes differ by a single bit."""
    names = [name for name in COLUMNS + KEPT if not np.array_equal(getattr(one, name), getattr(other, name))]
    names += [name for name in RECORDS if getattr(one, name).tolist() != getattr(other, name).tolist()]
    return names + ["ruined_row"] * (one.ruined_row != other.ruined_row)
