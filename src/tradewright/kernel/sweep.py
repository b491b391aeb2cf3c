"""Many candidates over the same market, on several cores."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import numpy as np

from tradewright.kernel.batch import simulate
from tradewright.kernel.inputs import LARGEST, check_decisions, check_panel, terms_of
from tradewright.kernel.memory import fresh
from tradewright.values.decisions import Decisions
from tradewright.values.errors import InvalidOption
from tradewright.values.panel import Floats, Ints, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

_CHUNKS_A_THREAD = 4  # candidates differ in how much they trade; small chunks level that out


def simulate_many(
    panel: Panel,
    decisions: Sequence[Decisions],
    account: AccountOptions,
    profile: ExecutionProfile,
    threads: int = 1,
) -> Floats:
    """Trade each candidate's decisions with its own account and report equity alone.

    Shape: K candidates x T rows; row k is `simulate(panel, decisions[k], ...).equity_usd` to the last bit,
    whatever the number of threads.
    Raises: InvalidOption for decisions that do not fit the panel, or less than one thread.
    """
    from tradewright.kernel.native.books import Books

    if threads < 1:
        raise InvalidOption(f"threads = {threads}.", "Give 1 or more.")
    check_panel(panel)
    terms = terms_of(panel, account, profile)
    equity = fresh(len(decisions), len(panel.instants))

    def run(first: int, last: int) -> None:
        chosen = decisions[first:last]
        starts, rows, weights = _joined(chosen, panel)
        Books(panel, terms, (rows, weights)).run_many(starts, equity[first:last])
        for place, one in enumerate(chosen, first):
            if one.said:  # single orders are traded one candidate after the other
                equity[place] = simulate(panel, one, account, profile).equity_usd

    edges = np.linspace(0, len(decisions), threads * _CHUNKS_A_THREAD + 1).astype(int).tolist()
    spans = [(first, last) for first, last in pairwise(edges) if last > first]
    if threads == 1:
        for first, last in spans:
            run(first, last)
        return equity
    with ThreadPoolExecutor(threads) as pool:
        for done in [pool.submit(run, first, last) for first, last in spans]:
            done.result()
    return equity


def _joined(decisions: Sequence[Decisions], panel: Panel) -> tuple[Ints, Ints, Floats]:
    """All candidates' decisions one after the other, and where each one's begin."""
    bars, count = panel.shape
    if any(one.weights.shape[1] != count for one in decisions):
        _refuse(decisions, panel)
    starts = np.zeros(len(decisions) + 1, dtype=np.int64)
    np.cumsum([len(one.rows) for one in decisions], out=starts[1:])
    rows = np.concatenate([one.rows for one in decisions], dtype=np.int64)
    weights = np.concatenate([one.weights for one in decisions], dtype=np.float64)
    # One look at all of them; which one is wrong is only asked once one is.
    if np.count_nonzero((rows < 0) | (rows >= bars)) or np.any(np.abs(weights) >= LARGEST):
        _refuse(decisions, panel)
    return starts, rows, weights


def _refuse(decisions: Sequence[Decisions], panel: Panel) -> None:
    """Find the candidate that does not fit and raise what the batch would."""
    for one in decisions:
        check_decisions(one, panel)
