"""Checks 18, 19, 21, 22 and 23: is the machine itself in order, and is this the time for such an order?"""

from tradewright.execution.checks.contract import (
    NO,
    NS_PER_S,
    UNKNOWN,
    YES,
    Book,
    Refusal,
    Request,
    is_bounded_exit,
    refused,
    unknown,
)
from tradewright.execution.limits.contract import FREE, Limits
from tradewright.values.instant import iso_of
from tradewright.values.order import OrderType, TimeInForce

# Plain numbers: looking a member up costs more than comparing it.
_AT_OPEN, _AT_CLOSE = int(OrderType.MARKET_ON_OPEN), int(OrderType.MARKET_ON_CLOSE)
_TILL_DATE = int(TimeInForce.GTD)


def freshness(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Model, features, clock and heartbeat are as young as they must be."""
    model_at, features_at, heartbeat_at, now = book.model_at, book.features_at, book.heartbeat_at, order.at
    is_young = (
        (model_at == 0 or (model_at > 0 and 0.0 <= (now - model_at) / NS_PER_S <= limits.max_model_age_s))
        and (
            features_at == 0
            or (features_at > 0 and 0.0 <= (now - features_at) / NS_PER_S <= limits.max_features_age_s)
        )
        and heartbeat_at >= 0
        and 0.0 <= (now - heartbeat_at) / NS_PER_S <= limits.max_heartbeat_age_s
    )
    return (None if is_young else _aged(order, book, limits)) or _skewed(book, limits)


def _aged(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """Which of them is too old, or of unknown age."""
    ages = (
        ("model", book.model_at, limits.max_model_age_s, "Train or load a model."),
        ("features", book.features_at, limits.max_features_age_s, "Mend the feature pipeline."),
        ("heartbeat", book.heartbeat_at, limits.max_heartbeat_age_s, "Look after the process that stopped."),
    )
    for name, at, limit, way_out in ages:
        if limit == FREE or (at == 0 and name != "heartbeat"):  # no model, no features: nothing to age
            continue
        if at < 0:
            return unknown(18, f"the age of the {name}", way_out)
        age_s = (order.at - at) / NS_PER_S
        if not 0.0 <= age_s <= limit:
            said = f"{name}: {age_s:,.0f} s old" if age_s > 0.0 else f"{name} from the future"
            return refused(18, f"{limit:,.0f} s", said, way_out)
    return None


def _skewed(book: Book, limits: Limits) -> Refusal | None:
    """The clock, where it is off by more than it may be, or nobody knows."""
    if limits.max_clock_skew_ms == FREE:
        return None
    skew = book.clock_skew_ms
    if skew != skew:
        return unknown(18, "the clock's skew", "Measure it against a time server.")
    if abs(skew) > limits.max_clock_skew_ms:
        return refused(
            18, f"{limits.max_clock_skew_ms:g} ms", f"a clock {skew:g} ms off", "Set the clock right."
        )
    return None


def session(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The session takes this type of order now, and its time in force lies ahead."""
    if not limits.needs_session:
        return None
    if order.time_in_force == _TILL_DATE and order.good_till <= order.at:
        said = f"good till {iso_of(order.good_till)}"
        return refused(19, f"after {iso_of(order.at)}", said, "Give a later good_till.")
    if book.opens_at < 0 or book.closes_at < 0:
        return unknown(19, "the session's hours", "Load the exchange calendar.")
    if order.type == _AT_OPEN:
        last, what = book.opens_at, "the open"
    elif order.type == _AT_CLOSE:
        last, what = book.auction_cutoff_at, "the closing auction's cut-off"
        if last < 0:
            return unknown(19, "the closing auction's cut-off", "Load the exchange's rules.")
    else:
        last, what = book.closes_at, "the close"
        if order.at < book.opens_at:
            early = f"{(book.opens_at - order.at) / NS_PER_S:,.0f} s before the open"
            return refused(19, "from it on", early, "Wait, or send it for the open.")
    if order.at >= last:
        late_s = (order.at - last) / NS_PER_S
        return refused(19, "before it", f"{late_s:,.0f} s after {what}", "Send it in the next session.")
    return None


def attestation(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """The code and the configuration that run are those that were approved."""
    if not limits.needs_attestation or book.code_attested == YES == book.config_attested:
        return None
    for name, attested in (("code", book.code_attested), ("configuration", book.config_attested)):
        if attested == NO:
            way_out = f"Approve this {name}, or run what was approved."
            return refused(21, "what was approved", f"the {name} has another hash", way_out)
        if attested != YES:
            return unknown(21, f"whether the {name} was approved", "Record an approval of this version.")
    return None


def bounded_exit(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """An order that says it only reduces does, for no more than is held and not already being closed."""
    if order.reduce_only != YES or is_bounded_exit(order, book):
        return None
    working = book.working_sells if order.qty < 0.0 else book.working_buys
    if not (book.position == book.position and working == working):
        return unknown(22, "the position", "Reconcile with the broker.")
    side = 1.0 if order.qty < 0.0 else -1.0
    left = max(side * book.position - working, 0.0) + 0.0  # no negative zero in words
    return refused(
        22, f"{left:g} shares left to close", f"{abs(order.qty):g} shares", f"Send at most {left:g}."
    )


def decision_log(order: Request, book: Book, limits: Limits) -> Refusal | None:
    """What cannot be written down is not sent."""
    if not limits.needs_log or book.log_open == YES:
        return None
    if book.log_open == UNKNOWN:
        return unknown(23, "whether decisions are logged", "Open the decision log.")
    return refused(23, "an open log", "the decision log is closed", "Free its disk or open it again.")
