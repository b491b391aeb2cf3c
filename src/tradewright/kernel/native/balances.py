"""Balances that are kept in their currencies, compiled: the twin of `kernel/reference_balances.py`."""

from tradewright.kernel.native.numbers import look_back, moved_since, years_between
from tradewright.kernel.native.records import Market, Record, Records, World, compiled
from tradewright.values.balances import EXCHANGE_ALL, EXCHANGE_SHORTFALLS
from tradewright.values.panel import Floats


@compiled
def open_balances(account: Record, balances: Records) -> None:
    """All capital in the account's own currency, which comes first."""
    account["exchange_gain"] = account["exchange_cost"] = 0.0
    for place in range(len(balances)):
        one = balances[place]
        one["units"] = account["capital"] if place == 0 else 0.0
        one["claims"] = one["exchanged"] = 0.0


@compiled
def accrue_balances(world: World, row: int) -> None:
    """Interest and borrow fees by currency, on what was owed and owned before; then the new rates."""
    account, assets, market, _, _ = world
    balances, rates, years = market[16], market[17], years_between(market[0], row)
    for place in range(len(balances)):
        one = balances[place]
        one["short"] = one["fees"] = one["exchanged"] = 0.0
    for place in range(account["held"]):
        asset = assets[assets[place]["held"]]
        if asset["qty"] < 0.0:
            value, one = -(asset["qty"] * asset["mark"]), balances[asset["currency"]]
            one["short"] += value
            one["fees"] += asset["borrow_fee"] * value * years
    interest = fee = bare = 0.0
    for place in range(len(balances)):
        one = balances[place]
        if one["short"] > 0.0:
            bare += max(one["short"] - max(one["units"] * rates[row - 1, place], 0.0), 0.0)
    for place in range(len(balances)):
        one = balances[place]
        if one["units"] == 0.0 and one["short"] == 0.0:
            continue
        rate = rates[row - 1, place]
        worth = one["units"] * rate
        if worth < 0.0:
            earned = one["debit"] * years * worth
        else:  # what is short ties up its own currency first, and then the others in their order
            free = max(worth - one["short"], 0.0)
            tied = min(free, bare)
            bare -= tied
            earned = one["credit"] * years * (free - tied)
        one["units"] += (earned - one["fees"]) / rate
        interest += earned
        fee += one["fees"]
    account["cash"] = account["cash"] + interest - fee
    account["interest"] += interest
    account["borrow_fee"] += fee
    revalue(account, balances, rates, row)


@compiled
def revalue(account: Record, balances: Records, rates: Floats, row: int) -> None:
    """Balances and claims in other currencies are worth what the row's rates say."""
    for place in range(1, len(balances)):
        one = balances[place]
        if one["units"] != 0.0 or one["claims"] != 0.0:
            change = rates[row, place] - rates[row - 1, place]
            gained, owed = one["units"] * change, one["claims"] * change
            account["cash"] += gained
            account["receivable"] += owed  # a part of the dividend, as what is paid in the end
            account["exchange_gain"] += gained


@compiled
def restate_marks(world: World, row: int) -> None:
    """Before the row trades: last prices of other currencies are worth what the row's rates say."""
    account, assets, market, _, _ = world
    if row == 0:
        return
    for number in range(len(assets)):
        asset = assets[number]
        look_back(asset, market[2], row - 1)  # every row, so that no price misses a move
        if asset["mark"] > 0.0:
            asset["mark"] *= moved_since(account, asset, market, row)


@compiled
def put_off_by_currency(assets: Records, market: Market, row: int) -> None:
    """Proceeds of this row settle in a later session, in their own currencies."""
    count = len(market[16])
    for number in range(len(assets)):
        asset = assets[number]
        if asset["sold"] != 0.0:
            place = market[13][row] * count + asset["currency"]
            market[14][place] += asset["sold"] / market[17][row, asset["currency"]]
            asset["sold"] = 0.0


@compiled
def pending(market: Market, row: int, session: int) -> float:
    """What settles in a session, at the rates of this row."""
    waiting, count = 0.0, len(market[16])
    for place in range(count):
        units = market[14][session * count + place]
        if units != 0.0:
            waiting += units * market[17][row, place]
    return float(waiting)


@compiled
def settle_balances(world: World, row: int) -> None:
    """At the close: put the row's money into its currencies, change what is to be changed, note it all.

    An account that was liquidated changes everything.
    """
    account, assets, market, _, _ = world
    balances, rates = market[16], market[17]
    for number in range(len(assets)):
        asset = assets[number]
        if asset["moved"] != 0.0:
            balances[asset["currency"]]["units"] += asset["moved"] / rates[row, asset["currency"]]
            asset["moved"] = 0.0
    account["reserved"] = 0.0
    if account["exchange"] == EXCHANGE_ALL or account["liquidated"]:
        change_all(account, balances, rates, row)
    elif account["exchange"] == EXCHANGE_SHORTFALLS:
        for short in range(len(balances)):
            cover(account, balances, rates[row], short)
    if account["journals"]:
        write_balances(account, balances, market[18][row])


@compiled
def write_balances(account: Record, balances: Records, line: Floats) -> None:
    """Note every balance after a row's close, what the row changed, and gain and cost so far."""
    count = len(balances)
    for place in range(count):
        line[place], line[count + place] = balances[place]["units"], balances[place]["exchanged"]
    line[2 * count], line[2 * count + 1] = account["exchange_gain"], account["exchange_cost"]


@compiled
def change_all(account: Record, balances: Records, rates: Floats, row: int) -> None:
    """Change every balance in another currency, loans too, into the account's own."""
    own = balances[0]
    for place in range(1, len(balances)):
        one = balances[place]
        if one["units"] != 0.0:
            worth = one["units"] * rates[row, place]
            fee = abs(worth) * account["exchange_share"]
            own["units"] += worth - fee
            own["exchanged"] += worth - fee
            one["exchanged"] -= one["units"]
            one["units"] = 0.0
            pay_exchange(account, fee)


@compiled
def cover(account: Record, balances: Records, rates: Floats, short: int) -> None:
    """Cover one balance from the others in their order, as far as they go."""
    for other in range(len(balances)):
        if balances[short]["units"] < 0.0 and balances[other]["units"] > 0.0:
            change(account, balances, rates, (short, other))


@compiled
def change(account: Record, balances: Records, rates: Floats, places: tuple[int, int]) -> None:
    """Change as much of one balance as the other lacks, or as there is; the paying one bears the cost."""
    share = account["exchange_share"]
    short, other = balances[places[0]], balances[places[1]]
    lacking = -short["units"] * rates[places[0]]
    there = other["units"] * rates[places[1]] / (1.0 + share)
    worth = min(lacking, there)
    bought = -short["units"] if lacking <= there else worth / rates[places[0]]
    paid = other["units"] if there <= lacking else worth * (1.0 + share) / rates[places[1]]
    short["units"] = 0.0 if lacking <= there else short["units"] + bought
    other["units"] = 0.0 if there <= lacking else other["units"] - paid
    short["exchanged"] += bought
    other["exchanged"] -= paid
    pay_exchange(account, worth * share)


@compiled
def pay_exchange(account: Record, fee: float) -> None:
    """Take the cost of changing money from the total; the balances have borne it already."""
    account["cash"] -= fee
    account["exchange_cost"] += fee
