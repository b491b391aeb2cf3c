"""An independent accountant: recomputes the account from the records alone, by other formulas."""

import numpy as np

from tradewright.values.outcome import (
    BORROW_FEE,
    CASH_IN_LIEU,
    EXCHANGE_COST,
    EXCHANGE_GAIN,
    INTEREST,
    Outcome,
)
from tradewright.values.panel import DELISTING, DIVIDEND, MERGER, RENAME, SPIN_OFF, SPLIT, Panel

GIVING = (SPIN_OFF, MERGER, RENAME)
TOTALS = (INTEREST, BORROW_FEE, EXCHANGE_GAIN, EXCHANGE_COST)
COSTS = ("spread_usd", "impact_usd", "latency_usd", "commission_usd", "regulatory_usd")


def marks_of(panel: Panel, outcome: Outcome | None = None) -> np.ndarray:
    """T x N: the last known close of each instrument, restated in new shares after a split.

    Shares of a company without one count at what printed on their first row, or what they were given for.
    In an outcome that keeps balances they are told at the rate of each row, printed or not.
    """
    bars, assets = panel.shape
    marks, last = np.full((bars, assets), np.nan), np.full(assets, np.nan)
    prices = panel.close if panel.is_close_only else panel.open
    gone: set[int] = set()
    for row in range(bars):
        last = last * moves(panel, outcome, row)
        for action in by_kind(panel, row):
            asset, other = int(action["asset"]), int(action["other"])
            ratio, cash = terms_of(action)
            if action["kind"] == SPLIT:
                last[asset] /= action["value"]
            elif action["kind"] in GIVING and ratio > 0.0 and not last[other] > 0.0 and other not in gone:
                makeshift = 0.0 if action["kind"] == SPIN_OFF else max(last[asset] - cash, 0.0) / ratio
                last[other] = prices[row, other] if is_price(prices[row, other]) else makeshift
            gone |= {asset} if action["kind"] in (DELISTING, MERGER, RENAME) else set()
        close = panel.close[row]
        last = np.where(np.isfinite(close) & (close > 0.0), close, last)
        marks[row] = last
    return marks


def moves(panel: Panel, outcome: Outcome | None, row: int) -> np.ndarray:
    """N: how far each instrument's rate went since the row before; one where no balances are kept."""
    if outcome is None or not outcome.currencies or not len(panel.rates) or row == 0:
        return np.ones(len(panel.symbols))
    moved = panel.rates[row] / panel.rates[row - 1]
    return np.where(np.isfinite(moved), moved, 1.0)


def by_kind(panel: Panel, row: int) -> list:
    """The actions of a row in the order in which they are taken."""
    return sorted(panel.actions[panel.actions["row"] == row], key=lambda one: int(one["kind"]))


def terms_of(action) -> tuple[float, float]:
    """Shares of the other company and cash for one share."""
    return (1.0, 0.0) if action["kind"] == RENAME else (float(action["value"]), float(action["cash_usd"]))


def is_price(price: float) -> bool:
    """True for what can have printed."""
    return bool(np.isfinite(price) and price > 0.0)


