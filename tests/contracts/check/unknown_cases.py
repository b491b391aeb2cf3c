"""For every check, each input whose absence must refuse."""

import math

from gate_cases import AT_MARKET, LONG, ON_CLOSE, SELLING, Case

from tradewright.execution.checks.contract import NAN, UNKNOWN, YES

UNKNOWNS = (
    Case(
        1,
        book={"tradable": UNKNOWN},
        words="tradable: nobody knows whether SPY trades; allowed: only what is known. Ask the "
        "broker for the instrument's state.",
    ),
    Case(
        1,
        book={"halted": UNKNOWN},
        words="tradable: nobody knows whether SPY trades; allowed: only what is known. Ask the "
        "broker for the instrument's state.",
    ),
    Case(
        2,
        book={"restricted": UNKNOWN},
        words="restricted list: nobody knows the restricted list; allowed: only what is known. Load "
        "the list, empty if nothing is restricted.",
    ),
    Case(
        3,
        book={"tick_usd": NAN},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        3,
        book={"tick_usd": 0.0},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        3,
        book={"lot": NAN},
        words="conformity: nobody knows tick and lot of SPY; allowed: only what is known. Load the "
        "instrument's definition.",
    ),
    Case(
        4,
        book={"reference_usd": NAN},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": 0.0},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": -1.0},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_usd": math.inf},
        words="fresh price: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        4,
        book={"reference_at": UNKNOWN},
        words="fresh price: nobody knows the time of SPY's price; allowed: only what is known. Wait "
        "for a fresh print or mend the feed.",
    ),
    Case(
        5,
        book={"reference_usd": NAN},
        words="price collar: nobody knows a price of SPY; allowed: only what is known. Wait for a "
        "fresh print or mend the feed.",
    ),
    Case(
        5,
        book={"daily_volatility": NAN},
        words="price collar: nobody knows the volatility of SPY; allowed: only what is known. Load "
        "enough history to measure it.",
    ),
    Case(
        6,
        book={"equity_usd": NAN},
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"equity_usd": math.inf},
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"equity_usd": 0.0},
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"reference_usd": NAN},
        order=AT_MARKET,
        words="order size: nobody knows equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        6,
        book={"day_volume": NAN},
        words="order size: nobody knows the daily volume of SPY; allowed: only what is known. Load "
        "its volume history.",
    ),
    Case(
        7,
        book={"equity_usd": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"equity_usd": math.inf},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"equity_usd": -1.0},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"position": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_buys": NAN},
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_sells": NAN},
        order=SELLING,
        words="exposure: nobody knows position, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"gross_usd": NAN},
        words="exposure: nobody knows gross, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"net_usd": NAN},
        words="exposure: nobody knows net, equity or price; allowed: only what is known. Reconcile "
        "with the broker.",
    ),
    Case(
        7,
        book={"long_usd": NAN},
        words="exposure: nobody knows leverage, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"sector_gross_usd": NAN},
        words="exposure: nobody knows sector, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        7,
        book={"working_opening_usd": NAN},
        words="exposure: nobody knows gross, equity or price; allowed: only what is known. "
        "Reconcile with the broker.",
    ),
    Case(
        8,
        book={"working_orders": UNKNOWN},
        words="unexecuted orders: nobody knows the number of working orders; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        8,
        book={"working_usd": NAN},
        words="unexecuted orders: nobody knows the value of working orders, equity or price; "
        "allowed: only what is known. Reconcile with the broker.",
    ),
    Case(
        8,
        book={"equity_usd": NAN},
        words="unexecuted orders: nobody knows the value of working orders, equity or price; "
        "allowed: only what is known. Reconcile with the broker.",
    ),
    Case(
        8,
        book={"equity_usd": math.inf},
        words="unexecuted orders: nobody knows the value of working orders, equity or price; "
        "allowed: only what is known. Reconcile with the broker.",
    ),
    Case(
        9,
        book={"buying_power_usd": NAN},
        words="buying power: nobody knows buying power, position or price; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        9,
        book={"position": NAN},
        words="buying power: nobody knows buying power, position or price; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        10,
        book={"orders_1s": UNKNOWN},
        words="pace: nobody knows the count of orders in 1 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"orders_30s": UNKNOWN},
        words="pace: nobody knows the count of orders in 30 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"orders_day": UNKNOWN},
        words="pace: nobody knows the count of orders in a session; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"fills_day": UNKNOWN},
        words="pace: nobody knows the count of orders and fills today; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_1s": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in 1 s; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_30s": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in 30 s; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        10,
        book={"cancels_day": UNKNOWN},
        order={"is_cancel": YES},
        words="pace: nobody knows the count of cancels in a session; allowed: only what is known. "
        "Restore the gateway's tally.",
    ),
    Case(
        11,
        book={"duplicates": UNKNOWN},
        words="duplicate: nobody knows what was sent before; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        12,
        order={"parent_qty": NAN},
        words="parent order: nobody knows the parent or its children; allowed: only what is known. "
        "Restore the parent's state.",
    ),
    Case(
        12,
        order={"parent_qty": 500.0, "children_qty": NAN},
        words="parent order: nobody knows the parent or its children; allowed: only what is known. "
        "Restore the parent's state.",
    ),
    Case(
        13,
        book={"repeats": UNKNOWN},
        words="execution loop: nobody knows recent executions; allowed: only what is known. Restore "
        "the gateway's tally.",
    ),
    Case(
        14,
        book={"own_lowest_sell_usd": NAN},
        words="self-match: nobody knows own orders in SPY; allowed: only what is known. Reconcile "
        "working orders with the broker.",
    ),
    Case(
        14,
        book={"own_highest_buy_usd": NAN},
        order=SELLING,
        words="self-match: nobody knows own orders in SPY; allowed: only what is known. Reconcile "
        "working orders with the broker.",
    ),
    Case(
        15,
        book={"kill_latched": UNKNOWN},
        words="losses: nobody knows the kill switch's state; allowed: only what is known. Restore "
        "it; it is taken as tripped until then.",
    ),
    Case(
        15,
        book={"day_start_usd": NAN},
        words="losses: nobody knows the loss since the session began; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"rolling_start_usd": NAN},
        words="losses: nobody knows the loss of the rolling sessions; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"session_peak_usd": NAN},
        words="losses: nobody knows the fall from the session's peak; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"peak_usd": NAN},
        words="losses: nobody knows the drawdown; allowed: only what is known. Reconcile equity "
        "with the broker.",
    ),
    Case(
        15,
        book={"equity_usd": NAN},
        words="losses: nobody knows the loss since the session began; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"equity_usd": math.inf},
        words="losses: nobody knows the loss since the session began; allowed: only what is known. "
        "Reconcile equity with the broker.",
    ),
    Case(
        15,
        book={"peak_usd": 0.0},
        words="losses: nobody knows the drawdown; allowed: only what is known. Reconcile equity "
        "with the broker.",
    ),
    Case(
        16,
        book={"other_symbols": NAN},
        words="stage capital: nobody knows the names that the strategy holds; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        16,
        book={"other_symbols": -3.0},
        words="stage capital: nobody knows the names that the strategy holds; allowed: only what is "
        "known. Reconcile with the broker.",
    ),
    Case(
        16,
        book={"stage_capital_usd": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        16,
        book={"strategy_gross_usd": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        16,
        book={"position": NAN},
        words="stage capital: nobody knows the strategy's capital or exposure; allowed: only what "
        "is known. Give the strategy a stage on the ladder.",
    ),
    Case(
        17,
        book={"phase": UNKNOWN},
        words="trading phase: nobody knows the phase of SPY; allowed: only what is known. Ask the "
        "feed for its trading state.",
    ),
    Case(
        17,
        book={"band_low_usd": NAN},
        words="trading phase: nobody knows the price bands of SPY; allowed: only what is known. Ask "
        "the feed for limit-up and limit-down.",
    ),
    Case(
        17,
        book={"band_high_usd": NAN},
        words="trading phase: nobody knows the price bands of SPY; allowed: only what is known. Ask "
        "the feed for limit-up and limit-down.",
    ),
    Case(
        18,
        book={"model_at": UNKNOWN},
        words="freshness: nobody knows the age of the model; allowed: only what is known. Train or "
        "load a model.",
    ),
    Case(
        18,
        book={"features_at": UNKNOWN},
        words="freshness: nobody knows the age of the features; allowed: only what is known. Mend "
        "the feature pipeline.",
    ),
    Case(
        18,
        book={"heartbeat_at": UNKNOWN},
        words="freshness: nobody knows the age of the heartbeat; allowed: only what is known. Look "
        "after the process that stopped.",
    ),
    Case(
        18,
        book={"clock_skew_ms": NAN},
        words="freshness: nobody knows the clock's skew; allowed: only what is known. Measure it "
        "against a time server.",
    ),
    Case(
        19,
        book={"opens_at": UNKNOWN},
        words="session: nobody knows the session's hours; allowed: only what is known. Load the "
        "exchange calendar.",
    ),
    Case(
        19,
        book={"closes_at": UNKNOWN},
        words="session: nobody knows the session's hours; allowed: only what is known. Load the "
        "exchange calendar.",
    ),
    Case(
        19,
        book={"auction_cutoff_at": UNKNOWN},
        order=ON_CLOSE,
        words="session: nobody knows the closing auction's cut-off; allowed: only what is known. "
        "Load the exchange's rules.",
    ),
    Case(
        20,
        book={"located": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        20,
        book={"position": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        20,
        book={"working_sells": NAN},
        order=SELLING,
        words="borrow: nobody knows what can be borrowed of SPY; allowed: only what is known. Ask "
        "the broker for a locate.",
    ),
    Case(
        21,
        book={"code_attested": UNKNOWN},
        words="attestation: nobody knows whether the code was approved; allowed: only what is "
        "known. Record an approval of this version.",
    ),
    Case(
        21,
        book={"config_attested": UNKNOWN},
        words="attestation: nobody knows whether the configuration was approved; allowed: only what "
        "is known. Record an approval of this version.",
    ),
    Case(
        22,
        book={"position": NAN},
        order={"reduce_only": YES},
        words="bounded exit: nobody knows the position; allowed: only what is known. Reconcile with "
        "the broker.",
    ),
    Case(
        22,
        book={**LONG, "working_sells": NAN},
        order={**SELLING, "reduce_only": YES},
        words="bounded exit: nobody knows the position; allowed: only what is known. Reconcile with "
        "the broker.",
    ),
    Case(
        23,
        book={"log_open": UNKNOWN},
        words="decision log: nobody knows whether decisions are logged; allowed: only what is "
        "known. Open the decision log.",
    ),
)
