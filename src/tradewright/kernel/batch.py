"""A whole period in one call: decisions in, an account bar by bar out."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel.inputs import Terms, check_decisions, check_panel, terms_of
from tradewright.values.decisions import Decisions, no_decisions
from tradewright.values.instructions import Instructions, instructions_of
from tradewright.values.order import Instruction
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Reading

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
    check_panel(panel)
    words = instructions_of(panel, decisions.said)
    return traded(panel, decisions, words, terms_of(panel, account, profile), gate)


def simulate_orders(
    panel: Panel,
    said: Iterable[tuple[int, Instruction]] | Instructions,
    account: AccountOptions,
    profile: ExecutionProfile,
    decisions: Decisions | None = None,
    reading: Reading = Reading.BASE,
) -> Outcome:
    """Trade single orders, each with the row at whose close it was decided, beside target weights.

    Known at: as `simulate`. Tickets are given in the order of what is said, from 0 on.
    Raises: InvalidOption and UnknownName for what cannot be traded, as `Instructions.say`.
    """
    check_panel(panel)
    decisions = no_decisions(len(panel.symbols)) if decisions is None else decisions
    words = said if isinstance(said, Instructions) else instructions_of(panel, said)
    return traded(panel, decisions, words, terms_of(panel, account, profile, reading), None)


def traded(
    panel: Panel, decisions: Decisions, words: Instructions, terms: Terms, gate: "Gate | None"
) -> Outcome:
    """Trade weights and words under terms that were read already: open the books, run them, report."""
    from tradewright.kernel.native.books import Books

    check_decisions(decisions, panel)
    rows = np.ascontiguousarray(decisions.rows, dtype=np.int64)
    weights = np.ascontiguousarray(decisions.weights, dtype=np.float64)
    books = Books(panel, terms, (rows, weights), words, gate)
    books.run(len(panel.instants))
    return books.outcome()
