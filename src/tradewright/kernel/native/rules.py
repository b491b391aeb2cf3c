"""The broker's rules, compiled: the twin of `kernel/reference_rules.py`."""

from tradewright.kernel.inputs import DUST
from tradewright.kernel.native.numbers import list_assets, whole_shares
from tradewright.kernel.native.phases import end_order, place_order
from tradewright.kernel.native.records import Record, World, compiled
from tradewright.values.outcome import FORCED, REPLACED


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
