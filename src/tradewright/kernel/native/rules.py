"""The broker's rules, compiled: the twin of `kernel/reference_rules.py`."""

from tradewright.kernel.inputs import DUST
from tradewright.kernel.native.balances import pending, put_off_by_currency
from tradewright.kernel.native.costs import most
from tradewright.kernel.native.numbers import interest_on, list_assets, whole_shares, years_between
from tradewright.kernel.native.phases import bar, end_order, place_order, refuse
from tradewright.kernel.native.records import Journal, Market, Record, Records, World, compiled
from tradewright.values.outcome import CANCELLED, FORCED, REPLACED, UNSETTLED


@compiled
def watch(world: World, row: int) -> None:
    """At the close: equity below what maintenance asks for is a margin call."""
    account, _, _, journal, _ = world
    equity = account["cash"] + account["long"] - account["short"]
    required = account["long_maintenance"] * account["long"] + account["short_maintenance"] * account["short"]
    account["forced"] = 0.0
    if not (required > 0.0 and equity < required * (1.0 - DUST)):
        return
    account["forced"] = 1.0 - max(equity, 0.0) / required
    if account["journals"]:
        call = journal[4][account["calls"]]
        call["row"], call["equity_usd"], call["required_usd"] = row, equity, required
        account["calls"] += 1


@compiled
def force(world: World, row: int) -> None:
    """At the open after a margin call: sell that share of every position, buy it back where it is short."""
    account, assets, _, journal, _ = world
    share = account["forced"]
    account["forced"] = 0.0
    for place in range(account["held"]):
        asset = assets[assets[place]["held"]]
        held = asset["qty"]
        shares = least_shares(account, abs(held) * share, abs(held))
        if asset["order"] >= 0:
            if asset["remaining"] * held < 0.0 and abs(asset["remaining"]) >= shares:
                continue
            end_order(account, asset, journal[0], REPLACED, row - 1)
        place_order(account, asset, journal[0], row - 1, shares if held < 0.0 else -shares)
        asset["decided"], asset["latency_ms"] = row - 1, 0.0
        if account["journals"]:
            journal[0][asset["order"]]["ticket"] = FORCED
    list_assets(account, assets)


@compiled
def least_shares(account: Record, shares: float, held: float) -> float:
    """As many shares as must go, rounded up where shares are whole, never more than are held."""
    if not account["whole"]:
        return float(min(shares, held))
    whole = whole_shares(shares)
    return float(min(whole if shares - whole <= DUST * max(1.0, shares) else whole + 1.0, held))


# Borrowing.


@compiled
def learn(world: World, row: int) -> None:
    """Facts about borrowing that hold from this row's open on, or from an earlier one that was quiet."""
    account, assets, market, _, _ = world
    facts = market[11]
    while account["fact"] < len(facts) and facts[account["fact"]]["row"] <= row:
        fact = facts[account["fact"]]
        account["fact"] += 1
        asset = assets[fact["asset"]]
        asset["barred"] = not fact["available"]
        if fact["available"]:
            asset["borrow_fee"] = fact["rate"] * account["fee_multiple"]


@compiled
def accrue_by_name(world: World, row: int) -> None:
    """Interest and borrow fees since the last row where each name has its own fee."""
    account, assets, market, _, _ = world
    years = years_between(market[0], row)
    interest = interest_on(account, account["cash"], account["short"], years)
    fee = 0.0
    for place in range(account["held"]):
        asset = assets[assets[place]["held"]]
        if asset["qty"] < 0.0:
            fee -= asset["borrow_fee"] * (asset["qty"] * asset["mark"]) * years
    account["cash"] = account["cash"] + interest - fee
    account["interest"] += interest
    account["borrow_fee"] += fee


# Cash that must settle.


@compiled
def unsettled(account: Record, market: Market, row: int) -> float:
    """Proceeds of sales that cannot be spent yet, this row's among them."""
    waiting = 0.0
    for session in range(market[12][row] + 1, market[13][row] + 1):
        waiting += pending(market, row, session) if account["keeps"] else market[14][session]
    return float(waiting + account["sold"])


@compiled
def put_off(world: World, row: int) -> None:
    """At the close: note in which session the proceeds of this row settle."""
    account, market = world[0], world[2]
    if account["keeps"]:
        put_off_by_currency(world[1], market, row)
    else:
        market[14][market[13][row]] += account["sold"]
    account["sold"] = 0.0


@compiled
def cut(world: World, row: int) -> None:
    """What of the matches can be borrowed and paid for; what waits for its cash works on."""
    account, assets, market, journal, _ = world
    sells = False
    for place in range(account["working"]):
        asset = assets[assets[place]["working"]]
        if asset["wanted"] < asset["reducing"]:
            borrowed(account, asset, journal, row)
        sells = sells or asset["wanted"] < 0.0
    if not account["cash_only"]:
        return
    waiting = unsettled(account, market, row)
    if waiting <= 0.0 and not sells:  # all cash is there: the gross limit sees to the rest
        return
    share = payable(account, assets, account["cash"] - account["reserved"] - waiting)
    for place in range(account["working"]):
        asset = assets[assets[place]["working"]]
        if share < 1.0 and asset["wanted"] > asset["reducing"]:
            refuse(account, asset, journal[3], row, UNSETTLED)
            asset["wanted"] = part_of(account, asset["reducing"], asset["wanted"], share)


@compiled
def borrowed(account: Record, asset: Record, journal: Journal, row: int) -> None:
    """Take from a match what would be sold short of a name that cannot be; the order ends there."""
    reason = bar(account, asset)
    if reason == 0:
        return
    refuse(account, asset, journal[3], row, reason)
    if asset["reducing"] == 0.0:
        end_order(account, asset, journal[0], CANCELLED, row)
    else:
        asset["remaining"] = -min(abs(asset["remaining"]), asset["qty"])
    asset["wanted"] = asset["reducing"]


@compiled
def payable(account: Record, assets: Records, cash: float) -> float:
    """The share of all purchases of target weights that this much cash pays for, costs included."""
    increase = extra = base = 0.0
    for place in range(account["working"]):
        asset = assets[assets[place]["working"]]
        if asset["wanted"] > asset["reducing"]:
            least = most(account, asset, asset["reducing"])
            base += least
            increase += (asset["wanted"] - asset["reducing"]) * asset["reference"]
            extra += most(account, asset, asset["wanted"]) - least
    return float(share_of(cash, base, increase, extra))


@compiled
def payable_alone(world: World, row: int, asset: Record, sizes: tuple[float, float]) -> float:
    """The share of one order's purchase that cash which has settled pays for."""
    account = world[0]
    waiting = unsettled(account, world[2], row)
    if waiting <= 0.0:
        return 1.0
    reducing, qty = sizes
    base = most(account, asset, reducing)
    extra = most(account, asset, qty) - base
    at_hand = account["cash"] - account["reserved"] - waiting
    return float(share_of(at_hand, base, (qty - reducing) * asset["reference"], extra))


@compiled
def share_of(cash: float, base: float, increase: float, extra: float) -> float:
    """The largest share of an increase and its costs that is paid for."""
    if increase <= 0.0:
        return 1.0
    share = (cash - base) / (increase + extra)
    return 0.0 if share <= DUST else float(min(share, 1.0))


@compiled
def part_of(account: Record, reducing: float, qty: float, share: float) -> float:
    """A purchase as far as it is paid for."""
    part = reducing + (qty - reducing) * share
    return float(whole_shares(part) if account["whole"] else part)