def holdings_of(panel: Panel, outcome: Outcome, marks: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two T x N tables: shares after each row's corporate actions, and after its fills as well."""
    return followed(panel, outcome, marks)[:2]


def followed(
    panel: Panel, outcome: Outcome, marks: np.ndarray, conversion_bps: float = 0.0
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Holdings as above, and T x N: dividends due and not paid yet, less what changing them will cost.

    Where balances are kept nothing is changed, and what is due is worth what its currency is.
    """
    bars, assets = panel.shape
    due, changing = np.zeros((bars, assets)), panel.is_foreign * conversion_bps / 10_000.0
    if outcome.currencies:
        changing = np.zeros(assets)
    acted, traded, held = np.zeros((bars, assets)), np.zeros((bars, assets)), np.zeros(assets)
    gone: set[int] = set()
    for row in range(bars):
        price = marks[row - 1] * moves(panel, outcome, row)
        act_on(panel, outcome, row, (held, price, gone, due, changing))
        acted[row] = held
        held = held.copy()
        for fill in outcome.fills[outcome.fills["row"] == row]:
            held[fill["asset"]] += fill["qty"]
        traded[row] = held
    return acted, traded, due


def act_on(panel: Panel, outcome: Outcome, row: int, books) -> None:
    """Change holdings by the actions of one row; fractions paid out are worked back from their cash."""
    held, price, gone, due, changing = books
    flows = outcome.flows
    lieu = flows[(flows["row"] == row) & (flows["kind"] == CASH_IN_LIEU)]
    payments = {asset: lieu["amount_usd"][lieu["asset"] == asset].tolist() for asset in range(len(held))}
    prices = panel.close if panel.is_close_only else panel.open
    for action in by_kind(panel, row):
        asset, other = int(action["asset"]), int(action["other"])
        ratio, cash = terms_of(action)
        if action["kind"] == SPLIT:
            held[asset], price[asset] = held[asset] * action["value"], price[asset] / action["value"]
            held[asset] -= paid_out(held[asset], price[asset], payments[asset])
        elif action["kind"] == DIVIDEND and action["pay_row"] > row:
            owed = held[asset] * action["value"]
            waits = slice(row, int(action["pay_row"]))
            due[waits, asset] += (owed - abs(owed) * changing[asset]) * since(panel, outcome, asset, waits)
        elif action["kind"] in GIVING and ratio > 0.0 and held[asset] != 0.0 and other not in gone | {asset}:
            if not price[other] > 0.0:
                makeshift = 0.0 if action["kind"] == SPIN_OFF else max(price[asset] - cash, 0.0) / ratio
                price[other] = prices[row, other] if is_price(prices[row, other]) else makeshift
            given = held[asset] * ratio
            held[other] += given - paid_out(given, price[other], payments[other])
        if action["kind"] in (DELISTING, MERGER, RENAME):
            held[asset] = 0.0
            gone.add(asset)
    assert not any(payments.values()), f"cash in lieu at row {row} that nothing explains: {payments}"


def since(panel: Panel, outcome: Outcome, asset: int, rows: slice) -> np.ndarray | float:
    """How far a currency went over some rows, from the first of them; 1 where nothing is kept in it."""
    if not outcome.currencies or not len(panel.rates):
        return 1.0
    return panel.rates[rows, asset] / panel.rates[rows.start, asset]


def paid_out(shares: float, price: float, payments: list) -> float:
    """The fraction of these shares that was paid out, where the next payment is for it."""
    fraction = shares - np.trunc(shares)
    # Each action pays its own fraction at its own price; one that leaves whole shares pays nothing.
    expected = fraction * price
    if payments and abs(payments[0] - expected) <= 1e-6 * max(1.0, abs(shares)) * max(price, 1.0):
        payments.pop(0)
        return fraction
    return 0.0


def changes_of_equity(panel: Panel, outcome: Outcome, conversion_bps: float = 0.0) -> np.ndarray:
    """T: what equity should change by at every row: price moves of what was held, flows, less costs."""
    marks = marks_of(panel, outcome)
    acted, traded, due = followed(panel, outcome, marks, conversion_bps)
    changes = np.zeros(len(panel.instants))
    interest = np.diff(outcome.interest_usd, prepend=0.0)
    fees = np.diff(outcome.borrow_fee_usd, prepend=0.0) - changed(outcome)
    for row in range(len(changes)):
        before = worth(traded[row - 1], marks[row - 1]) if row else 0.0
        moved = worth(acted[row], marks[row]) - before
        fills = outcome.fills[outcome.fills["row"] == row]
        timing = sum(fill["qty"] * (marks[row, fill["asset"]] - fill["reference"]) for fill in fills)
        costs = sum(fills[name].sum() for name in COSTS)
        claimed = due[row].sum() - (due[row - 1].sum() if row else 0.0)
        changes[row] = moved + timing - costs + received(outcome, row) + claimed + interest[row] - fees[row]
    return changes


def changed(outcome: Outcome) -> np.ndarray:
    """T: what rates added to balances at every row, less what changing money cost."""
    if not outcome.currencies:
        return np.zeros(len(outcome.equity_usd))
    gain, cost = outcome.exchange_gain_usd, outcome.exchange_cost_usd
    return np.diff(gain, prepend=0.0) - np.diff(cost, prepend=0.0)


def claims_of(panel: Panel, outcome: Outcome, marks: np.ndarray, conversion_bps: float = 0.0) -> np.ndarray:
    """T: dividends that fell due and are paid on a later row, by the shares held on the day they fell due."""
    return followed(panel, outcome, marks, conversion_bps)[2].sum(axis=1)


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
    cash = capital_usd + outcome.interest_usd - outcome.borrow_fee_usd + np.cumsum(changed(outcome))
    for row in range(len(cash)):
        cash[row:] += received(outcome, row)
        fills = outcome.fills[outcome.fills["row"] == row]
        beside = fills["commission_usd"] + fills["regulatory_usd"]
        cash[row:] -= float((fills["qty"] * fills["price"] + beside).sum())
    return cash
