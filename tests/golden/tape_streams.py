"""The fixed streams of the tapes: their seeds, markets, accounts and readings."""

import numpy as np
from markets import Traits, profile
from order_streams import OrderStream, draw_orders

from tradewright.values.outcome import ORDER_STATES, Outcome
from tradewright.values.profile import AccountOptions
from tradewright.values.reading import Reading

CALM = Traits(bars=40, assets=1, gaps=0.0, acts=0, volume=1e6)
TORN = Traits(bars=50, assets=2, gaps=0.2, acts=6, volume=1e6)
THIN = Traits(bars=40, assets=1, gaps=0.05, acts=1, volume=20.0)
CLOSES = Traits(bars=40, assets=2, gaps=0.1, acts=0, closes_alone=True)
WHOLE = AccountOptions(100_000.0, 2.0)
PARTS = AccountOptions(100_000.0, 2.0, fractional=True)
POOR = AccountOptions(1_500.0, 1.0)
PROMPT, SLOW = profile(), profile(latency_bars=2, touch_fill_share=0.25, participation=0.5)
KINDS = {"calm": CALM, "torn": TORN, "thin": THIN, "closes": CLOSES}
# name -> kind of market, account, reading, profile
TAPES = {
    f"{kind} {number} {reading.name.lower()}": (kind, number, reading)
    for kind in KINDS
    for number in range(5)
    for reading in (Reading.BASE, Reading.OPTIMISTIC, Reading.PESSIMISTIC)
    if reading is Reading.BASE or number == 0
}


def stream_of(name: str) -> OrderStream:
    """The stream behind a tape."""
    kind, number, _ = TAPES[name]
    account = (WHOLE, PARTS, POOR)[number % 3]
    return draw_orders(1_000 + number, KINDS[kind], account, SLOW if number == 1 else PROMPT, talk=0.9)


def lines_of(outcome: Outcome) -> list[str]:
    """An outcome in words: every fill, every order's end, and what is left."""
    by_id = {int(one["order_id"]): int(one["ticket"]) for one in outcome.orders}
    lines = [
        f"fill {one['row']} #{by_id[int(one['order_id'])]} {one['qty']:.9g} at {one['reference']:.9g}"
        for one in outcome.fills
    ]
    lines += [
        f"end #{one['ticket']} {ORDER_STATES[int(one['state'])]} at {one['done_row']}: "
        f"{one['filled_qty'] + 0.0:.9g} of {one['qty'] + 0.0:.9g}"  # no negative zeros
        for one in np.sort(outcome.orders, order="ticket")
    ]
    return [*lines, f"equity {outcome.equity_usd[-1]:.6f}"]
