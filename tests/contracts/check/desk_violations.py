"""Ways in which an order must not pass checks 10 to 23."""

from gate_cases import AT_MARKET, LONG, NOW, ON_CLOSE, ON_OPEN, SECOND, SELLING, Case

from tradewright.execution.checks.contract import CLOSING_AUCTION, NO, OPENING_AUCTION, PAUSED, YES
from tradewright.values.order import TimeInForce

DESK_VIOLATIONS = (
    Case(
        10,
        book={"orders_1s": 5},
        words="pace: 6 orders in 1 s; allowed: 5. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_30s": 50},
        words="pace: 51 orders in 30 s; allowed: 50. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 2_000, "fills_day": 1_000},
        words="pace: 2001 orders in a session; allowed: 2000. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 120, "fills_day": 5},
        words="pace: 24.2 orders a trade; allowed: 20. Quote closer, or send fewer.",
    ),
    Case(
        10,
        book={"orders_day": 120, "fills_day": 0},
        words="pace: 121.0 orders a trade; allowed: 20. Quote closer, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_1s": 5},
        order={"is_cancel": YES},
        words="pace: 6 cancels in 1 s; allowed: 5. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_30s": 50},
        order={"is_cancel": YES},
        words="pace: 51 cancels in 30 s; allowed: 50. Slow down, or send fewer.",
    ),
    Case(
        10,
        book={"cancels_day": 2_000},
        order={"is_cancel": YES},
        words="pace: 2001 cancels in a session; allowed: 2000. Slow down, or send fewer.",
    ),
    Case(
        11,
        book={"duplicates": 1},
        words="duplicate: 1 equal to this for SPY in 5 s; allowed: 0. Wait, or change what is wanted.",
    ),
    Case(
        12,
        order={"parent_qty": 50.0},
        words="parent order: children of 100 shares in all; allowed: its 50 shares. Send at most 50.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": 450.0},
        words="parent order: children of 550 shares in all; allowed: its 500 shares. Send at most 50.",
    ),
    Case(
        12,
        order={"parent_qty": -500.0},
        words="parent order: children of 100 shares in all; allowed: its -500 shares. Send children "
        "on the parent's side.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": -10.0},
        words="parent order: children of 90 shares in all; allowed: its 500 shares. Send children "
        "on the parent's side.",
    ),
    Case(
        13,
        book={"repeats": 3},
        words="execution loop: 4 equal executions for SPY in 60 s; allowed: 3. Stop the strategy "
        "and look at its loop.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": 100.5},
        words="self-match: it would meet an own sell at 100.5 USD; allowed: no trade with oneself. "
        "Cancel the own sell first.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": 90.0},
        order=AT_MARKET,
        words="self-match: it would meet an own sell at 90 USD; allowed: no trade with oneself. "
        "Cancel the own sell first.",
    ),
    Case(
        14,
        book={"own_highest_buy_usd": 99.5},
        order=SELLING,
        words="self-match: it would meet an own buy at 99.5 USD; allowed: no trade with oneself. "
        "Cancel the own buy first.",
    ),
    Case(
        15,
        book={"kill_latched": YES},
        words="losses: the kill switch has tripped; allowed: a switch at rest. Reduce only; a "
        "person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"day_start_usd": 1.03e6},
        words="losses: a loss since the session began of 2.91%; allowed: less than 2.50%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"rolling_start_usd": 1.06e6},
        words="losses: a loss of the rolling sessions of 5.66%; allowed: less than 5.00%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"session_peak_usd": 1.04e6},
        words="losses: a fall from the session's peak of 3.85%; allowed: less than 3.00%. Reduce "
        "only; a person releases the switch after its cool-down.",
    ),
    Case(
        15,
        book={"peak_usd": 1.2e6},
        words="losses: a drawdown of 16.67%; allowed: less than 10.00%. Reduce only; a person "
        "releases the switch after its cool-down.",
    ),
    Case(
        16,
        book={"stage_capital_usd": 10_000.0},
        words="stage capital: 10,050.00 USD; allowed: 10,000.00 USD of stage capital. Send less, or "
        "earn the next stage.",
    ),
    Case(
        16,
        book={"strategy_gross_usd": 495_000.0},
        words="stage capital: 505,050.00 USD; allowed: 500,000.00 USD of stage capital. Send less, "
        "or earn the next stage.",
    ),
    Case(
        16,
        book={"other_symbols": 50.0},
        words="stage capital: 51 names; allowed: 50 names at this stage. Close another name first, or "
        "earn the next stage.",
    ),
    Case(
        17,
        book={"phase": PAUSED},
        order=AT_MARKET,
        words="trading phase: SPY is in a pause; allowed: continuous trading. Wait, or send a limit order.",
    ),
    Case(
        17,
        book={"phase": OPENING_AUCTION},
        order=AT_MARKET,
        words="trading phase: SPY is in the opening auction; allowed: continuous trading. Wait, or "
        "send a limit order.",
    ),
    Case(
        17,
        book={"phase": CLOSING_AUCTION},
        order=AT_MARKET,
        words="trading phase: SPY is in the closing auction; allowed: continuous trading. Wait, or "
        "send a limit order.",
    ),
    Case(
        17,
        book={"band_high_usd": 100.4},
        words="trading phase: a limit price of 100.5 USD; allowed: 90 to 100.4 USD. Move the limit "
        "inside the bands.",
    ),
    Case(
        17,
        book={"band_low_usd": 99.6},
        order=SELLING,
        words="trading phase: a limit price of 99.5 USD; allowed: 99.6 to 110 USD. Move the limit "
        "inside the bands.",
    ),
    Case(
        18,
        book={"model_at": NOW - 31 * 86_400 * SECOND},
        words="freshness: model: 2,678,400 s old; allowed: 2,592,000 s. Train or load a model.",
    ),
    Case(
        18,
        book={"model_at": NOW + 1},
        words="freshness: model from the future; allowed: 2,592,000 s. Train or load a model.",
    ),
    Case(
        18,
        book={"features_at": NOW - 61 * SECOND},
        words="freshness: features: 61 s old; allowed: 60 s. Mend the feature pipeline.",
    ),
    Case(
        18,
        book={"heartbeat_at": NOW - 6 * SECOND},
        words="freshness: heartbeat: 6 s old; allowed: 5 s. Look after the process that stopped.",
    ),
    Case(
        18,
        book={"clock_skew_ms": 51.0},
        words="freshness: a clock 51 ms off; allowed: 50 ms. Set the clock right.",
    ),
    Case(
        18,
        book={"clock_skew_ms": -51.0},
        words="freshness: a clock -51 ms off; allowed: 50 ms. Set the clock right.",
    ),
    Case(
        19,
        book={"opens_at": NOW + SECOND},
        words="session: 1 s before the open; allowed: from it on. Wait, or send it for the open.",
    ),
    Case(
        19,
        book={"closes_at": NOW - SECOND},
        words="session: 1 s after the close; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        book={"closes_at": NOW},
        words="session: 0 s after the close; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        order=ON_OPEN,
        words="session: 1,800 s after the open; allowed: before it. Send it in the next session.",
    ),
    Case(
        19,
        book={"auction_cutoff_at": NOW - SECOND},
        order=ON_CLOSE,
        words="session: 1 s after the closing auction's cut-off; allowed: before it. Send it in the "
        "next session.",
    ),
    Case(
        19,
        order={"time_in_force": TimeInForce.GTD, "good_till": NOW},
        words="session: good till 2024-03-05T15:00:00Z; allowed: after 2024-03-05T15:00:00Z. Give a "
        "later good_till.",
    ),
    Case(
        20,
        book={"located": 50.0},
        order=SELLING,
        words="borrow: 100 shares short; allowed: 50 shares located. Locate more or sell less.",
    ),
    Case(
        20,
        book={"located": 0.0, "position": 40.0},
        order=SELLING,
        words="borrow: 60 shares short; allowed: 0 shares located. Locate more or sell less.",
    ),
    Case(
        20,
        book={"located": 100.0, "working_sells": 50.0},
        order=SELLING,
        words="borrow: 150 shares short; allowed: 100 shares located. Locate more or sell less.",
    ),
    Case(
        21,
        book={"code_attested": NO},
        words="attestation: the code has another hash; allowed: what was approved. Approve this "
        "code, or run what was approved.",
    ),
    Case(
        21,
        book={"config_attested": NO},
        words="attestation: the configuration has another hash; allowed: what was approved. Approve "
        "this configuration, or run what was approved.",
    ),
    Case(
        22,
        order={"reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 0 shares left to close. Send at most 0.",
    ),
    Case(
        22,
        book={"position": 40.0},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 40 shares left to close. Send at most 40.",
    ),
    Case(
        22,
        book={**LONG, "working_sells": 250.0},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: 100 shares; allowed: 50 shares left to close. Send at most 50.",
    ),
    Case(
        23,
        book={"log_open": NO},
        words="decision log: the decision log is closed; allowed: an open log. Free its disk or "
        "open it again.",
    ),
)
