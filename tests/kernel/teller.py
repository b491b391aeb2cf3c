"""An independent teller: recomputes balances by currency from the records alone, by other formulas."""

import numpy as np
from accountant import TOTALS, followed, holdings_of, marks_of
from markets import DAY_NS

from tradewright.values.outcome import Outcome
from tradewright.values.panel import Panel
from tradewright.values.profile import AccountOptions, ExecutionProfile

YEAR_NS = 365 * DAY_NS


def kinds_of(panel: Panel, account: AccountOptions) -> tuple[list[str], np.ndarray, np.ndarray]:
    """The currencies by name, the own one first; N, each instrument's; T x K, what one unit was worth."""
    own = panel.quotes.currencies or (account.currency,) * len(panel.symbols)
    names = [account.currency, *sorted({*own} - {account.currency})]
    worth = np.full((len(panel.instants), len(names)), np.nan)
    worth[:, 0] = 1.0
    for asset, code in enumerate(own):
        if code != account.currency:
            known = np.isfinite(panel.rates[:, asset])
            worth[known, names.index(code)] = panel.rates[known, asset]
    return names, np.array([names.index(code) for code in own]), worth


def fees_known(panel: Panel, row: int, profile: ExecutionProfile) -> np.ndarray:
    """N: the borrow fee that held over the night before `row`."""
    fees = np.full(len(panel.symbols), profile.borrow_rate)
    for fact in panel.borrows[panel.borrows["row"] < row]:
        if fact["available"]:
            fees[fact["asset"]] = fact["rate"] * profile.borrow_fee_multiple
    return fees


def told(
    panel: Panel, outcome: Outcome, account: AccountOptions, profile: ExecutionProfile
) -> dict[str, np.ndarray]:
    """T x K `balances` in their own units, and T each: `interest`, `fees` and `gain`, all cumulative."""
    names, of_asset, worth = kinds_of(panel, account)
    marks = marks_of(panel, outcome)
    traded = holdings_of(panel, outcome, marks)[1]
    bars, count = worth.shape
    balances, interest, fees, gain = np.zeros((bars, count)), np.zeros(bars), np.zeros(bars), np.zeros(bars)
    units = np.zeros(count)
    units[0] = account.capital_usd
    for row in range(bars):
        earned = paid = moved = 0.0
        if row:
            years = float(panel.instants[row] - panel.instants[row - 1]) / YEAR_NS
            before, rate = worth[row - 1], fees_known(panel, row, profile)
            value, owed, lent = np.nan_to_num(units * before), np.zeros(count), np.zeros(count)
            for asset in np.flatnonzero(traded[row - 1] < 0.0):
                worth_of_it = -traded[row - 1, asset] * marks[row - 1, asset]
                owed[of_asset[asset]] += worth_of_it
                lent[of_asset[asset]] += worth_of_it * rate[asset]
            for place, bears in enumerate(bearing(value, owed)):
                credit, debit = account.interest.get(names[place], (profile.cash_rate, profile.margin_rate))
                got = debit * value[place] if value[place] < 0.0 else credit * bears
                if got != lent[place]:
                    units[place] += (got - lent[place]) * years / before[place]
                earned, paid = earned + got * years, paid + lent[place] * years
            for place in np.flatnonzero(units[1:]) + 1:
                moved += units[place] * (worth[row, place] - before[place])
        units = units + booked(panel, outcome, row, (of_asset, worth[row])) + outcome.exchanged[row]
        balances[row] = units
        interest[row], fees[row], gain[row] = earned, paid, moved
    return {
        "balances": balances,
        "interest": np.cumsum(interest),
        "fees": np.cumsum(fees),
        "gain": np.cumsum(gain),
    }


def bearing(value: np.ndarray, owed: np.ndarray) -> np.ndarray:
    """K: what bears credit: balances above zero, less all that is short, their own currency's first."""
    free = np.maximum(value, 0.0)
    own = np.minimum(free, owed)
    free, left = free - own, float((owed - own).sum())
    before = np.concatenate([[0.0], np.cumsum(free)[:-1]])
    return free - np.clip(left - before, 0.0, free)


def booked(panel: Panel, outcome: Outcome, row: int, kinds: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """K: what fills and corporate actions of a row paid and earned, each in its own currency."""
    of_asset, worth = kinds
    moved = np.zeros(len(worth))
    fills = outcome.fills[outcome.fills["row"] == row]
    for fill in fills:
        paid = fill["qty"] * fill["price"] + fill["commission_usd"] + fill["regulatory_usd"]
        moved[of_asset[fill["asset"]]] -= paid / worth[of_asset[fill["asset"]]]
    for flow in outcome.flows[outcome.flows["row"] == row]:
        if flow["kind"] not in TOTALS:
            moved[of_asset[flow["asset"]]] += flow["amount_usd"] / worth[of_asset[flow["asset"]]]
    return moved


def claimed(panel: Panel, outcome: Outcome, of_asset: np.ndarray, worth: np.ndarray) -> np.ndarray:
    """T x K: dividends due and not paid yet after each row, in the units of their currencies."""
    due = followed(panel, outcome, marks_of(panel, outcome))[2]
    claims = np.zeros(worth.shape)
    for asset, place in enumerate(of_asset):
        waits = due[:, asset] != 0.0
        claims[waits, place] += due[waits, asset] / worth[waits, place]
    return claims
