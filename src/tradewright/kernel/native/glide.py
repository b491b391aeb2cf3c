"""Quiet bars, compiled: nothing to trade, no corporate action, only interest and marks. Most bars are quiet.

Every function here does what accrue, mark and guard do, to the last bit; `run` takes this way only where
nothing else can happen. Loops over slices, each array from its own start, are what becomes vector code.
"""

import numpy as np

from tradewright.kernel.inputs import NS_PER_YEAR
from tradewright.kernel.native.numbers import known
from tradewright.kernel.native.phases import accrue, mark, write
from tradewright.kernel.native.records import Market, Path, Record, Records, compiled
from tradewright.values.panel import Floats

# Rows a block: its columns stay in the processor's first cache between two loops over them.
_BLOCK = 512


@compiled
def glide(account: Record, assets: Records, market: Market, path: Path, stop: int) -> None:
    """Run quiet bars up to `stop`, or some of them; the caller comes back for the rest."""
    short = account["held"] == 1 and assets[assets[0]["held"]]["qty"] < 0.0
    if account["held"] > 1 or (short and account["accrues"]) or account["claims"] > 0:
        glide_many(account, assets, market, path, stop)
    elif account["accrues"]:
        glide_accruing(account, assets, market, path, stop)
    elif account["held"] == 1:
        glide_held(account, assets, market, path, min(stop, account["row"] + _BLOCK))
    else:
        glide_flat(account, path, stop)


@compiled
def glide_many(account: Record, assets: Records, market: Market, path: Path, stop: int) -> None:
    """Several instruments held, a short position that pays for being borrowed, or dividends on their way."""
    for row in range(account["row"], stop):
        if account["accrues"] and row > 0:
            accrue(account, market[0], row)
        mark(account, assets, market[2], row)
        if account["equity"] <= 0.0 and account["ruined_row"] < 0:
            account["ruined_row"] = row
        write(account, path, row)
    account["row"] = stop


@compiled
def glide_flat(account: Record, path: Path, stop: int) -> None:
    """Nothing held and no interest: equity is cash."""
    start, cash = account["row"], account["cash"]
    fill(path[0][start:stop], cash)
    if account["journals"]:
        fill(path[1][start:stop], cash)
        fill(path[2][start:stop], 0.0)
    account["long"] = account["short"] = 0.0
    account["equity"] = cash
    if cash <= 0.0 and account["ruined_row"] < 0:  # only an account that owes more than it sold for
        account["ruined_row"] = start
    account["row"] = stop


@compiled
def glide_held(account: Record, assets: Records, market: Market, path: Path, stop: int) -> None:
    """One instrument held and no interest: cash stands still, equity follows the price."""
    start, cash = account["row"], account["cash"]
    asset = assets[assets[0]["held"]]
    qty, equity, close = asset["qty"], path[0][start:stop], market[2]
    column = market[5][start:stop] if len(assets) == 1 else equity  # prices lie end to end, or are gathered
    if len(assets) > 1 or not all_known(column):
        column = equity
        carry(column, close[start:stop, asset["number"]], asset["mark"])
    asset["mark"] = column[-1]  # before equity is written over it
    if account["journals"]:
        side = path[2] if qty > 0.0 else path[3]
        if qty < 0.0:
            fill(path[2][start:stop], 0.0)  # the other one is zero where nobody writes
        ruins = value_rows(column, equity, path[1][start:stop], side[start:stop], qty, cash)
    else:
        ruins = value_equity(column, equity, qty, cash)
    value = qty * asset["mark"]
    account["long"], account["short"] = max(value, 0.0), max(-value, 0.0)
    account["equity"] = equity[-1]
    if ruins > 0 and account["ruined_row"] < 0:
        account["ruined_row"] = start + first_ruined(equity)
    account["row"] = stop


@compiled
def glide_accruing(account: Record, assets: Records, market: Market, path: Path, stop: int) -> None:
    """One instrument held long, or none, with interest, which alone never changes the sign of cash."""
    start, cash, interest = account["row"], account["cash"], account["interest"]
    number = assets[0]["held"] if account["held"] else 0
    qty = assets[number]["qty"] if account["held"] else 0.0
    price = assets[number]["mark"] if account["held"] else 0.0
    rate = account["margin_rate"] if cash < 0.0 else account["cash_rate"]
    instants, close, equity = market[0][start:stop], market[2][start:stop], path[0][start:stop]
    journals, borrow_fee, before, ruins = (
        account["journals"],
        account["borrow_fee"],
        market[0][max(start - 1, 0)],
        0,
    )
    cash_column, long, earned, paid = (
        path[1][start:stop],
        path[2][start:stop],
        path[4][start:stop],
        path[5][start:stop],
    )
    for place in range(len(equity)):
        gain = rate * ((instants[place] - before) / NS_PER_YEAR) * cash
        before = instants[place]
        cash += gain
        interest += gain
        price = close[place, number] if known(close[place, number]) else price
        if journals:  # hoisted out of the loop by the compiler
            cash_column[place], long[place] = cash, qty * price
            earned[place], paid[place] = interest, borrow_fee
        equity[place] = cash + qty * price
        ruins += equity[place] <= 0.0
    account["cash"], account["interest"] = cash, interest
    account["long"], account["short"], account["equity"] = qty * price, 0.0, equity[-1]
    if ruins > 0 and account["ruined_row"] < 0:
        account["ruined_row"] = start + first_ruined(equity)
    if account["held"]:
        assets[number]["mark"] = price
    account["row"] = stop


@compiled
def fill(column: Floats, number: float) -> None:
    """Write one number everywhere."""
    for place in range(len(column)):
        column[place] = number


@compiled
def all_known(column: Floats) -> bool:
    """True where every price of the column printed."""
    count = 0
    for place in range(len(column)):
        count += (column[place] > 0.0) & (column[place] < np.inf)
    return count == len(column)


@compiled
def carry(column: Floats, close: Floats, price: float) -> None:
    """Write the last known price of every row, beginning with the one before."""
    for place in range(len(column)):
        price = close[place] if known(close[place]) else price
        column[place] = price


@compiled
def value_rows(
    prices: Floats, equity: Floats, cash_column: Floats, side: Floats, qty: float, cash: float
) -> int:
    """Write equity, cash and what the position is worth or owes; returns how many rows have no equity."""
    ruins = 0
    for place in range(len(equity)):
        value = qty * prices[place]
        side[place] = abs(value)
        cash_column[place] = cash
        equity[place] = cash + value
        ruins += cash + value <= 0.0
    return ruins


@compiled
def value_equity(prices: Floats, equity: Floats, qty: float, cash: float) -> int:
    """Write equity alone; returns how many rows have none."""
    ruins = 0
    for place in range(len(equity)):
        value = cash + qty * prices[place]
        equity[place] = value
        ruins += value <= 0.0
    return ruins


@compiled
def first_ruined(equity: Floats) -> int:
    """The first row without equity."""
    place = 0
    while equity[place] > 0.0:
        place += 1
    return place
