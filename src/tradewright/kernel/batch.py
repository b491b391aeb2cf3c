"""A whole period in one call: decisions in, an account bar by bar out."""

from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel.inputs import check_decisions, check_panel, terms_of
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

if TYPE_CHECKING:
    from tradewright.kernel.native.gate import Gate


def simulate(
    panel: Panel,
    decisions: Decisions,
    account: AccountOptions,
    profile: ExecutionProfile,
    gate: "Gate | None" = None,
) -> Outcome:
    """Trade the decisions over the panel and report money at every bar, each order, fill and cash flow.

    Every order is asked of the `gate` before it works; without one all are let through.
    Known at: a decision at row t meets row t + 1 at the earliest; one at the last row meets nothing.
    Raises: InvalidOption for decisions that do not fit the panel or hold an infinite weight.
    """
    from tradewright.kernel.native.books import Books

    check_panel(panel)
    check_decisions(decisions, panel)
    rows = np.ascontiguousarray(decisions.rows, dtype=np.int64)
    weights = np.ascontiguousarray(decisions.weights, dtype=np.float64)
    books = Books(panel, terms_of(panel, account, profile), (rows, weights), gate)
    books.run(len(panel.instants))
    return books.outcome()
