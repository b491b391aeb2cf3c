"""The fixed streams of the account tapes: volatile markets, much leverage, and the rules of a broker."""

from dataclasses import replace

import numpy as np
from markets import Stream, Traits, draw, profile

from tradewright.execution.profiles.registry import PROFILES
from tradewright.values.decisions import Decisions
from tradewright.values.outcome import FORCED, ORDER_STATES, REFUSAL_NAMES, Outcome
from tradewright.values.profile import AccountOptions

CALM = Traits(bars=45, assets=1, gaps=0.0, acts=0, pace=9, volume=1e6)
TORN = Traits(bars=45, assets=3, gaps=0.15, acts=5, pace=9, volume=1e5)
THIN = Traits(bars=45, assets=2, gaps=0.05, acts=1, pace=9, volume=150.0)
KINDS = {"calm": CALM, "torn": TORN, "thin": THIN}
ACCOUNTS = {
    "margin": AccountOptions(20_000.0, 10.0, type="margin"),
    "margin in parts": AccountOptions(20_000.0, 10.0, fractional=True, type="margin"),
    "cash": AccountOptions(20_000.0, type="cash"),
    "borrowing by name": AccountOptions(20_000.0, 2.0),
    "house margin": AccountOptions(20_000.0, 10.0, False, True, "margin", 0.5, 0.4, 0.45),
}
RULES = (profile(margin_rate=0.08, borrow_rate=0.03), PROFILES["realistic"])
TAPES = {
    f"{kind} {number} {account}": (kind, number, account)
    for kind in KINDS
    for number in range(3)
    for account in ACCOUNTS
}


def stream_of(name: str) -> Stream:
    """The stream behind a tape: weights three times as large as a random stream's, twice the volatility."""
    kind, number, account = TAPES[name]
    traits = replace(KINDS[kind], facts=12 if account == "borrowing by name" else 0)
    stream = draw(2_000 + number, traits, ACCOUNTS[account], RULES[number % 2])
    wanted = Decisions(stream.decisions.rows, 3.0 * stream.decisions.weights)
    panel = stream.panel
    columns = [50.0 * (column / 50.0) ** 2 for column in panel.columns()[:4]]
    wild = type(panel)(
        *(panel.instants, panel.opens_at, panel.symbols, *columns, panel.volume.copy()),
        *(panel.actions.copy(), panel.borrows.copy()),
    )
    return replace(stream, panel=wild, decisions=wanted)


def panel_name(asset: int) -> str:
    """The symbol that drawn markets give an instrument."""
    return "ABCDEFGHIJ"[asset]


def lines_of(outcome: Outcome) -> list[str]:
    """An outcome in words: calls, refusals, fills, forced orders and how they ended, money at the end."""
    lines = [
        f"call {one['row']}: {one['equity_usd']:.6f} of {one['required_usd']:.6f}"
        for one in outcome.margin_calls
    ]
    lines += [
        f"refusal {one['row']} {panel_name(one['asset'])}: {REFUSAL_NAMES[int(one['reason'])]}"
        for one in outcome.refusals
    ]
    lines += [
        f"fill {one['row']} #{one['order_id']} {one['qty']:.9g} at {one['price']:.9g}"
        for one in outcome.fills
    ]
    lines += [
        f"{'forced' if one['ticket'] == FORCED else 'order'} #{one['order_id']} {one['qty']:.9g} "
        f"{ORDER_STATES[int(one['state'])]} at {one['done_row']}"
        for one in outcome.orders
    ]
    held = " ".join(f"{shares + 0.0:.9g}" for shares in outcome.positions)
    return [*lines, f"held {held}", f"equity {np.round(outcome.equity_usd[-1], 6) + 0.0:.6f}"]
