"""An independent accountant: recomputes the account from the records alone, by other formulas."""

import numpy as np

from tradewright.values.outcome import BORROW_FEE, CASH_IN_LIEU, INTEREST, Outcome
from tradewright.values.panel import DELISTING, SPLIT, Panel

TOTALS = (INTEREST, BORROW_FEE)
COSTS = ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd")


def marks_of(panel: Panel) -> np.ndarray:
    """T x N: the last known close of each instrument, restated in new shares after a split."""
    bars, assets = panel.shape
    marks, last = np.full((bars, assets), np.nan), np.full(assets, np.nan)
    for row in range(bars):
        for action in panel.actions[panel.actions["row"] == row]:
            if action["kind"] == SPLIT:
                last[action["asset"]] /= action["value"]
        close = panel.close[row]
        last = np.where(np.isfinite(close) & (close > 0.0), close, last)
        marks[row] = last
    return marks


def holdings_of(panel: Panel, outcome: Outcome, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two T x N tables: shares after each row's corporate actions, and after its fills as well."""
    bars, assets = panel.shape
    acted, traded, held = np.zeros((bars, assets)), np.zeros((bars, assets)), np.zeros(assets)
    for row in range(bars):
        for asset in range(assets):
            held[asset] = acted_on(panel, outcome, marks, (row, asset), held[asset])
        acted[row] = held
        held = held.copy()
        for fill in outcome.fills[outcome.fills["row"] == row]:
            held[fill["asset"]] += fill["qty"]
        traded[row] = held
    return acted, traded


def acted_on(panel: Panel, outcome: Outcome, marks: np.ndarray, place: tuple[int, int], held: float) -> float:
    """Shares of one name after its actions of one row; a fraction paid out is worked back from its cash."""
    row, asset = place
    here = (panel.actions["row"] == row) & (panel.actions["asset"] == asset)
    flows = outcome.flows
    mine = (flows["row"] == row) & (flows["asset"] == asset) & (flows["kind"] == CASH_IN_LIEU)
    payments, price = flows[mine]["amount_usd"].tolist(), marks[row - 1, asset]
    for action in sorted(panel.actions[here], key=lambda one: int(one["kind"])):
        if action["kind"] == SPLIT:
            held, price = held * action["value"], price / action["value"]
            fraction = held - np.trunc(held)
            # Each split pays its own fraction at its own price; one that leaves whole shares pays nothing.
            if payments and abs(payments[0] / price - fraction) <= 1e-6 * max(1.0, abs(held)):
                held -= payments.pop(0) / price
        elif action["kind"] == DELISTING:
            held = 0.0
    assert not payments, f"cash in lieu at row {row} that no split explains: {payments}"
    return held


def changes_of_equity(panel: Panel, outcome: Outcome) -> np.ndarray:
    """T: what equity should change by at every row: price moves of what was held, flows, less costs."""
    marks = marks_of(panel)
    acted, traded = holdings_of(panel, outcome, marks)
    changes = np.zeros(len(panel.instants))
    interest = np.diff(outcome.interest_usd, prepend=0.0)
    fees = np.diff(outcome.borrow_fee_usd, prepend=0.0)
    for row in range(len(changes)):
        before = worth(traded[row - 1], marks[row - 1]) if row else 0.0
        moved = worth(acted[row], marks[row]) - before
        fills = outcome.fills[outcome.fills["row"] == row]
        timing = sum(fill["qty"] * (marks[row, fill["asset"]] - fill["reference"]) for fill in fills)
        costs = sum(fills[name].sum() for name in COSTS)
        changes[row] = moved + timing - costs + received(outcome, row) + interest[row] - fees[row]
    return changes


def received(outcome: Outcome, row: int) -> float:
    """Dollars that came in on a row from corporate actions."""
    flows = outcome.flows
    chosen = flows[(flows["row"] == row) & ~np.isin(flows["kind"], TOTALS)]
    return float(chosen["amount_usd"].sum())


def worth(shares: np.ndarray, marks: np.ndarray) -> float:
    """What the shares are worth; instruments that are not held may have no price."""
    held = shares != 0.0
    return float(shares[held] @ marks[held])


def cash_of(panel: Panel, outcome: Outcome, capital_usd: float) -> np.ndarray:
    """T: cash recomputed from fills, flows and the interest columns."""
    cash = capital_usd + outcome.interest_usd - outcome.borrow_fee_usd
    for row in range(len(cash)):
        cash[row:] += received(outcome, row)
        fills = outcome.fills[outcome.fills["row"] == row]
        beside = fills["commission_usd"] + fills["regulatory_usd"]
        cash[row:] -= float((fills["qty"] * fills["price"] + beside).sum())
    return cash
