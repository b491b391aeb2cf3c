"""The band: one period traded in the three readings of its bars, over the same market and the same words."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from tradewright.kernel.batch import traded
from tradewright.kernel.inputs import terms_of
from tradewright.values.decisions import Decisions
from tradewright.values.instructions import Instructions, instructions_of
from tradewright.values.outcome import Outcome
from tradewright.values.panel import Floats, Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile
from tradewright.values.reading import Band, Reading, Span

if TYPE_CHECKING:
    from tradewright.kernel.native.gate import Gate


def band_of(
    panel: Panel,
    decisions: Decisions,
    base: Outcome,
    account: AccountOptions,
    profile: ExecutionProfile,
    new_gate: Callable[[], "Gate | None"] = lambda: None,
) -> Band:
    """What became of the base run, and what would have in the pessimistic and the optimistic reading.

    Each reading passes a gate of its own, made by `new_gate`: what it refuses hangs on the account's fate.
    Where nothing was left open, no single order and no unknown volume, the base run is all three.
    """
    paths = dict.fromkeys(Reading, base.equity_usd)
    if leaves_open(panel, decisions):
        words = instructions_of(panel, decisions.said)  # one set of words for all readings
        paths |= other_paths(panel, decisions, words, (account, profile), new_gate)
    return band_of_paths(paths, account.capital_usd)


def other_paths(
    panel: Panel,
    decisions: Decisions,
    words: Instructions,
    rules: tuple[AccountOptions, ExecutionProfile],
    new_gate: Callable[[], "Gate | None"] = lambda: None,
) -> dict[Reading, Floats]:
    """Equity bar by bar in the pessimistic and the optimistic reading, side by side on two cores."""

    def trade(reading: Reading, gate: "Gate | None") -> Floats:
        return traded(panel, decisions, words, terms_of(panel, *rules, reading), gate).equity_usd

    others = (Reading.PESSIMISTIC, Reading.OPTIMISTIC)
    gates = [new_gate() for _ in others]
    with ThreadPoolExecutor(len(others)) as pool:
        return dict(zip(others, pool.map(trade, others, gates), strict=True))


def leaves_open(panel: Panel, decisions: Decisions) -> bool:
    """True where readings can differ: single orders, or volumes of which only some are known."""
    if decisions.said:
        return True
    unknown = np.isnan(panel.volume)
    return bool(unknown.any() and not unknown.all())


def band_of_paths(paths: dict[Reading, Floats], capital_usd: float) -> Band:
    """The band of final equity, return and drawdown, from equity bar by bar."""
    equity = [paths[reading] for reading in Reading]
    final = Span(*(float(path[-1]) if len(path) else capital_usd for path in equity))
    gained = Span(*(value / capital_usd - 1.0 for value in final.values))
    by_path = {id(path): path for path in equity}  # one and the same where nothing was left open
    falls = {key: drawdown(path, capital_usd) for key, path in by_path.items()}
    return Band(final, gained, Span(*(falls[id(path)] for path in equity)))


def drawdown(equity: Floats, capital_usd: float) -> float:
    """The largest fall from the highest equity so far, the capital included, as a share of it."""
    if not len(equity):
        return 0.0
    peak = np.maximum(np.maximum.accumulate(equity), capital_usd)
    return float(np.max(1.0 - equity / peak))
